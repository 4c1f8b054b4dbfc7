import { z } from 'zod';
import type { EventStore } from '../src/core/ports/events.js';
import { defineQueue } from '../src/core/queue.js';
import { attempt, outcomeOf } from './shared/attempt.js';
import { announce } from './shared/handled.js';
import type { DeadPair, PairDeps } from './shared/pairs.js';

export interface DeadDeps extends Omit<PairDeps, 'dead'> {
  readonly store: Pick<EventStore, 'find'>;
}

/** The pair's last error, so that Bull Board shows it as the reason of the failed job. */
export class DeadLetter extends Error {
  override readonly name = 'DeadLetter';
}

const RUN_MS = 600_000;

/**
 * Dead letters. A job fails at once, which is how Bull Board comes to show it with its reason; when a person retries it there,
 * the pair runs again.
 */
export const deadQueue = defineQueue<DeadPair, DeadDeps>({
  name: 'dead',
  payload: z.strictObject({ id: z.string(), plugin: z.string(), lane: z.string(), error: z.string() }),
  dedupe: ({ id, plugin }) => `${id} ${plugin}`,
  retry: { attempts: 1, backoffMs: 1_000 },
  graveyard: true,
  concurrency: 5,
  timeoutMs: RUN_MS + 60_000,
  async process({ id, plugin, lane, error }, deps, run) {
    if (run.attempt === 1) throw new DeadLetter(error);
    const delivery = await deps.store.find(id);
    if (delivery === undefined) throw new DeadLetter(`the delivery is no longer stored; its plugin failed with: ${error}`);
    const ended = await attempt(plugin, delivery, { limitMs: RUN_MS, attempt: run.attempt }, { ...deps, signal: run.signal });
    if (ended.kind !== 'done') throw ended.error;
    await announce(delivery, await deps.lanes.settle({ id, plugin, lane }, outcomeOf(plugin, ended, 'done')), deps);
  },
});
