import { createHash } from 'node:crypto';
import { basename, normalize } from 'node:path/posix';
import type { Repo } from '../../core/ids.js';
import { pattern } from '../../core/re2.js';
import { names } from '../lookup.js';
import type { ConfigMapSpec, ConfigUpdater } from './configUpdater.js';

/**
 * The entry of `config_updater.maps` that a file belongs to (plugins-more 3.1). Of several that match the most specific one counts: a plain
 * path, else the pattern with the most literal characters, else the first one in the alphabet; upstream takes any.
 */
export function configMapFor({ maps }: Pick<ConfigUpdater, 'maps'>, file: string): Readonly<{ glob: string; spec: ConfigMapSpec }> | undefined {
  const [best] = Object.entries(maps).filter(([glob]) => globMatches(glob, file))
    .sort(([a], [b]) => literals(b) - literals(a) || (a < b ? -1 : 1));
  return best && { glob: best[0], spec: best[1] };
}

/** Whether changes of a repository may write a ConfigMap: not denied, and allowed where somebody is. Undefined, for a tool, is no repository. */
export function mayUpdate({ allowed_repos, denied_repos }: Pick<ConfigMapSpec, 'allowed_repos' | 'denied_repos'>, repo: Repo | undefined): boolean {
  if (!repo) return allowed_repos.length === 0;
  return !names(denied_repos, repo) && (allowed_repos.length === 0 || names(allowed_repos, repo));
}

/** The key that a file goes to. */
export function keyFor({ key, use_full_path_as_key }: Pick<ConfigMapSpec, 'key' | 'use_full_path_as_key'>, file: string): string {
  return key || (use_full_path_as_key ? file.replaceAll('/', '-') : basename(file));
}

/** The ConfigMap that holds a key: of partitioned ones the key's hash decides, so that it stays where it is. */
export function configMapName({ name, partitioned_names }: Pick<ConfigMapSpec, 'name' | 'partitioned_names'>, key: string): string {
  const first = createHash('sha256').update(key).digest()[0] ?? 0;
  return partitioned_names[first % partitioned_names.length] ?? name;
}

/** Whether values are compressed; what the entry says goes before what the section says. */
export function isZipped(section: Pick<ConfigUpdater, 'gzip'>, spec: Pick<ConfigMapSpec, 'gzip'>): boolean {
  return spec.gzip ?? section.gzip;
}

/**
 * Whether a path fits a pattern: one without a star is a path; `**` and a slash stand for any folders, any other star for anything within one,
 * `{a,b}` for one of these texts. All else is literal, question marks and brackets included.
 */
export function globMatches(glob: string, file: string): boolean {
  return glob.includes('*') ? pattern(expressionOf(normalize(glob).replace(/\/$/u, ''))).test(file) : glob === file;
}

const TOKEN = /\*\*\/|\*|\{[^{}]+\}|[^]/gu;

function expressionOf(glob: string): string {
  const parts = [...glob.matchAll(TOKEN)].map(([token]) => {
    if (token === '**/') return '(?:.*/)?';
    if (token === '*') return '[^/]*';
    return token.length > 2 && token.startsWith('{') ? `(?:${token.slice(1, -1).split(',').map(literal).join('|')})` : literal(token);
  });
  return `^(?s:${parts.join('')})$`;
}

/** A text as an expression that matches nothing else. */
function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/gu, '\\$&');
}

/** How much of a pattern is literal; a plain path is more specific than any pattern. */
function literals(glob: string): number {
  return glob.includes('*') ? glob.replaceAll(/\*\*\/|\*|\{[^{}]+\}/gu, '').length : Number.POSITIVE_INFINITY;
}
