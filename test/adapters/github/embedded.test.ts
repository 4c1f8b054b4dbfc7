import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { createCensor } from '../../../src/adapters/censor.js';
import { createGitHub, type GitHub } from '../../../src/adapters/github/client.js';
import type { GitHubOptions } from '../../../src/adapters/github/options.js';
import { silentLog } from '../../../src/core/ports/log.js';
import { startGitHub, type EmbeddedGitHub } from '../../../src/embedded/github/server.js';
import { testRedis, type TestRedis } from '../../support/redis.js';
import { countingMetrics, pull as seven, repo, signal } from './fake.js';
import { appKey } from '../../support/appKey.js';

// The client and the embedded GitHub were written apart from one another: what they agree on is what GitHub's documentation says.
const slug = 'acme/site';
const how = { signal, priority: 'comment' } as const;
let hub: EmbeddedGitHub;
let redis: TestRedis;
let number: number;
let head: string;

const client = (options: Partial<GitHubOptions> = {}): GitHub =>
  createGitHub({
    endpoints: [hub.url], graphqlEndpoint: hub.graphqlUrl, auth: { kind: 'app', appId: String(hub.appId), privateKey: () => hub.appKey }, userAgent: 'prow-test', retry: { maxRetries: 6, initialDelayMs: 5, maxSleepMs: 5_000, requestTimeoutMs: 5_000 },
    mode: 'live', redis: redis.redis, prefix: redis.prefix, clock: { now: Date.now }, log: silentLog, metrics: countingMetrics(), censor: createCensor(), enabled: () => [], ...options,
  });
const pull = () => ({ ...seven, number });

beforeAll(async () => {
  redis = testRedis();
  hub = await startGitHub({ ...appKey(), manifest: parse(readFileSync(new URL('../../../app.yml', import.meta.url), 'utf8')) as object });
  hub.world.org('acme', { admins: ['ada'], members: ['max'] });
  hub.world.team('acme', 'Site Owners', { members: ['max'] });
  await hub.world.repo({ owner: 'acme', name: 'site', files: { 'README.md': 'hi\n' }, labels: ['lgtm', 'kind/bug #1'], collaborators: { cleo: 'write' } });
  hub.world.install('acme');
  const eve = hub.world.as('eve');
  await eve.fork(slug);
  head = await eve.push('eve/site', { branch: 'fix', files: { 'a.txt': 'a\n' } });
  ({ number } = await eve.openPull(slug, { title: 'Fix', body: 'Please.', head: 'eve:fix' }));
});
afterAll(async () => {
  await hub.stop();
  await redis[Symbol.asyncDispose]();
});

test('who we are, and what the App is allowed', async () => {
  const github = client();
  expect(await github.identity({ signal })).toMatchObject({ kind: 'app', login: `${hub.app.slug}[bot]` });
  expect(await github.granted({ signal })).toMatchObject({ permissions: { issues: 'write' }, events: expect.arrayContaining(['issue_comment']) });
  expect(await github.repositories('acme', { signal })).toEqual(['site']);
});

test('a pull request with all its parts', async () => {
  const github = client().forPlugin('lgtm');
  hub.world.as('ada').comment(slug, number, '/lgtm');
  await hub.world.as('max').review(slug, number, { event: 'APPROVE', body: 'fine' });
  expect(await github.pull(pull(), { signal })).toMatchObject({ ...pull(), title: 'Fix', body: 'Please.', state: 'open', merged: false, draft: false, headSha: head, baseRef: 'main', headRepo: 'eve/site', author: { login: 'eve' } });
  expect(await github.files(pull(), { signal })).toMatchObject([{ path: 'a.txt', status: 'added', additions: 1 }]);
  expect((await github.comments(pull(), { signal })).map(({ user, body }) => `${user.login}: ${body}`)).toEqual(['ada: /lgtm']);
  expect((await github.reviews(pull(), { signal })).map(({ user, state }) => `${user.login} ${state}`)).toEqual(['max APPROVED']);
  expect(await github.reviewComments(pull(), { signal })).toEqual([]);
});

