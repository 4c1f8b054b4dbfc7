import type { NewPod, Pod } from '../../src/core/kube.js';
import type { ProwJobs } from '../../src/core/ports/jobs.js';
import type { BuildClusters, Index, Pods, ProwJobLookup } from '../../src/core/ports/kube.js';
import type { ProwJob } from '../../src/core/prowjob.js';

/** Something goes wrong at the n-th call, before or after it took effect. */
export type Trouble = (what: string) => 'before' | 'after' | undefined;

/** A cluster in memory, with resource versions; every call may be made to fail. */
export function fakeCluster({ now, trouble = () => undefined }: Readonly<{ now: () => number; trouble?: Trouble }>) {
  const jobs = new Map<string, ProwJob>();
  const pods = new Map<string, Pod>();
  const created: string[] = [];
  let version = 0;
  async function call<T>(what: string, effect: () => T): Promise<T> {
    const wrong = trouble(what);
    if (wrong === 'before') throw new Error(`${what} did not arrive`);
    const result = effect();
    if (wrong === 'after') throw new Error(`the answer to ${what} was lost`);
    return result;
  }
  const put = (job: ProwJob): void => void jobs.set(job.metadata.name, { ...job, metadata: { creationTimestamp: new Date(now()).toISOString(), ...job.metadata, resourceVersion: String(++version) } });
  const setPod = (name: string, status: Pod['status'], metadata: Partial<Pod['metadata']> = {}): void => {
    const pod = pods.get(name);
    if (pod && status) pods.set(name, { ...pod, metadata: { ...pod.metadata, ...metadata }, status });
  };

  const store: Pick<ProwJobs, 'find' | 'replace'> = {
    find: (name) => call('find', () => jobs.get(name)),
    replace: (job) => call('replace', () => {
      const old = jobs.get(job.metadata.name);
      if (!old) return 'gone';
      if (old.metadata.resourceVersion !== job.metadata.resourceVersion) return 'conflict';
      put(job);
      return 'replaced';
    }),
  };
  const index: Pick<Index<ProwJob, ProwJobLookup>, 'by' | 'shows' | 'synced'> = {
    synced: () => true,
    by: (lookup, value) => [...jobs.values()].filter((job) => (lookup === 'state' ? job.status.state : job.spec.job) === value),
    shows: async () => {},
  };
  const some: Pick<Pods, 'create' | 'find' | 'finalizers' | 'remove'> = {
    create: (pod: NewPod) => call('create pod', () => {
      if (pods.has(pod.metadata.name)) return 'existed';
      created.push(pod.metadata.name);
      pods.set(pod.metadata.name, { ...pod, spec: pod.spec as Pod['spec'], metadata: { ...pod.metadata, uid: `uid-${created.length}`, creationTimestamp: new Date(now()).toISOString() }, status: { phase: 'Pending' } });
      return 'created';
    }),
    find: (name) => call('find pod', () => pods.get(name)),
    finalizers: (name, { uid, remove = [] }) => call('finalizers', () => {
      const pod = pods.get(name);
      if (!pod || (uid !== undefined && pod.metadata.uid !== uid)) return 'gone';
      const left = (pod.metadata.finalizers ?? []).filter((one) => !remove.includes(one));
      if (left.length === (pod.metadata.finalizers ?? []).length) return 'unchanged';
      if (left.length === 0 && pod.metadata.deletionTimestamp !== undefined) pods.delete(name);
      else pods.set(name, { ...pod, metadata: { ...pod.metadata, finalizers: left } });
      return 'changed';
    }),
    remove: (name, { uid }) => call('remove pod', () => {
      const pod = pods.get(name);
      if (!pod || (uid !== undefined && pod.metadata.uid !== uid)) return 'gone';
      if ((pod.metadata.finalizers ?? []).length === 0) pods.delete(name);
      else pods.set(name, { ...pod, metadata: { ...pod.metadata, deletionTimestamp: new Date(now()).toISOString() } });
      return 'removed';
    }),
  };
  const clusters: Pick<BuildClusters, 'get'> = {
    get: (alias) => (alias === 'default' || alias === '' ? { kind: 'cluster', alias: 'default', pods: some as Pods, index: index as never }
      : { kind: 'fault', why: alias === 'down' ? 'down' : 'unknown', text: `there is no build cluster ${alias}` }),
  };
  return { jobs, pods, created, put, setPod, store, index, clusters };
}
