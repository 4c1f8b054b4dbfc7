import { spawn } from 'node:child_process';
import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { silentLog } from '../../../src/core/ports/log.js';
import { openJournal } from '../../../src/embedded/cluster/api/journal.js';
import { openStore } from '../../../src/embedded/cluster/api/store.js';
import type { Kobject } from '../../../src/embedded/cluster/api/object.js';
import { loadClient } from '../../../src/embedded/cluster/kubelet/client.js';
import { eventually } from '../../support/redis.js';
import { temporary, testCluster } from '../../embedded/cluster/support/cluster.js';
import { createPod, logOf, phaseOf, podOver, podRuns, podWhen, scriptPod } from '../../embedded/cluster/support/pods.js';

const signal = new AbortController().signal;
const alive = (pid: number): boolean => {
  try { return process.kill(pid, 0); } catch { return false; }
};
const object = (name: string, version: string, data: string): Kobject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'd', uid: name, resourceVersion: version, creationTimestamp: '' }, data: { data } });

test('objects, versions, address and token outlive a restart', async () => {
  await using folder = await temporary();
  const before = await testCluster({ dir: folder.dir });
  await before.core.createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name: 'kept' }, data: { a: 'b' } } });
  const kept = await before.core.readNamespacedConfigMap({ namespace: 'default', name: 'kept' });
  const kubeconfig = await readFile(before.kubeconfigPath, 'utf8');
  const port = Number(new URL(before.url).port);
  await before.stop();
  await using after = await testCluster({ dir: folder.dir, port });
  expect(await readFile(after.kubeconfigPath, 'utf8')).toBe(kubeconfig);
  expect(await after.core.readNamespacedConfigMap({ namespace: 'default', name: 'kept' })).toEqual(kept);
  const made = await after.core.createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name: 'new' } } });
  expect(Number(made.metadata?.resourceVersion)).toBeGreaterThan(Number(kept.metadata?.resourceVersion));
});

test('a killed cluster loses no write, leaves no process behind, and tells which pods were lost', async () => {
  await using folder = await temporary();
  const child = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(new URL('../../embedded/cluster/support/killed.ts', import.meta.url)), folder.dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => { child.once('exit', resolve); });
  let out = '';
  child.stdout.on('data', (part: Buffer) => { out += part.toString(); });
  await eventually('the cluster', () => out.includes('ready\n'), 60_000);
  const client = await loadClient(join(folder.dir, 'kubeconfig'));
  const pids = join(folder.dir, 'pids');
  await client.ask({ method: 'POST', path: '/api/v1/namespaces/default/pods', body: scriptPod('victim', `sleep 1000 & echo $! > ${pids}.new; sh -c 'echo $PPID' >> ${pids}.new; mv ${pids}.new ${pids}; echo up; wait`), signal });
  const processes = await eventually('the processes', async () => (await readFile(pids, 'utf8').catch(() => '')).trim().split('\n').map(Number).filter((pid) => pid > 0).length === 2 && (await readFile(pids, 'utf8')).trim().split('\n').map(Number));
  let written = 0;
  const writing = (async () => {
    for (;; written++) await client.ask({ method: 'POST', path: '/api/v1/namespaces/default/configmaps', body: { metadata: { name: `w-${written}` } }, signal });
  })().catch(() => undefined);
  await eventually('some writes', () => written > 50);
  child.kill('SIGKILL');
  await ended;
  await writing;
  await eventually('the processes to die', () => !processes.some(alive));
  await using after = await testCluster({ dir: folder.dir });
  const names = (await after.core.listNamespacedConfigMap({ namespace: 'default' })).items.map(({ metadata }) => metadata?.name);
  for (let n = 0; n < written; n++) expect(names).toContain(`w-${n}`);
  expect((await podOver(after, 'victim')).status).toMatchObject({ phase: 'Failed', reason: 'NodeLost', containerStatuses: [{ state: { terminated: { exitCode: 137 } } }] });
  expect(await logOf(after, 'victim')).toBe('up\n');
  await createPod(after, scriptPod('next', 'echo fine'));
  expect(phaseOf(await podOver(after, 'next'))).toBe('Succeeded');
}, 120_000);

