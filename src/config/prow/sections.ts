import { placeIn } from '../places.js';
import type { Finding, Findings, Path } from '../findings.js';
import { field } from '../jobs/data.js';
import type { Source } from '../yaml/source.js';
import { triggersOfSubscriptions } from './components.js';
import type { ProwConfig } from './schema.js';
import { dedupedQueries } from './tideQueries.js';

type Fault = readonly [path: Path, message: string];

/** Faults that only show once all files are together, or that depend on the time (config 2.1, step 10). `now` is in milliseconds. */
export function prowSectionFaults(config: ProwConfig, now: number): readonly Fault[] {
  const faults: Fault[] = [];
  if (Object.keys(config.pubsub_subscriptions).length > 0 && config.pubsub_triggers.length > 0) {
    faults.push([['pubsub_subscriptions'], 'expected pubsub_subscriptions or pubsub_triggers, not both']);
  }
  for (const [key, { token_created_after: after }] of Object.entries(config.managed_webhooks.org_repo_config)) {
    if (Date.parse(after) > now) faults.push([['managed_webhooks', 'org_repo_config', key, 'token_created_after'], `expected a time that has passed, found ${after}`]);
  }
  return faults;
}

/** Sections of parts that are not here, and why a person may want to know. */
const WITHOUT_EFFECT: readonly (readonly [path: readonly string[], why: string])[] = [
  [['jenkins_operators'], 'Jenkins is not served'],
  [['gerrit', 'org_repos_config'], 'Gerrit is not served'],
  [['tide', 'gerrit'], 'Gerrit is not served'],
  [['gangway'], 'there is no Gangway'],
  [['moonraker'], "repositories' own jobs are read and remembered without a service"],
  [['pipeline'], 'Tekton is not served'],
  [['pubsub_subscriptions'], 'Pub/Sub is not served'],
  [['pubsub_triggers'], 'Pub/Sub is not served'],
];

/** Keys of jobs, which count in config.yaml and in files of jobs, but not in supplemental ones. */
const JOB_KEYS = ['presets', 'presubmits', 'postsubmits', 'periodics', 'decorate_all_jobs'];
const MISPLACED = JOB_KEYS.map((key): (typeof WITHOUT_EFFECT)[number] => [[key], 'a supplemental file holds no jobs']);

/** Keys that upstream's components read and nothing here does, and those that count in other files only. */
export function withoutEffect(sources: readonly Source[]): readonly Finding[] {
  return sources.flatMap((source, at) => [...WITHOUT_EFFECT, ...(at === 0 ? [] : MISPLACED)].flatMap(([path, why]) => {
    const value = path.reduce<unknown>(field, source.value);
    return value === undefined || value === null ? [] : [source.finding(path, `has no effect: ${why}`, 'key')];
  }));
}

/** Checks what was put together of all files; faults and remarks go to the findings. */
export function checkProwSections(config: ProwConfig, sources: readonly Source[], now: number, findings: Findings): void {
  for (const [path, message] of prowSectionFaults(config, now)) findings.errors.push(placeIn(sources, path, message));
  findings.warnings.push(...withoutEffect(sources));
}

/** What follows from other keys once all files are together: older forms, and queries that say the same (config 2.1, steps 4 to 7). */
export function finishedProw(config: ProwConfig, version: string | undefined): ProwConfig {
  return {
    ...config,
    ...(version !== undefined && { config_version_sha: version }),
    pubsub_triggers: [...config.pubsub_triggers, ...triggersOfSubscriptions(config.pubsub_subscriptions)],
    tide: { ...config.tide, queries: dedupedQueries(config.tide.queries, config.prowjob_default_entries) },
  };
}
