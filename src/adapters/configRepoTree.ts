import type { Git } from './git/mirror.js';
import type { Tree, TreeEntry } from './configRepoFiles.js';

const LINK = '120000';

/** All files and links of a commit. */
export async function readTree(git: Git, sha: string, signal: AbortSignal): Promise<Tree> {
  const { stdout } = await git({ args: ['ls-tree', '-r', '-l', '-z', '--full-tree', sha], signal });
  const entries = new Map<string, TreeEntry>();
  for (const line of stdout.toString().split('\0')) {
    const [, mode, type, id, size, path] = /^(\d+) (\w+) ([0-9a-f]+) +(\d+|-)\t([\s\S]+)$/.exec(line) ?? [];
    if (type === 'blob' && id !== undefined && path !== undefined) entries.set(path, { kind: mode === LINK ? 'link' : 'file', id, size: Number(size) });
  }
  return entries;
}

/** Contents of blobs byte for byte, in one process of git. */
export async function readBlobs(git: Git, ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Buffer>> {
  const wanted = [...new Set(ids)];
  const found = new Map<string, Buffer>();
  if (wanted.length === 0) return found;
  const { stdout } = await git({ args: ['cat-file', '--batch'], input: wanted.map((id) => `${id}\n`).join(''), signal });
  let at = 0;
  for (const id of wanted) {
    const end = stdout.indexOf(10, at);
    const [, type, size = ''] = stdout.subarray(at, end).toString().split(' ');
    if (end < 0 || type !== 'blob') throw new Error(`git has no blob ${id}`);
    const from = end + 1;
    at = from + Number(size) + 1;
    found.set(id, stdout.subarray(from, at - 1));
  }
  return found;
}
