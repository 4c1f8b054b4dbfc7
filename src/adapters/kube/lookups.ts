import type { Pod } from '../../core/kube.js';
import { prowJobOf } from '../../core/kube.js';
import type { PodLookup, ProwJobLookup } from '../../core/ports/kube.js';
import { isComplete, type ProwJob } from '../../core/prowjob.js';

/** For each look-up the values under which an object is found. */
export type Lookups<T, Lookup extends string> = Readonly<Record<Lookup, (object: T) => readonly string[]>>;

const one = (value: string | undefined): readonly string[] => (value === undefined || value === '' ? [] : [value]);

export const prowJobLookups: Lookups<ProwJob, ProwJobLookup> = {
  job: ({ spec }) => one(spec.job),
  state: ({ status }) => one(status.state),
  complete: (job) => [String(isComplete(job))],
  repo: (job) => { const refs = refsOf(job); return refs ? [`${refs.org}/${refs.repo}`] : []; },
  branch: (job) => { const refs = refsOf(job); return refs ? [`${refs.org}/${refs.repo}@${refs.base_ref ?? ''}`] : []; },
  pull: ({ spec: { refs } }) => (refs?.pulls ?? []).map(({ number }) => `${refs?.org}/${refs?.repo}#${number}`),
  queue: ({ spec }) => one(typeof spec['job_queue_name'] === 'string' ? spec['job_queue_name'] : undefined),
  cluster: ({ spec }) => [spec.cluster || 'default'],
  build: ({ spec, status }) => (status.build_id ? [`${spec.job}/${status.build_id}`] : []),
  event: ({ metadata }) => one(metadata.labels?.['event-GUID']),
};

export const podLookups: Lookups<Pod, PodLookup> = {
  id: (pod) => [prowJobOf(pod)],
  phase: ({ status }) => one(status?.phase),
};

function refsOf({ spec }: ProwJob): ProwJob['spec']['refs'] {
  return spec.refs ?? spec.extra_refs?.[0];
}
