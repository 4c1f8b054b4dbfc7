import { expect, test } from '@jest/globals';
import { parseHmacSecrets } from '../../src/config/hmac.js';
import { RemoteError } from '../../src/core/errors.js';
import type { ExternalPlugins } from '../../src/core/ports/external.js';
import { silentLog } from '../../src/core/ports/log.js';
import { sign } from '../../src/core/signature.js';
import { createEventServer, SERVED_EVENTS, type EventServerOptions, type Webhook } from '../../src/eventServer.js';

const REPO = { repository: { name: 'r', full_name: 'o/r', owner: { login: 'o' } }, sender: { login: 'ann' } };
const COMMENT = { ...REPO, action: 'created', issue: { number: 1, state: 'open', user: { login: 'ann' } }, comment: { id: 5, body: '/tea', user: { login: 'ann' }, html_url: 'https://github.com/o/r/issues/1#issuecomment-5' } };

function setUp(over: Partial<EventServerOptions> = {}) {
  const counted: string[] = [];
  const errors: unknown[] = [];
  const server = createEventServer({
    secrets: { value: () => parseHmacSecrets('abc') }, on: {}, log: { ...silentLog, error: ({ err }: { err?: unknown }) => void errors.push(err), child: () => silentLog },
    metrics: { count: (name, labels) => void counted.push(`${name} ${Object.values(labels ?? {}).join()}`), set() {}, observe() {} }, ...over,
  });
  const post = async (event: string, payload: unknown = REPO, { path = '/hook', secret = 'abc' }: Readonly<{ path?: string; secret?: string }> = {}): Promise<number> => {
    const body = JSON.stringify(payload);
    const headers = { 'Content-Type': 'application/json', 'X-GitHub-Event': event, 'X-GitHub-Delivery': 'guid', 'X-Hub-Signature-256': sign(body, secret) };
    return (await server.fetch(new Request(`http://plugin${path}`, { method: 'POST', headers, body }))).status;
  };
  return { server, post, counted, errors, help: (init: RequestInit) => server.fetch(new Request('http://plugin/help', init)) };
}

test('handlers of an event run side by side with what GitHub sent and what it means; the answer waits for none', async () => {
  const seen: Webhook[] = [];
  let open: () => void = () => {};
  const gate = new Promise<void>((resolve) => { open = resolve; });
  const { post, server, counted } = setUp({ on: { issue_comment: [async () => gate, async (webhook) => { seen.push(webhook); }], push: [async (webhook) => { seen.push(webhook); }] } });
  expect(await post('issue_comment', COMMENT)).toBe(200);
  open();
  await server.shutdown({ graceMs: 1_000 });
  expect(seen).toMatchObject([{ id: 'guid', name: 'issue_comment', payload: COMMENT, events: [{ kind: 'comment', action: 'created', body: '/tea', repo: { org: 'o', name: 'r' } }] }]);
  expect(counted).toEqual(['prow_webhook_counter issue_comment', 'prow_webhook_response_codes 200']);
});

test.each(SERVED_EVENTS)('%s has handlers', async (event) => {
  const seen: string[] = [];
  const { post, server } = setUp({ on: { [event]: [async ({ name }: Webhook) => { seen.push(name); }] } });
  await post(event);
  await server.shutdown({ graceMs: 1_000 });
  expect(seen).toEqual([event]);
});

test('webhooks are checked as Prow checks them, at the endpoint that was asked for', async () => {
  const { post } = setUp({ endpoint: '/in' });
  expect([await post('push', REPO, { path: '/in' }), await post('push', REPO, { path: '/in', secret: 'x' }), await post('push', REPO)]).toEqual([200, 403, 404]);
  expect(() => setUp({ endpoint: 'in' })).toThrow(RangeError);
});

test('a handler that throws is logged, and stops no other', async () => {
  const seen: string[] = [];
  const { post, server, errors } = setUp({ on: { push: [() => { throw new Error('at once'); }, async () => { throw new Error('later'); }, async () => { seen.push('third'); }] } });
  expect(await post('push')).toBe(200);
  await server.shutdown({ graceMs: 1_000 });
  expect([seen, errors.map(String).sort()]).toEqual([['third'], ['Error: at once', 'Error: later']]);
});

test('events are sent on by organisation, then repository; one without events gets none, unknown events go nowhere', async () => {
  const sent: string[] = [];
  let failures = 2;
  const external: Pick<ExternalPlugins, 'deliver'> = {
    deliver: async (endpoint, { headers }) => {
      if (endpoint === 'http://milk' && failures-- > 0) throw new RemoteError('refused', { service: 'external' });
      sent.push(`${endpoint} ${headers['user-agent']}`);
      return { status: 200, text: '', retryAfterMs: undefined };
    },
  };
  const { post, server } = setUp({ external, externalPlugins: () => ({ 'o/r': [{ name: 'milk', events: ['push'] }], o: [{ name: 'tea', endpoint: 'http://t', events: ['push', 'x'] }, { name: 'all', events: [] }], other: [{ name: 'no', events: ['push'] }] }) });
  await post('push');
  await post('x');
  await server.shutdown({ graceMs: 5_000 });
  expect(sent).toEqual(['http://t ProwHook', 'http://milk ProwHook']);
});

test('help: POST with repositories; anything else says what is wrong', async () => {
  const asked: unknown[] = [];
  const { help } = setUp({ help: async (repos) => { asked.push(repos); return { Description: 'Tea.', Config: {}, Commands: [] }; } });
  const good = await help({ method: 'POST', body: '[{"Org":"o","Repo":"r"}]' });
  expect([good.status, await good.json(), good.headers.get('cache-control')]).toEqual([200, { Description: 'Tea.', Config: {}, Commands: [] }, 'no-cache']);
  expect(asked).toEqual([[{ Org: 'o', Repo: 'r' }]]);
  const others = [await help({ method: 'GET' }), await help({ method: 'POST', body: 'x' }), await help({ method: 'POST', body: '[1]' }), await setUp().help({ method: 'POST', body: '[]' }), await setUp({ help: async () => { throw new Error('broken'); } }).help({ method: 'POST', body: '[]' })];
  expect(others.map(({ status }) => status)).toEqual([405, 500, 500, 500, 500]);
});

test('a shutdown takes nothing new, and ends what does not end by itself', async () => {
  let why: unknown;
  const { post, server } = setUp({ on: { push: [(_webhook, { signal }) => new Promise((_, reject) => { signal.addEventListener('abort', () => { why = signal.reason; reject(new Error('ended')); }); })] } });
  await post('push');
  await server.shutdown({ graceMs: 10 });
  expect(String(why)).toBe('Error: the server stops');
  expect(await post('push')).toBe(503);
});
