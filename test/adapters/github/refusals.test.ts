import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import nock from 'nock';
import { createCensor } from '../../../src/adapters/censor.js';
import { createGitHub } from '../../../src/adapters/github/client.js';
import { PermissionError, RemoteError } from '../../../src/core/errors.js';
import { silentLog } from '../../../src/core/ports/log.js';
import { noMetrics } from '../../../src/core/ports/metrics.js';
import { testRedis, type TestRedis } from '../../support/redis.js';

const HOST = 'https://api.github.test';
const ISSUE = '/repos/acme/shop/issues/7';
const ref = { org: 'acme', name: 'shop', number: 7 };
const options = { signal: new AbortController().signal };
const write = { ...options, priority: 'comment' } as const;

let connection: TestRedis;
beforeAll(() => {
  nock.disableNetConnect();
  nock.enableNetConnect('127.0.0.1');
  connection = testRedis();
});
afterEach(() => {
  expect(nock.pendingMocks()).toEqual([]);
  nock.cleanAll();
});
afterAll(async () => {
  nock.enableNetConnect();
  nock.restore();
  await connection[Symbol.asyncDispose]();
});

let made = 0;
const client = () =>
  createGitHub({
    endpoints: [HOST], graphqlEndpoint: `${HOST}/graphql`, auth: { kind: 'token', token: () => `token-of-test-${made}` }, userAgent: 'prow', redis: connection.redis, prefix: `${connection.prefix}:${made++}`, mode: 'live',
    retry: { maxRetries: 3, initialDelayMs: 1, maxSleepMs: 5_000, requestTimeoutMs: 5_000 }, clock: { now: () => Date.now() }, log: silentLog, metrics: noMetrics, censor: createCensor(), enabled: () => [],
  }).forPlugin('test');

test('a 404 is an answer: it is not asked again (config 6.3 asks up to two times more)', async () => {
  nock(HOST).get(`${ISSUE}/labels?per_page=100`).reply(404, { message: 'Not Found' });
  await expect(client().labels(ref, options)).rejects.toMatchObject({ name: 'NotFoundError', status: 404, retry: 'never' });
});

test.each([500, 502, 503])('a read that meets %d is sent again', async (status) => {
  nock(HOST).get(`${ISSUE}/labels?per_page=100`).reply(status, { message: 'oops' }).get(`${ISSUE}/labels?per_page=100`).reply(200, [{ name: 'lgtm' }]);
  expect(await client().labels(ref, options)).toEqual(['lgtm']);
});

test('after the last attempt the error says what and why, and that it may be tried later', async () => {
  nock(HOST).get(`${ISSUE}/labels?per_page=100`).times(3).reply(502, { message: 'bad gateway' });
  await expect(client().labels(ref, options)).rejects.toMatchObject({ message: expect.stringMatching(/GET .*labels.*502 bad gateway/), retry: 'later' });
});

test('a new comment that meets 502 is not posted twice', async () => {
  nock(HOST).post(`${ISSUE}/comments`).reply(502, { message: 'bad gateway' });
  await expect(client().createComment(ref, 'hello', write)).rejects.toMatchObject({ status: 502, retry: 'later' });
});

test('403 with Retry-After is waited for, 429 as well', async () => {
  nock(HOST).get(`${ISSUE}/labels?per_page=100`).reply(429, { message: 'slow down' }, { 'Retry-After': '1' }).get(`${ISSUE}/labels?per_page=100`).reply(200, []);
  const begun = performance.now();
  expect(await client().labels(ref, options)).toEqual([]);
  expect(performance.now() - begun).toBeGreaterThan(900);
});

test('a limit that lasts longer than may be slept ends the call and says how long', async () => {
  nock(HOST).get(`${ISSUE}/labels?per_page=100`).reply(403, { message: 'API rate limit exceeded' }, { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(Math.ceil(Date.now() / 1_000) + 600) });
  const error = await client().labels(ref, options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RemoteError);
  expect((error as RemoteError).retryAfterMs).toBeGreaterThan(500_000);
});

test('a token without the scope: the error names both lists, once', async () => {
  nock(HOST).post(`${ISSUE}/labels`).reply(403, { message: 'Forbidden' }, { 'X-Accepted-OAuth-Scopes': 'repo', 'X-OAuth-Scopes': 'read:org' });
  const error = await client().addLabel(ref, 'lgtm', write).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(PermissionError);
  expect(String(error)).toMatch(/read:org.*repo/);
});

test('an App without the permission: the error names it as app.yml does', async () => {
  nock(HOST).post(`${ISSUE}/labels`).reply(403, { message: 'Resource not accessible by integration' }, { 'X-Accepted-GitHub-Permissions': 'issues=write; pull_requests=write' });
  await expect(client().addLabel(ref, 'lgtm', write)).rejects.toMatchObject({ name: 'PermissionError', permission: 'issues: write' });
});

test('a label that is not there counts as removed, another 404 does not', async () => {
  nock(HOST).delete(`${ISSUE}/labels/lgtm`).reply(404, { message: 'Label does not exist' });
  await client().removeLabel(ref, 'lgtm', write);
  nock(HOST).delete(`${ISSUE}/labels/lgtm`).reply(404, { message: 'Not Found' });
  await expect(client().removeLabel(ref, 'lgtm', write)).rejects.toMatchObject({ status: 404 });
});
