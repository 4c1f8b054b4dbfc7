import type { Action } from '../../core/action.js';
import { normLogin, type IssueRef } from '../../core/ids.js';
import { namesOf } from '../../core/reviewers/commands.js';

export type Verb = 'assign' | 'unassign' | 'cc' | 'uncc';

export interface Used {
  readonly verb: Verb;
  readonly groups: readonly (string | undefined)[];
}

/** Who comes and who goes, as written, in the order in which they were first named. */
export interface Wish {
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/** What the commands of a comment ask for together: without a name they mean whoever wrote it; what is said last of somebody counts (plugins-policy 4.10). */
export function wishOf(commands: readonly Used[], verbs: Readonly<{ add: Verb; remove: Verb }>, commenter: string): Wish {
  const last = new Map<string, Readonly<{ name: string; verb: Verb }>>();
  for (const { verb, groups } of commands) {
    if (verb !== verbs.add && verb !== verbs.remove) continue;
    const names = namesOf(groups);
    for (const name of names.length > 0 ? names : [commenter]) last.set(normLogin(name), { name: last.get(normLogin(name))?.name ?? name, verb });
  }
  const of = (wanted: Verb) => [...last.values()].filter(({ verb }) => verb === wanted).map(({ name }) => name);
  return { add: of(verbs.add), remove: of(verbs.remove) };
}

export interface Asked {
  readonly issue: IssueRef;
  readonly isPull: boolean;
  readonly commenter: string;
  readonly commands: readonly Used[];
  /** An answer to the comment, around names. */
  answer(names: string): string;
}

const NAMES = '\u0000';

/** A complaint whose text has the names where the gap is. */
function complaint(purpose: string, text: (names: string) => string, { answer }: Pick<Asked, 'answer'>) {
  const whole = answer(text(NAMES));
  const at = whole.indexOf(NAMES);
  return { purpose, before: whole.slice(0, at), after: whole.slice(at + NAMES.length) };
}

/** Removals before additions, of assignees and of reviewers apart: a failure of one does not stop the other. */
export function decideAssign(asked: Asked): readonly Action[] {
  const { issue, isPull, commenter, commands } = asked;
  const parts = [assignees(wishOf(commands, { add: 'assign', remove: 'unassign' }, commenter), issue, asked), ...(isPull ? [reviewers(wishOf(commands, { add: 'cc', remove: 'uncc' }, commenter), issue, asked)] : [])].filter((part) => part.length > 0);
  const [only] = parts;
  if (only && parts.length === 1) return only;
  return parts.length === 0 ? [] : [{ kind: 'each', actions: parts.map((actions) => ({ kind: 'list', actions })) }];
}

function assignees({ add, remove }: Wish, issue: IssueRef, asked: Asked): readonly Action[] {
  const logins = (names: readonly string[]) => names.filter((name) => !name.includes('/'));
  const text = (names: string) => `GitHub does not let me assign: ${names}. It takes people who can read this repository, its collaborators, and whoever has commented here; at most ten in all. Ask the others to comment here first.`;
  return [
    ...(logins(remove).length > 0 ? [{ kind: 'unassign', issue, logins: logins(remove) } as const] : []),
    ...(logins(add).length > 0 ? [{ kind: 'assign', issue, logins: logins(add), complaint: complaint('not-assigned', text, asked) } as const] : []),
  ];
}

function reviewers({ add, remove }: Wish, issue: IssueRef, asked: Asked): readonly Action[] {
  const text = (names: string) => `GitHub does not let me ask for a review from: ${names}. It takes members of the organisation, collaborators of this repository and teams of the organisation, and never the author.`;
  return [
    ...(remove.length > 0 ? [{ kind: 'review.unrequest', issue, reviewers: remove } as const] : []),
    ...(add.length > 0 ? [{ kind: 'review.request', issue, reviewers: add, complaint: complaint('not-asked', text, asked) } as const] : []),
  ];
}

/** Teams that somebody wants to assign; GitHub has no such thing. */
export function teamsToAssign(commands: readonly Used[]): readonly string[] {
  return [...new Set(commands.filter(({ verb }) => verb === 'assign').flatMap(({ groups }) => namesOf(groups)).filter((name) => name.includes('/')))];
}
