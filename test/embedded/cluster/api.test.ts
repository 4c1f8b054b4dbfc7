import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { request, type RequestOptions } from 'node:https';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Watch } from '@kubernetes/client-node';
import type { Fields } from '../../../src/embedded/cluster/api/object.js';
import { eventually } from '../../support/redis.js';
import { testCluster, type TestCluster } from './support/cluster.js';

let cluster: TestCluster;
beforeAll(async () => { cluster = await testCluster({ kubelet: 'none', historySize: 500 }); });
afterAll(() => cluster[Symbol.asyncDispose]());

interface Answer { readonly code: number; readonly body: Fields & { metadata?: Fields; items?: Fields[] } }

/** A request as anybody might send it. */
async function send(method: string, path: string, { body, headers = {}, token = 'good' }: { body?: string | object; headers?: Record<string, string>; token?: 'good' | 'bad' | 'none' } = {}): Promise<Answer> {
  const options: RequestOptions = {};
  await cluster.config.applyToHTTPSOptions(options);
  const own = { ...options.headers } as Record<string, string>;
  if (token === 'none') delete own.Authorization;
  if (token === 'bad') own.Authorization = 'Bearer 0000';
  return new Promise((resolve, reject) => {
    const text = typeof body === 'object' ? JSON.stringify(body) : body;
    const about = text === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) };
    // TLS would look for the name in the request, which is a false one at times; client-node's own calls check the certificate.
    const call = request(new URL(path, cluster.url), { ...options, agent: false, rejectUnauthorized: false, method, headers: { ...own, ...about, ...headers } }, (answer) => {
      let said = '';
      answer.setEncoding('utf8').on('data', (part: string) => { said += part; }).on('end', () => { resolve({ code: answer.statusCode ?? 0, body: (answer.headers['content-type'] === 'application/json' ? JSON.parse(said) : { said }) as Answer['body'] }); });
    });
    call.on('error', reject);
    call.end(text);
  });
}
const maps = '/api/v1/namespaces/default/configmaps';
const map = (name: string, data: Record<string, string> = {}, metadata: object = {}): object => ({ metadata: { name, ...metadata }, data });

test('the kubeconfig is for its owner alone, and the authority is our own', async () => {
  expect(statSync(cluster.kubeconfigPath).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(cluster.kubeconfigPath, 'utf8'))).toMatchObject({ clusters: [{ cluster: { server: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/), 'certificate-authority-data': expect.any(String) } }], users: [{ user: { token: expect.stringMatching(/^[0-9a-f]{64}$/) } }] });
});

test.each<[name: string, options: Parameters<typeof send>[2], code: number]>([
  ['without a token', { token: 'none' }, 401],
  ['with a wrong token', { token: 'bad' }, 401],
  ['by another name', { headers: { host: 'evil.example:443' } }, 403],
  ['from a web page', { headers: { origin: 'https://evil.example' } }, 403],
  ['from a sandboxed page', { headers: { origin: 'null' } }, 403],
  ['properly', {}, 200],
])('who calls %s gets %s', async (_name, options, code) => {
  const answer = await send('GET', maps, options);
  expect(answer.code).toBe(code);
  if (code !== 200) expect(answer.body).toMatchObject({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code });
});

