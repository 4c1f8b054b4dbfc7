import { z } from 'zod';
import { rules } from '../rules.js';
import { Duration, JenkinsTemplate, Selector, StringMap, Strings, Time, UrlText } from '../scalars.js';
import { controllerKeys, REPORT_TEMPLATES, withReportTemplates } from './controller.js';
import { InRepoLimits } from './inRepoLimits.js';

/** The `sinker` section (config 2.5.5). Durations are milliseconds. */
export const Sinker = z.object({
  resync_period: Duration.default(3_600_000).describe('How often old things are removed.'),
  max_prowjob_age: Duration.default(168 * 3_600_000).describe('ProwJobs that are older and done are removed.'),
  max_pod_age: Duration.default(24 * 3_600_000).describe('Pods that are older are removed.'),
  terminated_pod_ttl: Duration.optional().describe('Pods that ended so long ago are removed; max_pod_age where unset.'),
  exclude_clusters: Strings.describe('Build clusters where nothing is removed.'),
}).transform((sinker) => ({ ...sinker, terminated_pod_ttl: sinker.terminated_pod_ttl ?? sinker.max_pod_age })).readonly();

/** The `in_repo_config` section (config 5.1). */
export const InRepoConfigSection = z.object({
  enabled: z.record(z.string(), z.boolean().nullable()).readonly().default({}).describe('Whether jobs of a repository may stand in its own .prow.yaml or .prow; by org/repo, org or "*", the closest counts.'),
  allowed_clusters: z.record(z.string(), Strings.nullable()).readonly().default({}).describe('On which build clusters such jobs may run, by org/repo, org or "*"; all that match add up. "*" is default where unset.')
    // An explicit empty list allows nothing.
    .transform((clusters) => ({ ...clusters, '*': clusters['*'] ?? ['default'] })),
  limits: z.record(z.string(), InRepoLimits).readonly().default({}).describe('Not in upstream: what such jobs may not do, by org/repo, org or "*"; of each limit the closest that is set counts.'),
}).readonly();

/** The `push_gateway` section (config 2.5.9). */
export const PushGateway = z.object({
  endpoint: z.string().default('').describe('Address of a Prometheus push gateway.'),
  interval: Duration.default(60_000).describe('How often metrics are sent there.'),
  serve_metrics: z.boolean().default(false).describe('Answer /metrics as well.'),
}).readonly();

const JenkinsOperator = z.object({
  ...controllerKeys,
  job_url_template: JenkinsTemplate.default('').describe('Go template of the address of a job; its data is the ProwJob, and it has a function `replace OLD NEW TEXT` more.'),
  label_selector: Selector.default('').describe('Labels of the ProwJobs that this operator runs; needed where there are several.'),
}).check(rules(REPORT_TEMPLATES)).transform(withReportTemplates).readonly();

/** The `jenkins_operators` section (config 2.5.10): one operator takes every job, several share them by label. */
export const JenkinsOperators = z.array(JenkinsOperator).readonly().superRefine((operators, context) => {
  operators.forEach(({ label_selector: selector }, at) => {
    const message = operators.length === 1 ? (selector === '' ? undefined : 'expected none, since there is one operator') : selector === '' ? 'expected a selector, since there are several operators' : undefined;
    if (message !== undefined) context.addIssue({ code: 'custom', path: [at, 'label_selector'], message });
  });
});

/** The `managed_webhooks` section (config 2.5.11): what keeps GitHub's webhooks and their secrets in order. */
export const ManagedWebhooks = z.object({
  respect_legacy_global_token: z.boolean().default(false).describe('Go on accepting the secret that was for everything.'),
  auto_accept_invitation: z.boolean().default(false).describe('Accept invitations to the repositories listed here.'),
  org_repo_config: z.record(z.string(), z.object({ token_created_after: Time.default('0001-01-01T00:00:00Z').describe('Secrets that are older are replaced.') }).readonly()).readonly().default({})
    .describe('Organisations and repositories whose webhook is kept, by org or org/repo.'),
}).readonly();

/** The `scheduler` section: on which build cluster a job runs is decided after it was created. */
export const Scheduler = z.object({
  enabled: z.boolean().default(false).describe('New ProwJobs wait until something has chosen their cluster.'),
  failover: z.object({ mappings: StringMap.default({}).describe('Another cluster for each one that is out of order.') }).readonly().optional().describe('Choose by a table.'),
  external: z.object({
    url: z.string().default('').describe('Who is asked.'),
    cache: z.object({
      entry_timeout_interval: Duration.optional().describe('How long an answer counts.'),
      cleanup_interval: Duration.optional().describe('How often old answers are dropped.'),
    }).readonly().prefault({}).describe('What is remembered of the answers.'),
  }).readonly().optional().describe('Choose by asking somebody.'),
}).readonly();

const DEFAULT_OUTSTANDING = 10;

/** `pubsub_triggers`: messages that start jobs. */
export const PubsubTriggers = z.array(z.object({
  project: z.string().default('').describe('The Google Cloud project.'),
  topics: Strings.describe('Its subscriptions.'),
  allowed_clusters: Strings.describe('Where jobs may run that are started so.'),
  max_outstanding_messages: z.int().default(0).transform((n) => n || DEFAULT_OUTSTANDING).describe('So many messages are worked on at once.'),
}).readonly()).readonly();
type PubsubTriggers = z.infer<typeof PubsubTriggers>;

/** `pubsub_subscriptions`, the older form, as triggers that may use every cluster (config 2.1, step 7). */
export function triggersOfSubscriptions(subscriptions: Readonly<Record<string, readonly string[]>>): PubsubTriggers {
  return Object.entries(subscriptions).map(([project, topics]) => ({ project, topics, allowed_clusters: ['*'], max_outstanding_messages: DEFAULT_OUTSTANDING }));
}

/** The `github` section. */
export const GitHubSection = z.object({
  link_url: UrlText.default('https://github.com').transform((url) => url || 'https://github.com').describe('Where links for people lead.'),
}).readonly();

/** The `github_reporter` section (config 2.5.7). */
export const GitHubReporter = z.object({
  job_types_to_report: z.array(z.enum(['presubmit', 'postsubmit'])).readonly().default(['presubmit', 'postsubmit']).transform((types): typeof types => (types.length > 0 ? types : ['presubmit', 'postsubmit']))
    .describe('Jobs of these types are reported to GitHub.'),
  no_comment_repos: Strings.describe('Repositories (org or org/repo) where failures are not commented on.'),
  summary_comment_repos: Strings.describe('Repositories (org or org/repo) where one comment sums up all failures.'),
  report_as: z.record(z.string(), z.enum(['check', 'status'])).readonly().default({}).describe('Not in upstream: whether jobs are check runs or commit statuses, by org/repo, org or "*"; a check run where unset and an App reports.'),
}).readonly();
