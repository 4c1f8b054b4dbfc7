import { spawnSync } from 'node:child_process';
import { access, chmod, link, readFile, stat, symlink } from 'node:fs/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { eventually } from '../../support/redis.js';
import { folder, specOf, startUtility, type Folder, type Process } from './support/utilities.js';

const entryOf = (place: Folder, name = ''): object => {
  const of = (file: string, single: string): string => place.path('logs', name === '' ? single : `${name}-${file}`);
  return { args: ['make', name || 'test'], container_name: name || 'test', process_log: of('log.txt', 'process-log.txt'), marker_file: of('marker.txt', 'marker-file.txt'), metadata_file: of('metadata.json', 'artifacts/metadata.json').replace('logs/', name === '' ? 'logs/' : 'logs/artifacts/') };
};
const spec = specOf('periodic', { extra_refs: [{ org: 'o', repo: 'r', base_ref: 'main', base_sha: 'sha' }] });
const at = 'bucket/logs/job/1234567890123456789';
function run(place: Folder, { names = [''], censoring = {}, upload = {}, ...more }: { names?: readonly string[]; censoring?: object; upload?: object; ignore_interrupts?: boolean; entry_error?: boolean } = {}): Process {
  const options = { gcs_options: { items: [place.path('logs/artifacts')], bucket: `file://${place.path('bucket')}`, path_strategy: 'explicit', dry_run: false, ...upload }, entries: names.map((name) => entryOf(place, name)), censoring_options: censoring, ...more };
  return startUtility('sidecar', { options, env: { JOB_SPEC: spec } });
}
const finished = async (place: Folder, base = at): Promise<unknown> => place.json(`${base}/finished.json`);

test.each<{ marker: string; result: string; passed: boolean; more?: object; code?: number }>([
  { marker: '0', result: 'SUCCESS', passed: true }, { marker: '0\n', result: 'SUCCESS', passed: true }, { marker: '12', result: 'FAILURE', passed: false }, { marker: '127', result: 'FAILURE', passed: false },
  { marker: '130', result: 'ABORTED', passed: false }, { marker: 'x', result: 'FAILURE', passed: false }, { marker: '1', result: 'FAILURE', passed: false, more: { entry_error: true }, code: 1 },
])('marker $marker: $result', async ({ marker, result, passed, more, code }) => {
  await using place = await folder();
  await place.write('logs/process-log.txt', 'hello\n');
  await place.write('logs/artifacts/junit/a.xml', '<a/>');
  await place.write('logs/artifacts/metadata.json', '{"a":1}');
  const process = run(place, more);
  await place.write('logs/marker-file.txt', marker);
  expect((await process.ended).code).toBe(code ?? 0);
  expect(await finished(place)).toEqual({ timestamp: expect.any(Number), passed, result, metadata: { a: 1 }, revision: 'sha' });
  expect(await place.tree('bucket')).toEqual([...['artifacts/junit/a.xml', 'artifacts/metadata.json', 'build-log.txt', 'finished.json', 'sidecar-logs.json'].map((name) => `logs/job/1234567890123456789/${name}`), 'logs/job/latest-build.txt']);
  expect(await place.text(`${at}/build-log.txt`)).toBe('hello\n');
  for (const line of (await place.text(`${at}/sidecar-logs.json`)).trim().split('\n')) expect(JSON.parse(line)).toMatchObject({ component: 'sidecar', msg: expect.any(String), level: expect.any(String) });
});

test('several containers: it waits for all, and metadata is merged in order', async () => {
  await using place = await folder();
  await place.write('logs/a-log.txt', 'a\n');
  await place.write('logs/artifacts/a-metadata.json', '{"x":1,"y":1}');
  await place.write('logs/artifacts/b-metadata.json', '{"y":2}');
  await place.write('logs/artifacts/c-metadata.json', '[1]');
  const process = run(place, { names: ['a', 'b', 'c'], upload: { local_output_dir: place.path('out') } });
  await place.write('logs/a-marker.txt', '0');
  await place.write('logs/b-marker.txt', '130');
  await place.write('logs/c-marker.txt', '1130');
  await process.ended;
  expect(await finished(place, 'out')).toMatchObject({ passed: false, result: 'ABORTED', metadata: { x: 1, y: 2, 'sidecar-errors': { 'entry 2: make c': 'expected a JSON object' } } });
  expect(await place.tree('out')).toEqual(['a-build-log.txt', 'artifacts/a-metadata.json', 'artifacts/b-metadata.json', 'artifacts/c-metadata.json', 'b-build-log.txt', 'c-build-log.txt', 'finished.json', 'sidecar-logs.json']);
  expect(await place.text('out/b-build-log.txt')).toContain('could not be opened');
  expect(await access(place.path('bucket')).then(() => true, () => false)).toBe(false);
});

