import { describe, expect, test } from '@jest/globals';
import { createCensor } from '../../../src/adapters/censor.js';
import { NotFoundError, PermissionError, RemoteError } from '../../../src/core/errors.js';
import { silentLog } from '../../../src/core/ports/log.js';
import { eventually } from '../../support/redis.js';
import { fakeServer, gate, pull, repo, signal, startWorld } from './fake.js';

const comment = { signal, priority: 'comment' } as const;
const rawPull = (title: string) => ({ number: 7, title, base: { ref: 'main', sha: 'b' }, head: { ref: 'fix', sha: 'h' } });

describe('the conditional cache', () => {
  test('a 304 gives the stored answer, also to another worker, and is free', async () => {
    await using world = await startWorld(({ headers }) => (headers['if-none-match'] === '"1"' ? { status: 304 } : { body: rawPull('one'), headers: { etag: '"1"' } }));
    expect((await world.github.forPlugin('lgtm').pull(pull, { signal })).title).toBe('one');
    expect((await world.another().forPlugin('hold').pull(pull, { signal })).title).toBe('one');
    expect(world.server.asked).toHaveLength(2);
    expect(Object.fromEntries(world.metrics.counts)).toEqual({
      'prow_github_requests_total lgtm counted read': 1, 'prow_github_requests_total hold free read': 1,
      'ghcache_responses MISS /repos/:owner/:repo/pulls/:pullId': 1, 'ghcache_responses REVALIDATED /repos/:owner/:repo/pulls/:pullId': 1,
    });
  });

  test('what has changed replaces what was stored', async () => {
    await using world = await startWorld((_asked, nth) => ({ body: rawPull(`title ${nth}`), headers: { etag: `"${nth}"` } }));
    const reads = world.github.forPlugin('lgtm');
    expect((await reads.pull(pull, { signal })).title).toBe('title 1');
    expect((await reads.pull(pull, { signal })).title).toBe('title 2');
    expect(world.server.asked[1]?.headers['if-none-match']).toBe('"1"');
    expect(world.metrics.counts.get('ghcache_responses CHANGED /repos/:owner/:repo/pulls/:pullId')).toBe(1);
  });

  test('answers of one address with different Accept are kept apart', async () => {
    await using world = await startWorld(({ headers }) => ({ body: { got: headers.accept }, headers: { etag: '"e"' } }));
    const get = (accept: string) => world.github.http.call({ method: 'GET', route: '/x', org: 'acme', plugin: 'p', priority: 'read', signal, accept });
    await get('application/json');
    expect((await get('application/vnd.github.diff')).data).toEqual({ got: 'application/vnd.github.diff' });
    expect(world.server.asked[1]?.headers['if-none-match']).toBeUndefined();
  });

  test('a long answer survives the cache', async () => {
    const title = 'é'.repeat(5_000);
    await using world = await startWorld(({ headers }) => (headers['if-none-match'] ? { status: 304 } : { body: rawPull(title), headers: { etag: '"1"' } }));
    const reads = world.github.forPlugin('lgtm');
    await reads.pull(pull, { signal });
    expect((await reads.pull(pull, { signal })).title).toBe(title);
  });
});

describe('coalescing', () => {
  test('equal reads at the same time are one request, and the joined one is free', async () => {
    const held = gate();
    await using world = await startWorld(async () => { await held.opened; return { body: rawPull('one') }; });
    const both = [world.github.forPlugin('lgtm').pull(pull, { signal }), world.github.forPlugin('hold').pull(pull, { signal })];
    await eventually('the request', () => world.server.asked.length === 1);
    held.open();
    expect((await Promise.all(both)).map(({ title }) => title)).toEqual(['one', 'one']);
    expect(world.server.asked).toHaveLength(1);
    expect(world.metrics.counts.get('prow_github_requests_total hold free read')).toBe(1);
  });

  test('a caller who gives up does not take the answer from the other', async () => {
    const held = gate();
    await using world = await startWorld(async () => { await held.opened; return { body: rawPull('one') }; });
    const gone = new AbortController();
    const first = world.github.forPlugin('lgtm').pull(pull, { signal: gone.signal });
    const second = world.github.forPlugin('hold').pull(pull, { signal });
    await eventually('the request', () => world.server.asked.length === 1);
    gone.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    held.open();
    expect((await second).title).toBe('one');
  });

  test('a read that begins after a write does not join one from before it', async () => {
    const held = gate();
    await using world = await startWorld(async ({ method }, nth) => {
      if (method === 'POST') return { body: [] };
      if (nth === 1) await held.opened;
      return { body: nth === 1 ? [] : [{ name: 'lgtm' }] };
    });
    const mine = world.github.forPlugin('lgtm');
    const before = mine.labels(pull, { signal });
    await eventually('the first read', () => world.server.asked.length === 1);
    await mine.addLabel(pull, 'lgtm', comment);
    expect(await mine.labels(pull, { signal })).toEqual(['lgtm']);
    held.open();
    expect(await before).toEqual([]);
  });
});

