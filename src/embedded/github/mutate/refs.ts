import { ApiError, fullName, isPull, nowIso, record, type Hub, type PullIssue } from '../hub.js';
import type { Commit } from '../git.js';
import { changedFiles, emptyTree, isAncestor, listCommits, readCommit } from '../gitRead.js';
import { setRef } from '../gitWrite.js';
import { renderAccount } from '../render/accounts.js';
import { renderPushCommit } from '../render/commit.js';
import { renderRepo, repoPage } from '../render/repo.js';
import type { Who } from '../state/people.js';
import type { Repo } from '../state.js';
import { closeIssue } from './issues.js';
import { addSuites } from './checks.js';
import { fetchHead, refreshFacts } from './pullGit.js';
import { addEvent, emitIssue, recordIssue, touch } from './timeline.js';

export const zeroSha = '0'.repeat(40);

export interface RefMove { readonly ref: string; readonly before: string | null; readonly after: string | null }

/** Moves a reference in git and lets everybody know. */
export async function moveRef(hub: Hub, who: Who, repo: Repo, ref: string, after: string | null): Promise<void> {
  const before = ref.startsWith('refs/heads/') ? (repo.heads.get(ref.slice(11)) ?? null) : null;
  if (before === after) return;
  await setRef(hub, repo, ref, after);
  await refMoved(hub, who, repo, { ref, before, after });
}

/** What follows from a reference that has moved: webhooks, and the pull requests from and to it. */
export async function refMoved(hub: Hub, who: Who, repo: Repo, move: RefMove): Promise<void> {
  const branch = move.ref.startsWith('refs/heads/') ? move.ref.slice(11) : undefined;
  repo.pushedAt = nowIso(hub);
  if (branch !== undefined) {
    if (move.after === null) repo.heads.delete(branch);
    else repo.heads.set(branch, move.after);
  }
  record(hub, who, { kind: move.after === null ? 'ref.delete' : move.before === null ? 'ref.create' : 'push', target: `${fullName(repo)}@${branch ?? move.ref}`, detail: { before: move.before, after: move.after } });
  await emitPush(hub, who, repo, move);
  if (branch === undefined) return;
  if (move.after !== null) await addSuites(hub, who, repo, { sha: move.after, branch, before: move.before });
  for (const base of hub.state.repos.values()) {
    for (const issue of base.issues.values()) {
      if (!isPull(issue) || issue.state !== 'open') continue;
      if (issue.pull.head.repoId === repo.id && issue.pull.head.ref === branch) await headMoved(hub, who, base, issue, move.after);
      else if (base === repo && issue.pull.base.ref === branch) await baseMoved(hub, who, repo, issue, move);
    }
  }
}

/** A base that was deleted closes the pull request; one that reached its head has merged it. */
async function baseMoved(hub: Hub, who: Who, repo: Repo, issue: PullIssue, { before, after }: RefMove): Promise<void> {
  issue.pull.asked = false;
  if (after === null) { closeIssue(hub, who, repo, issue); return; }
  if (before === null || !(await isAncestor(hub, repo, issue.pull.head.sha, after)) || (await isAncestor(hub, repo, issue.pull.head.sha, before))) return;
  issue.pull.mergedAt = nowIso(hub);
  issue.pull.mergedBy = who.login;
  issue.pull.mergeCommit = after;
  addEvent(hub, who, issue, 'merged', {}, after);
  recordIssue(hub, who, repo, issue, 'pull.merged-by-push', { sha: after });
  closeIssue(hub, who, repo, issue);
}

async function headMoved(hub: Hub, who: Who, repo: Repo, issue: PullIssue, after: string | null): Promise<void> {
  if (after === null) { closeIssue(hub, who, repo, issue); return; }
  const { pull } = issue;
  const before = pull.head.sha;
  if (before === after) return;
  pull.head.sha = after;
  pull.base.sha = repo.heads.get(pull.base.ref) ?? pull.base.sha;
  pull.asked = false;
  await fetchHead(hub, repo, issue);
  await refreshFacts(hub, repo, issue);
  if (pull.facts?.commits === 0) { closeIssue(hub, who, repo, issue); return; }
  touch(hub, issue);
  if (!(await isAncestor(hub, repo, before, after))) addEvent(hub, who, issue, 'head_ref_force_pushed', {}, after);
  const rule = [...repo.protections].find(([name]) => name === pull.base.ref)?.[1];
  if (rule?.reviews?.dismissStale) for (const review of pull.reviews) if (review.state === 'APPROVED') review.state = 'DISMISSED';
  emitIssue(hub, who, repo, issue, 'synchronize', { before, after });
}

const withFiles = async (hub: Hub, repo: Repo, commit: Commit) => renderPushCommit(hub, repo, commit, await changedFiles(hub, repo, commit.parents[0] ?? emptyTree, commit.sha));

async function emitPush(hub: Hub, who: Who, repo: Repo, { ref, before, after }: RefMove): Promise<void> {
  const short = ref.replace(/^refs\/(heads|tags)\//, '');
  const type = ref.startsWith('refs/tags/') ? 'tag' : 'branch';
  const master = { master_branch: repo.defaultBranch, description: repo.description };
  if (before === null) hub.emit({ event: 'create', sender: who.login, repo, payload: { ref: short, ref_type: type, ...master, pusher_type: 'user' } });
  if (after === null) hub.emit({ event: 'delete', sender: who.login, repo, payload: { ref: short, ref_type: type, pusher_type: 'user' } });
  const base = repo.heads.get(repo.defaultBranch);
  const range = after === null ? [] : before === null ? (base && base !== after ? [after, `^${base}`] : [after]) : [after, `^${before}`];
  const commits = range.length ? [...(await listCommits(hub, repo, range, { max: 20 }))].reverse() : [];
  const head = after === null ? undefined : await readCommit(hub, repo, after);
  const account = renderAccount(hub, who.login);
  const page = repoPage(hub, repo);
  const seconds = (iso: string): number => Math.floor(Date.parse(iso) / 1000);
  hub.emit({
    event: 'push', sender: who.login, repo, payload: {
      ref, before: before ?? zeroSha, after: after ?? zeroSha, created: before === null, deleted: after === null,
      forced: before !== null && after !== null && !(await isAncestor(hub, repo, before, after)), base_ref: null,
      compare: before && after ? `${page}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}` : `${page}/compare/${short}`,
      commits: await Promise.all(commits.map((one) => withFiles(hub, repo, one))), head_commit: head ? await withFiles(hub, repo, head) : null,
      repository: {
        ...renderRepo(hub, repo), owner: { name: repo.owner, email: null, ...renderAccount(hub, repo.owner) }, url: page, created_at: seconds(repo.createdAt), pushed_at: seconds(repo.pushedAt),
        stargazers: 0, master_branch: repo.defaultBranch, ...(hub.state.orgs.has(repo.owner.toLowerCase()) ? { organization: repo.owner } : {}),
      },
      pusher: { name: who.login, email: `${String(account.id)}+${who.login}@users.noreply.github.com` },
    },
  });
}

/** A branch that must be there. */
export function tipOf(repo: Repo, branch: string): string {
  const sha = repo.heads.get(branch);
  if (!sha) throw new ApiError(404, 'Branch not found');
  return sha;
}
