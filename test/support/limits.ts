import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKube } from '../../src/adapters/kube/kube.js';
import { silentLog } from '../../src/core/ports/log.js';
import { isComplete } from '../../src/core/prowjob.js';
import { startCluster } from '../../src/embedded/cluster/cluster.js';
import { startHollowKubelet } from '../../src/embedded/cluster/kubelet/hollow.js';
import { outsider } from '../world/outsider.js';
import { systemClock } from './path.js';
import { eventually, testRedis } from './redis.js';

const root = new URL('../..', import.meta.url).pathname;

/** What may be unfinished at once: over all, of the job `narrow`, in the queue `slow`. */
export const LIMITS = { all: 5, narrow: 3, slow: 2 } as const;
const CONFIG = `plank: {max_concurrency: ${String(LIMITS.all)}, job_queue_capacities: {slow: ${String(LIMITS.slow)}, closed: 0}}\n`;

/** The most pods that were unfinished at any moment, by what limits them. */
export interface Peaks { readonly all: number; readonly narrow: number; readonly slow: number }

export interface LimitsRun {
  readonly peaks: Peaks;
  /** How many ProwJobs each worker process changed. */
  readonly changes: readonly number[];
  /** States of all ProwJobs, sorted. */
  readonly states: readonly string[];
  /** Pods that were made, by ProwJob. */
  readonly pods: ReadonlyMap<string, number>;
}

/** A worker process that acts as plank alone; it never meets a GitHub. */
function startWorker(flags: Readonly<Record<string, string>>, home: string): Readonly<{ child: ChildProcess; changes: () => number }> {
  const child = spawn(process.execPath, [join(root, 'bin', 'prow'), 'serve', ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`)], { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH, HOME: home } });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { out += chunk.toString(); });
  return { child, changes: () => out.split('ProwJob changed').length - 1 };
}

/**
 * `runs` runs of one job, a third as many in a queue, and some that only the limit over all concerns, worked by two worker processes on one
 * cluster whose every change of a pod is looked at. `disturb` is called once half of them have ended.
 */
export async function runLimits(runs: number, disturb: (workers: readonly ChildProcess[], another: () => ChildProcess) => void = () => undefined): Promise<LimitsRun> {
  const dir = mkdtempSync(join(tmpdir(), 'prow-limits-'));
  await using redis = testRedis();
  await using cluster = await startCluster({ dir: join(dir, 'cluster'), images: () => undefined, kubelet: 'none', clock: systemClock, log: silentLog });
  const kubelet = await startHollowKubelet({ kubeconfigPath: cluster.kubeconfigPath, clock: systemClock, log: silentLog, part: () => ({ pendingMs: 20, runningMs: 600, end: { kind: 'exits', code: 0 } }) });
  await using kube = await openKube({
    sources: { file: cluster.kubeconfigPath, inCluster: 'ignore', env: {} }, settings: () => ({ prowJobNamespace: 'default', podNamespace: 'default', disabledClusters: [] }), mode: 'act', watching: 'jobs and pods',
    userAgent: 'limits', every: undefined, clock: systemClock, random: Math.random, log: silentLog,
  });
  using them = outsider(cluster.kubeconfigPath);
  const build = kube.clusters.get('');
  if (build.kind === 'fault') throw new Error(build.text);
  const peaks = { all: 0, narrow: 0, slow: 0 };
  const pods = new Map<string, number>();
  const stop = build.index.onChange(({ old, now }) => {
    if (!old && now) pods.set(now.metadata.name, (pods.get(now.metadata.name) ?? 0) + 1);
    const unfinished = build.index.list().filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed').map(({ metadata }) => metadata.labels?.['prow.k8s.io/job'] ?? '');
    const most = { all: unfinished.length, narrow: unfinished.filter((job) => job === 'narrow').length, slow: unfinished.filter((job) => job.startsWith('slow-')).length };
    for (const key of ['all', 'narrow', 'slow'] as const) peaks[key] = Math.max(peaks[key], most[key]);
  });
  const file = (name: string, text: string): string => { writeFileSync(join(dir, name), text, { mode: 0o600 }); return join(dir, name); };
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs1', format: 'pem' } });
  const flags = {
    'config-path': file('config.yaml', CONFIG), 'plugin-config': file('plugins.yaml', 'plugins: {}\n'), 'hmac-secret-file': file('hmac', 'secret\n'), 'github-endpoint': 'http://127.0.0.1:1', 'github-graphql-endpoint': 'http://127.0.0.1:1/graphql', 'github-host': 'http://127.0.0.1:1',
    'github-app-id': '1', 'github-app-private-key-path': file('key.pem', privateKey), 'metrics-port': '0', 'health-port': '-1', 'redis-url': redis.url, 'redis-prefix': redis.prefix, 'state-dir': join(dir, 'state'), role: 'worker', components: 'plank', kubeconfig: cluster.kubeconfigPath,
  };
  const workers: ReturnType<typeof startWorker>[] = [];
  const another = (): ChildProcess => { const made = startWorker(flags, dir); workers.push(made); return made.child; };
  try {
    // All are there before anybody works: the sharpest race for free places is the first.
    const names: string[] = [];
    for (let n = 0; n < runs; n++) names.push(await them.create({ spec: { type: 'periodic', job: 'narrow', max_concurrency: LIMITS.narrow } }));
    for (let n = 0; n < runs / 3; n++) {
      names.push(await them.create({ spec: { type: 'periodic', job: `slow-${String(n)}`, job_queue_name: 'slow' } }));
      names.push(await them.create({ spec: { type: 'periodic', job: `wide-${String(n)}` } }));
    }
    const never = [await them.create({ spec: { type: 'periodic', job: 'never', job_queue_name: 'closed' } }), await them.create({ spec: { type: 'periodic', job: 'nobody', job_queue_name: 'unknown' } })];
    another();
    another();
    const ended = () => names.filter((name) => { const job = kube.jobIndex.get('default', name); return job !== undefined && isComplete(job); }).length;
    await eventually('half of the runs', () => ended() >= names.length / 2, 240_000);
    disturb(workers.map(({ child }) => child), another);
    await eventually('all runs', () => ended() === names.length, 240_000);
    const jobs = await them.jobs();
    return { peaks, changes: workers.map(({ changes }) => changes()), states: jobs.map(({ metadata, spec, status }) => (never.includes(metadata.name) ? `${spec.job} ${status.state}` : status.state)).sort(), pods };
  } finally {
    stop();
    await Promise.all(workers.map(({ child }) => new Promise<void>((resolve) => { if (child.exitCode !== null || child.signalCode !== null) resolve(); else { child.once('close', () => { resolve(); }); child.kill('SIGKILL'); } })));
    await kubelet.stop();
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  }
}
