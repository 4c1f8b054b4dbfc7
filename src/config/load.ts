import { createHash } from 'node:crypto';
import { ConfigError } from '../core/errors.js';
import type { ConfigFiles } from './configFiles.js';
import { formatFinding, type Finding, type Findings } from './findings.js';
import { finalizeJobs, withoutVolumes } from './jobs/finalize.js';
import { gatherJobs } from './jobs/gather.js';
import { makeSnapshot } from './makeSnapshot.js';
import { readPlugins, readProw } from './read/groups.js';
import { brokenJobFile, keysOf, readJobFile, type JobFile } from './read/jobFile.js';
import { createConfigReader, type ReaderDeps, type Reading } from './read/reader.js';
import { yamlOf, type TextFile } from './read/texts.js';
import type { Snapshot } from './snapshot.js';

export type { Reading } from './read/reader.js';

export interface Loaded {
  readonly snapshot: Snapshot;
  readonly warnings: readonly Finding[];
}

/** Reads everything once and reports everything that is wrong. */
export async function readConfig(files: ConfigFiles, deps: Partial<ReaderDeps> = {}): Promise<Reading> {
  return createConfigReader(deps).read(files);
}

/** Reads everything once. Throws a ConfigError that names every fault with its place. */
export async function loadConfig(files: ConfigFiles, deps: Partial<ReaderDeps> = {}): Promise<Loaded> {
  return loaded(await readConfig(files, deps));
}

/** What was read, where it can be used. Throws a ConfigError that names every fault with its place. */
export function loaded({ snapshot, findings: { errors, warnings } }: Readonly<{ snapshot: Snapshot | undefined; findings: Findings }>): Loaded {
  if (!snapshot) throw new ConfigError(errors.map(formatFinding));
  return { snapshot, warnings };
}

/** A configuration out of YAML texts, with all defaults and checks; for the demo, tools and tests. */
export function configFromText(texts: Readonly<{ config?: string; jobs?: string; plugins?: string }>): Loaded {
  const group = (file: string, text = '') => ({ main: { file, text, hash: '', fault: undefined }, more: [], faults: [] });
  const main = group('config.yaml', texts.config);
  const prow = readProw(main, undefined, Date.now());
  const plugins = readPlugins(group('plugins.yaml', texts.plugins));
  const findings: Findings = { errors: [...prow.findings.errors], warnings: [...prow.findings.warnings] };
  const files = [...(prow.main ? [readJobFile(prow.main, keysOf(prow.main))] : []), jobFile({ file: 'jobs.yaml', text: texts.jobs ?? '', hash: '', fault: undefined })];
  const jobs = gatherJobs(files, findings);
  findings.errors.push(...plugins.findings.errors);
  findings.warnings.push(...plugins.findings.warnings);
  const faults: Finding[] = [];
  const finished = prow.value && finalizeJobs(jobs, prow.value, faults);
  for (const fault of files.some(({ lacksPresets }) => lacksPresets) ? withoutVolumes(faults) : faults) findings.errors.push(fault);
  const revision = createHash('sha256').update(JSON.stringify([texts.config, texts.jobs, texts.plugins])).digest('hex');
  const snapshot = finished && plugins.value && findings.errors.length === 0 ? makeSnapshot({ revision, prow: prow.value, plugins: plugins.value, jobs: finished, presets: jobs.presets }) : undefined;
  return loaded({ snapshot, findings });
}

function jobFile(text: TextFile): JobFile {
  const { source, errors } = yamlOf(text);
  return source ? readJobFile(source) : brokenJobFile(errors);
}
