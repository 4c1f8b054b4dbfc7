import { isRecord } from '../decode.js';
import { noFindings, type Finding, type Findings, type Path } from '../findings.js';
import { JobConfig } from '../jobs/schema.js';
import { decodePlugins, validatePlugins } from '../plugins/load.js';
import { PluginsConfig } from '../plugins/schema.js';
import { decodeProw } from '../prow/decodeProw.js';
import type { ProwConfig } from '../prow/schema.js';
import { checkProwSections, finishedProw } from '../prow/sections.js';
import { mergePluginFiles, mergeProwFiles } from '../supplemental.js';
import type { Source } from '../yaml/source.js';
import { yamlOf, type TextFile } from './texts.js';

/** Files that are merged into one value, and what could not even be listed. */
export interface Group {
  readonly main: TextFile;
  readonly more: readonly TextFile[];
  readonly faults: readonly Finding[];
}

/** What a group of files comes to. */
export interface Merged<T> {
  /** Missing when the main file is so broken that nothing can be said with it. With errors among the findings it lacks the parts in which they are. */
  readonly value: T | undefined;
  /** Missing when it is no map, which is said already. */
  readonly main: Source | undefined;
  /** All files that have no fault of syntax. */
  readonly sources: readonly Source[];
  readonly findings: Findings;
}

const JOB_KEYS = Object.keys(JobConfig.def.innerType.shape);

/** config.yaml with its supplemental files, checked and finished (config 2.1, steps 1 to 7). `now` is in milliseconds. */
export function readProw({ main, more, faults }: Group, version: string | undefined, now: number): Merged<ProwConfig> {
  const findings = noFindings();
  const source = sourceOf(main, findings);
  const sound = source && decodeProw(source, findings, JOB_KEYS);
  findings.errors.push(...faults);
  const supplemental = sourcesOf(more, findings);
  const sources = [...(source ? [source] : []), ...supplemental];
  const merged = mergeProwFiles(sound?.value, supplemental, findings);
  if (merged) checkProwSections(merged, sources, now, findings);
  return { value: merged && !sound?.cut.some(decidesAboutJobs) ? finishedProw(merged, version) : undefined, main: isRecord(source?.value ?? {}) ? source : undefined, sources, findings };
}

/** Parts without which nothing can be said about jobs. */
function decidesAboutJobs([section, key]: Path): boolean {
  if (section !== 'plank') return section === 'pod_namespace' || section === 'decorate_all_jobs' || section === 'prowjob_default_entries';
  return key === undefined || key === 'default_decoration_config_entries' || key === 'default_decoration_configs' || key === 'job_queue_capacities';
}

/** plugins.yaml with its supplemental files; everything empty without one. */
export function readPlugins(group: Group | undefined): Merged<PluginsConfig> {
  const findings = noFindings();
  if (!group) return { value: PluginsConfig.parse({}), main: undefined, sources: [], findings };
  const source = sourceOf(group.main, findings);
  const sound = source && decodePlugins(source, findings);
  findings.errors.push(...group.faults);
  const supplemental = sourcesOf(group.more, findings);
  const value = mergePluginFiles(sound?.value, supplemental, findings);
  const sources = [...(source ? [source] : []), ...supplemental];
  // What is left of a file with faults tells more of them; what it lacks is no reason to warn.
  if (value) validatePlugins(value, sources, sound?.cut.length === 0 ? findings : { errors: findings.errors, warnings: [] });
  return { value, main: source, sources, findings };
}

function sourceOf(text: TextFile, findings: Findings): Source | undefined {
  const { source, errors } = yamlOf(text);
  findings.errors.push(...errors);
  return source;
}

function sourcesOf(texts: readonly TextFile[], findings: Findings): readonly Source[] {
  return texts.flatMap((text) => sourceOf(text, findings) ?? []);
}
