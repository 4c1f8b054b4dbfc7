import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import * as clientNode from '@kubernetes/client-node';
import { readContexts } from '../../../src/adapters/kube/contexts.js';
import { openCredentials } from '../../../src/adapters/kube/credentials.js';
import { openHttp, refused } from '../../../src/adapters/kube/http.js';
import { insist } from '../../../src/adapters/kube/retry.js';
import { openPods } from '../../../src/adapters/kube/pods.js';
import { silentLog } from '../../../src/core/ports/log.js';
import { drop, json, refuse, scripted } from './scripted.js';

const signal = new AbortController().signal;

test('a token file that was replaced is read again after a 401, and no sooner than it must', async () => {
  await using server = await scripted((response, asked) => { (asked.headers.authorization === 'Bearer second' ? json(200, { ok: true }) : refuse(401, 'Unauthorized'))(response, asked); });
  const dir = mkdtempSync(join(tmpdir(), 'prow-http-'));
  try {
    writeFileSync(join(dir, 'token'), 'first\n');
    writeFileSync(join(dir, 'ca.crt'), '');
    const { infrastructure } = readContexts({ inCluster: 'use', env: { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '1' }, serviceAccount: dir }, [], clientNode);
    if (!infrastructure) throw new Error('no context');
    const load = () => {
      const config = infrastructure.load();
      config.clusters = config.clusters.map((cluster) => ({ ...cluster, server: server.url, skipTLSVerify: true }));
      return config;
    };
    const clock = { now: () => 0 };
    using http = openHttp(openCredentials(load, clock), { userAgent: 'prow/test' });
    await expect(http.json({ path: '/x', signal })).rejects.toMatchObject({ status: 401, reason: 'Unauthorized' });
    writeFileSync(join(dir, 'token'), 'second\n');
    expect(await http.json({ path: '/x', query: { a: 'b c', none: undefined }, signal })).toEqual({ ok: true });
    expect(await http.json({ path: '/x', signal })).toEqual({ ok: true });
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer first', 'Bearer first', 'Bearer first', 'Bearer second', 'Bearer second']);
    expect(server.asked[3]).toMatchObject({ query: { a: 'b c' }, headers: { 'user-agent': 'prow/test', accept: 'application/json' } });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test('users come by password and by plugin, too', async () => {
  await using server = await scripted((response, asked) => { json(200, { as: asked.headers.authorization })(response, asked); });
  const dir = mkdtempSync(join(tmpdir(), 'prow-http-'));
  try {
    const file = join(dir, 'kubeconfig');
    const ask = async (user: object) => {
      writeFileSync(file, JSON.stringify({ 'current-context': 'a', clusters: [{ name: 'a', cluster: { server: server.url } }], users: [{ name: 'a', user }], contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }] }));
      const { infrastructure } = readContexts({ file, inCluster: 'ignore', env: {} }, [], clientNode);
      if (!infrastructure) throw new Error('no context');
      using http = openHttp(openCredentials(infrastructure.load, Date), { userAgent: 'test' });
      return http.json({ path: '/x', signal });
    };
    const plugin = (script: string) => ({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args: ['-e', script], interactiveMode: 'Never' } });
    expect(await ask({ username: 'ann', password: 'secret' })).toEqual({ as: `Basic ${Buffer.from('ann:secret').toString('base64')}` });
    expect(await ask(plugin('console.log(JSON.stringify({ kind: "ExecCredential", status: { token: "made" } }))'))).toEqual({ as: 'Bearer made' });
    await expect(ask(plugin('console.error("log in first"); process.exit(1)'))).rejects.toThrow('log in first');
    await expect(ask({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: '/nowhere/plugin' } })).rejects.toThrow('ENOENT');
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test('answers that are none are errors', async () => {
  await using server = await scripted();
  server.answers.push(drop, (response) => { response.end('<html>'); }, (response) => { response.writeHead(502); response.end('bad gateway'); }, (response) => { response.writeHead(200); response.end(); });
  const get = () => server.http.json({ path: '/x', signal });
  await expect(get()).rejects.toThrow();
  await expect(get()).rejects.toThrow('the answer to GET /x is no JSON');
  await expect(get()).rejects.toMatchObject({ status: 502, message: 'bad gateway', reason: '' });
  expect(await get()).toBeUndefined();
});

test('a server that does not answer, or stops in the middle, is given up', async () => {
  await using server = await scripted(() => undefined);
  using http = openHttp({ get: async () => ({ server: server.url, agent: new (await import('node:http')).Agent(), headers: {} }), [Symbol.dispose]: () => undefined }, { userAgent: 'test', answerMs: 20 });
  await expect(http.json({ path: '/x', signal })).rejects.toThrow('no answer within 20 ms');
  server.answers.push((response) => { response.writeHead(200); response.write('{"a":'); });
  await expect(http.json({ path: '/x', signal })).rejects.toThrow('the answer stopped for 20 ms');
  const over = new AbortController();
  const call = http.json({ path: '/x', signal: over.signal });
  over.abort(new Error('enough'));
  await expect(call).rejects.toThrow();
});

test.each<{ status: number; reason: string; retry: 'later' | 'never'; mayPass?: number[] }>([
  { status: 400, reason: 'BadRequest', retry: 'never' },
  { status: 403, reason: 'Forbidden', retry: 'never' },
  { status: 403, reason: 'Forbidden', retry: 'later', mayPass: [403] },
  { status: 404, reason: 'NotFound', retry: 'never' },
  { status: 409, reason: 'Conflict', retry: 'later' },
  { status: 422, reason: 'Invalid', retry: 'never' },
  { status: 429, reason: 'TooManyRequests', retry: 'later' },
  { status: 500, reason: 'InternalError', retry: 'later' },
])('$status ($retry) tells callers whether to try again', async ({ status, reason, retry, mayPass }) => {
  await using server = await scripted(refuse(status, reason));
  const error: unknown = await server.http.json({ path: '/x', signal }).catch((thrown: unknown) => thrown);
  expect(refused('something', error, mayPass ? { mayPass } : {})).toMatchObject({ status, retry, service: 'kubernetes', message: `Kubernetes refused something: refused: ${reason}` });
});

test('waits as long as the server asks for', async () => {
  await using server = await scripted(json(200, { ok: true }));
  server.answers.push(refuse(429, 'TooManyRequests', { 'retry-after': '1' }));
  const begun = Date.now();
  expect(await insist('for something', signal, () => server.http.json({ path: '/x', signal }))).toEqual({ ok: true });
  expect(Date.now() - begun).toBeGreaterThanOrEqual(995);
});

test('whoever waits for another attempt can be told to stop', async () => {
  await using server = await scripted(refuse(503, 'Unavailable', { 'retry-after': '30' }));
  const over = new AbortController();
  const call = insist('for something', over.signal, () => server.http.json({ path: '/x', signal: over.signal }).finally(() => { setImmediate(() => { over.abort(new Error('enough')); }); }));
  await expect(call).rejects.toThrow('enough');
});

test('a quota that is written at the same time is no pod that exists', async () => {
  await using server = await scripted();
  const pods = openPods({ http: () => server.http, alias: 'a', namespace: () => 'ns', mode: 'act', log: silentLog });
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: {} } as const;
  server.answers.push(refuse(409, 'Conflict'), refuse(409, 'AlreadyExists'), refuse(403, 'Forbidden'));
  await expect(pods.create(pod, { signal })).rejects.toMatchObject({ status: 409, retry: 'later', message: 'Kubernetes refused pod p of cluster a: refused: Conflict' });
  expect(await pods.create(pod, { signal })).toBe('existed');
  await expect(pods.create(pod, { signal })).rejects.toMatchObject({ status: 403, retry: 'later' });
});

test('a dry run changes nothing in clusters', async () => {
  await using server = await scripted(json(200, { metadata: { name: 'p', resourceVersion: '1' } }));
  const pods = openPods({ http: () => server.http, alias: 'a', namespace: () => 'ns', mode: 'dry', log: silentLog });
  expect(await pods.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: {} }, { signal })).toBe('created');
  expect(await pods.remove('p', { signal })).toBe('removed');
  expect(await pods.finalizers('p', { add: ['x/y'] }, { signal })).toBe('changed');
  expect(server.asked.map(({ method }) => method)).toEqual(['GET']);
});

test('a log is handed on as it comes', async () => {
  await using server = await scripted();
  const pods = openPods({ http: () => server.http, alias: 'a', namespace: () => 'ns', mode: 'act', log: silentLog });
  const read = async (options: object = {}) => {
    let text = '';
    for await (const chunk of pods.logs('p', 'test', { signal, ...options })) text += Buffer.from(chunk).toString();
    return text;
  };
  server.answers.push(refuse(500, 'InternalError'), (response) => { response.write('one\n'); response.end('two\n'); });
  expect(await read({ follow: true, tailLines: 10, limitBytes: 99 })).toBe('one\ntwo\n');
  expect(server.asked.at(-1)).toMatchObject({ path: '/api/v1/namespaces/ns/pods/p/log', query: { container: 'test', follow: 'true', tailLines: '10', limitBytes: '99' } });
  server.answers.push(refuse(400, 'BadRequest'), refuse(404, 'NotFound'));
  await expect(read()).rejects.toMatchObject({ status: 400, retry: 'never', message: expect.stringContaining('the log of container test in pod p of cluster a') });
  await expect(read()).rejects.toMatchObject({ name: 'NotFoundError' });
});
