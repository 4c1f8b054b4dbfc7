import { readFile } from 'node:fs/promises';
import { decode } from '../decode.js';
import type { Findings, Path } from '../findings.js';
import { readYaml, textOf, type Source } from '../yaml/source.js';
import type { Read, ReadJobs } from './finalize.js';
import { JobConfig, type PeriodicYaml, type PostsubmitYaml, type Preset, type PresubmitYaml } from './schema.js';

/** Collects the jobs of several files in the order in which they are added; lists are concatenated. */
export class JobGatherer {
  readonly #presets: Preset[] = [];
  readonly #presubmits = new Map<string, Read<PresubmitYaml>[]>();
  readonly #postsubmits = new Map<string, Read<PostsubmitYaml>[]>();
  readonly #periodics: Read<PeriodicYaml>[] = [];
  readonly #presetLabels = new Map<string, string>();
  readonly #findings: Findings;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** Adds the job part of a file; `alsoKnown` are keys that other readers of the file understand. */
  add(source: Source, alsoKnown: readonly string[] = []): void {
    const config = decode(JobConfig, source, this.#findings, alsoKnown);
    if (!config) return;
    config.presets.forEach((preset, at) => this.#addPreset(preset, source, at));
    for (const [repo, jobs] of Object.entries(config.presubmits)) listIn(this.#presubmits, repo).push(...jobs.map((job, at) => read(job, source, ['presubmits', repo, at])));
    for (const [repo, jobs] of Object.entries(config.postsubmits)) listIn(this.#postsubmits, repo).push(...jobs.map((job, at) => read(job, source, ['postsubmits', repo, at])));
    this.#periodics.push(...config.periodics.map((job, at) => read(job, source, ['periodics', at])));
  }

  /** A pair of label and value may be in one preset only. */
  #addPreset(preset: Preset, source: Source, at: number): void {
    for (const [key, value] of Object.entries(preset.labels)) {
      const pair = `${key}: ${value}`;
      const other = this.#presetLabels.get(pair);
      if (other !== undefined) this.#findings.errors.push(source.finding(['presets', at, 'labels', key], `expected each label of a preset once, but ${other} has ${pair} as well`));
      else this.#presetLabels.set(pair, source.file);
    }
    this.#presets.push(preset);
  }

  jobs(): ReadJobs {
    return { presets: this.#presets, presubmits: this.#presubmits, postsubmits: this.#postsubmits, periodics: this.#periodics };
  }
}

function listIn<T>(map: Map<string, T[]>, key: string): T[] {
  const list = map.get(key) ?? [];
  map.set(key, list);
  return list;
}

function read<T>(job: T, source: Source, path: Path): Read<T> {
  return { job, file: source.file, at: (key, message) => source.finding(key === '' ? path : [...path, ...(typeof key === 'string' ? [key] : key)], message) };
}

/** A file's text and its YAML; faults, also of reading, go to the findings. */
export async function readSource(file: string, findings: Findings): Promise<Readonly<{ source: Source | undefined; text: string }>> {
  try {
    const text = textOf(await readFile(file));
    return { source: readYaml(file, text, findings.errors), text };
  } catch (err) {
    findings.errors.push({ file, line: 1, column: 1, path: '', message: `cannot be read: ${err instanceof Error ? err.message : String(err)}` });
    return { source: undefined, text: '' };
  }
}
