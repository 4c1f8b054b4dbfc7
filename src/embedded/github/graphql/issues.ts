import { isPull, key, nodeId, type PullIssue } from '../hub.js';
import { changedFiles, listCommits, readCommit } from '../gitRead.js';
import { lookAtPull } from '../mutate/pullGit.js';
import { associationOf } from '../permissions.js';
import { issuePage } from '../render/issue.js';
import { renderPull } from '../render/pull.js';
import { reviewVerdict } from '../requirements.js';
import type { Comment, Issue, Label, Review, ReviewComment } from '../state/issues.js';
import type { Repo } from '../state.js';
import { actor } from './actors.js';
import { commitAt, commitNode, refNode } from './commits.js';
import { connection, need, upper, type Node, type PageArgs, type Scope } from './connection.js';

export const labelNode = ({ hub }: Scope, { id, name, color, description }: Label): Node => ({
  __typename: 'Label', id: nodeId('Label', id), name, color, description, isDefault: false, url: `${hub.urls.web}/labels/${encodeURIComponent(name)}`, resourcePath: `/labels/${encodeURIComponent(name)}`,
});

function commentNode(scope: Scope, repo: Repo, issue: Issue, comment: Comment): Node {
  const url = `${issuePage(scope.hub, repo, issue)}#issuecomment-${String(comment.id)}`;
  return {
    __typename: 'IssueComment', id: nodeId('IssueComment', comment.id), databaseId: comment.id, body: comment.body, bodyText: comment.body, author: () => actor(scope, comment.user), createdAt: comment.createdAt,
    updatedAt: comment.updatedAt, url, resourcePath: url.slice(scope.hub.urls.web.length), isMinimized: false, minimizedReason: null, authorAssociation: associationOf(scope.hub.state, repo, comment.user),
  };
}

function reviewCommentNode(scope: Scope, repo: Repo, issue: Issue, comment: ReviewComment): Node {
  const url = `${issuePage(scope.hub, repo, issue)}#discussion_r${String(comment.id)}`;
  return {
    __typename: 'PullRequestReviewComment', id: nodeId('PullRequestReviewComment', comment.id), databaseId: comment.id, body: comment.body, bodyText: comment.body, author: () => actor(scope, comment.user), path: comment.path,
    createdAt: comment.createdAt, updatedAt: comment.updatedAt, url, resourcePath: url.slice(scope.hub.urls.web.length), isMinimized: false, authorAssociation: associationOf(scope.hub.state, repo, comment.user),
  };
}

function reviewNode(scope: Scope, repo: Repo, issue: PullIssue, review: Review): Node {
  const url = `${issuePage(scope.hub, repo, issue)}#pullrequestreview-${String(review.id)}`;
  return {
    __typename: 'PullRequestReview', id: nodeId('PullRequestReview', review.id), databaseId: review.id, body: review.body, state: review.state, author: () => actor(scope, review.user), submittedAt: review.submittedAt,
    createdAt: review.submittedAt, updatedAt: review.submittedAt, authorAssociation: associationOf(scope.hub.state, repo, review.user), commit: () => commitAt(scope, repo, review.commit),
    url, resourcePath: url.slice(scope.hub.urls.web.length), comments: (args: PageArgs) => connection(issue.pull.reviewComments.filter(({ reviewId }) => reviewId === review.id), args, (comment) => reviewCommentNode(scope, repo, issue, comment)),
  };
}

function shared(scope: Scope, repo: Repo, issue: Issue): Node {
  const { hub } = scope;
  const url = issuePage(hub, repo, issue);
  return {
    number: issue.number, title: issue.title, body: issue.body ?? '', bodyText: issue.body ?? '', url, resourcePath: url.slice(hub.urls.web.length), closed: issue.state === 'closed', locked: issue.locked,
    activeLockReason: upper(issue.lockReason), createdAt: issue.createdAt, updatedAt: issue.updatedAt, closedAt: issue.closedAt, author: () => actor(scope, issue.user), authorAssociation: associationOf(hub.state, repo, issue.user),
    milestone: issue.milestone && { __typename: 'Milestone', id: nodeId('Milestone', issue.milestone.id), number: issue.milestone.number, title: issue.milestone.title, state: upper(issue.milestone.state), description: issue.milestone.description },
    labels: (args: PageArgs) => connection([...issue.labels], args, (label) => labelNode(scope, label)), assignees: (args: PageArgs) => connection([...issue.assignees], args, (login) => actor(scope, login)),
    comments: (args: PageArgs) => connection(issue.comments, args, (comment) => commentNode(scope, repo, issue, comment)), repository: () => scope.repository(repo),
  };
}

/** The commits of a pull request, oldest first; only the head is read where only the head is asked for. */
async function commits(scope: Scope, repo: Repo, { pull }: PullIssue, args: PageArgs): Promise<Node> {
  const render = (sha: string) => ({ __typename: 'PullRequestCommit', id: nodeId('Commit', `pr:${sha}`), url: '', resourcePath: '', commit: async () => { const commit = await readCommit(scope.hub, repo, sha); return commit ? commitNode(scope, repo, commit) : null; } });
  if (args.last === 1 && !args.before && pull.facts?.head === pull.head.sha && pull.facts.commits > 0) {
    return { ...connection([pull.head.sha], { last: 1 }, render), totalCount: pull.facts.commits };
  }
  const list = await listCommits(scope.hub, repo, [`${pull.facts?.mergeBase ?? pull.base.sha}..${pull.head.sha}`], { max: 250 });
  return connection([...list].reverse().map(({ sha }) => sha), args, render);
}

