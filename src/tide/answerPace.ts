import type { HistoryRecord, MergeRecord } from '../core/ports/tide.js';
import type { ProwJob } from '../core/prowjob.js';
import { HANDFUL, type Pace } from './answerRange.js';

/** So many of the newest are looked at: what was long ago says little about now. */
const RECENT = 20;

/** How fast a branch has been: from what merged into it, what was tested together, and how long its jobs took. */
export function paceOf(seen: Readonly<{ merges: readonly MergeRecord[]; records: readonly HistoryRecord[]; jobs: readonly ProwJob[] }>): Pace {
  return { merges: mergeTimes(seen.merges), runs: runTimes(seen.jobs), batchesLost: batchesLost(seen.records) };
}

/** What each merge took once it was ready and its turn; those of which nobody knows when they were ready are left out. */
function mergeTimes(merges: readonly MergeRecord[]): readonly number[] {
  const newest = [...merges].sort((a, b) => b.mergedAt - a.mergedAt).slice(0, RECENT + 1);
  return newest.flatMap(({ readyAt, mergedAt }, n) => {
    const before = newest[n + 1];
    if (readyAt === undefined || (before === undefined && newest.length > RECENT)) return [];
    return [Math.max(0, mergedAt - Math.max(readyAt, before?.mergedAt ?? 0))];
  }).slice(0, RECENT);
}

/** Milliseconds of the newest runs that passed, by context in lower case. A run that failed may have failed early. */
function runTimes(jobs: readonly ProwJob[]): ReadonlyMap<string, readonly number[]> {
  const runs = new Map<string, { readonly end: number; readonly took: number }[]>();
  for (const { spec, status } of jobs) {
    if (status.state !== 'success' || (spec.type !== 'presubmit' && spec.type !== 'batch')) continue;
    const [start, end] = [Date.parse(status.startTime ?? ''), Date.parse(status.completionTime ?? '')];
    if (Number.isNaN(start) || Number.isNaN(end) || end < start) continue;
    const context = (spec.context ?? spec.job).toLowerCase();
    const known = runs.get(context);
    if (known) known.push({ end, took: end - start });
    else runs.set(context, [{ end, took: end - start }]);
  }
  return new Map([...runs].map(([context, some]) => [context, some.sort((a, b) => b.end - a.end).slice(0, RECENT).map(({ took }) => took)]));
}

/** The share of the last batches that did not merge; one that merged in part has merged. */
function batchesLost(records: readonly HistoryRecord[]): number | undefined {
  const batches = records.filter(({ action }) => action === 'TRIGGER_BATCH' || action === 'MERGE_BATCH').slice(0, 2 * RECENT);
  const begun = batches.filter(({ action }) => action === 'TRIGGER_BATCH').length;
  if (begun < HANDFUL) return undefined;
  return Math.min(1, Math.max(0, 1 - batches.filter(({ action, err }) => action === 'MERGE_BATCH' && err === undefined).length / begun));
}