test.each<[name: string, method: string, path: string, options: Parameters<typeof send>[2], code: number]>([
  ['text', 'POST', maps, { body: '{}', headers: { 'content-type': 'text/plain' } }, 415],
  ['a form', 'POST', maps, { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415],
  ['YAML', 'POST', maps, { body: 'a: b', headers: { 'content-type': 'application/yaml' } }, 415],
  ['broken JSON', 'POST', maps, { body: '{' }, 400],
  ['a list', 'POST', maps, { body: '[]' }, 400],
  ['nothing', 'POST', maps, {}, 400],
  ['another kind', 'POST', maps, { body: { kind: 'Secret', apiVersion: 'v1', metadata: { name: 'a' } } }, 400],
  ['too much', 'POST', maps, { body: JSON.stringify(map('big', { a: 'x'.repeat(4 * 1024 * 1024) })) }, 413],
  ['more than a configmap holds', 'POST', maps, { body: map('big', { a: 'x'.repeat(1024 * 1024 + 1) }) }, 422],
  ['a namespace that is not there', 'POST', '/api/v1/namespaces/nowhere/configmaps', { body: map('a') }, 404],
  ['no base64', 'POST', '/api/v1/namespaces/default/secrets', { body: map('a', { a: '?' }) }, 400],
  ['a server-side apply', 'PATCH', `${maps}/a`, { body: '{}', headers: { 'content-type': 'application/apply-patch+yaml' } }, 415],
  ['a strategic patch of a ProwJob', 'PATCH', '/apis/prow.k8s.io/v1/namespaces/default/prowjobs/a', { body: '{}', headers: { 'content-type': 'application/strategic-merge-patch+json' } }, 404],
  ['a path that is none', 'GET', `${maps}/%zz`, {}, 400],
  ['another group', 'GET', '/apis/apps/v1/deployments', {}, 404],
  ['a bad selector', 'GET', `${maps}?labelSelector=a%20in`, {}, 400],
  ['a bad limit', 'GET', `${maps}?limit=-1`, {}, 400],
  ['a bad continue', 'GET', `${maps}?continue=xx`, {}, 400],
  ['a version of the future', 'GET', `${maps}?resourceVersion=999999999`, {}, 504],
  ['a definition to change', 'DELETE', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/prowjobs.prow.k8s.io', {}, 405],
])('%s gets a clear answer', async (_name, method, path, options, code) => {
  expect(await send(method, path, options)).toMatchObject({ code, body: { kind: 'Status', status: 'Failure', code, message: expect.stringMatching(/./) } });
});

test('a dry run writes nothing, and nothing changed is no change', async () => {
  expect((await send('POST', `${maps}?dryRun=All`, { body: map('dry') })).code).toBe(201);
  expect((await send('GET', `${maps}/dry`)).code).toBe(404);
  const first = await send('POST', maps, { body: map('calm', { a: 'b' }) });
  const again = await send('PATCH', `${maps}/calm`, { body: { data: { a: 'b' } }, headers: { 'content-type': 'application/merge-patch+json' } });
  expect(again.body).toEqual(first.body);
});

test('preconditions, finalizers and collections decide what a deletion does', async () => {
  for (const name of ['x1', 'x2']) await send('POST', maps, { body: map(name, {}, { labels: { group: 'x' }, ...(name === 'x2' ? { finalizers: ['prow.k8s.io/keep'] } : {}) }) });
  expect((await send('DELETE', `${maps}/x1`, { body: { preconditions: { uid: 'other' } } })).code).toBe(409);
  expect((await send('DELETE', `${maps}/x1`, { body: { preconditions: { resourceVersion: '1' } } })).code).toBe(409);
  expect((await send('DELETE', `${maps}/x1`, { body: { propagationPolicy: 'Sideways' } })).code).toBe(400);
  expect((await send('DELETE', `${maps}?labelSelector=group%3Dx`)).body.items).toHaveLength(2);
  expect((await send('GET', `${maps}/x1`)).code).toBe(404);
  const kept = await send('GET', `${maps}/x2`);
  expect(kept.body.metadata).toMatchObject({ deletionTimestamp: expect.any(String), finalizers: ['prow.k8s.io/keep'] });
  const merge = { 'content-type': 'application/merge-patch+json' };
  expect((await send('PATCH', `${maps}/x2`, { body: { metadata: { finalizers: ['prow.k8s.io/keep', 'prow.k8s.io/more'] } }, headers: merge })).code).toBe(422);
  expect((await send('PATCH', `${maps}/x2`, { body: { metadata: { finalizers: null } }, headers: merge })).code).toBe(200);
  expect((await send('GET', `${maps}/x2`)).code).toBe(404);
});

test('dependents go with their owner, or stay as orphans', async () => {
  const owned = async (owner: string, propagationPolicy: string): Promise<void> => {
    const { body } = await send('POST', maps, { body: map(owner) });
    await send('POST', maps, { body: map(`${owner}-child`, {}, { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: owner, uid: body.metadata?.uid }] }) });
    await send('DELETE', `${maps}/${owner}`, { body: { propagationPolicy } });
    await eventually('the owner to go', async () => (await send('GET', `${maps}/${owner}`)).code === 404);
  };
  await owned('bg', 'Background');
  await eventually('the child to go', async () => (await send('GET', `${maps}/bg-child`)).code === 404);
  await owned('fg', 'Foreground');
  expect((await send('GET', `${maps}/fg-child`)).code).toBe(404);
  await owned('or', 'Orphan');
  const child = await send('GET', `${maps}/or-child`);
  expect(child).toMatchObject({ code: 200 });
  expect(child.body.metadata).not.toHaveProperty('ownerReferences.0');
});

test('a namespace takes what is in it along', async () => {
  await send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'gone' } } });
  await send('POST', '/api/v1/namespaces/gone/configmaps', { body: map('a') });
  await send('POST', '/api/v1/namespaces/gone/configmaps', { body: map('b', {}, { finalizers: ['prow.k8s.io/keep'] }) });
  expect((await send('DELETE', '/api/v1/namespaces/gone')).body).toMatchObject({ status: { phase: 'Terminating' } });
  expect((await send('POST', '/api/v1/namespaces/gone/configmaps', { body: map('c') })).code).toBe(403);
  expect((await send('GET', '/api/v1/namespaces/gone')).code).toBe(200);
  await send('PATCH', '/api/v1/namespaces/gone/configmaps/b', { body: { metadata: { finalizers: null } }, headers: { 'content-type': 'application/merge-patch+json' } });
  await eventually('the namespace to go', async () => (await send('GET', '/api/v1/namespaces/gone')).code === 404);
});

