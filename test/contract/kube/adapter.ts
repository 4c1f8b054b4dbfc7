import { describe, expect, test } from '@jest/globals';
import { openKube, type OpenedKube } from '../../../src/adapters/kube/kube.js';
import type { BuildCluster, Change } from '../../../src/core/ports/kube.js';
import { silentLog } from '../../../src/core/ports/log.js';
import type { ProwJob } from '../../../src/core/prowjob.js';
import { eventually } from '../../support/redis.js';
import { core, MERGE, pod, prowJob, prowJobs, quiet as signal, type GetSuite, type Suite } from './suite.js';

const PATIENT = { signal };

interface Place {
  prowJobNamespace: string;
  podNamespace: string;
}

async function opened(suite: Suite, place: Place, more: Readonly<{ kubeconfig?: string; mode?: 'act' | 'dry' }> = {}): Promise<OpenedKube> {
  return openKube({
    sources: { file: more.kubeconfig ?? suite.under.kubeconfig, inCluster: 'ignore', env: {} }, settings: () => ({ ...place, disabledClusters: [] }), mode: more.mode ?? 'act',
    watching: 'jobs and pods', userAgent: 'contract', every: undefined, clock: Date, random: Math.random, timings: { firstDelayMs: 50, longestDelayMs: 500 }, log: silentLog,
  });
}

function cluster(kube: OpenedKube): BuildCluster {
  const found = kube.clusters.get('');
  if (found.kind === 'fault') throw new Error(found.text);
  return found;
}

const job = (name: string, more?: Parameters<typeof prowJob>[1]) => prowJob(name, more) as ProwJob;

