import type { Action } from '../core/action.js';
import type { IssueEventEntry } from '../core/ports/github.js';

/**
 * Whether a repeated label action is out of date: its effect was made once already, or the label has been changed since by a
 * newer decision. GitHub's times are whole seconds, so within the second of the delivery only the same change counts.
 */
export function isStale(action: Extract<Action, { kind: 'label.add' | 'label.remove' }>, deliveredAt: number, timeline: readonly IssueEventEntry[]): boolean {
  const label = action.label.toLowerCase();
  const same = action.kind === 'label.add' ? 'labeled' : 'unlabeled';
  const second = Math.floor(deliveredAt / 1000) * 1000;
  return timeline.some((entry) => {
    if (entry.label?.toLowerCase() !== label) return false;
    if (entry.event !== 'labeled' && entry.event !== 'unlabeled') return false;
    const at = Date.parse(entry.at);
    return entry.event === same ? at >= second : at >= second + 1000;
  });
}
