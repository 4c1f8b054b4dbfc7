import { setImmediate } from 'node:timers/promises';
import { noFindings, type Finding } from '../config/findings.js';
import { readInRepo, type ReadInRepo } from '../config/jobs/inRepo.js';
import type { Source } from '../config/yaml/source.js';
import type { Repo } from '../core/ids.js';
import type { GitTrees, TreeEntry } from '../core/ports/inRepo.js';
import { aboutFile, chosen, FOLDER, ignoreFiles, LIMITS, staysInside, tooManyRules, tooMuch, walkOrder, type Chosen, type FILE } from './inRepoFiles.js';
import { readStrangers } from './inRepoYaml.js';

/** A repository's own configuration, decoded and not yet defaulted, with its faults. */
export interface Decoded {
  readonly read: ReadInRepo;
  readonly errors: readonly Finding[];
}

export const EMPTY: Decoded = { read: { presets: [], presubmits: [], postsubmits: [], lacksPresets: false }, errors: [] };

interface Deps {
  readonly git: GitTrees;
  readonly signal: AbortSignal;
}

/**
 * Reads the folder or the file at a commit (config 5.2). `leaves`: links lead out of it to elsewhere in the repository, so that the
 * answer belongs to the whole commit and not to the folder's id; with `trust: 'commit'` such links are followed.
 */
export async function readAt(repo: Repo, sha: string, path: typeof FOLDER | typeof FILE, trust: 'path' | 'commit', { git, signal }: Deps): Promise<Decoded | 'leaves'> {
  const entries = await git.entriesAt(repo, sha, path, { signal });
  const [only] = entries;
  if (path === FOLDER && only?.path === FOLDER) {
    // A link to a folder is not walked; the file beside it does not count either.
    return only.kind === 'file' ? { ...EMPTY, errors: [aboutFile(FOLDER, 'expected a folder, found a file')] } : EMPTY;
  }
  if (entries.length > LIMITS.entries) return { ...EMPTY, errors: [aboutFile(path, `expected at most ${LIMITS.entries} files, found ${entries.length}`)] };
  const links = entries.filter(({ kind }) => kind === 'link');
  if (trust === 'path' && links.length > 0) {
    const targets = await git.readBlobs(repo, sha, links.map(({ id }) => id), { signal });
    if (!staysInside(new Map(links.map((link, n) => [link.path, targets[n] ?? ''])))) return 'leaves';
  }
  const errors: Finding[] = [];
  const files = await filesOf(repo, sha, path, entries, errors, { git, signal });
  if (errors.length > 0) return { ...EMPTY, errors };
  return files.length > 0 ? decodeAll(files, await git.readBlobs(repo, sha, files.map(({ id }) => id), { signal }), signal) : EMPTY;
}

async function filesOf(repo: Repo, sha: string, path: string, entries: readonly TreeEntry[], errors: Finding[], { git, signal }: Deps): Promise<readonly Chosen[]> {
  const ignoring = path === FOLDER ? ignoreFiles(entries) : [];
  errors.push(...tooManyRules(ignoring));
  if (errors.length > 0) return [];
  const texts = ignoring.length > 0 ? await git.readBlobs(repo, sha, ignoring.map(({ id }) => id), { signal }) : [];
  const wanted = path === FOLDER ? walkOrder(entries, new Map(ignoring.map((entry, n) => [entry.path, texts[n] ?? '']))) : entries.filter(({ kind }) => kind !== 'module');
  const links = wanted.filter(({ kind }) => kind === 'link').map((link) => link.path);
  const followed = links.length > 0 ? await git.follow(repo, sha, links, { signal }) : [];
  const files = chosen(wanted, new Map(followed.map((to, n) => [links[n] ?? '', to])), errors);
  errors.push(...tooMuch(files, path));
  return files;
}

async function decodeAll(files: readonly Chosen[], texts: readonly string[], signal: AbortSignal): Promise<Decoded> {
  const findings = noFindings();
  const sources: Source[] = [];
  for (const [n, { path }] of files.entries()) {
    const source = readStrangers(path, texts[n] ?? '', findings.errors);
    if (source) sources.push(source);
    // One large file after the other: others have their turn in between.
    await setImmediate();
    signal.throwIfAborted();
  }
  return { read: readInRepo(sources, findings), errors: findings.errors };
}
