import { mkdirSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import type { Clock } from '../../../core/ports/clock.js';
import type { Log } from '../../../core/ports/log.js';
import { fieldsOf, timestamp, type Fields, type Kobject } from '../api/object.js';
import type { Images } from '../images.js';
import { KubeError, loadClient, type Client } from './client.js';
import { killMarked, startGuard } from './guard.js';
import { lostStatus, plan } from './plan.js';
import type { ReadData } from './podEnv.js';
import { startPod, type PodRun } from './podRun.js';
import { createRecorder } from './recorder.js';
import { probe, type Sight } from './sandbox.js';
import { createReporter, LOOPBACK, podPath, writeStatus } from './reporter.js';

export interface KubeletOptions {
  readonly kubeconfigPath: string;
  /** Where pods have their folders. */
  readonly dir: string;
  /** Where logs of containers go; the API of the embedded cluster reads them there. */
  readonly logs: string;
  readonly images: Images;
  readonly clock: Clock;
  readonly log: Log;
  /** The node's name. */
  readonly node?: string;
  /** How many pods run at once; twice the cores without it. */
  readonly concurrency?: number;
  /** `all`: it plays the scheduler for pods without a node; `own`: another one does. */
  readonly schedule?: 'all' | 'own';
  /** Folders of this machine that pods may mount. */
  readonly hostPaths?: readonly string[];
  readonly path?: string;
  /** How containers see their mounts; the best that this machine permits without it. */
  readonly sight?: Sight;
  /** Milliseconds: the first pause before a restart. */
  readonly backoffMs?: number;
}

export interface Kubelet {
  /** Ends all pods, at most after the grace, and writes their last status. */
  stop(options?: { graceMs?: number }): Promise<void>;
}

const STOP_GRACE_MS = 2_000;
const DEFAULT_PATH = `/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:${dirname(process.execPath)}`;

async function registerNode(client: Client, node: string, { clock, log, signal }: { clock: Clock; log: Log; signal: AbortSignal }): Promise<void> {
  const condition = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'pods run as processes of this machine', lastHeartbeatTime: timestamp(clock.now()), lastTransitionTime: timestamp(clock.now()) };
  const status = { conditions: [condition], addresses: [{ type: 'InternalIP', address: LOOPBACK }, { type: 'Hostname', address: node }], capacity: { cpu: String(availableParallelism()), memory: String(totalmem()) }, nodeInfo: { kubeletVersion: 'v1.32.0+prow', operatingSystem: process.platform, architecture: process.arch } };
  try {
    try {
      await client.ask({ method: 'POST', path: '/api/v1/nodes', body: { apiVersion: 'v1', kind: 'Node', metadata: { name: node, labels: { 'kubernetes.io/hostname': node } } }, signal });
    } catch (error) {
      if (!(error instanceof KubeError && error.code === 409)) throw error;
    }
    await client.ask({ method: 'PATCH', path: `/api/v1/nodes/${node}/status`, body: { status }, signal });
  } catch (err) {
    log.warn({ err, node }, 'could not register the node'); // pods run without
  }
}

