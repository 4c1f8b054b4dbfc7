import { randomUUID } from 'node:crypto';
import * as clientNode from '@kubernetes/client-node';
import { readContexts } from '../../src/adapters/kube/contexts.js';
import { openCredentials } from '../../src/adapters/kube/credentials.js';
import { openHttp, statusOf, type Call } from '../../src/adapters/kube/http.js';
import type { Pod } from '../../src/core/kube.js';
import type { ProwJob } from '../../src/core/prowjob.js';

type Status = Partial<ProwJob['status']>;
export type JobWish = Readonly<{ name?: string; labels?: Readonly<Record<string, string>>; annotations?: Readonly<Record<string, string>>; spec?: Readonly<Record<string, unknown>>; status?: Status }>;

const JOBS = '/apis/prow.k8s.io/v1/namespaces/default/prowjobs';
const PODS = '/api/v1/namespaces/default/pods';
const signal = new AbortController().signal;

/** Kubernetes' times have whole seconds. */
export const timeAt = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

/** Somebody else who works with a cluster: creates ProwJobs, executes them in a way of his own, looks at pods. */
export function outsider(kubeconfigPath: string) {
  const { infrastructure } = readContexts({ file: kubeconfigPath, inCluster: 'ignore', env: {} }, [], clientNode);
  if (!infrastructure) throw new Error(`${kubeconfigPath} names no context`);
  const http = openHttp(openCredentials(infrastructure.load, Date), { userAgent: 'outsider' });
  const call = async (sent: Omit<Call, 'signal'>): Promise<unknown> => http.json({ ...sent, signal });
  const found = async <T>(path: string): Promise<T | undefined> => {
    try {
      return (await call({ path })) as T;
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  };
  return {
    call,
    /** Creates a ProwJob of the kubernetes agent, a triggered postsubmit unless said. */
    async create({ name = randomUUID(), labels = {}, annotations = {}, spec = {}, status = {} }: JobWish = {}): Promise<string> {
      const job = {
        apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob',
        metadata: { name, labels: { 'created-by-prow': 'true', 'prow.k8s.io/type': String(spec['type'] ?? 'postsubmit'), 'prow.k8s.io/job': String(spec['job'] ?? 'theirs'), ...labels }, annotations: { 'prow.k8s.io/job': String(spec['job'] ?? 'theirs'), ...annotations } },
        spec: { type: 'postsubmit', agent: 'kubernetes', cluster: 'default', job: 'theirs', report: true, context: String(spec['job'] ?? 'theirs'), pod_spec: { containers: [{ name: '', image: 'alpine', command: ['true'] }] }, ...spec },
        status: { startTime: timeAt(Date.now()), state: 'triggered', ...status },
      };
      await call({ method: 'POST', path: JOBS, body: job });
      return name;
    },
    /** Changes a ProwJob's status as another executor would. */
    move: async (name: string, status: Status): Promise<void> => { await call({ method: 'PATCH', path: `${JOBS}/${name}`, body: { status }, contentType: 'application/merge-patch+json' }); },
    /** Ends a ProwJob. */
    end: async (name: string, state: ProwJob['status']['state']): Promise<void> => { await call({ method: 'PATCH', path: `${JOBS}/${name}`, body: { status: { state, completionTime: timeAt(Date.now()), description: `Theirs says ${state}.` } }, contentType: 'application/merge-patch+json' }); },
    job: (name: string) => found<ProwJob>(`${JOBS}/${name}`),
    jobs: async (): Promise<readonly ProwJob[]> => ((await call({ path: JOBS })) as { items: ProwJob[] }).items,
    createPod: async (pod: unknown): Promise<void> => { await call({ method: 'POST', path: PODS, body: pod }); },
    pods: async (): Promise<readonly Pod[]> => ((await call({ path: PODS })) as { items: Pod[] }).items,
    pod: (name: string) => found<Pod>(`${PODS}/${name}`),
    [Symbol.dispose]: () => { http[Symbol.dispose](); },
  };
}
