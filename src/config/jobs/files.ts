import { readdirSync, readFileSync, statSync, type Dirent } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Finding } from '../findings.js';
import { ignored, parseIgnore, type IgnoreRule } from './prowignore.js';

const IGNORE_FILE = '.prowignore';
type Scope = Readonly<{ folder: string; rules: readonly IgnoreRule[] }>;

/**
 * The files of a job configuration: the file itself, or all `*.yaml` and `*.yml` below a folder in lexical order (config 2.3).
 * Names that start with `..` are ConfigMap internals; `.prowignore` files exclude; two files of one base name are an error.
 */
export function jobFiles(path: string, errors: Finding[]): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  const files = walk(path, []);
  const seen = new Map<string, string>();
  return files.filter((file) => {
    const name = file.slice(file.lastIndexOf(sep) + 1);
    const other = seen.get(name);
    if (other === undefined) {
      seen.set(name, file);
      return true;
    }
    errors.push({ file, line: 1, column: 1, path: '', message: `expected base names to be unique, but ${other} is called ${name} as well` });
    return false;
  });
}

/** All `*.yaml` and `*.yml` below a folder, whatever their base names; `.prowignore` files exclude. */
export function yamlFiles(folder: string): readonly string[] {
  return walk(folder, []);
}

/** Synchronous, as all looks at the files of the configuration are: see `read/texts.ts`. */
function entriesOf(folder: string): readonly Dirent[] {
  return readdirSync(folder, { withFileTypes: true }).filter((entry) => !entry.name.startsWith('..')).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function walk(folder: string, above: readonly Scope[]): readonly string[] {
  const entries = entriesOf(folder);
  const scopes = entries.some((entry) => entry.name === IGNORE_FILE && isFile(entry, join(folder, entry.name)) === true)
    ? [...above, { folder, rules: parseIgnore(readFileSync(join(folder, IGNORE_FILE), 'utf8')) }]
    : above;
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (isIgnored(path, entry.isDirectory() ? 'folder' : 'file', scopes)) continue;
    if (entry.isDirectory()) found.push(...walk(path, scopes));
    else if (/\.ya?ml$/.test(entry.name) && isFile(entry, path) !== false) found.push(path);
  }
  return found;
}

/** A link to a file is read, a link to a folder is not followed. `broken`: a link that leads nowhere, or round in a circle. */
function isFile(entry: Dirent, path: string): boolean | 'broken' {
  if (entry.isFile()) return true;
  if (!entry.isSymbolicLink()) return false;
  try {
    return statSync(path).isFile();
  } catch {
    return 'broken';
  }
}

function isIgnored(path: string, kind: 'file' | 'folder', scopes: readonly Scope[]): boolean {
  for (const { folder, rules } of scopes.toReversed()) {
    const answer = ignored(rules, relative(folder, path), kind);
    if (answer !== undefined) return answer;
  }
  return false;
}

/** Files below a folder whose path ends with a suffix, in lexical order; `..` names are skipped. For supplemental files. */
export function filesWithSuffix(folder: string, suffix: string): readonly string[] {
  return entriesOf(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesWithSuffix(path, suffix);
    return path.endsWith(suffix) && isFile(entry, path) !== false ? [path] : [];
  });
}
