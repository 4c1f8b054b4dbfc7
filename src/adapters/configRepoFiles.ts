import { posix } from 'node:path';
import { ConfigError } from '../core/errors.js';

/** Where in the repository the configuration is, as far as the flags say. Paths are in normal form and inside it. */
export interface ConfigPaths {
  readonly configPath: string | undefined;
  /** A file or a folder. */
  readonly jobConfigPath: string | undefined;
  readonly pluginConfigPath: string | undefined;
  readonly prowDirs: readonly string[];
  readonly pluginDirs: readonly string[];
}

/** Where it is. */
export interface Layout {
  readonly configPath: string;
  readonly pluginConfigPath: string;
  readonly jobConfigPath: string | undefined;
  /** A folder of jobs that nobody named need not exist. */
  readonly jobs: 'named' | 'usual' | 'none';
}

/** A file or symbolic link of a commit's tree. */
export interface TreeEntry {
  readonly kind: 'file' | 'link';
  /** Object id of the content; of a link, of its target's text. */
  readonly id: string;
  /** Bytes. */
  readonly size: number;
}

/** By path, in git's order. */
export type Tree = ReadonlyMap<string, TreeEntry>;

/** A file that is configuration. */
export interface ChosenFile {
  readonly path: string;
  readonly id: string;
  readonly size: number;
}

/** Where config.yaml is looked for, in this order, and the folder of jobs that goes with it. */
const USUAL = [
  { configPath: 'config/prow/config.yaml', jobs: 'config/jobs' },
  { configPath: 'prow/config.yaml', jobs: 'prow/jobs' },
  { configPath: 'config.yaml', jobs: 'jobs' },
] as const;
const MAX_LINKS = 20;

/** Decides which paths are the configuration. Throws a ConfigError that names what was looked for. `has`: whether the repository has such a file. */
export function layoutOf({ configPath, jobConfigPath, pluginConfigPath }: ConfigPaths, has: (path: string) => boolean): Layout {
  const main = configPath ?? USUAL.find((one) => has(one.configPath))?.configPath;
  if (main === undefined) throw new ConfigError([`there is no ${USUAL.map((one) => one.configPath).join(', no ')}; say with --config-path where config.yaml is`]);
  if (!has(main)) throw new ConfigError([`there is no file ${main} (--config-path)`]);
  const plugins = pluginConfigPath ?? posix.join(posix.dirname(main), 'plugins.yaml');
  if (!has(plugins)) throw new ConfigError([`there is no file ${plugins}${pluginConfigPath === undefined ? '; say with --plugin-config where plugins.yaml is' : ' (--plugin-config)'}`]);
  const usual = configPath === undefined ? USUAL.find((one) => one.configPath === main)?.jobs : undefined;
  return { configPath: main, pluginConfigPath: plugins, jobConfigPath: jobConfigPath ?? usual, jobs: jobConfigPath !== undefined ? 'named' : usual === undefined ? 'none' : 'usual' };
}

/** Whether a path lies below a folder; everything lies below `.`. */
const below = (folder: string, path: string): boolean => folder === '.' || path.startsWith(`${folder}/`);

/** The paths of a tree that the loader may read: config.yaml and the file VERSION beside it, plugins.yaml, job files with their `.prowignore`, supplemental files. */
export function configPathsOf(tree: Tree, { configPath, pluginConfigPath, jobConfigPath }: Layout, { prowDirs, pluginDirs }: Pick<ConfigPaths, 'prowDirs' | 'pluginDirs'>): readonly string[] {
  const jobs = (path: string): boolean => jobConfigPath !== undefined && (path === jobConfigPath || (below(jobConfigPath, path) && (/\.ya?ml$/.test(path) || posix.basename(path) === '.prowignore')));
  const version = posix.join(posix.dirname(configPath), 'VERSION');
  const more = [...prowDirs, ...pluginDirs];
  return [...tree.keys()].filter((path) => path === configPath || path === version || path === pluginConfigPath || jobs(path) || more.some((folder) => below(folder, path)));
}

/**
 * What a path comes to when its links are followed inside the tree: a file; undefined for a link to a folder or to nothing, which the
 * loader would skip. Throws a ConfigError for a link that leads out of the repository.
 */
export function resolveFile(tree: Tree, path: string, targetOf: (id: string) => string): ChosenFile | undefined {
  let at = path;
  for (let n = 0; n < MAX_LINKS; n++) {
    const entry = tree.get(at);
    if (entry === undefined) return undefined;
    if (entry.kind === 'file') return { path, id: entry.id, size: entry.size };
    const target = targetOf(entry.id);
    const next = posix.join(posix.dirname(at), target);
    if (posix.isAbsolute(target) || next === '..' || next.startsWith('../')) throw new ConfigError([`${path} is a link that leads out of the repository, to ${target}`]);
    at = next;
  }
  throw new ConfigError([`${path} is a link that leads in a circle`]);
}
