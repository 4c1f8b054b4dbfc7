import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ProwConfig } from '../../../src/config/prow/schema.js';
import { RemoteError } from '../../../src/core/errors.js';
import type { Gates } from '../../../src/core/ports/gates.js';
import { silentLog } from '../../../src/core/ports/log.js';
import type { ProwJob } from '../../../src/core/prowjob.js';
import { runJob, type RunDeps } from '../../../src/jobs/run/runJob.js';
import { fakeCluster, type Trouble } from '../fakeCluster.js';

const START = Date.parse('2026-03-01T12:00:00Z');
const config = ProwConfig.parse({ plank: { job_url_template: 'https://prow.example/{{.Name}}/{{.Status.BuildID}}', job_queue_capacities: { one: 1 } } });
const pass = { last: [], leave: async () => {} };
const freeGates: Gates = { enter: async () => pass, wait: async () => pass };

function jobOf(name: string, spec: Record<string, unknown> = {}, status: Partial<ProwJob['status']> = {}): ProwJob {
  return {
    apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name, namespace: 'prow' },
    spec: { type: 'presubmit', agent: 'kubernetes', cluster: 'default', job: 'unit', refs: { org: 'o', repo: 'r', base_ref: 'main', pulls: [{ number: 1, author: 'a', sha: 's' }] }, pod_spec: { containers: [{ image: 'i', command: ['c'] }] }, ...spec },
    status: { state: 'triggered', startTime: new Date(START).toISOString(), ...status },
  };
}

function world(options: Readonly<{ trouble?: Trouble; gates?: Gates }> = {}) {
  let now = START;
  let ids = 0;
  const cluster = fakeCluster({ now: () => now, ...(options.trouble && { trouble: options.trouble }) });
  const deps: RunDeps = {
    config, jobs: cluster.store, index: cluster.index, clusters: cluster.clusters, gates: options.gates ?? freeGates, buildId: () => String(++ids), version: 'v1', mode: 'act', clock: { now: () => now }, log: silentLog, signal: new AbortController().signal,
  };
  return { ...cluster, deps, run: (name: string) => runJob(name, deps), status: (name: string) => cluster.jobs.get(name)?.status, pass: (ms: number) => { now += ms; } };
}

test('a job from its pod to its end', async () => {
  const w = world();
  w.put(jobOf('a'));
  expect(await w.run('a')).toEqual({ lookAgainAt: START + 300_000 });
  expect(w.status('a')).toMatchObject({ state: 'pending', build_id: '1', pod_name: 'a', pendingTime: '2026-03-01T12:00:00Z', url: 'https://prow.example/a/1' });
  expect(w.pods.get('a')?.metadata.labels).toMatchObject({ 'prow.k8s.io/id': 'a', 'prow.k8s.io/build-id': '1', 'prow.k8s.io/plank-version': 'v1' });
  w.setPod('a', { phase: 'Running', startTime: new Date(START).toISOString() });
  expect(await w.run('a')).toEqual({ lookAgainAt: START + 48 * 3_600_000 });
  w.pass(5_000);
  w.setPod('a', { phase: 'Failed' });
  expect(await w.run('a')).toBeUndefined();
  expect(w.status('a')).toMatchObject({ state: 'failure', completionTime: '2026-03-01T12:00:05Z' });
  expect(w.pods.has('a')).toBe(true);
});

test.each<{ name: string; job: ProwJob; want: Partial<ProwJob['status']> }>([
  { name: 'a cluster that nobody knows', job: jobOf('a', { cluster: 'moon' }), want: { state: 'error', description: 'The job cannot be run: there is no build cluster moon.' } },
  { name: 'no pod spec', job: jobOf('a', { pod_spec: undefined }), want: { state: 'error', description: 'The job has no pod spec.' } },
  { name: 'a queue that nobody knows', job: jobOf('a', { job_queue_name: 'x' }), want: { state: 'error', description: 'The job cannot start: the queue x has no capacity in plank.job_queue_capacities.' } },
  { name: 'aborted before it started', job: jobOf('a', {}, { state: 'aborted', description: 'New commits.' }), want: { state: 'aborted', description: 'New commits.' } },
])('ends at once: $name', async ({ job, want }) => {
  const w = world();
  w.put(job);
  expect(await w.run('a')).toBeUndefined();
  expect(w.status('a')).toMatchObject({ ...want, completionTime: '2026-03-01T12:00:00Z' });
  expect(w.created).toEqual([]);
});

