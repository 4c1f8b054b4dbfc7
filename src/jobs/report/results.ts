import { isComplete, type ProwJob, type Refs } from '../../core/prowjob.js';

const UPLOADER = { uploader: 'crier' } as const;
const seconds = (time: string | undefined): number => Math.floor(Date.parse(time ?? '') / 1_000) || 0;

/** `main:sha,7:sha`: what was tested, as upstream writes it (jobs 1.3). */
export function refsText({ base_ref, base_sha, pulls = [] }: Refs): string {
  const base = base_sha ? `${base_ref}:${base_sha}` : base_ref;
  return [base, ...pulls.map(({ number, sha, ref }) => (ref ? `${number}:${sha}:${ref}` : `${number}:${sha}`))].join(',');
}

/** The refs that a job is about, and the commit that stands for it as long as nobody knows the merged one (jobs 3.7). */
export function versionOf({ spec }: ProwJob): string {
  const main = spec.refs ?? spec.extra_refs?.find((refs) => refs['auxiliary'] !== true);
  return main?.pulls?.[0]?.sha || main?.base_sha || main?.base_ref || '';
}

/** `started.json` as far as a ProwJob tells it (jobs 4.8, 10.3). `commit`: the merged commit, where clone records name it. */
export function startedOf(job: ProwJob, commit: string | undefined): Readonly<Record<string, unknown>> {
  const { refs, extra_refs: extra = [] } = job.spec;
  const all = [...(refs ? [refs] : []), ...extra];
  const number = refs?.pulls?.[0]?.number;
  const version = commit ?? versionOf(job);
  return {
    timestamp: seconds(job.status.startTime),
    ...(number !== undefined && { pull: String(number) }),
    ...(all.length > 0 && { repos: Object.fromEntries(all.map((one) => [`${one.org}/${one.repo}`, refsText(one)])) }),
    'repo-commit': version,
    'repo-version': version,
    metadata: UPLOADER,
  };
}

/** `finished.json` of a job that nobody else has finished. */
export function finishedOf(job: ProwJob): Readonly<Record<string, unknown>> {
  return { timestamp: seconds(job.status.completionTime), passed: job.status.state === 'success', metadata: UPLOADER, result: job.status.state };
}

/** `prowjob.json`: the whole object, indented as upstream does. */
export function prowjobJson(job: ProwJob): string {
  return JSON.stringify(job, undefined, '\t');
}

export interface StartedSeen {
  readonly ours: boolean;
  readonly commit: string;
}

/** What an existing `started.json` says; one that cannot be read counts as somebody else's. */
export function startedSeen(text: string): StartedSeen {
  try {
    const read = JSON.parse(text) as { metadata?: { uploader?: unknown }; 'repo-commit'?: unknown } | null;
    return { ours: read?.metadata?.uploader === UPLOADER.uploader, commit: typeof read?.['repo-commit'] === 'string' ? read['repo-commit'] : '' };
  } catch {
    return { ours: false, commit: '' };
  }
}

/** The merged commit of a job's own refs among clone records (jobs 4.8); undefined where they do not tell it. */
export function clonedCommit(job: ProwJob, text: string): string | undefined {
  const { refs } = job.spec;
  if (!refs) return undefined;
  let records: unknown;
  try {
    records = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(records)) return undefined;
  const wanted = refsText(refs);
  for (const record of records as readonly ({ refs?: Refs; final_sha?: unknown } | null)[]) {
    const its = record?.refs;
    if (its?.org === refs.org && its.repo === refs.repo && refsText(its) === wanted && typeof record?.final_sha === 'string' && record.final_sha !== '') return record.final_sha;
  }
  return undefined;
}

/** Whether the storage of a job has anything to be told now (jobs 10.3). */
export function isStored(job: ProwJob): boolean {
  return (job.status.build_id ?? '') !== '' && (job.status.state !== 'aborted' || isComplete(job));
}
