import { expect, test } from '@jest/globals';
import { silentLog } from '../../../src/core/ports/log.js';
import { at } from '../../../src/embedded/cluster/api/object.js';
import { startHollowKubelet } from '../../../src/embedded/cluster/kubelet/hollow.js';
import { eventually } from '../../support/redis.js';
import { testCluster } from '../../embedded/cluster/support/cluster.js';
import { createPod, phaseOf, podOver, podRuns, scriptPod } from '../../embedded/cluster/support/pods.js';

const signal = new AbortController().signal;

test('thousands of ProwJobs are listed at once, in pages, and by label', async () => {
  await using cluster = await testCluster({ kubelet: 'none' });
  const count = 2_000;
  const path = '/apis/prow.k8s.io/v1/namespaces/default/prowjobs';
  const make = async (from: number): Promise<void> => {
    for (let n = from; n < count; n += 20) await cluster.client.ask({ method: 'POST', path, body: { apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name: `j-${String(n).padStart(6, '0')}`, labels: { parity: String(n % 2) } }, spec: { type: 'periodic', job: `job-${n}`, agent: 'kubernetes' }, status: { state: 'triggered', description: 'x'.repeat(500) } }, signal });
  };
  await Promise.all(Array.from({ length: 20 }, (_, from) => make(from)));
  const all = (await cluster.custom.listNamespacedCustomObject({ group: 'prow.k8s.io', version: 'v1', plural: 'prowjobs', namespace: 'default' })) as { items: { metadata: { name: string } }[] };
  expect(all.items).toHaveLength(count);
  const odd = (await cluster.custom.listNamespacedCustomObject({ group: 'prow.k8s.io', version: 'v1', plural: 'prowjobs', namespace: 'default', labelSelector: 'parity=1' })) as typeof all;
  expect(odd.items).toHaveLength(count / 2);
  const names: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const over = new AbortController();
    void cluster.client.follow(path, { listed(objects) { names.push(...objects.map(({ metadata }) => metadata.name)); over.abort(); resolve(); }, changed() {}, failed: reject }, over.signal);
  });
  expect(names).toEqual(all.items.map(({ metadata }) => metadata.name));
});

test('a hollow kubelet plays what it is told, and never starts a process', async () => {
  await using cluster = await testCluster({ kubelet: 'none' });
  const hollow = await startHollowKubelet({
    kubeconfigPath: cluster.kubeconfigPath, clock: { now: Date.now }, log: silentLog,
    part: ({ metadata: { name } }) => ({ pendingMs: 5, runningMs: 5, end: name === 'hangs' ? { kind: 'hangs' } : name === 'evicted' ? { kind: 'evicted' } : { kind: 'exits', code: name === 'fails' ? 2 : 0 } }),
  });
  try {
    for (const name of ['works', 'fails', 'evicted', 'hangs']) await createPod(cluster, scriptPod(name, 'exit 9'));
    expect((await podOver(cluster, 'works')).status).toMatchObject({ phase: 'Succeeded', containerStatuses: [{ state: { terminated: { exitCode: 0 } } }] });
    expect((await podOver(cluster, 'fails')).status).toMatchObject({ phase: 'Failed', containerStatuses: [{ state: { terminated: { exitCode: 2 } } }] });
    expect((await podOver(cluster, 'evicted')).status).toMatchObject({ phase: 'Failed', reason: 'Evicted' });
    const hanging = await podRuns(cluster, 'hangs');
    expect([phaseOf(hanging), at(hanging, 'spec', 'nodeName')]).toEqual(['Running', 'hollow']);
    await cluster.core.deleteNamespacedPod({ namespace: 'default', name: 'hangs' });
    await eventually('its end', () => cluster.core.readNamespacedPod({ namespace: 'default', name: 'hangs' }).then(() => false, () => true));
  } finally {
    await hollow.stop();
  }
});
