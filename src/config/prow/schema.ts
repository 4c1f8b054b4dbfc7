import { z } from 'zod';
import { Duration, Raw, Regex, StringMap, Strings, UrlText } from '../scalars.js';
import { BranchProtection } from './branchProtection.js';
import { Tide } from './tide.js';

/** Where the directories of a repository that hold no OWNERS files are named (config 2.5.8). */
export const OwnersDirDenylist = z.object({
  default: z.array(Regex).readonly().default([]),
  /** Keys `org` or `org/repo`. */
  repos: z.record(z.string(), z.array(Regex).readonly()).readonly().default({}),
  ignore_preconfigured_defaults: z.boolean().default(false),
}).readonly();

/** Decoration defaults for the jobs they match (config 2.5.1); their content stays data. */
export const DecorationEntry = z.object({
  repo: z.string().default(''),
  cluster: z.string().default(''),
  config: z.record(z.string(), z.unknown()).readonly().default({}),
}).readonly();
export type DecorationEntry = z.infer<typeof DecorationEntry>;

/** The `plank` section (config 2.5.3). Durations are milliseconds. */
export const Plank = z.object({
  job_url_template: z.string().default(''),
  job_url_prefix_config: z.record(z.string(), UrlText).readonly().default({}),
  jobURLPrefixDisableAppendStorageProvider: z.boolean().default(false),
  report_template: z.string().default(''),
  report_templates: StringMap.default({}),
  max_concurrency: z.int().min(0).default(0),
  max_goroutines: z.int().min(0).default(20).transform((n) => n || 20),
  pod_pending_timeout: Duration.default(600_000),
  pod_running_timeout: Duration.default(48 * 3_600_000),
  pod_unscheduled_timeout: Duration.default(300_000),
  max_revivals: z.int().default(3),
  default_decoration_config_entries: z.array(DecorationEntry).readonly().default([]),
  default_decoration_configs: z.record(z.string(), z.record(z.string(), z.unknown())).readonly().default({}),
  job_queue_capacities: z.record(z.string(), z.int()).readonly().default({}),
  build_cluster_status_file: z.string().default(''),
}).readonly().superRefine((plank, context) => {
  if (plank.report_template !== '' && Object.keys(plank.report_templates).length > 0) context.addIssue({ code: 'custom', path: ['report_template'], message: 'expected report_template or report_templates, not both' });
  if (plank.default_decoration_config_entries.length > 0 && Object.keys(plank.default_decoration_configs).length > 0) {
    context.addIssue({ code: 'custom', path: ['default_decoration_configs'], message: 'expected default_decoration_configs or default_decoration_config_entries, not both' });
  }
});

const LOG_LEVELS: readonly string[] = ['panic', 'fatal', 'error', 'warn', 'warning', 'info', 'debug', 'trace'];

/** `config.yaml`, without the jobs that it may hold. Sections of components that are not here yet are kept as they stand. */
export const ProwConfig = z.object({
  prowjob_namespace: z.string().default('default').transform((name) => name || 'default'),
  pod_namespace: z.string().default('default').transform((name) => name || 'default'),
  log_level: z.string().default('info').refine((level) => LOG_LEVELS.includes(level.toLowerCase()), { error: `expected one of ${LOG_LEVELS.join(', ')}` }),
  tide: Tide.prefault({}),
  plank: Plank.prefault({}),
  github: z.object({ link_url: UrlText.default('https://github.com').transform((url) => url || 'https://github.com') }).readonly().prefault({}),
  'branch-protection': BranchProtection.prefault({}),
  owners_dir_denylist: OwnersDirDenylist.prefault({}),
  github_reporter: z.object({
    job_types_to_report: z.array(z.enum(['presubmit', 'postsubmit'])).readonly().default(['presubmit', 'postsubmit']),
    no_comment_repos: Strings,
    summary_comment_repos: Strings,
  }).readonly().prefault({}),
  decorate_all_jobs: z.boolean().default(false),
  default_job_timeout: Duration.default(24 * 3_600_000),
  disabled_clusters: Strings,
  scheduler: z.looseObject({ enabled: z.boolean().default(false) }).readonly().prefault({}),
  prowjob_default_entries: z.array(DecorationEntry).readonly().default([]),
  deck: Raw,
  sinker: Raw,
  slack_reporter_configs: Raw,
  in_repo_config: Raw,
  push_gateway: Raw,
  jenkins_operators: Raw,
  managed_webhooks: Raw,
  horologium: Raw,
  gerrit: Raw,
  gangway: Raw,
  moonraker: Raw,
  pipeline: Raw,
  pubsub_subscriptions: Raw,
  pubsub_triggers: Raw,
  status_error_link: Raw,
  config_version_sha: Raw,
  prow_ignored: Raw,
}).readonly();
export type ProwConfig = z.infer<typeof ProwConfig>;
