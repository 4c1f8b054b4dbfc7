import { expect, test } from '@jest/globals';
import type { z } from 'zod';
import { schemaCommand } from '../../src/cli/schema.js';
import { unknownIn } from '../../src/config/checks/prow.js';
import { decode, UNKNOWN_KEY } from '../../src/config/decode.js';
import { formatFinding, noFindings } from '../../src/config/findings.js';
import { InRepoConfig } from '../../src/config/jobs/inRepo.js';
import { JobConfig } from '../../src/config/jobs/schema.js';
import { OwnersYaml } from '../../src/config/owners.js';
import { PluginsConfig } from '../../src/config/plugins/schema.js';
import { ProwConfig } from '../../src/config/prow/schema.js';
import { remarks, WITHOUT_EFFECT } from '../../src/config/prow/withoutEffect.js';
import { readYaml } from '../../src/config/yaml/source.js';

type Node = Readonly<Record<string, unknown>>;

const DECORATION = [
  '{timeout,grace_period,pod_pending_timeout,pod_running_timeout,pod_unscheduled_timeout,gcs_credentials_secret,s3_credentials_secret,default_service_account_name,ssh_key_secrets,ssh_host_fingerprints,blobless_fetch}',
  '{sparse_checkout_files,skip_cloning,cookiefile_secret,github_api_endpoints,github_app_id,censor_secrets,upload_ignores_interrupts,set_limit_equals_memory_request,default_memory_request,run_as_user,run_as_group,fs_group}',
  'utility_images.{clonerefs,initupload,entrypoint,sidecar}', 'resources.{clonerefs,initupload,place_entrypoint,sidecar}', 'oauth_token_secret.{name,key}', 'github_app_private_key_secret.{name,key}',
  'gcs_configuration.{bucket,path_prefix,path_strategy,default_org,default_repo,mediaTypes,job_url_prefix,local_output_dir,compress_file_types}',
  'censoring_options.{censoring_concurrency,censoring_buffer_size,include_directories,exclude_directories,minimum_secret_length}', 'scheduling_options.{affinity,tolerations}',
];
const RERUN = ['{allow_anyone,github_team_ids,github_users,github_orgs}', 'github_team_slugs.[].{org,slug}'];
const PROTECTION = [
  '{unmanaged,protect,enforce_admins,required_linear_history,allow_force_pushes,allow_deletions,require_signed_commits,require_manually_triggered_jobs,exclude,include}', 'required_status_checks.{contexts,strict}', 'restrictions.{apps,users,teams}',
  'required_pull_request_reviews.{dismiss_stale_reviews,require_code_owner_reviews,required_approving_review_count}', 'required_pull_request_reviews.dismissal_restrictions.{users,teams}', 'required_pull_request_reviews.bypass_pull_request_allowances.{users,teams}',
];
const CONTEXTS = ['{skip-unknown-contexts,from-branch-protection,overwrite-pending-contexts,required-contexts,required-if-present-contexts,optional-contexts,optional-regex-contexts}'];
const GERRIT = ['{org,repos,opt_out_help}', 'filters.{branches,excluded_branches,opt_in_by_default}'];
const BUGS = ['{exclude_defaults,enable_backporting,validate_by_default,is_open,target_release,statuses,dependent_bug_statuses,dependent_bug_target_releases,dependent_bug_target_release,status_after_validation,add_external_link,status_after_merge,allowed_groups}',
  '{valid_states,dependent_bug_states}.[].{status,resolution}', '{state_after_validation,state_after_merge,state_after_close}.{status,resolution}'];
const JOB = [
  '{name,labels,annotations,max_concurrency,agent,cluster,namespace,error_on_eviction,spec,pipeline_run_spec,hidden,job_queue_name,decorate,path_alias,clone_uri,skip_submodules,clone_depth,skip_fetch_head}', 'tekton_pipeline_run_spec.v1beta1',
  'reporter_config.slack.{host,channel,job_states_to_report,report_template,report}', 'prowjob_defaults.{resultstore_config,tenant_id}', 'prowjob_defaults.resultstore_config.project_id',
  'extra_refs.[].{org,repo,repo_link,base_ref,base_sha,base_link,pulls,path_alias,workdir,auxiliary,clone_uri,skip_submodules,clone_depth,skip_fetch_head,blobless_fetch,sparse_checkout_files}',
  ...RERUN.map((key) => `rerun_auth_config.${key}`), ...DECORATION.map((key) => `decoration_config.${key}`),
];
const MATCHING = ['{branches,skip_branches,run_if_changed,skip_if_only_changed,context,skip_report,always_run}', 'jenkins_spec.github_branch_source_job'];
const PRESUBMIT = [...JOB, ...MATCHING, '{optional,trigger,rerun_command,run_before_merge}'];
const PRESET = 'presets.[].{labels,env,volumes,volumeMounts,tolerations}';
const below = (at: string, keys: readonly string[]): readonly string[] => keys.map((key) => `${at}.${key}`);

