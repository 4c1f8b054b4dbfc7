import { OptionsError, findOptions } from './options.js';
import { canonical, orgRepo, refsOf, refsString, type CloneRefs } from './refs.js';
import type { CloneRecord } from './cloneRecord.js';

/** The job as its containers see it in JOB_SPEC (jobs 3.7). */
export interface JobSpec {
  readonly type: 'presubmit' | 'postsubmit' | 'periodic' | 'batch';
  readonly job: string;
  /** Exceeds 2^53: it stays text. */
  readonly buildId: string;
  readonly refs: CloneRefs | undefined;
  readonly extraRefs: readonly CloneRefs[];
}

const TYPES = ['presubmit', 'postsubmit', 'periodic', 'batch'] as const;

/** Reads JOB_SPEC. Throws OptionsError. */
export function jobSpec(env: Readonly<Record<string, string | undefined>>): JobSpec {
  const options = findOptions(env, 'JOB_SPEC');
  if (!options) throw new OptionsError('JOB_SPEC: is not set');
  const said = options.needed('type');
  const type = TYPES.find((one) => one === said);
  if (!type) throw new OptionsError(`JOB_SPEC: type: expected ${TYPES.join(', ')}, found ${JSON.stringify(said)}`);
  const refs = options.object('refs');
  const spec: JobSpec = { type, job: options.needed('job'), buildId: options.needed('buildid'), refs: refs && refsOf(refs), extraRefs: options.objects('extra_refs').map(refsOf) };
  if (type === 'presubmit' && !spec.refs?.pulls[0]) throw new OptionsError('JOB_SPEC: refs.pulls: a presubmit needs a pull request');
  return spec;
}

/** The version that is tested: head of the pull request, commit or branch of the main refs (jobs 3.7). */
export function versionOf(spec: JobSpec): string {
  const main = mainRefs(spec);
  return main?.pulls[0]?.sha || main?.baseSha || main?.baseRef || '';
}

function mainRefs({ refs, extraRefs }: JobSpec): CloneRefs | undefined {
  return refs ?? extraRefs.find(({ auxiliary }) => !auxiliary);
}

/** `started.json`: `timestamp` is in seconds since the epoch (jobs 4.8). */
export function startedJson(spec: JobSpec, records: readonly CloneRecord[], nowMs: number): string {
  const main = mainRefs(spec);
  const cloned = main && records.find(({ refs }) => canonical(refs) === canonical(main.raw))?.final_sha;
  const version = cloned || versionOf(spec);
  const pull = spec.refs?.pulls[0]?.number;
  const all = [...(spec.refs ? [spec.refs] : []), ...spec.extraRefs];
  return JSON.stringify({
    timestamp: Math.floor(nowMs / 1000),
    ...(pull !== undefined && { pull: String(pull) }),
    ...(all.length > 0 && { repos: Object.fromEntries(all.map((refs) => [orgRepo(refs), refsString(refs)])) }),
    ...(version !== '' && { 'repo-commit': version, 'repo-version': version }),
  });
}

/** `finished.json`: `timestamp` is in seconds since the epoch (jobs 4.8). */
export function finishedJson({ passed, result, revision, metadata }: Readonly<{ passed: boolean; result: 'SUCCESS' | 'ABORTED' | 'FAILURE'; revision?: string; metadata?: Readonly<Record<string, unknown>> }>, nowMs: number): string {
  return JSON.stringify({
    timestamp: Math.floor(nowMs / 1000), passed, result,
    ...(metadata && Object.keys(metadata).length > 0 && { metadata }),
    ...(revision && { revision }),
  });
}
