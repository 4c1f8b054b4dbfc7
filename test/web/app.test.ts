import { expect, test } from '@jest/globals';
import type { EventSummary } from '../../src/core/ports/events.js';
import type { FeedItem } from '../../src/core/ports/feed.js';
import { silentLog } from '../../src/core/ports/log.js';
import type { PoolView } from '../../src/core/ports/tide.js';
import { createWeb, type WebDeps } from '../../src/web/app.js';
import { cssPath } from '../../src/web/assets.js';
import type { HelpDocument } from '../../src/core/helpDocument.js';
import { shownProblem, type ConfigStatus } from '../../src/web/configStatus.js';

const pool: PoolView = {
  org: 'acme', repo: 'shop', branch: 'main', baseSha: 'f'.repeat(40), at: 1_000, action: 'WAIT', target: [], blockers: [], error: undefined,
  pulls: [{ number: 7, title: '<b>bold</b>', author: 'ann', url: 'https://github.com/acme/shop/pull/7', headSha: 'a'.repeat(40), state: 'waiting', reasons: [{ kind: 'label_missing', text: 'The label lgtm is missing', clearedBy: 'a reviewer with /lgtm', since: undefined }] }],
};
const event: EventSummary = {
  id: 'd1', event: 'issue_comment', action: 'created', lane: 'acme/shop#7', via: 'recovered', at: 1_000, handledAt: 2_000, state: 'handled',
  plugins: [{ plugin: 'hold', state: 'done', actions: ['label.add'], error: undefined, ms: 3 }, { plugin: 'lgtm', state: 'done', actions: [], error: undefined, ms: 1 }],
};

const HELP: HelpDocument = {
  AllRepos: ['acme/shop'], RepoPlugins: { '': ['hold'], acme: ['hold'] }, RepoExternalPlugins: {}, ExternalPluginHelp: {},
  PluginHelp: { hold: { Description: 'Keeps <b>it</b> back.', Config: {}, Events: [], Commands: [{ Usage: '/hold', Featured: true, Description: 'Holds.', Examples: ['/hold'], WhoCanUse: 'Anyone' }] } },
};

function web(over: Partial<WebDeps> = {}) {
  return createWeb({
    webhookPath: '/hook', hook: undefined, events: { recent: async () => [event] }, tide: { pools: async () => [pool], merges: async () => [] },
    feed: { publish() {}, async *subscribe() {} }, help: async () => HELP, inRepo: () => ({ plugins: ['hold'], external: [] }), tideJson: async () => ({ Pools: [{ Org: '</script>' }] }),
    checks: [], remarks: [], linkUrl: () => 'https://github.com', adminUrl: undefined, clock: { now: () => 61_000 }, log: silentLog, ...over,
  });
}

test('the front page shows pools with reasons and events with what was done, escaped', async () => {
  const text = await (await web().app.request('/')).text();
  expect(text).toContain('&lt;b&gt;bold&lt;/b&gt;');
  expect(text).not.toContain('<b>bold');
  expect(text).toContain('The label lgtm is missing');
  expect(text).toContain('acme/shop#7');
  expect(text).toContain('label.add');
  expect(text).toContain('recovered');
});

test('a page loads nothing foreign and may not be framed', async () => {
  const answer = await web().app.request('/');
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'");
  expect(answer.headers.get('x-frame-options')).toBe('DENY');
});

test('readiness: 404 before it is declared, then 200, then 503 with the reason', async () => {
  const now: { problem: string | undefined } = { problem: undefined };
  const { app, declareReady } = web({ checks: [{ name: 'redis', problem: () => now.problem }, { name: 'config', problem: () => undefined }] });
  expect((await app.request('/healthz')).status).toBe(200);
  expect((await app.request('/healthz/ready')).status).toBe(404);
  declareReady();
  expect((await app.request('/healthz/ready')).status).toBe(200);
  now.problem = 'connection refused';
  const down = await app.request('/healthz/ready');
  expect([down.status, await down.text()]).toEqual([503, 'redis: connection refused\n']);
});

test('what works on all the same is shown, and leaves the process ready', async () => {
  const { app, declareReady } = web({ remarks: [{ name: 'config', problem: () => 'plugins.yaml:3:1: no such key' }] });
  declareReady();
  const ready = await app.request('/healthz/ready');
  expect([ready.status, await ready.text()]).toEqual([200, 'OK, but\nconfig: plugins.yaml:3:1: no such key\n']);
  expect(await (await app.request('/')).text()).toContain('config: plugins.yaml:3:1: no such key');
});

test('which configuration is in force is shown, and read by machines', async () => {
  const status: ConfigStatus = { source: 'acme/config@main', revision: 'c'.repeat(40), since: 1_000, problem: 'prow/plugins.yaml:3:1: no such key', remark: undefined };
  const { app } = web({ configStatus: () => status });
  expect(await (await app.request('/')).text()).toMatch(/acme\/config@main at <code>c{40}<\/code>, in force for 1 min/);
  expect(await (await app.request('/config-status')).json()).toEqual({ source: 'acme/config@main', revision: 'c'.repeat(40), since: '1970-01-01T00:00:01.000Z', problem: 'prow/plugins.yaml:3:1: no such key' });
});

test('a long problem is cut for pages', () => {
  const lines = Array.from({ length: 20 }, (_, n) => `line ${n}`);
  expect(shownProblem(lines.join('\n'))).toBe([...lines.slice(0, 12), 'and 8 more; the log has all'].join('\n'));
  expect(shownProblem('one')).toBe('one');
});

test('the front page still comes when Redis does not answer, and says what is wrong', async () => {
  const down = () => Promise.reject(new Error('down'));
  const { app } = web({ events: { recent: down }, tide: { pools: down, merges: down }, checks: [{ name: 'redis', problem: () => 'connection refused' }] });
  const answer = await app.request('/');
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain('redis: connection refused');
});

test('JSON is plain, or a script that assigns the variable asked for; other names are refused', async () => {
  const { app } = web();
  expect(await (await app.request('/plugin-help.js')).json()).toEqual(HELP);
  const script = await app.request('/tide.js?var=tideData');
  expect(await script.text()).toBe('var tideData = {"Pools":[{"Org":"\\u003c/script>"}]};');
  expect((await app.request('/tide.js?var=a;alert(1)')).status).toBe(400);
  expect((await app.request('/plugin-help', { method: 'POST' })).status).toBe(405);
});

test('an asset of the running version is cached for ever, one of another version is still served', async () => {
  const { app } = web();
  expect((await app.request(cssPath)).headers.get('cache-control')).toContain('immutable');
  const old = await app.request('/assets/app.0000000000.css');
  expect([old.status, old.headers.get('cache-control')]).toEqual([200, 'no-cache']);
});

test('news reach an open page', async () => {
  const item: FeedItem = { topic: 'event', key: 'd1', at: 1, text: 'handled' };
  const { app } = web({ feed: { publish() {}, async *subscribe() { yield item; } } });
  const text = await (await app.request('/live')).text();
  expect(text).toContain(`data: ${JSON.stringify(item)}`);
});

test('unknown paths answer an empty 200 as upstream does, but tell a browser', async () => {
  const { app } = web();
  const probe = await app.request('/whatever', { method: 'POST' });
  expect([probe.status, await probe.text()]).toEqual([200, '']);
  expect((await app.request('/whatever', { headers: { accept: 'text/html' } })).status).toBe(404);
});
