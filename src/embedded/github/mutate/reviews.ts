import { ApiError, invalid, key, newId, nowIso, type Hub, type PullIssue } from '../hub.js';
import { changedFiles } from '../gitRead.js';
import { renderPullShort, renderReview, renderReviewComment } from '../render/pull.js';
import type { Review, ReviewComment, ReviewState } from '../state/issues.js';
import type { Who } from '../state/people.js';
import type { Repo } from '../state.js';
import { addEvent, recordIssue, touch } from './timeline.js';

const states = { APPROVE: 'APPROVED', REQUEST_CHANGES: 'CHANGES_REQUESTED', COMMENT: 'COMMENTED' } as const satisfies Record<string, ReviewState>;
export type ReviewVerb = keyof typeof states;

export interface NewLineComment { readonly path: string; readonly body: string; readonly line?: number | undefined; /** Line of the diff, counted from 1 below its first hunk header; instead of `line`. */ readonly position?: number | undefined; readonly side?: 'LEFT' | 'RIGHT' | undefined; readonly inReplyTo?: number | undefined }
export interface NewReview { readonly body?: string | undefined; readonly event?: ReviewVerb | undefined; readonly commit?: string | undefined; readonly comments?: readonly NewLineComment[] | undefined }

function emitReview(hub: Hub, who: Who, repo: Repo, issue: PullIssue, review: Review, action: string, more: Readonly<Record<string, unknown>> = {}): void {
  const payload = { review: { ...renderReview(hub, repo, issue, review), state: review.state.toLowerCase(), body: review.body || null }, pull_request: renderPullShort(hub, repo, issue), ...more };
  hub.emit({ event: 'pull_request_review', action, sender: who.login, repo, payload });
}

function emitLine(hub: Hub, who: Who, repo: Repo, issue: PullIssue, comment: ReviewComment, action: string, more: Readonly<Record<string, unknown>> = {}): void {
  const payload = { comment: renderReviewComment(hub, repo, issue, comment), pull_request: renderPullShort(hub, repo, issue), ...more };
  hub.emit({ event: 'pull_request_review_comment', action, sender: who.login, repo, payload });
}

/** Where a position of a diff is in the file; GitHub takes none that is outside of the diff. */
function placeOf(patch: string | undefined, position: number): Readonly<{ line: number; side: 'LEFT' | 'RIGHT' }> {
  let [left, right] = [0, 0];
  const lines = (patch ?? '').split('\n');
  for (let at = 0; at < lines.length; at++) {
    const text = lines[at] ?? '';
    const [, before, after] = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(text) ?? [];
    if (after !== undefined) [left, right] = [Number(before) - 1, Number(after) - 1];
    else if (text.startsWith('-')) left += 1;
    else if (text.startsWith('+')) right += 1;
    else [left, right] = [left + 1, right + 1];
    if (at === position && position > 0) return text.startsWith('-') ? { line: left, side: 'LEFT' } : { line: right, side: 'RIGHT' };
  }
  throw new ApiError(422, 'Unprocessable Entity', { errors: ['Position could not be resolved'] });
}

async function addLine(hub: Hub, who: Who, repo: Repo, issue: PullIssue, review: Review, wish: NewLineComment): Promise<void> {
  const { pull } = issue;
  if (!wish.body.trim()) throw invalid([{ resource: 'PullRequestReviewComment', code: 'missing_field', field: 'body' }]);
  const parent = wish.inReplyTo === undefined ? undefined : pull.reviewComments.find(({ id }) => id === wish.inReplyTo);
  const base = pull.facts?.mergeBase ?? pull.base.sha;
  const file = parent ? undefined : (await changedFiles(hub, repo, base, pull.head.sha)).find(({ path }) => path === wish.path);
  if (!parent && !file) throw invalid([{ resource: 'PullRequestReviewComment', code: 'invalid', field: 'path', message: 'pull_request_review_thread.path is invalid' }]);
  const place = parent || wish.position === undefined ? undefined : placeOf(file?.patch, wish.position);
  const at = nowIso(hub);
  const comment: ReviewComment = {
    id: newId(hub), reviewId: review.id, user: who.login, body: wish.body, path: parent?.path ?? wish.path, line: parent ? parent.line : (place?.line ?? wish.line ?? 1), side: parent?.side ?? place?.side ?? wish.side ?? 'RIGHT',
    commit: review.commit, diffHunk: parent?.diffHunk ?? file?.patch?.slice(0, 2000) ?? '', inReplyTo: parent?.id ?? null, createdAt: at, updatedAt: at, reactions: [],
  };
  pull.reviewComments.push(comment);
  recordIssue(hub, who, repo, issue, 'review_comment.create', { id: comment.id, body: comment.body });
}