test('labels come, are listed with who put them, and go', async () => {
  const github = client().forPlugin('lgtm');
  await github.addLabel(pull(), 'lgtm', how);
  await github.addLabel(pull(), 'kind/bug #1', how);
  expect([...(await github.labels(pull(), { signal }))].sort()).toEqual(['kind/bug #1', 'lgtm']);
  await github.removeLabel(pull(), 'kind/bug #1', how);
  await github.removeLabel(pull(), 'kind/bug #1', how);
  expect(await github.labels(pull(), { signal })).toEqual(['lgtm']);
  expect((await github.issueEvents(pull(), { signal })).filter(({ label }) => label === 'lgtm')).toMatchObject([{ event: 'labeled', actor: `${hub.app.slug}[bot]` }]);
});

test('comments are made, changed and deleted', async () => {
  const github = client().forPlugin('lgtm');
  const { id } = await github.createComment(pull(), 'one', how);
  await github.editComment(repo, id, 'two', how);
  expect((await github.comments(pull(), { signal })).find((one) => one.id === id)).toMatchObject({ body: 'two' });
  await github.deleteComment(repo, id, how);
  await github.deleteComment(repo, id, how);
  expect((await github.comments(pull(), { signal })).some((one) => one.id === id)).toBe(false);
});

test('the talk read at once is what its parts are one by one', async () => {
  const github = client().forPlugin('approve');
  await github.createComment(pull(), 'from the bot', how);
  await hub.world.as('max').review(slug, number, { event: 'COMMENT', body: 'See below.', comments: [{ path: 'a.txt', line: 1, body: '/approve' }] });
  const [comments, reviews, reviewComments, labels] = await Promise.all([github.comments(pull(), { signal }), github.reviews(pull(), { signal }), github.reviewComments(pull(), { signal }), github.labels(pull(), { signal })]);
  expect(reviewComments.map(({ body }) => body)).toEqual(['/approve']);
  expect(comments.some(({ user }) => user.login.endsWith('[bot]'))).toBe(true);
  expect(await github.talk(pull(), { signal })).toEqual({ comments, reviews, reviewComments, labels });
});

test('who belongs where', async () => {
  const github = client().forPlugin('trigger');
  expect(await Promise.all(['ada', 'max', 'eve', 'cleo'].map((login) => github.isMember('acme', login, { signal })))).toEqual([true, true, false, false]);
  expect(await Promise.all(['cleo', 'eve'].map((login) => github.isCollaborator(repo, login, { signal })))).toEqual([true, false]);
  expect(await github.collaborators(repo, { signal })).toContain('cleo');
  expect(await github.isTeamMember('acme', 'Site Owners', 'max', { signal })).toBe(true);
  expect(await github.isTeamMember('acme', 'Site Owners', 'ada', { signal })).toBe(false);
});

test('branches, trees, contexts and searches', async () => {
  const github = client().forPlugin('trigger');
  const sha = await github.branchSha(repo, 'main', { signal });
  expect(sha).toBe(hub.world.find(slug).heads.get('main'));
  expect(await github.treeSha(repo, sha, { signal })).toMatch(/^[0-9a-f]{40}$/);
  await github.setStatus(repo, head, { context: 'ci', state: 'pending', description: 'waits', url: 'http://x.example/' }, { signal, priority: 'status' });
  expect(await github.contexts(repo, head, { signal })).toMatchObject([{ context: 'ci', state: 'pending', description: 'waits', source: 'status' }]);
  expect(await github.countSearch('acme', `is:pr repo:${slug} author:eve`, { signal })).toBe(1);
  expect(await github.workflowRuns(repo, { headSha: head, branch: 'fix', event: 'pull_request' }, { signal })).toEqual([]);
});

test('assignees and reviewers', async () => {
  const github = client().forPlugin('assign');
  expect(await github.assign(pull(), ['max', 'nobody'], how)).toEqual({ missing: ['nobody'] });
  expect(await github.unassign(pull(), ['max'], how)).toEqual({ extra: [] });
  expect(await github.requestReview(pull(), ['max', 'nobody'], how)).toEqual({ missing: ['nobody'] });
  expect(await github.unrequestReview(pull(), ['max'], how)).toEqual({ extra: [] });
});