describe('failures', () => {
  test('a read is repeated after 502 and after a cut connection', async () => {
    await using world = await startWorld((_asked, nth) => (nth === 1 ? { status: 502 } : nth === 2 ? 'drop' : { body: rawPull('one') }));
    expect((await world.github.forPlugin('lgtm').pull(pull, { signal })).title).toBe('one');
    expect(world.server.asked).toHaveLength(3);
  });

  test('the last failure is told after maxRetries attempts', async () => {
    await using world = await startWorld(() => ({ status: 503, body: { message: 'Unicorn' } }));
    await expect(world.github.forPlugin('lgtm').pull(pull, { signal })).rejects.toMatchObject({ name: 'RemoteError', status: 503, retry: 'later' });
    expect(world.server.asked).toHaveLength(4);
  });

  test.each<{ name: string; answer: { status: number } | 'drop' }>([{ name: '502', answer: { status: 502 } }, { name: 'a cut connection', answer: 'drop' }])('a comment is not sent again after $name: it may be there', async ({ answer }) => {
    await using world = await startWorld(() => answer);
    await expect(world.github.forPlugin('lgtm').createComment(pull, 'hi', comment)).rejects.toMatchObject({ name: 'RemoteError', retry: 'later' });
    expect(world.server.asked).toHaveLength(1);
  });

  test('a comment that never left goes to the next endpoint', async () => {
    const closed = await fakeServer(() => undefined);
    await closed[Symbol.asyncDispose]();
    await using server = await fakeServer(() => ({ status: 201, body: { id: 5 } }));
    await using world = await startWorld(() => undefined);
    const github = world.another({ endpoints: [closed.url, server.url] });
    expect(await github.forPlugin('lgtm').createComment(pull, 'hi', comment)).toEqual({ id: 5 });
  });

  test('adding a label may be repeated', async () => {
    await using world = await startWorld((_asked, nth) => (nth === 1 ? { status: 502 } : { body: [] }));
    await world.github.forPlugin('lgtm').addLabel(pull, 'lgtm', comment);
    expect(world.server.asked).toHaveLength(2);
  });

  test('a 404 is an answer and is not asked again, unless told so', async () => {
    await using world = await startWorld(() => undefined);
    await expect(world.github.forPlugin('lgtm').pull(pull, { signal })).rejects.toBeInstanceOf(NotFoundError);
    expect(world.server.asked).toHaveLength(1);
    await expect(world.github.http.call({ method: 'GET', route: '/new', org: 'acme', plugin: 'p', priority: 'read', signal, retry404: 2 })).rejects.toBeInstanceOf(NotFoundError);
    expect(world.server.asked).toHaveLength(4);
  });

  test('a missing permission is named as app.yml writes it', async () => {
    await using world = await startWorld(() => ({ status: 403, body: { message: 'Resource not accessible by integration' }, headers: { 'x-accepted-github-permissions': 'issues=write; pull_requests=write' } }));
    const failed = world.github.forPlugin('lgtm').addLabel(pull, 'lgtm', comment);
    await expect(failed).rejects.toBeInstanceOf(PermissionError);
    await expect(failed).rejects.toMatchObject({ permission: 'issues: write', retry: 'never' });
  });

  test('scopes that a token lacks are named', async () => {
    await using world = await startWorld(() => ({ status: 403, body: { message: 'Forbidden' }, headers: { 'x-accepted-oauth-scopes': 'repo, admin:org', 'x-oauth-scopes': 'gist' } }));
    await expect(world.github.forPlugin('lgtm').pull(pull, { signal })).rejects.toThrow(/has the scopes gist, and one of repo, admin:org is needed/);
  });

  test('an answer that does not come is given up after the request timeout', async () => {
    const never = gate();
    await using world = await startWorld(async () => { await never.opened; return {}; }, { retry: { maxRetries: 2, initialDelayMs: 1, maxSleepMs: 1_000, requestTimeoutMs: 50 } });
    await expect(world.github.forPlugin('lgtm').pull(pull, { signal })).rejects.toMatchObject({ name: 'RemoteError', retry: 'later' });
    never.open();
  });

  test('a caller who stops does not wait for a back-off', async () => {
    await using world = await startWorld(() => ({ status: 500 }), { retry: { maxRetries: 8, initialDelayMs: 60_000, maxSleepMs: 120_000, requestTimeoutMs: 1_000 } });
    const stop = new AbortController();
    const asking = world.github.forPlugin('lgtm').pull(pull, { signal: stop.signal });
    await eventually('the request', () => world.server.asked.length === 1);
    stop.abort(new Error('shutting down'));
    await expect(asking).rejects.toThrow('shutting down');
  });
});

