import { folderOf } from '../owners/load.js';
import type { BlameRange, ChangedFile } from '../ports/github.js';
import { pattern } from '../re2.js';

/** Lines of a file's former side, counted from 1, both ends included. */
export interface Lines {
  readonly from: number;
  readonly to: number;
}

const MOST_FILES = 20;
/** Lines above an insertion whose authors know the place. */
const ABOVE = 5;
const DAY_MS = 86_400_000;
const HUNK = pattern('(?m)^@@ -(\\d+)(?:,(\\d+))? \\+(\\d+)(?:,(\\d+))? @@');

/** The former lines that a patch changes, one range a hunk; for a pure insertion, those above it (plugins-policy 4.9). */
export function changedLines(patch: string): readonly Lines[] {
  return HUNK.matchAll(patch).map(({ groups: [start = '', count] }) => {
    const from = Number(start);
    const lines = count === undefined ? 1 : Number(count);
    return lines === 0 ? { from: Math.max(from - ABOVE, 1), to: from } : { from, to: from + lines - 1 };
  });
}

/** The files whose history is looked at: at most 20, taken in turns of their folders, so that one large folder does not take all. */
export function filesToBlame<T extends Pick<ChangedFile, 'path' | 'status'>>(files: readonly T[]): readonly T[] {
  const folders = new Map<string, T[]>();
  for (const file of files) if (file.status !== 'removed') folders.set(folderOf(file.path), [...(folders.get(folderOf(file.path)) ?? []), file]);
  const out: T[] = [];
  for (let turn = 0; out.length < MOST_FILES; turn++) {
    const next = [...folders.values()].flatMap((list) => list.slice(turn, turn + 1));
    if (next.length === 0) break;
    out.push(...next.slice(0, MOST_FILES - out.length));
  }
  return out;
}

export interface Blamed {
  readonly changed: readonly Lines[];
  readonly ranges: readonly BlameRange[];
}

/** Points of those who wrote the changed lines, by login in lower case: ten a line, and up to five for having done so lately. `now` in milliseconds. */
export function scoreAuthors(files: readonly Blamed[], now: number): ReadonlyMap<string, number> {
  const authors = new Map<string, { lines: number; newest: number }>();
  for (const { changed, ranges } of files) {
    for (const { from, to } of changed) {
      for (const range of ranges) {
        const lines = Math.min(to, range.to) - Math.max(from, range.from) + 1;
        if (lines <= 0 || range.login === '') continue;
        const known = authors.get(range.login) ?? { lines: 0, newest: Number.NEGATIVE_INFINITY };
        const at = Date.parse(range.at);
        authors.set(range.login, { lines: known.lines + lines, newest: Number.isNaN(at) ? known.newest : Math.max(known.newest, at) });
      }
    }
  }
  return new Map([...authors].map(([login, { lines, newest }]) => [login, lines * 10 + 5 / (1 + Math.max(now - newest, 0) / DAY_MS)]));
}

/** More points for authors who own a changed file. */
export function favourOwners(scores: ReadonlyMap<string, number>, { approvers, reviewers }: Readonly<{ approvers: ReadonlySet<string>; reviewers: ReadonlySet<string> }>): ReadonlyMap<string, number> {
  return new Map([...scores].map(([login, points]) => [login, points + (approvers.has(login) ? 3 : reviewers.has(login) ? 2 : 0)]));
}