test('an interruption uploads at once as aborted, and again when the job has ended', async () => {
  await using place = await folder();
  await place.write('logs/process-log.txt', 'begun\n');
  await place.write('logs/artifacts/a', 'a');
  const process = run(place);
  await eventually('the wait', () => process.err().includes('waiting for the job'));
  process.kill('SIGTERM');
  process.kill('SIGTERM');
  await eventually('the first result', () => finished(place).catch(() => undefined));
  expect(await finished(place)).toMatchObject({ passed: false, result: 'ABORTED' });
  // Logs and results go up together, in no order.
  expect(await eventually('the log', () => place.text(`${at}/build-log.txt`).catch(() => undefined))).toBe('begun\n');
  await place.write('logs/process-log.txt', 'begun\nended\n');
  await place.write('logs/marker-file.txt', '0');
  const { code, err } = await process.ended;
  expect(code).toBe(0);
  expect(await finished(place)).toMatchObject({ passed: true, result: 'SUCCESS' });
  expect(await place.text(`${at}/build-log.txt`)).toBe('begun\nended\n');
  expect(err.match(/interrupted while/g)).toHaveLength(1);
});

test('with ignore_interrupts an interruption is only logged', async () => {
  await using place = await folder();
  await place.write('logs/process-log.txt', '');
  const process = run(place, { ignore_interrupts: true });
  await eventually('the wait', () => process.err().includes('waiting for the job'));
  process.kill('SIGTERM');
  await eventually('the log', () => process.err().includes('the signal is ignored'));
  expect(await place.tree()).toEqual(['logs/process-log.txt']);
  await place.write('logs/marker-file.txt', '0');
  await process.ended;
  expect(await finished(place)).toMatchObject({ result: 'SUCCESS' });
});

test('it waits no longer than the process lives that is to write the marker', async () => {
  await using place = await folder();
  const process = run(place);
  const wrapper = startUtility('entrypoint', { options: { args: ['sleep', '600'], process_log: place.path('logs/process-log.txt'), marker_file: place.path('logs/marker-file.txt') } });
  await eventually('the wrapper', () => access(place.path('logs/process-log.txt')).then(() => true, () => undefined));
  wrapper.kill('SIGKILL');
  expect((await process.ended).err).toContain('has died without it');
  expect(await finished(place)).toMatchObject({ passed: false, result: 'FAILURE' });
});

test('links lead nowhere', async () => {
  await using place = await folder();
  const secret = await place.write('secret.json', '{"secret":"value"}');
  await place.write('logs/artifacts/a', 'a');
  for (const name of ['logs/artifacts/link', 'logs/process-log.txt', 'logs/artifacts/metadata.json']) await symlink(secret, place.path(name));
  await place.write('logs/marker-file.txt', '0');
  await run(place).ended;
  expect(await place.tree(at)).toEqual(['artifacts/a', 'build-log.txt', 'finished.json', 'sidecar-logs.json']);
  for (const name of await place.tree(at)) expect(await place.text(`${at}/${name}`)).not.toContain('value');
});

/** A gzip file that says how it was called before. */
const named = (bytes: Buffer, name: string): Buffer => Buffer.concat([bytes.subarray(0, 3), Buffer.from([8]), bytes.subarray(4, 10), Buffer.from(`${name}\0`), bytes.subarray(10)]);
const SECRET = 'hunter2-is-long';
const X = 'X'.repeat(SECRET.length);

test('secrets are masked wherever they stand, and sizes stay', async () => {
  await using place = await folder();
  await place.write('secrets/token', `${SECRET}\n`);
  await place.write('secrets/..data/other', 'not-counted');
  await place.write('secrets/flag', 'true');
  await place.write('secrets/short', 'abc');
  await place.write('secrets/.dockerconfigjson', JSON.stringify({ auths: { r: { auth: Buffer.from('user:dock-password').toString('base64') } } }));
  await place.write('secrets/settings.ini', '[a]\nkey = ini-value-1\n; c = no\nother="quoted value"\n');
  const encoded = Buffer.from(`${SECRET}\n`).toString('base64');
  await place.write('logs/process-log.txt', `a ${SECRET} b ${encoded} c true abc not-counted dock-password ini-value-1 quoted value\n`);
  await place.write('logs/artifacts/deep/x.txt', SECRET);
  await place.write('logs/artifacts/read-only.txt', SECRET);
  await chmod(place.path('logs/artifacts/read-only.txt'), 0o444);
  await place.write('logs/artifacts/raw.bin', SECRET);
  await place.write('logs/artifacts/big.txt', Buffer.concat([Buffer.alloc(1_048_576 - 5, 'a'), Buffer.from(SECRET), Buffer.alloc(100, 'b')]));
  await place.write('logs/artifacts/metadata.json', JSON.stringify({ said: SECRET }));
  await place.write('logs/artifacts/one.data.gz', gzipSync(`one ${SECRET} two`));
  await place.write('tar/in/file.txt', `tar ${SECRET}\n`);
  spawnSync('tar', ['-czf', place.path('logs/artifacts/all.tgz'), '-C', place.path('tar'), 'in']);
  await place.write('logs/artifacts/behind.gz', named(gzipSync('clean'), SECRET));
  await place.write('logs/marker-file.txt', '0');
  const { code, err } = await run(place, { censoring: { secret_directories: [place.path('secrets')], minimum_secret_length: 4, exclude_directories: ['**/*.bin'], ini_filenames: ['settings.ini'], censoring_buffer_size: 64, censoring_concurrency: 2 } }).ended;
  expect(code).toBe(0);
  expect(await place.text(`${at}/build-log.txt`)).toBe(`a ${X} b ${'X'.repeat(encoded.length)} c true abc not-counted ${'X'.repeat(13)} ${'X'.repeat(11)} ${'X'.repeat(12)}\n`);
  expect(await place.text(`${at}/artifacts/deep/x.txt`)).toBe(X);
  expect(await place.text(`${at}/artifacts/read-only.txt`)).toBe(X);
  expect((await stat(place.path('logs/artifacts/read-only.txt'))).mode & 0o777).toBe(0o444);
  expect(await place.text(`${at}/artifacts/raw.bin`)).toBe(SECRET);
  const big = await place.text(`${at}/artifacts/big.txt`);
  expect([big.length, big.replace(/^a+/, '')]).toEqual([1_048_576 - 5 + SECRET.length + 100, `${X}${'b'.repeat(100)}`]);
  expect(await finished(place)).toMatchObject({ metadata: { said: X } });
  expect(gunzipSync(await readFile(place.path(at, 'artifacts/one.data'))).toString()).toBe(`one ${X} two`);
  expect(spawnSync('tar', ['-xzOf', place.path(at, 'artifacts/all.tgz'), 'in/file.txt']).stdout.toString()).toBe(`tar ${X}\n`);
  expect((await place.tree(at)).filter((name) => name.includes('behind') || name.includes('censoring'))).toEqual([]);
  expect(err).toContain('outside of what it unpacks to');
});

