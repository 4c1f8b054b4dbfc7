import { expect, test } from '@jest/globals';
import { call, installationToken, startSeeded } from './support/seed.js';

test('a share of the calls fails, the same ones for the same seed', async () => {
  await using github = await startSeeded();
  const token = github.world.as('mia').token();
  const round = async (seed: number): Promise<readonly number[]> => {
    github.faults.set({ failShare: { status: 502, share: 0.3, seed } });
    const statuses: number[] = [];
    for (let count = 0; count < 60; count += 1) statuses.push((await call(github, token, 'GET', '/repos/org/repo')).status);
    return statuses;
  };
  const first = await round(7);
  expect(first.filter((status) => status === 502).length).toBeGreaterThan(8);
  expect(first.filter((status) => status === 200).length).toBeGreaterThan(30);
  expect(await round(7)).toEqual(first);
  expect(await round(8)).not.toEqual(first);
});

test('a 403 says when to come back, and a call that failed did nothing', async () => {
  await using github = await startSeeded();
  const token = await installationToken(github);
  github.world.as('mia').openIssue('org/repo', { title: 'One' });
  github.faults.set({ failShare: { status: 403, share: 1, retryAfter: 3 } });
  const refused = await call(github, token, 'POST', '/repos/org/repo/issues/1/comments', { body: 'Hello' });
  expect(refused).toMatchObject({ status: 403, body: { message: expect.stringContaining('secondary rate limit') } });
  expect(refused.headers.get('retry-after')).toBe('3');
  expect(github.world.issue('org/repo', 1).comments).toEqual([]);
  github.faults.clear();
  expect((await call(github, token, 'POST', '/repos/org/repo/issues/1/comments', { body: 'Hello' })).status).toBe(201);
});

test('an answer can get lost after its effect', async () => {
  await using github = await startSeeded();
  const token = await installationToken(github);
  github.world.as('mia').openIssue('org/repo', { title: 'One' });
  github.faults.set({ failShare: { status: 502, share: 1, when: 'after' } });
  expect((await call(github, token, 'POST', '/repos/org/repo/issues/1/comments', { body: 'Hello' })).status).toBe(502);
  expect(github.world.issue('org/repo', 1).comments).toHaveLength(1);
});

test('a rate limit that is used up says until when', async () => {
  let now = Date.now();
  await using github = await startSeeded({ now: () => now });
  const token = github.world.as('mia').token();
  const until = now + 60_000;
  github.faults.set({ rateLimitExhaustedUntil: until });
  const refused = await call(github, token, 'GET', '/repos/org/repo');
  expect(refused).toMatchObject({ status: 403, body: { message: expect.stringContaining('API rate limit exceeded') } });
  expect(refused.headers.get('x-ratelimit-remaining')).toBe('0');
  expect(Number(refused.headers.get('x-ratelimit-reset'))).toBe(Math.ceil(until / 1000));
  expect(await call(github, token, 'GET', '/rate_limit')).toMatchObject({ status: 200, body: { resources: { core: { remaining: 0 } } } });
  now = until + 1_000;
  expect((await call(github, token, 'GET', '/repos/org/repo')).status).toBe(200);
});

test('a limit of its own runs out by counted calls alone', async () => {
  await using github = await startSeeded({ limits: { core: 3 } });
  const token = github.world.as('mia').token();
  const first = await call(github, token, 'GET', '/repos/org/repo');
  const etag = first.headers.get('etag') ?? '';
  for (let count = 0; count < 5; count += 1) expect((await call(github, token, 'GET', '/repos/org/repo', undefined, { 'if-none-match': etag })).status).toBe(304);
  expect((await call(github, token, 'GET', '/user')).status).toBe(200);
  expect((await call(github, token, 'GET', '/user')).status).toBe(200);
  expect((await call(github, token, 'GET', '/user')).status).toBe(403);
});

test('answers are delayed by as much as asked', async () => {
  await using github = await startSeeded();
  github.faults.set({ delayMs: 120 });
  const begin = performance.now();
  await call(github, undefined, 'GET', '/repos/org/repo');
  expect(performance.now() - begin).toBeGreaterThanOrEqual(115);
});
