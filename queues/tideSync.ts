import { z } from 'zod';
import { defineQueue, type Adder } from '../src/core/queue.js';
import type { TideKey } from '../src/tide/keys.js';
import { runSync, type SyncDeps } from '../src/tide/sync.js';

export interface TideSyncDeps extends Omit<SyncDeps, 'signal' | 'config' | 'look'> {
  readonly config: { current(): SyncDeps['config'] };
  readonly pools: Pick<Adder<TideKey>, 'add'>;
  /** Brings Tide's history to where it outlives Redis; undefined where nobody asked for that. */
  readonly keep?: ((options: Readonly<{ signal: AbortSignal }>) => Promise<void>) | undefined;
}

const TICK_MS = 60_000;
const LAST = 'sync:last';

/** Repairs what events missed, every `tide.sync_period`: finds the pools by search and has each looked at. */
export const tideSyncQueue = defineQueue<Readonly<Record<string, never>>, TideSyncDeps>({
  name: 'tideSync',
  payload: z.strictObject({}),
  dedupe: () => 'sync',
  retry: { attempts: 3, backoffMs: 2_000 },
  concurrency: 1,
  timeoutMs: 300_000,
  tick: { everyMs: TICK_MS, payload: {} },
  async process(_payload, { config, pools, keep, ...deps }, { signal }) {
    const current = config.current();
    const period = current.prow.tide.sync_period;
    const begun = deps.clock.now();
    const last = Number((await deps.memory.get(LAST)) ?? 0);
    // The tick is fixed; a longer period lets some of them pass.
    if (period > TICK_MS && begun - last < period - TICK_MS / 2) return undefined;
    await deps.memory.set(LAST, String(begun), 7 * 24 * 3_600_000);
    await runSync({ ...deps, config: current, signal, look: (key) => pools.add({ org: key.org, name: key.name, branch: key.branch }) });
    try {
      await keep?.({ signal });
    } catch (err) {
      signal.throwIfAborted();
      deps.log.error({ err }, 'the history of Tide was not kept; the next round tries again');
    }
    return period < TICK_MS ? { lookAgainAt: begun + period } : undefined;
  },
});
