import { createHash } from 'node:crypto';
import { ConfigError } from '../core/errors.js';
import type { ConfigFiles } from './configFiles.js';
import { decode } from './decode.js';
import { formatFinding, noFindings, type Finding, type Findings } from './findings.js';
import { jobFiles } from './jobs/files.js';
import { finalizeJobs, type ReadJobs } from './jobs/finalize.js';
import { JobGatherer, readSource } from './jobs/gather.js';
import { JobConfig } from './jobs/schema.js';
import { decodePlugins, validatePlugins } from './plugins/load.js';
import { PluginsConfig } from './plugins/schema.js';
import { placeIn } from './places.js';
import { ProwConfig } from './prow/schema.js';
import { prowSectionFaults } from './prow/sections.js';
import { makeSnapshot } from './makeSnapshot.js';
import type { Snapshot } from './snapshot.js';
import { mergePluginFiles, mergeProwFiles } from './supplemental.js';
import { readYaml, type Source } from './yaml/source.js';

export interface Loaded {
  readonly snapshot: Snapshot;
  readonly warnings: readonly Finding[];
}

const JOB_KEYS = Object.keys(JobConfig.def.innerType.shape);

/** What a load comes to, faults included, with the sources in which places can be looked up; for tools. */
export interface Reading {
  readonly findings: Findings;
  /** Missing when there is an error. */
  readonly snapshot: Snapshot | undefined;
  /** The jobs as the files have them, in the order of `snapshot.jobs`. */
  readonly jobs: ReadJobs;
  /** config.yaml and its supplemental files. */
  readonly prowSources: readonly Source[];
  /** plugins.yaml and its supplemental files. */
  readonly pluginSources: readonly Source[];
}

/** Reads everything and reports everything that is wrong. */
export async function readConfig(files: ConfigFiles): Promise<Reading> {
  const findings = noFindings();
  const hash = createHash('sha256');
  const takeTo = (list: Source[]) => async (file: string): Promise<Source | undefined> => {
    const { source, text } = await readSource(file, findings);
    hash.update(`${file}\0${text.length}\0`).update(text);
    if (source) list.push(source);
    return source;
  };
  const prowSources: Source[] = [];
  const pluginSources: Source[] = [];
  const takeProw = takeTo(prowSources);
  const main = await takeProw(files.configPath);
  const gatherer = new JobGatherer(findings);
  const prow = main && (await mergeProwFiles(decode(ProwConfig, main, findings, JOB_KEYS), files, takeProw, findings));
  if (prow) checkSections(prow, prowSources, findings);
  if (main) gatherer.add(main, keysOf(main));
  const takeJobs = takeTo([]);
  for (const file of await jobFileList(files.jobConfigPath, findings)) {
    const source = await takeJobs(file);
    if (source) gatherer.add(source);
  }
  const plugins = await loadPlugins(files, takeTo(pluginSources), findings);
  const jobs = gatherer.jobs();
  return { findings, snapshot: finish({ prow, plugins, jobs }, () => hash.digest('hex'), findings), jobs, prowSources, pluginSources };
}

/** Reads everything. Throws a ConfigError that names every fault with its place. */
export async function loadConfig(files: ConfigFiles): Promise<Loaded> {
  const { snapshot, findings } = await readConfig(files);
  return loaded(snapshot, findings);
}

function loaded(snapshot: Snapshot | undefined, { errors, warnings }: Findings): Loaded {
  if (!snapshot) throw new ConfigError(errors.map(formatFinding));
  return { snapshot, warnings };
}

function checkSections(prow: ProwConfig, sources: readonly Source[], findings: Findings): void {
  for (const [path, message] of prowSectionFaults(prow)) findings.errors.push(placeIn(sources, path, message));
}

/** The keys of config.yaml, whose unknown ones were reported when it was read as such. */
function keysOf({ value }: Source): readonly string[] {
  return Object.keys(Object(value ?? {}) as Readonly<Record<string, unknown>>);
}

async function jobFileList(path: string | undefined, findings: Findings): Promise<readonly string[]> {
  if (path === undefined || path === '') return [];
  try {
    return await jobFiles(path, findings.errors);
  } catch (err) {
    findings.errors.push({ file: path, line: 1, column: 1, path: '', message: `cannot be read: ${err instanceof Error ? err.message : String(err)}` });
    return [];
  }
}

async function loadPlugins(files: ConfigFiles, take: (file: string) => Promise<Source | undefined>, findings: Findings): Promise<PluginsConfig | undefined> {
  if (files.pluginConfigPath === undefined || files.pluginConfigPath === '') return PluginsConfig.parse({});
  const source = await take(files.pluginConfigPath);
  if (!source) return undefined;
  const plugins = await mergePluginFiles(decodePlugins(source, findings), files, take, findings);
  if (plugins) validatePlugins(plugins, source, findings);
  return plugins;
}

function finish(
  { prow, plugins, jobs }: Readonly<{ prow: ProwConfig | undefined; plugins: PluginsConfig | undefined; jobs: ReadJobs }>, revision: () => string, findings: Findings,
): Snapshot | undefined {
  // Jobs are checked against the defaults when config.yaml itself is broken, so that their faults show in the same load.
  const done = finalizeJobs(jobs, prow ?? ProwConfig.parse({ pod_namespace: 'default' }), prow ? findings.errors : []);
  if (findings.errors.length > 0 || !prow || !plugins) return undefined;
  return makeSnapshot({ revision: revision(), prow, plugins, presets: jobs.presets, ...done });
}

/** A configuration out of YAML texts, with all defaults and checks; for the demo, tools and tests. */
export function configFromText(texts: Readonly<{ config?: string; jobs?: string; plugins?: string }>): Loaded {
  const findings = noFindings();
  const gatherer = new JobGatherer(findings);
  const main = readYaml('config.yaml', texts.config ?? '', findings.errors);
  const prow = main && decode(ProwConfig, main, findings, JOB_KEYS);
  if (prow) checkSections(prow, [main], findings);
  if (main) gatherer.add(main, keysOf(main));
  const jobs = readYaml('jobs.yaml', texts.jobs ?? '', findings.errors);
  if (jobs) gatherer.add(jobs);
  const pluginSource = readYaml('plugins.yaml', texts.plugins ?? '', findings.errors);
  const plugins = pluginSource && decodePlugins(pluginSource, findings);
  if (plugins) validatePlugins(plugins, pluginSource, findings);
  const revision = createHash('sha256').update(JSON.stringify([texts.config, texts.jobs, texts.plugins])).digest('hex');
  return loaded(finish({ prow, plugins, jobs: gatherer.jobs() }, () => revision, findings), findings);
}
