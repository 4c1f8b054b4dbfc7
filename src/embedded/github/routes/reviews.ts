import { ApiError, notFound, type PullIssue } from '../hub.js';
import { addReaction } from '../mutate/comments.js';
import { addReview, addReviewComment, deleteReviewComment, dismissReview, editReview, editReviewComment, submitReview, type ReviewVerb } from '../mutate/reviews.js';
import { isPull, key } from '../hub.js';
import { renderReaction } from '../render/issue.js';
import { renderReview, renderReviewComment } from '../render/pull.js';
import type { Review, ReviewComment } from '../state/issues.js';
import { mustOwn } from './issues.js';
import { pullOf } from './pulls.js';
import { empty, fields, json, list, need, number, repoRoute, required, type Fields, type RepoAsk, type Route } from './route.js';

const read = { access: need('pull_requests=read') } as const;
const write = { access: need('pull_requests=write') } as const;

function reviewOf(ask: RepoAsk): { issue: PullIssue; review: Review } {
  const issue = pullOf(ask);
  const review = issue.pull.reviews.find(({ id }) => id === number(ask.params.id));
  if (!review) throw notFound();
  return { issue, review };
}

function lineOf({ repo, params }: RepoAsk): { issue: PullIssue; comment: ReviewComment } {
  for (const issue of [...repo.issues.values()].filter(isPull)) {
    const comment = issue.pull.reviewComments.find(({ id }) => id === number(params.id));
    if (comment) return { issue, comment };
  }
  throw notFound();
}

const verbOf = (body: Fields): ReviewVerb | undefined => body.text('event') as ReviewVerb | undefined;
const sideOf = (body: Fields): 'LEFT' | 'RIGHT' => (body.text('side') === 'LEFT' ? 'LEFT' : 'RIGHT');
/** A line of the file or, as the older form has it, of the diff. */
const placeIn = (body: Fields) => ({ line: body.number('line'), position: body.number('line') === undefined ? body.number('position') : undefined, side: sideOf(body) });

export const reviewRoutes: readonly Route[] = [
  repoRoute('GET', '/pulls/comments/:id', read, (ask) => {
    const { issue, comment } = lineOf(ask);
    return json(renderReviewComment(ask.hub, ask.repo, issue, comment));
  }),
  repoRoute('PATCH', '/pulls/comments/:id', write, (ask) => {
    const { issue, comment } = lineOf(ask);
    mustOwn(ask, comment.user, 'write');
    editReviewComment(ask.hub, ask.who, ask.repo, issue, comment, required('PullRequestReviewComment', 'body', fields(ask.body).text('body')));
    return json(renderReviewComment(ask.hub, ask.repo, issue, comment));
  }),
  repoRoute('DELETE', '/pulls/comments/:id', write, (ask) => {
    const { issue, comment } = lineOf(ask);
    mustOwn(ask, comment.user, 'write');
    deleteReviewComment(ask.hub, ask.who, ask.repo, issue, comment);
    return empty();
  }),
  repoRoute('POST', '/pulls/comments/:id/reactions', write, (ask) => {
    const { issue, comment } = lineOf(ask);
    const { reaction, isNew } = addReaction(ask.hub, ask.who, ask.repo, issue, comment, fields(ask.body).raw.content);
    return json(renderReaction(ask.hub, reaction), isNew ? 201 : 200);
  }),
  repoRoute('GET', '/pulls/:number/comments', read, (ask) => {
    const issue = pullOf(ask);
    const pending = new Set(issue.pull.reviews.filter(({ state }) => state === 'PENDING').map(({ id }) => id));
    return list(issue.pull.reviewComments.filter(({ reviewId }) => !pending.has(reviewId)), (comment) => renderReviewComment(ask.hub, ask.repo, issue, comment));
  }),
  repoRoute('POST', '/pulls/:number/comments', write, async (ask) => {
    const issue = pullOf(ask);
    const body = fields(ask.body);
    const comment = await addReviewComment(ask.hub, ask.who, ask.repo, issue, {
      body: required('PullRequestReviewComment', 'body', body.text('body')), path: body.text('path') ?? '', ...placeIn(body), inReplyTo: body.number('in_reply_to'), commit: body.text('commit_id'),
    });
    return json(renderReviewComment(ask.hub, ask.repo, issue, comment), 201);
  }),
  repoRoute('POST', '/pulls/:number/comments/:id/replies', write, async (ask) => {
    const { issue, comment } = lineOf(ask);
    const made = await addReviewComment(ask.hub, ask.who, ask.repo, issue, { body: required('PullRequestReviewComment', 'body', fields(ask.body).text('body')), path: comment.path, inReplyTo: comment.id });
    return json(renderReviewComment(ask.hub, ask.repo, issue, made), 201);
  }),
  repoRoute('GET', '/pulls/:number/reviews', read, (ask) => {
    const issue = pullOf(ask);
    const seen = issue.pull.reviews.filter((one) => one.state !== 'PENDING' || key(one.user) === key(ask.who.login));
    return list(seen, (review) => renderReview(ask.hub, ask.repo, issue, review));
  }),
  repoRoute('POST', '/pulls/:number/reviews', write, async (ask) => {
    const issue = pullOf(ask);
    const body = fields(ask.body);
    const comments = body.objects('comments')?.map((one) => ({ path: one.text('path') ?? '', body: one.text('body') ?? '', ...placeIn(one) }));
    const review = await addReview(ask.hub, ask.who, ask.repo, issue, { body: body.text('body'), event: verbOf(body), commit: body.text('commit_id'), comments });
    return json(renderReview(ask.hub, ask.repo, issue, review));
  }),
  repoRoute('GET', '/pulls/:number/reviews/:id', read, (ask) => {
    const { issue, review } = reviewOf(ask);
    return json(renderReview(ask.hub, ask.repo, issue, review));
  }),
  repoRoute('PUT', '/pulls/:number/reviews/:id', write, (ask) => {
    const { issue, review } = reviewOf(ask);
    mustOwn(ask, review.user, 'write');
    editReview(ask.hub, ask.who, ask.repo, issue, review, required('PullRequestReview', 'body', fields(ask.body).text('body')));
    return json(renderReview(ask.hub, ask.repo, issue, review));
  }),
  repoRoute('POST', '/pulls/:number/reviews/:id/events', write, (ask) => {
    const { issue, review } = reviewOf(ask);
    const body = fields(ask.body);
    const verb = verbOf(body);
    if (review.state !== 'PENDING' || !verb) throw new ApiError(422, 'Unprocessable Entity', { errors: ['Could not submit review'] });
    review.body = body.text('body') ?? review.body;
    submitReview(ask.hub, ask.who, ask.repo, issue, review, verb);
    return json(renderReview(ask.hub, ask.repo, issue, review));
  }),
  repoRoute('PUT', '/pulls/:number/reviews/:id/dismissals', { access: need('pull_requests=write'), right: 'write' }, (ask) => {
    const { issue, review } = reviewOf(ask);
    dismissReview(ask.hub, ask.who, ask.repo, issue, review, required('PullRequestReview', 'message', fields(ask.body).text('message')));
    return json(renderReview(ask.hub, ask.repo, issue, review));
  }),
  repoRoute('GET', '/pulls/:number/reviews/:id/comments', read, (ask) => {
    const { issue, review } = reviewOf(ask);
    return list(issue.pull.reviewComments.filter(({ reviewId }) => reviewId === review.id), (comment) => renderReviewComment(ask.hub, ask.repo, issue, comment));
  }),
];