/**
 * All keys of upstream's files (config 2.5 to 2.9, 3.4 and 5.2; jobs 1.4 to 1.6, 2.2, 2.3; plugins-policy 2.2). `*` is any key of a map, `[]` an entry of a list, and what stands in
 * braces is each of them.
 */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  config: [
    'gerrit.{tick_interval,ratelimit,deck_url,allowed_presubmit_trigger_re}', ...below('gerrit.org_repos_config.[]', GERRIT),
    'gangway.allowed_api_clients.[].gcp.{endpoint_api_consumer_type,endpoint_api_consumer_number}', 'gangway.allowed_api_clients.[].allowed_jobs_filters.[].tenant_id', 'moonraker.client_timeout',
    'scheduler.enabled', 'scheduler.failover.mappings.*', 'scheduler.external.url', 'scheduler.external.cache.{entry_timeout_interval,cleanup_interval}', 'pipeline.allow_concurrent_postsubmit_jobs', 'pubsub_subscriptions.*.[]',
    'pubsub_triggers.[].{project,topics,allowed_clusters,max_outstanding_messages}', '{status_error_link,config_version_sha,prow_ignored,prowjob_namespace,pod_namespace,log_level,decorate_all_jobs,default_job_timeout,disabled_clusters}',
    'push_gateway.{endpoint,interval,serve_metrics}', 'managed_webhooks.{respect_legacy_global_token,auto_accept_invitation}', 'managed_webhooks.org_repo_config.*.token_created_after', 'github.link_url', 'horologium.tick_interval',
    'owners_dir_denylist.{default,ignore_preconfigured_defaults}', 'owners_dir_denylist.repos.*.[]', 'prowjob_default_entries.[].{repo,cluster}', 'prowjob_default_entries.[].config.tenant_id', 'prowjob_default_entries.[].config.resultstore_config.project_id',
    'in_repo_config.{enabled,allowed_clusters}.*', 'sinker.{resync_period,max_prowjob_age,max_pod_age,terminated_pod_ttl,exclude_clusters}', 'github_reporter.{job_types_to_report,no_comment_repos,summary_comment_repos}',
    'slack_reporter_configs.*.{job_types_to_report,host,channel,job_states_to_report,report,report_template}',
    'plank.{job_url_template,jobURLPrefixDisableAppendStorageProvider,report_template,max_concurrency,max_goroutines,pod_pending_timeout,pod_running_timeout,pod_unscheduled_timeout,max_revivals,build_cluster_status_file}',
    'plank.{job_url_prefix_config,report_templates,job_queue_capacities}.*', 'plank.default_decoration_config_entries.[].{repo,cluster}', ...below('plank.default_decoration_config_entries.[].config', DECORATION), ...below('plank.default_decoration_configs.*', DECORATION),
    'deck.{tide_update_period,hidden_repos,google_analytics,skip_storage_path_validation,additional_allowed_buckets}', 'deck.external_agent_logs.[].{agent,selector,url_template}', 'deck.branding.{logo,favicon,background_color,header_color}',
    ...below('deck.rerun_auth_configs.*', RERUN), 'deck.default_rerun_auth_configs.[].{repo,cluster}', ...below('deck.default_rerun_auth_configs.[].rerun_auth_configs', RERUN),
    'deck.spyglass.{size_limit,gcs_browser_prefix,testgrid_config,testgrid_root,hide_pr_history_link,pr_history_link_template,announcement}', 'deck.spyglass.{gcs_browser_prefixes,gcs_browser_prefixes_by_bucket,bucket_aliases}.*', 'deck.spyglass.viewers.*.[]',
    'deck.spyglass.lenses.[].{required_files,optional_files}', 'deck.spyglass.lenses.[].lens.{name,config}', 'deck.spyglass.lenses.[].remote_config.{endpoint,static_root,title,priority,hide_title}',
    'jenkins_operators.[].{job_url_template,report_template,report_templates,max_concurrency,max_goroutines,label_selector}',
    'tide.{sync_period,status_update_period,max_goroutines,target_url,pr_status_base_url,blocker_label,squash_label,rebase_label,merge_label,display_all_tide_queries_in_status}', 'tide.{merge_method,batch_size_limit,prioritize_existing_batches}.*',
    'tide.{github_merge_blocks_policy,target_urls,pr_status_base_urls}.*', 'tide.merge_method.*.*', 'tide.merge_method.*.*.*', 'tide.priority.[].labels', 'tide.merge_commit_template.*.{title,body}', 'tide.gerrit.ratelimit', ...below('tide.gerrit.queries.[]', GERRIT),
    'tide.queries.[].{orgs,repos,excludedRepos,labels,missingLabels,includedBranches,excludedBranches,author,milestone,reviewApprovedRequired}',
    ...['tide.context_options', 'tide.context_options.orgs.*', 'tide.context_options.orgs.*.repos.*', 'tide.context_options.orgs.*.repos.*.branches.*'].flatMap((at) => below(at, CONTEXTS)),
    'branch-protection.{protect-tested-repos,allow_disabled_policies,allow_disabled_job_policies,protect_repos_with_optional_jobs}',
    ...['branch-protection', 'branch-protection.orgs.*', 'branch-protection.orgs.*.repos.*', 'branch-protection.orgs.*.repos.*.branches.*'].flatMap((at) => below(at, PROTECTION)),
    PRESET, 'presubmits.*.[].name', 'postsubmits.*.[].name', 'periodics.[].name',
  ],
  jobs: [
    'prow_ignored', PRESET, ...below('presubmits.*.[]', PRESUBMIT), ...below('postsubmits.*.[]', [...JOB, ...MATCHING]), ...below('periodics.[]', JOB), 'periodics.[].{interval,minimum_interval,cron,tags}', 'periodics.[].retry.{run_all,attempts,interval}',
  ],
  'in-repo': ['prow_ignored', PRESET, ...below('presubmits.[]', PRESUBMIT), ...below('postsubmits.[]', [...JOB, ...MATCHING])],
  plugins: [
    'plugins.*.{plugins,excluded_repos}', 'external_plugins.*.[].{name,endpoint,events}', 'owners.{mdyamlrepos,skip_collaborators,labels_denylist}', 'owners.filenames.*.{owners,owners_aliases}',
    'approve.[].{repos,issue_required,require_self_approval,lgtm_acts_as_approve,ignore_review_state,commandHelpLink,pr_process_link}', 'lgtm.[].{repos,review_acts_as_lgtm,store_tree_hash,trusted_team_for_sticky_lgtm}',
    'triggers.[].{repos,only_org_members,ignore_ok_to_test,trusted_apps,join_org_url,trigger_github_workflows,trusted_org}', 'triggers.[].org_invite.prominent.{disabled,merged_pr_threshold,message}',
    '{blunderbuss,rifle}.{request_count,max_request_count,exclude_approvers,use_status_availability,ignore_drafts,ignore_authors}', '{blunderbuss,rifle}.wait_for_status.{context,state,description}',
    'config_updater.gzip', 'config_updater.cluster_groups.*.{clusters,namespaces}', 'config_updater.maps.*.{name,partitioned_names,key,gzip,cluster_groups,use_full_path_as_key,allowed_repos,denied_repos}', 'config_updater.maps.*.clusters.*',
    'label.additional_labels', 'label.restricted_labels.*.[].{label,allowed_teams,allowed_users}', 'label.restricted_labels.*.[].assign_on.[].label',
    'require_matching_label.[].{org,repo,branch,prs,issues,regexp,missing_label,missing_comment,grace_period}', 'override.allow_top_level_owners', 'override.allowed_github_teams.*.[]', 'milestone_applier.*.*',
    'slack.mentionchannels', 'slack.mergewarnings.[].{repos,channels,exempt_users}', 'slack.mergewarnings.[].exempt_branches.*.[]', 'help.{help_guidelines_url,help_guidelines_summary}', 'size.{s,m,l,xl,xxl}',
    'blockades.[].{repos,branchregexp,blockregexps,exceptionregexps,explanation}', 'repo_milestone.*.{maintainers_team,maintainers_friendly_name,maintainers_id}',
    'cherry_pick_approved.[].{org,repo,branchregexp,approvers,allow_missing_approved_label,allow_missing_lgtm_label}', 'cherry_pick_unapproved.{branchregexp,comment}', 'branch_cleaner.preserved_branches.*.[]', 'heart.{adorees,commentregexp}',
    'welcome.[].{repos,message_template,always_post}', 'retitle.allow_closed_issues', '{cat,goose}.key_path', 'project_config.project_org_configs.*.org_maintainers_team_id', 'project_config.project_org_configs.*.org_default_column_map.*',
    'project_config.project_org_configs.*.project_repo_configs.*.repo_maintainers_team_id', 'project_config.project_org_configs.*.project_repo_configs.*.repo_default_column_map.*', 'invalid_commit_msg.[].repos', 'invalid_commit_msg.[].checks.[].{name,disabled}',
    'dco.*.{skip_dco_check_for_members,skip_dco_check_for_collaborators,trusted_apps,trusted_org,contributing_repo,contributing_branch,contributing_path}', 'release_note.guidelines_url', 'sigmention.regexp',
    'golint.minimum_confidence', 'jira.disabled_jira_projects', 'project_manager.orgsRepos.*.projects.*.columns.[].{id,name,state,labels,org}',
    ...below('bugzilla.default.*', BUGS), ...below('bugzilla.orgs.*.default.*', BUGS), ...below('bugzilla.orgs.*.repos.*.branches.*', BUGS),
  ],
  owners: ['{approvers,reviewers,required_reviewers,labels}', 'options.{no_parent_owners,auto_approve_unowned_subfolders}', 'filters.*.{approvers,reviewers,required_reviewers,labels}'],
};

