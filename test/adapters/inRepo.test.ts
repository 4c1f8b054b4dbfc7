import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { createGit } from '../../src/adapters/git/git.js';
import { createInRepo } from '../../src/adapters/inRepo.js';
import { LIMITS } from '../../src/adapters/inRepoFiles.js';
import { formatFinding } from '../../src/config/findings.js';
import type { RepoJobs } from '../../src/config/jobs/inRepo.js';
import { configFromText } from '../../src/config/load.js';
import type { Snapshot } from '../../src/config/snapshot.js';
import { silentLog } from '../../src/core/ports/log.js';
import { noMetrics } from '../../src/core/ports/metrics.js';
import { remote, type Remote } from './git/repository.js';

const repo = { org: 'o', name: 'r' };
const signal = new AbortController().signal;
const ON = 'in_repo_config: {enabled: {"*": true}}';

type Files = Parameters<Remote['commit']>[1];

const job = (name: string, more = ''): string => `- name: ${name}\n  spec: {containers: [{image: alpine, command: [${JSON.stringify('true')}]}]}\n${more}`;
const file = (...names: readonly string[]): string => `presubmits:\n${names.map((name) => job(name)).join('')}`;
const config = (text = ON, jobs = ''): Snapshot => configFromText({ config: text, jobs }).snapshot;

