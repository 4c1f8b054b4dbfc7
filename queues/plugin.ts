import { z } from 'zod';
import { defineQueue } from '../src/core/queue.js';
import { BUDGET_MS, drain } from './shared/backlog.js';
import type { Backlog, PairDeps } from './shared/pairs.js';

/** One run of a plugin may take so long here. */
const RUN_MS = 600_000;

/**
 * A plugin's own backlog in a lane: what failed or took long there, and everything that came to the lane since. In order;
 * its failed attempts are counted per delivery, so that a new event neither shortens nor prolongs a wait.
 */
export const pluginQueue = defineQueue<Backlog, PairDeps>({
  name: 'plugin',
  payload: z.strictObject({ plugin: z.string(), lane: z.string() }),
  dedupe: ({ plugin, lane }) => `${plugin} ${lane}`,
  retry: { attempts: 20, backoffMs: 500, maxBackoffMs: 30_000 },
  concurrency: 25,
  timeoutMs: RUN_MS + BUDGET_MS + 30_000,
  process: (backlog, deps, { signal }) => drain(backlog, RUN_MS, deps, signal),
});
