import { createHmac, randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { parseHmacSecrets } from '../../src/config/hmac.js';
import type { Delivery } from '../../src/core/event.js';
import { silentLog } from '../../src/core/ports/log.js';
import { verified } from '../../src/core/signature.js';
import { createHook } from '../../src/web/hook.js';

const sign = (body: string, token: string): string => `sha256=${createHmac('sha256', token).update(body).digest('hex')}`;

function setUp({ secrets = 'abc', store }: Readonly<{ secrets?: string; store?: (delivery: Delivery) => Promise<'stored' | 'duplicate'> }> = {}) {
  const stored: Delivery[] = [];
  const counted: string[] = [];
  const hook = createHook({
    store: { store: async (delivery) => (store ? store(delivery) : (stored.push(delivery), 'stored')) },
    handling: { laneOf: () => 'o/r#1' },
    secrets: { value: () => parseHmacSecrets(secrets) },
    clock: { now: () => 42 },
    log: silentLog,
    metrics: { count: (name, labels) => void counted.push(`${name} ${Object.values(labels ?? {}).join()}`) },
  });
  return { stored, counted, hook };
}

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | ReadableStream<Uint8Array>;
  readonly token?: string;
}

function request({ method = 'POST', headers = {}, body = '{}', token = 'abc' }: Sent): Request {
  const all: Record<string, string | undefined> = {
    'X-GitHub-Event': 'issues',
    'X-GitHub-Delivery': 'guid',
    'X-Hub-Signature-256': typeof body === 'string' ? sign(body, token) : 'sha256=00',
    'Content-Type': 'application/json',
    ...headers,
  };
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const init: RequestInit & { duplex?: 'half' } = { method, headers: given, ...(method === 'GET' || method === 'HEAD' ? {} : { body, duplex: 'half' }) };
  return new Request('http://localhost/hook', init);
}

const REPO = JSON.stringify({ repository: { full_name: 'org2/repo' }, organization: { login: 'org2' } });
const ORG = JSON.stringify({ organization: { login: 'org2' } });
const SECRETS = "org2/repo:\n- value: repo-token\norg2:\n- value: old\n- value: new\n'*':\n- value: star\n";

test.each<{ name: string; sent: Sent; secrets?: string; status: number }>([
  { name: 'a good one', sent: {}, status: 200 },
  { name: 'GET', sent: { method: 'GET' }, status: 405 },
  { name: 'PUT', sent: { method: 'PUT' }, status: 405 },
  { name: 'no event, though the rest is bad as well', sent: { headers: { 'X-GitHub-Event': undefined, 'X-GitHub-Delivery': undefined } }, status: 400 },
  { name: 'an empty event', sent: { headers: { 'X-GitHub-Event': '' } }, status: 400 },
  { name: 'no delivery before no signature', sent: { headers: { 'X-GitHub-Delivery': undefined, 'X-Hub-Signature-256': undefined } }, status: 400 },
  { name: 'no signature before the content type', sent: { headers: { 'X-Hub-Signature-256': undefined, 'Content-Type': 'text/plain' } }, status: 403 },
  { name: 'only the legacy signature', sent: { headers: { 'X-Hub-Signature-256': undefined, 'X-Hub-Signature': 'sha1=00' } }, status: 403 },
  { name: 'a charset', sent: { headers: { 'Content-Type': 'application/json; charset=utf-8' } }, status: 400 },
  { name: 'a form', sent: { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }, status: 400 },
  { name: 'broken JSON, well signed', sent: { body: '{' }, status: 403 },
  { name: 'no body', sent: { body: '' }, status: 403 },
  { name: 'another secret', sent: { token: 'abd' }, status: 403 },
  { name: 'a signature without its prefix', sent: { headers: { 'X-Hub-Signature-256': sign('{}', 'abc').slice(7) } }, status: 403 },
  { name: 'a signature that is not hex', sent: { headers: { 'X-Hub-Signature-256': `sha256=${'zz'.repeat(32)}` } }, status: 403 },
  { name: 'a signature cut short', sent: { headers: { 'X-Hub-Signature-256': sign('{}', 'abc').slice(0, -2) } }, status: 403 },
  { name: 'JSON that does not fit the event', sent: { body: '[1]' }, status: 200 },
  { name: 'JSON null', sent: { body: 'null' }, status: 200 },
  { name: 'the repository’s secret', sent: { body: REPO, token: 'repo-token' }, secrets: SECRETS, status: 200 },
  { name: 'no fall-through to the organisation’s', sent: { body: REPO, token: 'new' }, secrets: SECRETS, status: 403 },
  { name: 'the organisation’s older secret', sent: { body: ORG, token: 'old' }, secrets: SECRETS, status: 200 },
  { name: 'the organisation’s newer secret', sent: { body: ORG, token: 'new' }, secrets: SECRETS, status: 200 },
  { name: 'the star for nobody', sent: { token: 'star' }, secrets: SECRETS, status: 200 },
  { name: 'an unrelated key only', sent: { body: ORG, token: 'x' }, secrets: 'other:\n- value: x\n', status: 403 },
  { name: 'an empty secret file', sent: { token: '' }, secrets: '', status: 403 },
])('$name: $status', async ({ sent, secrets, status }) => {
  const world = setUp(secrets === undefined ? {} : { secrets });
  expect((await world.hook(request(sent))).status).toBe(status);
  expect(world.stored).toHaveLength(status === 200 ? 1 : 0);
  expect(world.counted).toEqual([...(status === 200 ? ['prow_webhook_counter issues'] : []), `prow_webhook_response_codes ${status}`]);
});

