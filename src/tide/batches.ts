import type { Presubmit } from '../config/jobs/schema.js';
import type { PoolRead } from '../core/ports/merging.js';
import { sameName, short } from './names.js';
import { mayRetry, newestRun, pullsKey, type Run, type Tested } from './runs.js';

/** Pull requests that are, or were, tested together on the present base, each at its present head. */
export interface Group {
  readonly pulls: readonly Tested[];
  /** What must pass on all of them together. */
  readonly required: readonly Presubmit[];
  readonly runs: readonly Run[];
}

/** What is known of our own jobs on a branch. */
export interface Tests {
  /** The jobs that each pull request must have passed, by number; those that cannot merge anyway are left out. */
  readonly required: ReadonlyMap<number, readonly Presubmit[]>;
  /** Pull requests whose jobs cannot be told, and why. */
  readonly faults: ReadonlyMap<number, string>;
  /** Attempts on single pull requests, of any base. */
  readonly serial: readonly Run[];
  /** Every attempt of Tide's on several, of any base and head. */
  readonly batches: readonly Run[];
  readonly groups: readonly Group[];
  /** The rest of a batch that was green, whose first members made the present base by their merges. */
  readonly landing: readonly Tested[];
}

/** `due`: some of its jobs must be started, because they are gone, were never created, or could not be run. */
export type GroupState = Readonly<{ kind: 'green' | 'running' | 'failed' } | { kind: 'due'; jobs: readonly Presubmit[] }>;

/** How a batch stands: one required job that has failed decides, the others are not waited for (tide 8). */
export function groupState({ required, runs }: Group): GroupState {
  const due: Presubmit[] = [];
  let running = false;
  for (const job of required) {
    const mine = runs.filter(({ context }) => sameName(context, job.context));
    const newest = newestRun(mine);
    if (!newest || mayRetry(newest, mine)) due.push(job);
    else if (newest.state === 'running') running = true;
    else if (newest.state !== 'success') return { kind: 'failed' };
  }
  if (due.length > 0) return { kind: 'due', jobs: due };
  return { kind: running ? 'running' : 'green' };
}

/** How many pull requests were in the smallest batch that has failed on this base, not merely been stopped; undefined: none has. */
export function smallestFailed(groups: readonly Group[]): number | undefined {
  const sizes = groups.filter((group) => group.runs.some(({ state }) => state === 'failure' || state === 'error') && groupState(group).kind === 'failed').map(({ pulls }) => pulls.length);
  return sizes.length > 0 ? Math.min(...sizes) : undefined;
}

/** Larger batches first, then those of smaller numbers: always the same one (tide F-15). */
export function bySize(groups: readonly Group[]): readonly Group[] {
  const compared = (a: Group, b: Group) => {
    const at = a.pulls.findIndex(({ number }, n) => number !== b.pulls[n]?.number);
    return at === -1 ? 0 : (a.pulls[at]?.number ?? 0) - (b.pulls[at]?.number ?? 0);
  };
  return [...groups].sort((a, b) => b.pulls.length - a.pulls.length || compared(a, b));
}

/** The batch that is being tested with a pull request in it, for people. */
export function batchOf({ tests, read }: Readonly<{ tests: Tests | 'unknown' | undefined; read: PoolRead }>, number: number): Readonly<{ numbers: readonly number[]; where: string }> | undefined {
  if (tests === undefined || tests === 'unknown') return undefined;
  const group = bySize(tests.groups).find((one) => one.pulls.some((pull) => pull.number === number) && groupState(one).kind === 'running');
  return group && { numbers: group.pulls.map((pull) => pull.number), where: `${read.branch} at ${short(read.baseSha)}` };
}

/**
 * Runs of batches that nobody needs: their base has moved, a head was pushed to, or a required job has failed already (tide 28.13).
 * `keep` is the batch that is tested now; with it every other one ends, so that one at most runs.
 */
export function voidRuns({ batches, groups }: Tests, keep: readonly Tested[] | undefined): readonly Run[] {
  const kept = keep && pullsKey(keep);
  const alive = new Map(groups.map((group) => [pullsKey(group.pulls), groupState(group).kind]));
  const names = new Set(groups.flatMap(({ runs }) => runs.map(({ name }) => name)));
  return batches.filter((run) => {
    if (run.over || run.state !== 'running') return false;
    if (!names.has(run.name)) return true;
    const of = pullsKey(run.pulls);
    return kept === undefined ? alive.get(of) === 'failed' : of !== kept;
  });
}
