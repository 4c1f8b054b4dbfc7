import { placeIn } from '../places.js';
import type { Findings, Path } from '../findings.js';
import type { Source } from '../yaml/source.js';
import { triggersOfSubscriptions } from './components.js';
import type { ProwConfig } from './schema.js';
import { dedupedQueries } from './tideQueries.js';
import { remarks } from './withoutEffect.js';

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

/** Checks what was put together of all files; faults and remarks go to the findings. */
export function checkProwSections(config: ProwConfig, sources: readonly Source[], now: number, findings: Findings): void {
  for (const [path, message] of prowSectionFaults(config, now)) findings.errors.push(placeIn(sources, path, message));
  findings.warnings.push(...remarks(sources));
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
