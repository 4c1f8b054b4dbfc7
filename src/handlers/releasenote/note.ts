import { pattern } from '../../core/re2.js';

export const NOTE = 'release-note';
export const NONE = 'release-note-none';
export const ACTION_REQUIRED = 'release-note-action-required';
export const NEEDED = 'do-not-merge/release-note-label-needed';
export const DEPRECATION = 'kind/deprecation';
/** A pull request has exactly one of them. */
export const EXCLUSIVE = [NOTE, NONE, ACTION_REQUIRED, NEEDED] as const;
export type NoteLabel = (typeof EXCLUSIVE)[number];

const BLOCK = pattern('(?s)(?:Release note\\*\\*:\\s*(?:<!--[^<>]*-->\\s*)?```(?:release-note)?|```release-note)(.+?)```');
const NO_NOTE = pattern('(?i)^\\W*(NONE|NO)\\W*$');

/** The text of the first block for a release note, trimmed; empty where there is none (plugins-policy 4.23). */
export function noteOf(body: string): string {
  return BLOCK.first(body)?.groups[0]?.trim() ?? '';
}

/** A description with another text in its first block; undefined where it has no block. Line ends are those of GitHub's own editor. */
export function withNote(body: string, note: string): string | undefined {
  const found = BLOCK.first(body);
  const former = found?.groups[0];
  if (!found || former === undefined) return undefined;
  const start = found.index + found.text.length - '```'.length - former.length;
  return `${body.slice(0, start)}\r\n${note.trim()}\r\n${body.slice(start + former.length)}`;
}

/** The label that a description asks for, with the labels that are there. */
export function labelFor(body: string, labels: ReadonlySet<string>): NoteLabel {
  const note = noteOf(body).toLowerCase();
  if (note === '') return labels.has(NONE) && !labels.has(DEPRECATION) ? NONE : NEEDED;
  if (NO_NOTE.test(note)) return labels.has(DEPRECATION) ? NEEDED : NONE;
  return note.includes('action required') ? ACTION_REQUIRED : NOTE;
}

const PARENT = pattern('Cherry pick of #([[:digit:]]+) on release-([[:digit:]]+\\.[[:digit:]]+).');

/** The pull requests that a cherry-pick says it picks. */
export function parentsOf(body: string): readonly number[] {
  const found = body.split('\n').flatMap((line) => { const number = Number(PARENT.first(line)?.groups[0]); return Number.isSafeInteger(number) && number > 0 ? [number] : []; });
  return [...new Set(found)];
}

/** Names of labels compare without case. */
export function labelSet(labels: readonly string[]): ReadonlySet<string> {
  return new Set(labels.map((label) => label.toLowerCase()));
}