describe('limits', () => {
  test('after Retry-After everybody waits, whatever its priority, and nothing is lost', async () => {
    const refusedAt: number[] = [];
    const arrivedAt: number[] = [];
    await using world = await startWorld(({ method }, nth) => {
      if (method === 'GET' && nth === 1) {
        refusedAt.push(Date.now());
        return { status: 403, headers: { 'retry-after': '1' }, body: { message: 'You have exceeded a secondary rate limit' } };
      }
      arrivedAt.push(Date.now());
      return { body: method === 'GET' ? rawPull('one') : [] };
    });
    const github = world.github.forPlugin('lgtm');
    const read = github.pull(pull, { signal });
    await eventually('the pause', async () => (await world.redis.redis.keys(`${world.redis.prefix}:gh:pace:*:pause`)).length > 0);
    await Promise.all([github.addLabel(pull, 'a', { signal, priority: 'housekeeping' }), github.addLabel(pull, 'b', { signal, priority: 'merge' }), world.another().forPlugin('hold').addLabel(pull, 'c', comment), read]);
    expect(arrivedAt).toHaveLength(4);
    expect(Math.min(...arrivedAt) - (refusedAt[0] ?? 0)).toBeGreaterThan(950);
  });

  test('429 without any header is a limit too; one too long is told with the time to wait', async () => {
    await using world = await startWorld(() => ({ status: 429, body: { message: 'slow down' } }));
    await expect(world.github.forPlugin('lgtm').createComment(pull, 'hi', comment)).rejects.toMatchObject({ name: 'RemoteError', status: 429, retry: 'later', retryAfterMs: expect.any(Number) });
    expect(world.server.asked).toHaveLength(1);
  });

  test('an exhausted search limit does not stop comments', async () => {
    await using world = await startWorld(({ url }) => (url.startsWith('/search/') ? { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(Date.now() / 1_000) + 600) }, body: { message: 'API rate limit exceeded' } } : { status: 201, body: { id: 1 } }));
    const github = world.github.forPlugin('lgtm');
    await expect(github.countSearch('acme', 'is:pr', { signal })).rejects.toMatchObject({ retry: 'later' });
    expect(await github.createComment(pull, 'hi', comment)).toEqual({ id: 1 });
    await expect(github.countSearch('acme', 'is:issue', { signal })).rejects.toThrow(/limits leave no room/);
  });

  test('a limit inside a GraphQL answer is a limit', async () => {
    await using world = await startWorld(() => ({ body: { errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }] }, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(Date.now() / 1_000) + 600) } }));
    await expect(world.github.merging.searchPulls('acme', 'is:pr', { signal })).rejects.toMatchObject({ name: 'RemoteError', retry: 'later', retryAfterMs: expect.any(Number) });
  });
});