test('a permission that was taken away is named', async () => {
  const installation = [...hub.hub.state.installations.values()].find(({ account }) => account === 'acme');
  expect(installation).toBeDefined();
  const had = hub.app.permissions;
  Object.assign(hub.app, { permissions: Object.fromEntries(Object.entries(had).filter(([name]) => name !== 'issues' && name !== 'pull_requests')) });
  if (installation) Object.assign(installation, { permissions: hub.app.permissions });
  await using other = testRedis();
  const failing = client({ redis: other.redis, prefix: other.prefix }).forPlugin('lgtm').addLabel(pull(), 'lgtm', how);
  await expect(failing).rejects.toMatchObject({ name: 'PermissionError', permission: expect.stringMatching(/issues: write|pull_requests: write/) });
  Object.assign(hub.app, { permissions: had });
  if (installation) Object.assign(installation, { permissions: had });
});

test.each<{ when: 'before' | 'after' }>([{ when: 'before' }, { when: 'after' }])('with a third of answers 502 ($when the effect) labels come exactly once, and no comment twice', async ({ when }) => {
  const github = client({ retry: { maxRetries: 12, initialDelayMs: 1, maxSleepMs: 5_000, requestTimeoutMs: 5_000 } }).forPlugin('lgtm');
  hub.faults.set({ failShare: { status: 502, share: 0.3, seed: 7, when } });
  const names = Array.from({ length: 12 }, (_, i) => `${when}-${i}`);
  try {
    await Promise.all(names.map((name) => github.addLabel(pull(), name, how)));
    const told = await Promise.all(names.map((body) => github.createComment(pull(), body, how).then(() => body, (error: unknown) => { expect(error).toMatchObject({ name: 'RemoteError', retry: 'later' }); return undefined; })));
    hub.faults.clear();
    const there = (await github.comments(pull(), { signal })).map(({ body }) => body).filter((body) => names.includes(body));
    expect(there).toHaveLength(new Set(there).size);
    expect(there).toEqual(expect.arrayContaining(told.filter((body) => body !== undefined)));
  } finally {
    hub.faults.clear();
  }
  const added = (await github.issueEvents(pull(), { signal })).filter(({ event, label }) => event === 'labeled' && label?.startsWith(`${when}-`));
  expect(added.map(({ label }) => label).sort()).toEqual([...names].sort());
});

test('repeated reads are free', async () => {
  const metrics = countingMetrics();
  const github = client({ metrics }).forPlugin('lgtm');
  for (let n = 0; n < 3; n++) await github.pull(pull(), { signal });
  expect(metrics.counts.get('prow_github_requests_total lgtm free read') ?? 0).toBeGreaterThanOrEqual(2);
});

test('the tide check and the merge, and the merge read back', async () => {
  const { merging } = client();
  const urgent = { signal, priority: 'merge' } as const;
  await merging.setVerdict(repo, head, { state: 'pending', title: 'Waits.', summary: '', url: '' }, { kind: 'check', id: undefined, externalId: 'x' }, urgent);
  await merging.setVerdict(repo, head, { state: 'success', title: 'In the pool.', summary: '', url: '' }, { kind: 'check', id: undefined, externalId: 'y' }, urgent);
  expect(hub.world.find(slug).checkRuns.filter(({ name }) => name === 'tide')).toMatchObject([{ status: 'completed', conclusion: 'success', externalId: 'y' }]);
  expect(await merging.landed(pull(), { signal })).toBeUndefined();
  expect(await merging.merge(pull(), { sha: '0'.repeat(40), method: 'merge', title: undefined, message: undefined }, urgent)).toMatchObject({ kind: 'head_changed' });
  const merged = await merging.merge(pull(), { sha: head, method: 'merge', title: 'Merge it', message: undefined }, urgent);
  expect(merged).toMatchObject({ kind: 'merged' });
  expect(await merging.merge(pull(), { sha: head, method: 'merge', title: undefined, message: undefined }, urgent)).toEqual({ kind: 'already_merged', sha: 'sha' in merged ? merged.sha : '' });
  expect(await merging.baseSha(repo, 'main', { signal })).toBe('sha' in merged ? merged.sha : '');
});
