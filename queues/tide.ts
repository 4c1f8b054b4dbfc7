import { z } from 'zod';
import type { ConfigSource } from '../src/config/snapshot.js';
import type { PoolLeases, TideMemory } from '../src/core/ports/merging.js';
import { defineQueue } from '../src/core/queue.js';
import { poolsOf, tideKeyName, type TideKey } from '../src/tide/keys.js';
import { poolName } from '../src/tide/names.js';
import { runPool, type PoolDeps } from '../src/tide/pool.js';

export interface TideDeps extends Omit<PoolDeps, 'signal' | 'memory'> {
  readonly config: ConfigSource;
  readonly memory: TideMemory & PoolLeases;
}

const repo = { org: z.string(), name: z.string() };
const TideKeyPayload: z.ZodType<TideKey> = z.union([
  z.strictObject({ ...repo, branch: z.string() }), z.strictObject({ ...repo, sha: z.string() }), z.strictObject({ ...repo, all: z.literal(true) }),
]);

const TIMEOUT_MS = 120_000;
/** How soon to come back to a pool that another worker has. */
const BUSY_MS = 500;

/** Decides pools (tide 28.9). A lease keeps two workers from one pool; it only saves work, the merge call's pinned head makes it right. */
export const tideQueue = defineQueue<TideKey, TideDeps>({
  name: 'tide',
  payload: TideKeyPayload,
  dedupe: tideKeyName,
  retry: { attempts: 8, backoffMs: 1_000, maxBackoffMs: 60_000 },
  concurrency: 4,
  timeoutMs: TIMEOUT_MS,
  async process(key, { config, memory, ...deps }, { signal }) {
    const again: number[] = [];
    const pools = poolsOf(key, 'branch' in key ? [] : await deps.views.pools());
    for (const pool of pools) {
      signal.throwIfAborted();
      const lease = await memory.take(poolName(pool), TIMEOUT_MS);
      if (!lease) {
        again.push(deps.clock.now() + BUSY_MS);
        continue;
      }
      try {
        const next = await runPool(pool, config.current(), { ...deps, memory, signal });
        if (next) again.push(next.lookAgainAt);
      } catch (error) {
        if (!signal.aborted) await failed(pool, error, deps);
        throw error;
      } finally {
        await lease.release();
      }
    }
    return again.length > 0 ? { lookAgainAt: Math.min(...again) } : undefined;
  },
});

/** The pages say what is wrong with a pool, and otherwise keep what was last known of it. */
async function failed(pool: Readonly<{ org: string; name: string; branch: string }>, error: unknown, { views, metrics, log }: Pick<TideDeps, 'views' | 'metrics' | 'log'>): Promise<void> {
  metrics.count('tidepoolerrors', { org: pool.org, repo: pool.name, branch: pool.branch });
  log.error({ err: error, pool: poolName(pool) }, 'pool not decided');
  const known = (await views.pools()).find((view) => view.org === pool.org && view.repo === pool.name && view.branch === pool.branch);
  if (known) await views.putPool({ ...known, action: 'WAIT', target: [], error: error instanceof Error ? error.message : String(error) });
}
