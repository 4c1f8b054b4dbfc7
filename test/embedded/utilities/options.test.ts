import { expect, test } from '@jest/globals';
import { goDuration, durationMs } from '../../../src/embedded/utilities/goDuration.js';
import { globMatches, isCensored } from '../../../src/embedded/utilities/globs.js';
import { imageName } from '../../../src/embedded/cluster/images.js';
import { utilityImages } from '../../../src/embedded/utilities/images.js';
import { jobSpec, startedJson, versionOf } from '../../../src/embedded/utilities/jobSpec.js';
import { jobPath, pointers, storedAs, typeOf } from '../../../src/embedded/utilities/layout.js';
import { optionsOf, parseFlags } from '../../../src/embedded/utilities/options.js';
import { clonePath, refsOf, refsOfFlag, refsString } from '../../../src/embedded/utilities/refs.js';
import { judge } from '../../../src/embedded/utilities/sidecarRun.js';
import { uploadOptions } from '../../../src/embedded/utilities/uploadOptions.js';
import { mounted } from '../../../src/embedded/utilities/utility.js';
import { specOf } from './support/utilities.js';

const refs = (value: object) => refsOf(optionsOf(value, 'refs'));

test.each([[0, '0s'], [12, '12ms'], [1500, '1.5s'], [59_999, '59.999s'], [60_000, '1m0s'], [7_200_000, '2h0m0s'], [3_661_500, '1h1m1.5s']])('%d ms as Go says it: %s', (ms, text) => {
  expect(goDuration(ms)).toBe(text);
  expect(durationMs(text, 'x')).toBeCloseTo(ms, 6);
});

test.each([
  ['org,repo=base', 'base'], ['org,repo=base:sha', 'base:sha'], ['org,repo=base:sha,1', 'base:sha,1:'], ['org,repo=main,7:cafe:refs/changes/00/7/1', 'main,7:cafe:refs/changes/00/7/1'], ['o,r=master:deadbeef,123:abcd00ef', 'master:deadbeef,123:abcd00ef'],
])('the flag --repo %s', (text, want) => { expect(refsString(refs(refsOfFlag(text)))).toBe(want); });

test.each([['org,repo', 'no `='], ['repo=base', 'one comma'], ['org,repo=', 'no refs'], ['org,repo=a:b:c', 'more than one `:`'], ['org,repo=a,1:b:c:d', 'more than two `:`'], ['org,repo=a,x', '"x" is no number']])('the wrong flag --repo %s', (text, why) => {
  expect(() => refsOfFlag(text)).toThrow(why);
});

test('flags in Go\'s manner', () => {
  const flags = { log: 'one', repo: 'many', fail: 'switch' } as const;
  const { one, many, on, rest } = parseFlags(['-log', 'a', '--repo=b=c', '--repo', 'd', '--fail', 'x', '--log=no'], flags);
  expect([one('log'), many('repo'), on('fail'), rest]).toEqual(['a', ['b=c', 'd'], true, ['x', '--log=no']]);
  expect(parseFlags(['--fail=false'], flags).on('fail')).toBe(false);
  expect(() => parseFlags(['--lgo=a'], flags)).toThrow('unknown flag --lgo; known are --log, --repo, --fail');
  expect(() => parseFlags(['--log'], flags)).toThrow('flag --log needs a value');
});

test.each<[object, string]>([
  [{ org: 'o', repo: 'r', base_ref: 'm' }, '/go/src/github.com/o/r'], [{ org: 'o', repo: 'r', base_ref: 'm', path_alias: 'k8s.io/r' }, '/go/src/k8s.io/r'], [{ org: 'o', repo: 'r', base_ref: 'm', repo_link: 'https://git.example/o/r' }, '/go/src/git.example/o/r'],
])('the clone path of %j is %s', (value, want) => { expect(clonePath('/go', refs(value))).toBe(want); });

