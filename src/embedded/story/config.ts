import { APP_SLUG, ORG, REPO } from './persons.js';

const slug = `${ORG}/${REPO}`;

/** `config.yaml` of the story's installation. */
export function configYaml({ linkUrl, pagesUrl }: Readonly<{ linkUrl: string; pagesUrl: string }>): string {
  return `# What Prow does in ${slug}.
log_level: info
github:
  link_url: ${linkUrl}
tide:
  sync_period: 30s
  target_url: ${pagesUrl}
  queries:
  - repos: [${slug}]
    labels: [lgtm, approved]
    missingLabels: [do-not-merge/hold, do-not-merge/invalid-owners-file, needs-ok-to-test, needs-rebase]
  context_options:
    required-contexts: [test]
  # Checks must have run on what the branch holds now.
  prow_freshness:
    ${slug}: always
`;
}

/** `plugins.yaml` of the story's installation. */
export function pluginsYaml(): string {
  return `plugins:
  ${slug}:
    plugins: [trigger, hold, lgtm, approve, help]
triggers:
- repos: [${slug}]
  trusted_apps: [${APP_SLUG}]
  trigger_github_workflows: true
lgtm:
- repos: [${slug}]
  # What its members push after a review keeps its lgtm.
  trusted_team_for_sticky_lgtm: Maintainers
`;
}