const decisions = { 'approved': 'APPROVED', 'changes requested': 'CHANGES_REQUESTED', 'review required': 'REVIEW_REQUIRED', 'none required': null } as const;

function pullNode(scope: Scope, repo: Repo, issue: PullIssue): Node {
  const { hub } = scope;
  const { pull } = issue;
  let looked: Promise<Readonly<Record<string, unknown>>> | undefined;
  const seen = () => (looked ??= lookAtPull(hub, repo, issue).then(() => renderPull(hub, repo, issue)));
  const from = hub.state.repos.get(pull.head.repoId);
  return {
    __typename: 'PullRequest', id: nodeId('PullRequest', issue.id), databaseId: pull.id, fullDatabaseId: String(pull.id), ...shared(scope, repo, issue), state: pull.mergedAt ? 'MERGED' : upper(issue.state), isDraft: pull.draft, merged: pull.mergedAt !== null,
    mergedAt: pull.mergedAt, mergedBy: () => actor(scope, pull.mergedBy), mergeCommit: () => commitAt(scope, repo, pull.mergeCommit), permalink: issuePage(hub, repo, issue),
    baseRefName: pull.base.ref, baseRefOid: pull.base.sha, headRefName: pull.head.ref, headRefOid: pull.head.sha, isCrossRepository: pull.head.repoId !== repo.id, maintainerCanModify: pull.maintainerCanModify,
    baseRef: () => { const tip = repo.heads.get(pull.base.ref); return tip ? refNode(scope, repo, `refs/heads/${pull.base.ref}`, tip) : null; },
    headRef: () => { const tip = from?.heads.get(pull.head.ref); return from && tip ? refNode(scope, from, `refs/heads/${pull.head.ref}`, tip) : null; },
    baseRepository: () => scope.repository(repo), headRepository: () => (from ? scope.repository(from) : null), headRepositoryOwner: () => actor(scope, pull.head.owner),
    mergeable: async () => { const { mergeable } = await seen(); return mergeable === null ? 'UNKNOWN' : mergeable ? 'MERGEABLE' : 'CONFLICTING'; },
    mergeStateStatus: async () => upper(String((await seen()).mergeable_state)), canBeRebased: async () => (await seen()).rebaseable === true,
    potentialMergeCommit: async () => { await seen(); return commitAt(scope, repo, pull.facts?.testMerge ?? null); },
    additions: async () => (await seen()).additions, deletions: async () => (await seen()).deletions, changedFiles: async () => (await seen()).changed_files,
    reviewDecision: decisions[reviewVerdict(hub, repo, issue)], commits: async (args: PageArgs) => { await seen(); return commits(scope, repo, issue, args); },
    reviews: ({ states, author, ...args }: PageArgs & { states?: readonly string[] | null; author?: string | null }) =>
      connection(pull.reviews.filter(({ state, user }) => (!states || states.includes(state)) && (!author || key(author) === key(user))), args, (review) => reviewNode(scope, repo, issue, review)),
    latestReviews: (args: PageArgs) => connection([...new Map(pull.reviews.map((review) => [key(review.user), review])).values()], args, (review) => reviewNode(scope, repo, issue, review)),
    reviewRequests: (args: PageArgs) => connection([...pull.requestedReviewers], args, (login) => ({ __typename: 'ReviewRequest', id: nodeId('User', `request:${login}`), asCodeOwner: false, requestedReviewer: () => actor(scope, login) })),
    files: async (args: PageArgs) => {
      await seen();
      const files = await changedFiles(hub, repo, pull.facts?.mergeBase ?? pull.base.sha, pull.head.sha);
      return connection(files, args, ({ path, additions, deletions, status }) => ({ __typename: 'PullRequestChangedFile', path, additions, deletions, changeType: status === 'removed' ? 'DELETED' : status.toUpperCase(), viewerViewedState: 'UNVIEWED' }));
    },
    statusCheckRollup: async () => { const commit = await readCommit(hub, repo, pull.head.sha); return commit ? (commitNode(scope, repo, commit).statusCheckRollup as () => unknown)() : null; },
    autoMergeRequest: null, isInMergeQueue: false, mergeQueueEntry: null,
  };
}

/** An issue or a pull request. */
export function issueNode(scope: Scope, repo: Repo, issue: Issue): Node {
  if (isPull(issue)) {
    need(scope, repo, { name: 'pull_requests', level: 'read' });
    return pullNode(scope, repo, issue);
  }
  need(scope, repo, { name: 'issues', level: 'read' });
  return { __typename: 'Issue', id: nodeId('Issue', issue.id), databaseId: issue.id, ...shared(scope, repo, issue), state: upper(issue.state), stateReason: upper(issue.stateReason), isPinned: false };
}
