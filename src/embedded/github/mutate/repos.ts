import { ApiError, findRepo, fullName, invalid, key, newId, nowIso, record, type Hub } from '../hub.js';
import { listRefs } from '../gitRead.js';
import { signatureOf, writeCommit, type Files } from '../gitWrite.js';
import type { Protection, Ruleset } from '../state/checks.js';
import type { Permission, Who } from '../state/people.js';
import type { Repo } from '../state.js';
import { refMoved } from './refs.js';

export interface NewRepo {
  readonly owner: string;
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly private?: boolean | undefined;
  readonly defaultBranch?: string | undefined;
  readonly files?: Files | undefined;
  readonly methods?: Partial<Repo['methods']> | undefined;
}

function blank(hub: Hub, wish: NewRepo, forkOf: number | null): Repo {
  const at = nowIso(hub);
  return {
    id: newId(hub), owner: wish.owner, name: wish.name, description: wish.description ?? null, private: wish.private ?? false, archived: false, defaultBranch: wish.defaultBranch ?? 'main', forkOf,
    methods: { merge: true, squash: true, rebase: true, ...wish.methods }, deleteBranchOnMerge: false, hasIssues: forkOf === null, topics: [], createdAt: at, updatedAt: at, pushedAt: at,
    collaborators: new Map(), heads: new Map(), labels: new Map(), milestones: [], issues: new Map(), nextNumber: 1, protections: new Map(), rulesets: [], statuses: [], suites: [], checkRuns: [], workflows: [],
    workflowRuns: [],
  };
}

/** Makes a repository, with a first commit where files are given. */
export async function createRepo(hub: Hub, who: Who, wish: NewRepo): Promise<Repo> {
  if (!/^[\w.-]+$/.test(wish.name)) throw invalid([{ resource: 'Repository', code: 'missing_field', field: 'name' }]);
  if (findRepo(hub, wish.owner, wish.name)) throw invalid([{ resource: 'Repository', code: 'custom', field: 'name', message: 'name already exists on this account' }], 'Repository creation failed.');
  const repo = blank(hub, wish, null);
  await hub.git.init(fullName(repo), repo.defaultBranch);
  hub.state.repos.set(repo.id, repo);
  hub.state.renamed.delete(key(fullName(repo)));
  record(hub, who, { kind: 'repo.create', target: fullName(repo), detail: {} });
  hub.emit({ event: 'repository', action: 'created', sender: who.login, repo, payload: {} });
  if (wish.files) {
    const after = await writeCommit(hub, repo, { branch: repo.defaultBranch, parent: undefined, files: wish.files, message: 'Initial commit', author: signatureOf(hub, who.login) });
    await refMoved(hub, who, repo, { ref: `refs/heads/${repo.defaultBranch}`, before: null, after });
  }
  return repo;
}

/** Copies a repository to somebody's account; who has a fork already gets that one. */
export async function forkRepo(hub: Hub, who: Who, of: Repo, { owner, name = of.name }: { owner: string; name?: string }): Promise<Repo> {
  const known = [...hub.state.repos.values()].find((one) => one.forkOf === of.id && key(one.owner) === key(owner));
  if (known) return known;
  const fork = blank(hub, { owner, name, description: of.description, private: of.private, defaultBranch: of.defaultBranch }, of.id);
  await hub.git.init(fullName(fork), fork.defaultBranch);
  if (of.heads.size) await hub.git.run(fullName(fork), ['fetch', '--quiet', hub.git.dir(fullName(of)), '+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*']);
  hub.state.repos.set(fork.id, fork);
  await syncHeads(hub, fork);
  record(hub, who, { kind: 'repo.fork', target: fullName(of), detail: { to: fullName(fork) } });
  return fork;
}

/** Takes the branches as git has them. */
export async function syncHeads(hub: Hub, repo: Repo): Promise<void> {
  repo.heads.clear();
  for (const [ref, sha] of await listRefs(hub, repo)) if (ref.startsWith('refs/heads/')) repo.heads.set(ref.slice(11), sha);
}

