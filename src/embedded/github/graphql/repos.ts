import { fullName, getIssue, isPull, key, nodeId } from '../hub.js';
import { listRefs, readBlob, readCommit, resolveCommit, treeEntry } from '../gitRead.js';
import { permissionOf } from '../permissions.js';
import { repoPage } from '../render/repo.js';
import type { Issue } from '../state/issues.js';
import type { Repo } from '../state.js';
import { actor } from './actors.js';
import { commitNode, refNode } from './commits.js';
import { connection, GraphqlRefusal, need, upper, type Node, type PageArgs, type Scope } from './connection.js';
import { issueNode, labelNode } from './issues.js';

interface ListArgs extends PageArgs {
  readonly states?: readonly string[] | null;
  readonly labels?: readonly string[] | null;
  readonly baseRefName?: string | null;
  readonly headRefName?: string | null;
  readonly orderBy?: { readonly field: string; readonly direction: 'ASC' | 'DESC' } | null;
}

function sift(issues: readonly Issue[], { states, labels, baseRefName, headRefName, orderBy }: ListArgs): readonly Issue[] {
  const stateOf = ({ state, pull }: Issue): string => (pull?.mergedAt ? 'MERGED' : state.toUpperCase());
  const kept = issues.filter((issue) => (!states?.length || states.includes(stateOf(issue))) && (!labels || labels.some((name) => [...issue.labels].some((label) => key(label.name) === key(name))))
    && (!baseRefName || issue.pull?.base.ref === baseRefName) && (!headRefName || issue.pull?.head.ref === headRefName));
  const rank = (issue: Issue): string => (orderBy?.field === 'UPDATED_AT' ? issue.updatedAt : issue.createdAt);
  const sorted = [...kept].sort((a, b) => rank(a).localeCompare(rank(b)) || a.number - b.number);
  return orderBy?.direction === 'DESC' ? sorted.reverse() : sorted;
}

const missing = (what: string, number: number): GraphqlRefusal => new GraphqlRefusal('NOT_FOUND', `Could not resolve to ${what} with the number of ${String(number)}.`);

function one(scope: Scope, repo: Repo, number: number, what: string, fits: (issue: Issue) => boolean): Node {
  const issue = repo.issues.get(number);
  if (!issue || !fits(issue)) throw missing(what, number);
  return issueNode(scope, repo, getIssue(repo, number));
}

async function objectAt(scope: Scope, repo: Repo, { oid, expression }: { oid?: string | null; expression?: string | null }): Promise<Node | null> {
  const { hub } = scope;
  const [ref = '', path] = (oid ?? expression ?? '').split(/:(.*)/s);
  const sha = await resolveCommit(hub, repo, ref);
  const commit = sha === undefined ? undefined : await readCommit(hub, repo, sha);
  if (!commit) return null;
  if (path === undefined) return commitNode(scope, repo, commit);
  need(scope, repo, { name: 'contents', level: 'read' });
  const entry = await treeEntry(hub, repo, commit.sha, path);
  if (entry?.type !== 'blob') return null;
  const text = await readBlob(hub, repo, entry.sha);
  return { __typename: 'Blob', id: nodeId('Blob', entry.sha), oid: entry.sha, byteSize: text.length, isBinary: text.includes(0), isTruncated: false, text: text.toString('utf8') };
}

/** A repository. */
export function repoNode(scope: Scope, repo: Repo): Node {
  const { hub, who } = scope;
  const url = repoPage(hub, repo);
  const pulls = () => [...repo.issues.values()].filter(isPull);
  const ref = (qualified: string): Node | null => {
    const name = qualified.replace(/^refs\/heads\//, '');
    const tip = repo.heads.get(name);
    return tip ? refNode(scope, repo, `refs/heads/${name}`, tip) : null;
  };
  return {
    __typename: 'Repository', id: nodeId('Repository', repo.id), databaseId: repo.id, name: repo.name, nameWithOwner: fullName(repo), owner: () => actor(scope, repo.owner), url, resourcePath: `/${fullName(repo)}`,
    description: repo.description, isPrivate: repo.private, isArchived: repo.archived, isFork: repo.forkOf !== null, isDisabled: false, isEmpty: !repo.heads.size, visibility: repo.private ? 'PRIVATE' : 'PUBLIC', createdAt: repo.createdAt, updatedAt: repo.updatedAt, pushedAt: repo.pushedAt,
    mergeCommitAllowed: repo.methods.merge, squashMergeAllowed: repo.methods.squash, rebaseMergeAllowed: repo.methods.rebase, autoMergeAllowed: false, deleteBranchOnMerge: repo.deleteBranchOnMerge, hasIssuesEnabled: repo.hasIssues,
    viewerPermission: who.kind === 'user' ? upper(permissionOf(hub.state, repo, who.login)) : null,
    defaultBranchRef: () => ref(repo.defaultBranch), ref: ({ qualifiedName }: { qualifiedName: string }) => ref(qualifiedName),
    refs: async ({ refPrefix, query, ...args }: PageArgs & { refPrefix: string; query?: string | null }) => {
      const all = [...(await listRefs(hub, repo))].filter(([name]) => name.startsWith(refPrefix) && (!query || name.includes(query)));
      return connection(all, args, ([name, sha]) => refNode(scope, repo, name, sha));
    },
    object: (args: { oid?: string | null; expression?: string | null }) => objectAt(scope, repo, args),
    issue: ({ number }: { number: number }) => one(scope, repo, number, 'an Issue', (issue) => issue.pull === null),
    pullRequest: ({ number }: { number: number }) => one(scope, repo, number, 'a PullRequest', isPull),
    issueOrPullRequest: ({ number }: { number: number }) => one(scope, repo, number, 'an issue or pull request', () => true),
    pullRequests: (args: ListArgs) => { need(scope, repo, { name: 'pull_requests', level: 'read' }); return connection(sift(pulls(), args), args, (issue) => issueNode(scope, repo, issue)); },
    issues: (args: ListArgs) => { need(scope, repo, { name: 'issues', level: 'read' }); return connection(sift([...repo.issues.values()].filter((issue) => !issue.pull), args), args, (issue) => issueNode(scope, repo, issue)); },
    labels: ({ query, ...args }: PageArgs & { query?: string | null }) => connection([...repo.labels.values()].filter(({ name }) => !query || key(name).includes(key(query))), args, (label) => labelNode(scope, label)),
    label: ({ name }: { name: string }) => { const label = repo.labels.get(key(name)); return label ? labelNode(scope, label) : null; },
    collaborators: (args: PageArgs) => { need(scope, repo, { name: 'metadata', level: 'read' }); const all = [...repo.collaborators]; const page = connection(all, args, ([login]) => actor(scope, login)); return { ...page, edges: () => all.map(([login, permission]) => ({ cursor: login, permission: upper(permission), node: actor(scope, login) })) }; },
  };
}
