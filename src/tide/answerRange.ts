import type { MergeRange } from '../core/ports/tide.js';

/** How fast a branch has been lately, as far as that is known. Times are milliseconds. */
export interface Pace {
  /** What each of the last merges took Tide, counted from when it was ready and the one before it had merged. */
  readonly merges: readonly number[];
  /** How long the last runs of each job took that passed, by context. */
  readonly runs: ReadonlyMap<string, readonly number[]>;
  /** Which share of the batches that were tested did not merge; undefined where there have been too few. */
  readonly batchesLost: number | undefined;
}

/** What a pull request that waits for nobody's doing still has before it. */
export interface Ahead {
  /** Its place in line, counted from 1. */
  readonly place: number;
  /** Its results hold on the present base, so that at the first place it merges at once. */
  readonly ready: boolean;
  /** Contexts of the jobs that must pass on the base it merges onto; empty: each merges as it is. */
  readonly jobs: readonly string[];
  /** How long they have been running, where they do. */
  readonly runningFor: number | undefined;
  /** So many are tested together at most. */
  readonly together: number;
}

/** Fewer data than these say nothing. */
export const HANDFUL = 5;

/** The nearest rank: of the values, the smallest that this share of them does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/** When it will probably have merged: from the middle of what was seen to what nine in ten did not exceed; undefined where too little was seen. */
export function rangeOf(pace: Pace, ahead: Ahead, now: number): MergeRange | undefined {
  if (ahead.jobs.length === 0 || (ahead.ready && ahead.place === 1)) {
    if (pace.merges.length < HANDFUL) return undefined;
    return { from: now + quantile(pace.merges, 0.5) * ahead.place, to: now + quantile(pace.merges, 0.9) * ahead.place, basis: 'merges', count: pace.merges.length };
  }
  const runs = ahead.jobs.map((context) => pace.runs.get(context.toLowerCase()) ?? []);
  const count = Math.min(...runs.map(({ length }) => length));
  if (count < HANDFUL) return undefined;
  // Jobs of one test run beside one another: the slowest decides.
  const [middle, most] = [0.5, 0.9].map((share) => Math.max(...runs.map((some) => quantile(some, share)))) as [number, number];
  const rounds = roundsFor(ahead, pace.batchesLost);
  const gone = ahead.runningFor ?? 0;
  // What has taken longer than nearly everything before it is like nothing that was seen.
  if (gone > most) return undefined;
  return { from: now + Math.max(0, rounds.few * middle - gone), to: now + rounds.many * most - gone, basis: 'runs', count };
}

/** Tests that must pass one after the other: few where all goes well, many where those before it are tested one by one. */
function roundsFor({ place, ready, together }: Ahead, batchesLost: number | undefined): Readonly<{ few: number; many: number }> {
  // Whoever is ready needs a test only because of those that merge before it.
  const alone = Math.max(1, ready ? place - 1 : place);
  const few = Math.max(1, Math.ceil(alone / Math.max(1, together)));
  const lost = batchesLost ?? 1;
  return { few, many: Math.ceil(few * (1 - lost) + alone * lost) };
}
