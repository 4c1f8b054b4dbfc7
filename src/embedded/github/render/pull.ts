import { key, nodeId, type Hub, type PullIssue } from '../hub.js';
import { associationOf } from '../permissions.js';
import { mergeableState } from '../requirements.js';
import type { PullEnd, Review, ReviewComment } from '../state/issues.js';
import type { Repo } from '../state.js';
import { renderAccount, renderMaybe, renderTeam, type Json } from './accounts.js';
import { renderReactions } from './issue.js';
import { renderLabel, renderMilestone, renderRepo, repoPage, repoUrl } from './repo.js';

function renderEnd(hub: Hub, end: PullEnd): Json {
  const repo = hub.state.repos.get(end.repoId);
  const settings = repo && {
    allow_squash_merge: repo.methods.squash, allow_merge_commit: repo.methods.merge, allow_rebase_merge: repo.methods.rebase, allow_auto_merge: false, delete_branch_on_merge: repo.deleteBranchOnMerge,
    allow_update_branch: false, use_squash_pr_title_as_default: false, squash_merge_commit_message: 'COMMIT_MESSAGES', squash_merge_commit_title: 'COMMIT_OR_PR_TITLE',
    merge_commit_message: 'PR_TITLE', merge_commit_title: 'MERGE_MESSAGE',
  };
  return { label: `${end.owner}:${end.ref}`, ref: end.ref, sha: end.sha, user: renderAccount(hub, end.owner), repo: repo ? { ...renderRepo(hub, repo), ...settings } : null };
}

const href = (url: string) => ({ href: url });

/** A pull request as lists have it. */
export function renderPullShort(hub: Hub, repo: Repo, issue: PullIssue): Json {
  const { pull, number } = issue;
  const api = repoUrl(hub, repo);
  const url = `${api}/pulls/${String(number)}`;
  const page = `${repoPage(hub, repo)}/pull/${String(number)}`;
  const issueUrl = `${api}/issues/${String(number)}`;
  const org = hub.state.orgs.get(key(repo.owner));
  const assignees = [...issue.assignees].map((login) => renderAccount(hub, login));
  const teams = [...pull.requestedTeams].flatMap((slug) => { const team = org?.teams.get(slug); return org && team ? [renderTeam(hub, org, team)] : []; });
  return {
    url, id: pull.id, node_id: nodeId('PullRequest', issue.id), html_url: page, diff_url: `${page}.diff`, patch_url: `${page}.patch`, issue_url: issueUrl, number, state: issue.state, locked: issue.locked,
    title: issue.title, user: renderAccount(hub, issue.user), body: issue.body, created_at: issue.createdAt, updated_at: issue.updatedAt, closed_at: issue.closedAt, merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeCommit ?? pull.facts?.testMerge ?? null, assignee: assignees[0] ?? null, assignees,
    requested_reviewers: [...pull.requestedReviewers].map((login) => renderAccount(hub, login)), requested_teams: teams, labels: [...issue.labels].map((label) => renderLabel(hub, repo, label)),
    milestone: issue.milestone && renderMilestone(hub, repo, issue.milestone), draft: pull.draft, commits_url: `${url}/commits`, review_comments_url: `${url}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`, comments_url: `${issueUrl}/comments`, statuses_url: `${api}/statuses/${pull.head.sha}`, head: renderEnd(hub, pull.head), base: renderEnd(hub, pull.base),
    _links: {
      self: href(url), html: href(page), issue: href(issueUrl), comments: href(`${issueUrl}/comments`), review_comments: href(`${url}/comments`),
      review_comment: href(`${api}/pulls/comments{/number}`), commits: href(`${url}/commits`), statuses: href(`${api}/statuses/${pull.head.sha}`),
    },
    author_association: associationOf(hub.state, repo, issue.user), auto_merge: null, active_lock_reason: issue.lockReason,
  };
}

/** Whether what git said last still holds. */
export const factsHold = (repo: Repo, { pull }: PullIssue): boolean => pull.facts !== null && pull.facts.head === pull.head.sha && pull.facts.base === repo.heads.get(pull.base.ref);

/** `GET …/pulls/N`, and the pull request inside its webhooks. */
export function renderPull(hub: Hub, repo: Repo, issue: PullIssue): Json {
  const { pull } = issue;
  const known = factsHold(repo, issue) && issue.state === 'open' && (!hub.lazyMergeable || pull.asked);
  const mergeable = known ? (pull.facts?.mergeable ?? null) : null;
  return {
    ...renderPullShort(hub, repo, issue), merged: pull.mergedAt !== null, mergeable, rebaseable: mergeable, mergeable_state: mergeable === null ? 'unknown' : mergeableState(hub, repo, issue),
    merged_by: renderMaybe(hub, pull.mergedBy), comments: issue.comments.length, review_comments: pull.reviewComments.length, maintainer_can_modify: pull.maintainerCanModify,
    commits: pull.facts?.commits ?? 0, additions: pull.facts?.additions ?? 0, deletions: pull.facts?.deletions ?? 0, changed_files: pull.facts?.changedFiles ?? 0,
  };
}

export function renderReview(hub: Hub, repo: Repo, issue: PullIssue, review: Review): Json {
  const page = `${repoPage(hub, repo)}/pull/${String(issue.number)}#pullrequestreview-${String(review.id)}`;
  const url = `${repoUrl(hub, repo)}/pulls/${String(issue.number)}`;
  return {
    id: review.id, node_id: nodeId('PullRequestReview', review.id), user: renderAccount(hub, review.user), body: review.body, commit_id: review.commit, submitted_at: review.submittedAt,
    state: review.state, html_url: page, pull_request_url: url, author_association: associationOf(hub.state, repo, review.user), _links: { html: href(page), pull_request: href(url) },
  };
}

export function renderReviewComment(hub: Hub, repo: Repo, issue: PullIssue, comment: ReviewComment): Json {
  const url = `${repoUrl(hub, repo)}/pulls/comments/${String(comment.id)}`;
  const pullUrl = `${repoUrl(hub, repo)}/pulls/${String(issue.number)}`;
  const page = `${repoPage(hub, repo)}/pull/${String(issue.number)}#discussion_r${String(comment.id)}`;
  return {
    url, pull_request_review_id: comment.reviewId, id: comment.id, node_id: nodeId('PullRequestReviewComment', comment.id), diff_hunk: comment.diffHunk, path: comment.path, position: comment.line,
    original_position: comment.line ?? 1, commit_id: comment.commit, original_commit_id: comment.commit, user: renderAccount(hub, comment.user), body: comment.body, created_at: comment.createdAt,
    updated_at: comment.updatedAt, html_url: page, pull_request_url: pullUrl, author_association: associationOf(hub.state, repo, comment.user),
    _links: { self: href(url), html: href(page), pull_request: href(pullUrl) }, reactions: renderReactions(url, comment.reactions), start_line: null, original_start_line: null, start_side: null,
    line: comment.line, original_line: comment.line ?? 1, side: comment.side, subject_type: 'line', ...(comment.inReplyTo === null ? {} : { in_reply_to_id: comment.inReplyTo }),
  };
}
