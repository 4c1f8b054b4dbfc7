import { decodeSound, placesWithout } from '../decode.js';
import { noFindings, type Finding, type Findings, type Path } from '../findings.js';
import type { Read } from '../jobs/finalize.js';
import { partOfJob } from '../jobs/parts.js';
import { JobConfig, type PeriodicYaml, type PostsubmitYaml, type Preset, type PresubmitYaml } from '../jobs/schema.js';
import type { Source } from '../yaml/source.js';
import type { KeptJobs } from './kept.js';

/** What one file says about jobs: all that can be known without the other files. */
export interface JobFile {
  readonly source: Source | undefined;
  /** Of a file that was kept this is read when it is asked for, as are its jobs. */
  readonly config: JobConfig | undefined;
  readonly presets: readonly Preset[];
  /** Whether it says `decorate_all_jobs`. */
  readonly decorateAll: boolean;
  /** Presets of it may be unknown, since it has faults. */
  readonly lacksPresets: boolean;
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
  readonly presubmits: readonly (readonly [repo: string, jobs: readonly Read<PresubmitYaml>[]])[];
  readonly postsubmits: readonly (readonly [repo: string, jobs: readonly Read<PostsubmitYaml>[]])[];
  readonly periodics: readonly Read<PeriodicYaml>[];
}

/** A file whose syntax is broken, or that could not be read. */
export function brokenJobFile(errors: readonly Finding[]): JobFile {
  return { source: undefined, config: undefined, presets: [], decorateAll: false, lacksPresets: true, errors, warnings: [], presubmits: [], postsubmits: [], periodics: [] };
}

/**
 * Decodes the job part of a file; `alsoKnown` are keys that other readers of the file understand. Jobs and presets that an earlier
 * version of the file has as well are taken from there, so that they stay the same objects.
 */
export function readJobFile(source: Source, alsoKnown: readonly string[] = [], before?: JobFile): JobFile {
  const findings = noFindings();
  const sound = decodeSound(JobConfig, source, findings, jobPart, alsoKnown);
  if (!sound) return { ...brokenJobFile(findings.errors), source, warnings: findings.warnings };
  const { value: config, cut } = sound;
  if (cut.length > 0) return { ...jobFileOf(source, config, findings, cut), config: undefined, lacksPresets: cut.some(([key]) => key === 'presets') };
  return jobFileOf(source, before?.config ? reusing(config, before.config) : config, findings, cut);
}

/** With a fault falls the preset that it is in, or what `partOfJob` says. */
function jobPart(fault: Path): Path {
  return fault[0] === 'presets' ? fault.slice(0, 2) : partOfJob(fault, fault[0] === 'periodics' ? 2 : 3);
}

/** Jobs are told by their place in the file, also where others before them are left out. */
function jobFileOf(source: Source, config: JobConfig, { errors, warnings }: Findings, cut: readonly Path[]): JobFile {
  const { presets, decorate_all_jobs: decorateAll } = config;
  const read = <T>(path: Path, jobs: readonly T[]): readonly Read<T>[] => {
    const places = placesWithout(cut, path, jobs.length);
    return jobs.map((job, n) => ({ job, ...placeOf(source, [...path, places[n] ?? n]) }));
  };
  const placed = <T>(key: string, map: Readonly<Record<string, readonly T[]>>) => Object.entries(map).map(([repo, jobs]) => [repo, read([key, repo], jobs)] as const);
  return {
    source, config, presets, decorateAll: decorateAll !== undefined, lacksPresets: false, errors, warnings,
    presubmits: placed('presubmits', config.presubmits), postsubmits: placed('postsubmits', config.postsubmits), periodics: read(['periodics'], config.periodics),
  };
}

/** A file without findings that an earlier process decoded. */
export function keptJobFile(source: Source, kept: KeptJobs): JobFile {
  const placed = <T>(key: string, counts: KeptJobs['presubmits'], jobsOf: (repo: string) => readonly T[] | undefined) => counts.map(([repo, count]) => [
    repo, Array.from({ length: count }, (_, n): Read<T> => ({ get job() { return there(jobsOf(repo)?.[n]); }, ...placeOf(source, [key, repo, n]) })),
  ] as const);
  return {
    source, presets: kept.presets, decorateAll: kept.decorateAll, lacksPresets: false, errors: [], warnings: [],
    get config() { return kept.config; },
    presubmits: placed('presubmits', kept.presubmits, (repo) => kept.config.presubmits[repo]), postsubmits: placed('postsubmits', kept.postsubmits, (repo) => kept.config.postsubmits[repo]),
    periodics: Array.from({ length: kept.periodics }, (_, n) => ({ get job() { return there(kept.config.periodics[n]); }, ...placeOf(source, ['periodics', n]) })),
  };
}

function there<T>(job: T | undefined): T {
  if (job === undefined) throw new Error('a kept file of jobs has fewer jobs than it says');
  return job;
}

function placeOf(source: Source, path: Path): Omit<Read<unknown>, 'job'> {
  return { file: source.file, at: (key, message) => source.finding(key === '' ? path : [...path, ...(typeof key === 'string' ? [key] : key)], message) };
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
