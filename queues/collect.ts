import { z } from 'zod';
import type { ConfigSource } from '../src/config/snapshot.js';
import { defineQueue } from '../src/core/queue.js';
import { runCollect, type CollectDeps } from '../src/jobs/collect/run.js';

/** Throws away finished pods and old ProwJobs (sinker; jobs 8), every `sinker.resync_period`. */
export const collectQueue = defineQueue<Readonly<Record<string, never>>, Omit<CollectDeps, 'config' | 'signal'> & Readonly<{ config: ConfigSource }>>({
  name: 'collect',
  payload: z.strictObject({}),
  dedupe: () => 'collect',
  retry: { attempts: 5, backoffMs: 5_000, maxBackoffMs: 300_000 },
  concurrency: 1,
  timeoutMs: 1_800_000,
  // Starts the first pass, and another one should the planted time be lost.
  tick: { everyMs: 3_600_000, payload: {} },
  process: (_payload, { config, ...deps }, { signal }) => runCollect({ ...deps, config: config.current(), signal }),
});
