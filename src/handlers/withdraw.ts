import type { Action } from '../core/action.js';
import { RemoteError } from '../core/errors.js';
import { passedByOverride } from '../core/override.js';
import type { ProwJobs } from '../core/ports/jobs.js';

const ATTEMPTS = 10;

/**
 * Takes back that a ProwJob passed because somebody overrode it. GitHub has been told by whoever asked, so nobody reports it there.
 * False where there is nothing to take back, so it may be repeated.
 */
export async function withdraw({ name, description }: Extract<Action, { kind: 'prowjob.withdraw' }>, signal: AbortSignal, jobs: Pick<ProwJobs, 'find' | 'replace'>): Promise<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const job = await jobs.find(name, { signal });
    if (!job || !passedByOverride(job)) return false;
    const reported = Object(job.status['prev_report_states'] ?? {}) as Readonly<Record<string, unknown>>;
    const outcome = await jobs.replace({ ...job, status: { ...job.status, state: 'aborted', description, prev_report_states: { ...reported, 'github-reporter': 'aborted' } } }, { signal });
    if (outcome !== 'conflict') return outcome === 'replaced';
  }
  throw new RemoteError(`ProwJob ${name} changed all the time while its override was withdrawn`, { service: 'kubernetes', status: 409 });
}
