import type { Gates } from '../../../src/core/ports/gates.js';
import { silentLog } from '../../../src/core/ports/log.js';
import { noMetrics } from '../../../src/core/ports/metrics.js';
import type { BuildCluster, Pods } from '../../../src/core/ports/kube.js';
import type { ProwJob } from '../../../src/core/prowjob.js';
import { ProwConfig } from '../../../src/config/prow/schema.js';
import { report, type Reporter } from '../../../src/jobs/report/reporter.js';
import { runJob } from '../../../src/jobs/run/runJob.js';
import { fakeCluster } from '../fakeCluster.js';

/*
 * A model of several workers against one API server. Every call of a worker stands still until the driver lets it go on, fail before or
 * after its effect, or die: then nothing of that worker happens any more. So any order of any two calls may come about. A pass of a dead
 * worker ends, as in Redis, long after its key was run again by somebody else.
 */

const START = Date.parse('2026-03-01T12:00:00Z');
export const QUEUE = 2;
export const LIMIT = 1;
const NAMES = ['a1', 'a2', 'q1', 'q2', 'q3', 'p1'];

interface Parked { readonly worker: Worker; readonly go: (how: 'on' | 'before' | 'after') => void }
interface Worker { readonly key: string; alive: boolean }

function jobOf(name: string, at: number): ProwJob {
  return {
    apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name, namespace: 'prow', creationTimestamp: new Date(at).toISOString() },
    spec: {
      type: 'postsubmit', agent: 'kubernetes', job: name.slice(0, 1), report: true, pod_spec: { containers: [{ image: 'i', command: ['c'] }] },
      ...(name.startsWith('a') && { max_concurrency: LIMIT }), ...(name.startsWith('q') && { job_queue_name: 'two' }),
    },
    status: { state: 'triggered', startTime: new Date(at).toISOString() },
  };
}

