import { symlink } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { folder, specOf, startUtility, type Ended, type Folder } from './support/utilities.js';

const pull = { refs: { org: 'org', repo: 'repo', base_ref: 'main', base_sha: 'base', pulls: [{ number: 1, author: 'a', sha: 'head' }] } };
const run = (place: Folder, spec: string, more: object = {}): Promise<Ended> => startUtility('initupload', { options: { bucket: `file://${place.path('bucket')}`, path_strategy: 'explicit', dry_run: false, ...more }, env: { JOB_SPEC: spec } }).ended;
const at = 'bucket/pr-logs/pull/org_repo/1/job/1234567890123456789';

test('a clone that went well: what it did, and the commit in started.json', async () => {
  await using place = await folder();
  const log = await place.write('clone.json', JSON.stringify([{ refs: pull.refs, commands: [{ command: 'git init', output: 'done\n', duration: 12_000_000 }], final_sha: 'merged', duration: 1_500_000_000 }]));
  expect(await run(place, specOf('presubmit', pull), { log })).toMatchObject({ code: 0, err: '' });
  expect(await place.tree('bucket')).toEqual([
    'pr-logs/directory/job/1234567890123456789.txt', 'pr-logs/directory/job/latest-build.txt',
    ...['clone-log.txt', 'clone-records.json', 'started.json'].map((name) => `pr-logs/pull/org_repo/1/job/1234567890123456789/${name}`), 'pr-logs/pull/org_repo/1/job/latest-build.txt',
  ]);
  expect(await place.json(`${at}/started.json`)).toEqual({ timestamp: expect.any(Number), pull: '1', repos: { 'org/repo': 'main:base,1:head' }, 'repo-commit': 'merged', 'repo-version': 'merged' });
  expect(await place.text(`${at}/clone-log.txt`)).toBe('# Cloning org/repo at main (base)\n# Merging pull request #1 (head)\n$ git init (12ms)\ndone\n# Final commit: merged\n# Total time: 1.5s\n');
  expect(await place.text(`${at}/clone-records.json`)).toBe(await place.text('clone.json'));
  expect(await place.text('bucket/pr-logs/directory/job/1234567890123456789.txt')).toBe(`file://${place.path(at)}`);
  expect(await place.text('bucket/pr-logs/pull/org_repo/1/job/latest-build.txt')).toBe('1234567890123456789');
});

