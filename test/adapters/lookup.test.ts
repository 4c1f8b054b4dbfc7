import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createRefLookup } from '../../src/adapters/lookup.js';
import { RemoteError } from '../../src/core/errors.js';

const seen: (readonly [string | undefined, string | undefined])[] = [];
const answers: Readonly<Record<string, unknown>> = {
  '/repos/o/r/pulls/7': { user: { login: 'ann' }, head: { sha: 'h', ref: 'fix' }, base: { sha: 'b', ref: 'main' } },
  '/repos/o/r/git/ref/heads/a/b%20c': { object: { sha: 's' } },
  '/repos/o/r/pulls/8': { user: null },
};
const server = createServer((request, response) => {
  seen.push([request.url, request.headers.authorization]);
  const answer = answers[request.url ?? ''];
  response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? {}));
});
let endpoint = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(async () => { await new Promise((resolve) => { server.close(resolve); }); });
const lookup = (token?: string) => createRefLookup({ endpoint, token, signal: AbortSignal.timeout(10_000) });

test('a pull request and a branch are read, with a token where there is one', async () => {
  expect(await lookup().pull({ org: 'o', repo: 'r', number: 7 })).toEqual({ author: 'ann', headSha: 'h', headRef: 'fix', baseRef: 'main', baseSha: 'b' });
  expect(await lookup('t').branchSha({ org: 'o', repo: 'r', branch: 'a/b c' })).toBe('s');
  expect(seen.map(([, authorization]) => authorization)).toEqual([undefined, 'Bearer t']);
});

test('what is not there, or not as expected, is an error that names the path', async () => {
  await expect(lookup().pull({ org: 'o', repo: 'r', number: 9 })).rejects.toThrow('/repos/o/r/pulls/9: answered 404');
  await expect(lookup().pull({ org: 'o', repo: 'r', number: 8 })).rejects.toThrow(RemoteError);
});
