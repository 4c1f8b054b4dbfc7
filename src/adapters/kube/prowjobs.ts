import { randomInt } from 'node:crypto';
import { RemoteError, UserError } from '../../core/errors.js';
import { isComplete, type ProwJob } from '../../core/prowjob.js';
import type { Log } from '../../core/ports/log.js';
import type { ProwJobs } from '../../core/ports/jobs.js';

const GROUP = { group: 'prow.k8s.io', version: 'v1', plural: 'prowjobs' } as const;
const PAGE = 500;
const ATTEMPTS = 8;
const FIRST_DELAY_MS = 250;

export interface KubeOptions {
  /** undefined: no cluster. */
  readonly kubeconfig: string | undefined;
  /** `prowjob_namespace` as it is now. */
  readonly namespace: () => string;
  readonly mode: 'act' | 'dry';
  readonly log: Log;
}

/** For installations without a cluster: there are no jobs, and whoever asks for one is told why. */
export const noProwJobs: ProwJobs = {
  find: async () => undefined,
  list: async () => [],
  create: async () => { throw new UserError('This installation runs no jobs: it has no Kubernetes cluster (`--kubeconfig`).'); },
  abort: async () => 'gone',
  replace: async () => 'gone',
  remove: async () => 'gone',
};

const statusOf = (error: unknown): number | undefined => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'number' && code >= 100 ? code : undefined; // a DOMException has a code, too
};

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => { clearTimeout(timer); reject(signal.reason as Error); }, { once: true });
  });
}

/** Repeats what failed by transport, by 429 or on the server's side: 8 attempts, 250 ms doubling, 10 % jitter (plugins-policy 4.1.7). */
async function insist<T>(what: string, signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  for (let attempt = 1, delay = FIRST_DELAY_MS; ; attempt++, delay *= 2) {
    signal.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      const status = statusOf(error);
      signal.throwIfAborted();
      if (status !== undefined && status < 500 && status !== 429) throw error;
      if (attempt >= ATTEMPTS) throw new RemoteError(`Kubernetes did not answer ${what}: ${error instanceof Error ? error.message : String(error)}`, { service: 'kubernetes', status, cause: error });
      await pause(delay * (1 + randomInt(100) / 1_000), signal);
    }
  }
}

function refused(what: string, error: unknown): RemoteError {
  const status = statusOf(error);
  return error instanceof RemoteError ? error : new RemoteError(`Kubernetes refused ${what}: ${error instanceof Error ? error.message.slice(0, 500) : String(error)}`, { service: 'kubernetes', status, retry: status !== undefined && status < 500 && status !== 409 && status !== 429 ? 'never' : 'later', cause: error });
}

/** ProwJobs in the cluster that a kubeconfig names; client-node is loaded only then. Throws when the file cannot be used. */
export async function loadProwJobs({ kubeconfig, namespace, mode, log }: KubeOptions): Promise<ProwJobs> {
  if (kubeconfig === undefined) return noProwJobs;
  const { CustomObjectsApi, KubeConfig, PatchStrategy, setHeaderOptions } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  // client-node refuses plain HTTP unless TLS is not to be verified; Go's client, and so upstream, takes it (kubectl proxy, tests).
  config.clusters = config.clusters.map((cluster) => (cluster.server.startsWith('http://') ? { ...cluster, skipTLSVerify: true } : cluster));
  const api = config.makeApiClient(CustomObjectsApi);
  const place = () => ({ ...GROUP, namespace: namespace() });

  const find = async (name: string, signal: AbortSignal): Promise<ProwJob | undefined> => {
    try {
      return (await insist(`for ProwJob ${name}`, signal, () => api.getNamespacedCustomObject({ ...place(), name }))) as ProwJob;
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw refused(`to show ProwJob ${name}`, error);
    }
  };
  return {
    find: (name, { signal }) => find(name, signal),
    async list(selector, { signal }) {
      const labelSelector = Object.entries(selector).map(([key, value]) => `${key}=${value}`).join(',');
      const jobs: ProwJob[] = [];
      let next: string | undefined;
      try {
        do {
          const from = next;
          const page = (await insist('for ProwJobs', signal, () => api.listNamespacedCustomObject({ ...place(), labelSelector, limit: PAGE, ...(from === undefined ? {} : { _continue: from }) }))) as { items?: ProwJob[]; metadata?: { continue?: string } };
          jobs.push(...(page.items ?? []));
          next = page.metadata?.continue || undefined;
        } while (next !== undefined);
      } catch (error) {
        throw refused('to list ProwJobs', error);
      }
      return jobs;
    },
    async create(job, { signal }) {
      const { name } = job.metadata;
      if (mode === 'dry') {
        log.info({ job: job.spec.job, name }, 'dry run: would have created a ProwJob');
        return 'created';
      }
      try {
        await insist(`to create ProwJob ${name}`, signal, () => api.createNamespacedCustomObject({ ...place(), body: { ...job, metadata: { ...job.metadata, namespace: namespace() } } }));
        return 'created';
      } catch (error) {
        if (statusOf(error) === 409) return 'existed';
        throw refused(`ProwJob ${name}`, error);
      }
    },
    async abort(name, description, { signal }) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const job = await find(name, signal);
        if (!job || isComplete(job)) return 'gone';
        if (mode === 'dry') {
          log.info({ name }, 'dry run: would have aborted a ProwJob');
          return 'aborted';
        }
        const body = { metadata: { resourceVersion: job.metadata.resourceVersion }, status: { state: 'aborted', description } };
        try {
          await insist(`to abort ProwJob ${name}`, signal, () => api.patchNamespacedCustomObject({ ...place(), name, body }, setHeaderOptions('Content-Type', PatchStrategy.MergePatch)));
          return 'aborted';
        } catch (error) {
          if (statusOf(error) === 404) return 'gone';
          if (statusOf(error) !== 409) throw refused(`to abort ProwJob ${name}`, error);
        }
      }
      throw new RemoteError(`ProwJob ${name} changed all the time while it was aborted`, { service: 'kubernetes', status: 409 });
    },
    async replace(job, { signal }) {
      const { name, resourceVersion } = job.metadata;
      if (resourceVersion === undefined) throw new Error(`ProwJob ${name} cannot be replaced: it was not read`);
      if (mode === 'dry') {
        log.info({ name, state: job.status.state }, 'dry run: would have written a ProwJob');
        return 'replaced';
      }
      try {
        await insist(`to write ProwJob ${name}`, signal, () => api.replaceNamespacedCustomObject({ ...place(), name, body: job }));
        return 'replaced';
      } catch (error) {
        if (statusOf(error) === 404) return 'gone';
        if (statusOf(error) === 409) return 'conflict';
        throw refused(`ProwJob ${name}`, error);
      }
    },
    async remove(name, { uid, signal }) {
      if (mode === 'dry') {
        log.info({ name }, 'dry run: would have deleted a ProwJob');
        return 'removed';
      }
      try {
        const body = { apiVersion: 'v1', kind: 'DeleteOptions', ...(uid !== undefined && { preconditions: { uid } }) };
        await insist(`to delete ProwJob ${name}`, signal, () => api.deleteNamespacedCustomObject({ ...place(), name, body }));
        return 'removed';
      } catch (error) {
        const status = statusOf(error);
        if (status === 404 || (status === 409 && uid !== undefined)) return 'gone';
        throw refused(`to delete ProwJob ${name}`, error);
      }
    },
  };
}
