import { rm } from 'node:fs/promises';
import { ApiError, fullName, type Hub } from './hub.js';
import { GitError } from './git.js';
import type { Repo } from './state.js';

/** A commit as git has it. */
export interface GitCommit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: GitPerson;
  readonly committer: GitPerson;
}
export interface GitPerson { readonly name: string; readonly email: string; readonly date: string }

const format = '%H%x00%T%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B%x00%x01';
const when = (seconds: string): string => `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}Z`;

function parse(text: string): readonly GitCommit[] {
  return text.split('\u0000\u0001').map((part) => part.replace(/^\n/, '')).filter((part) => part !== '').map((part) => {
    const [sha = '', tree = '', parents = '', an = '', ae = '', at = '0', cn = '', ce = '', ct = '0', body = ''] = part.split('\0');
    return {
      sha, tree, parents: parents.split(' ').filter(Boolean), message: body.replace(/\n+$/, ''), author: { name: an, email: ae, date: when(at) }, committer: { name: cn, email: ce, date: when(ct) },
    };
  });
}

/** The SHA behind a branch, tag or SHA; undefined when there is none. */
export async function findSha({ git }: Hub, repo: Repo, ref: string): Promise<string | undefined> {
  const tries = /^[0-9a-f]{7,40}$/.test(ref) ? [ref, `refs/heads/${ref}`, `refs/tags/${ref}`] : ref.startsWith('refs/') ? [ref] : [`refs/heads/${ref}`, `refs/tags/${ref}`, `refs/${ref}`];
  for (const one of tries) {
    if (one.startsWith('-') || /[\s:^~?*[\\]/.test(one)) continue;
    const out = await git.run(fullName(repo), ['rev-parse', '--verify', '--quiet', `${one}^{commit}`]).catch(() => '');
    if (out.trim()) return out.trim();
  }
  return undefined;
}

export async function getSha(hub: Hub, repo: Repo, ref: string): Promise<string> {
  const sha = await findSha(hub, repo, ref);
  if (!sha) throw new ApiError(422, `No commit found for SHA: ${ref}`);
  return sha;
}

/** Commits by `git log` arguments, newest first. */
export async function logCommits({ git }: Hub, repo: Repo, args: readonly string[]): Promise<readonly GitCommit[]> {
  return parse(await git.run(fullName(repo), ['log', `--format=${format}`, ...args]));
}

export async function readCommit(hub: Hub, repo: Repo, sha: string): Promise<GitCommit> {
  const [commit] = await logCommits(hub, repo, ['-1', sha]);
  if (!commit) throw new ApiError(422, `No commit found for SHA: ${sha}`);
  return commit;
}

/** All references under a prefix, by name. */
export async function readRefs({ git }: Hub, repo: Repo, prefix = ''): Promise<ReadonlyMap<string, string>> {
  const out = await git.run(fullName(repo), ['for-each-ref', '--format=%(refname) %(objectname)', ...(prefix ? [prefix] : [])]);
  return new Map(out.split('\n').filter(Boolean).map((line) => { const [name = '', sha = ''] = line.split(' '); return [name, sha] as const; }));
}

export interface ChangedFile {
  readonly filename: string;
  readonly previous: string | null;
  readonly status: 'added' | 'removed' | 'modified' | 'renamed';
  readonly additions: number;
  readonly deletions: number;
  readonly blob: string;
  readonly patch: string | null;
}

const statuses = { A: 'added', D: 'removed', M: 'modified', R: 'renamed', T: 'modified', C: 'added' } as const;

function countLines(patch: string | null, sign: string): number {
  return patch?.split('\n').filter((line) => line.startsWith(sign)).length ?? 0;
}

/** What differs between two trees. */
export async function changedFiles({ git }: Hub, repo: Repo, from: string, to: string): Promise<readonly ChangedFile[]> {
  const raw = (await git.run(fullName(repo), ['diff-tree', '-r', '-M', '-z', '--raw', '--no-abbrev', from, to])).split('\0');
  const text = await git.run(fullName(repo), ['diff-tree', '-r', '-M', '-p', '--no-color', '--full-index', from, to]);
  const patches = text.split(/^(?=diff --git )/m).map((one) => { const at = one.search(/^@@/m); return at < 0 ? null : one.slice(at).replace(/\n$/, ''); });
  const files: ChangedFile[] = [];
  for (let at = 0; at < raw.length && raw[at]?.startsWith(':');) {
    const [, , before = '', after = '', letter = 'M'] = (raw[at] ?? '').split(' ');
    const kind = statuses[letter.charAt(0) as keyof typeof statuses];
    const renamed = letter.startsWith('R') || letter.startsWith('C');
    const filename = raw[at + (renamed ? 2 : 1)] ?? '';
    const patch = patches[files.length] ?? null;
    files.push({ filename, previous: renamed ? (raw[at + 1] ?? null) : null, status: kind, additions: countLines(patch, '+'), deletions: countLines(patch, '-'), blob: kind === 'removed' ? before : after, patch });
    at += renamed ? 3 : 2;
  }
  return files;
}

/** The tree without anything in it. */
export const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

export async function mergeBase({ git }: Hub, repo: Repo, a: string, b: string): Promise<string | undefined> {
  const out = await git.run(fullName(repo), ['merge-base', a, b]).catch((err: unknown) => { if (err instanceof GitError) return ''; throw err; });
  return out.trim() || undefined;
}

/** How many commits the second has that the first has not. */
export async function countCommits({ git }: Hub, repo: Repo, from: string, to: string): Promise<number> {
  return Number(await git.run(fullName(repo), ['rev-list', '--count', `${from}..${to}`]));
}

/** The tree of a merge; undefined when it conflicts. */
export async function mergeTree({ git }: Hub, repo: Repo, base: string, head: string): Promise<string | undefined> {
  try {
    return (await git.run(fullName(repo), ['merge-tree', '--write-tree', '--no-messages', base, head])).split('\n')[0];
  } catch (err) {
    if (err instanceof GitError && err.code === 1) return undefined;
    throw err;
  }
}

export interface CommitWish { readonly tree: string; readonly parents: readonly string[]; readonly message: string; readonly author?: GitPerson; readonly committer?: GitPerson }

/** Writes a commit object. */
export async function writeCommit(hub: Hub, repo: Repo, { tree, parents, message, author, committer }: CommitWish): Promise<string> {
  const date = new Date(hub.now()).toISOString();
  const env = {
    GIT_AUTHOR_NAME: author?.name ?? 'GitHub', GIT_AUTHOR_EMAIL: author?.email ?? 'noreply@github.com', GIT_AUTHOR_DATE: author?.date ?? date,
    GIT_COMMITTER_NAME: committer?.name ?? 'GitHub', GIT_COMMITTER_EMAIL: committer?.email ?? 'noreply@github.com', GIT_COMMITTER_DATE: committer?.date ?? date,
  };
  const out = await hub.git.run(fullName(repo), ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])], { input: message, env });
  return out.trim();
}

