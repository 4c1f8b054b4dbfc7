import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { openPods } from '../../src/adapters/kube/pods.js';
import { silentLog } from '../../src/core/ports/log.js';
import { apiOf, core, pod, type Suite } from '../contract/kube/suite.js';
import { kubeAssets, startApiServer, type ApiServer } from '../support/apiserver.js';
import { eventually } from '../support/redis.js';

/** A node's side of reading logs: the API server asks it by HTTPS. */
async function startNode(server: ApiServer, suite: Suite, answer: (path: string, query: URLSearchParams, response: ServerResponse) => void) {
  const node = createServer({ cert: readFileSync(server.certificate.cert), key: readFileSync(server.certificate.key) }, (request, response) => {
    const url = new URL(request.url ?? '/', 'https://node');
    answer(url.pathname, url.searchParams, response);
  });
  node.listen(0, '127.0.0.1');
  await once(node, 'listening');
  const { metadata } = await suite.call('POST', '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } });
  const status = { addresses: [{ type: 'InternalIP', address: '127.0.0.1' }], daemonEndpoints: { kubeletEndpoint: { Port: (node.address() as AddressInfo).port } } };
  await suite.call('PUT', '/api/v1/nodes/node-1/status', { apiVersion: 'v1', kind: 'Node', metadata, status });
  return {
    async [Symbol.asyncDispose]() {
      node.closeAllConnections();
      node.close();
      await once(node, 'close');
    },
  };
}

test('logs come through kube-apiserver as they grow', async () => {
  const assets = kubeAssets();
  if (assets === undefined) {
    process.stderr.write('• skipped: logs through kube-apiserver, because `npm run kube-assets` has not been run\n');
    expect(process.env['PROW_NEED_KUBE']).not.toBe('1');
    return;
  }
  await using server = await startApiServer(assets);
  await using suite = await apiOf({ ...server, pods: 'keeps', [Symbol.asyncDispose]: async () => undefined });
  const asked: string[] = [];
  let growing: ServerResponse | undefined;
  await using _node = await startNode(server, suite, (path, query, response) => {
    asked.push(`${path.split('/').slice(-2).join('/')} ${String(query)}`);
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.write('one\n');
    if (query.get('follow') === 'true') growing = response;
    else response.end('two\n');
  });
  const namespace = await suite.namespace();
  await suite.call('POST', core(namespace, 'pods'), pod('p', { spec: { nodeName: 'node-1' } }));
  await suite.call('POST', core(namespace, 'pods'), pod('nowhere', { spec: { schedulerName: 'nobody' } }));
  const pods = openPods({ http: () => suite.http, alias: 'default', namespace: () => namespace, mode: 'act', log: silentLog });
  const over = new AbortController();
  const read = async (name: string, container: string, take: (text: string) => void, more: object = {}) => {
    for await (const chunk of pods.logs(name, container, { signal: over.signal, ...more })) take(Buffer.from(chunk).toString());
  };
  let whole = '';
  await read('p', 'test', (text) => { whole += text; }, { tailLines: 5, limitBytes: 1_000 });
  expect(whole).toBe('one\ntwo\n');
  expect(asked).toEqual(['p/test limitBytes=1000&tailLines=5']);

  let text = '';
  const following = read('p', 'test', (more) => { text += more; }, { follow: true });
  await eventually('the first line', () => text === 'one\n');
  growing?.write('more\n');
  await eventually('another line', () => text === 'one\nmore\n');
  over.abort(new Error('enough'));
  await expect(following).rejects.toThrow('enough');

  const again = { signal: new AbortController().signal };
  await expect(async () => { for await (const _ of pods.logs('p', 'other', again)); }).rejects.toMatchObject({ status: 400, retry: 'never', message: expect.stringContaining('container other') });
  await expect(async () => { for await (const _ of pods.logs('gone', 'test', again)); }).rejects.toMatchObject({ status: 404 });
  expect((await pods.node('node-1', again))?.metadata.name).toBe('node-1');
});
