import type { Action } from './action.js';
import type { IssueRef } from './ids.js';
import { isReplyOf, standingMarker, withoutMarker } from './marker.js';
import type { Comment, GitHubReads } from './ports/github.js';
import type { Said } from './ports/said.js';
import { isSelf } from './trusted.js';

/** What a plugin tells everybody on an issue or pull request for as long as it is so. */
export interface Notice {
  readonly plugin: string;
  readonly purpose: string;
  /** Texts by which a comment that upstream's bot left is known for one of these. */
  readonly upstream?: readonly string[];
}

export interface NoticeDeps {
  readonly github: Pick<GitHubReads, 'identity' | 'comments'>;
  readonly said: Pick<Said, 'ids'>;
  readonly signal: AbortSignal;
}

/** Whether a comment of ours is this notice. */
export function isNotice({ plugin, purpose, upstream = [] }: Notice, body: string): boolean {
  return body.includes(standingMarker(plugin, purpose)) || isReplyOf(body, plugin, purpose) || upstream.some((text) => text !== '' && body.includes(text));
}

/** Our comments with any of these notices, oldest first. `since`: when the issue was created; what was surely never said is not looked for. */
export async function formerNotices(notices: readonly Notice[], issue: IssueRef, since: string | undefined, { github, said, signal }: NoticeDeps): Promise<readonly Comment[]> {
  const known = await Promise.all(notices.map(({ plugin, purpose }) => said.ids(plugin, purpose, issue, since)));
  if (known.every((ids) => ids?.length === 0)) return [];
  const [me, comments] = await Promise.all([github.identity({ signal }), github.comments(issue, { signal })]);
  return comments.filter(({ user, body }) => isSelf(me, user.login) && notices.some((notice) => isNotice(notice, body)));
}

/** Says it, once: nothing where the only such comment says it already. Quiet comments are edited, upstream's replaced. */
export function giveNotice({ purpose }: Notice, issue: IssueRef, body: string, former: readonly Comment[], style: 'quiet' | 'upstream'): readonly Action[] {
  const [only] = former;
  if (only && former.length === 1 && withoutMarker(only.body) === body) return [];
  return [{ kind: 'comment.upsert', issue, purpose, body, style: style === 'quiet' ? 'edit' : 'replace', formerIds: former.map(({ id }) => id) }];
}

/** Deletes what is no longer so. */
export function withdraw({ org, name, number }: IssueRef, former: readonly Comment[]): readonly Action[] {
  return former.map(({ id }) => ({ kind: 'comment.delete', issue: { org, name, number }, commentId: id }));
}

/** All of these, whatever becomes of each. */
export function together(actions: readonly Action[]): readonly Action[] {
  return actions.length > 1 ? [{ kind: 'each', actions }] : actions;
}
