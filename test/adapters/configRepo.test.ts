import { existsSync, statSync } from 'node:fs';
import { readdir, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { followConfigRepo, type ConfigRepo } from '../../src/adapters/configRepo.js';
import { configPathsOf, layoutOf, resolveFile, type ConfigPaths, type Tree } from '../../src/adapters/configRepoFiles.js';
import { lookAgainAfter, type Looked } from '../../src/adapters/configRepoLooks.js';
import { createMirrors } from '../../src/adapters/git/mirror.js';
import type { PushEvent } from '../../src/core/event.js';
import { silentLog } from '../../src/core/ports/log.js';
import { remote, type Remote } from './git/repository.js';

const repo = { org: 'o', name: 'r' };
const anywhere: ConfigPaths = { configPath: undefined, jobConfigPath: undefined, pluginConfigPath: undefined, prowDirs: [], pluginDirs: [] };

test.each<{ name: string; files: readonly string[]; paths?: Partial<ConfigPaths>; want: unknown }>([
  { name: 'config/prow', files: ['config/prow/config.yaml', 'config/prow/plugins.yaml', 'config.yaml'], want: { configPath: 'config/prow/config.yaml', pluginConfigPath: 'config/prow/plugins.yaml', jobConfigPath: 'config/jobs', jobs: 'usual' } },
  { name: 'prow', files: ['prow/config.yaml', 'prow/plugins.yaml'], want: { configPath: 'prow/config.yaml', pluginConfigPath: 'prow/plugins.yaml', jobConfigPath: 'prow/jobs', jobs: 'usual' } },
  { name: 'the root', files: ['config.yaml', 'plugins.yaml'], want: { configPath: 'config.yaml', pluginConfigPath: 'plugins.yaml', jobConfigPath: 'jobs', jobs: 'usual' } },
  { name: 'a place that was named has no usual jobs', files: ['a/c.yaml', 'a/plugins.yaml'], paths: { configPath: 'a/c.yaml' }, want: { configPath: 'a/c.yaml', pluginConfigPath: 'a/plugins.yaml', jobConfigPath: undefined, jobs: 'none' } },
  { name: 'all named', files: ['a/c.yaml', 'b/p.yaml'], paths: { configPath: 'a/c.yaml', pluginConfigPath: 'b/p.yaml', jobConfigPath: 'j' }, want: { configPath: 'a/c.yaml', pluginConfigPath: 'b/p.yaml', jobConfigPath: 'j', jobs: 'named' } },
])('the configuration is looked for: $name', ({ files, paths = {}, want }) => {
  expect(layoutOf({ ...anywhere, ...paths }, (path) => files.includes(path))).toEqual(want);
});

test.each<{ name: string; files: readonly string[]; paths?: Partial<ConfigPaths>; says: string }>([
  { name: 'nothing', files: ['README.md'], says: 'there is no config/prow/config.yaml, no prow/config.yaml, no config.yaml; say with --config-path where config.yaml is' },
  { name: 'not there', files: ['config.yaml'], paths: { configPath: 'x.yaml' }, says: 'there is no file x.yaml (--config-path)' },
  { name: 'no plugins', files: ['prow/config.yaml'], says: 'there is no file prow/plugins.yaml; say with --plugin-config where plugins.yaml is' },
  { name: 'named plugins', files: ['config.yaml'], paths: { pluginConfigPath: 'p.yaml' }, says: 'there is no file p.yaml (--plugin-config)' },
])('what is missing is named: $name', ({ files, paths = {}, says }) => {
  expect(() => layoutOf({ ...anywhere, ...paths }, (path) => files.includes(path))).toThrow(says);
});

const treeOf = (paths: Readonly<Record<string, string | null>>): Tree => new Map(Object.entries(paths).map(([path, target]) => [path, target === null ? { kind: 'file', id: `id of ${path}`, size: 1 } : { kind: 'link', id: target, size: target.length }]));

test('only configuration is taken out of a tree', () => {
  const tree = treeOf({ 'config.yaml': null, 'plugins.yaml': null, 'VERSION': null, 'go.mod': null, 'jobs/a.yaml': null, 'jobs/b/c.yml': null, 'jobs/.prowignore': null, 'jobs/run.sh': null, 'jobsite/x.yaml': null, 'more/x_prowconfig.yaml': null });
  const layout = layoutOf(anywhere, (path) => tree.has(path));
  expect(configPathsOf(tree, layout, { prowDirs: ['more'], pluginDirs: [] })).toEqual(['config.yaml', 'plugins.yaml', 'VERSION', 'jobs/a.yaml', 'jobs/b/c.yml', 'jobs/.prowignore', 'more/x_prowconfig.yaml']);
  expect(configPathsOf(tree, { ...layout, jobConfigPath: '.' }, { prowDirs: [], pluginDirs: [] })).toContain('jobsite/x.yaml');
});

test.each<{ name: string; tree: Readonly<Record<string, string | null>>; want: string | undefined }>([
  { name: 'a file', tree: { 'jobs/a.yaml': null }, want: 'id of jobs/a.yaml' },
  { name: 'a link inside', tree: { 'jobs/a.yaml': '../other/b.yaml', 'other/b.yaml': null }, want: 'id of other/b.yaml' },
  { name: 'a link to a link', tree: { 'jobs/a.yaml': 'b.yaml', 'jobs/b.yaml': '../c.yaml', 'c.yaml': null }, want: 'id of c.yaml' },
  { name: 'a link to nothing', tree: { 'jobs/a.yaml': 'b.yaml' }, want: undefined },
])('links are followed: $name', ({ tree, want }) => {
  expect(resolveFile(treeOf(tree), 'jobs/a.yaml', (id) => id)?.id).toBe(want);
});

test.each([
  ['an absolute link', '/etc/passwd'], ['a link above the root', '../../secret'], ['a link to the root\'s parent', '../..'],
])('a link that leads out of the repository is refused: %s', (_name, target) => {
  expect(() => resolveFile(treeOf({ 'jobs/a.yaml': target }), 'jobs/a.yaml', (id) => id)).toThrow(`jobs/a.yaml is a link that leads out of the repository, to ${target}`);
});

test('links in a circle are refused', () => {
  expect(() => resolveFile(treeOf({ a: 'b', b: 'a' }), 'a', (id) => id)).toThrow('a is a link that leads in a circle');
});

test.each<{ outcome: Looked; times: number; ms: number }>([
  { outcome: 'same', times: 9, ms: 120_000 }, { outcome: 'new', times: 1, ms: 120_000 },
  { outcome: 'away', times: 1, ms: 10_000 }, { outcome: 'away', times: 3, ms: 40_000 }, { outcome: 'away', times: 30, ms: 120_000 },
  { outcome: 'late', times: 1, ms: 1_000 }, { outcome: 'late', times: 5, ms: 5_000 }, { outcome: 'late', times: 6, ms: 120_000 },
])('after "$outcome" ($times times) it looks again in $ms ms', ({ outcome, times, ms }) => {
  expect(lookAgainAfter(outcome, times)).toBe(ms);
});

const config = (label: string): string => `tide: {blocker_label: ${label}}\n`;
const job = (name: string): string => `presubmits: {o/r: [{name: ${name}, spec: {containers: [{image: i}]}}]}\n`;
const good = { 'prow/config.yaml': config('one'), 'prow/plugins.yaml': 'plugins: {}\n', 'prow/jobs/a.yaml': job('a'), 'src/big.txt': 'not configuration\n' };

/** A follower of a real repository; GitHub's answer, clock and timers are in the test's hand. */
async function follower(from: Remote, sha: string, more: Readonly<{ folder?: string; paths?: Partial<ConfigPaths> }> = {}) {
  const hand = { sha, away: undefined as string | undefined, now: Date.now(), asked: 0, forgot: 0, planned: [] as { ms: number; call: () => void }[] };
  const clock = { now: () => hand.now };
  const dir = join(from.scratch, 'state', more.folder ?? 'config');
  const start = (): Promise<ConfigRepo> => followConfigRepo({ repo, branch: undefined, paths: { ...anywhere, ...more.paths }, suffixes: { prow: '_prowconfig.yaml', plugin: '_pluginconfig.yaml' }, dir }, {
    tip: {
      find: async () => {
        hand.asked++;
        if (hand.away !== undefined) throw new Error(hand.away);
        return { branch: 'main', sha: hand.sha };
      },
      forget: () => { hand.forgot++; },
    },
    mirrors: createMirrors({ dir: join(dir, 'git'), baseUrl: from.baseUrl, credentials: async () => undefined, clock: { now: () => Date.now() }, env: process.env, log: silentLog, censor: (text) => text, depth: 1 }),
    clock, log: silentLog, every: () => ({ stop() {} }),
    after: (ms, call) => {
      const plan = { ms, call };
      hand.planned = [plan];
      return { stop: () => { hand.planned = hand.planned.filter((one) => one !== plan); } };
    },
  });
  return { hand, dir, start, at: (path: string) => join(dir, 'current', path) };
}

const label = (at: ConfigRepo): string => at.current().prow.tide.blocker_label;

test('a push takes effect, files that it leaves alone stay the same files, and old checkouts go', async () => {
  await using from = await remote();
  const first = await from.commit(undefined, good);
  const { hand, dir, start, at } = await follower(from, first);
  await using followed = await start();
  expect([label(followed), followed.commit(), followed.source(), followed.problem(), followed.remark()]).toEqual(['one', first, 'o/r@main', undefined, undefined]);
  expect(existsSync(at('src/big.txt'))).toBe(false);
  const before = statSync(at('prow/jobs/a.yaml'));

  hand.sha = await from.commit(first, { 'prow/config.yaml': config('second'), 'prow/jobs/b.yaml': job('b') });
  await followed.look(hand.sha);
  expect([label(followed), followed.commit()]).toEqual(['second', hand.sha]);
  expect(followed.current().presubmits(repo).map(({ name }) => name)).toEqual(['a', 'b']);
  const after = statSync(at('prow/jobs/a.yaml'));
  expect([after.ino, after.mtimeMs, after.size]).toEqual([before.ino, before.mtimeMs, before.size]);

  hand.now += 3_600_000;
  hand.sha = await from.commit(hand.sha, { 'prow/jobs/b.yaml': null });
  await followed.look();
  expect((await readdir(dir)).filter((name) => /^[0-9a-f]{40}$/.test(name))).toEqual([hand.sha]);
  expect(followed.current().presubmits(repo).map(({ name }) => name)).toEqual(['a']);
  expect(await readFile(at('prow/plugins.yaml'), 'utf8')).toBe('plugins: {}\n');
});

test('a broken commit leaves the last good one in force and is named with its place; so it is after a restart', async () => {
  await using from = await remote();
  const first = await from.commit(undefined, good);
  const { hand, start } = await follower(from, first);
  {
    await using followed = await start();
    hand.sha = await from.commit(first, { 'prow/config.yaml': 'tide:\n  blocker_label: [\n' });
    await followed.look();
    expect([label(followed), followed.commit()]).toEqual(['one', first]);
    expect(followed.problem()).toMatch(new RegExp(`^o/r@${hand.sha.slice(0, 12)} is broken, ${first.slice(0, 12)} stays in force:\nprow/config\\.yaml:\\d+:\\d+: `));
  }
  await using again = await start();
  expect([label(again), again.commit()]).toEqual(['one', first]);
  expect(again.problem()).toContain('prow/config.yaml:');

  hand.sha = await from.commit(hand.sha, { 'prow/config.yaml': config('mended') });
  await again.look();
  expect([label(again), again.problem(), again.commit()]).toEqual(['mended', undefined, hand.sha]);
});

test.each<{ name: string; change: Parameters<Remote['commit']>[1]; says: string }>([
  { name: 'a link out of the repository', change: { 'prow/jobs/evil.yaml': { link: '/etc/passwd' } }, says: 'prow/jobs/evil.yaml is a link that leads out of the repository, to /etc/passwd' },
  { name: 'config.yaml gone', change: { 'prow/config.yaml': null }, says: 'there is no config/prow/config.yaml, no prow/config.yaml, no config.yaml' },
  { name: 'config.yaml moved', change: { 'config/prow/config.yaml': config('x'), 'config/prow/plugins.yaml': '{}\n' }, says: 'the configuration has moved from prow/config.yaml to config/prow/config.yaml: a restart finds it there' },
])('what cannot be taken is said, and the last good one stays: $name', async ({ change, says }) => {
  await using from = await remote();
  const first = await from.commit(undefined, good);
  const { hand, start } = await follower(from, first);
  await using followed = await start();
  hand.sha = await from.commit(first, change);
  await followed.look();
  expect([label(followed), followed.commit()]).toEqual(['one', first]);
  expect(followed.problem()).toContain(says);
  hand.sha = await from.commit(first, { 'prow/config.yaml': config('mended') });
  await followed.look();
  expect([label(followed), followed.problem()]).toEqual(['mended', undefined]);
});

test('while GitHub is away a start takes the last good checkout, says so, and looks again soon', async () => {
  await using from = await remote();
  const first = await from.commit(undefined, good);
  const { hand, start } = await follower(from, first);
  await (await start())[Symbol.asyncDispose]();
  hand.away = 'connect ECONNREFUSED';
  await using followed = await start();
  expect([label(followed), followed.commit(), followed.source(), followed.problem()]).toEqual(['one', first, 'o/r@main', undefined]);
  expect(followed.remark()).toMatch(/^o\/r cannot be read since .*Z, [0-9a-f]{12} stays in force: connect ECONNREFUSED$/);
  expect(hand.planned.map(({ ms }) => ms)).toEqual([10_000]);

  hand.away = undefined;
  hand.sha = await from.commit(first, { 'prow/config.yaml': config('newer') });
  await followed.look();
  expect([label(followed), followed.remark()]).toEqual(['newer', undefined]);
});

test('a first start needs GitHub, and a configuration that can be loaded', async () => {
  await using from = await remote();
  const broken = await from.commit(undefined, { ...good, 'prow/plugins.yaml': 'plugins: [\n' });
  const { hand, start } = await follower(from, broken);
  await expect(start()).rejects.toThrow(new RegExp(`^o/r@${broken.slice(0, 12)}: prow/plugins\\.yaml:\\d+:\\d+: `));
  hand.sha = await from.commit(broken, { 'prow/config.yaml': null });
  await expect(start()).rejects.toThrow('there is no config/prow/config.yaml, no prow/config.yaml, no config.yaml');
  hand.away = 'connect ECONNREFUSED';
  await expect(start()).rejects.toThrow(/^the configuration of o\/r cannot be read, and there is no earlier checkout of it in .*: connect ECONNREFUSED$/);
});

test('GitHub may show a push a moment after it told of it', async () => {
  await using from = await remote();
  const first = await from.commit(undefined, good);
  const { hand, start } = await follower(from, first);
  await using followed = await start();
  const second = await from.commit(first, { 'prow/config.yaml': config('second') });
  await followed.look(second);
  expect([label(followed), hand.planned.map(({ ms }) => ms)]).toEqual(['one', [1_000]]);
  hand.sha = second;
  hand.planned[0]?.call();
  await followed.look();
  expect([label(followed), hand.planned.map(({ ms }) => ms)]).toEqual(['second', [120_000]]);
});

test('looks never overlap: many at once come to one under way and one more', async () => {
  await using from = await remote();
  const { hand, start } = await follower(from, await from.commit(undefined, good));
  await using followed = await start();
  hand.asked = 0;
  await Promise.all(Array.from({ length: 10 }, () => followed.look()));
  expect(hand.asked).toBe(2);
});

test('followers that share a folder come to the same commit, whoever is first', async () => {
  await using from = await remote();
  const first = await from.commit(undefined, good);
  const [a, b] = [await follower(from, first), await follower(from, first)];
  await using one = await a.start();
  await using two = await b.start();
  a.hand.sha = await from.commit(first, { 'prow/config.yaml': config('stale') });
  b.hand.sha = await from.commit(a.hand.sha, { 'prow/config.yaml': config('newest') });
  await two.look();
  await one.look(); // what it saw was older
  a.hand.sha = b.hand.sha;
  await Promise.all([one.look(), two.look()]);
  expect([label(one), label(two), one.commit(), two.commit()]).toEqual(['newest', 'newest', b.hand.sha, b.hand.sha]);
});

test('a checkout that was cut short is written anew', async () => {
  await using from = await remote();
  const first = await from.commit(undefined, good);
  const { dir, start } = await follower(from, first);
  await (await start())[Symbol.asyncDispose]();
  await truncate(join(dir, first, 'prow/config.yaml'), 0);
  await using followed = await start();
  await followed.look();
  expect(label(followed)).toBe('one');
});

const push: PushEvent = { kind: 'push', repo: { org: 'O', name: 'R' }, sender: { login: 'ada', type: 'User' }, ref: 'refs/heads/main', before: '0', after: 'abc', deleted: false, created: false, compareUrl: '', repoUrl: '', ownerName: 'o', commits: [], partial: false };

test('an event concerns it when the branch or the repository changed', async () => {
  await using from = await remote();
  const { hand, start } = await follower(from, await from.commit(undefined, good));
  await using followed = await start();
  expect(followed.concerns(push)).toBe('abc');
  expect(followed.concerns({ ...push, deleted: true })).toBe('');
  expect(followed.concerns({ ...push, ref: 'refs/heads/other' })).toBeUndefined();
  expect(followed.concerns({ ...push, repo: { org: 'o', name: 'other' } })).toBeUndefined();
  const edited = followed.concerns({ kind: 'other', name: 'repository', action: 'edited', repo, org: 'o', sender: undefined });
  expect(edited).toBe('');
  await followed.look(edited);
  expect(hand.forgot).toBe(1);
});