/** In-repo configuration of a real repository; `calls` are what was asked of git since it was last looked at. */
function open(origin: Remote, cacheSize = 200) {
  const real = createGit({ dir: join(origin.scratch, 'mirrors'), baseUrl: origin.baseUrl, credentials: () => Promise.resolve(undefined), clock: { now: () => Date.now() }, env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' }, log: silentLog, censor: (text) => text });
  const seen: string[] = [];
  const git = new Proxy(real, { get: (target, name, self) => { seen.push(String(name)); return Reflect.get(target, name, self) as unknown; } });
  const counts = new Map<string, number>();
  const metrics = { ...noMetrics, count: (name: string) => { counts.set(name, (counts.get(name) ?? 0) + 1); } };
  const reads = createInRepo({ git, cacheSize, clock: { now: () => 0 }, metrics });
  return {
    at: (snapshot: Snapshot, baseSha: string, ...heads: readonly string[]): Promise<RepoJobs> => reads.jobsAt(snapshot, { repo, branch: 'main', baseSha, heads }, { signal }),
    calls: (): readonly string[] => seen.splice(0),
    counts,
  };
}

/** One repository for all that is only read; every commit starts from nothing. */
const shared = remote();
const start = shared.then((origin) => origin.commit(undefined, {}));
afterAll(async () => { await (await shared)[Symbol.asyncDispose](); });

const names = ({ presubmits }: RepoJobs): readonly string[] => presubmits.map(({ name }) => name);

/** What is said of a fault; empty without one. */
function told({ fault }: RepoJobs): readonly string[] {
  if (!fault) return [];
  return fault.kind === 'conflict' ? [fault.message] : fault.findings.map(formatFinding);
}

test.each<{ name: string; files: Files; want?: readonly string[]; error?: readonly (string | RegExp)[] }>([
  { name: 'nothing', files: { README: 'x' }, want: [] },
  { name: 'a file', files: { '.prow.yaml': file('one', 'two') }, want: ['one', 'two'] },
  { name: 'a folder hides the file', files: { '.prow.yaml': file('file'), '.prow/jobs.yaml': file('folder') }, want: ['folder'] },
  { name: 'an empty folder hides the file, too', files: { '.prow.yaml': file('file'), '.prow/README.md': 'no jobs' }, want: [] },
  { name: 'below folders, in the order of a walk', files: { '.prow/b.yaml': file('b'), '.prow/a/z.yml': file('z'), '.prow/a/deep/er/still/y.yaml': file('why'), '.prow/a.yaml': file('a'), '.prow/B.yaml': file('upper'), '.prow/x.yaml.txt': '{', '.prow/.hidden/h.yaml': file('h') }, want: ['h', 'upper', 'why', 'z', 'a', 'b'] },
  { name: 'one base name in two folders', files: { '.prow/a/jobs.yaml': file('a'), '.prow/b/jobs.yaml': file('b') }, want: ['a', 'b'] },
  { name: 'ignored at several depths', files: { '.prow/.prowignore': 'skip*.yaml\n/drafts/\n', '.prow/skip-1.yaml': '{', '.prow/drafts/a.yaml': '{', '.prow/sub/drafts/b.yaml': file('b'), '.prow/sub/.prowignore': '!skip-2.yaml\nc.yaml\n', '.prow/sub/skip-2.yaml': file('kept'), '.prow/sub/c.yaml': '{', '.prow/c.yaml': file('c') }, want: ['c', 'b', 'kept'] },
  { name: 'an ignore file outside of the folder', files: { '.prowignore': '*\n', '.prow/a.yaml': file('a') }, want: ['a'] },
  { name: 'strange names', files: { '.prow/gr\u00fc\u00dfe \u65e5\u672c "q".yaml': file('umlaut'), '.prow/tab\there.yaml': file('tab') }, want: ['umlaut', 'tab'] },
  { name: 'CRLF and a byte order mark', files: { '.prow.yaml': `\uFEFF${file('windows').replaceAll('\n', '\r\n')}` }, want: ['windows'] },
  { name: 'an empty file', files: { '.prow.yaml': '' }, want: [] },
  { name: 'other keys', files: { '.prow.yaml': `${file('a')}periodics: [{name: never, interval: 1h}]\nnonsense: 1\nprow_ignored: [{x: 1}]\n` }, want: ['a'] },
  { name: 'a link beside the file', files: { '.prow/a.yaml': file('a'), '.prow/b.yaml': { link: 'lib/real.txt' }, '.prow/lib/real.txt': file('linked') }, want: ['a', 'linked'] },
  { name: 'a link to elsewhere in the repository', files: { '.prow/a.yaml': { link: '../ci/jobs.yaml' }, 'ci/jobs.yaml': file('elsewhere') }, want: ['elsewhere'] },
  { name: 'a link through a linked folder', files: { '.prow/dir': { link: '../ci' }, '.prow/a.yaml': { link: 'dir/jobs.yaml' }, 'ci/jobs.yaml': file('far') }, want: ['far'] },
  { name: 'a linked folder is not walked', files: { '.prow/dir.yaml': { link: '../ci' }, '.prow/a.yaml': file('a'), 'ci/jobs.yaml': file('far') }, want: ['a'] },
  { name: 'the file is a link', files: { '.prow.yaml': { link: 'ci/jobs.yaml' }, 'ci/jobs.yaml': file('linked') }, want: ['linked'] },
  { name: 'the folder is a link', files: { '.prow': { link: 'ci' }, '.prow.yaml': file('file'), 'ci/jobs.yaml': file('x') }, want: [] },
  { name: 'the folder is a file', files: { '.prow': 'x', '.prow.yaml': file('file') }, error: ['.prow:1:1: expected a folder, found a file'] },
  { name: 'a link out of the repository', files: { '.prow/a.yaml': { link: '../../../etc/passwd' } }, error: ['.prow/a.yaml:1:1: is a link that leads out of the repository'] },
  { name: 'a link to an absolute path', files: { '.prow/a.yaml': { link: '/etc/passwd' } }, error: ['.prow/a.yaml:1:1: is a link that leads out of the repository'] },
  { name: 'a link to nowhere, one in a circle', files: { '.prow/a.yaml': { link: 'gone.yaml' }, '.prow/b.yaml': { link: 'b.yaml' } }, error: ['.prow/a.yaml:1:1: is a link that leads nowhere', '.prow/b.yaml:1:1: is a link that leads in a circle'] },
  { name: 'faults of all kinds, all of them', files: { '.prow/a.yaml': 'presubmits: [oops\n', '.prow/b.yaml': 'presubmits:\n- {name: b, optional: maybe}\n- {name: c}\n' }, error: [/^\.prow\/a\.yaml:\d+:\d+: /, /^\.prow\/b\.yaml:2:23: presubmits\[0\]\.optional: expected boolean, found string$/, /^\.prow\/b\.yaml:2:3: presubmits\[0\]: b: the agent kubernetes needs a spec$/, /^\.prow\/b\.yaml:3:3: presubmits\[1\]: c: the agent kubernetes needs a spec$/] },
  { name: 'broken syntax', files: { '.prow/a.yaml': 'presubmits: [oops\n', '.prow/b.yaml': file('b') }, error: [/^\.prow\/a\.yaml:\d+:\d+: /] },
  { name: 'a wrong type', files: { '.prow.yaml': 'presubmits:\n- name: a\n  always_run: perhaps\n  spec: {containers: [{image: i}]}\n' }, error: [/^\.prow\.yaml:3:15: presubmits\[0\]\.always_run: expected boolean/] },
  { name: 'jobs by repository, as in central files', files: { '.prow.yaml': `presubmits:\n  o/r:\n  - name: a\n` }, error: [/^\.prow\.yaml:2:3: presubmits: expected array/] },
  { name: 'a binary file', files: { '.prow/a.yaml': '\0\u0001\u0002PNG\0' }, error: [/^\.prow\/a\.yaml:\d+:\d+: /] },
  { name: 'a file that is too large', files: { '.prow/a.yaml': `# ${'x'.repeat(LIMITS.fileBytes)}`, '.prow/b.yaml': file('b') }, error: ['.prow/a.yaml:1:1: expected at most 256 KiB, found 257 KiB'] },
  { name: 'files that are too large together', files: Object.fromEntries(Array.from({ length: 5 }, (_, n) => [`.prow/${n}.yaml`, `# ${'x'.repeat(250_000)}`])), error: ['.prow:1:1: expected at most 1024 KiB in all files together, found 1221 KiB'] },
  { name: 'too many files', files: Object.fromEntries(Array.from({ length: 1_001 }, (_, n) => [`.prow/${n}.yaml`, ''])), error: ['.prow:1:1: expected at most 1000 files, found 1001'] },
  { name: 'too many rules', files: { '.prow/.prowignore': 'x\n'.repeat(3_000), '.prow/a.yaml': file('a') }, error: ['.prow/.prowignore:1:1: expected at most 4 KiB in all .prowignore files together, found 6 KiB'] },
  { name: 'a kilobyte that a parser dies of', files: { '.prow.yaml': `presubmits: ${'['.repeat(1_000)}` }, error: ['.prow.yaml:1:211: expected at most 200 levels, one inside the other'] },
  { name: 'lists in lists, maps in maps', files: { '.prow/a.yaml': '- '.repeat(300), '.prow/b.yaml': Array.from({ length: 300 }, (_, n) => `${' '.repeat(n)}a:\n`).join('') }, error: [/^\.prow\/a\.yaml:1:\d+: expected at most 200 levels/, /^\.prow\/b\.yaml:\d+:\d+: expected at most 200 levels/] },
  { name: 'many aliases', files: { '.prow.yaml': `a: &a x\n${Array.from({ length: 1_200 }, (_, n) => `k${n}: *a\n`).join('')}` }, error: ['.prow.yaml:1002:9: expected at most 1000 aliases'] },
  { name: 'expressions that take minutes to compile', files: { '.prow.yaml': `presubmits:\n${Array.from({ length: 50 }, (_, n) => job(`j${n}`, `  Run_if_changed: "(?:(?:${'a'.repeat(500)}){100}){10}"\n`)).join('')}` }, error: [/^\.prow\.yaml:1:1: expected smaller regular expressions/] },
  { name: 'many unknown keys', files: { '.prow.yaml': `${file('a')}${Array.from({ length: 20_000 }, (_, n) => `k${n}: v\n`).join('')}` }, want: ['a'] },
  { name: 'aliases of aliases', files: { '.prow.yaml': `a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\npresubmits: [*d, *d, *d, *d, *d, *d, *d, *d]\n` }, error: ['.prow.yaml:4:16: the aliases stand for too many values'] },
  { name: 'two jobs of one name', files: { '.prow.yaml': file('twice', 'twice') }, error: [/^\.prow\.yaml:4:9: presubmits\[1\]\.name: .*twice/] },
  { name: 'a cluster that is not allowed', files: { '.prow.yaml': `presubmits:\n${job('a', '  cluster: secret\n')}${job('b')}${job('c', '  cluster: other\n')}` }, error: ['.prow.yaml:4:12: presubmits[0].cluster: a: the cluster secret is not in in_repo_config.allowed_clusters for o/r', '.prow.yaml:9:12: presubmits[2].cluster: c: the cluster other is not in in_repo_config.allowed_clusters for o/r'] },
  { name: 'another namespace', files: { '.prow.yaml': `presubmits:\n${job('a', '  namespace: kube-system\n')}` }, error: [/^\.prow\.yaml:4:14: presubmits\[0\]\.namespace: a: /] },
  { name: 'an expression that is no RE2', files: { '.prow.yaml': `presubmits:\n${job('a', '  run_if_changed: "(?<=x)y"\n')}` }, error: [/^\.prow\.yaml:4:19: presubmits\[0\]\.run_if_changed/] },
])('reading: $name', async ({ files, want = [], error = [] }) => {
  const origin = await shared;
  const jobs = await open(origin).at(config(), await origin.commit(await start, files));
  const found = told(jobs);
  expect(names(jobs)).toEqual(want);
  expect(found).toHaveLength(error.length);
  error.forEach((text, n) => { if (typeof text === 'string') expect(found[n]).toBe(text); else expect(found[n]).toMatch(text); });
});

test('static jobs come first; a clash with one is a fault at its place, and the static jobs stay', async () => {
  await using origin = await remote();
  const good = await origin.commit(undefined, { '.prow.yaml': `${file('own')}postsubmits:\n${job('after')}` });
  const bad = await origin.commit(good, { '.prow.yaml': file('own', 'static') });
  const context = await origin.commit(good, { '.prow.yaml': `presubmits:\n${job('own', '  context: static\n')}` });
  const snapshot = config(ON, `presubmits:\n  o/r:\n  ${job('static').replaceAll('\n', '\n  ')}\npostsubmits:\n  o/r:\n  ${job('always').replaceAll('\n', '\n  ')}`);
  const { at } = open(origin);
  const found = await at(snapshot, good);
  expect([names(found), found.postsubmits.map(({ name }) => name)]).toEqual([['static', 'own'], ['always', 'after']]);
  for (const [sha, place] of [[bad, '.prow.yaml:4:9: presubmits[1].name: '], [context, '.prow.yaml:4:12: presubmits[0].context: ']] as const) {
    const broken = await at(snapshot, sha);
    expect([names(broken), broken.postsubmits.map(({ name }) => name), told(broken)]).toEqual([['static'], ['always'], [expect.stringMatching(new RegExp(`^${place.replace(/[.[\]]/g, '\\$&')}.*static`))]]);
  }
});

test('presets of the central configuration hold, then those of the repository', async () => {
  await using origin = await remote();
  const sha = await origin.commit(undefined, { '.prow.yaml': `presets:\n- labels: {own: "yes"}\n  env: [{name: OWN, value: b}]\npresubmits:\n${job('a', '  labels: {central: "yes", own: "yes"}\n')}` });
  const { presubmits, fault } = await open(origin).at(config(ON, 'presets:\n- labels: {central: "yes"}\n  env: [{name: CENTRAL, value: a}]\n'), sha);
  expect(fault).toBeUndefined();
  expect(presubmits[0]?.spec).toMatchObject({ containers: [{ env: [{ name: 'CENTRAL', value: 'a' }, { name: 'OWN', value: 'b' }] }] });
});

test.each([
  { name: 'nothing said', text: '{}', on: false }, { name: 'for all', text: ON, on: true }, { name: 'for the organisation', text: 'in_repo_config: {enabled: {o: true}}', on: true },
  { name: 'for the repository, against all', text: 'in_repo_config: {enabled: {"*": false, o: false, o/r: true}}', on: true }, { name: 'not for the repository', text: 'in_repo_config: {enabled: {o: true, o/r: false}}', on: false },
])('$name: on $on; off asks nothing of git', async ({ text, on }) => {
  await using origin = await remote();
  const sha = await origin.commit(undefined, { '.prow.yaml': file('own') });
  const { at, calls } = open(origin);
  expect(names(await at(config(text), sha))).toEqual(on ? ['own'] : []);
  expect(calls().length > 0).toBe(on);
});

test('heads are merged onto the base; who changed what counts, and only both sides at once need a merge', async () => {
  await using origin = await remote();
  const lines = (...all: readonly string[]) => `presubmits:\n${all.map((name) => job(name)).join('# .\n# .\n# .\n')}`;
  const root = await origin.commit(undefined, { '.prow/a.yaml': lines('a', 'b'), src: '1' });
  const untouched = await origin.commit(root, { src: '2' });
  const adds = await origin.commit(root, { '.prow/new.yaml': file('new') });
  const removes = await origin.commit(root, { '.prow/a.yaml': null });
  const changes = await origin.commit(root, { '.prow/a.yaml': lines('a', 'b2') });
  const clashes = await origin.commit(root, { '.prow/a.yaml': lines('a', 'b3') });
  const moved = await origin.commit(root, { '.prow/a.yaml': lines('a1', 'b'), src: '3' });
  const { at, calls } = open(origin);
  const on = async (base: string, ...heads: readonly string[]) => { const jobs = await at(config(), base, ...heads); return jobs.fault ? told(jobs) : names(jobs); };
  expect(await on(root, untouched)).toEqual(['a', 'b']);
  expect(await on(moved, untouched)).toEqual(['a1', 'b']);
  expect(await on(root, adds)).toEqual(['a', 'b', 'new']);
  expect(await on(root, removes)).toEqual([]);
  expect(await on(root, changes)).toEqual(['a', 'b2']);
  expect(calls()).not.toContain('tryMerge');
  expect(await on(moved, adds)).toEqual(['a1', 'b', 'new']);
  expect(await on(moved, changes)).toEqual(['a1', 'b2']);
  expect(await on(root, adds, changes)).toEqual(['a', 'b2', 'new']);
  expect(await on(root, changes, adds, untouched)).toEqual(['a', 'b2', 'new']);
  expect(calls().filter((name) => name === 'tryMerge')).toHaveLength(4);
  expect(await on(changes, clashes)).toEqual([`${clashes.slice(0, 12)} cannot be merged onto main at ${changes.slice(0, 12)}: conflict in .prow/a.yaml`]);
  expect(await on(root, changes, clashes)).toEqual([`${clashes.slice(0, 12)} (of ${changes.slice(0, 12)}, ${clashes.slice(0, 12)}) cannot be merged onto main at ${root.slice(0, 12)}: conflict in .prow/a.yaml`]);
});

test('a head whose link leads out of the folder is merged before it is followed', async () => {
  await using origin = await remote();
  const root = await origin.commit(undefined, { '.prow/a.yaml': { link: '../ci.yaml' }, 'ci.yaml': file('old'), x: '1' });
  const head = await origin.commit(root, { x: '2' });
  const moved = await origin.commit(root, { 'ci.yaml': file('new') });
  const { at, calls } = open(origin);
  expect(names(await at(config(), root, head))).toEqual(['old']);
  expect(names(await at(config(), moved, head))).toEqual(['new']);
  expect(names(await at(config(), moved))).toEqual(['new']);
  expect(names(await at(config(), root))).toEqual(['old']);
  calls();
  expect(names(await at(config(), moved, head))).toEqual(['new']);
  expect(calls()).toEqual([]);
});

test('the commit of a push may be named by an annotated tag', async () => {
  await using origin = await remote();
  await origin.commit(undefined, { '.prow.yaml': `postsubmits:\n${job('release')}` });
  await origin.git('tag', '-a', '-m', 'one', 'v1');
  const { postsubmits } = await open(origin).at(config(), await origin.git('rev-parse', 'v1'));
  expect(postsubmits.map(({ name }) => name)).toEqual(['release']);
});

test('histories that have nothing in common cannot be merged', async () => {
  await using origin = await remote();
  const root = await origin.commit(undefined, { '.prow.yaml': file('a') });
  await origin.git('checkout', '--quiet', '--orphan', 'other');
  const other = await origin.commit(undefined, { '.prow.yaml': file('b') });
  expect(told(await open(origin).at(config(), root, other))).toEqual([`${other.slice(0, 12)} cannot be merged onto main at ${root.slice(0, 12)}`]);
});

test('the pull request is to blame only for what the base does not have as well', async () => {
  await using origin = await remote();
  const root = await origin.commit(undefined, { '.prow.yaml': 'presubmits: [oops\n' });
  const other = await origin.commit(root, { x: '1' });
  const worse = await origin.commit(root, { '.prow.yaml': 'presubmits: [still\n' });
  const mended = await origin.commit(root, { '.prow.yaml': file('a') });
  const { at } = open(origin);
  expect((await at(config(), root, other)).fault).toMatchObject({ kind: 'broken', inherited: true });
  expect((await at(config(), root, worse)).fault).toMatchObject({ kind: 'broken', inherited: false });
  expect(names(await at(config(), root, mended))).toEqual(['a']);
});

test('what was read is kept by what it depends on: commits, the folder, the central configuration', async () => {
  await using origin = await remote();
  const first = await origin.commit(undefined, { '.prow/a.yaml': file('a'), x: '1' });
  const second = await origin.commit(first, { x: '2' });
  const { at, calls } = open(origin);
  const one = config();
  const jobs = await at(one, first);
  expect(calls()).toEqual(['idsAt', 'entriesAt', 'readBlobs']);
  expect(await at(one, first)).toBe(jobs);
  expect(calls()).toEqual([]);
  // The base moved without touching the folder: one look, no reading, no parsing.
  expect(await at(one, second)).toBe(jobs);
  expect(calls()).toEqual(['idsAt']);
  // The central configuration changed: the same files, with other defaults.
  const two = config(`${ON}\npod_namespace: elsewhere`);
  expect((await at(two, second)).presubmits.map(({ namespace }) => namespace)).toEqual(['elsewhere']);
  expect((await at(one, second)).presubmits.map(({ namespace }) => namespace)).toEqual(['default']);
  expect(calls()).toEqual([]);
});

test('who asks at the same time shares one read; a failed read is not kept; broken files are', async () => {
  await using origin = await remote();
  const good = await origin.commit(undefined, { '.prow.yaml': file('a') });
  const broken = await origin.commit(good, { '.prow.yaml': '[' });
  const { at, calls } = open(origin);
  await Promise.all([at(config(), good), at(config(), good), at(config(), good)]);
  expect(calls()).toEqual(['idsAt', 'entriesAt', 'readBlobs']);
  const absent = 'a'.repeat(40);
  const failed = await Promise.allSettled([at(config(), absent), at(config(), absent)]);
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(calls()).toEqual(['idsAt']);
  await expect(at(config(), absent)).rejects.toThrow('has no commit');
  expect(calls()).toEqual(['idsAt']);
  await at(config(), broken);
  calls();
  expect((await at(config(), broken)).fault?.kind).toBe('broken');
  expect(calls()).toEqual([]);
});

test('the least used configuration goes first', async () => {
  await using origin = await remote();
  const shas: string[] = [];
  for (const name of ['a', 'b', 'c']) shas.push(await origin.commit(shas.at(-1), { '.prow.yaml': file(name) }));
  const { at, calls, counts } = open(origin, 2);
  for (const sha of shas) await at(config(), sha);
  calls();
  for (const sha of shas.slice(1)) await at(config(), sha);
  expect(calls()).toEqual([]);
  await at(config(), shas[0] ?? '');
  expect(calls()).toContain('readBlobs');
  expect(Object.fromEntries(counts)).toEqual({ inRepoConfigCache_lookups: 6, inRepoConfigCache_hits: 2, inRepoConfigCache_misses: 4, inRepoConfigCache_evictions_forced: 2 });
});

test('who is aborted takes nobody else along', async () => {
  await using origin = await remote();
  const sha = await origin.commit(undefined, { '.prow.yaml': file('a') });
  const real = createGit({ dir: join(origin.scratch, 'mirrors'), baseUrl: origin.baseUrl, credentials: () => Promise.resolve(undefined), clock: { now: () => Date.now() }, env: process.env, log: silentLog, censor: (text) => text });
  const reads = createInRepo({ git: real, cacheSize: 10, clock: { now: () => 0 }, metrics: noMetrics });
  const impatient = new AbortController();
  const at = { repo, branch: 'main', baseSha: sha, heads: [] };
  const given = reads.jobsAt(config(), at, { signal: impatient.signal });
  const patient = reads.jobsAt(config(), at, { signal });
  impatient.abort(new Error('no time'));
  await expect(given).rejects.toThrow('no time');
  expect(names(await patient)).toEqual(['a']);
});
