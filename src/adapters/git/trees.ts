import type { Followed, GitTrees, TreeEntry } from '../../core/ports/inRepo.js';
import type { Git, Mirrors } from './mirror.js';

const NUL = '\0';
const NEWLINE = 10;
const LINK = '120000';

/** Paths with their blob ids; regular files only. */
export async function tree(git: Git, sha: string, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await git({ args: ['ls-tree', '-r', '-z', '--full-tree', sha], signal });
  const files = new Map<string, string>();
  for (const line of stdout.toString().split(NUL)) {
    const [, mode, type, id, path] = /^(\d+) (\w+) ([0-9a-f]+)\t([\s\S]+)$/.exec(line) ?? [];
    if (type === 'blob' && mode !== LINK && id !== undefined && path !== undefined) files.set(path, id);
  }
  return files;
}

/** Contents of blobs, in one process. */
export async function blobs(git: Git, ids: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const { stdout } = await git({ args: ['cat-file', '--batch'], input: ids.map((id) => `${id}\n`).join(''), signal });
  const texts: string[] = [];
  let at = 0;
  for (let n = 0; n < ids.length; n++) {
    const end = stdout.indexOf(NEWLINE, at);
    const size = Number(stdout.subarray(at, end).toString().split(' ')[2]);
    texts.push(stdout.subarray(end + 1, end + 1 + size).toString('utf8'));
    at = end + 1 + size + 1;
  }
  return texts;
}

/** `ID TYPE SIZE` for each line of input, in order; undefined for what is not there. */
async function looked(git: Git, names: readonly string[], signal: AbortSignal): Promise<readonly (string | undefined)[]> {
  if (names.length === 0) return [];
  const { stdout } = await git({ args: ['cat-file', '--batch-check'], input: names.map((name) => `${name}\n`).join(''), signal });
  return stdout.toString().split('\n').slice(0, names.length).map((line) => /^([0-9a-f]+) \w+ \d+$/.exec(line)?.[1]);
}

async function entriesAt(git: Git, sha: string, path: string, signal: AbortSignal): Promise<readonly TreeEntry[]> {
  const { stdout } = await git({ args: ['ls-tree', '-r', '-l', '-z', '--full-tree', sha, '--', path], signal });
  return stdout.toString().split(NUL).flatMap((line): readonly TreeEntry[] => {
    const [, mode, type, id, size, name] = /^(\d+) (\w+) ([0-9a-f]+) +(\d+|-)\t([\s\S]+)$/.exec(line) ?? [];
    if (id === undefined || name === undefined) return [];
    return [{ path: name, kind: type !== 'blob' ? 'module' : mode === LINK ? 'link' : 'file', id, size: size === '-' ? 0 : Number(size) }];
  });
}

const KINDS = { dangling: 'nowhere', notdir: 'nowhere', symlink: 'outside', loop: 'loop' } as const;

/** git follows the links itself, also those of folders on the way; it tells of the rest as `WHAT SIZE`, and as many bytes on the next line. */
async function follow(git: Git, sha: string, paths: readonly string[], signal: AbortSignal): Promise<readonly Followed[]> {
  // Names with a line end cannot be asked for (`-z` is newer than many an installed git), and nobody has such files.
  const askable = paths.filter((path) => !path.includes('\n'));
  if (askable.length === 0) return paths.map(() => ({ kind: 'nowhere' }));
  const { stdout } = await git({ args: ['cat-file', '--batch-check', '--follow-symlinks'], input: askable.map((path) => `${sha}:${path}\n`).join(''), signal });
  let at = 0;
  return paths.map((path): Followed => {
    if (path.includes('\n')) return { kind: 'nowhere' };
    const end = stdout.indexOf(NEWLINE, at);
    const line = stdout.subarray(at, end).toString();
    at = end + 1;
    if (line.endsWith(' missing')) return { kind: 'nowhere' };
    const [first = '', second = '', third] = line.split(' ');
    if (third !== undefined) return second === 'blob' ? { kind: 'file', id: first, size: Number(third) } : { kind: 'folder' };
    at += Number(second) + 1;
    return { kind: KINDS[first as keyof typeof KINDS] };
  });
}

/** The trees of mirrored repositories. */
export function createTrees(mirrors: Mirrors): GitTrees {
  return {
    filesAt: (repo, sha, { signal }) => mirrors.with(repo, [sha], signal, (git) => tree(git, sha, signal)),
    idsAt: (repo, shas, paths, { signal }) =>
      mirrors.with(repo, shas, signal, async (git) => {
        const ids = await looked(git, shas.flatMap((sha) => paths.map((path) => `${sha}:${path}`)), signal);
        return shas.map((_sha, n) => new Map(paths.flatMap((path, at) => {
          const id = ids[n * paths.length + at];
          return id === undefined ? [] : [[path, id] as const];
        })));
      }),
    mergeBases: (repo, one, other, { signal }) =>
      mirrors.with(repo, [one, other], signal, async (git) => (await git({ args: ['merge-base', '--all', one, other], signal, accepted: [1] })).stdout.toString().split('\n').filter((sha) => sha !== '')),
    entriesAt: (repo, sha, path, { signal }) => mirrors.with(repo, [sha], signal, (git) => entriesAt(git, sha, path, signal)),
    follow: (repo, sha, paths, { signal }) => mirrors.with(repo, [sha], signal, (git) => follow(git, sha, paths, signal)),
    readBlobs: (repo, sha, ids, { signal }) => mirrors.with(repo, [sha], signal, (git) => blobs(git, ids, signal)),
  };
}