/** Starts a kubelet: it runs the pods of its node as local processes, and (unless told otherwise) takes every pod that has no node. */
export async function startKubelet(options: KubeletOptions): Promise<Kubelet> {
  const { kubeconfigPath, dir, logs, images, clock, log, node = 'prow', concurrency = availableParallelism() * 2, schedule = 'all', hostPaths = [], path = DEFAULT_PATH, backoffMs = 10_000 } = options;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const sight = options.sight ?? probe(dir);
  // What an earlier life of this kubelet left behind runs for nobody.
  killMarked(`${dir}/`);
  const client = await loadClient(kubeconfigPath);
  const watching = new AbortController();
  const calls = new AbortController();
  const { signal } = calls;
  const guard = startGuard();
  const recorder = createRecorder({ client, clock, node, signal });
  const pods = new Map<string, Kobject>();
  const runs = new Map<string, PodRun>();
  /** Pods whose run is over, or that were taken care of: what a late event says of them is old. */
  const over = new Set<string>();
  const busy = new Set<string>();
  let closing = false;
  await registerNode(client, node, { clock, log, signal });

  const readFor = (namespace: string): ReadData => async (kind, name) => {
    try {
      const found = await client.ask({ method: 'GET', path: `/api/v1/namespaces/${namespace}/${kind === 'secret' ? 'secrets' : 'configmaps'}/${name}`, signal });
      const plain = Object.entries(fieldsOf(found.data)).map(([key, value]): [string, Buffer] => [key, Buffer.from(String(value), kind === 'secret' ? 'base64' : 'utf8')]);
      const binary = Object.entries(fieldsOf(found.binaryData)).map(([key, value]): [string, Buffer] => [key, Buffer.from(String(value), 'base64')]);
      return new Map([...plain, ...binary]);
    } catch (error) {
      if (error instanceof KubeError && error.code === 404) return undefined;
      throw error;
    }
  };
  /** Runs a call that answers to nobody; what is gone by now needs no call. */
  const attempt = async (pod: Kobject, what: string, call: () => Promise<unknown>): Promise<boolean> => {
    try {
      await call();
      return true;
    } catch (err) {
      if (!(err instanceof KubeError && (err.code === 404 || err.code === 409)) && !signal.aborted) log.warn({ err, pod: pod.metadata.name }, what);
      return false;
    }
  };
  const erase = (pod: Kobject): Promise<boolean> => attempt(pod, 'could not remove a pod that has ended', () => client.ask({ method: 'DELETE', path: podPath(pod), body: { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid } }, signal }));
  const cleanUp = async (uid: string): Promise<void> => {
    await rm(join(dir, uid), { recursive: true, force: true });
    for (const name of await readdir(logs).catch(() => [] as string[])) if (name.endsWith(`_${uid}`)) await rm(join(logs, name), { recursive: true, force: true });
  };
  const start = (pod: Kobject): void => {
    const { uid, namespace = 'default' } = pod.metadata;
    const reporter = createReporter(pod, { client, clock, log, signal });
    const run = startPod(pod, {
      read: readFor(namespace), reporter, recorder, guard, images, hostPaths, dir: join(dir, uid), logs, status: { ip: LOOPBACK, node }, machine: { cpus: availableParallelism(), memory: totalmem() }, path, sight, backoffMs, clock, log,
    });
    runs.set(uid, run);
    void run.done.then(async () => {
      over.add(uid);
      runs.delete(uid);
      const now = pods.get(uid);
      if (now?.metadata.deletionTimestamp !== undefined) await erase(now);
      if (!now) await cleanUp(uid).catch(() => undefined);
      look();
    });
  };
  const bind = async (pod: Kobject): Promise<void> => {
    const { name, namespace = 'default', uid } = pod.metadata;
    const body: Fields = { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace, uid }, target: { apiVersion: 'v1', kind: 'Node', name: node } };
    const bound = await attempt(pod, 'could not give a pod a node', () => client.ask({ method: 'POST', path: `${podPath(pod)}/binding`, body, signal }));
    if (bound) recorder.record(pod, { type: 'Normal', reason: 'Scheduled', message: `Successfully assigned ${namespace}/${name} to ${node}`, component: 'default-scheduler' });
  };
  /** At most one call is on its way for a pod that does not run; its outcome comes back by the watch. */
  const alone = (pod: Kobject, work: () => Promise<unknown>): void => {
    const { uid } = pod.metadata;
    busy.add(uid);
    void work().catch(() => undefined).finally(() => { setTimeout(() => { busy.delete(uid); look(); }, 50).unref(); });
  };
  function act(): void {
    if (closing) return;
    for (const step of plan([...pods.values()], { node, schedule, concurrency, running: new Set(runs.keys()), over, busy })) {
      switch (step.kind) {
        case 'start': start(step.pod); break;
        case 'stop': runs.get(step.pod.metadata.uid)?.stop({ kind: 'deleted', graceMs: (step.pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000 }); break;
        case 'bind': alone(step.pod, () => bind(step.pod)); break;
        case 'erase': alone(step.pod, () => erase(step.pod)); break;
        case 'lost':
          over.add(step.pod.metadata.uid);
          alone(step.pod, () => writeStatus(step.pod, lostStatus(step.pod, clock.now()), { client, log, signal }));
          recorder.record(step.pod, { type: 'Warning', reason: 'NodeLost', message: 'The kubelet that ran this pod ended without it' });
          break;
        default: step.kind satisfies never;
      }
    }
  }
  let due = false;
  /** Many events at once are one look. */
  function look(): void {
    if (due) return;
    due = true;
    setImmediate(() => { due = false; act(); });
  }
  const leave = (uid: string): void => {
    pods.delete(uid);
    over.delete(uid);
    const run = runs.get(uid);
    if (run) run.stop({ kind: 'gone', graceMs: 0 });
    else void cleanUp(uid).catch(() => undefined);
  };
  const following = client.follow('/api/v1/pods', {
    listed(objects) {
      const known = new Set(objects.map(({ metadata }) => metadata.uid));
      for (const uid of [...pods.keys(), ...runs.keys()]) if (!known.has(uid)) leave(uid);
      for (const pod of objects) pods.set(pod.metadata.uid, pod);
      void readdir(dir).then(async (names) => { for (const uid of names) if (!known.has(uid) && !pods.has(uid) && !runs.has(uid)) await cleanUp(uid); }).catch(() => undefined);
      look();
    },
    changed({ type, object }) {
      if (type === 'DELETED') leave(object.metadata.uid);
      else pods.set(object.metadata.uid, object);
      look();
    },
    failed(err) { log.debug({ err }, 'the kubelet watches anew'); },
  }, watching.signal);
  log.info({ node, concurrency, sight }, 'the kubelet runs');
  return {
    async stop({ graceMs = STOP_GRACE_MS } = {}) {
      closing = true;
      const all = [...runs.values()];
      for (const run of all) run.stop({ kind: 'shutdown', graceMs });
      await Promise.all(all.map(({ done }) => done));
      watching.abort();
      await following;
      calls.abort();
      guard.stop();
    },
  };
}
