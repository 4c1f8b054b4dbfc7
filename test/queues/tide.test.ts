import { expect, test } from '@jest/globals';
import { tideQueue } from '../../queues/tide.js';
import { tideSyncQueue } from '../../queues/tideSync.js';
import type { TideKey } from '../../src/tide/keys.js';
import { runPool } from '../../src/tide/pool.js';
import { fakeDeps, FakeGitHub } from '../tide/fakes.js';
import { NOW, headOf, member, snapshot } from '../tide/fixtures.js';

const MAIN = { org: 'acme', name: 'app', branch: 'main' };
const run = () => ({ signal: new AbortController().signal, attempt: 1 });
const source = (config = snapshot()) => ({ current: () => config, problem: () => undefined });

test('keys: a branch, a head, a repository', () => {
  expect([MAIN, { org: 'acme', name: 'app', sha: 'abc' }, { org: 'acme', name: 'app', all: true } as const].map((key) => tideQueue.dedupe(key))).toEqual(['acme/app@main', 'acme/app:abc', 'acme/app']);
  expect(tideQueue.payload.safeParse({ org: 'acme', name: 'app' }).success).toBe(false);
});

test('a head leads to its pool, which merges and is looked at again', async () => {
  const github = new FakeGitHub([member(1)]);
  const deps = fakeDeps(github);
  await runPool(MAIN, snapshot(), { ...deps, mode: 'read' });
  expect(await tideQueue.process({ org: 'acme', name: 'app', sha: headOf(1) }, { ...deps, config: source() }, run())).toEqual({ lookAgainAt: NOW });
  expect(github.merged.has(1)).toBe(true);
});

test('a pool that another worker has is looked at again soon, and freed after each run', async () => {
  const github = new FakeGitHub([member(1)]);
  const deps = { ...fakeDeps(github), config: source() };
  const lease = await deps.memory.take('acme/app@main', 1);
  expect(await tideQueue.process(MAIN, deps, run())).toEqual({ lookAgainAt: NOW + 500 });
  expect(github.calls).toEqual([]);
  await lease?.release();
  await tideQueue.process(MAIN, deps, run());
  expect(github.merged.has(1)).toBe(true);
  expect(await deps.memory.take('acme/app@main', 1)).toBeDefined();
});

test('a pool that cannot be decided keeps what is known of it, with the reason', async () => {
  const github = new FakeGitHub([member(1, { labels: [] })]);
  const deps = { ...fakeDeps(github), config: source() };
  await tideQueue.process(MAIN, deps, run());
  github.before = () => { throw new Error('GitHub is down'); };
  await expect(tideQueue.process(MAIN, deps, run())).rejects.toThrow('GitHub is down');
  expect(deps.views.known.get('acme/app@main')).toMatchObject({ error: 'GitHub is down', pulls: [{ number: 1 }] });
  expect(await deps.memory.take('acme/app@main', 1)).toBeDefined();
});

test('the sync looks at what the searches find and at pools with somebody in them, and forgets pools no query is about', async () => {
  const github = new FakeGitHub([member(1, { baseRef: 'dev' })]);
  const deps = fakeDeps(github);
  const pool = { org: 'acme', repo: 'app', baseSha: 'b', at: NOW, action: 'WAIT', target: [], blockers: [], error: undefined } as const;
  const pull = { number: 3, title: 't', author: 'a', url: 'u', headSha: 'h', reasons: [] };
  await deps.views.putPool({ ...pool, branch: 'busy', pulls: [{ ...pull, state: 'pending' }] });
  await deps.views.putPool({ ...pool, branch: 'idle', pulls: [{ ...pull, state: 'waiting' }] });
  await deps.views.putPool({ ...pool, branch: 'old', at: NOW - 3_600_000, pulls: [] });
  await deps.views.putPool({ ...pool, org: 'gone', branch: 'main', pulls: [] });
  const looked: string[] = [];
  const pools = { add: async (key: TideKey) => { looked.push(tideQueue.dedupe(key)); } };
  await tideSyncQueue.process({}, { ...deps, config: source(), pools }, run());
  expect(looked.sort()).toEqual(['acme/app@busy', 'acme/app@dev', 'acme/app@old']);
  expect([...deps.views.known.keys()]).not.toContain('gone/app@main');
});

test('a failing search of one organisation costs no other its look', async () => {
  const github = new FakeGitHub([member(1)]);
  const deps = fakeDeps(github);
  let searches = 0;
  github.before = () => { if (searches++ === 0) throw new Error('no installation'); };
  const looked: string[] = [];
  const pools = { add: async (key: TideKey) => { looked.push(tideQueue.dedupe(key)); } };
  await tideSyncQueue.process({}, { ...deps, config: source(snapshot({ queries: [{ orgs: ['other', 'acme'] }] })), pools }, run());
  expect(looked).toEqual(['acme/app@main']);
});

test.each([
  { period: '10s', want: { lookAgainAt: NOW + 10_000 }, ran: true }, { period: '1m', want: undefined, ran: true }, { period: '5m', want: undefined, ran: false },
])('sync_period $period', async ({ period, want, ran }) => {
  const github = new FakeGitHub([]);
  const deps = fakeDeps(github);
  await deps.memory.set('sync:last', String(NOW - 60_000), 1);
  expect(await tideSyncQueue.process({}, { ...deps, config: source(snapshot({ sync_period: period })), pools: { add: async () => {} } }, run())).toEqual(want);
  expect(github.calls.length > 0).toBe(ran);
});
