import { isPull, type PullIssue } from '../hub.js';
import { createComment } from '../mutate/comments.js';
import { closeIssue, reopenIssue } from '../mutate/issues.js';
import { mergePull, type MergeMethod } from '../mutate/merge.js';
import { setDraft } from '../mutate/pulls.js';
import { atLeast, covers, grants, rightOf, type Need } from '../permissions.js';
import type { Issue } from '../state/issues.js';
import type { Repo } from '../state.js';
import { actor } from './actors.js';
import { GraphqlRefusal, type Node, type Scope } from './connection.js';
import { issueNode } from './issues.js';
import { issueById } from './nodes.js';

interface Given<T> { readonly input: T & { readonly clientMutationId?: string | null } }

/** Finds what is to be changed, and refuses whoever may not. */
function target(scope: Scope, id: string, level: 'comment' | 'write'): { readonly repo: Repo; readonly issue: Issue } {
  const { hub, who } = scope;
  const found = issueById(scope, id);
  if (!found) throw new GraphqlRefusal('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'`);
  const need: Need = { name: found.issue.pull ? 'pull_requests' : 'issues', level: 'write' };
  const may = who.kind === 'installation' ? covers(hub.state, who, found.repo) && grants(who.permissions, need) : who.kind === 'user' && (level === 'comment' || who.login === found.issue.user || atLeast(rightOf(hub.state, who, found.repo), 'write'));
  if (!may) throw new GraphqlRefusal('FORBIDDEN', 'Resource not accessible by integration');
  return found;
}

function pullTarget(scope: Scope, id: string): { readonly repo: Repo; readonly issue: PullIssue } {
  const { repo, issue } = target(scope, id, 'write');
  if (!isPull(issue)) throw new GraphqlRefusal('NOT_FOUND', `Could not resolve to PullRequest node with the global id of '${id}'`);
  return { repo, issue };
}

/** The few mutations that a bot needs. */
export function mutations(scope: Scope): Node {
  const { hub, who } = scope;
  const done = (input: { readonly clientMutationId?: string | null }, more: Node): Node => ({ clientMutationId: input.clientMutationId ?? null, actor: () => actor(scope, who.login), ...more });
  return {
    addComment: ({ input }: Given<{ subjectId: string; body: string }>) => {
      const { repo, issue } = target(scope, input.subjectId, 'comment');
      createComment(hub, who, repo, issue, input.body);
      return done(input, { subject: () => issueNode(scope, repo, issue) });
    },
    closePullRequest: ({ input }: Given<{ pullRequestId: string }>) => {
      const { repo, issue } = pullTarget(scope, input.pullRequestId);
      closeIssue(hub, who, repo, issue);
      return done(input, { pullRequest: () => issueNode(scope, repo, issue) });
    },
    reopenPullRequest: ({ input }: Given<{ pullRequestId: string }>) => {
      const { repo, issue } = pullTarget(scope, input.pullRequestId);
      reopenIssue(hub, who, repo, issue);
      return done(input, { pullRequest: () => issueNode(scope, repo, issue) });
    },
    markPullRequestReadyForReview: ({ input }: Given<{ pullRequestId: string }>) => {
      const { repo, issue } = pullTarget(scope, input.pullRequestId);
      setDraft(hub, who, repo, issue, false);
      return done(input, { pullRequest: () => issueNode(scope, repo, issue) });
    },
    convertPullRequestToDraft: ({ input }: Given<{ pullRequestId: string }>) => {
      const { repo, issue } = pullTarget(scope, input.pullRequestId);
      setDraft(hub, who, repo, issue, true);
      return done(input, { pullRequest: () => issueNode(scope, repo, issue) });
    },
    mergePullRequest: async ({ input }: Given<{ pullRequestId: string; expectedHeadOid?: string | null; mergeMethod?: string | null; commitHeadline?: string | null; commitBody?: string | null }>) => {
      const { repo, issue } = pullTarget(scope, input.pullRequestId);
      await mergePull(hub, who, repo, issue, {
        method: (input.mergeMethod ?? 'MERGE').toLowerCase() as MergeMethod, sha: input.expectedHeadOid ?? undefined, title: input.commitHeadline ?? undefined, message: input.commitBody ?? undefined,
      });
      return done(input, { pullRequest: () => issueNode(scope, repo, issue) });
    },
  };
}
