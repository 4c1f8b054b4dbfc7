import { periodicProwJob } from '../../config/jobs/build.js';
import type { Snapshot } from '../../config/snapshot.js';
import type { Clock } from '../../core/ports/clock.js';
import type { FirstSeen } from '../../core/ports/firstSeen.js';
import type { ProwJobs } from '../../core/ports/jobs.js';
import type { Index, ProwJobLookup } from '../../core/ports/kube.js';
import type { Log } from '../../core/ports/log.js';
import { uuidOf, type ProwJob } from '../../core/prowjob.js';
import type { Outcome } from '../../core/queue.js';
import { toError } from '../../core/retry.js';
import { decidePeriodics, RETRY_LABEL } from './decide.js';

export interface PeriodicsDeps {
  readonly config: Pick<Snapshot, 'jobs' | 'prow'>;
  readonly jobs: Pick<ProwJobs, 'create'>;
  readonly index: Pick<Index<ProwJob, ProwJobLookup>, 'by' | 'synced'>;
  readonly seen: FirstSeen;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

const UNSYNCED_MS = 1_000;

/**
 * Starts the periodics that are due (jobs 9). The name of a run says what set it off, so that any number of workers start it once.
 * Comes back when the next one falls due.
 */
export async function runPeriodics({ config, jobs, index, seen, clock, log, signal }: PeriodicsDeps): Promise<Outcome> {
  const now = clock.now();
  // Without all ProwJobs each periodic would look as if it had never run.
  if (!index.synced()) return { lookAgainAt: now + UNSYNCED_MS };
  const { periodics } = config.jobs;
  const latest = new Map<string, ProwJob>();
  for (const { name } of periodics) {
    const newest = newestOf(index.by('job', name));
    if (newest) latest.set(name, newest);
  }
  const knownSince = await seen.since('periodics', periodics.map(({ name }) => name), now);
  const { due, next } = decidePeriodics({ periodics, latest, knownSince, now });
  const errors: Error[] = [];
  for (const { job, cause, retry } of due) {
    const name = uuidOf(['periodic', job.name, cause]);
    try {
      const made = periodicProwJob(job, { config: config.prow, now, name, labels: retry === undefined ? {} : { [RETRY_LABEL]: String(retry) } });
      if ((await jobs.create(made, { signal })) === 'created') log.info({ job: job.name, name, cause }, 'periodic started');
    } catch (error) {
      signal.throwIfAborted();
      errors.push(toError(error));
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, errors.map(({ message }) => message).join('; '));
  return next === undefined ? undefined : { lookAgainAt: next };
}

function newestOf(jobs: readonly ProwJob[]): ProwJob | undefined {
  let newest: ProwJob | undefined;
  for (const job of jobs) if (job.spec.type === 'periodic' && (!newest || (job.status.startTime ?? '') > (newest.status.startTime ?? ''))) newest = job;
  return newest;
}