const pull = { refs: { org: 'org', repo: 'repo', base_ref: 'main', base_sha: 'base', pulls: [{ number: 1, author: 'a', sha: 'head' }] } };
const place = { pathPrefix: '', strategy: 'explicit', defaultOrg: 'org', defaultRepo: 'repo' } as const;
test.each<{ type: string; more?: object; where: Parameters<typeof jobPath>[1]; path: string; beside: readonly string[] }>([
  { type: 'periodic', where: place, path: 'logs/job/1234567890123456789', beside: ['logs/job/latest-build.txt'] },
  { type: 'postsubmit', more: pull, where: { ...place, pathPrefix: 'pre' }, path: 'pre/logs/job/1234567890123456789', beside: ['logs/job/latest-build.txt'] },
  { type: 'batch', more: pull, where: place, path: 'pr-logs/pull/batch/job/1234567890123456789', beside: ['pr-logs/directory/job/latest-build.txt'] },
  { type: 'presubmit', more: pull, where: place, path: 'pr-logs/pull/org_repo/1/job/1234567890123456789', beside: ['pr-logs/directory/job/1234567890123456789.txt', 'pr-logs/directory/job/latest-build.txt', 'pr-logs/pull/org_repo/1/job/latest-build.txt'] },
  { type: 'presubmit', more: pull, where: { ...place, strategy: 'legacy' }, path: 'pr-logs/pull/1/job/1234567890123456789', beside: ['pr-logs/directory/job/1234567890123456789.txt', 'pr-logs/directory/job/latest-build.txt', 'pr-logs/pull/1/job/latest-build.txt'] },
  { type: 'presubmit', more: pull, where: { ...place, strategy: 'legacy', defaultRepo: 'other' }, path: 'pr-logs/pull/repo/1/job/1234567890123456789', beside: ['pr-logs/directory/job/1234567890123456789.txt', 'pr-logs/directory/job/latest-build.txt', 'pr-logs/pull/repo/1/job/latest-build.txt'] },
  { type: 'presubmit', more: pull, where: { ...place, strategy: 'single', defaultRepo: 'other' }, path: 'pr-logs/pull/org_repo/1/job/1234567890123456789', beside: ['pr-logs/directory/job/1234567890123456789.txt', 'pr-logs/directory/job/latest-build.txt', 'pr-logs/pull/org_repo/1/job/latest-build.txt'] },
])('a $type lies at $path', ({ type, more, where, path, beside }) => {
  const spec = jobSpec({ JOB_SPEC: specOf(type, more) });
  expect(jobPath(spec, where)).toBe(path);
  const found = pointers(spec, where, 'file:///b');
  expect(found.map((one) => one.path)).toEqual(beside);
  for (const { kind, text } of found) expect(text).toBe(kind === 'alias' ? `file:///b/${path}` : '1234567890123456789');
});

test('started.json has the commit that was cloned, when the refs are the same', () => {
  const spec = jobSpec({ JOB_SPEC: specOf('presubmit', { ...pull, extra_refs: [{ org: 'o', repo: 'x', base_ref: 'dev' }] }) });
  const record = { refs: { ...pull.refs, path_alias: '', pulls: [{ sha: 'head', number: 1, author: 'a' }] }, final_sha: 'merged' };
  expect(JSON.parse(startedJson(spec, [record], 1_700_000_000_900))).toEqual({ timestamp: 1_700_000_000, pull: '1', repos: { 'org/repo': 'main:base,1:head', 'o/x': 'dev' }, 'repo-commit': 'merged', 'repo-version': 'merged' });
  expect(JSON.parse(startedJson(spec, [{ ...record, refs: { ...record.refs, clone_depth: 1 } }], 0))).toMatchObject({ 'repo-commit': 'head', 'repo-version': 'head' });
  expect(versionOf(jobSpec({ JOB_SPEC: specOf('periodic', { extra_refs: [{ org: 'o', repo: 'x', base_ref: 'a', auxiliary: true }, { org: 'o', repo: 'y', base_ref: 'dev' }] }) }))).toBe('dev');
});

test.each([['{}', 'JOB_SPEC: type: is missing'], ['{', 'JOB_SPEC: not JSON'], [specOf('odd'), 'type: expected presubmit'], [specOf('presubmit'), 'refs.pulls']])('JOB_SPEC %s is refused', (text, why) => {
  expect(() => jobSpec({ JOB_SPEC: text })).toThrow(why);
});

