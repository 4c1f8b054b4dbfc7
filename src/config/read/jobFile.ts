import { decode } from '../decode.js';
import { noFindings, type Finding, type Findings, type Path } from '../findings.js';
import type { Read } from '../jobs/finalize.js';
import { JobConfig, type PeriodicYaml, type PostsubmitYaml, type Preset, type PresubmitYaml } from '../jobs/schema.js';
import type { Source } from '../yaml/source.js';

/** What one file says about jobs: all that can be known without the other files. */
export interface JobFile {
  readonly source: Source | undefined;
  readonly config: JobConfig | undefined;
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
  readonly presubmits: readonly (readonly [repo: string, jobs: readonly Read<PresubmitYaml>[]])[];
  readonly postsubmits: readonly (readonly [repo: string, jobs: readonly Read<PostsubmitYaml>[]])[];
  readonly periodics: readonly Read<PeriodicYaml>[];
}

/** A file whose syntax is broken, or that could not be read. */
export function brokenJobFile(errors: readonly Finding[]): JobFile {
  return { source: undefined, config: undefined, errors, warnings: [], presubmits: [], postsubmits: [], periodics: [] };
}

/**
 * Decodes the job part of a file; `alsoKnown` are keys that other readers of the file understand. Jobs and presets that an earlier
 * version of the file has as well are taken from there, so that they stay the same objects.
 */
export function readJobFile(source: Source, alsoKnown: readonly string[] = [], before?: JobFile): JobFile {
  const findings = noFindings();
  const config = decode(JobConfig, source, findings, alsoKnown);
  if (!config) return { ...brokenJobFile(findings.errors), source, warnings: findings.warnings };
  return jobFileOf(source, before?.config ? reusing(config, before.config) : config, findings);
}

/** The file of a job configuration that is decoded already. */
export function jobFileOf(source: Source, config: JobConfig, { errors, warnings }: Findings = noFindings()): JobFile {
  return {
    source, config, errors, warnings,
    presubmits: Object.entries(config.presubmits).map(([repo, jobs]) => [repo, jobs.map((job, at) => read(job, source, ['presubmits', repo, at]))]),
    postsubmits: Object.entries(config.postsubmits).map(([repo, jobs]) => [repo, jobs.map((job, at) => read(job, source, ['postsubmits', repo, at]))]),
    periodics: config.periodics.map((job, at) => read(job, source, ['periodics', at])),
  };
}

function read<T>(job: T, source: Source, path: Path): Read<T> {
  return { job, file: source.file, at: (key, message) => source.finding(key === '' ? path : [...path, ...(typeof key === 'string' ? [key] : key)], message) };
}

/** A configuration with the objects of an earlier one where both say the same. */
function reusing(config: JobConfig, before: JobConfig): JobConfig {
  return {
    ...config,
    presets: reusingList<Preset>(config.presets, before.presets),
    presubmits: reusingMap(config.presubmits, before.presubmits),
    postsubmits: reusingMap(config.postsubmits, before.postsubmits),
    periodics: reusingList(config.periodics, before.periodics),
  };
}

function reusingMap<T>(map: Readonly<Record<string, readonly T[]>>, before: Readonly<Record<string, readonly T[]>>): Readonly<Record<string, readonly T[]>> {
  return Object.fromEntries(Object.entries(map).map(([repo, list]) => [repo, reusingList(list, Object.hasOwn(before, repo) ? (before[repo] ?? []) : [])]));
}

/** No object is used twice: each stands for one place of the file. */
function reusingList<T>(list: readonly T[], before: readonly T[]): readonly T[] {
  const byText = new Map<string, T[]>();
  for (const one of before) {
    const text = JSON.stringify(one);
    const same = byText.get(text);
    if (same) same.push(one);
    else byText.set(text, [one]);
  }
  return list.map((one) => byText.get(JSON.stringify(one))?.shift() ?? one);
}

/** The keys of config.yaml, whose unknown ones were reported when it was read as such. */
export function keysOf({ value }: Source): readonly string[] {
  return Object.keys(Object(value ?? {}) as Readonly<Record<string, unknown>>);
}