/** Gives a repository another name; the old one leads to it. */
export async function renameRepo(hub: Hub, who: Who, repo: Repo, name: string): Promise<void> {
  if (findRepo(hub, repo.owner, name)) throw invalid([{ resource: 'Repository', code: 'custom', field: 'name', message: 'name already exists on this account' }]);
  const from = repo.name;
  const old = fullName(repo);
  await hub.git.move(old, `${repo.owner}/${name}`);
  repo.name = name;
  hub.state.renamed.set(key(old), repo.id);
  record(hub, who, { kind: 'repo.rename', target: fullName(repo), detail: { from } });
  hub.emit({ event: 'repository', action: 'renamed', sender: who.login, repo, payload: { changes: { repository: { name: { from } } } } });
}

export interface RepoWish {
  readonly description?: string | null | undefined; readonly private?: boolean | undefined; readonly archived?: boolean | undefined; readonly defaultBranch?: string | undefined; readonly hasIssues?: boolean | undefined;
  readonly merge?: boolean | undefined; readonly squash?: boolean | undefined; readonly rebase?: boolean | undefined; readonly deleteBranchOnMerge?: boolean | undefined;
}

/** Changes a repository's settings. */
export async function editRepo(hub: Hub, who: Who, repo: Repo, wish: RepoWish): Promise<void> {
  const changes: Record<string, unknown> = {};
  if (wish.description !== undefined && wish.description !== repo.description) { changes.description = { from: repo.description }; repo.description = wish.description; }
  if (wish.defaultBranch !== undefined && wish.defaultBranch !== repo.defaultBranch) {
    if (!repo.heads.has(wish.defaultBranch)) throw invalid([{ resource: 'Repository', code: 'invalid', field: 'default_branch' }], `The branch ${wish.defaultBranch} was not found. Please push that ref first or create it via the Git Data API.`);
    changes.default_branch = { from: repo.defaultBranch };
    repo.defaultBranch = wish.defaultBranch;
    await hub.git.run(fullName(repo), ['symbolic-ref', 'HEAD', `refs/heads/${wish.defaultBranch}`]);
  }
  repo.private = wish.private ?? repo.private;
  repo.archived = wish.archived ?? repo.archived;
  repo.hasIssues = wish.hasIssues ?? repo.hasIssues;
  repo.deleteBranchOnMerge = wish.deleteBranchOnMerge ?? repo.deleteBranchOnMerge;
  const methods = { merge: wish.merge ?? repo.methods.merge, squash: wish.squash ?? repo.methods.squash, rebase: wish.rebase ?? repo.methods.rebase };
  if (!methods.merge && !methods.squash && !methods.rebase) throw new ApiError(422, 'Sorry, you need to allow at least one merge strategy.');
  Object.assign(repo.methods, methods);
  repo.updatedAt = nowIso(hub);
  record(hub, who, { kind: 'repo.edit', target: fullName(repo), detail: { changed: Object.keys(changes) } });
  if (Object.keys(changes).length) hub.emit({ event: 'repository', action: 'edited', sender: who.login, repo, payload: { changes } });
}

export function setCollaborator(hub: Hub, who: Who, repo: Repo, login: string, permission: Permission | null): void {
  if (permission === null) repo.collaborators.delete(key(login));
  else repo.collaborators.set(key(login), permission);
  record(hub, who, { kind: 'collaborator.set', target: fullName(repo), detail: { login, permission } });
}

const open: Protection = {
  checks: null, reviews: null, enforceAdmins: false, linearHistory: false, allowForcePushes: false, allowDeletions: false, conversationResolution: false, signatures: false, restrictions: null,
};

/** Protects a branch, or with null stops doing so. */
export function protect(hub: Hub, who: Who, repo: Repo, branch: string, wish: Partial<Protection> | null): void {
  if (wish === null) repo.protections.delete(branch);
  else repo.protections.set(branch, { ...open, ...wish });
  record(hub, who, { kind: wish === null ? 'protection.delete' : 'protection.set', target: `${fullName(repo)}@${branch}`, detail: {} });
}

export function addRuleset(hub: Hub, who: Who, repo: Repo, wish: Pick<Ruleset, 'name' | 'rules'> & Partial<Ruleset>): Ruleset {
  const ruleset: Ruleset = { enforcement: 'active', include: ['~DEFAULT_BRANCH'], exclude: [], ...wish, id: newId(hub) };
  repo.rulesets.push(ruleset);
  record(hub, who, { kind: 'ruleset.create', target: fullName(repo), detail: { name: ruleset.name } });
  return ruleset;
}