export async function setRef({ git }: Hub, repo: Repo, ref: string, sha: string): Promise<void> {
  await git.run(fullName(repo), ['update-ref', ref, sha]);
}

/** A tree with some files changed; `null` takes a file away. */
export async function writeTree({ git }: Hub, repo: Repo, parent: string | undefined, files: Readonly<Record<string, string | null>>): Promise<string> {
  const index = { GIT_INDEX_FILE: `${git.dir(fullName(repo))}/index-${String(process.hrtime.bigint())}` };
  const run = (args: readonly string[], input?: string) => git.run(fullName(repo), args, { env: index, ...(input === undefined ? {} : { input }) });
  if (parent) await run(['read-tree', parent]);
  const lines: string[] = [];
  for (const [path, content] of Object.entries(files)) {
    if (content === null) { lines.push(`0 ${'0'.repeat(40)}\t${path}`); continue; }
    const blob = (await git.run(fullName(repo), ['hash-object', '-w', '--stdin'], { input: content })).trim();
    lines.push(`${content.startsWith('#!') ? '100755' : '100644'} ${blob}\t${path}`);
  }
  await run(['update-index', '--add', '--index-info'], `${lines.join('\n')}\n`);
  const tree = (await run(['write-tree'])).trim();
  await rm(index.GIT_INDEX_FILE, { force: true });
  return tree;
}
