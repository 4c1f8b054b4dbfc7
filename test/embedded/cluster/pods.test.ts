import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { at, listOf } from '../../../src/embedded/cluster/api/object.js';
import { eventually } from '../../support/redis.js';
import { testCluster, temporary, type TestCluster } from './support/cluster.js';
import { createIn, createPod, logOf, phaseOf, podOver, podRuns, podWhen, scriptPod, shell, stateOf } from './support/pods.js';

let cluster: TestCluster;
let outside: Awaited<ReturnType<typeof temporary>>;
beforeAll(async () => {
  outside = await temporary();
  cluster = await testCluster({ pods: { hostPaths: [outside.dir] } });
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await outside[Symbol.asyncDispose]();
});

const alive = (pid: number): boolean => {
  try { return process.kill(pid, 0); } catch { return false; }
};

test('a log is followed while it grows, to its end', async () => {
  const gate = join(outside.dir, 'gate');
  await createPod(cluster, scriptPod('follow', `echo one; until [ -e ${gate} ]; do sleep 0.05; done; echo two; printf three`));
  await podRuns(cluster, 'follow');
  const following = logOf(cluster, 'follow', { follow: true });
  await eventually('the first line', async () => (await logOf(cluster, 'follow')) === 'one\n');
  await writeFile(gate, '');
  expect(await following).toBe('one\ntwo\nthree');
  const pod = await podOver(cluster, 'follow');
  expect(pod.status).toMatchObject({ phase: 'Succeeded', podIP: '127.0.0.1', qosClass: 'BestEffort' });
  expect(stateOf(pod)).toMatchObject({ terminated: { exitCode: 0, reason: 'Completed', startedAt: expect.any(String), finishedAt: expect.any(String) } });
  expect(listOf(at(pod, 'status', 'conditions')).map((one) => `${String(at(one, 'type'))}=${String(at(one, 'status'))}`)).toEqual(['PodReadyToStartContainers=False', 'Initialized=True', 'Ready=False', 'ContainersReady=False', 'PodScheduled=True']);
});

test('logs are cut as asked', async () => {
  await createPod(cluster, scriptPod('cut', 'for n in 1 2 3 4 5; do echo line $n; done; echo err >&2'));
  await podOver(cluster, 'cut');
  expect(await logOf(cluster, 'cut', { tailLines: 2 })).toBe('line 5\nerr\n');
  expect(await logOf(cluster, 'cut', { tailLines: 0 })).toBe('');
  expect(await logOf(cluster, 'cut', { limitBytes: 9 })).toBe('line 1\nli');
  expect(await logOf(cluster, 'cut', { sinceSeconds: 3600, tailLines: 1 })).toBe('err\n');
  expect(await logOf(cluster, 'cut', { timestamps: true, tailLines: 1 })).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z err\n$/);
  await expect(logOf(cluster, 'cut', { container: 'other' })).rejects.toMatchObject({ code: 400 });
  await expect(logOf(cluster, 'cut', { previous: true })).rejects.toMatchObject({ code: 400 });
});

test('init containers run in order, share volumes, and stop the pod when one fails', async () => {
  const mounts = { volumeMounts: [{ name: 'v', mountPath: '/data' }] };
  const volumes = [{ name: 'v', emptyDir: {} }];
  await createPod(cluster, scriptPod('inits', 'cat /data/order', {
    container: mounts, spec: { volumes, initContainers: [shell('echo 1 >> /data/order', { name: 'one', ...mounts }), shell('echo 2 >> /data/order', { name: 'two', ...mounts })] },
  }));
  expect(phaseOf(await podOver(cluster, 'inits'))).toBe('Succeeded');
  expect(await logOf(cluster, 'inits', { container: 'test' })).toBe('1\n2\n');
  await createPod(cluster, scriptPod('badinit', 'echo never', { spec: { initContainers: [shell('exit 7', { name: 'one' }), shell('echo never', { name: 'two' })] } }));
  const bad = await podOver(cluster, 'badinit');
  expect(bad.status).toMatchObject({ phase: 'Failed' });
  expect(stateOf(bad, 'one')).toMatchObject({ terminated: { exitCode: 7, reason: 'Error' } });
  expect(stateOf(bad, 'two')).toHaveProperty('waiting');
  await expect(logOf(cluster, 'badinit', { container: 'test' })).rejects.toMatchObject({ code: 400 });
});

test('only allowed folders of the machine can be mounted', async () => {
  const hostPath = (path: string) => ({ container: { volumeMounts: [{ name: 'h', mountPath: '/h' }] }, spec: { volumes: [{ name: 'h', hostPath: { path } }] } });
  await createPod(cluster, scriptPod('allowed', 'echo yes > /h/said', hostPath(join(outside.dir, 'made'))));
  await podOver(cluster, 'allowed');
  expect(await readFile(join(outside.dir, 'made/said'), 'utf8')).toBe('yes\n');
  await createPod(cluster, scriptPod('refused', 'echo no', hostPath(`${outside.dir}/../`)));
  expect((await podOver(cluster, 'refused')).status).toMatchObject({ phase: 'Failed', reason: 'Refused', message: expect.stringContaining('is not allowed') });
});

