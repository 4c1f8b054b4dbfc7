import { posix } from 'node:path';
import type { Finding } from '../config/findings.js';
import { ignored, parseIgnore, type IgnoreRule } from '../config/jobs/prowignore.js';
import type { Followed, TreeEntry } from '../core/ports/inRepo.js';

/** Where a repository's own configuration is: the folder, and only where there is none the file (config 5.2). */
export const FOLDER = '.prow';
export const FILE = '.prow.yaml';
const IGNORE_FILE = '.prowignore';

/**
 * Anybody who opens a pull request has this read, so it is bounded: far beyond what real repositories have, and no more at once than
 * what keeps a worker busy for two seconds.
 */
export const LIMITS = { entries: 2_000, files: 1_000, fileBytes: 256 * 1024, totalBytes: 1024 * 1024, ignoreBytes: 4 * 1024 } as const;

/** Something about a file as a whole. */
export function aboutFile(file: string, message: string): Finding {
  return { file, line: 1, column: 1, path: '', message };
}

/** The `.prowignore` files among the entries of the folder. */
export function ignoreFiles(entries: readonly TreeEntry[]): readonly TreeEntry[] {
  return entries.filter(({ kind, path }) => kind === 'file' && posix.basename(path) === IGNORE_FILE);
}

type Folder = Map<string, TreeEntry | Folder>;
type Scope = Readonly<{ folder: string; rules: readonly IgnoreRule[] }>;

/**
 * The `*.yaml` and `*.yml` below the folder in the order of a walk, without what `.prowignore` files exclude; as for job
 * configuration on a disk (config 2.3), but base names may repeat.
 */
export function walkOrder(entries: readonly TreeEntry[], ignoreTexts: ReadonlyMap<string, string>): readonly TreeEntry[] {
  const root: Folder = new Map();
  for (const entry of entries) {
    const names = entry.path.split('/').slice(1);
    let at = root;
    for (const name of names.slice(0, -1)) {
      const next = at.get(name);
      const folder: Folder = next instanceof Map ? next : new Map();
      at.set(name, folder);
      at = folder;
    }
    at.set(names.at(-1) ?? '', entry);
  }
  const found: TreeEntry[] = [];
  const walk = (folder: Folder, path: string, above: readonly Scope[]): void => {
    const text = ignoreTexts.get(`${path}/${IGNORE_FILE}`);
    const scopes = text === undefined ? above : [...above, { folder: path, rules: parseIgnore(text) }];
    for (const [name, entry] of [...folder].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const below = `${path}/${name}`;
      if (name.startsWith('..') || isIgnored(below, entry instanceof Map ? 'folder' : 'file', scopes)) continue;
      if (entry instanceof Map) walk(entry, below, scopes);
      else if (/\.ya?ml$/.test(name) && entry.kind !== 'module') found.push(entry);
    }
  };
  walk(root, FOLDER, []);
  return found;
}

function isIgnored(path: string, kind: 'file' | 'folder', scopes: readonly Scope[]): boolean {
  for (const { folder, rules } of scopes.toReversed()) {
    const answer = ignored(rules, path.slice(folder.length + 1), kind);
    if (answer !== undefined) return answer;
  }
  return false;
}

/** Whether links stay in the folder, so that its own id says all about what is read. `targets`: the texts of all its links, by path. */
export function staysInside(targets: ReadonlyMap<string, string>): boolean {
  return [...targets].every(([path, target]) => !posix.isAbsolute(target) && posix.join(posix.dirname(path), target).startsWith(`${FOLDER}/`));
}

/** A file to be read: its place in the repository, and the content to which that leads. */
export interface Chosen {
  readonly path: string;
  readonly id: string;
  readonly size: number;
}

const BAD_LINKS = { outside: 'is a link that leads out of the repository', nowhere: 'is a link that leads nowhere', loop: 'is a link that leads in a circle' } as const;

/** What the entries come to when links are followed. A link to a folder is passed over; one that leads to no content is an error. */
export function chosen(files: readonly TreeEntry[], followed: ReadonlyMap<string, Followed>, errors: Finding[]): readonly Chosen[] {
  return files.flatMap(({ path, kind, id, size }) => {
    if (kind === 'file') return [{ path, id, size }];
    const to = followed.get(path) ?? { kind: 'nowhere' };
    if (to.kind === 'file') return [{ path, id: to.id, size: to.size }];
    if (to.kind !== 'folder') errors.push(aboutFile(path, BAD_LINKS[to.kind]));
    return [];
  });
}

const kibibytes = (bytes: number): string => `${Math.ceil(bytes / 1024)} KiB`;

/** Every rule is asked about every path, so there may not be many. */
export function tooManyRules(ignoring: readonly TreeEntry[]): readonly Finding[] {
  const total = ignoring.reduce((sum, { size }) => sum + size, 0);
  return total > LIMITS.ignoreBytes ? [aboutFile(ignoring[0]?.path ?? IGNORE_FILE, `expected at most ${kibibytes(LIMITS.ignoreBytes)} in all ${IGNORE_FILE} files together, found ${kibibytes(total)}`)] : [];
}

/** What is more than this reads; nothing is read then. */
export function tooMuch(files: readonly Chosen[], where: string): readonly Finding[] {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  return [
    ...files.filter(({ size }) => size > LIMITS.fileBytes).map(({ path, size }) => aboutFile(path, `expected at most ${kibibytes(LIMITS.fileBytes)}, found ${kibibytes(size)}`)),
    ...(files.length > LIMITS.files ? [aboutFile(where, `expected at most ${LIMITS.files} files, found ${files.length}`)] : []),
    ...(total > LIMITS.totalBytes ? [aboutFile(where, `expected at most ${kibibytes(LIMITS.totalBytes)} in all files together, found ${kibibytes(total)}`)] : []),
  ];
}
