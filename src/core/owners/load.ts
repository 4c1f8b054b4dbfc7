import type { Repo } from '../ids.js';
import type { GitTrees } from '../ports/inRepo.js';
import type { Log } from '../ports/log.js';
import { pattern, type Pattern } from '../re2.js';
import { CODEOWNERS_BYTES, CODEOWNERS_PATHS, parseCodeowners, type CodeRule } from './codeowners.js';
import { expandAliases, noAliases, parseAliases, readFrontMatter, readOwners, type Aliases, type OwnersFile } from './parse.js';
import type { OwnersTree } from './queries.js';

/** How a repository's owners files are found; everything here belongs to the key of a cache. */
export interface OwnersRules {
  readonly ownersFile: string;
  readonly aliasesFile: string;
  readonly markdown: boolean;
  /** RE2 patterns of folders, relative to the root, in which nothing is looked for. */
  readonly denied: readonly string[];
  /** CODEOWNERS counts where there is no owners file. */
  readonly codeowners: boolean;
}

/** What was read of a blob once: contents never change. `null`: it says nothing. */
export interface OwnersMemory {
  get(key: string): OwnersFile | null | undefined;
  set(key: string, file: OwnersFile | null): void;
}

export interface LoadDeps {
  readonly git: Pick<GitTrees, 'filesAt' | 'readBlobs'>;
  readonly memory: OwnersMemory;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Who owns what at a commit. */
export type Ownership = Readonly<{ kind: 'owners'; tree: OwnersTree } | { kind: 'codeowners'; path: string; rules: readonly CodeRule[] }>;

/** Reads all owners files of a commit (plugins-policy 2.3), or CODEOWNERS where there is none and that is wanted. */
export async function loadOwnership(repo: Repo, sha: string, rules: OwnersRules, deps: LoadDeps): Promise<Ownership> {
  const { git, log, signal } = deps;
  const files = await git.filesAt(repo, sha, { signal });
  const paths = ownersPaths([...files.keys()], rules, log);
  const tree = await treeOf(repo, sha, { files, paths, rules }, deps);
  const path = CODEOWNERS_PATHS.find((one) => files.has(one));
  // A broken owners file is there all the same: it must not hand its power to another file.
  if (!rules.codeowners || path === undefined || tree.size > 0 || paths.some((one) => !isMarkdown(one, rules))) return { kind: 'owners', tree };
  const [text = ''] = await git.readBlobs(repo, sha, [files.get(path) ?? ''], { signal });
  if (Buffer.byteLength(text) > CODEOWNERS_BYTES) log.warn({ org: repo.org, repo: repo.name, path }, 'CODEOWNERS is larger than GitHub takes, it says nothing');
  return { kind: 'codeowners', path, rules: Buffer.byteLength(text) > CODEOWNERS_BYTES ? [] : parseCodeowners(text) };
}

interface Found {
  /** Object ids by path. */
  readonly files: ReadonlyMap<string, string>;
  readonly paths: readonly string[];
  readonly rules: OwnersRules;
}

async function treeOf(repo: Repo, sha: string, { files, paths, rules }: Found, { git, memory, log, signal }: LoadDeps): Promise<OwnersTree> {
  if (paths.length === 0) return new Map();
  const aliasesId = files.get(rules.aliasesFile);
  const keyOf = (path: string) => `${isMarkdown(path, rules) ? 'm' : 'o'} ${files.get(path) ?? ''}`;
  const known = new Map(paths.map((path) => [path, memory.get(keyOf(path))]));
  const wanted = [...(aliasesId === undefined ? [] : [rules.aliasesFile]), ...paths.filter((path) => known.get(path) === undefined)];
  const texts = await git.readBlobs(repo, sha, wanted.map((path) => files.get(path) ?? ''), { signal });
  const read = new Map(wanted.map((path, n) => [path, texts[n] ?? '']));
  const aliases = aliasesOf(read.get(rules.aliasesFile), repo, rules, log);
  const tree = new Map<string, OwnersFile>();
  for (const path of paths) {
    const markdown = isMarkdown(path, rules);
    const before = known.get(path);
    const raw = before === undefined ? remember(memory, keyOf(path), markdown ? readFrontMatter(read.get(path) ?? '') : fileOf(read.get(path) ?? '')) : before;
    if (raw) tree.set(markdown ? path : folderOf(path), expanded(memory, `${keyOf(path)} ${aliasesId ?? ''}`, raw, aliases));
    else if (!markdown) log.debug({ org: repo.org, repo: repo.name, sha, path }, 'owners file cannot be read, it says nothing');
  }
  return tree;
}

function remember(memory: OwnersMemory, key: string, file: OwnersFile | undefined): OwnersFile | null {
  memory.set(key, file ?? null);
  return file ?? null;
}

function expanded(memory: OwnersMemory, key: string, raw: OwnersFile, aliases: Aliases): OwnersFile {
  const before = memory.get(key);
  if (before) return before;
  const made = expandAliases(raw, aliases);
  memory.set(key, made);
  return made;
}

function fileOf(text: string): OwnersFile | undefined {
  const reading = readOwners(text);
  return reading.kind === 'read' ? reading.file : undefined;
}

function aliasesOf(text: string | undefined, repo: Repo, { aliasesFile }: OwnersRules, log: Log): Aliases {
  if (text === undefined) return noAliases;
  const aliases = parseAliases(text);
  if (!aliases) log.warn({ org: repo.org, repo: repo.name, path: aliasesFile }, 'aliases file is broken, no alias counts');
  return aliases ?? noAliases;
}

/** Of all files, those that may name owners, outside of denied folders. */
export function ownersPaths(files: readonly string[], rules: OwnersRules, log: Log): readonly string[] {
  const isDenied = deniedFolders(rules, log);
  return files.filter((path) => (isMarkdown(path, rules) || baseName(path) === rules.ownersFile) && !isDenied(folderOf(path)));
}

/** Whether nothing is looked for in a folder: it, or one above it, is denied. The root never is. */
export function deniedFolders({ denied: sources }: Pick<OwnersRules, 'denied'>, log: Log): (folder: string) => boolean {
  const denied = sources.flatMap((source): readonly Pattern[] => {
    try {
      return [pattern(source)];
    } catch (error) {
      log.warn({ err: error, pattern: source }, 'pattern of denied folders is broken, left out');
      return [];
    }
  });
  const known = new Map<string, boolean>([['', false]]);
  const isDenied = (folder: string): boolean => {
    const before = known.get(folder);
    if (before !== undefined) return before;
    const verdict = isDenied(folderOf(folder)) || denied.some((one) => one.test(folder));
    known.set(folder, verdict);
    return verdict;
  };
  return isDenied;
}

const isMarkdown = (path: string, { markdown }: OwnersRules): boolean => markdown && path.endsWith('.md');

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

export function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}
