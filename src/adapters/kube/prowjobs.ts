import { ConfigError, RemoteError, UserError } from '../../core/errors.js';
import type { ProwJobs } from '../../core/ports/jobs.js';
import type { Log } from '../../core/ports/log.js';
import { isComplete, type ProwJob } from '../../core/prowjob.js';
import { readContexts } from './contexts.js';
import { openCredentials } from './credentials.js';
import { alreadyThere, openHttp, pathOf, refused, statusOf, type Call, type KubeHttp } from './http.js';
import { labelSelector, listAll } from './list.js';
import { ATTEMPTS, insist } from './retry.js';
import { withRequired } from './required.js';
import { asProwJob } from './trim.js';

export interface ProwJobsOptions {
  /** The infrastructure cluster as it is now; undefined: there is none. */
  readonly http: () => KubeHttp | undefined;
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

/** Where ProwJobs of a namespace are. */
export function prowJobsPath(namespace: string): string {
  return `/apis/prow.k8s.io/v1${pathOf('namespaces', namespace, 'prowjobs')}`;
}

/** The ProwJobs of one namespace. Objects travel whole, unknown fields included. */
export function openProwJobs({ http, namespace, mode, log }: ProwJobsOptions): ProwJobs {
  const api = (): KubeHttp => {
    const now = http();
    if (!now) throw new RemoteError('no kubeconfig context leads to the cluster that keeps ProwJobs', { service: 'kubernetes' });
    return now;
  };
  const pathTo = (name: string) => prowJobsPath(namespace()) + pathOf(name);
  const call = (what: string, sent: Call) => insist(what, sent.signal, () => api().json(sent));

  const find = async (name: string, signal: AbortSignal): Promise<ProwJob | undefined> => {
    try {
      return asProwJob(await call(`for ProwJob ${name}`, { path: pathTo(name), signal }));
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw refused(`to show ProwJob ${name}`, error);
    }
  };
  return {
    find: (name, { signal }) => find(name, signal),
    async list(selector, { signal }) {
      try {
        const listing = { path: prowJobsPath(namespace()), labelSelector: labelSelector(selector), signal };
        return (await listAll<ProwJob>(api(), listing, asProwJob, (page) => insist('for ProwJobs', signal, page))).items;
      } catch (error) {
        throw refused('to list ProwJobs', error);
      }
    },
    async create(job, { signal }) {
      const { name } = job.metadata;
      if (mode === 'dry') {
        log.info({ job: job.spec.job, name }, 'dry run: would have created a ProwJob');
        return 'created';
      }
      try {
        await call(`to create ProwJob ${name}`, { method: 'POST', path: prowJobsPath(namespace()), body: { ...withRequired(job), metadata: { ...job.metadata, namespace: namespace() } }, signal });
        return 'created';
      } catch (error) {
        if (alreadyThere(error)) return 'existed';
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
          await call(`to abort ProwJob ${name}`, { method: 'PATCH', path: pathTo(name), body, contentType: 'application/merge-patch+json', signal });
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
        await call(`to write ProwJob ${name}`, { method: 'PUT', path: pathTo(name), body: withRequired(job), signal });
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
        await call(`to delete ProwJob ${name}`, { method: 'DELETE', path: pathTo(name), body: deleteOptions({ uid }), signal });
        return 'removed';
      } catch (error) {
        const status = statusOf(error);
        if (status === 404 || (status === 409 && uid !== undefined)) return 'gone';
        throw refused(`to delete ProwJob ${name}`, error);
      }
    },
  };
}

/** What a DELETE says. */
export function deleteOptions({ uid, graceSeconds }: Readonly<{ uid?: string | undefined; graceSeconds?: number | undefined }>): object {
  return {
    apiVersion: 'v1', kind: 'DeleteOptions',
    ...(uid !== undefined && { preconditions: { uid } }),
    ...(graceSeconds !== undefined && { gracePeriodSeconds: graceSeconds }),
  };
}

/** ProwJobs in the cluster that a kubeconfig's current context names; client-node is loaded only then. Throws ConfigError when the file cannot be used. */
export async function loadProwJobs({ kubeconfig, ...options }: Omit<ProwJobsOptions, 'http'> & Readonly<{ kubeconfig: string | undefined }>): Promise<ProwJobs> {
  if (kubeconfig === undefined) return noProwJobs;
  const library = await import('@kubernetes/client-node');
  const { infrastructure } = readContexts({ file: kubeconfig, inCluster: 'ignore', env: {} }, [], library);
  if (!infrastructure) throw new ConfigError([`kubeconfig ${kubeconfig}: it names no context`]);
  const http = openHttp(openCredentials(infrastructure.load, { now: Date.now }), { userAgent: 'prow' });
  return openProwJobs({ ...options, http: () => http });
}
