import { posix } from 'node:path';
import type { ConfigFiles } from '../config/configFiles.js';
import type { Repo } from '../core/ids.js';
import { UsageError, type FlagReader, type FlagTable } from './flags.js';

/** Which files are the configuration; upstream's names. */
export const CONFIG_FLAGS = {
  'config-path': { kind: 'string', about: 'Path of config.yaml. Required.' },
  'job-config-path': { kind: 'string', about: 'File or folder of job configuration.' },
  'supplemental-prow-config-dir': { kind: 'list', about: 'Folder with more files of Prow configuration; may be given several times.' },
  'supplemental-prow-configs-filename-suffix': { kind: 'string', about: 'End of the names of those files.', default: '_prowconfig.yaml' },
} as const satisfies FlagTable;

/** The files that the flags name. Throws UsageError without `--config-path`. */
export function configFiles(flags: FlagReader): ConfigFiles {
  const configPath = flags.text('config-path');
  if (configPath === undefined || configPath === '') throw new UsageError('--config-path is missing');
  return {
    configPath,
    jobConfigPath: flags.text('job-config-path'),
    supplementalProwConfigDirs: flags.list('supplemental-prow-config-dir'),
    supplementalProwConfigSuffix: flags.text('supplemental-prow-configs-filename-suffix') ?? '_prowconfig.yaml',
  };
}

/** Configuration straight from a repository, beside upstream's files. */
export const CONFIG_REPO_FLAGS = {
  'config-repo': {
    kind: 'string',
    about: 'Repository (ORG/REPO) that the configuration is read from and follows. The paths of --config-path, --job-config-path, --plugin-config and the supplemental folders are then paths inside it; what is not given is looked for at config/prow/config.yaml with config/jobs, prow/config.yaml with prow/jobs, or config.yaml with jobs, and plugins.yaml beside config.yaml.',
  },
  'config-repo-branch': { kind: 'string', about: 'Branch of that repository; its default branch where not given.' },
} as const satisfies FlagTable;

/** A repository that holds the configuration, and the paths inside it that were given. */
export interface ConfigRepoSettings {
  readonly repo: Repo;
  /** undefined: the default branch, whichever that is. */
  readonly branch: string | undefined;
  readonly configPath: string | undefined;
  readonly jobConfigPath: string | undefined;
  readonly pluginConfigPath: string | undefined;
  readonly prowDirs: readonly string[];
  readonly pluginDirs: readonly string[];
}

/** The normal form of a path inside a repository. Throws UsageError for one that leads out of it. */
function pathInside(flag: string, path: string): string {
  const normal = posix.normalize(path).replace(/\/$/, '');
  if (posix.isAbsolute(path) || normal === '..' || normal.startsWith('../') || path.includes('\0')) throw new UsageError(`--${flag}: ${JSON.stringify(path)} is not a path inside the repository of --config-repo`);
  return normal;
}

/** What the flags say of a configuration in a repository; undefined without `--config-repo`. Throws UsageError for what is no repository, branch or path. */
export function configRepo(flags: FlagReader): ConfigRepoSettings | undefined {
  const name = flags.text('config-repo');
  const branch = flags.text('config-repo-branch') || undefined;
  if (!name) {
    if (branch !== undefined) throw new UsageError('--config-repo-branch needs --config-repo');
    return undefined;
  }
  const [, org, repo] = /^([A-Za-z0-9_-]+)\/([A-Za-z0-9_-][A-Za-z0-9_.-]*)$/.exec(name) ?? [];
  if (org === undefined || repo === undefined) throw new UsageError(`--config-repo: ${JSON.stringify(name)} is not ORG/REPO`);
  if (branch !== undefined && (/[\s~^:?*[\\]|\.\.|^-|^\/|\/$|@\{/.test(branch) || branch.startsWith('refs/'))) throw new UsageError(`--config-repo-branch: ${JSON.stringify(branch)} is not the name of a branch`);
  const one = (flag: string): string | undefined => {
    const path = flags.given(flag) ? flags.text(flag) : undefined;
    return path ? pathInside(flag, path) : undefined;
  };
  const all = (flag: string): readonly string[] => flags.list(flag).map((path) => pathInside(flag, path));
  return {
    repo: { org, name: repo }, branch, configPath: one('config-path'), jobConfigPath: one('job-config-path'), pluginConfigPath: one('plugin-config'),
    prowDirs: all('supplemental-prow-config-dir'), pluginDirs: all('supplemental-plugin-config-dir'),
  };
}
