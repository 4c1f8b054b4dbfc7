import type { Finding } from '../findings.js';
import { field } from '../jobs/data.js';
import type { Source } from '../yaml/source.js';

type Key = readonly [path: readonly string[], why: string];

const PAGE = 'no page reads it';
const QUEUES = 'the queues say how much is done at once';

/** Keys that upstream's components read and nothing here does, and why. They are checked all the same. */
export const WITHOUT_EFFECT: readonly Key[] = [
  [['jenkins_operators'], 'Jenkins is not served'],
  [['gerrit', 'tick_interval'], 'Gerrit is not served'], [['gerrit', 'ratelimit'], 'Gerrit is not served'], [['gerrit', 'deck_url'], 'Gerrit is not served'],
  [['gerrit', 'org_repos_config'], 'Gerrit is not served'],
  [['tide', 'gerrit'], 'Gerrit is not served'],
  [['gangway'], 'there is no Gangway'],
  [['moonraker'], "repositories' own jobs are read and remembered without a service"],
  [['pipeline'], 'Tekton is not served'],
  [['scheduler', 'failover'], 'nothing chooses clusters'], [['scheduler', 'external'], 'nothing chooses clusters'],
  [['pubsub_subscriptions'], 'Pub/Sub is not served'],
  [['pubsub_triggers'], 'Pub/Sub is not served'],
  [['push_gateway'], 'metrics are served, not sent'],
  [['managed_webhooks'], 'a GitHub App has one hook, which GitHub keeps'],
  [['default_job_timeout'], 'nothing reads it, in upstream neither'],
  [['status_error_link'], 'only checkconfig looks at it'],
  [['horologium', 'tick_interval'], 'periodics are started when they are due'],
  [['plank', 'max_goroutines'], QUEUES], [['tide', 'max_goroutines'], QUEUES],
  [['tide', 'status_update_period'], 'statuses are written with each look at a branch'],
  [['deck', 'tide_update_period'], 'pages follow what happens'],
  ...['external_agent_logs', 'branding', 'google_analytics', 'rerun_auth_configs', 'default_rerun_auth_configs'].map((key): Key => [['deck', key], PAGE]),
  ...[
    'lenses', 'viewers', 'size_limit', 'gcs_browser_prefix', 'gcs_browser_prefixes', 'gcs_browser_prefixes_by_bucket', 'announcement', 'testgrid_config', 'testgrid_root', 'hide_pr_history_link',
    'pr_history_link_template',
  ].map((key): Key => [['deck', 'spyglass', key], PAGE]),
];

/** Keys of jobs, which count in config.yaml and in files of jobs, but not in supplemental ones. */
const JOB_KEYS = ['presets', 'presubmits', 'postsubmits', 'periodics', 'decorate_all_jobs'];
const MISPLACED = JOB_KEYS.map((key): Key => [[key], 'a supplemental file holds no jobs']);

/** Older forms, which go on working. */
const DEPRECATED: readonly Key[] = [
  [['tide', 'pr_status_base_url'], 'say pr_status_base_urls with an entry "*"'],
  [['plank', 'report_template'], 'say report_templates with an entry "*"'],
];

/** What an operator should know of a file's keys: those that do nothing here, those that count in other files only, and those that are deprecated. */
export function remarks(sources: readonly Source[]): readonly Finding[] {
  return sources.flatMap((source, at) => [
    ...[...WITHOUT_EFFECT, ...(at === 0 ? [] : MISPLACED)].flatMap((key) => said(source, key, 'has no effect')),
    ...DEPRECATED.flatMap((key) => said(source, key, 'is deprecated')),
  ]);
}

function said(source: Source, [path, why]: Key, how: string): readonly Finding[] {
  const value = path.reduce<unknown>(field, source.value);
  return value === undefined || value === null ? [] : [source.finding(path, `${how}: ${why}`, 'key')];
}
