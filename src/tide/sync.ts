import type { Snapshot } from '../config/snapshot.js';
import type { Clock } from '../core/ports/clock.js';
import type { Log } from '../core/ports/log.js';
import type { Merging, SearchHit, TideMemory } from '../core/ports/merging.js';
import type { Metrics } from '../core/ports/metrics.js';
import type { TideViews } from '../core/ports/tide.js';
import { poolName, type PoolKey } from './names.js';
import { poolSearches, queriesFor, statusSearches, type Shard } from './query.js';

export interface SyncDeps {
  readonly config: Snapshot;
  readonly merging: Pick<Merging, 'searchPulls'>;
  readonly views: Pick<TideViews, 'pools' | 'dropPool'>;
  readonly memory: TideMemory;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly signal: AbortSignal;
  look(key: PoolKey): Promise<void>;
}

/** What the search index may lag behind, and more. */
const OVERLAP_MS = 30_000;
const QUIET_MS = 5 * 60_000;
const MONTH_MS = 30 * 24 * 3_600_000;

/** One repairing round. A search that fails costs its own pools this round, no others. */
export async function runSync(deps: SyncDeps): Promise<void> {
  const { config, views, clock, metrics } = deps;
  const { queries } = config.prow.tide;
  const begun = clock.now();
  const pools = new Map<string, PoolKey>();
  const note = (hits: readonly SearchHit[]) => {
    for (const { org, repo, branch } of hits) pools.set(poolName({ org, name: repo, branch }), { org, name: repo, branch });
  };
  for (const shard of poolSearches(queries)) note(await searched(shard, deps));
  metrics.set('syncdur', (clock.now() - begun) / 1_000);
  metrics.count('tidesyncheartbeat', { controller: 'sync' });

  const told = clock.now();
  for (const shard of statusSearches(queries, () => 0)) note(await touched(shard, deps));
  for (const view of await views.pools()) {
    const key = { org: view.org, name: view.repo, branch: view.branch };
    if (queriesFor(queries, key).length === 0) await views.dropPool(view.org, view.repo, view.branch);
    // A pool in which nobody is ready changes by events; looked at now and then all the same.
    else if (begun - view.at > QUIET_MS || view.pulls.some(({ state }) => state !== 'waiting')) pools.set(poolName(key), key);
  }
  for (const key of pools.values()) await deps.look(key);
  metrics.set('statusupdatedur', (clock.now() - told) / 1_000);
  metrics.count('tidesyncheartbeat', { controller: 'status-update' });
}

async function searched({ org, index, text }: Shard, { merging, metrics, log, signal }: SyncDeps): Promise<readonly SearchHit[]> {
  const labels = (result: string) => ({ query_index: String(index), org_shard: org, result });
  try {
    const { hits, total } = await merging.searchPulls(org, text, { signal });
    metrics.count('tidequeryresults', labels('success'));
    if (total > hits.length) log.warn({ org, query: text, total, found: hits.length }, 'search is cut off; pools of the rest are found by their events');
    return hits;
  } catch (error) {
    if (signal.aborted) throw error;
    metrics.count('tidequeryresults', labels('error'));
    log.warn({ err: error, org, query: text }, 'search failed');
    return [];
  }
}

/** Pull requests that were touched since the last round, in any state of readiness; all of them when the queries have changed. */
async function touched({ org, text }: Shard, deps: SyncDeps): Promise<readonly SearchHit[]> {
  const { memory, config, merging, log, signal } = deps;
  // The position belongs to this text: other queries start from the beginning.
  const key = `touched:${text}`;
  const since = Number((await memory.get(key)) ?? 0);
  const now = statusSearches(config.prow.tide.queries, () => since).find((shard) => shard.org === org);
  if (!now) return [];
  try {
    const { hits } = await merging.searchPulls(org, now.text, { signal });
    const latest = hits.reduce((so, { updatedAt }) => Math.max(so, updatedAt), 0);
    if (latest > 0) await memory.set(key, String(latest - OVERLAP_MS), MONTH_MS);
    return hits;
  } catch (error) {
    if (signal.aborted) throw error;
    log.warn({ err: error, org }, 'search for touched pull requests failed');
    return [];
  }
}
