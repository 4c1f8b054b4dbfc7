import { nodeId } from '../hub.js';
import type { Commit, Signature } from '../git.js';
import { blameOf, readCommit } from '../gitRead.js';
import { loginOf } from '../render/commit.js';
import { repoPage } from '../render/repo.js';
import { protectionOf, requiredChecks, rulesFor } from '../requirements.js';
import type { Rule } from '../state/checks.js';
import type { Repo } from '../state.js';
import { actor } from './actors.js';
import { appNode, rollupNode, statusSumNode, suiteNode } from './checks.js';
import { connection, GraphqlRefusal, need, upper, type Node, type PageArgs, type Scope } from './connection.js';

const person = (scope: Scope, who: Signature): Node => ({ __typename: 'GitActor', name: who.name, email: who.email, date: who.date, user: () => actor(scope, loginOf(scope.hub, who)) });

export function commitNode(scope: Scope, repo: Repo, commit: Commit): Node {
  const { hub } = scope;
  const [headline = '', ...rest] = commit.message.split('\n');
  const url = `${repoPage(hub, repo)}/commit/${commit.sha}`;
  return {
    __typename: 'Commit', id: nodeId('Commit', `${String(repo.id)}:${commit.sha}`), oid: commit.sha, abbreviatedOid: commit.sha.slice(0, 7), message: commit.message, messageHeadline: headline,
    messageBody: rest.join('\n').trim(), url, commitUrl: url, resourcePath: url.slice(hub.urls.web.length), authoredDate: commit.author.date, committedDate: commit.committer.date, pushedDate: null,
    author: person(scope, commit.author), committer: person(scope, commit.committer),
    parents: (args: PageArgs) => connection(commit.parents, args, (sha) => commitAt(scope, repo, sha)),
    blame: async ({ path }: { path: string }) => {
      need(scope, repo, { name: 'contents', level: 'read' });
      const ranges = await blameOf(hub, repo, commit.sha, path);
      if (!ranges) throw new GraphqlRefusal('NOT_FOUND', `Could not resolve file for path '${path}'.`);
      return { __typename: 'Blame', ranges: ranges.map(({ from, to, sha }) => ({ __typename: 'BlameRange', age: 1, startingLine: from, endingLine: to, commit: () => commitAt(scope, repo, sha) })) };
    },
    status: () => statusSumNode(scope, repo, commit.sha), statusCheckRollup: () => rollupNode(scope, repo, commit.sha),
    checkSuites: ({ filterBy, ...args }: PageArgs & { filterBy?: { appId?: number | null; checkName?: string | null } | null }) => {
      need(scope, repo, { name: 'checks', level: 'read' });
      const suites = repo.suites.filter(({ sha, appId, id }) => sha === commit.sha && (!filterBy?.appId || appId === filterBy.appId) && (!filterBy?.checkName || repo.checkRuns.some((run) => run.suiteId === id && run.name === filterBy.checkName)));
      return connection(suites, args, (suite) => suiteNode(scope, repo, suite));
    },
  };
}

export async function commitAt(scope: Scope, repo: Repo, sha: string | null): Promise<Node | null> {
  const commit = sha === null ? undefined : await readCommit(scope.hub, repo, sha);
  return commit ? commitNode(scope, repo, commit) : null;
}

/** Rules whose parameters have a type of their own in the schema. */
const parameterTypes: Readonly<Record<string, string>> = {
  required_status_checks: 'RequiredStatusChecksParameters', pull_request: 'PullRequestParameters', update: 'UpdateParameters', required_deployments: 'RequiredDeploymentsParameters', workflows: 'WorkflowsParameters',
  merge_queue: 'MergeQueueParameters', branch_name_pattern: 'BranchNamePatternParameters', commit_message_pattern: 'CommitMessagePatternParameters', code_scanning: 'CodeScanningParameters',
};
const camel = (name: string): string => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
const camelled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map((one: unknown) => (typeof one === 'string' ? one : camelled(one)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [camel(name), camelled(inner)]));
};

function parameters({ type, parameters: given }: Rule): Node | null {
  const typename = parameterTypes[type];
  if (typename === undefined || !given) return null;
  const fields = camelled(given) as Record<string, unknown>;
  const methods = Array.isArray(fields.allowedMergeMethods) ? { allowedMergeMethods: (fields.allowedMergeMethods as readonly string[]).map((one) => one.toUpperCase()) } : {};
  return { __typename: typename, requiredApprovingReviewCount: 0, requiredStatusChecks: [], strictRequiredStatusChecksPolicy: false, ...fields, ...methods };
}

/** A branch or tag. */
export function refNode(scope: Scope, repo: Repo, qualified: string, sha: string): Node {
  const branch = qualified.startsWith('refs/heads/') ? qualified.slice(11) : undefined;
  const prefix = branch === undefined ? 'refs/tags/' : 'refs/heads/';
  const rule = branch === undefined ? undefined : protectionOf(repo, branch);
  const contexts = branch === undefined ? [] : requiredChecks(repo, branch).map(({ context }) => context);
  const shared = { requiresLinearHistory: rule?.linearHistory ?? false, allowsForcePushes: rule?.allowForcePushes ?? false, allowsDeletions: rule?.allowDeletions ?? false, requiresCodeOwnerReviews: rule?.reviews?.codeOwners ?? false, requiresConversationResolution: rule?.conversationResolution ?? false, blocksCreations: false };
  return {
    __typename: 'Ref', id: nodeId('Ref', `${String(repo.id)}:${qualified}`), name: qualified.slice(prefix.length), prefix, target: () => commitAt(scope, repo, sha),
    refUpdateRule: rule ? { ...shared, pattern: branch, requiredStatusCheckContexts: contexts, requiredApprovingReviewCount: rule.reviews?.count ?? null, requiresSignatures: rule.signatures, viewerAllowedToDismissReviews: false, viewerCanPush: true } : null,
    branchProtectionRule: () => {
      if (!rule) return null;
      need(scope, repo, { name: 'administration', level: 'read' });
      return {
        __typename: 'BranchProtectionRule', id: nodeId('Ref', `rule:${qualified}`), pattern: branch, ...shared, requiresStatusChecks: rule.checks !== null, requiresStrictStatusChecks: rule.checks?.strict ?? false,
        requiredStatusCheckContexts: rule.checks?.required.map(({ context }) => context) ?? [],
        requiredStatusChecks: rule.checks?.required.map(({ context, appId }) => ({ __typename: 'RequiredStatusCheckDescription', context, app: appId === null ? null : appNode(scope.hub.state.apps.get(appId)) })) ?? [],
        requiresApprovingReviews: rule.reviews !== null, requiredApprovingReviewCount: rule.reviews?.count ?? null, dismissesStaleReviews: rule.reviews?.dismissStale ?? false, isAdminEnforced: rule.enforceAdmins,
        requiresCommitSignatures: rule.signatures, restrictsPushes: rule.restrictions !== null,
      };
    },
    rules: (args: PageArgs) => connection(branch === undefined ? [] : rulesFor(repo, branch), args, ({ ruleset, rule: one }) => ({
      __typename: 'RepositoryRule', id: nodeId('Ref', `rule:${String(ruleset.id)}:${one.type}`), type: upper(one.type), parameters: parameters(one),
      repositoryRuleset: { __typename: 'RepositoryRuleset', id: nodeId('Ref', `ruleset:${String(ruleset.id)}`), databaseId: ruleset.id, name: ruleset.name, enforcement: upper(ruleset.enforcement) },
    })),
  };
}
