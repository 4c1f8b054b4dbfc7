import { ORG, REPO } from './persons.js';

const slug = `${ORG}/${REPO}`;

/** Names of the story's presubmits. */
export const JOBS = { unit: 'unit', smoke: 'smoke' } as const;
export const POSTSUBMIT = 'publish';
export const PERIODIC = 'stocktaking';

/** `config.yaml` of the story with jobs. Results go to a folder of this machine. */
export function jobsConfigYaml({ linkUrl, pagesUrl, bucket }: Readonly<{ linkUrl: string; pagesUrl: string; bucket: string }>): string {
  return `# What Prow does in ${slug}.
log_level: info
github:
  link_url: ${linkUrl}
plank:
  job_url_prefix_config:
    '*': ${pagesUrl}view/
  default_decoration_config_entries:
  - config:
      timeout: 5m
      grace_period: 5s
      # The embedded cluster has its own of these; a real one pulls upstream's images.
      utility_images:
        clonerefs: prow/clonerefs:embedded
        initupload: prow/initupload:embedded
        entrypoint: prow/entrypoint:embedded
        sidecar: prow/sidecar:embedded
      gcs_configuration:
        bucket: ${bucket}
        path_strategy: explicit
sinker:
  resync_period: 5s
  terminated_pod_ttl: 3s
tide:
  sync_period: 30s
  target_url: ${pagesUrl}
  queries:
  - repos: [${slug}]
    labels: [lgtm, approved]
    missingLabels: [do-not-merge/hold, do-not-merge/invalid-owners-file, needs-ok-to-test, needs-rebase]
`;
}

/** Job configuration of the story. */
export function jobsYaml(): string {
  const job = (name: string, { command, indent = '  ' }: Readonly<{ command: string; indent?: string }>): string => [
    `- name: ${name}`, '  decorate: true', '  spec:', '    containers:', '    - image: node:20', `      command: ${command}`,
  ].map((line) => `${indent}${line}`).join('\n');
  const presubmit = (name: string, command: string): string => job(name, { command }).replace('    decorate: true', '    always_run: true\n    decorate: true');
  return `presubmits:
  ${slug}:
${presubmit(JOBS.unit, '[node, --test, --test-reporter=spec]')}
${presubmit(JOBS.smoke, `[node, -e, "import('./src/price.js').then(({ total }) => setTimeout(() => console.log('a basket costs', total([{ price: 250, count: 2 }])), 4000))"]`)}
postsubmits:
  ${slug}:
${job(POSTSUBMIT, { command: `[node, -e, "console.log('published', process.env.PULL_BASE_SHA)"]` }).replace('    decorate: true', '    branches: [^main$]\n    decorate: true')}
periodics:
${job(PERIODIC, { command: `[node, -e, "console.log('all there')"]`, indent: '' }).replace('  decorate: true', '  interval: 1h\n  decorate: true')}
`;
}

/** `plugins.yaml` of the story with jobs. */
export function jobsPluginsYaml(): string {
  return `plugins:
  ${slug}:
    plugins: [trigger, hold, lgtm, approve, help]
lgtm:
- repos: [${slug}]
  # What its members push after a review keeps its lgtm.
  trusted_team_for_sticky_lgtm: Maintainers
`;
}
