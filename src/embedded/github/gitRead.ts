import { fullName, type Hub } from './hub.js';
import { GitError, type Commit } from './git.js';
import type { Repo } from './state.js';

const fields = ['%H', '%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'];
const format = `--format=${fields.join('%x1f')}%x1e`;

function parse(text: string): Commit[] {
  return text.split('\x1e').map((one) => one.replace(/^\n/, '')).filter(Boolean).map((one) => {
    const [sha = '', tree = '', parents = '', an = '', ae = '', ad = '', cn = '', ce = '', cd = '', message = ''] = one.split('\x1f');
    const utc = (date: string): string => `${new Date(date).toISOString().slice(0, 19)}Z`;
    return {
      sha, tree, parents: parents.split(' ').filter(Boolean), author: { name: an, email: ae, date: utc(ad) }, committer: { name: cn, email: ce, date: utc(cd) }, message: message.trimEnd(),
    };
  });
}

/** git's answer, or undefined where it refused. */
async function attempt(work: Promise<string>): Promise<string | undefined> {
  try { return await work; } catch (err) {
    if (err instanceof GitError) return undefined;
    throw err;
  }
}

const safe = (ref: string): boolean => ref !== '' && !ref.startsWith('-') && !/[\s~^:?*[\\]|\.\.|@\{/.test(ref);

/** The commit that a branch, tag, reference or (abbreviated) SHA stands for. */
export async function resolveCommit(hub: Hub, repo: Repo, ref: string): Promise<string | undefined> {
  const head = repo.heads.get(ref.replace(/^(refs\/)?heads\//, ''));
  if (head) return head;
  if (!safe(ref)) return undefined;
  if (hub.commits.has(ref) && (await attempt(hub.git.run(fullName(repo), ['cat-file', '-e', ref]))) !== undefined) return ref;
  for (const name of [ref, `refs/${ref}`]) {
    const sha = (await attempt(hub.git.run(fullName(repo), ['rev-parse', '--verify', '--quiet', `${name}^{commit}`])))?.trim();
    if (sha) return sha;
  }
  return undefined;
}

/** A commit's own record. */
export async function readCommit(hub: Hub, repo: Repo, sha: string): Promise<Commit | undefined> {
  const known = hub.commits.get(sha);
  if (known) return known;
  if (!/^[0-9a-f]{40}$/.test(sha)) return undefined;
  const commit = parse((await attempt(hub.git.run(fullName(repo), ['log', '--no-walk', format, sha]))) ?? '')[0];
  if (commit) hub.commits.set(commit.sha, commit);
  return commit;
}

/** The commits of a range, newest first. */
export async function listCommits(hub: Hub, repo: Repo, range: readonly string[], { path, max = 10_000 }: { path?: string; max?: number } = {}): Promise<readonly Commit[]> {
  const out = await attempt(hub.git.run(fullName(repo), ['log', format, `--max-count=${String(max)}`, ...range, '--', ...(path ? [path] : [])]));
  const commits = parse(out ?? '');
  for (const commit of commits) hub.commits.set(commit.sha, commit);
  return commits;
}

export const mergeBaseOf = async (hub: Hub, repo: Repo, a: string, b: string): Promise<string | undefined> =>
  (await attempt(hub.git.run(fullName(repo), ['merge-base', a, b])))?.trim();

export const isAncestor = async (hub: Hub, repo: Repo, older: string, newer: string): Promise<boolean> =>
  (await attempt(hub.git.run(fullName(repo), ['merge-base', '--is-ancestor', older, newer]))) !== undefined;

export interface ChangedFile {
  readonly path: string;
  readonly previous: string | null;
  readonly status: 'added' | 'removed' | 'modified' | 'renamed';
  readonly blob: string;
  readonly additions: number;
  readonly deletions: number;
  readonly patch: string | undefined;
}

const kinds: Readonly<Record<string, ChangedFile['status']>> = { A: 'added', D: 'removed', R: 'renamed', C: 'added' };
/** git's name for a tree with nothing in it. */
export const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** What lies between two commits or trees, file by file. */
export async function changedFiles(hub: Hub, repo: Repo, from: string, to: string): Promise<readonly ChangedFile[]> {
  const out = await hub.git.run(fullName(repo), ['diff', '-M', '--raw', '--numstat', '-z', '--abbrev=40', '-p', '--full-index', from, to]);
  const cut = out.search(/(^|\0\0?)diff --git /);
  const lists = (cut < 0 ? out : out.slice(0, cut)).split('\0');
  const patches = cut < 0 ? [] : out.slice(cut).replace(/^\0+/, '').split(/^(?=diff --git )/m).filter(Boolean);
  const files: { path: string; previous: string | null; status: ChangedFile['status']; blob: string }[] = [];
  let at = 0;
  for (; lists[at]?.startsWith(':'); at += 1) {
    const [, , before = '', after = '', kind = 'M'] = (lists[at] ?? '').split(' ');
    const status = kinds[kind.charAt(0)] ?? 'modified';
    const first = lists[(at += 1)] ?? '';
    const moved = kind.startsWith('R') || kind.startsWith('C');
    const path = moved ? (lists[(at += 1)] ?? '') : first;
    files.push({ path, previous: status === 'renamed' ? first : null, status, blob: status === 'removed' ? before : after });
  }
  const numbers: { additions: number; deletions: number }[] = [];
  for (; at < lists.length; at += 1) {
    const [added = '', removed = '', name] = (lists[at] ?? '').split('\t');
    if (name === undefined) continue;
    numbers.push({ additions: Number(added) || 0, deletions: Number(removed) || 0 });
    if (name === '') at += 2;
  }
  return files.map((file, index) => {
    const hunk = patches[index] ?? '';
    const start = hunk.search(/^@@ /m);
    return { ...file, additions: numbers[index]?.additions ?? 0, deletions: numbers[index]?.deletions ?? 0, patch: start < 0 ? undefined : hunk.slice(start).replace(/\n$/, '') };
  });
}

export interface TreeEntry { readonly mode: string; readonly type: string; readonly sha: string; readonly size: number | null; readonly path: string }

/** Which commits wrote the lines of a file, in runs; undefined where there is no such file. */
export async function blameOf(hub: Hub, repo: Repo, commit: string, path: string): Promise<readonly Readonly<{ from: number; to: number; sha: string }>[] | undefined> {
  const out = await attempt(hub.git.run(fullName(repo), ['blame', '--porcelain', commit, '--', path]));
  if (out === undefined) return undefined;
  const lines = [...out.matchAll(/^([0-9a-f]{40}) \d+ (\d+)(?: \d+)?$/gm)].map(([, sha = '', line]) => ({ sha, line: Number(line) }));
  const ranges: { from: number; to: number; sha: string }[] = [];
  for (const { sha, line } of lines) {
    const last = ranges.at(-1);
    if (last?.sha === sha && last.to === line - 1) last.to = line;
    else ranges.push({ from: line, to: line, sha });
  }
  return ranges;
}

/** The entries of a folder, or of everything below it. */
export async function listTree(hub: Hub, repo: Repo, treeish: string, { recursive = false } = {}): Promise<readonly TreeEntry[] | undefined> {
  const out = await attempt(hub.git.run(fullName(repo), ['ls-tree', '-l', '-z', ...(recursive ? ['-r', '-t'] : []), treeish]));
  return out?.split('\0').filter(Boolean).map((line) => {
    const [facts = '', path = ''] = line.split('\t');
    const [mode = '', type = '', sha = '', size = '-'] = facts.split(/\s+/);
    return { mode, type, sha, size: size === '-' ? null : Number(size), path };
  });
}

/** The one entry at a path. */
export async function treeEntry(hub: Hub, repo: Repo, commit: string, path: string): Promise<TreeEntry | undefined> {
  const out = await attempt(hub.git.run(fullName(repo), ['ls-tree', '-l', '-z', commit, '--', path]));
  const line = out?.split('\0')[0];
  if (!line) return undefined;
  const [facts = '', name = ''] = line.split('\t');
  const [mode = '', type = '', sha = '', size = '-'] = facts.split(/\s+/);
  return { mode, type, sha, size: size === '-' ? null : Number(size), path: name };
}

/** A file's content. */
export const readBlob = (hub: Hub, repo: Repo, sha: string): Promise<Buffer> => hub.git.runRaw(fullName(repo), ['cat-file', 'blob', sha]);

/** Every branch and tag with its SHA. */
export async function listRefs(hub: Hub, repo: Repo): Promise<ReadonlyMap<string, string>> {
  const out = await hub.git.run(fullName(repo), ['for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads', 'refs/tags']);
  return new Map(out.split('\n').filter(Boolean).map((line) => line.split(' ') as [string, string]));
}
