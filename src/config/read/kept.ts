import { isRecord } from '../decode.js';
import type { JobConfig, Preset } from '../jobs/schema.js';

/** What of a decoded file of jobs is known at once. */
interface Outline {
  readonly presets: readonly Preset[];
  /** Numbers of jobs by repository, in the order of the file. */
  readonly presubmits: readonly (readonly [repo: string, count: number])[];
  readonly postsubmits: readonly (readonly [repo: string, count: number])[];
  readonly periodics: number;
  readonly decorateAll: boolean;
}

/** A decoded file of jobs that was kept: its jobs are read when somebody asks for them. */
export interface KeptJobs extends Outline {
  readonly config: JobConfig;
}

/** What keeps a file: the outline, a tab, which JSON never has, and the rest. */
export function textOfJobs({ presets, ...rest }: JobConfig): string {
  const counts = (map: Readonly<Record<string, readonly unknown[]>>) => Object.entries(map).map(([repo, jobs]) => [repo, jobs.length] as const);
  const outline: Outline = {
    presets, presubmits: counts(rest.presubmits), postsubmits: counts(rest.postsubmits), periodics: rest.periodics.length, decorateAll: rest.decorate_all_jobs !== undefined,
  };
  return `${JSON.stringify(outline)}\t${JSON.stringify(rest)}`;
}

/** Of a text that `textOfJobs` made, in UTF-8; undefined for what is none. */
export function keptJobs(text: Buffer): KeptJobs | undefined {
  const tab = text.indexOf('\t');
  const outline = parsed(text.subarray(0, Math.max(0, tab)));
  if (!isOutline(outline)) return undefined;
  let config: JobConfig | undefined;
  return {
    ...outline,
    // The text has a checksum, so that it is what was once written.
    get config() { return (config ??= { ...(JSON.parse(text.toString('utf8', tab + 1)) as JobConfig), presets: outline.presets }); },
  };
}

function isOutline(value: unknown): value is Outline {
  return isRecord(value) && ['presets', 'presubmits', 'postsubmits'].every((key) => Array.isArray(value[key])) && typeof value['periodics'] === 'number' && typeof value['decorateAll'] === 'boolean';
}

function parsed(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString('utf8'));
  } catch {
    return undefined;
  }
}