test('a refusal of the pod is final, a full quota is not', async () => {
  for (const { status, retry, state } of [{ status: 422, retry: 'never', state: 'error' }, { status: 403, retry: 'later', state: 'triggered' }] as const) {
    const w = world();
    w.put(jobOf('a'));
    const { pods } = w.deps.clusters.get('default') as Extract<ReturnType<RunDeps['clusters']['get']>, { kind: 'cluster' }>;
    pods.create = async () => { throw new RemoteError('no', { service: 'kubernetes', status, retry }); };
    const ended = runJob('a', { ...w.deps, clusters: { get: () => ({ kind: 'cluster', alias: 'default', pods, index: undefined as never }) } });
    if (retry === 'later') await expect(ended).rejects.toThrow('no');
    else await ended;
    expect(w.status('a')?.state).toBe(state);
  }
});

test('a cluster that is down is waited for', async () => {
  const w = world();
  w.put(jobOf('a', { cluster: 'down' }));
  expect(await w.run('a')).toEqual({ lookAgainAt: START + 30_000 });
  expect(w.status('a')?.state).toBe('triggered');
});

test('a newer run ends the older one, which never tells GitHub', async () => {
  const w = world();
  w.put(jobOf('old'));
  await w.run('old');
  w.put(jobOf('new', {}, { startTime: new Date(START + 1_000).toISOString() }));
  await w.run('new');
  expect(w.status('old')).toMatchObject({ state: 'aborted', prev_report_states: { 'github-reporter': 'aborted' } });
  await w.run('old');
  expect(w.status('old')?.completionTime).toBeDefined();
  expect([...w.pods.keys()]).toEqual(['new']);
});

test('an old run that finds itself superseded starts nothing', async () => {
  const w = world();
  w.put(jobOf('old'));
  w.put(jobOf('new', {}, { startTime: new Date(START + 1_000).toISOString() }));
  await w.run('old');
  expect(w.created).toEqual([]);
  expect(w.status('old')).toMatchObject({ state: 'aborted', completionTime: '2026-03-01T12:00:00Z' });
});

test('a limit is kept, and the next one starts when it may', async () => {
  const w = world();
  for (const name of ['a', 'b']) w.put(jobOf(name, { max_concurrency: 1, refs: undefined, type: 'periodic' }));
  await w.run('a');
  expect(await w.run('b')).toEqual({ lookAgainAt: START + 10_000 });
  w.setPod('a', { phase: 'Failed' });
  await w.run('a');
  await w.run('b');
  expect(w.created).toEqual(['a', 'b']);
});

test('whoever decides about the same limit is waited for', async () => {
  const w = world({ gates: { ...freeGates, enter: async () => undefined } });
  w.put(jobOf('a', { job_queue_name: 'one' }));
  expect(await w.run('a')).toEqual({ lookAgainAt: START + 250 });
  expect(w.created).toEqual([]);
});

test('a pod that stops again and again is made anew as often as it may', async () => {
  const w = world();
  w.put(jobOf('a'));
  for (let n = 0; n < 10; n++) {
    await w.run('a');
    w.setPod('a', { phase: 'Failed', reason: 'Evicted' });
  }
  expect(w.created).toHaveLength(1 + config.plank.max_revivals);
  expect(w.status('a')).toMatchObject({ state: 'error', pod_revival_count: 3 });
});

