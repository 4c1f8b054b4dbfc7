import type { Action } from '../../core/action.js';
import { sameLogin, type IssueRef } from '../../core/ids.js';
import { isReplyOf } from '../../core/marker.js';
import type { Comment, Identity } from '../../core/ports/github.js';
import { commandText } from '../../core/markdown.js';
import { pattern } from '../../core/re2.js';
import { isSelf } from '../../core/trusted.js';

export const LGTM = 'lgtm';
export const ADD = pattern('(?mi)^/lgtm(?: no-issue)?\\s*$');
export const CANCEL = pattern('(?mi)^/(remove-lgtm|lgtm cancel)\\s*$');

/** Older comments must stay readable, so this text never changes. */
const TREE_HASH = pattern('LGTM label has been added.  <details>Git tree hash: (.*)</details>');
const REMOVED = pattern('(?i)LGTM label has been removed');
const REMOVED_PURPOSE = 'removed';
const TREE_PURPOSE = 'tree-hash';

export type Want = 'add' | 'remove';

/** What a text asks for; adding wins. */
export function wantOf(body: string): Want | undefined {
  const text = commandText(body);
  if (ADD.test(text)) return 'add';
  return CANCEL.test(text) ? 'remove' : undefined;
}

export function hasLgtm(labels: readonly string[]): boolean {
  return labels.some((label) => label.toLowerCase() === LGTM);
}

/** Our comments that hold the hash of a reviewed tree, oldest first. */
export function treeComments(comments: readonly Comment[], identity: Identity): readonly Comment[] {
  return comments.filter((comment) => isSelf(identity, comment.user.login) && TREE_HASH.test(comment.body));
}

/** The tree that was reviewed last; a comment that somebody edited proves nothing. */
export function reviewedTree(comments: readonly Comment[], identity: Identity): string | undefined {
  const newest = treeComments(comments, identity).findLast((comment) => comment.createdAt === comment.updatedAt);
  return newest && TREE_HASH.first(newest.body)?.groups[0]?.trim();
}

/** Our comments that say that changes took the label away. */
function removalComments(comments: readonly Comment[], identity: Identity): readonly Comment[] {
  return comments.filter((comment) => isSelf(identity, comment.user.login) && (isReplyOf(comment.body, LGTM, REMOVED_PURPOSE) || REMOVED.test(comment.body)));
}

const deletions = (issue: IssueRef, comments: readonly Comment[]): readonly Action[] => comments.map(({ id }) => ({ kind: 'comment.delete', issue, commentId: id }));

/** All of these, whatever becomes of each. */
function each(actions: readonly Action[]): readonly Action[] {
  return actions.length > 1 ? [{ kind: 'each', actions }] : actions;
}

/** Asks assignees to look again; nobody can review a change of their own. */
function askAgain(issue: IssueRef, assignees: readonly string[], author: string): readonly Action[] {
  const reviewers = assignees.filter((login) => !sameLogin(login, author));
  return reviewers.length > 0 ? [{ kind: 'review.request', issue, reviewers }] : [];
}

export interface Adding {
  readonly issue: IssueRef;
  readonly comments: readonly Comment[];
  readonly identity: Identity;
  /** The tree of the head, where it is to be remembered. */
  readonly tree: string | undefined;
  readonly style: 'quiet' | 'upstream';
}

/** What goes with adding the label: the reviewed tree is remembered, and older news of a removal goes. */
export function afterAdding({ issue, comments, identity, tree, style }: Adding): readonly Action[] {
  const remember = (hash: string): Action => {
    const body = `LGTM label has been added.  <details>Git tree hash: ${hash}</details>`;
    if (style === 'upstream') return { kind: 'comment.reply', issue, purpose: TREE_PURPOSE, body };
    return { kind: 'comment.upsert', issue, purpose: TREE_PURPOSE, body, style: 'replace', formerIds: treeComments(comments, identity).map(({ id }) => id) };
  };
  return each([...(tree === undefined ? [] : [remember(tree)]), ...deletions(issue, removalComments(comments, identity))]);
}

export interface Cancelling {
  readonly issue: IssueRef;
  readonly author: string;
  readonly assignees: readonly string[];
  readonly comments: readonly Comment[];
  readonly identity: Identity;
}

/** What goes with taking the label back where trees are remembered. */
export function afterCancelling({ issue, author, assignees, comments, identity }: Cancelling): readonly Action[] {
  return each([...askAgain(issue, assignees, author), ...deletions(issue, treeComments(comments, identity))]);
}

export interface Removing {
  readonly issue: IssueRef;
  readonly author: string;
  readonly assignees: readonly string[];
  readonly askReviewers: boolean;
  /** Our comments on the tree that was reviewed; the quiet style has one comment at a time. */
  readonly outdated: readonly Comment[];
}

/** The comments that the news of a removal replaces. */
export function outdatedBy(style: 'quiet' | 'upstream', comments: readonly Comment[], identity: Identity): readonly Comment[] {
  return style === 'quiet' ? [...treeComments(comments, identity), ...removalComments(comments, identity)] : [];
}

/** New changes: the label goes and everybody is told; where trees are remembered, assignees are asked again. */
export function decideRemoval({ issue, author, assignees, askReviewers, outdated }: Removing): readonly Action[] {
  return [
    { kind: 'label.remove', issue, label: LGTM },
    ...each([
      ...(askReviewers ? askAgain(issue, assignees, author) : []),
      { kind: 'comment.reply', issue, purpose: REMOVED_PURPOSE, body: 'There are changes that nobody has reviewed yet, so the LGTM label has been removed. A reviewer adds it again with `/lgtm`.' },
      ...deletions(issue, outdated),
    ]),
  ];
}