test('a pod waits for the secret that it needs', async () => {
  await createPod(cluster, scriptPod('waits', 'cat /l/k; echo $V', { container: { env: [{ name: 'V', valueFrom: { secretKeyRef: { name: 'later', key: 'k' } } }], volumeMounts: [{ name: 'l', mountPath: '/l' }] }, spec: { volumes: [{ name: 'l', secret: { secretName: 'later' } }] } }));
  await eventually('the event', async () => (await cluster.core.listNamespacedEvent({ namespace: 'default', fieldSelector: 'involvedObject.name=waits,reason=FailedMount' })).items.some(({ message }) => message?.includes('secret "later" not found')));
  expect(phaseOf(await podWhen(cluster, 'waits', 'there', () => true))).toBe('Pending');
  await createIn(cluster, 'secrets', { metadata: { name: 'later' }, stringData: { k: 'now' } });
  await podOver(cluster, 'waits');
  expect(await logOf(cluster, 'waits')).toBe('nownow\n');
});

test('a deleted pod is asked to end, then goes', async () => {
  const note = join(outside.dir, 'term');
  await createPod(cluster, scriptPod('polite', `trap 'echo got term > ${note}; exit 0' TERM; echo ready; while :; do sleep 0.05; done`));
  await eventually('the trap', async () => (await logOf(cluster, 'polite').catch(() => '')) === 'ready\n');
  await cluster.core.deleteNamespacedPod({ namespace: 'default', name: 'polite' });
  await eventually('its end', () => cluster.core.readNamespacedPod({ namespace: 'default', name: 'polite' }).then(() => false, ({ code }: { code: number }) => code === 404));
  expect(await readFile(note, 'utf8')).toBe('got term\n');
});

test('one that does not listen is killed after its grace, with all it started', async () => {
  const note = join(outside.dir, 'pids');
  await createPod(cluster, scriptPod('stubborn', `trap '' TERM; sleep 1000 & echo $! > ${note}; setsid sleep 1000 & echo $! >> ${note}; echo ready; while :; do sleep 0.05; done`, { spec: { terminationGracePeriodSeconds: 1 } }));
  await eventually('its start', async () => (await logOf(cluster, 'stubborn').catch(() => '')) === 'ready\n');
  const pids = (await readFile(note, 'utf8')).trim().split('\n').map(Number);
  expect(pids.map(alive)).toEqual([true, true]);
  await cluster.core.deleteNamespacedPod({ namespace: 'default', name: 'stubborn' });
  const leaving = await podWhen(cluster, 'stubborn', 'there', () => true);
  expect(leaving.metadata).toMatchObject({ deletionTimestamp: expect.any(String), deletionGracePeriodSeconds: 1 });
  await eventually('its end', () => cluster.core.readNamespacedPod({ namespace: 'default', name: 'stubborn' }).then(() => false, () => true));
  await eventually('the processes to be gone', () => !pids.some(alive));
});

test('a pod over its deadline fails', async () => {
  await createPod(cluster, scriptPod('slow', 'sleep 1000', { spec: { activeDeadlineSeconds: 1 } }));
  expect((await podOver(cluster, 'slow')).status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded', containerStatuses: [{ state: { terminated: { exitCode: 143, signal: 15 } } }] });
});

test('a container starts again as its policy says, and its last log can be read', async () => {
  const count = join(outside.dir, 'count');
  await createPod(cluster, scriptPod('again', `echo x >> ${count}; n=$(wc -l < ${count}); echo try $n; [ $n -ge 3 ]`, { spec: { restartPolicy: 'OnFailure' } }));
  const pod = await podOver(cluster, 'again');
  expect(pod.status).toMatchObject({ phase: 'Succeeded', containerStatuses: [{ restartCount: 2, lastState: { terminated: { exitCode: 1 } } }] });
  expect((await logOf(cluster, 'again')).trim()).toMatch(/^try +3$/);
  expect((await logOf(cluster, 'again', { previous: true })).trim()).toMatch(/^try +2$/);
});

test('native sidecars run beside and end with the pod; the end of a log is the message of a failure', async () => {
  const volumes = [{ name: 'v', emptyDir: {} }];
  const volumeMounts = [{ name: 'v', mountPath: '/v' }];
  await createPod(cluster, scriptPod('aside', 'until [ -e /v/up ]; do sleep 0.05; done; echo broke; exit 4', {
    container: { volumeMounts, terminationMessagePolicy: 'FallbackToLogsOnError' }, spec: { volumes, initContainers: [shell('touch /v/up; exec sleep 1000', { name: 'beside', restartPolicy: 'Always', volumeMounts })] },
  }));
  const pod = await podOver(cluster, 'aside');
  expect(stateOf(pod)).toMatchObject({ terminated: { exitCode: 4, message: 'broke\n' } });
  expect(stateOf(pod, 'beside')).toMatchObject({ terminated: { exitCode: 143 } });
});

test('no more pods run than the machine is given', async () => {
  await using small = await testCluster({ pods: { concurrency: 2 } });
  await mkdir(join(outside.dir, 'small'));
  const gate = join(outside.dir, 'small/go');
  for (const n of [1, 2, 3, 4]) await createPod(small, scriptPod(`p${n}`, `touch ${outside.dir}/small/p${n}; until [ -e ${gate} ]; do sleep 0.05; done`));
  await podRuns(small, 'p1');
  await podRuns(small, 'p2');
  expect(phaseOf(await podWhen(small, 'p3', 'there', () => true))).toBe('Pending');
  expect(existsSync(join(outside.dir, 'small/p3'))).toBe(false);
  await writeFile(gate, '');
  for (const n of [1, 2, 3, 4]) expect(phaseOf(await podOver(small, `p${n}`))).toBe('Succeeded');
});