/** `random` gives whole numbers below its argument; the driver takes all its choices from it. */
export async function play(steps: number, random: (below: number) => number): Promise<readonly string[]> {
  const config = ProwConfig.parse({ plank: { job_url_template: 'https://prow.example/{{.Name}}', job_queue_capacities: { two: QUEUE }, max_revivals: 1 + random(3) } });
  let now = START;
  let builds = 0;
  const wrong: string[] = [];
  const cluster = fakeCluster({ now: () => now });
  const parked: Parked[] = [];
  const workers = new Set<Worker>();
  const held = new Map<string, Worker>();
  const told = new Map<string, string[]>();
  /** How many pods of a job were lost. */
  const lost = new Map<string, number>();

  /** The call as its worker sees it. */
  async function call<T>(worker: Worker, effect: () => Promise<T>): Promise<T> {
    const how = await new Promise<'on' | 'before' | 'after'>((go) => parked.push({ worker, go }));
    if (how === 'before') throw new Error('the call did not arrive');
    const result = await effect();
    if (how === 'after') throw new Error('the answer was lost');
    return result;
  }
  const checked = (job: ProwJob): void => {
    const old = cluster.jobs.get(job.metadata.name);
    if (old?.status.completionTime !== undefined && (old.status.state !== job.status.state || old.status.completionTime !== job.status.completionTime)) wrong.push(`${job.metadata.name} went from ${old.status.state} to ${job.status.state}`);
  };
  const storeOf = (worker: Worker): typeof cluster.store => ({
    find: (...args) => call(worker, () => cluster.store.find(...args)),
    replace: (job, options) => call(worker, async () => { if (cluster.jobs.get(job.metadata.name)?.metadata.resourceVersion === job.metadata.resourceVersion) checked(job); return cluster.store.replace(job, options); }),
  });
  const real = (cluster.clusters.get('') as BuildCluster).pods;
  const podsOf = (worker: Worker): Pods => ({
    ...real,
    find: (...args) => call(worker, () => real.find(...args)),
    create: (...args) => call(worker, () => real.create(...args)),
    remove: (...args) => call(worker, () => real.remove(...args)),
    finalizers: (...args) => call(worker, () => real.finalizers(...args)),
  });
  const gatesOf = (worker: Worker): Gates => {
    const enter: Gates['enter'] = (scopes) => call(worker, async () => {
      if (scopes.some((scope) => held.has(scope))) return undefined;
      for (const scope of scopes) held.set(scope, worker);
      return { last: [], leave: async () => { for (const scope of scopes) if (worker.alive && held.get(scope) === worker) held.delete(scope); } };
    });
    return { enter, wait: () => Promise.reject(new Error('nobody waits here')) };
  };
  function begin(key: string, run: (worker: Worker) => Promise<unknown>): void {
    const worker: Worker = { key, alive: true };
    workers.add(worker);
    run(worker).catch(() => {}).finally(() => { workers.delete(worker); });
  }
  const { signal } = new AbortController();
  const clock = { now: () => now };
  const plank = (name: string): void => {
    begin(name, (worker) => runJob(name, {
      config, jobs: storeOf(worker), index: cluster.index, clusters: { get: () => ({ kind: 'cluster', alias: 'default', pods: podsOf(worker), index: undefined as never }) }, gates: gatesOf(worker),
      buildId: () => String(++builds), version: 'v1', mode: 'act', clock, log: silentLog, signal,
    }));
  };
  /** Its effect has an identity, as a check run has: telling the same state again is the same effect. */
  const reporter: Reporter = { name: 'model', wants: () => true, report: async ({ metadata, status }) => { const states = told.get(metadata.name) ?? []; if (states.at(-1) !== status.state) told.set(metadata.name, [...states, status.state]); return { kind: 'done' }; } };
  const crier = (name: string): void => { begin(`report ${name}`, (worker) => report({ reporter: reporter.name, name }, { jobs: storeOf(worker), reporters: [reporter], metrics: noMetrics, clock, log: silentLog, signal })); };

  /** A key is run again by the next worker once its worker is dead. */
  const busy = (key: string): boolean => [...workers].some((worker) => worker.alive && worker.key === key);
  const settle = async (): Promise<void> => { for (let n = 0; n < 12; n++) await Promise.resolve(); };
  const check = (): void => {
    const pending = [...cluster.jobs.values()].filter(({ status }) => status.state === 'pending');
    if (pending.filter(({ spec }) => spec['max_concurrency'] === LIMIT).length > LIMIT) wrong.push('max_concurrency exceeded');
    if (pending.filter(({ spec }) => spec['job_queue_name'] === 'two').length > QUEUE) wrong.push('capacity of the queue exceeded');
  };
  async function go(how: 'on' | 'before' | 'after'): Promise<void> {
    const [next] = parked.splice(random(parked.length), 1);
    if (next?.worker.alive) next.go(how);
    await settle();
  }
  function kill(): void {
    const alive = [...workers].filter((worker) => worker.alive);
    const worker = alive[random(Math.max(alive.length, 1))];
    if (worker) worker.alive = false;
  }
  const rest = async (start: () => void): Promise<void> => {
    start();
    await settle();
    for (let n = 0; n < 400 && parked.length > 0; n++) { await go('on'); check(); }
  };
  /** Passes of those who died, or never heard that they have one, end once their keys were run again and came to rest. */
  async function expire(): Promise<void> {
    for (const [scope, worker] of [...held]) {
      if (worker.alive && workers.has(worker)) continue;
      if (!busy(worker.key)) await rest(() => { plank(worker.key); });
      held.delete(scope);
    }
  }
  function ofPod(name: string): void {
    const started = { startTime: new Date(now).toISOString() };
    const [ended, ok] = [{ exitCode: 1, finishedAt: new Date(now).toISOString() }, { exitCode: 0, finishedAt: new Date(now).toISOString() }];
    const pod = cluster.pods.get(name);
    if (!pod || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return;
    const event = random(8);
    if ((event === 4 || event === 5 || event === 6) && pod.status?.reason === undefined) lost.set(name, (lost.get(name) ?? 0) + 1);
    switch (event) {
      case 0: case 1: cluster.setPod(name, { phase: 'Running', ...started }); break;
      case 2: cluster.setPod(name, { phase: 'Succeeded', ...started, containerStatuses: [{ name: 'c', state: { terminated: ok } }] }); break;
      case 3: cluster.setPod(name, { phase: 'Failed', ...started, containerStatuses: [{ name: 'c', state: { terminated: ended } }] }); break;
      case 4: case 5: cluster.setPod(name, { phase: 'Failed', reason: 'Evicted' }); break;
      case 6: cluster.setPod(name, { phase: 'Running', reason: 'NodeLost', ...started }, { deletionTimestamp: new Date(now).toISOString() }); break;
      default: cluster.pods.delete(name);
    }
  }
  /** What a kubelet or the node's end does with a pod that is being deleted. */
  const gone = (name: string): void => { if (cluster.pods.get(name)?.metadata.deletionTimestamp !== undefined) cluster.pods.delete(name); };

  for (const [n, name] of NAMES.entries()) cluster.put(jobOf(name, START + n * 1_000));
  for (let step = 0; step < steps; step++) {
    const name = NAMES[random(NAMES.length)] ?? '';
    const choice = random(100);
    // A worker that stalls loses its key and goes on beside the next one.
    if (choice < 25) { if (!busy(name) || random(8) === 0) plank(name); }
    else if (choice < 32) { if (!busy(`report ${name}`)) crier(name); }
    else if (choice < 34) kill();
    else if (choice < 38) await go('before');
    else if (choice < 42) await go('after');
    else if (choice < 50) ofPod(name);
    else if (choice < 52) gone(name);
    else if (choice < 54) { const job = cluster.jobs.get(name); if (job && job.status.completionTime === undefined) cluster.put({ ...job, status: { ...job.status, state: 'aborted' } }); }
    else if (choice < 55) await expire();
    else if (choice < 56) now += [1_000, 60_000, 3_600_000][random(3)] ?? 0;
    else if (parked.length > 0) await go('on');
    await settle();
    check();
  }

  // The storm is over: all that is dead is found, every key is run until nothing changes, and pods come to their end.
  for (const worker of workers) worker.alive = false;
  parked.length = 0;
  workers.clear();
  for (let round = 0; round < 3 * NAMES.length; round++) {
    for (const name of NAMES) await rest(() => { plank(name); });
    await expire();
    for (const name of NAMES) {
      gone(name);
      if (cluster.jobs.get(name)?.status.state === 'pending') cluster.setPod(name, { phase: 'Succeeded' });
      await rest(() => { crier(name); });
    }
  }
  for (const name of NAMES) {
    const job = cluster.jobs.get(name);
    if (job?.status.completionTime === undefined) wrong.push(`${name} never ended: ${job?.status.state ?? 'gone'}`);
    if (told.get(name)?.filter((state) => state === job?.status.state).length !== 1) wrong.push(`${name} is ${job?.status.state ?? 'gone'}, told ${String(told.get(name))}`);
    const phase = cluster.pods.get(name)?.status?.phase;
    if (job?.status.state === 'aborted' && (phase === 'Pending' || phase === 'Running')) wrong.push(`${name} was aborted and its pod goes on`);
    if (Number(job?.status['pod_revival_count'] ?? 0) > (lost.get(name) ?? 0)) wrong.push(`${name} counts more lost pods than there were`);
    if (Number(job?.status['pod_revival_count'] ?? 0) > config.plank.max_revivals) wrong.push(`${name} was made again too often`);
  }
  return wrong;
}
