import type { Action } from '../core/action.js';
import type { IssueEventEntry } from '../core/ports/github.js';

/**
 * A label action that is performed late (its delivery was recovered, or is tried again) may be out of date: its effect was made
 * once already, or somebody has decided anew since. The issue's timeline tells. What earlier late deliveries did just now lies
 * in the timeline as well, at a time that says nothing; those entries are remembered and left out.
 */
export type LabelAction = Extract<Action, { kind: 'label.add' | 'label.remove' }>;

/** A late write of ours: which of the label's timeline entries it made, and when its delivery came. */
export interface LateWrite {
  readonly entry: number;
  readonly deliveredAt: number;
}

export type Verdict = Readonly<{ perform: false } | { perform: true; entry: number | undefined }>;

/** Whether a late label action is still to be performed, and which entry of the label's timeline that will make. */
export function judge(action: LabelAction, deliveredAt: number, timeline: readonly IssueEventEntry[], late: readonly LateWrite[]): Verdict {
  const label = action.label.toLowerCase();
  const same = action.kind === 'label.add' ? 'labeled' : 'unlabeled';
  const entries = timeline.filter((entry) => entry.label?.toLowerCase() === label && (entry.event === 'labeled' || entry.event === 'unlabeled'));
  if (entries.at(-1)?.event === same) return { perform: false };
  const older = new Set(late.filter((write) => write.deliveredAt < deliveredAt).map((write) => write.entry));
  // GitHub's times are whole seconds: within the second of the delivery only the same change counts as newer.
  const second = Math.floor(deliveredAt / 1000) * 1000;
  const newer = entries.some((entry, n) => !older.has(n) && Date.parse(entry.at) >= (entry.event === same ? second : second + 1000));
  if (newer) return { perform: false };
  // Removing a label that never was there leaves no entry.
  return { perform: true, entry: entries.length === 0 && same === 'unlabeled' ? undefined : entries.length };
}

export function formatLate(writes: readonly LateWrite[]): string {
  return writes.map(({ entry, deliveredAt }) => `${entry}:${deliveredAt}`).join(' ');
}

export function parseLate(text: string): readonly LateWrite[] {
  return [...text.matchAll(/(\d+):(\d+)/g)].map(([, entry, deliveredAt]) => ({ entry: Number(entry), deliveredAt: Number(deliveredAt) }));
}
