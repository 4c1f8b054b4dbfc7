import { createHash } from 'node:crypto';
import type { ConfigFiles } from '../configFiles.js';
import { formatFinding, type Finding } from '../findings.js';
import { jobFiles } from '../jobs/files.js';
import { versionBeside } from '../prow/version.js';
import { supplementalFiles } from '../supplemental.js';
import type { Group } from './groups.js';
import type { TextFile, Texts } from './texts.js';

/** All that a configuration is made of, as the files are now. */
export interface Inputs {
  readonly prow: Group;
  /** What the file VERSION beside config.yaml says. */
  readonly version: string | undefined;
  readonly jobs: Readonly<{ texts: readonly TextFile[]; faults: readonly Finding[] }>;
  /** Missing without a plugin configuration. */
  readonly plugins: Group | undefined;
}

/** Lists the files and takes their texts; `turn` is awaited between them. Faults of listing are inputs like any other. */
export async function look(files: ConfigFiles, texts: Pick<Texts, 'take'>, turn: () => Promise<void>): Promise<Inputs> {
  const all = async (paths: readonly string[]): Promise<readonly TextFile[]> => {
    const taken: TextFile[] = [];
    for (const path of paths) {
      taken.push(texts.take(path));
      await turn();
    }
    return taken;
  };
  const group = async (path: string, folders: readonly string[] = [], suffix: string): Promise<Group> => {
    const faults: Finding[] = [];
    return { main: texts.take(path), more: await all(supplementalFiles(folders, suffix, faults)), faults };
  };
  const faults: Finding[] = [];
  const pluginSuffix = files.supplementalPluginConfigSuffix ?? '_pluginconfig.yaml';
  return {
    prow: await group(files.configPath, files.supplementalProwConfigDirs, files.supplementalProwConfigSuffix ?? '_prowconfig.yaml'),
    version: await versionBeside(files.configPath),
    jobs: { texts: await all(jobFileList(files.jobConfigPath, faults)), faults },
    plugins: files.pluginConfigPath ? await group(files.pluginConfigPath, pluginSuffix === '' ? [] : files.supplementalPluginConfigDirs, pluginSuffix) : undefined,
  };
}

function jobFileList(path: string | undefined, faults: Finding[]): readonly string[] {
  if (path === undefined || path === '') return [];
  try {
    return jobFiles(path, faults);
  } catch (err) {
    faults.push({ file: path, line: 1, column: 1, path: '', message: `cannot be read: ${err instanceof Error ? err.message : String(err)}` });
    return [];
  }
}

/** What a group is, to be compared item by item. */
export function groupKey({ main, more, faults }: Group): readonly unknown[] {
  return [main, ...more, ...faults.map(formatFinding)];
}

/** What the inputs are, to be compared item by item. */
export function inputsKey({ prow, version, jobs, plugins }: Inputs): readonly unknown[] {
  return [...groupKey(prow), version, ...jobs.texts, ...jobs.faults.map(formatFinding), 'plugins', ...(plugins ? groupKey(plugins) : [])];
}

/** Tells contents apart, whatever the files' times are. */
export function revisionOf({ prow, version, jobs, plugins }: Inputs): string {
  const name = ({ file, hash }: TextFile) => [file, hash];
  const group = ({ main, more }: Group) => [main, ...more].map(name);
  return createHash('sha256').update(JSON.stringify([group(prow), version, jobs.texts.map(name), plugins && group(plugins)])).digest('hex');
}

export function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((one, at) => one === b[at]);
}