test('a watch sees everything in order while many write at once', async () => {
  const start = (await send('GET', maps)).body.metadata?.resourceVersion as string;
  const seen: { type: string; name: string; version: number; n: string }[] = [];
  const watch = await new Watch(cluster.config).watch(maps, { resourceVersion: start, labelSelector: 'race=1', allowWatchBookmarks: true }, (type: string, object: { metadata: { name: string; resourceVersion: string }; data: { n: string } }) => {
    if (type !== 'BOOKMARK') seen.push({ type, name: object.metadata.name, version: Number(object.metadata.resourceVersion), n: object.data.n });
  }, () => {});
  const merge = { 'content-type': 'application/merge-patch+json' };
  await Promise.all(Array.from({ length: 12 }, async (_, writer) => {
    await send('POST', maps, { body: map(`race-${writer}`, { n: '0' }, { labels: { race: '1' } }) });
    for (let n = 1; n <= 5; n++) await send('PATCH', `${maps}/race-${writer}`, { body: { data: { n: String(n) } }, headers: merge });
    await send('DELETE', `${maps}/race-${writer}`);
  }));
  await eventually('all events', () => seen.length >= 12 * 7);
  watch.abort();
  expect(seen).toHaveLength(12 * 7);
  expect(seen.map(({ version }) => version)).toEqual([...seen].map(({ version }) => version).sort((a, b) => a - b));
  for (let writer = 0; writer < 12; writer++) {
    expect(seen.filter(({ name }) => name === `race-${writer}`).map(({ type, n }) => `${type} ${n}`)).toEqual(['ADDED 0', 'MODIFIED 1', 'MODIFIED 2', 'MODIFIED 3', 'MODIFIED 4', 'MODIFIED 5', 'DELETED 5']);
  }
});

test('a writer with an old version is refused, and exactly one of many wins', async () => {
  const { body } = await send('POST', maps, { body: map('contested', { by: '' }) });
  const codes = await Promise.all(Array.from({ length: 8 }, async (_, n) => (await send('PUT', `${maps}/contested`, { body: { ...body, data: { by: String(n) } } })).code));
  expect(codes.filter((code) => code === 200)).toHaveLength(1);
  expect(codes.filter((code) => code === 409)).toHaveLength(7);
});

test('a list shows one moment, page after page, whatever is written in between; a watch goes on from there', async () => {
  for (let n = 0; n < 6; n++) await send('POST', maps, { body: map(`page-${n}`, { v: 'old' }, { labels: { page: '1' } }) });
  const query = `${maps}?labelSelector=page&limit=2`;
  const first = await send('GET', query);
  await send('DELETE', `${maps}/page-3`);
  await send('POST', maps, { body: map('page-25', {}, { labels: { page: '1' } }) });
  await send('PATCH', `${maps}/page-4`, { body: { data: { v: 'new' } }, headers: { 'content-type': 'application/merge-patch+json' } });
  const items = [...(first.body.items ?? [])];
  for (let next = first.body.metadata?.continue as string | undefined; next;) {
    const page = await send('GET', `${query}&continue=${next}`);
    items.push(...(page.body.items ?? []));
    next = page.body.metadata?.continue as string | undefined;
  }
  expect(items.map((item) => [(item.metadata as Fields).name, (item.data as Fields).v])).toEqual([0, 1, 2, 3, 4, 5].map((n) => [`page-${n}`, 'old']));
});

test('a watch from before the history is told so', async () => {
  for (let n = 0; n < 1_100; n++) await send('PATCH', `${maps}/calm`, { body: { data: { n: String(n) } }, headers: { 'content-type': 'application/merge-patch+json' } });
  const error = await new Promise<unknown>((resolve) => {
    void new Watch(cluster.config).watch(maps, { resourceVersion: '2' }, (type: string, object: unknown) => { if (type === 'ERROR') resolve(object); }, resolve);
  });
  expect(error).toMatchObject({ kind: 'Status', code: 410, reason: 'Expired' });
});

test('initial events end with a bookmark', async () => {
  const seen: [string, Fields][] = [];
  const watch = await new Watch(cluster.config).watch('/api/v1/namespaces', { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: true }, (type: string, object: { metadata: Fields }) => { seen.push([type, object.metadata]); }, () => {});
  await eventually('the bookmark', () => seen.some(([type]) => type === 'BOOKMARK'));
  watch.abort();
  expect(seen.slice(0, 3).map(([type, { name }]) => `${type} ${String(name)}`)).toEqual(['ADDED default', 'ADDED kube-public', 'ADDED kube-system']);
  expect(seen[3]).toMatchObject(['BOOKMARK', { annotations: { 'k8s.io/initial-events-end': 'true' } }]);
});
