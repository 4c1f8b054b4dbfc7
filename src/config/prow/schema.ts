import { z } from 'zod';
import { Duration, Raw, Regex, Strings } from '../scalars.js';
import { BranchProtection } from './branchProtection.js';
import { GitHubReporter, GitHubSection, InRepoConfigSection, JenkinsOperators, ManagedWebhooks, PubsubTriggers, PushGateway, Scheduler, Sinker } from './components.js';
import { Deck } from './deck.js';
import { Gangway } from './gangway.js';
import { Gerrit } from './gerrit.js';
import { Plank, ProwJobDefaultEntry } from './plank.js';
import { SlackReporter } from './slack.js';
import { Tide } from './tide.js';

export { Plank } from './plank.js';
export type { DecorationEntry } from './plank.js';

/** Where the directories of a repository that hold no OWNERS files are named (config 2.5.8). */
export const OwnersDirDenylist = z.object({
  default: z.array(Regex).readonly().default([]).describe('Expressions for folders in every repository.'),
  repos: z.record(z.string(), z.array(Regex).readonly()).readonly().default({}).describe('More of them, by org or org/repo.'),
  ignore_preconfigured_defaults: z.boolean().default(false).describe('Leave out the built-in ones: .git, _output, vendor.'),
}).readonly();

const LOG_LEVELS: readonly string[] = ['panic', 'fatal', 'error', 'warn', 'warning', 'info', 'debug', 'trace'];
const LogLevel = z.string().default('info').transform((level) => level || 'info')
  .refine((level) => LOG_LEVELS.includes(level.toLowerCase()), { error: `expected one of ${LOG_LEVELS.join(', ')}` });

/** `config.yaml`, without the jobs that it may hold. */
export const ProwConfig = z.object({
  prowjob_namespace: z.string().default('default').transform((name) => name || 'default').describe('Kubernetes namespace of ProwJobs.'),
  pod_namespace: z.string().default('default').transform((name) => name || 'default').describe('Kubernetes namespace of pods, in every build cluster.'),
  log_level: LogLevel.describe('How much is logged: panic, fatal, error, warn, info, debug, trace.'),
  tide: Tide.prefault({}).describe('Merging.'),
  plank: Plank.prefault({}).describe('Running jobs in pods.'),
  github: GitHubSection.prefault({}).describe('Where GitHub is, for people.'),
  'branch-protection': BranchProtection.prefault({}).describe("GitHub's branch protection."),
  owners_dir_denylist: OwnersDirDenylist.prefault({}).describe('Folders whose OWNERS files do not count.'),
  github_reporter: GitHubReporter.prefault({}).describe('Reporting jobs to GitHub.'),
  decorate_all_jobs: z.boolean().default(false).describe('Decorate every job that does not say otherwise; only counts in config.yaml.'),
  default_job_timeout: Duration.default(24 * 3_600_000).describe('How long a job may take for which no timeout is configured.'),
  disabled_clusters: Strings.describe('Build clusters that are not used.'),
  scheduler: Scheduler.prefault({}).describe('Choosing build clusters late.'),
  prowjob_default_entries: z.array(ProwJobDefaultEntry).readonly().default([]).describe('Defaults of prowjob_defaults; all that match count, later ones over earlier ones.'),
  deck: Deck.prefault({}).describe('The pages.'),
  sinker: Sinker.prefault({}).describe('Removing what is old.'),
  slack_reporter_configs: z.record(z.string(), SlackReporter).readonly().default({}).describe('Telling Slack about jobs, by org/repo, org or "*"; the closest counts.'),
  in_repo_config: InRepoConfigSection.prefault({}).describe("Jobs in repositories' own files."),
  push_gateway: PushGateway.prefault({}).describe('Sending metrics.'),
  jenkins_operators: JenkinsOperators.default([]).describe('Running jobs on Jenkins. No effect here.'),
  managed_webhooks: ManagedWebhooks.prefault({}).describe("Webhooks and their secrets, for the command hmac."),
  horologium: z.object({ tick_interval: Duration.optional().describe('How often it is seen to which periodics are due; a minute where unset.') }).readonly().prefault({}).describe('Starting periodics.'),
  gerrit: Gerrit.prefault({}).describe('Gerrit.'),
  gangway: Gangway.prefault({}).describe('Starting jobs from elsewhere. No effect here.'),
  moonraker: z.object({ client_timeout: Duration.default(600_000).describe('How long its clients wait.') }).readonly().prefault({}).describe("A cache of repositories' own jobs as a service. No effect here."),
  pipeline: z.object({ allow_concurrent_postsubmit_jobs: z.boolean().default(false).describe('Stop no older run of the same job.') }).readonly().prefault({}).describe('Running jobs with Tekton. No effect here.'),
  pubsub_subscriptions: z.record(z.string(), Strings).readonly().default({}).describe('Deprecated: the older form of pubsub_triggers, lists of subscriptions by project. No effect here.'),
  pubsub_triggers: PubsubTriggers.default([]).describe('Starting jobs by messages. No effect here.'),
  status_error_link: z.string().default('').transform((url) => url || 'https://github.com/kubernetes/test-infra/issues').describe('Where to report faults. Nothing reads it.'),
  config_version_sha: z.string().default('').describe('The commit of this configuration; read from a file VERSION beside config.yaml where there is one.'),
  prow_ignored: Raw.describe('Anything; never read.'),
}).readonly();
export type ProwConfig = z.infer<typeof ProwConfig>;
