import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { createCensor } from '../../../src/adapters/censor.js';
import { createGitHub } from '../../../src/adapters/github/client.js';
import { silentLog } from '../../../src/core/ports/log.js';
import { startGitHub, type EmbeddedGitHub } from '../../../src/embedded/github/server.js';
import { testRedis, type TestRedis } from '../../support/redis.js';
import { countingMetrics } from './fake.js';
import { appKey } from '../../support/appKey.js';

/** What choosing reviewers and checking owners needs of GitHub. */

const repo = { org: 'acme', name: 'site' };
const slug = 'acme/site';
const signal = AbortSignal.timeout(60_000);
let hub: EmbeddedGitHub;
let redis: TestRedis;
let number: number;
let head: string;
const client = () => createGitHub({
  endpoints: [hub.url], graphqlEndpoint: hub.graphqlUrl, auth: { kind: 'app', appId: String(hub.appId), privateKey: () => hub.appKey }, userAgent: 'prow-test', retry: { maxRetries: 6, initialDelayMs: 5, maxSleepMs: 5_000, requestTimeoutMs: 5_000 },
  mode: 'live', redis: redis.redis, prefix: redis.prefix, clock: { now: Date.now }, log: silentLog, metrics: countingMetrics(), censor: createCensor(), enabled: () => [],
}).forPlugin('reviewers');

beforeAll(async () => {
  redis = testRedis();
  hub = await startGitHub({ ...appKey(), manifest: parse(readFileSync(new URL('../../../app.yml', import.meta.url), 'utf8')) as object });
  hub.world.org('acme', { admins: ['ada'], members: ['max'] });
  hub.world.team('acme', 'Site Owners', { members: ['max', 'ada'] });
  await hub.world.repo({ owner: 'acme', name: 'site', files: { 'a.txt': 'one\ntwo\nthree\nfour\n' } });
  hub.world.install('acme');
  await hub.world.as('max').push(slug, { branch: 'main', files: { 'a.txt': 'one\n2\n3\nfour\n' } });
  head = await hub.world.as('ada').push(slug, { branch: 'fix', files: { 'a.txt': 'eins\n2\n3\nfour\nfive\n' }, from: 'main' });
  ({ number } = await hub.world.as('ada').openPull(slug, { title: 'Fix', head: 'fix' }));
});
afterAll(async () => {
  await hub.stop();
  await redis[Symbol.asyncDispose]();
});

test('who wrote which lines; a file that is not there has no blame', async () => {
  const ranges = await client().blame(repo, 'main', 'a.txt', { signal });
  expect(ranges.map(({ from, to, login }) => [from, to, login === 'max'])).toEqual([[1, 1, false], [2, 3, true], [4, 4, false]]);
  expect(ranges.every(({ at }) => !Number.isNaN(Date.parse(at)))).toBe(true);
  await expect(client().blame(repo, 'main', 'gone.txt', { signal })).rejects.toThrow();
  await expect(client().blame(repo, 'no-branch', 'a.txt', { signal })).rejects.toThrow('no blame');
});

test('who is busy; who is in a team', async () => {
  hub.world.busy('max', true);
  expect([await client().isBusy('max', 'acme', { signal }), await client().isBusy('ada', 'acme', { signal })]).toEqual([true, false]);
  expect([...(await client().teamMembers('acme', { slug: 'site-owners' }, { signal }))].sort()).toEqual(['ada', 'max']);
  await expect(client().teamMembers('acme', { slug: 'nobody' }, { signal })).rejects.toMatchObject({ name: 'NotFoundError' });
});

test('a membership is remembered, and asked again where somebody wants to know', async () => {
  const github = client();
  expect([await github.isMember('acme', 'eve', { signal }), await github.isCollaborator(repo, 'eve', { signal })]).toEqual([false, false]);
  hub.world.member('acme', 'eve', 'member');
  expect([await github.isMember('acme', 'eve', { signal }), await github.isCollaborator(repo, 'eve', { signal })]).toEqual([false, false]);
  expect([await github.isMember('acme', 'eve', { signal, fresh: true }), await github.isCollaborator(repo, 'eve', { signal, fresh: true })]).toEqual([true, true]);
});

test('open pull requests with a commit', async () => {
  expect(await client().pullsWithCommit(repo, head, { signal })).toEqual([number]);
  expect(await client().pullsWithCommit(repo, '0'.repeat(40), { signal })).toEqual([]);
});

test('a review comments on lines of the diff, and nowhere else', async () => {
  const github = client();
  const ref = { ...repo, number };
  await github.createReview(ref, { sha: head, body: 'Look.', comments: [{ path: 'a.txt', position: 1, body: 'was' }, { path: 'a.txt', position: 2, body: 'is' }, { path: 'a.txt', position: 6, body: 'end' }] }, { signal, priority: 'comment' });
  expect(hub.world.pull(slug, number).pull.reviewComments.map(({ line, side, body }) => [line, side, body])).toEqual([[1, 'LEFT', 'was'], [1, 'RIGHT', 'is'], [5, 'RIGHT', 'end']]);
  await expect(github.createReview(ref, { sha: head, body: 'Look.', comments: [{ path: 'a.txt', position: 99, body: 'x' }] }, { signal, priority: 'comment' })).rejects.toMatchObject({ status: 422 });
});
