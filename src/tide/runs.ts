import { isComplete, type ProwJob, type Refs } from '../core/prowjob.js';

/** One attempt of one of our jobs on pull requests, as its ProwJob tells it. */
export interface Run {
  /** The ProwJob. */
  readonly name: string;
  readonly kind: 'serial' | 'batch';
  readonly job: string;
  readonly context: string;
  readonly baseSha: string;
  readonly pulls: readonly Tested[];
  /** `scheduling` is running: a job that waits for its place has not failed (tide F-10). `error`: it was never really run. */
  readonly state: 'running' | 'success' | 'failure' | 'error' | 'aborted';
  /** Whether a pod may still be there. */
  readonly over: boolean;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Tide started it. */
  readonly byTide: boolean;
}

/** A head that was tested. */
export interface Tested {
  readonly number: number;
  readonly sha: string;
}

/** The label of what Tide starts (tide 12). */
export const BY_TIDE = 'created-by-tide';

const STATES: Readonly<Record<ProwJob['status']['state'], Run['state']>> = {
  scheduling: 'running', triggered: 'running', pending: 'running', success: 'success', failure: 'failure', error: 'error', aborted: 'aborted',
};

/** The attempts among ProwJobs: presubmits of one pull request, and batches. What has no refs or pull requests is left out (tide F-30). */
export function runsOf(jobs: readonly ProwJob[]): readonly Run[] {
  return jobs.flatMap((job): readonly Run[] => {
    const { spec: { type, refs, job: name, context = name }, metadata, status } = job;
    const pulls = pullsOf(refs);
    if (!refs || pulls.length === 0 || (type !== 'batch' && !(type === 'presubmit' && pulls.length === 1))) return [];
    return [{
      name: metadata.name, kind: type === 'batch' ? 'batch' : 'serial', job: name, context, baseSha: refs.base_sha ?? '', pulls, state: STATES[status.state] ?? 'error', over: isComplete(job),
      startedAt: Date.parse(metadata.creationTimestamp ?? status.startTime ?? '') || 0, byTide: metadata.labels?.[BY_TIDE] === 'true',
    }];
  });
}

const pullsOf = (refs: Refs | undefined): readonly Tested[] => (refs?.pulls ?? []).map(({ number, sha }) => ({ number, sha }));

/** Of attempts that began in the same second the one that says least good counts. */
const CAUTION: readonly Run['state'][] = ['success', 'error', 'aborted', 'failure', 'running'];

/** The newest attempt decides, never the best (design decision 12); undefined where there was none. */
export function newestRun(runs: readonly Run[]): Run | undefined {
  return runs.reduce<Run | undefined>((best, run) => {
    if (!best) return run;
    return (run.startedAt - best.startedAt || CAUTION.indexOf(run.state) - CAUTION.indexOf(best.state)) >= 0 ? run : best;
  }, undefined);
}

/** Which heads were tested together, in their order. */
export function pullsKey(pulls: readonly Tested[]): string {
  return pulls.map(({ number, sha }) => `${number}:${sha}`).join(',');
}

/** A job that could not be run at all is tried so many times in all at one base. */
export const MAX_ATTEMPTS = 3;

/** Attempts that came to nothing: the next one is counted after them. */
export function spent(runs: readonly Run[]): number {
  return runs.filter(({ state }) => state !== 'running' && state !== 'success').length;
}

/** Whether a job that last could not be run may be tried once more. */
export function mayRetry(newest: Run, runs: readonly Run[]): boolean {
  return newest.state === 'error' && runs.filter(({ state }) => state === 'error').length < MAX_ATTEMPTS;
}