test('what is stored is what GitHub sent', async () => {
  const world = setUp();
  const body = '{"title":"é € 😀"}';
  await world.hook(request({ body }));
  expect(world.stored).toEqual([{
    id: 'guid', event: 'issues', at: 42, via: 'webhook', body,
    headers: { 'content-type': 'application/json', 'x-github-delivery': 'guid', 'x-github-event': 'issues', 'x-hub-signature-256': sign(body, 'abc') },
  }]);
});

test('headers of the connection are not stored, all others are', async () => {
  const world = setUp();
  await world.hook(request({ headers: { 'User-Agent': 'GitHub-Hookshot/1', 'X-GitHub-Hook-ID': '7', Authorization: 'Basic secret', Cookie: 'a=b', Connection: 'keep-alive' } }));
  expect(world.stored[0]?.headers).toMatchObject({ 'user-agent': 'GitHub-Hookshot/1', 'x-github-hook-id': '7' });
  expect(Object.keys(world.stored[0]?.headers ?? {})).not.toEqual(expect.arrayContaining(['authorization']));
  expect(Object.keys(world.stored[0]?.headers ?? {}).filter((name) => ['cookie', 'connection', 'host', 'content-length'].includes(name))).toEqual([]);
});

test('K41: a made-up event makes no series of its own', async () => {
  const world = setUp();
  await world.hook(request({ headers: { 'X-GitHub-Event': 'surprise-1' } }));
  expect(world.counted).toContain('prow_webhook_counter other');
  expect(world.stored[0]?.event).toBe('surprise-1');
});

test('a delivery that was stored before is answered alike', async () => {
  const world = setUp({ store: async () => 'duplicate' });
  expect((await world.hook(request({}))).status).toBe(200);
});

test('a store that fails means 503, and that GitHub may try again', async () => {
  const world = setUp({ store: async () => Promise.reject(new Error('away')) });
  const response = await world.hook(request({}));
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '10']);
});

test('a store that does not answer means 503', async () => {
  const world = setUp({ store: () => new Promise(() => {}) });
  expect((await world.hook(request({}))).status).toBe(503);
});

test('a body that breaks off means 500', async () => {
  const world = setUp();
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.error(new Error('reset'));
    },
  });
  expect((await world.hook(request({ body }))).status).toBe(500);
});

test('a body of 25 MB is taken, a larger one is not', async () => {
  const world = setUp();
  const body = JSON.stringify({ text: 'x'.repeat(25 * 1024 * 1024 - 11) });
  expect((await world.hook(request({ body }))).status).toBe(200);
  expect((await world.hook(request({ body: `${body} ` }))).status).toBe(413);
});

test('the published vector verifies', () => {
  expect(verified(Buffer.from('{}'), 'sha256=19092633e5aa9a849dfcc9d2df4e76db2df1fcba7f38915f2c7833bd8a510f2f', ['other', 'abc'])).toBe(true);
  expect(verified(Buffer.from('{}'), 'sha256=19092633e5aa9a849dfcc9d2df4e76db2df1fcba7f38915f2c7833bd8a510f2f', ['other', randomUUID()])).toBe(false);
});
