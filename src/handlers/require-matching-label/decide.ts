import type { RequireMatchingLabel } from '../../config/plugins/labels.js';
import type { Action } from '../../core/action.js';
import type { IssueRef } from '../../core/ids.js';
import type { Notice } from '../../core/notice.js';
import { pattern } from '../../core/re2.js';

export type Entry = Pick<RequireMatchingLabel, 'regexp' | 'missing_label' | 'missing_comment'>;

/** The comment for want of a label. Each label has one of its own. */
export function noticeOf({ missing_label, missing_comment }: Entry): Notice {
  return { plugin: 'require-matching-label', purpose: `missing/${encodeURIComponent(missing_label)}`, upstream: missing_comment === '' ? [] : [missing_comment] };
}

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
export const isMet = ({ regexp }: Pick<Entry, 'regexp'>, labels: readonly string[]): boolean => labels.some((label) => pattern(regexp).test(label));

/** What is to be done for entries: the label for want of another comes or goes. */
export interface Plan {
  readonly add: readonly Entry[];
  readonly remove: readonly Entry[];
}

/**
 * Per entry: nothing that matches and not yet said so, or said so without need (plugins-policy 4.18). Where entries share a label, it goes when
 * all of them are met. `former`: entries that no longer are for the issue.
 */
export function plan(entries: readonly Entry[], former: readonly Entry[], labels: readonly string[]): Plan {
  const has = (entry: Entry): boolean => labels.some((label) => sameName(label, entry.missing_label));
  const wanting = entries.filter((entry) => !isMet(entry, labels));
  const wanted = (entry: Entry): boolean => wanting.some((one) => sameName(one.missing_label, entry.missing_label));
  return { add: unique(wanting.filter((entry) => !has(entry))), remove: unique([...entries, ...former].filter((entry) => has(entry) && !wanted(entry))) };
}

function unique(entries: readonly Entry[]): readonly Entry[] {
  return [...new Map(entries.map((entry) => [entry.missing_label.toLowerCase(), entry])).values()];
}

export function labelActions({ add, remove }: Plan, issue: IssueRef): readonly Action[] {
  return [
    ...remove.map(({ missing_label: label }): Action => ({ kind: 'label.remove', issue, label })),
    ...add.map(({ missing_label: label }): Action => ({ kind: 'label.add', issue, label })),
  ];
}
