import { z } from 'zod';
import type { ConfigSource } from '../src/config/snapshot.js';
import { defineQueue } from '../src/core/queue.js';
import { runJob, type RunDeps } from '../src/jobs/run/runJob.js';

export interface ProwJobDeps extends Omit<RunDeps, 'config' | 'signal'> {
  readonly config: ConfigSource;
}

/** Brings ProwJobs of the kubernetes agent forward (jobs 6); keys come from the watches of ProwJobs and pods. */
export const prowjobQueue = defineQueue<Readonly<{ name: string }>, ProwJobDeps>({
  name: 'prowjob',
  payload: z.strictObject({ name: z.string() }),
  dedupe: ({ name }) => name,
  // A job whose cluster does not answer is never given up.
  retry: { attempts: 10_000, backoffMs: 1_000, maxBackoffMs: 60_000 },
  concurrency: 10,
  timeoutMs: 120_000,
  process: ({ name }, { config, ...deps }, { signal }) => runJob(name, { ...deps, config: config.current().prow, signal }),
});
