import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { loadProwJobs } from '../../../src/adapters/kube/prowjobs.js';
import { UserError } from '../../../src/core/errors.js';
import { silentLog } from '../../../src/core/ports/log.js';
import type { ProwJob } from '../../../src/core/prowjob.js';
import { startFakeKube, type FakeKube } from '../../support/kube.js';

const signal = new AbortController().signal;
const job = (name: string, labels: Record<string, string> = {}): ProwJob => ({
  apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name, labels }, spec: { type: 'presubmit', agent: 'kubernetes', job: 'unit' }, status: { state: 'triggered', startTime: '2026-01-01T00:00:00Z' },
});

async function open(kube: FakeKube, mode: 'act' | 'dry' = 'act') {
  const dir = mkdtempSync(join(tmpdir(), 'prow-kube-'));
  try {
    return await loadProwJobs({ kubeconfig: kube.writeKubeconfig(join(dir, 'kubeconfig')), namespace: () => 'ci', mode, log: silentLog });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

test('creates, finds, lists by label over pages, and aborts', async () => {
  await using kube = await startFakeKube();
  const jobs = await open(kube);
  expect(await jobs.create(job('a', { pull: '1' }), { signal })).toBe('created');
  expect(await jobs.create(job('a'), { signal })).toBe('existed');
  for (let n = 0; n < 600; n++) await jobs.create(job(`n${n}`, { pull: '2' }), { signal });
  expect((await jobs.list({ pull: '2' }, { signal })).length).toBe(600);
  expect(await jobs.abort('a', 'Aborted by trigger plugin.', { signal })).toBe('aborted');
  expect((await jobs.find('a', { signal }))?.status).toEqual({ state: 'aborted', startTime: '2026-01-01T00:00:00Z', description: 'Aborted by trigger plugin.' });
  expect(await jobs.find('zzz', { signal })).toBeUndefined();
  expect(await jobs.abort('zzz', 'x', { signal })).toBe('gone');
});

test('a lost answer and a failing server are tried again, and the name keeps it from being two', async () => {
  await using kube = await startFakeKube();
  const jobs = await open(kube);
  kube.faults.push(500, 'drop', 429);
  expect(await jobs.create(job('a'), { signal })).toBe('created');
  expect(kube.jobs.size).toBe(1);
});

test('a conflict of an abort is read again', async () => {
  await using kube = await startFakeKube();
  const jobs = await open(kube);
  await jobs.create(job('a'), { signal });
  kube.faults.push('pass', 409);
  expect(await jobs.abort('a', 'x', { signal })).toBe('aborted');
  expect(kube.faults).toEqual([]);
  expect((await jobs.find('a', { signal }))?.status.state).toBe('aborted');
});

test('a job is written whole, once, and deleted as that very object', async () => {
  await using kube = await startFakeKube();
  const jobs = await open(kube);
  await jobs.create(job('a'), { signal });
  const read = await jobs.find('a', { signal });
  if (!read) throw new Error('not there');
  kube.faults.push('drop', 503);
  expect(await jobs.replace({ ...read, status: { ...read.status, state: 'pending' } }, { signal })).toBe('replaced');
  expect(await jobs.replace({ ...read, status: { ...read.status, state: 'success' } }, { signal })).toBe('conflict');
  await expect(jobs.replace(job('a'), { signal })).rejects.toThrow('ProwJob a cannot be replaced: it was not read');
  expect(await jobs.remove('a', { signal, uid: 'another' })).toBe('gone');
  expect(kube.jobs.size).toBe(1);
  expect(await jobs.remove('a', { signal, uid: read.metadata.uid })).toBe('removed');
  expect(await jobs.remove('a', { signal })).toBe('gone');
  expect(await jobs.replace(read, { signal })).toBe('gone');
});

test('a complete job is left alone', async () => {
  await using kube = await startFakeKube();
  const jobs = await open(kube);
  const done: ProwJob = { ...job('a'), status: { state: 'success', completionTime: '2026-01-01T00:01:00Z' } };
  await jobs.create(done, { signal });
  expect(await jobs.abort('a', 'x', { signal })).toBe('gone');
  expect((await jobs.find('a', { signal }))?.status.state).toBe('success');
});

test('what is wrong with a ProwJob is an error that names it', async () => {
  await using kube = await startFakeKube();
  const jobs = await open(kube);
  kube.faults.push(422);
  await expect(jobs.create(job('a'), { signal })).rejects.toMatchObject({ message: expect.stringContaining('ProwJob a'), status: 422, retry: 'never' });
});

test('a dry run writes nothing', async () => {
  await using kube = await startFakeKube();
  const jobs = await open(kube, 'dry');
  expect(await jobs.create(job('a'), { signal })).toBe('created');
  expect(kube.jobs.size).toBe(0);
  const real = await open(kube);
  await real.create(job('b'), { signal });
  const before = await real.find('b', { signal });
  if (!before) throw new Error('not there');
  expect(await jobs.abort('b', 'x', { signal })).toBe('aborted');
  expect(await jobs.replace({ ...before, status: { state: 'error' } }, { signal })).toBe('replaced');
  expect(await jobs.remove('b', { signal })).toBe('removed');
  expect(await real.find('b', { signal })).toEqual(before);
});

test('without a cluster there are no jobs, and whoever wants one is told', async () => {
  const jobs = await loadProwJobs({ kubeconfig: undefined, namespace: () => 'ci', mode: 'act', log: silentLog });
  expect(await jobs.list({}, { signal })).toEqual([]);
  await expect(jobs.create(job('a'), { signal })).rejects.toThrow(UserError);
});
