import { ApiError, appSlug, invalid, newId, notFound, nowIso, type Hub } from '../hub.js';
import { atLeast, rightOf } from '../permissions.js';
import { renderComment, renderIssueHook } from '../render/issue.js';
import { reactionContents, type Comment, type Issue, type Reaction, type ReactionContent } from '../state/issues.js';
import type { Who } from '../state/people.js';
import type { Repo } from '../state.js';
import { recordIssue, touch } from './timeline.js';

function emitComment(hub: Hub, who: Who, repo: Repo, issue: Issue, comment: Comment, action: string, more: Readonly<Record<string, unknown>> = {}): void {
  hub.emit({ event: 'issue_comment', action, sender: who.login, repo, payload: { issue: renderIssueHook(hub, repo, issue), comment: renderComment(hub, repo, issue, comment), ...more } });
}

function checkBody(body: unknown): string {
  if (typeof body !== 'string' || body.trim() === '') throw invalid([{ resource: 'IssueComment', code: 'missing_field', field: 'body' }]);
  if (body.length > 65_536) throw invalid([{ resource: 'IssueComment', code: 'custom', field: 'body', message: 'body is too long (maximum is 65536 characters)' }]);
  return body;
}

/** Writes a comment on an issue or a pull request. */
export function createComment(hub: Hub, who: Who, repo: Repo, issue: Issue, text: unknown): Comment {
  const body = checkBody(text);
  if (issue.locked && !atLeast(rightOf(hub.state, who, repo), 'write')) throw new ApiError(403, 'Unable to create comment because issue is locked.');
  const now = nowIso(hub);
  const comment: Comment = { id: newId(hub), user: who.login, app: appSlug(hub, who), body, createdAt: now, updatedAt: now, reactions: [] };
  issue.comments.push(comment);
  touch(hub, issue);
  recordIssue(hub, who, repo, issue, 'comment.create', { id: comment.id, body });
  emitComment(hub, who, repo, issue, comment, 'created');
  return comment;
}

/** The issue and the comment of an id. */
export function getComment(repo: Repo, id: number): { readonly issue: Issue; readonly comment: Comment } {
  for (const issue of repo.issues.values()) {
    const comment = issue.comments.find((one) => one.id === id);
    if (comment) return { issue, comment };
  }
  throw notFound();
}

function checkOwn(hub: Hub, who: Who, repo: Repo, comment: Comment): void {
  if (comment.user !== who.login && !atLeast(rightOf(hub.state, who, repo), 'write')) throw new ApiError(403, 'Must have admin rights to Repository.');
}

export function editComment(hub: Hub, who: Who, repo: Repo, id: number, text: unknown): { readonly issue: Issue; readonly comment: Comment } {
  const found = getComment(repo, id);
  const { issue, comment } = found;
  checkOwn(hub, who, repo, comment);
  const from = comment.body;
  comment.body = checkBody(text);
  comment.updatedAt = nowIso(hub);
  recordIssue(hub, who, repo, issue, 'comment.edit', { id, body: comment.body });
  emitComment(hub, who, repo, issue, comment, 'edited', { changes: { body: { from } } });
  return found;
}

export function deleteComment(hub: Hub, who: Who, repo: Repo, id: number): void {
  const { issue, comment } = getComment(repo, id);
  checkOwn(hub, who, repo, comment);
  issue.comments.splice(issue.comments.indexOf(comment), 1);
  recordIssue(hub, who, repo, issue, 'comment.delete', { id });
  emitComment(hub, who, repo, issue, comment, 'deleted');
}

/** Reacts; reacting twice in the same way gives the first reaction back. */
export function addReaction(hub: Hub, who: Who, repo: Repo, issue: Issue, on: { readonly id: number; readonly reactions: Reaction[] }, content: unknown): { readonly reaction: Reaction; readonly isNew: boolean } {
  if (!reactionContents.includes(content as ReactionContent)) throw invalid([{ resource: 'Reaction', code: 'invalid', field: 'content' }]);
  const had = on.reactions.find((one) => one.user === who.login && one.content === content);
  if (had) return { reaction: had, isNew: false };
  const reaction: Reaction = { id: newId(hub), user: who.login, content: content as ReactionContent, createdAt: nowIso(hub) };
  on.reactions.push(reaction);
  recordIssue(hub, who, repo, issue, 'reaction.add', { on: on.id, content });
  return { reaction, isNew: true };
}
