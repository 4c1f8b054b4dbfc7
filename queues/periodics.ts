import { z } from 'zod';
import type { ConfigSource } from '../src/config/snapshot.js';
import { defineQueue } from '../src/core/queue.js';
import { runPeriodics, type PeriodicsDeps } from '../src/jobs/periodic/run.js';

/** Starts periodics (horologium; jobs 9): when one falls due, when a run of one ends, when the configuration changes, and now and then. */
export const periodicsQueue = defineQueue<Readonly<Record<string, never>>, Omit<PeriodicsDeps, 'config' | 'signal'> & Readonly<{ config: ConfigSource }>>({
  name: 'periodics',
  payload: z.strictObject({}),
  dedupe: () => 'periodics',
  retry: { attempts: 10, backoffMs: 1_000, maxBackoffMs: 30_000 },
  concurrency: 1,
  timeoutMs: 300_000,
  tick: { everyMs: 60_000, payload: {} },
  process: (_payload, { config, ...deps }, { signal }) => runPeriodics({ ...deps, config: config.current(), signal }),
});
