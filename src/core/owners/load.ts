import type { Repo } from '../ids.js';
import type { GitReads } from '../ports/git.js';
import type { Log } from '../ports/log.js';
import { pattern, type Pattern } from '../re2.js';
import { noAliases, parseAliases, parseFrontMatter, parseOwners, type Aliases } from './parse.js';
import type { OwnersTree } from './queries.js';

/** How a repository's owners files are found; everything here belongs to the key of a cache. */
export interface OwnersRules {
  readonly ownersFile: string;
  readonly aliasesFile: string;
  readonly markdown: boolean;
  /** RE2 patterns of folders, relative to the root, in which nothing is looked for. */
  readonly denied: readonly string[];
}

export interface LoadDeps {
  readonly git: Pick<GitReads, 'listFiles' | 'readFiles'>;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Reads all owners files of a commit (plugins-policy 2.3). */
export async function loadTree(repo: Repo, sha: string, rules: OwnersRules, { git, log, signal }: LoadDeps): Promise<OwnersTree> {
  const paths = ownersPaths(await git.listFiles(repo, sha, { signal }), rules, log);
  const texts = await git.readFiles(repo, sha, [rules.aliasesFile, ...paths], { signal });
  const aliases = aliasesOf(texts.get(rules.aliasesFile), repo, rules, log);
  const tree = new Map<string, NonNullable<ReturnType<typeof parseOwners>>>();
  for (const path of paths) {
    const text = texts.get(path);
    if (text === undefined) continue;
    const markdown = isMarkdown(path, rules);
    const parsed = markdown ? parseFrontMatter(text, aliases) : parseOwners(text, aliases);
    if (parsed) tree.set(markdown ? path : folderOf(path), parsed);
    else if (!markdown) log.debug({ org: repo.org, repo: repo.name, sha, path }, 'owners file cannot be read, it says nothing');
  }
  return tree;
}

function aliasesOf(text: string | undefined, repo: Repo, { aliasesFile }: OwnersRules, log: Log): Aliases {
  if (text === undefined) return noAliases;
  const aliases = parseAliases(text);
  if (!aliases) log.warn({ org: repo.org, repo: repo.name, path: aliasesFile }, 'aliases file is broken, no alias counts');
  return aliases ?? noAliases;
}

/** Of all files, those that may name owners, outside of denied folders. */
export function ownersPaths(files: readonly string[], rules: OwnersRules, log: Log): readonly string[] {
  const denied = rules.denied.flatMap((source): readonly Pattern[] => {
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
  return files.filter((path) => (isMarkdown(path, rules) || path.slice(path.lastIndexOf('/') + 1) === rules.ownersFile) && !isDenied(folderOf(path)));
}

const isMarkdown = (path: string, { markdown }: OwnersRules): boolean => markdown && path.endsWith('.md');

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}
