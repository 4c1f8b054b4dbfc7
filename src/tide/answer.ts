import { forRepo } from '../config/lookup.js';
import type { MergeRange, PoolPull, QueuePlace, Reason } from '../core/ports/tide.js';
import { rangeOf, type Pace } from './answerRange.js';
import type { Decided } from './decide.js';
import type { Judged, World } from './judge.js';
import { newestRun } from './runs.js';
import { allReasons, placeOf, queueOf } from './why.js';

/** Why a pull request has not merged, and when it will. */
export interface Explained {
  readonly state: PoolPull['state'];
  readonly reasons: readonly Reason[];
  readonly queue: QueuePlace | undefined;
  readonly merge: MergeRange | undefined;
}

/** What every pull request of a branch is told, by number: the one answer that the check, the comment, pages, Slack and the command line show. */
export function explain(decided: Decided, world: World, pace: Pace | undefined): ReadonlyMap<number, Explained> {
  const queue = queueOf(decided, world);
  const { decision } = decided;
  const merging = decision.kind === 'merge' ? [decision.pull] : decision.kind === 'merge_batch' ? decision.pulls : [];
  return new Map(decided.judged.map((judged) => [judged.member.number, explainOne(judged, { decided, world, pace, queue, merging: merging.includes(judged) })]));
}

function explainOne(judged: Judged, { decided, world, pace, queue, merging }: Readonly<{ decided: Decided; world: World; pace: Pace | undefined; queue: readonly Judged[]; merging: boolean }>): Explained {
  if (merging) return { state: 'merging', reasons: [], queue: undefined, merge: undefined };
  const place = placeOf(judged, queue);
  return { state: judged.state, reasons: allReasons(judged, decided, world, queue), queue: place, merge: pace && place ? expected(judged, place, world, pace) : undefined };
}

/** Checks of others that must run again take nobody knows how long. */
function expected(judged: Judged, { place }: QueuePlace, world: World, pace: Pace): MergeRange | undefined {
  if (judged.outdated.length > 0) return undefined;
  const limit = forRepo(world.tide.batch_size_limit, world.read.repo) ?? 0;
  const jobs = judged.tests.map(({ job }) => job.context);
  return rangeOf(pace, { place, ready: judged.state === 'ready', jobs, runningFor: runningFor(judged, world), together: limit === 0 ? Number.POSITIVE_INFINITY : Math.max(1, limit) }, world.now);
}

/** How long the first of its jobs that still run has been running on the present base, alone or in a batch. */
function runningFor({ member }: Judged, { tests, read, now }: World): number | undefined {
  if (tests === undefined || tests === 'unknown') return undefined;
  const mine = [...tests.serial, ...tests.batches].filter(({ state, baseSha, pulls }) => state === 'running' && baseSha === read.baseSha && pulls.some(({ number, sha }) => number === member.number && sha === member.headSha));
  const newest = newestRun(mine);
  return newest && Math.max(0, now - newest.startedAt);
}
