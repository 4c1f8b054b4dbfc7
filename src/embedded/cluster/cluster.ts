import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../core/ports/clock.js';
import type { Log } from '../../core/ports/log.js';
import { startApi } from './api/api.js';
import type { Images } from './images.js';
import { startKubelet, type KubeletOptions } from './kubelet/kubelet.js';

export interface ClusterOptions {
  /** Folder of the cluster: objects, certificates, token, pods, logs. One process at a time may use it. */
  readonly dir: string;
  /** 0 (the default) takes a free one. */
  readonly port?: number;
  /** What stands for images on this machine. */
  readonly images: Images;
  readonly log: Log;
  readonly clock: Clock;
  /** Where the kubeconfig goes (mode 0600); `kubeconfig` in the folder without it. */
  readonly kubeconfigPath?: string;
  /** Whether pods are run; `none` leaves them to a kubelet started by somebody else. */
  readonly kubelet?: 'local' | 'none';
  readonly pods?: Pick<KubeletOptions, 'concurrency' | 'hostPaths' | 'path' | 'sight' | 'backoffMs'>;
  /** How many changes are at least remembered for watches; at most twice as many are. */
  readonly historySize?: number;
  /** Milliseconds between bookmarks of a watch. */
  readonly bookmarkMs?: number;
}

export interface Cluster {
  readonly url: string;
  readonly kubeconfigPath: string;
  /** Forgets all history, so that watches and pages of before get 410, and ends every watch; for tests. */
  forget(): void;
  /** Ends the pods (after at most `graceMs`) and the API. */
  stop(options?: { graceMs?: number }): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The chart's definition of ProwJob: of a checkout, of an image, and of a build inside a checkout. */
const CRDS = ['../../../helm/crds/prowjob.yaml', '../../../../helm/crds/prowjob.yaml'].map((path) => new URL(path, import.meta.url));

/** Starts a Kubernetes API server on loopback and a kubelet that runs pods as local processes. Throws when the folder is in use or damaged. */
export async function startCluster({ dir, port = 0, images, log, clock, kubeconfigPath = join(dir, 'kubeconfig'), kubelet = 'local', pods = {}, historySize = 5_000, bookmarkMs = 10_000 }: ClusterOptions): Promise<Cluster> {
  const crd = CRDS.find((file) => existsSync(file));
  if (crd === undefined) throw new Error(`the definition of ProwJob is missing: ${CRDS.map((file) => fileURLToPath(file)).join(' or ')}`);
  const api = await startApi({ dir, port, crd, kubeconfigPath, clock, log, historySize, bookmarkMs });
  const runner = kubelet === 'local'
    ? await startKubelet({ kubeconfigPath, dir: join(dir, 'pods'), logs: join(dir, 'logs'), images, clock, log, ...pods }).catch(async (error: unknown) => { await api.stop(); throw error; })
    : undefined;
  let stopped: Promise<void> | undefined;
  const stop = (options: { graceMs?: number } = {}): Promise<void> => (stopped ??= (async () => {
    await runner?.stop(options);
    await api.stop();
  })());
  return { url: api.url, kubeconfigPath, forget: () => { api.forget(); }, stop, [Symbol.asyncDispose]: () => stop() };
}