/** Submits a review, or without an event keeps it as its author's draft. */
export async function addReview(hub: Hub, who: Who, repo: Repo, issue: PullIssue, wish: NewReview): Promise<Review> {
  const { pull } = issue;
  if (wish.event && !(wish.event in states)) throw invalid([{ resource: 'PullRequestReview', code: 'invalid', field: 'event', message: 'Variable $event of type PullRequestReviewEvent was provided invalid value' }]);
  const own = key(issue.user) === key(who.login);
  if (own && wish.event === 'APPROVE') throw new ApiError(422, 'Unprocessable Entity', { errors: ['Review Can not approve your own pull request'] });
  if (own && wish.event === 'REQUEST_CHANGES') throw new ApiError(422, 'Unprocessable Entity', { errors: ['Review Can not request changes on your own pull request'] });
  if (!wish.body && !wish.comments?.length && wish.event && wish.event !== 'APPROVE') throw new ApiError(422, 'Unprocessable Entity', { errors: [`Review Body can't be blank`] });
  const review: Review = { id: newId(hub), user: who.login, body: wish.body ?? '', state: 'PENDING', commit: wish.commit ?? pull.head.sha, submittedAt: null };
  const known = pull.reviewComments.length;
  for (const comment of wish.comments ?? []) await addLine(hub, who, repo, issue, review, comment);
  pull.reviews.push(review);
  if (wish.event) submitReview(hub, who, repo, issue, review, wish.event, pull.reviewComments.slice(known));
  return review;
}

/** Shows a draft review to everybody. */
export function submitReview(hub: Hub, who: Who, repo: Repo, issue: PullIssue, review: Review, event: ReviewVerb, lines: readonly ReviewComment[] = issue.pull.reviewComments.filter(({ reviewId }) => reviewId === review.id)): void {
  review.state = states[event];
  review.submittedAt = nowIso(hub);
  for (const login of issue.pull.requestedReviewers) if (key(login) === key(who.login)) issue.pull.requestedReviewers.delete(login);
  touch(hub, issue);
  addEvent(hub, who, issue, 'reviewed', { state: review.state.toLowerCase(), body: review.body, submitted_at: review.submittedAt });
  recordIssue(hub, who, repo, issue, 'review.submit', { id: review.id, state: review.state, body: review.body });
  emitReview(hub, who, repo, issue, review, 'submitted');
  for (const line of lines) emitLine(hub, who, repo, issue, line, 'created');
}

export function editReview(hub: Hub, who: Who, repo: Repo, issue: PullIssue, review: Review, body: string): void {
  const from = review.body;
  review.body = body;
  recordIssue(hub, who, repo, issue, 'review.edit', { id: review.id });
  emitReview(hub, who, repo, issue, review, 'edited', { changes: { body: { from } } });
}

export function dismissReview(hub: Hub, who: Who, repo: Repo, issue: PullIssue, review: Review, message: string): void {
  if (review.state !== 'APPROVED' && review.state !== 'CHANGES_REQUESTED') throw new ApiError(422, 'Unprocessable Entity', { errors: [`Can not dismiss a ${review.state.toLowerCase()} pull request review`] });
  review.state = 'DISMISSED';
  touch(hub, issue);
  addEvent(hub, who, issue, 'review_dismissed', { dismissed_review: { state: 'dismissed', review_id: review.id, dismissal_message: message } });
  recordIssue(hub, who, repo, issue, 'review.dismiss', { id: review.id });
  emitReview(hub, who, repo, issue, review, 'dismissed');
}

/** A single comment on a line, with the review of its own that GitHub gives it. */
export async function addReviewComment(hub: Hub, who: Who, repo: Repo, issue: PullIssue, wish: NewLineComment & { readonly commit?: string | undefined }): Promise<ReviewComment> {
  await addReview(hub, who, repo, issue, { event: 'COMMENT', commit: wish.commit, comments: [wish] });
  const made = issue.pull.reviewComments.at(-1);
  if (!made) throw new Error('no comment was made');
  return made;
}

export function editReviewComment(hub: Hub, who: Who, repo: Repo, issue: PullIssue, comment: ReviewComment, body: string): void {
  const from = comment.body;
  comment.body = body;
  comment.updatedAt = nowIso(hub);
  recordIssue(hub, who, repo, issue, 'review_comment.edit', { id: comment.id });
  emitLine(hub, who, repo, issue, comment, 'edited', { changes: { body: { from } } });
}

export function deleteReviewComment(hub: Hub, who: Who, repo: Repo, issue: PullIssue, comment: ReviewComment): void {
  issue.pull.reviewComments.splice(issue.pull.reviewComments.indexOf(comment), 1);
  recordIssue(hub, who, repo, issue, 'review_comment.delete', { id: comment.id });
  emitLine(hub, who, repo, issue, comment, 'deleted');
}

