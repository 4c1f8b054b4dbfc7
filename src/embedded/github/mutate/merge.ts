import { ApiError, fullName, getAccount, nowIso, type Hub, type PullIssue } from '../hub.js';
import { isAncestor, listCommits } from '../gitRead.js';
import { commitTree, mergeTree, replay, signatureOf } from '../gitWrite.js';
import { obstacle } from '../requirements.js';
import type { Signature } from '../git.js';
import type { Who } from '../state/people.js';
import type { Repo } from '../state.js';
import { refreshFacts } from './pullGit.js';
import { moveRef } from './refs.js';
import { addEvent, emitIssue, recordIssue, touch } from './timeline.js';

export type MergeMethod = 'merge' | 'squash' | 'rebase';
export interface MergeWish { readonly method?: MergeMethod | undefined; readonly sha?: string | undefined; readonly title?: string | undefined; readonly message?: string | undefined }

const refused = { merge: 'Merge commits are not allowed on this repository.', squash: 'Squash merges are not allowed on this repository.', rebase: 'Rebase merges are not allowed on this repository.' } as const;

interface Written { readonly title: string; readonly message: string; readonly author: Signature; readonly committer: Signature }

async function write(hub: Hub, repo: Repo, { pull }: PullIssue, method: MergeMethod, { title, message, author, committer }: Written): Promise<string | undefined> {
  const base = repo.heads.get(pull.base.ref) ?? pull.base.sha;
  if (method === 'rebase') {
    const commits = (await listCommits(hub, repo, ['--no-merges', '--topo-order', `${base}..${pull.head.sha}`])).map(({ sha }) => sha).reverse();
    return replay(hub, repo, { onto: base, commits, committer });
  }
  const tree = await mergeTree(hub, repo, base, pull.head.sha);
  if (!tree) return undefined;
  const text = message ? `${title}\n\n${message}` : title;
  return commitTree(hub, repo, { tree, parents: method === 'merge' ? [base, pull.head.sha] : [base], message: text, author, committer });
}

async function words(hub: Hub, repo: Repo, issue: PullIssue, method: MergeMethod, wish: MergeWish): Promise<{ title: string; message: string }> {
  const { pull, number } = issue;
  if (method !== 'squash') return { title: wish.title || `Merge pull request #${String(number)} from ${pull.head.owner}/${pull.head.ref}`, message: wish.message ?? issue.title };
  const commits = [...(await listCommits(hub, repo, [`${pull.base.sha}..${pull.head.sha}`]))].reverse();
  const [only] = commits.length === 1 ? commits : [];
  const [subject = '', ...rest] = (only?.message ?? '').split('\n');
  const body = only ? rest.join('\n').trim() : commits.map((one) => `* ${one.message}`).join('\n\n');
  return { title: wish.title || `${only ? subject : issue.title} (#${String(number)})`, message: wish.message ?? body };
}

/** Merges a pull request, or throws what GitHub answers where it will not. */
export function mergePull(hub: Hub, who: Who, repo: Repo, issue: PullIssue, wish: MergeWish): Promise<string> {
  return hub.git.exclusive(fullName(repo), async () => {
    const { pull } = issue;
    const method = wish.method ?? (repo.methods.merge ? 'merge' : repo.methods.squash ? 'squash' : 'rebase');
    if (issue.state === 'closed') throw new ApiError(405, pull.mergedAt ? 'Pull Request is not mergeable' : 'Pull Request is closed');
    if (pull.draft) throw new ApiError(405, 'Pull Request is still a draft');
    if (!(method in refused)) throw new ApiError(422, 'Invalid merge method');
    if (!repo.methods[method]) throw new ApiError(405, refused[method]);
    if (wish.sha !== undefined && wish.sha !== pull.head.sha) throw new ApiError(409, 'Head branch was modified. Review and try the merge again.');
    await refreshFacts(hub, repo, issue);
    if (!pull.facts?.mergeable) throw new ApiError(405, 'Pull Request is not mergeable');
    const why = obstacle(hub, repo, issue);
    if (why) throw new ApiError(405, why);
    const restricted = repo.protections.get(pull.base.ref)?.restrictions;
    if (restricted && !restricted.users.includes(who.login) && !restricted.apps.includes(who.login.replace(/\[bot\]$/, ''))) throw new ApiError(405, "You're not authorized to push to this branch. Visit https://docs.github.com/articles/about-protected-branches/ for more information.");
    const committer: Signature = { name: 'GitHub', email: 'noreply@github.com', date: new Date(hub.now()).toISOString() };
    const author = signatureOf(hub, method === 'squash' ? getAccount(hub, issue.user).login : who.login);
    const sha = await write(hub, repo, issue, method, { ...(await words(hub, repo, issue, method, wish)), author, committer });
    if (!sha) throw new ApiError(405, method === 'rebase' ? "This branch can't be rebased" : 'Merge conflict');
    issue.state = 'closed';
    issue.closedAt = nowIso(hub);
    issue.closedBy = who.login;
    pull.mergedAt = issue.closedAt;
    pull.mergedBy = who.login;
    pull.mergeCommit = sha;
    touch(hub, issue);
    addEvent(hub, who, issue, 'merged', {}, sha);
    addEvent(hub, who, issue, 'closed', { state_reason: null });
    recordIssue(hub, who, repo, issue, 'pull.merge', { sha, method, head: pull.head.sha, base: pull.base.ref });
    emitIssue(hub, who, repo, issue, 'closed');
    await moveRef(hub, who, repo, `refs/heads/${pull.base.ref}`, sha);
    return sha;
  });
}

/** Merges the base branch into a pull request's head branch. */
export async function updateBranch(hub: Hub, who: Who, repo: Repo, issue: PullIssue, expected: string | undefined): Promise<void> {
  const { pull } = issue;
  if (expected !== undefined && expected !== pull.head.sha) throw new ApiError(422, `expected head sha didn’t match current head ref.`);
  const from = hub.state.repos.get(pull.head.repoId);
  const base = repo.heads.get(pull.base.ref);
  if (!from || !base) throw new ApiError(422, 'The head repository is gone.');
  await hub.git.exclusive(fullName(from), async () => {
    if (from !== repo) await hub.git.run(fullName(from), ['fetch', '--quiet', '--no-tags', hub.git.dir(fullName(repo)), base]);
    if (await isAncestor(hub, from, base, pull.head.sha)) throw new ApiError(422, 'There are no new commits on the base branch.');
    const tree = await mergeTree(hub, from, pull.head.sha, base);
    if (!tree) throw new ApiError(422, 'merge conflict between base and head');
    const author = signatureOf(hub, who.login);
    const sha = await commitTree(hub, from, { tree, parents: [pull.head.sha, base], message: `Merge branch '${pull.base.ref}' into ${pull.head.ref}`, author, committer: author });
    await moveRef(hub, who, from, `refs/heads/${pull.head.ref}`, sha);
  });
}
