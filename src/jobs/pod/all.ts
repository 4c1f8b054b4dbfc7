import { periodicSpec, postsubmitSpec, presubmitSpec, prowJob } from '../../config/jobs/build.js';
import type { Periodic, Postsubmit, Presubmit } from '../../config/jobs/schema.js';
import { orgAndRepo, sortedByKey } from '../../config/jobs/find.js';
import type { Snapshot } from '../../config/snapshot.js';
import type { ProwJob, PullRefs } from '../../core/prowjob.js';
import { podOf } from './build.js';
import type { Pod } from './model.js';

/** What stands in for an event where all jobs are built. */
export interface Sample {
  readonly baseRef: string;
  readonly baseSha: string;
  readonly pull: Pick<PullRefs, 'number' | 'author' | 'sha' | 'head_ref'>;
  readonly name: string;
  readonly buildId: string;
  /** Milliseconds since the epoch. */
  readonly startTime: number;
}

export interface JobLine {
  readonly type: 'presubmit' | 'postsubmit' | 'periodic';
  readonly repo?: string;
  /** The job's place among those of its type and repository. */
  readonly index: number;
  readonly name: string;
  readonly source: string;
  readonly prowjob: WithoutNamespace;
  /** Missing where the job is no Kubernetes job. */
  readonly pod?: Pick<Pod, 'metadata' | 'spec'>;
}

/** Namespaces are added by whoever writes the objects. */
export type WithoutNamespace = Omit<ProwJob, 'metadata'> & Readonly<{ metadata: Omit<ProwJob['metadata'], 'namespace'> }>;

/** A ProwJob as it is before anybody decides where it goes. */
export function withoutNamespace({ metadata: { namespace: _, ...metadata }, ...rest }: ProwJob): WithoutNamespace {
  return { ...rest, metadata };
}

/** ProwJob and pod of every static job: presubmits and postsubmits by repository, then periodics. */
export function* everyJob({ jobs, prow }: Pick<Snapshot, 'jobs' | 'prow'>, sample: Sample): Generator<JobLine> {
  const refs = (key: string) => ({ ...orgAndRepo(key), base_ref: sample.baseRef, base_sha: sample.baseSha });
  const line = (job: Presubmit | Postsubmit | Periodic, spec: ProwJob['spec']): Pick<JobLine, 'name' | 'source' | 'prowjob' | 'pod'> => {
    const making = { config: prow, labels: { 'prow.k8s.io/id': sample.name, 'prow.k8s.io/build-id': sample.buildId }, name: sample.name, now: sample.startTime };
    const made = prowJob(spec, making, job);
    const prowjob: ProwJob = { ...made, status: { ...made.status, build_id: sample.buildId } };
    const about = { name: job.name, source: job.source, prowjob: withoutNamespace(prowjob) };
    if (spec['pod_spec'] === undefined) return about;
    const { metadata, spec: podSpec } = podOf(prowjob, { buildId: sample.buildId });
    return { ...about, pod: { metadata, spec: podSpec } };
  };
  for (const [repo, listed] of sortedByKey(jobs.presubmits)) {
    for (const [index, job] of listed.entries()) yield { type: 'presubmit', repo, index, ...line(job, presubmitSpec(job, { ...refs(repo), pulls: [sample.pull] })) };
  }
  for (const [repo, listed] of sortedByKey(jobs.postsubmits)) {
    for (const [index, job] of listed.entries()) yield { type: 'postsubmit', repo, index, ...line(job, postsubmitSpec(job, refs(repo))) };
  }
  for (const [index, job] of jobs.periodics.entries()) yield { type: 'periodic', index, ...line(job, periodicSpec(job)) };
}