test('a pod of another job that has the name is left alone', async () => {
  const w = world();
  w.put(jobOf('a'));
  w.pods.set('a', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', labels: { 'prow.k8s.io/id': 'b' } }, spec: { containers: [] } });
  await w.run('a');
  expect(w.status('a')).toMatchObject({ state: 'error' });
  expect(w.pods.size).toBe(1);
});

test('whatever fails and whenever it is ended: it comes to its end with one pod at a time, and an abort is not written over', () => fc.assert(fc.asyncProperty(
  fc.array(fc.constantFrom('before', 'after', undefined, undefined, undefined), { maxLength: 40 }),
  fc.option(fc.nat(12), { nil: undefined }),
  fc.constantFrom('Succeeded', 'Failed', 'Evicted'),
  async (troubles, abortAt, end) => {
    let calls = 0;
    const w = world({ trouble: () => {
      if (calls === abortAt) {
        const job = w.jobs.get('a');
        if (job && job.status.completionTime === undefined) w.put({ ...job, status: { ...job.status, state: 'aborted', description: 'asked' } });
      }
      return troubles[calls++];
    } });
    w.put(jobOf('a'));
    for (let n = 0; n < 80 && w.status('a')?.completionTime === undefined; n++) {
      await w.run('a').catch(() => {});
      if (w.status('a')?.state === 'pending' && w.pods.has('a')) w.setPod('a', end === 'Evicted' ? { phase: 'Failed', reason: 'Evicted' } : { phase: end as 'Failed' });
    }
    const status = w.status('a');
    expect(status?.completionTime).toBeDefined();
    if (status?.state === 'aborted') expect([status.description, w.pods.size]).toEqual(['asked', 0]);
    else expect(status?.state).toBe(end === 'Succeeded' ? 'success' : end === 'Failed' ? 'failure' : 'error');
    expect(w.created.length).toBeLessThanOrEqual(end === 'Evicted' ? 4 : 1);
  },
), { numRuns: 500 }));

test('6.6: the pod that was being made while its job was aborted does not go on', async () => {
  const ended = { state: 'aborted', completionTime: '2026-03-01T12:00:00Z' } as const;
  const w = world({ trouble: (what) => { if (what === 'create pod') w.put(jobOf('a', {}, ended)); return undefined; } });
  w.put(jobOf('a'));
  await w.run('a');
  expect([w.created, w.pods.size, w.status('a')?.state]).toEqual([['a'], 0, 'aborted']);
});

test.each(['Succeeded', 'Failed'] as const)('6.6: what an aborted job left when it had ended stays for whoever looks (%s)', async (phase) => {
  const w = world();
  w.put(jobOf('a'));
  await w.run('a');
  w.setPod('a', { phase });
  w.put(jobOf('a', {}, { state: 'aborted', completionTime: '2026-03-01T12:00:00Z' }));
  await w.run('a');
  expect(w.pods.size).toBe(1);
});

test('6.5, 5: a lost pod that a finalizer keeps is counted once and let go', async () => {
  const w = world();
  w.put(jobOf('a'));
  await w.run('a');
  w.setPod('a', { phase: 'Running', reason: 'NodeLost' }, { deletionTimestamp: '2026-03-01T12:00:00Z', finalizers: ['prow.x-k8s.io/gcsk8sreporter', 'other'] });
  expect(await w.run('a')).toEqual({ lookAgainAt: START + 10_000 });
  expect(await w.run('a')).toEqual({ lookAgainAt: START + 10_000 });
  expect(w.status('a')).toMatchObject({ state: 'pending', pod_revival_count: 1, description: 'The pod is made again (1 of 3): its node was lost.' });
  expect(w.pods.get('a')?.metadata.finalizers).toEqual(['other']);
  w.pods.delete('a');
  await w.run('a');
  expect([w.created, w.status('a')?.build_id, w.jobs.get('a')?.metadata.annotations?.['prow.k8s.io/revival-reasons']]).toEqual([['a', 'a'], '2', 'unreachable']);
});

test('a run that contradicts another one on the same commits carries the mark', async () => {
  const w = world();
  const refs = { org: 'o', repo: 'r', base_ref: 'main', base_sha: 'b', pulls: [{ number: 1, author: 'a', sha: 's' }] };
  w.put(jobOf('before', { refs }, { state: 'success', completionTime: '2026-03-01T11:00:00Z' }));
  w.put(jobOf('a', { refs }));
  await w.run('a');
  w.setPod('a', { phase: 'Failed' });
  await w.run('a');
  expect(w.status('a')?.state).toBe('failure');
  expect(w.jobs.get('a')?.metadata.annotations).toMatchObject({ 'prow.k8s.io/flake': 'before' });
});
