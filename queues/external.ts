import { z } from 'zod';
import { defineQueue } from '../src/core/queue.js';
import { BUDGET_MS, drain } from './shared/backlog.js';
import type { Backlog, PairDeps } from './shared/pairs.js';
import type { Turnstile } from './shared/turnstile.js';

export interface ExternalQueueDeps extends PairDeps {
  /** So that no external plugin takes all places of this worker. */
  readonly turnstile: Turnstile;
}

/** Longer than the adapter waits for an answer. */
const RUN_MS = 60_000;

/**
 * Deliveries on their way to external plugins: a backlog for each of them and lane (plugins-policy 1.10). Each keeps the order of its
 * lane, is tried again for about an hour, and then is a dead letter; whoever does not answer holds up neither others nor built-in plugins.
 */
export const externalQueue = defineQueue<Backlog, ExternalQueueDeps>({
  name: 'external',
  payload: z.strictObject({ plugin: z.string(), lane: z.string() }),
  dedupe: ({ plugin, lane }) => `${plugin} ${lane}`,
  retry: { attempts: 20, backoffMs: 500, maxBackoffMs: 30_000 },
  concurrency: 100,
  timeoutMs: RUN_MS + BUDGET_MS + 30_000,
  async process(backlog, { turnstile, ...deps }, { signal }) {
    const now = deps.clock.now();
    const entry = turnstile.enter(backlog.plugin, now);
    if (entry.kind === 'full') return { lookAgainAt: entry.comeBackAt };
    try {
      return await drain(backlog, RUN_MS, deps, signal);
    } finally {
      entry.leave();
    }
  },
});
