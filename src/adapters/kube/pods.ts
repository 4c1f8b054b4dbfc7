import { RemoteError } from '../../core/errors.js';
import type { KubeEvent, KubeObject, Pod } from '../../core/kube.js';
import type { Pods } from '../../core/ports/kube.js';
import type { Log } from '../../core/ports/log.js';
import { alreadyThere, pathOf, refused, statusOf, type Call, type KubeHttp } from './http.js';
import { labelSelector, listAll } from './list.js';
import { deleteOptions } from './prowjobs.js';
import { ATTEMPTS, insist } from './retry.js';

export interface PodsOptions {
  /** Throws when the kubeconfig's credentials cannot be used. */
  readonly http: () => KubeHttp;
  /** The build cluster, for messages. */
  readonly alias: string;
  /** `pod_namespace` as it is now. */
  readonly namespace: () => string;
  readonly mode: 'act' | 'dry';
  readonly log: Log;
}

/** Where pods of a namespace are. */
export function podsPath(namespace: string): string {
  return `/api/v1${pathOf('namespaces', namespace, 'pods')}`;
}

/** The pods of one build cluster. Objects travel whole, unknown fields included. */
export function openPods({ http, alias, namespace, mode, log }: PodsOptions): Pods {
  const pathTo = (name: string) => podsPath(namespace()) + pathOf(name);
  const of = (name: string) => `pod ${name} of cluster ${alias}`;
  const call = (what: string, sent: Call) => insist(what, sent.signal, () => http().json(sent));
  const dry = (name: string, message: string): boolean => {
    if (mode === 'dry') log.info({ pod: name, cluster: alias }, message);
    return mode === 'dry';
  };
  const find = async (name: string, signal: AbortSignal): Promise<Pod | undefined> => {
    try {
      return (await call(`for ${of(name)}`, { path: pathTo(name), signal })) as Pod;
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw refused(`to show ${of(name)}`, error);
    }
  };
  return {
    find: (name, { signal }) => find(name, signal),
    async list(selector, { signal }) {
      try {
        const listing = { path: podsPath(namespace()), labelSelector: labelSelector(selector), signal };
        return (await listAll<Pod>(http(), listing, undefined, (page) => insist(`for pods of cluster ${alias}`, signal, page))).items;
      } catch (error) {
        throw refused(`to list pods of cluster ${alias}`, error);
      }
    },
    async create(pod, { signal }) {
      const { name } = pod.metadata;
      if (dry(name, 'dry run: would have created a pod')) return 'created';
      try {
        await call(`to create ${of(name)}`, { method: 'POST', path: podsPath(namespace()), body: { ...pod, metadata: { ...pod.metadata, namespace: namespace() } }, signal });
        return 'created';
      } catch (error) {
        if (alreadyThere(error)) return 'existed';
        // A quota refuses with 403, and room may come; so may a role.
        throw refused(of(name), error, { mayPass: [403] });
      }
    },
    async remove(name, { uid, graceSeconds, signal }) {
      if (dry(name, 'dry run: would have deleted a pod')) return 'removed';
      try {
        await call(`to delete ${of(name)}`, { method: 'DELETE', path: pathTo(name), body: deleteOptions({ uid, graceSeconds }), signal });
        return 'removed';
      } catch (error) {
        const status = statusOf(error);
        if (status === 404 || (status === 409 && uid !== undefined)) return 'gone';
        throw refused(`to delete ${of(name)}`, error);
      }
    },
    async finalizers(name, { uid, add = [], remove = [] }, { signal }) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const pod = await find(name, signal);
        if (!pod || (uid !== undefined && pod.metadata.uid !== uid)) return 'gone';
        const { finalizers: old = [], deletionTimestamp, resourceVersion } = pod.metadata;
        const kept = old.filter((one) => !remove.includes(one));
        const wanted = deletionTimestamp === undefined ? [...kept, ...add.filter((one) => !kept.includes(one))] : kept;
        if (wanted.length === old.length && wanted.every((one, at) => one === old[at])) return 'unchanged';
        if (dry(name, 'dry run: would have changed the finalizers of a pod')) return 'changed';
        try {
          await call(`to change ${of(name)}`, { method: 'PATCH', path: pathTo(name), body: { metadata: { resourceVersion, finalizers: wanted } }, contentType: 'application/merge-patch+json', signal });
          return 'changed';
        } catch (error) {
          if (statusOf(error) === 404) return 'gone';
          if (statusOf(error) !== 409) throw refused(`to change ${of(name)}`, error);
        }
      }
      throw new RemoteError(`The ${of(name)} changed all the time while its finalizers were set`, { service: 'kubernetes', status: 409 });
    },
    async *logs(name, container, { signal, follow, tailLines, limitBytes, timestamps }) {
      const query = { container, follow: follow || undefined, tailLines, limitBytes, timestamps: timestamps || undefined };
      try {
        // Only the beginning is tried again: what was handed on cannot be taken back.
        yield* await insist(`with the log of ${of(name)}`, signal, () => http().stream({ path: `${pathTo(name)}/log`, query, accept: '*/*', signal }));
      } catch (error) {
        signal.throwIfAborted();
        throw refused(`the log of container ${container} in ${of(name)}`, error);
      }
    },
    async events(pod, { signal }) {
      const fieldSelector = [`involvedObject.name=${pod.name}`, ...(pod.uid === undefined ? [] : [`involvedObject.uid=${pod.uid}`])].join(',');
      try {
        const listing = { path: `/api/v1${pathOf('namespaces', namespace(), 'events')}`, fieldSelector, signal };
        const { items } = await listAll<KubeEvent>(http(), listing, undefined, (page) => insist(`for events of ${of(pod.name)}`, signal, page));
        return [...items].sort((a, b) => timeOf(a) - timeOf(b));
      } catch (error) {
        throw refused(`to list events of ${of(pod.name)}`, error);
      }
    },
    async node(name, { signal }) {
      try {
        return (await call(`for node ${name} of cluster ${alias}`, { path: `/api/v1${pathOf('nodes', name)}`, signal })) as KubeObject;
      } catch (error) {
        if (statusOf(error) === 404 || statusOf(error) === 403) return undefined;
        throw refused(`to show node ${name} of cluster ${alias}`, error);
      }
    },
  };
}

function timeOf({ lastTimestamp, eventTime, firstTimestamp, metadata }: KubeEvent): number {
  return Date.parse(lastTimestamp ?? eventTime ?? firstTimestamp ?? metadata.creationTimestamp ?? '') || 0;
}
