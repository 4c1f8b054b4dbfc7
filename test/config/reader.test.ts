import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { unquotedTexts } from '../../src/config/checks/prow.js';
import { formatFinding } from '../../src/config/findings.js';
import { findJob, jobsOnCluster } from '../../src/config/jobs/find.js';
import { openJobCache } from '../../src/config/read/cache.js';
import { createConfigReader, type Reading } from '../../src/config/read/reader.js';

/** A configuration on disk and a reader that follows it; every write is older than the last look, so that times tell. */
async function world(files: Readonly<Record<string, string>>, start: 'empty' | 'from the cache' = 'empty') {
  const root = await mkdtemp(join(tmpdir(), 'reader-'));
  let time = 1_000_000;
  const write = async (name: string, text: string) => {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
    time += 10;
    await utimes(join(root, name), time, time);
  };
  for (const [name, text] of Object.entries(files)) await write(name, text);
  await mkdir(join(root, 'jobs'), { recursive: true });
  const reads: string[] = [];
  const paths = { configPath: join(root, 'config.yaml'), jobConfigPath: join(root, 'jobs'), pluginConfigPath: join(root, 'plugins.yaml'), supplementalProwConfigDirs: [join(root, 'more')] };
  const cacheHere = () => openJobCache(join(root, 'cache'), '1');
  if (start === 'from the cache') await createConfigReader({ cache: cacheHere() }).read(paths);
  const reader = createConfigReader({ readFile: (path) => { reads.push(basename(path)); return readFileSync(path); }, ...(start === 'from the cache' && { cache: cacheHere() }) });
  return {
    root, paths, write, at: (name: string) => join(root, name),
    remove: (name: string) => rm(join(root, name), { recursive: true, force: true }),
    /** What a look finds, and the names of the files that it read. */
    async look() {
      reads.length = 0;
      const reading = await reader.read(paths);
      return { reading, reads: [...reads] };
    },
    cold: () => createConfigReader().read(paths),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

const job = (name: string, more = '') => `{name: ${name}, spec: {containers: [{image: i, command: [x]}]}${more}}`;
const pre = (...jobs: readonly string[]) => `presubmits:\n  o/r:\n${jobs.map((one) => `  - ${one}\n`).join('')}`;
const START = {
  'config.yaml': 'pod_namespace: pods\n', 'plugins.yaml': 'plugins: {o: {plugins: [hold]}}\n', 'more/.keep': '',
  'jobs/a.yaml': pre(job('a'), job('b', ', labels: {p: "1"}')), 'jobs/b.yaml': pre(job('c')), 'jobs/presets.yaml': 'presets:\n- {labels: {p: "1"}, env: [{name: P, value: one}]}\n',
};
const jobsOf = ({ snapshot }: Reading) => new Map((snapshot?.presubmits({ org: 'o', name: 'r' }) ?? []).map((one) => [one.name, one]));
/** Everything that a reading says, functions aside. */
const said = ({ snapshot, findings, jobs }: Reading) => JSON.parse(JSON.stringify({
  errors: findings.errors.map(formatFinding), warnings: findings.warnings.map(formatFinding), presets: jobs.presets,
  snapshot: snapshot && { revision: snapshot.revision, prow: snapshot.prow, plugins: snapshot.plugins, presubmits: [...snapshot.jobs.presubmits], postsubmits: [...snapshot.jobs.postsubmits], periodics: snapshot.jobs.periodics },
})) as unknown;

test('nothing is read when nothing changed, and the reading stays the same object', async () => {
  await using it = await world(START);
  const first = await it.look();
  expect(first.reads.sort()).toEqual(['a.yaml', 'b.yaml', 'config.yaml', 'plugins.yaml', 'presets.yaml']);
  const second = await it.look();
  expect(second.reads).toEqual([]);
  expect(second.reading).toBe(first.reading);
});

test('one changed file is read alone, and every job that says the same stays the same object', async () => {
  await using it = await world(START);
  const before = jobsOf((await it.look()).reading);
  await it.write('jobs/a.yaml', pre(job('new'), job('a', ', max_concurrency: 2'), job('b', ', labels: {p: "1"}')));
  const { reading, reads } = await it.look();
  const after = jobsOf(reading);
  expect(reads).toEqual(['a.yaml']);
  expect([...after.keys()]).toEqual(['new', 'a', 'b', 'c']);
  expect(after.get('a')).not.toBe(before.get('a'));
  expect(after.get('b')).toBe(before.get('b'));
  expect(after.get('c')).toBe(before.get('c'));
});

test('a file that was touched, or written with the same content, changes nothing', async () => {
  await using it = await world(START);
  const first = await it.look();
  await it.write('jobs/a.yaml', START['jobs/a.yaml']);
  const second = await it.look();
  expect(second.reads).toEqual(['a.yaml']);
  expect(second.reading).toBe(first.reading);
});

test('a changed preset reaches the jobs that use it and no others', async () => {
  await using it = await world(START);
  const before = jobsOf((await it.look()).reading);
  await it.write('jobs/presets.yaml', START['jobs/presets.yaml'].replace('one', 'two'));
  const { reading, reads } = await it.look();
  expect(reads).toEqual(['presets.yaml']);
  expect(jobsOf(reading).get('b')?.spec).toMatchObject({ containers: [{ env: [{ name: 'P', value: 'two' }] }] });
  for (const name of ['a', 'c']) expect(jobsOf(reading).get(name)).toBe(before.get(name));
});

test('a changed default reaches all jobs; another change of config.yaml none', async () => {
  await using it = await world(START);
  const before = jobsOf((await it.look()).reading);
  await it.write('config.yaml', 'pod_namespace: pods\ntide: {blocker_label: x}\n');
  const other = await it.look();
  expect(other.reading.snapshot?.prow.tide.blocker_label).toBe('x');
  for (const [name, one] of before) expect(jobsOf(other.reading).get(name)).toBe(one);
  await it.write('config.yaml', 'pod_namespace: elsewhere\n');
  expect([...jobsOf((await it.look()).reading).values()].map(({ namespace }) => namespace)).toEqual(['elsewhere', 'elsewhere', 'elsewhere']);
});

test('a file that breaks and is mended: its faults have places, and then all jobs are the same objects as before', async () => {
  await using it = await world(START);
  const before = jobsOf((await it.look()).reading);
  await it.write('jobs/b.yaml', 'presubmits:\n  o/r: [\n');
  const broken = await it.look();
  expect(broken.reading.snapshot).toBeUndefined();
  expect(broken.reading.findings.errors.map(formatFinding)).toEqual([expect.stringMatching(/b\.yaml:\d+:\d+: /)]);
  await it.write('config.yaml', 'tide: 5\n');
  expect((await it.look()).reading.findings.errors).toHaveLength(2);
  await it.write('config.yaml', START['config.yaml']);
  await it.write('jobs/b.yaml', START['jobs/b.yaml']);
  const after = jobsOf((await it.look()).reading);
  for (const name of ['a', 'b']) expect(after.get(name)).toBe(before.get(name));
  expect(after.has('c')).toBe(true);
});

test('names that clash across files are found when the second one comes, and gone with it', async () => {
  await using it = await world(START);
  await it.look();
  await it.write('jobs/c.yaml', `${pre(job('a'))}presets:\n- {labels: {p: "1"}}\n`);
  expect((await it.look()).reading.findings.errors.map(formatFinding).map((text) => text.replace(/^\S*\//, ''))).toEqual([
    expect.stringMatching(/^presets\.yaml:2:\d+: presets\[0\]\.labels\.p: expected each label of a preset once/),
    expect.stringMatching(/^c\.yaml:3:\d+: presubmits\["o\/r"\]\[0\]\.name: the job a is there twice/),
  ]);
  await it.remove('jobs/c.yaml');
  expect((await it.look()).reading.findings.errors).toEqual([]);
});

test('moved files, .prowignore and the swap of a link are seen', async () => {
  await using it = await world({ ...START, 'jobs/..one/linked.yaml': pre(job('one')), 'jobs/..two/linked.yaml': pre(job('two')) });
  await symlink('..one', it.at('jobs/..data'));
  await symlink('..data/linked.yaml', it.at('jobs/linked.yaml'));
  const names = async () => [...jobsOf((await it.look()).reading).keys()];
  expect(await names()).toEqual(['a', 'b', 'c', 'one']);
  await symlink('..two', it.at('jobs/..new'));
  await rename(it.at('jobs/..new'), it.at('jobs/..data'));
  expect(await names()).toEqual(['a', 'b', 'c', 'two']);
  await rename(it.at('jobs/b.yaml'), it.at('jobs/0.yaml'));
  const moved = await it.look();
  expect([...jobsOf(moved.reading).keys()]).toEqual(['c', 'a', 'b', 'two']);
  expect(jobsOf(moved.reading).get('c')?.source).toBe(it.at('jobs/0.yaml'));
  await it.write('jobs/.prowignore', '0.yaml\nlinked.yaml\n');
  expect(await names()).toEqual(['a', 'b']);
});

test('jobs are found by name and by cluster', async () => {
  await using it = await world({ ...START, 'jobs/p.yaml': `periodics:\n- ${job('c', ', interval: 1h, cluster: other')}\n- ${job('p', ', interval: 1h, cluster: other')}\n` });
  const { snapshot } = (await it.look()).reading;
  if (!snapshot) throw new Error('it does not load');
  expect(findJob(snapshot.jobs, 'c')).toMatchObject({ type: 'presubmit', repo: 'o/r' });
  expect(findJob(snapshot.jobs, 'p')).toMatchObject({ type: 'periodic' });
  expect(findJob(snapshot.jobs, 'constructor')).toBeUndefined();
  expect(jobsOnCluster(snapshot.jobs, 'other').map((one) => one.job.name)).toEqual(['c', 'p']);
  expect(jobsOnCluster(snapshot.jobs, 'default')).toHaveLength(3);
});

// Edits of small files that share names, labels and presets, so that they clash, break and mend all the time.
const CONTENTS = [
  '', '[', 'presubmits: 5\n', 'nonsense: 1\n', pre(job('a')), pre(job('a'), job('b')), pre(job('b', ', labels: {p: "1"}'), job('a', ', optional: maybe')), pre(job('d', ', cluster: build')), `# moved\n\n${pre(job('a'))}`,
  'presets: [{labels: {p: "1"}, env: [{name: P}]}]\n', 'presets: [{labels: {p: "1"}, env: [{name: P}, {name: Q}]}, {labels: {q: x}}]\n', `periodics:\n- ${job('a', ', interval: 1h')}\n- ${job('n', ', cron: never')}\n`, 'periodics: [{name: x, interval: .nan}]\n',
  `postsubmits: {o/r: [${job('a', ', labels: {p: "1"}')}]}\n`, 'a: &a {x: 1}\npresubmits: *a\n', pre(job('a', ', run_if_changed: "("')), pre(job('z z')),
];
const CONFIGS = ['', 'pod_namespace: pods\n', 'decorate_all_jobs: true\n', 'tide: {queries: [{repos: [o/r], labels: [lgtm]}]}\n', 'tide: 5\n', `log_level: debug\n${pre(job('main'))}`, '[', 'prowjob_default_entries: [{repo: o/r, config: {tenant_id: t}}]\n'];
const edit = fc.oneof(
  { weight: 6, arbitrary: fc.record({ file: fc.constantFrom('jobs/a.yaml', 'jobs/b.yaml', 'jobs/sub/c.yml', 'jobs/sub/a.yaml'), text: fc.option(fc.constantFrom(...CONTENTS)) }) },
  { weight: 2, arbitrary: fc.record({ file: fc.constant('config.yaml'), text: fc.constantFrom(...CONFIGS) }) },
  { weight: 1, arbitrary: fc.record({ file: fc.constant('plugins.yaml'), text: fc.constantFrom('', 'plugins: {o: {plugins: [hold]}}\n', 'plugins: [\n', 'triggers: [{repos: [o], trusted_org: o}]\n') }) },
  { weight: 1, arbitrary: fc.record({ file: fc.constantFrom('more/x_prowconfig.yaml', 'VERSION', 'jobs/.prowignore'), text: fc.option(fc.constantFrom('', 'b.yaml\n', 'tide: {merge_method: {o: squash}}\n')) }) },
);

test.each(['empty', 'from the cache'] as const)('after any edits the reading is that of a first load, findings and their places included; start: %s', async (start) => {
  await fc.assert(fc.asyncProperty(fc.array(fc.array(edit, { minLength: 1, maxLength: 3 }), { maxLength: 8 }), fc.boolean(), async (rounds, looked) => {
    await using it = await world(START, start);
    // A reading that nobody looks at leaves its jobs unfinished.
    const first = (await it.look()).reading;
    if (looked) expect(said(first)).toEqual(said(await it.cold()));
    for (const edits of rounds) {
      for (const { file, text } of edits) await (text === null ? it.remove(file) : it.write(file, text));
      expect(said((await it.look()).reading)).toEqual(said(await it.cold()));
    }
    expect(said(first)).toMatchObject({ errors: [] });
  }), { numRuns: 40 });
}, 60_000);

test('a start with nothing changed gives what a first load gives, and finishes a list of jobs when it is asked for', async () => {
  const files = { ...START, 'jobs/p.yaml': `periodics:\n- ${job('p', ', interval: 1h')}\npostsubmits: {o/s: [${job('q')}]}\n` };
  await using it = await world(files, 'from the cache');
  const { reading: { snapshot } } = await it.look();
  const cold = (await it.cold()).snapshot;
  if (!snapshot || !cold) throw new Error('it does not load');
  const { presubmits, postsubmits } = snapshot.jobs;
  expect([presubmits.size, presubmits.has('o/r'), presubmits.has('o/s'), presubmits.get('o/s'), [...presubmits.keys()]]).toEqual([1, true, false, undefined, ['o/r']]);
  expect(presubmits.get('o/r')).toBe(presubmits.get('o/r'));
  const seen: unknown[] = [];
  presubmits.forEach((list, key, map) => seen.push([list, key, map === presubmits]));
  expect(seen).toEqual([[presubmits.get('o/r'), 'o/r', true]]);
  expect([...presubmits.values()]).toEqual([presubmits.get('o/r')]);
  const bare = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;
  expect(bare([...presubmits])).toEqual(bare([...cold.jobs.presubmits]));
  expect(bare([...postsubmits.entries()])).toEqual(bare([...cold.jobs.postsubmits]));
  expect(bare(snapshot.jobs.periodics)).toEqual(bare(cold.jobs.periodics));
  expect(snapshot.jobs.periodics).toBe(snapshot.jobs.periodics);
  expect(snapshot.jobs.presets).toEqual(cold.jobs.presets);
  expect(presubmits.get('o/r')?.map(({ compiled }) => compiled.trigger.test('/test a'))).toEqual(cold.jobs.presubmits.get('o/r')?.map(({ compiled }) => compiled.trigger.test('/test a')));
});

test('after a start from the cache one changed file is read alone, and unchanged jobs stay the same objects', async () => {
  await using it = await world(START, 'from the cache');
  const before = jobsOf((await it.look()).reading);
  await it.write('jobs/b.yaml', pre(job('c'), job('d')));
  const { reading, reads } = await it.look();
  expect(reads).toEqual(['b.yaml']);
  expect([...jobsOf(reading).keys()]).toEqual(['a', 'b', 'c', 'd']);
  for (const [name, one] of before) expect(jobsOf(reading).get(name)).toBe(one);
});

test('what was decoded before is taken from the cache; a damaged, older or open cache is not believed', async () => {
  await using it = await world(START);
  const folder = it.at('cache');
  const load = async (version = '1') => {
    const cache = openJobCache(folder, version);
    let hits = 0;
    const reading = await createConfigReader({ cache: cache && { ...cache, get: (key) => { const found = cache.get(key); if (found) hits++; return found; } } }).read(it.paths);
    return { hits, said: said(reading), snapshot: reading.snapshot };
  };
  const wanted = said(await it.cold());
  expect(await load()).toMatchObject({ hits: 0, said: wanted });
  expect(await load()).toMatchObject({ hits: 3, said: wanted });
  // Places come from the file itself.
  await it.write('jobs/b.yaml', pre(job('a')));
  expect(JSON.stringify((await load()).said)).toContain('b.yaml:3:12: presubmits');
  await it.write('jobs/b.yaml', START['jobs/b.yaml']);

  const [name = ''] = await readdir(folder);
  const text = await readFile(join(folder, name), 'utf8');
  for (const damaged of [text.slice(0, text.length / 2), text.replaceAll('image', 'imago'), text.replaceAll('"name":"a"', '"name":"z"'), '', '\0\0\0', `${text}\nnonsense`, text.split('\n').reverse().join('\n')]) {
    await writeFile(join(folder, name), damaged);
    expect((await load()).said).toEqual(wanted);
    expect(await load()).toMatchObject({ hits: 3, said: wanted });
  }
  expect(await load('2')).toMatchObject({ hits: 0, said: wanted });
  expect(await load('2')).toMatchObject({ hits: 3, said: wanted });

  await rm(folder, { recursive: true });
  await mkdir(folder, { mode: 0o755 });
  expect(openJobCache(folder, '1')).toBeUndefined();
  expect(openJobCache(it.at('config.yaml/below'), '1')).toBeUndefined();
});

test('a revision that was proven is not checked again job by job; any other one is', async () => {
  await using it = await world(START);
  const load = async (version = '1') => said(await createConfigReader({ cache: openJobCache(it.at('cache'), version) }).read(it.paths)) as { errors: readonly string[] };
  await load();
  expect(await load()).toEqual(said(await it.cold()));
  // Faults that only checks of finished jobs see: by the file, by the defaults, by a preset.
  for (const [file, text, fault] of [
    ['jobs/b.yaml', pre(job('z z')), /name: z z: expected a name/], ['jobs/b.yaml', pre(job('c', ', namespace: other')), /namespace: c: expected pod_namespace/], ['jobs/presets.yaml', 'presets: [{labels: {p: "1"}, env: [{name: CI}]}]\n', /CI is set by Prow/],
    ['config.yaml', 'plank: {job_queue_capacities: {}}\npod_namespace: ""\npresubmits: {o/r: [{name: q, job_queue_name: none, spec: {containers: [{}]}}]}\n', /job_queue_name: q: expected a queue/],
  ] as const) {
    await it.write(file, text);
    for (let n = 0; n < 2; n++) expect((await load()).errors).toEqual([expect.stringMatching(fault)]);
    await it.write(file, START[file]);
    expect(await load()).toEqual(said(await it.cold()));
  }
});

test('what was worked out of a file is kept with its content: places, and texts without quotes', async () => {
  const odd = pre(job('c', ', labels: {x: 1}'));
  await using it = await world({ ...START, 'jobs/b.yaml': odd });
  const start = async () => {
    const cache = openJobCache(it.at('cache'), '1');
    const known: string[] = [];
    const reading = await createConfigReader({ cache: cache && { ...cache, notes: (key) => { const found = cache.notes(key); if (found !== undefined) known.push(found); return found; } } }).read(it.paths);
    return { reading, known, found: () => unquotedTexts({ files: it.paths, loadWarnings: [], prowSources: reading.prowSources, pluginSources: reading.pluginSources, jobSources: reading.jobSources }).map(formatFinding) };
  };
  const wanted = (line: number) => [expect.stringMatching(new RegExp(`b\\.yaml:${line}:\\d+: presubmits\\["o/r"\\]\\[0\\]\\.labels\\.x: expected quotes`))];
  const first = await start();
  expect(first.found()).toEqual(wanted(3));
  expect(first.known).toEqual([]);
  first.reading.keepNotes();
  const second = await start();
  expect(second.known).toHaveLength(3);
  expect(second.found()).toEqual(first.found());
  expect(second.reading.jobSources.map(({ file, value }) => [basename(file), value])).toEqual(first.reading.jobSources.map(({ file, value }) => [basename(file), value]));
  // Another content has notes of its own.
  await it.write('jobs/b.yaml', `# moved\n${odd}`);
  expect((await start()).found()).toEqual(wanted(4));
  await it.write('jobs/b.yaml', START['jobs/b.yaml']);
  expect((await start()).found()).toEqual([]);
  // What does not fit is not believed, even with a checksum.
  await it.write('jobs/b.yaml', odd);
  const cache = openJobCache(it.at('cache'), '1');
  await createConfigReader({ cache }).read(it.paths);
  const hash = createHash('sha256').update(odd).digest('hex');
  for (const notes of ['{"unquoted":5}', '[]', 'null', '{"unquoted":[["presubmits","o/r",0,"labels","x"]],"value [\\"presubmits\\",\\"o/r\\",0,\\"labels\\",\\"x\\"]":[0,-1]}', 'nonsense']) {
    cache?.storeNotes(new Map([[hash, notes]]));
    const third = await start();
    expect(third.known).toContain(notes);
    expect(third.found()).toEqual(wanted(3));
  }
});

test('the cache does not grow without end, and two processes may write it at once', async () => {
  await using it = await world(START);
  const folder = it.at('cache');
  const [one, two] = [openJobCache(folder, '1'), openJobCache(folder, '1')];
  const readers = [createConfigReader({ cache: one }), createConfigReader({ cache: two })];
  let largest = 0;
  for (let n = 0; n < 40; n++) {
    await it.write('jobs/b.yaml', pre(job(`c${n}`)));
    for (const reader of readers) await reader.read(it.paths);
    const [name = ''] = await readdir(folder);
    largest = Math.max(largest, (await readFile(join(folder, name), 'utf8')).length);
  }
  expect(largest).toBeLessThan(20_000);
  expect((await readdir(folder)).length).toBe(1);
  expect(said(await createConfigReader({ cache: openJobCache(folder, '1') }).read(it.paths))).toEqual(said(await it.cold()));
});
