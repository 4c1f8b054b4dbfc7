import { expect, test } from '@jest/globals';
import { parseHmacSecrets } from '../../src/config/hmac.js';
import { isExternal, shownName } from '../../src/core/external.js';
import { RemoteError } from '../../src/core/errors.js';
import type { Delivery } from '../../src/core/event.js';
import type { ExternalAnswer, ExternalPlugins } from '../../src/core/ports/external.js';
import { silentLog, type Log } from '../../src/core/ports/log.js';
import { sign } from '../../src/core/signature.js';
import { createHandling } from '../../src/handlers/dispatch.js';
import { parseEvents } from '../../src/handlers/events.js';
import { addresseesOf, messageHeaders } from '../../src/handlers/external.js';
import { commentPayload, delivery, NOW, signal, snapshot, world } from './fakes.js';

const INFRA = { name: 'test-infra', full_name: 'kubernetes/test-infra', owner: { login: 'kubernetes' } };
const PLUGINS = {
  external_plugins: {
    'kubernetes/test-infra': [{ name: 'coffee' }],
    kubernetes: [{ name: 'chicken', events: ['repository'] }, { name: 'water' }, { name: 'chocolate', events: ['pull_request', 'issue_comment', 'repository'] }],
  },
};

test.each<{ name: string; event: string; payload?: object; plugins?: object; want: readonly string[] }>([
  { name: 'a repository event', event: 'repository', want: ['chicken', 'chocolate', 'coffee', 'water'] },
  { name: 'an unknown event goes to those that take all', event: 'x', want: ['coffee', 'water'] },
  { name: 'an event that is named', event: 'issue_comment', want: ['chocolate', 'coffee', 'water'] },
  { name: 'another repository has the organisation’s only', event: 'push', payload: { repository: { name: 'other', owner: { name: 'kubernetes' } } }, want: ['water'] },
  { name: 'K5: an event of the organisation alone', event: 'organization', payload: { organization: { login: 'kubernetes' } }, want: ['water'] },
  { name: 'an event of nobody', event: 'ping', payload: {}, want: [] },
  { name: 'K5: names are compared as GitHub does', event: 'x', payload: { repository: { name: 'Test-Infra', owner: { login: 'Kubernetes' } } }, want: ['coffee', 'water'] },
  { name: 'excluded_repos of `plugins` does not count', event: 'x', plugins: { ...PLUGINS, plugins: { kubernetes: { plugins: ['hold'], excluded_repos: ['test-infra'] } } }, want: ['coffee', 'water'] },
  { name: 'K5: an external plugin may leave a repository out', event: 'x', plugins: { external_plugins: { kubernetes: [{ name: 'water', excluded_repos: ['Test-infra'] }, { name: 'tea', excluded_repos: ['other'] }] } }, want: ['tea'] },
])('$name', ({ event, payload = { repository: INFRA }, plugins = PLUGINS, want }) => {
  const it = { event, body: JSON.stringify(payload) };
  expect(addresseesOf(snapshot({ plugins: { ...plugins } }), it, parseEvents(it)).map(({ name }) => shownName(name)).sort()).toEqual(want);
});

test('several of one name are told apart, and names with separators are kept whole', () => {
  const it = { event: 'x', body: JSON.stringify({ repository: INFRA }) };
  const config = snapshot({ plugins: { external_plugins: { kubernetes: [{ name: 'a b:c' }, { name: 'a b:c', endpoint: 'http://other' }] } } });
  const names = addresseesOf(config, it, parseEvents(it)).map(({ name }) => name);
  expect(new Set(names).size).toBe(2);
  for (const name of names) expect([isExternal(name), name.includes(' '), shownName(name)]).toEqual([true, false, 'a b:c']);
});

interface Sent { readonly endpoint: string; readonly headers: Readonly<Record<string, string>>; readonly body: string }

function setUp({ answer, enabled, mode = 'act', log = silentLog, secrets }: Readonly<{ answer?: Partial<ExternalAnswer> | Error; enabled?: boolean; mode?: 'act' | 'dry'; log?: Log; secrets?: string }> = {}) {
  const sent: Sent[] = [];
  const plugins: Pick<ExternalPlugins, 'deliver'> = {
    deliver: (endpoint, message) => {
      sent.push({ endpoint, ...message });
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve({ status: 200, text: 'ok', retryAfterMs: undefined, ...answer });
    },
  };
  const counted: string[] = [];
  const config = snapshot({ plugins: { external_plugins: { o: [{ name: 'tea', endpoint: 'http://tea/hook' }] } }, enabled: [] });
  const { deps } = world(config, {
    mode, log, external: { plugins, secrets: secrets === undefined ? undefined : { value: () => parseHmacSecrets(secrets) } }, ...(enabled === undefined ? {} : { enabled: () => enabled }),
    metrics: { count: (name, labels) => void counted.push(`${name} ${Object.values(labels ?? {}).join(' ')}`), set() {}, observe() {} },
  });
  return { sent, counted, handling: createHandling(deps) };
}

