import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { createExternalPlugins, helpUrl } from '../../src/adapters/externalPlugins.js';

interface Got { readonly url: string; readonly method: string; readonly headers: IncomingHttpHeaders; readonly body: string }

const open: Server[] = [];
afterEach(() => { for (const server of open.splice(0)) { server.closeAllConnections(); server.close(); } });

async function receiver(answer: (got: Got) => Readonly<{ status: number; text?: string; headers?: Record<string, string> }> | 'nothing' | 'cut') {
  const got: Got[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = { url: request.url ?? '', method: request.method ?? '', headers: request.headers, body: Buffer.concat(chunks).toString('utf8') };
      got.push(one);
      const made = answer(one);
      if (made === 'nothing') return;
      if (made === 'cut') { request.socket.destroy(); return; }
      response.writeHead(made.status, made.headers).end(made.text ?? '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(server);
  return { got, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const signal = new AbortController().signal;
const message = { headers: { 'x-github-event': 'push', 'user-agent': 'ProwHook', 'content-type': 'application/json' }, body: '{"é":"😀"}' };

test('the body goes out byte for byte, with these headers and no others', async () => {
  const { got, url } = await receiver(() => ({ status: 200, text: 'fine' }));
  expect(await createExternalPlugins().deliver(`${url}/hook?a=b`, message, { signal })).toEqual({ status: 200, text: 'fine', retryAfterMs: undefined });
  expect(got).toMatchObject([{ url: '/hook?a=b', method: 'POST', body: message.body }]);
  const { host: _host, connection: _connection, ...headers } = got[0]?.headers ?? {};
  expect(headers).toEqual({ ...message.headers, 'content-length': String(Buffer.byteLength(message.body)) });
});

test.each<{ name: string; status: number; headers?: Record<string, string>; want: number | undefined }>([
  { name: 'an answer of any status is an answer', status: 418, want: undefined },
  { name: 'with a time to wait', status: 503, headers: { 'retry-after': '7' }, want: 7_000 },
  { name: 'with a date, which is left alone', status: 503, headers: { 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT' }, want: undefined },
  { name: 'with too long a time', status: 503, headers: { 'retry-after': '999999' }, want: 3_600_000 },
])('$name', async ({ status, headers, want }) => {
  const { url } = await receiver(() => ({ status, text: 'x'.repeat(10_000), ...(headers ? { headers } : {}) }));
  const answer = await createExternalPlugins().deliver(url, message, { signal });
  expect([answer.status, answer.text.length, answer.retryAfterMs]).toEqual([status, 2_000, want]);
});

test('a connection that is cut, refused or silent is no answer, and may be tried again', async () => {
  const cut = await receiver(() => 'cut');
  const silent = await receiver(() => 'nothing');
  const plugins = createExternalPlugins({ deliverMs: 100 });
  await expect(plugins.deliver(cut.url, message, { signal })).rejects.toMatchObject({ service: 'external', retry: 'later', status: undefined });
  await expect(plugins.deliver('http://127.0.0.1:1/', message, { signal })).rejects.toMatchObject({ retry: 'later' });
  await expect(plugins.deliver(silent.url, message, { signal })).rejects.toThrow('no answer after 100 ms');
});

test('an address that is none is no reason to try again', async () => {
  await expect(createExternalPlugins().deliver('tea', message, { signal })).rejects.toMatchObject({ retry: 'never' });
  await expect(createExternalPlugins().deliver('ftp://tea', message, { signal })).rejects.toMatchObject({ retry: 'never' });
});

test('a delivery that is aborted says so', async () => {
  const { url } = await receiver(() => 'nothing');
  const ended = new AbortController();
  const running = createExternalPlugins().deliver(url, message, { signal: ended.signal });
  ended.abort(new Error('stop'));
  await expect(running).rejects.toThrow('stop');
});

test.each([['http://tea', 'http://tea/help'], ['http://tea/', 'http://tea/help'], ['http://tea:8888/hook', 'http://tea:8888/hook/help'], ['https://tea/a/?b=c', 'https://tea/a/help?b=c']])('help of %s is at %s', (endpoint, want) => expect(helpUrl(endpoint)).toBe(want));

test('help is asked with the repositories, and only JSON of a good answer is help', async () => {
  const { got, url } = await receiver((one) => (one.url.startsWith('/good') ? { status: 200, text: '{"Description":"x"}' } : one.url.startsWith('/words') ? { status: 200, text: 'x' } : { status: 500 }));
  const { help } = createExternalPlugins();
  expect(await help(`${url}/good`, [{ org: 'o', name: 'r' }], { signal })).toEqual({ Description: 'x' });
  expect(got).toMatchObject([{ url: '/good/help', method: 'POST', body: '[{"Org":"o","Repo":"r"}]' }]);
  await expect(help(`${url}/words`, [], { signal })).rejects.toThrow('no JSON');
  await expect(help(`${url}/bad`, [], { signal })).rejects.toThrow('answered 500');
});
