import { readFile } from 'node:fs/promises';
import type { Findings } from '../findings.js';
import type { JobFile } from '../read/jobFile.js';
import { readYaml, textOf, type Source } from '../yaml/source.js';
import type { Read, ReadJobs } from './finalize.js';
import type { PeriodicYaml, PostsubmitYaml, Preset, PresubmitYaml } from './schema.js';

/** The jobs of several files in the order of the files; lists are concatenated. The files' findings are handed on in that order, too. */
export function gatherJobs(files: readonly JobFile[], findings: Findings): ReadJobs {
  const presets: Preset[] = [];
  const labels = new Map<string, string>();
  const presubmits = new Map<string, Read<PresubmitYaml>[]>();
  const postsubmits = new Map<string, Read<PostsubmitYaml>[]>();
  const periodics: Read<PeriodicYaml>[] = [];
  for (const file of files) {
    findings.errors.push(...file.errors);
    findings.warnings.push(...file.warnings);
    // Upstream looks when it joins files: never at config.yaml alone.
    if (files.length > 1 && file.source) reportLabels(file.presets, file.source, labels, findings);
    presets.push(...file.presets);
    for (const [repo, jobs] of file.presubmits) listIn(presubmits, repo).push(...jobs);
    for (const [repo, jobs] of file.postsubmits) listIn(postsubmits, repo).push(...jobs);
    periodics.push(...file.periodics);
  }
  return { presets, presubmits, postsubmits, periodics };
}

/** A pair of label and value may be in one preset only (config 2.3). */
function reportLabels(presets: readonly Preset[], source: Source, seen: Map<string, string>, { errors }: Findings): void {
  presets.forEach((preset, at) => {
    for (const [key, value] of Object.entries(preset.labels)) {
      const pair = `${key}: ${value}`;
      const other = seen.get(pair);
      if (other !== undefined) errors.push(source.finding(['presets', at, 'labels', key], `expected each label of a preset once, but ${other} has ${pair} as well`));
      else seen.set(pair, source.file);
    }
  });
}

function listIn<T>(map: Map<string, T[]>, key: string): T[] {
  const list = map.get(key) ?? [];
  map.set(key, list);
  return list;
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
