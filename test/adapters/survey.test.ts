import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createRepoSurvey } from '../../src/adapters/survey.js';
import { ConfigError, RemoteError } from '../../src/core/errors.js';

type Answer = (response: ServerResponse) => void;
const json = (body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer => (response) => { response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body)); };

let endpoint = '';
/** What is answered to each path, one after the other; the last one again and again. */
let answers: Readonly<Record<string, readonly Answer[]>> = {};
let seen: { readonly path: string; readonly headers: IncomingHttpHeaders }[] = [];
const pauses: number[] = [];
const server = createServer((request, response) => {
  const path = request.url ?? '';
  const list = answers[path] ?? [json({ message: 'Not Found' }, 404)];
  const answer = list[Math.min(seen.filter((one) => one.path === path).length, list.length - 1)];
  seen.push({ path, headers: request.headers });
  answer?.(response);
});
beforeAll(async () => {
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(async () => { await new Promise((resolve) => { server.close(resolve); }); });
beforeEach(() => { seen = []; pauses.length = 0; });

const survey = () => createRepoSurvey({ endpoint, credentials: { kind: 'token', token: 't' }, signal: AbortSignal.timeout(10_000), pause: async (ms) => { pauses.push(ms); } });
const site = { org: 'o', name: 'a b' };

test('all pages of a list count, archived repositories do not', async () => {
  const first = '/orgs/o/repos?per_page=100';
  answers = {
    [first]: [(response) => { json([{ name: 'a' }, { name: 'old', archived: true }], 200, { link: `<${endpoint}orgs/o/repos?per_page=100&page=2>; rel="next", <${endpoint}x>; rel="last"` })(response); }],
    [`${first}&page=2`]: [json([{ name: 'b', archived: false }])],
    '/users/ann/repos?per_page=100': [json([{ name: 'mine' }])],
  };
  expect(await survey().repos('o')).toEqual(['a', 'b']);
  expect(await survey().repos('ann')).toEqual(['mine']);
  expect(await survey().repos('nobody')).toBeUndefined();
  expect(seen[0]?.headers).toMatchObject({ authorization: 'Bearer t', accept: 'application/vnd.github+json', 'user-agent': 'prow' });
});

test('a file is there, or not, or its repository cannot be seen', async () => {
  answers = { '/repos/o/a%20b': [json({})], '/repos/o/a%20b/contents/OWNERS': [json({})] };
  expect([await survey().file(site, 'OWNERS'), await survey().file(site, 'd/OWNERS'), await survey().file({ org: 'o', name: 'gone' }, 'OWNERS')]).toEqual(['present', 'absent', 'unseen']);
});

test.each<[string, Answer, number]>([
  ['a limit that says how long', json({}, 429, { 'retry-after': '3' }), 4_000],
  ['a secondary limit', json({ message: 'You have exceeded a secondary rate limit.' }, 403), 2_000],
  ['a fault of the server', json({}, 502), 2_000],
])('is asked again after %s', async (_, refusal, wait) => {
  answers = { '/repos/o/a%20b/contents/OWNERS': [refusal, json({})] };
  expect(await survey().file(site, 'OWNERS')).toBe('present');
  expect(pauses).toEqual([wait]);
});

test.each<[string, readonly Answer[], string, number]>([
  ['a token that is none', [json({ message: 'Bad credentials' }, 401)], 'GitHub: /repos/o/a%20b/contents/OWNERS: answered 401: Bad credentials', 0],
  ['a right that is missing', [json({ message: 'Resource not accessible' }, 403)], 'answered 403: Resource not accessible', 0],
  ['a limit that takes too long', [json({}, 429, { 'retry-after': '3600' })], 'answered 429', 0],
  ['faults that do not end', [json({}, 500)], 'answered 500', 3],
])('%s is an error', async (_, list, message, waits) => {
  answers = { '/repos/o/a%20b/contents/OWNERS': list };
  await expect(survey().file(site, 'OWNERS')).rejects.toThrow(message);
  expect(pauses).toHaveLength(waits);
});

test('a private key that is none is said to be one', async () => {
  const wrong = createRepoSurvey({ endpoint, credentials: { kind: 'app', appId: '1', privateKey: 'no key' }, signal: AbortSignal.timeout(10_000), pause: async () => {} });
  await expect(wrong.installedIn()).rejects.toThrow(ConfigError);
  await expect(wrong.repos('o')).rejects.toThrow('the private key of the GitHub App cannot be used: ');
});

test('what cannot be reached or read is an error of GitHub, and only an App knows its installations', async () => {
  answers = { '/orgs/o/repos?per_page=100': [json({ no: 'list' })] };
  await expect(survey().repos('o')).rejects.toThrow('answered something unexpected');
  await expect(survey().installedIn()).rejects.toThrow('only an App can ask');
  const nowhere = createRepoSurvey({ endpoint: 'http://127.0.0.1:1', credentials: { kind: 'token', token: 't' }, signal: AbortSignal.timeout(10_000), pause: async () => {} });
  await expect(nowhere.repos('o')).rejects.toThrow(RemoteError);
  await expect(nowhere.repos('o')).rejects.toThrow('cannot be reached');
});
