import { expect, test } from '@jest/globals';
import { schemaCommand } from '../../src/cli/schema.js';

type Node = Readonly<Record<string, unknown>>;

/** Keys that upstream's files may have though few do (config 2.4 to 2.7 and 3.4). `*` is any key of a map, `[]` an entry of a list, and what stands in braces is each of them. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  config: [
    'gerrit.{tick_interval,ratelimit,deck_url,allowed_presubmit_trigger_re}', 'gerrit.org_repos_config.[].{org,repos,opt_out_help}', 'gerrit.org_repos_config.[].filters.{branches,excluded_branches,opt_in_by_default}',
    'gangway.allowed_api_clients.[].gcp.{endpoint_api_consumer_type,endpoint_api_consumer_number}', 'gangway.allowed_api_clients.[].allowed_jobs_filters.[].tenant_id', 'moonraker.client_timeout',
    'scheduler.enabled', 'scheduler.failover.mappings.*', 'scheduler.external.url', 'scheduler.external.cache.{entry_timeout_interval,cleanup_interval}', 'pipeline.allow_concurrent_postsubmit_jobs', 'pubsub_subscriptions.*.[]',
    'pubsub_triggers.[].{project,topics,allowed_clusters,max_outstanding_messages}', 'status_error_link', 'config_version_sha', 'prow_ignored', 'push_gateway.{endpoint,interval,serve_metrics}', 'managed_webhooks.{respect_legacy_global_token,auto_accept_invitation}',
    'plank.{jobURLPrefixDisableAppendStorageProvider,report_template,build_cluster_status_file}', 'deck.spyglass.{hide_pr_history_link,pr_history_link_template,announcement}', 'deck.spyglass.viewers.*.[]', 'deck.spyglass.bucket_aliases.*',
    'tide.pr_status_base_url', 'tide.merge_commit_template.*.{title,body}', 'tide.gerrit.ratelimit', 'tide.gerrit.queries.[].{org,repos,opt_out_help,filters}', 'jenkins_operators.[].{job_url_template,report_template,report_templates,max_concurrency,max_goroutines,label_selector}',
    'plank.default_decoration_config_entries.[].config.{upload_ignores_interrupts,set_limit_equals_memory_request,default_memory_request,run_as_user,run_as_group,fs_group}',
    'plank.default_decoration_config_entries.[].config.censoring_options.{censoring_concurrency,censoring_buffer_size,include_directories,exclude_directories,minimum_secret_length}',
    'plank.default_decoration_config_entries.[].config.scheduling_options.{affinity,tolerations}',
  ],
  jobs: ['presubmits.*.[].{pipeline_run_spec,jenkins_spec}', 'presubmits.*.[].tekton_pipeline_run_spec.v1beta1', 'presubmits.*.[].jenkins_spec.github_branch_source_job', 'periodics.[].retry.{run_all,attempts,interval}', 'presubmits.*.[].prowjob_defaults.tenant_id'],
  plugins: [
    'golint.minimum_confidence', 'jira.disabled_jira_projects', 'project_manager.orgsRepos.*.projects.*.columns.[].{id,name,state,labels,org}', 'rifle', 'bugzilla.{default,orgs}',
  ],
};

/** `a.{b,c}` as `a.b` and `a.c`. */
function spelt(key: string): readonly string[] {
  const [whole, names = ''] = /\{(.*)\}/.exec(key) ?? [];
  return whole === undefined ? [key] : names.split(',').map((name) => key.replace(whole, name));
}

const schemas = new Map<string, Node>();
async function schemaOf(kind: string): Promise<Node> {
  const known = schemas.get(kind);
  if (known) return known;
  const out: string[] = [];
  await schemaCommand([kind], { print: (line) => { out.push(line); } });
  const made = JSON.parse(out.join('\n')) as Node;
  schemas.set(kind, made);
  return made;
}

/** The forms that a node may have: references followed, alternatives side by side. */
function forms(node: unknown, root: Node): readonly Node[] {
  if (typeof node !== 'object' || node === null) return [];
  const { $ref, anyOf, allOf, oneOf } = node as Readonly<{ $ref?: string; anyOf?: readonly unknown[]; allOf?: readonly unknown[]; oneOf?: readonly unknown[] }>;
  const target = $ref?.split('/').slice(1).reduce<unknown>((at, part) => (at as Node | undefined)?.[part], root);
  return [node as Node, ...[target, ...(anyOf ?? []), ...(allOf ?? []), ...(oneOf ?? [])].flatMap((one) => forms(one, root))];
}

function step(node: unknown, part: string, root: Node): unknown {
  for (const form of forms(node, root)) {
    const next = part === '[]' ? form['items'] : part === '*' ? form['additionalProperties'] : (form['properties'] as Node | undefined)?.[part];
    if (typeof next === 'object') return next;
  }
  return undefined;
}

test.each(Object.entries(KEYS).flatMap(([kind, keys]) => keys.flatMap(spelt).map((key) => ({ kind, key }))))('$kind knows $key and says what it means', async ({ kind, key }) => {
  const root = await schemaOf(kind);
  const nodes = key.split('.').reduce<readonly unknown[]>((path, part) => [...path, step(path.at(-1), part, root)], [root]);
  expect({ key, known: nodes.at(-1) !== undefined }).toEqual({ key, known: true });
  expect(nodes.slice(1).some((node) => forms(node, root).some((form) => typeof form['description'] === 'string'))).toBe(true);
});