test.each<[string, string, 'gzip' | undefined]>([['a.txt', 'a.txt', undefined], ['a.txt.gz', 'a.txt', 'gzip'], ['a.gzip', 'a', undefined], ['a.tar.gz', 'a.tar', 'gzip'], ['a.weird.gz', 'a.weird', undefined], ['a.own.gz', 'a.own', 'gzip'], ['.gz', '.gz', undefined], ['d/.gz', 'd/.gz', undefined]])('%s is stored as %s (%s)', (name, stored, unpack) => {
  expect(storedAs(name, new Map([['own', 'text/plain']]))).toEqual({ name: stored, unpack });
});

test.each<[string, string, boolean]>([['**/*.log', 'a/b/c.log', true], ['**/*.log', 'c.log', true], ['*.log', 'a/c.log', false], ['a/**', 'a/b/c', true], ['a/**/c', 'a/c', true], ['a?c', 'abc', true], ['{a,b}.txt', 'b.txt', true], ['[a-c].txt', 'd.txt', false], ['a.b', 'axb', false], ['**', '', true]])('the glob %s on %s: %s', (glob, path, want) => {
  expect(globMatches(glob, path)).toBe(want);
});

test('an exclusion wins over an inclusion', () => {
  const globs = { include: ['logs', '**/*.txt'], exclude: ['**/secretless.txt'] };
  expect(['logs/a/b', 'x/y.txt', 'x/secretless.txt', 'x/y.bin'].map((path) => isCensored(path, globs))).toEqual([true, true, false, false]);
});

test.each<[readonly number[], object]>([[[0, 0], { passed: true, aborted: false, failures: 0 }], [[0, 130], { passed: false, aborted: true, failures: 1 }], [[1, 1130], { passed: false, aborted: false, failures: 1 }], [[127], { passed: false, aborted: false, failures: 1 }]])('markers %j', (codes, want) => {
  expect(judge(codes.map((code) => ({ code })))).toEqual(want);
});

test('images are known by their last name, and paths by their mounts', async () => {
  const images = await utilityImages();
  expect(['us-docker.pkg.dev/k8s-infra-prow/images/sidecar:v20240802-66b115076', 'entrypoint@sha256:ab', 'initupload', 'x.example:5000/clonerefs'].map((image) => [imageName(image), images(image)?.command[0]])).toEqual(['sidecar', 'entrypoint', 'initupload', 'clonerefs'].map((name) => [name, process.execPath]));
  expect(images('alpine:3')).toBeUndefined();
  const env = { PROW_MOUNTS: JSON.stringify({ '/tools': '/x', '/tools/deep': '/y' }) };
  expect(['/tools/entrypoint', '/tools/deep/a', '/toolsmith', '/tools'].map((path) => mounted(path, env))).toEqual(['/x/entrypoint', '/y/a', '/toolsmith', '/x']);
});

test.each([
  ['a.txt', 'text/plain; charset=utf-8'], ['build-log.LOG', 'text/plain; charset=utf-8'], ['a/b.json', 'application/json'], ['a.svg', 'image/svg+xml'], ['a.own', 'application/x-own'], ['a.html', 'application/xhtml+xml'], ['a', undefined], ['.txt/a', undefined], ['a.unknown', undefined],
])('5.7: the media type of %s', (name, type) => {
  expect(typeOf(name, new Map([['own', 'application/x-own'], ['.html', 'application/xhtml+xml']]))).toBe(type);
});

test.each([
  ['gs://b', { kind: 'cloud', url: 'gs://b' }], ['s3://b/', { kind: 'cloud', url: 's3://b' }], ['b', { kind: 'cloud', url: 'gs://b' }], ['file:///f', { kind: 'bucket', root: '/f', url: 'file:///f' }], ['/f/', { kind: 'bucket', root: '/f', url: 'file:///f' }],
])('5.7: the bucket %s', (bucket, destination) => {
  expect(uploadOptions(optionsOf({ bucket, path_strategy: 'explicit' }, 'o')).destination).toEqual(destination);
});