test('a clone that failed: the log and the result are there, and the program fails', async () => {
  await using place = await folder();
  const log = await place.write('clone.json', JSON.stringify([{ refs: pull.refs, commands: [{ command: 'git merge', output: 'CONFLICT', error: 'exit status 1', duration: 1 }], failed: true }]));
  const { code, err } = await run(place, specOf('presubmit', pull), { log });
  expect(code).toBe(1);
  expect(err).toContain('cloning failed');
  expect((await place.tree(at))).toEqual(['build-log.txt', 'clone-log.txt', 'clone-records.json', 'finished.json', 'started.json']);
  expect(await place.json(`${at}/finished.json`)).toEqual({ timestamp: expect.any(Number), passed: false, result: 'FAILURE' });
  expect(await place.text(`${at}/build-log.txt`)).toMatch(/^# FAILED\n[^]*CONFLICT\n# Error: exit status 1\n/);
});

test.each([['is not there', undefined, 'ENOENT'], ['is no JSON', '{', 'not JSON'], ['is no list', '{}', 'expected a list'], ['has odd records', '[{"commands":3}]', 'commands: expected a list']])('nothing is uploaded when the record file %s', async (_name, content, why) => {
  await using place = await folder();
  if (content !== undefined) await place.write('clone.json', content);
  const { code, err } = await run(place, specOf('periodic'), { log: place.path('clone.json') });
  expect([code, err]).toEqual([1, expect.stringContaining(why)]);
  expect(await place.tree()).toEqual(content === undefined ? [] : ['clone.json']);
});

test.each<{ type: string; want: readonly string[] }>([
  { type: 'periodic', want: ['logs/job/latest-build.txt', 'pre/logs/job/1234567890123456789/started.json'] },
  { type: 'batch', want: ['pr-logs/directory/job/latest-build.txt', 'pre/pr-logs/pull/batch/job/1234567890123456789/started.json'] },
])('a $type without a clone, with a prefix', async ({ type, want }) => {
  await using place = await folder();
  expect((await run(place, specOf(type, type === 'batch' ? pull : {}), { path_prefix: 'pre' })).code).toBe(0);
  expect(await place.tree('bucket')).toEqual(want);
});

test('a local folder gets the files alone', async () => {
  await using place = await folder();
  expect((await run(place, specOf('presubmit', pull), { local_output_dir: place.path('out') })).code).toBe(0);
  expect(await place.tree()).toEqual(['out/started.json']);
});

test('latest-build.txt never goes back', async () => {
  await using place = await folder();
  for (const buildid of ['1234567890123456790', '1234567890123456789']) expect((await run(place, specOf('periodic', { buildid }))).code).toBe(0);
  expect(await place.text('bucket/logs/job/latest-build.txt')).toBe('1234567890123456790');
});

test('items: folders, files, unpacking, odd names, and no links', async () => {
  await using place = await folder();
  await place.write('items/a#b/c.txt', 'c');
  await place.write('items/log.txt.gz', gzipSync('plain\n'));
  await place.write('items/torn.txt.gz', gzipSync('plain\n').subarray(0, 15));
  await place.write('items/data.gz', gzipSync('x'));
  await place.write('items/empty', '');
  await place.write('secret', 'secret');
  await symlink(place.path('secret'), place.path('items/link'));
  await symlink(place.path('items'), place.path('linked'));
  const single = await place.write('single.txt', '1');
  const { code, err } = await run(place, specOf('periodic'), { items: [place.path('items'), single, place.path('none'), place.path('linked')], sub_dir: 'sub' });
  expect(code).toBe(0);
  const base = 'bucket/logs/job/1234567890123456789/sub';
  expect(await place.tree(base)).toEqual(['items/a%23b/c.txt', 'items/data', 'items/empty', 'items/log.txt', 'items/torn.txt.gz', 'single.txt', 'started.json']);
  expect(await place.text(`${base}/items/log.txt`)).toBe('plain\n');
  expect(err.match(/a link is not followed/g)).toHaveLength(2);
  expect(err).toContain('nothing to upload at an item');
});

test.each<{ more: object; why: string }>([
  { more: { bucket: 'azblob://b' }, why: 'bucket: azblob://b: expected gs://, s3:// or file://' }, { more: { bucket: 's3://b/folder' }, why: 'bucket: s3://b/folder: expected the name of a bucket alone' },
  { more: { bucket: '' }, why: 'bucket: is missing' },
  { more: { path_strategy: 'odd' }, why: 'path_strategy: expected legacy, explicit, single' }, { more: { path_strategy: 'single' }, why: 'default_org and default_repo are needed' },
  { more: { mediaTypes: { log: 'plain' } }, why: 'mediaTypes: log: "plain" is no media type' }, { more: { items: 'x' }, why: 'items: expected a list of texts' },
])('refused: $why', async ({ more, why }) => {
  await using place = await folder();
  expect(await run(place, specOf('periodic'), more)).toMatchObject({ code: 1, err: expect.stringContaining(`initupload: ${why.startsWith('items') ? 'INITUPLOAD_OPTIONS: ' : ''}${why}`) });
});

test('what cannot be written fails the program, and says where', async () => {
  await using place = await folder();
  await place.write('bucket/logs', 'a file where a folder should be');
  const { code, err } = await run(place, specOf('periodic'));
  expect(code).toBe(1);
  expect(err).toContain(place.path('bucket/logs/job'));
  expect((await run(place, specOf('periodic'), { sub_dir: '../../../../../x' })).err).toContain('leads out of the place for results');
});

test('a dry run writes nothing', async () => {
  await using place = await folder();
  const { code, err } = await run(place, specOf('periodic'), { dry_run: true });
  expect([code, err]).toEqual([0, expect.stringContaining('would upload')]);
  expect(await place.tree()).toEqual([]);
});
