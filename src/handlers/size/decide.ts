import type { Size } from '../../config/plugins/review.js';
import type { Action } from '../../core/action.js';
import type { IssueRef } from '../../core/ids.js';
import type { ChangedFile } from '../../core/ports/github.js';

export const PREFIX = 'size/';

/** The changed lines of files that are not generated. */
export function linesOf(files: readonly Pick<ChangedFile, 'path' | 'additions' | 'deletions'>[], generated: (path: string) => boolean): number {
  return files.filter(({ path }) => !generated(path)).reduce((sum, { additions, deletions }) => sum + additions + deletions, 0);
}

/** The label for a number of changed lines; each step begins at its number. */
export function sizeLabel(lines: number, { s, m, l, xl, xxl }: Size): string {
  if (lines < s) return 'size/XS';
  if (lines < m) return 'size/S';
  if (lines < l) return 'size/M';
  if (lines < xl) return 'size/L';
  return lines < xxl ? 'size/XL' : 'size/XXL';
}

/** One size label, the right one: the others go, and one that cannot be removed does not keep the right one away. */
export function decideSize(issue: IssueRef, wanted: string, labels: readonly string[]): readonly Action[] {
  const same = (label: string) => label.toLowerCase() === wanted.toLowerCase();
  const others = labels.filter((label) => label.startsWith(PREFIX) && !same(label));
  const actions: readonly Action[] = [
    ...others.map((label): Action => ({ kind: 'label.remove', issue, label })),
    ...(labels.some(same) ? [] : [{ kind: 'label.add', issue, label: wanted } as const]),
  ];
  return actions.length > 1 ? [{ kind: 'each', actions }] : actions;
}