test('a cluster that stops in order ends its pods and says so', async () => {
  await using folder = await temporary();
  const before = await testCluster({ dir: folder.dir });
  await createPod(before, scriptPod('ended', 'echo $PROW_CONTAINER; exec sleep 1000'));
  await podRuns(before, 'ended');
  await before.stop({ graceMs: 500 });
  await using after = await testCluster({ dir: folder.dir });
  expect((await podWhen(after, 'ended', 'there', () => true)).status).toMatchObject({ phase: 'Failed', reason: 'Terminated', containerStatuses: [{ state: { terminated: { exitCode: 143 } } }] });
});

test('a folder is for one cluster at a time', async () => {
  await using folder = await temporary();
  const holder = spawn('sleep', ['1000']);
  await writeFile(join(folder.dir, 'lock'), `${holder.pid}\n`);
  await expect(testCluster({ dir: folder.dir })).rejects.toThrow(`is run by process ${holder.pid} already`);
  const gone = new Promise((resolve) => { holder.once('exit', resolve); });
  holder.kill();
  await gone;
  await (await testCluster({ dir: folder.dir })).stop();
});

test('the journal is compacted, and read back from snapshot and rest', async () => {
  await using folder = await temporary();
  const open = async () => {
    const journal = await openJournal({ dir: folder.dir, log: silentLog });
    return { journal, store: await openStore({ journal, historySize: 100 }) };
  };
  const first = await open();
  const text = 'x'.repeat(200_000);
  for (let n = 0; n < 120; n++) first.store.put('configmaps', `d/c-${n % 7}`, (version) => object(`c-${n % 7}`, version, `${n}${text}`));
  await eventually('a snapshot', async () => (await readdir(folder.dir)).some((name) => /^snapshot-\d+$/.test(name)));
  await eventually('the old files to go', async () => (await readdir(folder.dir)).filter((name) => name.startsWith('journal')).length <= 2);
  first.store.remove('configmaps', 'd/c-3');
  const want = first.store.all('configmaps', 'd/').map(({ json }) => json);
  const { version } = first.store;
  await first.journal.close();
  const second = await open();
  expect(second.store.version).toBe(version);
  expect(second.store.all('configmaps', 'd/').map(({ json }) => json)).toEqual(want);
  expect(() => second.store.since(1, 'configmaps')).toThrow(expect.objectContaining({ code: 410 }));
  await second.journal.close();
});

test('a write that was cut off is dropped; damage elsewhere is told', async () => {
  await using folder = await temporary();
  const journal = await openJournal({ dir: folder.dir, log: silentLog });
  const store = await openStore({ journal, historySize: 100 });
  for (const name of ['a', 'b']) store.put('configmaps', `d/${name}`, (version) => object(name, version, ''));
  await journal.close();
  const file = join(folder.dir, 'journal-0');
  await appendFile(file, '{"kind":"put","version":3,"plu');
  const again = await openJournal({ dir: folder.dir, log: silentLog });
  const read = await openStore({ journal: again, historySize: 100 });
  expect(read.all('configmaps', '').map(({ object: { metadata } }) => metadata.name)).toEqual(['a', 'b']);
  read.put('configmaps', 'd/c', (version) => object('c', version, ''));
  await again.close();
  const text = await readFile(file, 'utf8');
  expect(text.trim().split('\n').map((line) => (JSON.parse(line) as { version: number }).version)).toEqual([1, 2, 3]);
  await writeFile(file, `rubbish\n${text}`);
  const damaged = await openJournal({ dir: folder.dir, log: silentLog });
  await expect(openStore({ journal: damaged, historySize: 100 })).rejects.toThrow('damaged before byte 8');
  await rm(file);
});