const first = { signal, attempt: 1 };
const it = (over: Partial<Delivery> = {}): Delivery => delivery('issue_comment', commentPayload({ body: 'hello' }), { headers: { 'x-hub-signature-256': 'sha256=abc', 'x-hub-signature': 'sha1=old', 'user-agent': 'GitHub-Hookshot/1', 'x-github-hook-id': '7' }, ...over });

test('an external plugin is named among the plugins of a delivery; without deps or where the flags forbid it is not', async () => {
  expect(await setUp().handling.pluginsFor(it())).toEqual(['external:tea']);
  expect(await setUp({ enabled: false }).handling.pluginsFor(it())).toEqual([]);
  const { deps } = world(snapshot({ plugins: { external_plugins: { o: [{ name: 'tea' }] } } }));
  expect(await createHandling(deps).pluginsFor(it())).toEqual([]);
});

test('what is sent on is what GitHub sent, as ProwHook', async () => {
  const { sent, handling, counted } = setUp();
  const what = it();
  expect(await handling.run('external:tea', what, first)).toEqual(['sent']);
  expect(sent).toEqual([{ endpoint: 'http://tea/hook', body: what.body, headers: {
    'x-hub-signature-256': 'sha256=abc', 'x-hub-signature': 'sha1=old', 'x-github-hook-id': '7', 'content-type': 'application/json', 'x-github-event': 'issue_comment', 'x-github-delivery': what.id, 'user-agent': 'ProwHook',
  } }]);
  expect(counted).toEqual(['prow_external_plugin_deliveries tea 200']);
});

test.each<{ name: string; answer: Partial<ExternalAnswer> | Error; want: 'later' | readonly string[]; waits?: number; counted: string }>([
  { name: 'no answer', answer: new RemoteError('refused', { service: 'external' }), want: 'later', counted: 'no answer' },
  { name: 'K4: a server error', answer: { status: 500 }, want: 'later', counted: '500' },
  { name: 'busy, with a time', answer: { status: 503, retryAfterMs: 7_000 }, want: 'later', waits: 7_000, counted: '503' },
  { name: 'too many requests', answer: { status: 429 }, want: 'later', counted: '429' },
  { name: 'no content', answer: { status: 204 }, want: ['sent'], counted: '204' },
  { name: 'a bad signature', answer: { status: 403 }, want: ['refused: 403'], counted: '403' },
  { name: 'elsewhere', answer: { status: 302 }, want: ['refused: 302'], counted: '302' },
])('$name', async ({ answer, want, waits, counted: result }) => {
  const { handling, counted } = setUp({ answer });
  const running = handling.run('external:tea', it(), first);
  if (want === 'later') await expect(running).rejects.toMatchObject({ retry: 'later', retryAfterMs: waits });
  else expect(await running).toEqual(want);
  expect(counted).toEqual([`prow_external_plugin_deliveries tea ${result}`]);
});

test('a refusal is logged with status and text', async () => {
  const lines: object[] = [];
  const log: Log = { ...silentLog, child: () => ({ ...silentLog, error: (fields) => void lines.push(fields) }) };
  await setUp({ answer: { status: 400, text: 'what is that?' }, log }).handling.run('external:tea', it(), first);
  expect(lines).toEqual([{ status: 400, text: 'what is that?' }]);
});

test('a plugin that the configuration names no more gets nothing, and a dry run sends nothing', async () => {
  const gone = setUp();
  expect(await gone.handling.run('external:coffee', it(), first)).toEqual([]);
  const dry = setUp({ mode: 'dry' });
  expect(await dry.handling.run('external:tea', it(), first)).toEqual([]);
  expect([...gone.sent, ...dry.sent]).toEqual([]);
});

test.each<{ name: string; secrets?: string; signature: 'right' | 'wrong' | 'none'; want: 'as it was' | 'anew' }>([
  { name: 'a signature that holds is kept', secrets: 's', signature: 'right', want: 'as it was' },
  { name: 'one that does not, after GitHub gave the body in other bytes, is made anew', secrets: 's', signature: 'wrong', want: 'anew' },
  { name: 'one that is missing is made, with the newest secret of the organisation', secrets: "o:\n- value: old\n- value: s\n", signature: 'none', want: 'anew' },
  { name: 'without secrets what came is sent', signature: 'wrong', want: 'as it was' },
])('$name', ({ secrets, signature, want }) => {
  const body = JSON.stringify({ repository: { full_name: 'o/r' } });
  const given = { right: { 'x-hub-signature-256': sign(body, 's') }, wrong: { 'x-hub-signature-256': sign('other', 's'), 'x-hub-signature': 'sha1=0' }, none: undefined }[signature];
  const what: Delivery = { id: 'd', event: 'x', at: NOW, via: 'recovered', body, ...(given ? { headers: given } : {}) };
  const headers = messageHeaders(what, { secrets: secrets === undefined ? undefined : { value: () => parseHmacSecrets(secrets) } });
  expect(headers['x-hub-signature-256']).toBe(want === 'anew' ? sign(body, 's') : given?.['x-hub-signature-256']);
  expect('x-hub-signature' in headers).toBe(signature === 'wrong' && want === 'as it was');
});
