import { z } from 'zod';
import type { Lanes } from '../src/core/ports/lanes.js';
import { isExternal } from '../src/core/external.js';
import { defineQueue, type Adder } from '../src/core/queue.js';
import type { Backlog } from './shared/pairs.js';

export interface RepairDeps {
  readonly lanes: Pick<Lanes, 'pending'>;
  readonly lane: Pick<Adder<Readonly<{ lane: string }>>, 'add'>;
  readonly backlog: Pick<Adder<Backlog>, 'add'>;
  readonly external: Pick<Adder<Backlog>, 'add'>;
}

/** Adds the key of every lane and backlog that has deliveries: a key that waits or runs already is not doubled, a lost one comes back. */
export const repairQueue = defineQueue<Readonly<Record<string, never>>, RepairDeps>({
  name: 'repair',
  payload: z.strictObject({}),
  dedupe: () => 'repair',
  retry: { attempts: 3, backoffMs: 1_000 },
  concurrency: 1,
  timeoutMs: 60_000,
  tick: { everyMs: 15_000, payload: {} },
  async process(_payload, { lanes, lane, backlog, external }, { signal }) {
    const pending = await lanes.pending();
    for (const name of pending.lanes) {
      signal.throwIfAborted();
      await lane.add({ lane: name });
    }
    for (const entry of pending.backlogs) {
      signal.throwIfAborted();
      await (isExternal(entry.plugin) ? external : backlog).add(entry);
    }
  },
});