/** `a.{b,c}` as `a.b` and `a.c`. */
function spelt(key: string): readonly string[] {
  const [whole, names = ''] = /\{(.*?)\}/.exec(key) ?? [];
  return whole === undefined ? [key] : names.split(',').flatMap((name) => spelt(key.replace(whole, name)));
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

/** The key of the last part that is one: what stands for any key or entry is explained with what holds it. */
function named(key: string): string {
  return key.replace(/(?:\.(?:\*|\[\]))+$/, '');
}

const all = Object.entries(KEYS).flatMap(([kind, keys]) => [...new Set(keys.flatMap(spelt))].map((key) => ({ kind, key })));

test.each(Object.keys(KEYS))('%s: the schema for editors knows every key, and says of each what it means', async (kind) => {
  const root = await schemaOf(kind);
  const at = (key: string) => key.split('.').reduce<unknown>((node, part) => step(node, part, root), root);
  const keys = all.filter((one) => one.kind === kind).map(({ key }) => key);
  expect(keys.filter((key) => at(key) === undefined)).toEqual([]);
  expect(keys.filter((key) => !forms(at(named(key)), root).some((form) => typeof form['description'] === 'string'))).toEqual([]);
});

/** YAML in which a key is set to nothing. */
function yamlWith(key: string): string {
  return key.split('.').reduceRight((inner, part) => (part === '[]' ? `[${inner}]` : `{"${part === '*' ? 'x' : part}": ${inner}}`), '');
}

const FILES: Readonly<Record<string, readonly z.ZodType[]>> = { config: [ProwConfig, JobConfig], jobs: [JobConfig], 'in-repo': [InRepoConfig], plugins: [PluginsConfig], owners: [OwnersYaml] };

test.each(Object.keys(KEYS))('%s: no key is unknown when it is loaded', (kind) => {
  const parts = FILES[kind] ?? [];
  const unknown = all.filter((one) => one.kind === kind).map(({ key }) => key).filter((key) => {
    const source = readYaml('x.yaml', yamlWith(key), []);
    if (!source) throw new Error(`${key} makes no YAML`);
    return parts.every((part) => {
      const findings = noFindings();
      decode(part, source, findings);
      return [...findings.warnings, ...unknownIn(part, source)].some(({ message }) => message === UNKNOWN_KEY);
    });
  });
  expect(unknown).toEqual([]);
});

test('a key that is not there is unknown in both ways', async () => {
  const source = readYaml('x.yaml', yamlWith('presubmits.*.[].decoration_config.gcs_configuration.bukket'), []);
  expect(source && unknownIn(JobConfig, source)).toHaveLength(1);
  const root = await schemaOf('jobs');
  expect('presubmits.*.[].decoration_config.gcs_configuration.bukket'.split('.').reduce<unknown>((node, part) => step(node, part, root), root)).toBeUndefined();
});

test.each(WITHOUT_EFFECT)('the key %j is known, and said to have no effect where it is set', (path, why) => {
  expect(all.some(({ kind, key }) => kind === 'config' && `${key}.`.startsWith(`${path.join('.')}.`))).toBe(true);
  const source = readYaml('x.yaml', `${'{'}${path.map((part, at) => `"${part}": ${at === path.length - 1 ? 'x' : '{'}`).join('')}${'}'.repeat(path.length)}`, []);
  expect(source && remarks([source]).map(formatFinding)).toEqual([expect.stringContaining(`: ${path.join('.')}: has no effect: ${why}`)]);
});
