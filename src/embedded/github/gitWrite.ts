import { findAccount, fullName, type Hub } from './hub.js';
import { GitError, type Signature } from './git.js';
import { mergeBaseOf, readCommit } from './gitRead.js';
import type { PullFacts } from './state/issues.js';
import type { Repo } from './state.js';

/** What becomes of files: their new content, or null to delete them. A script is executable. */
export type Files = Readonly<Record<string, string | Buffer | null>>;

/** How an account signs commits. */
export function signatureOf(hub: Hub, login: string): Signature {
  const account = findAccount(hub, login);
  const email = account?.email ?? `${String(account?.id ?? 0)}+${account?.login ?? login}@users.noreply.github.com`;
  return { name: account?.name ?? account?.login ?? login, email, date: new Date(hub.now()).toISOString() };
}

const line = (role: string, { name, email, date }: Signature): string => `${role} ${name} <${email}> ${String(Math.floor(Date.parse(date) / 1000))} +0000\n`;
const data = (content: string | Buffer): Buffer[] => {
  const bytes = Buffer.from(content);
  return [Buffer.from(`data ${String(bytes.length)}\n`), bytes, Buffer.from('\n')];
};

export interface NewCommit { readonly branch: string; readonly parent: string | undefined; readonly files: Files; readonly message: string; readonly author: Signature; readonly committer?: Signature }

/** Writes a commit and puts the branch on it; the caller tells everybody. */
export async function writeCommit(hub: Hub, repo: Repo, { branch, parent, files, message, author, committer = author }: NewCommit): Promise<string> {
  const parts: Buffer[] = [Buffer.from(`commit refs/heads/${branch}\nmark :1\n${line('author', author)}${line('committer', committer)}`), ...data(message)];
  if (parent) parts.push(Buffer.from(`from ${parent}\n`));
  for (const [path, content] of Object.entries(files)) {
    if (content === null) parts.push(Buffer.from(`D ${path}\n`));
    else parts.push(Buffer.from(`M ${String(content).startsWith('#!') ? '100755' : '100644'} inline ${path}\n`), ...data(content));
  }
  parts.push(Buffer.from('\nget-mark :1\ndone\n'));
  return (await hub.git.run(fullName(repo), ['fast-import', '--quiet', '--force', '--done'], { input: Buffer.concat(parts) })).trim();
}

/** The tree of a merge, or undefined where the two conflict. */
export async function mergeTree(hub: Hub, repo: Repo, ours: string, theirs: string): Promise<string | undefined> {
  try {
    return (await hub.git.run(fullName(repo), ['merge-tree', '--write-tree', '--no-messages', ours, theirs])).split('\n')[0]?.trim();
  } catch (err) {
    if (err instanceof GitError && err.code === 1) return undefined;
    throw err;
  }
}

export interface TreeCommit { readonly tree: string; readonly parents: readonly string[]; readonly message: string; readonly author: Signature; readonly committer: Signature }

/** Writes a commit of a tree that exists; no reference moves. */
export async function commitTree(hub: Hub, repo: Repo, { tree, parents, message, author, committer }: TreeCommit): Promise<string> {
  const env = {
    GIT_AUTHOR_NAME: author.name, GIT_AUTHOR_EMAIL: author.email, GIT_AUTHOR_DATE: author.date, GIT_COMMITTER_NAME: committer.name, GIT_COMMITTER_EMAIL: committer.email, GIT_COMMITTER_DATE: committer.date,
  };
  return (await hub.git.run(fullName(repo), ['commit-tree', tree, ...parents.flatMap((one) => ['-p', one])], { input: message, env })).trim();
}

/** Puts commits one by one on another one, as a rebase does; undefined where one does not fit. */
export async function replay(hub: Hub, repo: Repo, { onto, commits, committer }: { onto: string; commits: readonly string[]; committer: Signature }): Promise<string | undefined> {
  let tip = onto;
  for (const sha of commits) {
    const commit = await readCommit(hub, repo, sha);
    const below = await readCommit(hub, repo, tip);
    const [parent] = commit?.parents ?? [];
    if (!commit || !below || !parent) return undefined;
    // With the picked commit's parent as its own, the tip's content merges with exactly what the commit changed.
    const stand = await commitTree(hub, repo, { tree: below.tree, parents: [parent], message: 'rebase', author: committer, committer });
    const tree = await mergeTree(hub, repo, stand, sha);
    if (!tree) return undefined;
    tip = await commitTree(hub, repo, { tree, parents: [tip], message: commit.message, author: commit.author, committer });
  }
  return tip;
}

export async function setRef(hub: Hub, repo: Repo, ref: string, sha: string | null): Promise<void> {
  await hub.git.run(fullName(repo), sha === null ? ['update-ref', '-d', ref] : ['update-ref', ref, sha]);
}

/** Looks at a head and a base as a pull request does, and keeps `refs/pull/N/merge` in step. */
export async function computeFacts(hub: Hub, repo: Repo, { number, head, base }: { number: number; head: string; base: string }): Promise<PullFacts> {
  const name = fullName(repo);
  const mergeBase = (await mergeBaseOf(hub, repo, base, head)) ?? base;
  const [count, numbers, tree] = await Promise.all([
    hub.git.run(name, ['rev-list', '--count', `${base}..${head}`]), hub.git.run(name, ['diff', '--numstat', mergeBase, head]), mergeTree(hub, repo, base, head),
  ]);
  const rows = numbers.split('\n').filter(Boolean).map((row) => row.split('\t'));
  const sum = (column: number): number => rows.reduce((total, row) => total + (Number(row[column]) || 0), 0);
  const github: Signature = { name: 'GitHub', email: 'noreply@github.com', date: new Date(hub.now()).toISOString() };
  const testMerge = tree ? await commitTree(hub, repo, { tree, parents: [base, head], message: `Merge ${head} into ${base}`, author: github, committer: github }) : null;
  await setRef(hub, repo, `refs/pull/${String(number)}/merge`, testMerge);
  return { head, base, mergeBase, commits: Number(count.trim()), additions: sum(0), deletions: sum(1), changedFiles: rows.length, mergeable: testMerge !== null, testMerge };
}
