import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { localStorage } from '../../../src/adapters/storage/local.js';
import { silentLog } from '../../../src/core/ports/log.js';
import type { ProwJob, Refs } from '../../../src/core/prowjob.js';
import { refsText } from '../../../src/jobs/report/results.js';
import { storageReporter } from '../../../src/jobs/report/storage.js';

const { signal } = new AbortController();
let dir: string;
beforeEach(() => { dir = realpathSync(mkdtempSync(join(tmpdir(), 'prow-results-'))); });
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const refs: Refs = { org: 'o', repo: 'r', base_ref: 'main', base_sha: 'base', pulls: [{ number: 7, author: 'a', sha: 'head' }] };
const jobOf = (status: Partial<ProwJob['status']>, spec: Record<string, unknown> = {}): ProwJob => ({
  apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name: 'x' },
  spec: { type: 'presubmit', agent: 'kubernetes', job: 'unit', refs, decoration_config: { gcs_configuration: { bucket: pathToFileURL(join(dir, 'results')).href, path_strategy: 'explicit' } }, ...spec },
  status: { state: 'pending', build_id: '1', startTime: '2026-03-01T12:00:00Z', ...status },
});

function stage() {
  const storage = localStorage({ roots: [join(dir, 'results')] });
  const folder = `${pathToFileURL(join(dir, 'results')).href}/pr-logs/pull/o_r/7/unit/1`;
  const reporter = storageReporter({ storage, guessed: () => undefined, log: silentLog });
  const read = async (name: string): Promise<unknown> => {
    const bytes = await storage.read(`${folder}/${name}`, { signal });
    return bytes && JSON.parse(Buffer.from(bytes).toString('utf8'));
  };
  return { reporter, read, put: (name: string, value: unknown) => storage.write(`${folder}/${name}`, JSON.stringify(value), { signal }) };
}

test('a job leaves what it is beside its results', async () => {
  const { reporter, read } = stage();
  await reporter.report(jobOf({}), { signal });
  expect(await read('started.json')).toEqual({ 'timestamp': 1772366400, 'pull': '7', 'repos': { 'o/r': 'main:base,7:head' }, 'repo-commit': 'head', 'repo-version': 'head', 'metadata': { uploader: 'crier' } });
  expect(await read('finished.json')).toBeUndefined();
  await reporter.report(jobOf({ state: 'failure', completionTime: '2026-03-01T12:01:00Z' }), { signal });
  expect(await read('finished.json')).toEqual({ timestamp: 1772366460, passed: false, metadata: { uploader: 'crier' }, result: 'failure' });
  expect(await read('prowjob.json')).toMatchObject({ kind: 'ProwJob', status: { state: 'failure' } });
});

test('what the pod itself wrote stays', async () => {
  const { reporter, read, put } = stage();
  await put('started.json', { timestamp: 1 });
  await put('finished.json', { passed: true });
  await reporter.report(jobOf({ state: 'success', completionTime: '2026-03-01T12:01:00Z' }), { signal });
  expect([await read('started.json'), await read('finished.json')]).toEqual([{ timestamp: 1 }, { passed: true }]);
});

test('the merged commit is filled in once the clone records tell it', async () => {
  const { reporter, read, put } = stage();
  await reporter.report(jobOf({}), { signal });
  await put('clone-records.json', [{ refs: { ...refs, repo: 'other' }, final_sha: 'no' }, { refs, final_sha: 'merged' }]);
  await reporter.report(jobOf({ state: 'success' }), { signal });
  expect(await read('started.json')).toMatchObject({ 'repo-commit': 'merged' });
  await put('clone-records.json', 'broken');
  await reporter.report(jobOf({ state: 'success' }), { signal });
  expect(await read('started.json')).toMatchObject({ 'repo-commit': 'merged' });
});

test('a periodic has no started.json from here', async () => {
  const { reporter } = stage();
  await reporter.report(jobOf({}, { type: 'periodic', refs: undefined }), { signal });
  const storage = localStorage({ roots: [join(dir, 'results')] });
  const names: string[] = [];
  for await (const { at } of storage.list(pathToFileURL(join(dir, 'results')).href, { signal })) names.push(at.split('/results/')[1] ?? '');
  expect(names).toEqual(['logs/unit/1/prowjob.json']);
});

test.each([
  { name: 'no build yet', status: { build_id: '' }, want: false },
  { name: 'pending', status: {}, want: true },
  { name: 'an abort was asked for', status: { state: 'aborted' as const }, want: false },
  { name: 'aborted', status: { state: 'aborted' as const, completionTime: '2026-03-01T12:01:00Z' }, want: true },
])('wanted: $name', ({ status, want }) => expect(stage().reporter.wants(jobOf(status))).toBe(want));

test('a storage that nobody serves here does not keep the report waiting', async () => {
  const { reporter } = stage();
  expect(await reporter.report(jobOf({}, { decoration_config: { gcs_configuration: { bucket: 'file:///somewhere/else' } } }), { signal })).toEqual({ kind: 'done' });
});

test.each<{ refs: Refs; want: string }>([
  { refs, want: 'main:base,7:head' }, { refs: { org: 'o', repo: 'r', base_ref: 'main' }, want: 'main' },
  { refs: { ...refs, pulls: [{ number: 7, author: 'a', sha: 'head', ref: 'refs/x' }] }, want: 'main:base,7:head:refs/x' },
])('refs as text: $want', ({ refs: given, want }) => expect(refsText(given)).toBe(want));
