import { z } from 'zod';
import { defineQueue } from '../src/core/queue.js';
import { report, type ReportDeps } from '../src/jobs/report/reporter.js';

export type ReportKey = Readonly<{ reporter: string; name: string }>;

/** Tells what has become of jobs (jobs 10); each reporter has keys of its own, so that none holds up another. */
export const reportQueue = defineQueue<ReportKey, Omit<ReportDeps, 'signal'>>({
  name: 'report',
  payload: z.strictObject({ reporter: z.string(), name: z.string() }),
  dedupe: ({ reporter, name }) => `${reporter} ${name}`,
  retry: { attempts: 40, backoffMs: 1_000, maxBackoffMs: 600_000 },
  concurrency: 10,
  timeoutMs: 1_800_000,
  process: (key, deps, { signal }) => report(key, { ...deps, signal }),
});