describe('addresses', () => {
  test('pages are followed below the prefix of Enterprise', async () => {
    await using world = await startWorld(({ url, headers }) => {
      if (!url.startsWith('/api/v3/repos/acme/site/issues/7/labels')) return undefined;
      return url.includes('page=2') && !url.includes('per_page=100&') ? { body: [{ name: 'b' }] } : { body: [{ name: 'a' }], headers: { link: `<http://${headers.host ?? ''}/api/v3/repos/acme/site/issues/7/labels?page=2>; rel="next"` } };
    }, { path: '/api/v3' });
    expect(await world.github.forPlugin('lgtm').labels(pull, { signal })).toEqual(['a', 'b']);
    expect(world.server.asked[0]?.url).toBe('/api/v3/repos/acme/site/issues/7/labels?per_page=100');
  });

  test('a renamed repository is followed by reads and by writes', async () => {
    await using world = await startWorld(({ method, url }) => {
      if (url.startsWith('/repos/acme/site')) return { status: method === 'GET' ? 301 : 307, headers: { location: `/repositories/1/issues/7/${url.includes('labels') ? 'labels' : 'comments'}` }, body: { message: 'Moved Permanently' } };
      return method === 'GET' ? { body: [{ name: 'a' }] } : { status: 201, body: { id: 3 } };
    });
    const github = world.github.forPlugin('lgtm');
    expect(await github.labels(pull, { signal })).toEqual(['a']);
    expect(world.server.asked[1]?.url).toBe('/repositories/1/issues/7/labels?per_page=100');
    expect(await github.createComment(pull, 'hi', comment)).toEqual({ id: 3 });
    expect(world.server.asked[3]?.body).toEqual({ body: 'hi' });
  });

  test('neither pages nor redirects carry the token to another host', async () => {
    await using thief = await fakeServer(() => ({ body: [{ name: 'stolen' }] }));
    await using world = await startWorld(({ url }) => (url.includes('labels') && !url.includes('next') ? { body: [{ name: 'a' }], headers: { link: `<${thief.url}/next>; rel="next"` } } : { body: [{ name: 'b' }] }));
    expect(await world.github.forPlugin('lgtm').labels(pull, { signal })).toEqual(['a', 'b']);
    expect(thief.asked).toEqual([]);
  });

  test('names with special characters stay one segment', async () => {
    await using world = await startWorld(({ method }) => (method === 'DELETE' ? { status: 204 } : { body: { object: { sha: 'abc' } } }));
    const github = world.github.forPlugin('lgtm');
    await github.removeLabel(pull, 'kind/bug #1?', comment);
    expect(await github.branchSha(repo, 'release/1.0', { signal })).toBe('abc');
    expect(world.server.log()).toEqual(['DELETE /repos/acme/site/issues/7/labels/kind%2Fbug%20%231%3F', 'GET /repos/acme/site/git/ref/heads/release/1.0']);
  });

  test('what GitHub wants to see is sent with each request', async () => {
    await using world = await startWorld(() => ({ body: rawPull('one') }));
    await world.github.forPlugin('lgtm').pull(pull, { signal });
    expect(world.server.asked[0]?.headers).toMatchObject({ 'x-github-api-version': '2022-11-28', authorization: 'Bearer ghp_secretsecret', accept: 'application/vnd.github.v3+json', 'user-agent': expect.stringContaining('prow-test') });
  });
});

test('a secret in a comment is censored', async () => {
  const censor = createCensor();
  censor.add('hunter2hunter2');
  await using world = await startWorld(() => ({ status: 201, body: { id: 1 } }), { censor });
  await world.github.forPlugin('lgtm').createComment(pull, 'the log says "hunter2hunter2"\n', comment);
  expect(world.server.asked[0]?.body).toEqual({ body: 'the log says "XXXXXXXXXXXXXX"\n' });
});

test('a dry run reads, writes nothing, and says what it would have done', async () => {
  const said: object[] = [];
  await using world = await startWorld(({ method }) => (method === 'GET' ? { body: rawPull('one') } : { status: 201, body: {} }), { mode: 'dry', log: { ...silentLog, info: (fields, message) => said.push({ ...fields, message }) } });
  const github = world.github.forPlugin('lgtm');
  await github.pull(pull, { signal });
  await github.createComment(pull, 'hi', comment);
  await github.removeLabel(pull, 'lgtm', comment);
  expect(await github.assign(pull, ['ann'], comment)).toEqual({ missing: [] });
  expect(await github.requestReview(pull, ['ann'], comment)).toEqual({ missing: [] });
  await github.setStatus(repo, 'abc', { context: 'c', state: 'success', description: '', url: '' }, { signal, priority: 'status' });
  expect(await world.github.merging.merge(pull, { sha: 'h', method: 'merge', title: undefined, message: undefined }, { signal, priority: 'merge' })).toMatchObject({ kind: 'unmergeable' });
  expect(world.server.log()).toEqual(['GET /repos/acme/site/pulls/7']);
  expect(said).toHaveLength(6);
  expect(said[0]).toMatchObject({ method: 'POST', message: 'dry run: would have written to GitHub', plugin: 'lgtm' });
});

test('an error is a RemoteError that keeps its cause', async () => {
  await using world = await startWorld(() => 'drop', { retry: { maxRetries: 1, initialDelayMs: 1, maxSleepMs: 1, requestTimeoutMs: 1_000 } });
  const error: unknown = await world.github.forPlugin('lgtm').pull(pull, { signal }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RemoteError);
  expect((error as RemoteError).cause).toBeInstanceOf(Error);
});