test('with inclusions only what they name is censored, and logs always', async () => {
  await using place = await folder();
  await place.write('secrets/token', SECRET);
  await place.write('logs/process-log.txt', SECRET);
  await place.write('logs/artifacts/in/a', SECRET);
  await place.write('logs/artifacts/out/a', SECRET);
  await place.write('logs/marker-file.txt', '0');
  await run(place, { censoring: { secret_directories: [place.path('secrets')], include_directories: ['in/**'] } }).ended;
  expect(await Promise.all(['build-log.txt', 'artifacts/in/a', 'artifacts/out/a'].map((name) => place.text(`${at}/${name}`)))).toEqual([X, X, SECRET]);
});

test('when a secret cannot be read, nothing is shown but the result', async () => {
  await using place = await folder();
  await place.write('secrets/.dockercfg', '{');
  await place.write('logs/process-log.txt', 'log\n');
  await place.write('logs/artifacts/a', 'a');
  await place.write('logs/marker-file.txt', '0');
  expect((await run(place, { censoring: { secret_directories: [place.path('secrets')] } }).ended).code).toBe(0);
  expect(await place.tree(at)).toEqual(['build-log.txt', 'finished.json', 'sidecar-logs.json']);
  expect(await place.text(`${at}/build-log.txt`)).toBe('The log of the process is not shown: secrets could not be read, so nothing can be censored.\n');
  expect(await finished(place)).toMatchObject({ result: 'SUCCESS' });
  expect(await place.text(`${at}/sidecar-logs.json`)).toContain('.dockercfg');
});

test('an archive that cannot be unpacked is not shown', async () => {
  await using place = await folder();
  await place.write('secrets/token', SECRET);
  await place.write('logs/process-log.txt', '');
  await place.write('logs/artifacts/torn.gz', gzipSync(`one ${SECRET} two`).subarray(0, 20));
  await link(place.path('logs/artifacts/torn.gz'), place.path('logs/artifacts/same'));
  await place.write('logs/marker-file.txt', '0');
  await run(place, { censoring: { secret_directories: [place.path('secrets')] } }).ended;
  expect(await place.tree(at)).toEqual(['build-log.txt', 'finished.json', 'sidecar-logs.json']);
});

test.each<{ options: object; why: string }>([
  { options: {}, why: 'SIDECAR_OPTIONS: gcs_options: is missing' },
  { options: { gcs_options: { bucket: 'azblob://b', path_strategy: 'explicit' }, entries: [{ process_log: '/l', marker_file: '/m' }] }, why: 'expected gs://, s3:// or file://' },
  { options: { gcs_options: {}, entries: [] }, why: 'entries: there is nothing to wait for' },
  { options: { gcs_options: { bucket: '/b', path_strategy: 'explicit' }, entries: [{ process_log: '/l' }] }, why: 'SIDECAR_OPTIONS: entries[0]: marker_file: is missing' },
  { options: { gcs_options: { bucket: '/b', path_strategy: 'explicit' }, wrapper_options: { process_log: '/l', marker_file: '/m' }, secret_directories: [], censoring_options: {} }, why: 'exclude each other' },
  { options: { gcs_options: { bucket: '/b', path_strategy: 'explicit' }, entries: [{ process_log: '/l', marker_file: '/m' }], censoring_options: { censoring_concurrency: 0 } }, why: 'censoring_concurrency: expected a number above 0' },
])('refused: $why', async ({ options, why }) => {
  expect(await startUtility('sidecar', { options, env: { JOB_SPEC: spec } }).ended).toMatchObject({ code: 1, err: expect.stringContaining(why) });
});