export function adapterContract(get: GetSuite): void {
  describe('the adapter', () => {
    test('writes and removes ProwJobs', async () => {
      const suite = get();
      const namespace = await suite.namespace();
      await using kube = await opened(suite, { prowJobNamespace: namespace, podNamespace: namespace });
      expect(await kube.jobs.create(job('a', { labels: { pull: '7' } }), PATIENT)).toBe('created');
      expect(await kube.jobs.create(job('a'), PATIENT)).toBe('existed');
      const read = await kube.jobs.find('a', PATIENT);
      if (!read) throw new Error('not there');
      expect((await kube.jobs.list({ pull: '7' }, PATIENT)).map(({ metadata }) => metadata.name)).toEqual(['a']);
      expect(await kube.jobs.replace({ ...read, status: { ...read.status, state: 'pending', build_id: '1' } }, PATIENT)).toBe('replaced');
      expect(await kube.jobs.replace({ ...read, status: { ...read.status, state: 'success' } }, PATIENT)).toBe('conflict');
      expect(await kube.jobs.abort('a', 'Aborted by somebody.', PATIENT)).toBe('aborted');
      expect((await kube.jobs.find('a', PATIENT))?.status).toEqual({ ...read.status, state: 'aborted', build_id: '1', description: 'Aborted by somebody.' });
      await expect(kube.jobs.create(job('A_b'), PATIENT)).rejects.toMatchObject({ status: 422, retry: 'never', message: expect.stringContaining('ProwJob A_b') });
      expect(await kube.jobs.remove('a', { signal, uid: 'other' })).toBe('gone');
      expect(await kube.jobs.remove('a', { signal, uid: read.metadata.uid })).toBe('removed');
      expect(await kube.jobs.remove('a', PATIENT)).toBe('gone');
      expect(await kube.jobs.replace(read, PATIENT)).toBe('gone');
      expect(await kube.jobs.find('a', PATIENT)).toBeUndefined();
    });

    test('keeps an index by list and watch', async () => {
      const suite = get();
      const namespace = await suite.namespace();
      for (let n = 0; n < 3; n++) await suite.call('POST', prowJobs(namespace), prowJob(`old-${n}`));
      await using kube = await opened(suite, { prowJobNamespace: namespace, podNamespace: namespace });
      await kube.jobIndex.ready(PATIENT);
      expect(kube.jobIndex.size).toBe(3);
      const changes: Change<ProwJob>[] = [];
      kube.jobIndex.onChange((change) => changes.push(change));
      await kube.jobs.create(job('new'), PATIENT);
      await kube.jobIndex.shows({ namespace, name: 'new' }, (now) => now !== undefined, PATIENT);
      expect(kube.jobIndex.by('pull', 'org/repo#7')).toHaveLength(4);
      await kube.jobs.abort('new', 'x', PATIENT);
      await kube.jobIndex.shows({ namespace, name: 'new' }, (now) => now?.status.state === 'aborted', PATIENT);
      expect(kube.jobIndex.by('state', 'aborted').map(({ metadata }) => metadata.name)).toEqual(['new']);
      await kube.jobs.remove('new', PATIENT);
      await kube.jobIndex.shows({ namespace, name: 'new' }, (now) => now === undefined, PATIENT);
      expect(changes.map(({ old, now }) => [old?.status.state, now?.status.state])).toEqual([[undefined, 'triggered'], ['triggered', 'aborted'], ['aborted', undefined]]);
      expect(kube.jobIndex.by('pull', 'org/repo#7')).toHaveLength(3);
      expect(kube.jobIndex.get(namespace, 'old-1')?.metadata).not.toHaveProperty('managedFields');
    });

    test('follows the configuration into another namespace', async () => {
      const suite = get();
      const place = { prowJobNamespace: await suite.namespace(), podNamespace: 'default' };
      await using kube = await opened(suite, place);
      await kube.jobs.create(job('here'), PATIENT);
      await kube.jobIndex.shows({ namespace: place.prowJobNamespace, name: 'here' }, (now) => now !== undefined, PATIENT);
      const before = place.prowJobNamespace;
      place.prowJobNamespace = await suite.namespace();
      await kube.jobs.create(job('there'), PATIENT);
      expect(await kube.jobs.find('here', PATIENT)).toBeUndefined();
      await kube.reload();
      await kube.jobIndex.shows({ namespace: place.prowJobNamespace, name: 'there' }, (now) => now !== undefined, PATIENT);
      expect(kube.jobIndex.get(before, 'here')).toBeUndefined();
    });

    test('catches up after the server forgot its history', async () => {
      const suite = get();
      const namespace = await suite.namespace();
      await using kube = await opened(suite, { prowJobNamespace: namespace, podNamespace: namespace });
      for (const name of ['stays', 'changes', 'goes']) await kube.jobs.create(job(name), PATIENT);
      await kube.jobIndex.shows({ namespace, name: 'goes' }, (now) => now !== undefined, PATIENT);
      const changes: string[] = [];
      kube.jobIndex.onChange(({ key, old, now }) => changes.push(`${key.name}${old ? '-' : ''}${now ? '+' : ''}`));
      await suite.under.forget();
      await suite.call('PATCH', prowJobs(namespace, 'changes'), { status: { state: 'pending' } }, MERGE);
      await suite.call('DELETE', prowJobs(namespace, 'goes'));
      await kube.jobIndex.shows({ namespace, name: 'goes' }, (now) => now === undefined, PATIENT);
      await kube.jobIndex.shows({ namespace, name: 'changes' }, (now) => now?.status.state === 'pending', PATIENT);
      expect(changes.sort()).toEqual(['changes-+', 'goes-']);
    });

    test('is equal to the list after a storm of writes, with history forgotten in the middle', async () => {
      const suite = get();
      const namespace = await suite.namespace();
      await using kube = await opened(suite, { prowJobNamespace: namespace, podNamespace: namespace });
      const seed = Date.now() % 1_000_000;
      let state = seed;
      const next = (below: number) => { state = (state * 1_103_515_245 + 12_345) % 2_147_483_648; return Math.floor((state / 2_147_483_648) * below); };
      // What listeners were told, put together, must be the same as what is there.
      const told = new Map<string, string | undefined>();
      kube.jobIndex.onChange(({ key, now }) => { if (now) told.set(key.name, now.metadata.resourceVersion); else told.delete(key.name); });
      const step = async () => {
        const name = `j${next(20)}`;
        const what = next(3);
        if (what === 0) await kube.jobs.create(job(name, { labels: { n: String(next(5)) } }), PATIENT);
        else if (what === 1) await kube.jobs.remove(name, PATIENT);
        else {
          const now = await kube.jobs.find(name, PATIENT);
          if (now) await kube.jobs.replace({ ...now, status: { ...now.status, description: String(next(1_000)) } }, PATIENT);
        }
      };
      const storm = async (steps: number) => { await Promise.all(Array.from({ length: 5 }, async () => { for (let n = 0; n < steps; n++) await step(); })); };
      await storm(20);
      await Promise.all([suite.under.forget(), storm(10)]);
      await storm(20);
      const versions = (jobs: readonly ProwJob[]) => jobs.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`).sort().join();
      const want = versions(await kube.jobs.list({}, PATIENT));
      await eventually(`the index to be equal (seed ${seed})`, () => versions(kube.jobIndex.list()) === want);
      expect([...told].map(([name, version]) => `${name} ${version}`).sort().join()).toBe(want);
      expect(kube.jobIndex.by('pull', 'org/repo#7')).toHaveLength(kube.jobIndex.size);
    });

    test('works on pods', async () => {
      const suite = get();
      const namespace = await suite.namespace();
      await using kube = await opened(suite, { prowJobNamespace: namespace, podNamespace: namespace });
      const { pods, index } = cluster(kube);
      const waiting = (name: string) => pod(name, { labels: { 'prow.k8s.io/id': name }, spec: { schedulerName: 'nobody', containers: [{ name: 'test', image: 'busybox', env: [{ name: 'BUILD_ID', value: '5' }, { name: 'OTHER', value: 'x' }] }] } });
      expect(await pods.create(waiting('p'), PATIENT)).toBe('created');
      expect(await pods.create(waiting('p'), PATIENT)).toBe('existed');
      await suite.call('POST', core(namespace, 'pods'), { ...pod('foreign'), metadata: { name: 'foreign' } });
      await index.shows({ namespace, name: 'p' }, (now) => now !== undefined, PATIENT);
      expect(index.by('id', 'p')[0]?.spec).toEqual({ containers: [{ name: 'test', image: 'busybox', env: [{ name: 'BUILD_ID', value: '5' }] }] });
      expect(index.list().map(({ metadata }) => metadata.name)).toEqual(['p']);
      expect((await pods.list({ 'prow.k8s.io/id': 'p' }, PATIENT)).map(({ kind, apiVersion }) => [kind, apiVersion])).toEqual([['Pod', 'v1']]);
      const uid = (await pods.find('p', PATIENT))?.metadata.uid;
      expect(await pods.finalizers('p', { uid: 'other', add: ['prow.k8s.io/x'] }, PATIENT)).toBe('gone');
      expect(await pods.finalizers('p', { uid, add: ['prow.k8s.io/x'] }, PATIENT)).toBe('changed');
      expect(await pods.finalizers('p', { add: ['prow.k8s.io/x'] }, PATIENT)).toBe('unchanged');
      expect(await pods.remove('p', { signal, uid: 'other' })).toBe('gone');
      expect(await pods.remove('p', { signal, uid, graceSeconds: 0 })).toBe('removed');
      expect((await pods.find('p', PATIENT))?.metadata.deletionTimestamp).toBeDefined();
      expect(await pods.finalizers('p', { add: ['prow.k8s.io/y'] }, PATIENT)).toBe('unchanged');
      expect(await pods.finalizers('p', { remove: ['prow.k8s.io/x'] }, PATIENT)).toBe('changed');
      expect(await pods.find('p', PATIENT)).toBeUndefined();
      expect(await pods.finalizers('p', { remove: ['prow.k8s.io/x'] }, PATIENT)).toBe('gone');
      await index.shows({ namespace, name: 'p' }, (now) => now === undefined, PATIENT);
      expect(await pods.node('no-such-node', PATIENT)).toBeUndefined();
      expect(await pods.events({ name: 'p', uid }, PATIENT)).toEqual([]);
      await expect(pods.create({ ...pod('q'), spec: { containers: [] } }, PATIENT)).rejects.toMatchObject({ status: 422, retry: 'never' });
      await expect(async () => { for await (const _ of pods.logs('nobody', 'test', PATIENT)); }).rejects.toMatchObject({ status: 404, retry: 'never' });
    });

    test('reads logs, also while they grow', async () => {
      const suite = get();
      if (suite.under.pods === 'keeps') return;
      const namespace = await suite.namespace();
      await using kube = await opened(suite, { prowJobNamespace: namespace, podNamespace: namespace });
      const { pods, index } = cluster(kube);
      await pods.create(pod('p', { spec: { containers: [{ name: 'test', image: 'x', command: ['sh', '-c', 'echo one; while [ ! -e go ]; do sleep 0.1; done; echo two'], workingDir: '/work' }] } }), PATIENT);
      await index.shows({ namespace, name: 'p' }, (now) => now?.status?.phase === 'Running' || now?.status?.phase === 'Failed' || now?.status?.phase === 'Succeeded', PATIENT);
      const over = new AbortController();
      let text = '';
      const following = (async () => {
        for await (const chunk of pods.logs('p', 'test', { signal: over.signal, follow: true })) text += Buffer.from(chunk).toString();
      })();
      await eventually('the first line', () => text.startsWith('one\n'));
      over.abort(new Error('enough'));
      await expect(following).rejects.toThrow('enough');
      await pods.remove('p', { signal, graceSeconds: 0 });
    });

    test('a stranger is told what is missing', async () => {
      const suite = get();
      if (suite.under.strangerKubeconfig === undefined) return;
      await using kube = await opened(suite, { prowJobNamespace: 'default', podNamespace: 'default' }, { kubeconfig: suite.under.strangerKubeconfig });
      expect(kube.clusters.names()).toEqual(['default', 'test']);
      expect(kube.clusters.get('default')).toEqual({ kind: 'fault', why: 'down', text: 'the build cluster default cannot be used: this installation may not create, delete, list, watch, get, patch pods in namespace default' });
      expect(kube.clusters.health()).toMatchObject([{ alias: 'default', state: 'MissingPermissions', synced: false }, { alias: 'test', state: 'MissingPermissions' }]);
      await expect(kube.jobs.find('a', PATIENT)).rejects.toMatchObject({ status: 403, retry: 'never' });
    });
  });
}
