import type { ProwJob } from '../../core/prowjob.js';
import type { Part } from './gzipParts.js';
import { orderOf } from './view.js';

/** Jobs that stand one after the other, and what was made of them. */
export interface Segment {
  readonly jobs: readonly ProwJob[];
  readonly part: Part;
}

/** A segment as it is now to be; `part` where it is as it was. */
export interface Cut {
  readonly jobs: readonly ProwJob[];
  readonly part: Part | undefined;
}

/** So many jobs are packed together at most: more make a change dearer, fewer pack worse. */
export const MOST_TOGETHER = 512;
/** Neighbours that have shrunk are put together when they are no more than this. */
const FEW = MOST_TOGETHER / 4;

/** Where a job stands in a list in order, or would stand. */
function place(jobs: readonly ProwJob[], wanted: ProwJob): number {
  let [low, high] = [0, jobs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const there = jobs[middle];
    if (there && orderOf(there, wanted) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function halves(jobs: readonly ProwJob[]): readonly Cut[] {
  if (jobs.length <= MOST_TOGETHER) return [{ jobs, part: undefined }];
  const count = Math.ceil(jobs.length / (MOST_TOGETHER / 2));
  const each = Math.ceil(jobs.length / count);
  return Array.from({ length: count }, (_, n) => ({ jobs: jobs.slice(n * each, (n + 1) * each), part: undefined })).filter((cut) => cut.jobs.length > 0);
}

/**
 * Cuts a list of jobs, which is in the order of `orderOf`, where it was cut before, so that most of what was made of it can be used again:
 * a job that comes, goes or changes touches one segment only. Segments that have grown are divided, small neighbours joined.
 */
export function cutAgain(jobs: readonly ProwJob[], before: readonly Segment[]): readonly Cut[] {
  if (before.length === 0) return jobs.length === 0 ? [] : halves(jobs);
  const cuts: Cut[] = [];
  let from = 0;
  for (const [n, old] of before.entries()) {
    const next = before[n + 1]?.jobs[0];
    const to = next ? place(jobs, next) : jobs.length;
    const some = jobs.slice(from, to);
    from = to;
    if (some.length === 0) continue;
    const last = cuts.at(-1);
    if (some.length === old.jobs.length && some.every((job, at) => job === old.jobs[at])) cuts.push(old);
    else if (last && last.jobs.length + some.length <= FEW) cuts[cuts.length - 1] = { jobs: [...last.jobs, ...some], part: undefined };
    else cuts.push(...halves(some));
  }
  return cuts;
}
