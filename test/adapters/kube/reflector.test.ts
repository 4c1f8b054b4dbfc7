import type { ServerResponse } from 'node:http';
import { expect, test } from '@jest/globals';
import type { Lookups } from '../../../src/adapters/kube/lookups.js';
import { openMemory } from '../../../src/adapters/kube/memory.js';
import { reflect, type Timings } from '../../../src/adapters/kube/reflector.js';
import type { KubeObject } from '../../../src/core/kube.js';
import { silentLog } from '../../../src/core/ports/log.js';
import { eventually } from '../../support/redis.js';
import { drop, json, refuse, scripted, type Answer, type Asked, type Scripted } from './scripted.js';

const thing = (name: string, version: number): KubeObject => ({ apiVersion: 'v1', kind: 'Thing', metadata: { namespace: 'ns', name, uid: name, resourceVersion: String(version) } });
const lookups: Lookups<KubeObject, 'kind'> = { kind: ({ kind }) => [kind] };
const list = (version: number, items: readonly KubeObject[], next?: string): Answer => json(200, { kind: 'ThingList', apiVersion: 'v1', metadata: { resourceVersion: String(version), ...(next !== undefined && { continue: next }) }, items });
const line = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`;
const bookmark = (version: number) => line('BOOKMARK', { kind: 'Thing', metadata: { resourceVersion: String(version) } });

/** A watch that stays open until the test ends it. */
function openWatch(): Answer & { readonly response: () => ServerResponse } {
  let opened: ServerResponse | undefined;
  const answer: Answer = (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    opened = response;
  };
  return Object.assign(answer, { response: () => { if (!opened) throw new Error('nobody watches'); return opened; } });
}
const saying = (...lines: readonly string[]): Answer => (response) => { response.writeHead(200); response.end(lines.join('')); };

async function watching(server: Scripted, timings: Partial<Timings> = {}) {
  const memory = openMemory(lookups, silentLog);
  const over = new AbortController();
  const states: string[] = [];
  const place = { path: '/things' };
  const done = reflect<KubeObject>({
    what: 'things', http: server.http, path: () => place.path, labelSelector: 'a=b', trim: (object) => object, memory, clock: Date, random: () => 0,
    onState: (state) => states.push(state === 'well' ? 'well' : `${state.failures}: ${state.error.message}`),
    timings: { watchSeconds: 100, silenceMs: 60_000, firstDelayMs: 2, longestDelayMs: 20, ...timings }, log: silentLog,
  }, over.signal);
  return {
    memory, states, place,
    names: () => memory.list().map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`).sort(),
    async [Symbol.asyncDispose]() {
      over.abort(new Error('the test is over'));
      await done;
    },
  };
}

const watches = (asked: readonly Asked[]) => asked.filter(({ query }) => query['watch'] === 'true');

test('lists page by page, then watches from there', async () => {
  await using server = await scripted();
  const watch = openWatch();
  server.answers.push(list(10, [thing('a', 1)], 'next'), list(10, [thing('b', 2)]), watch);
  await using kept = await watching(server);
  await eventually('the watch', () => watches(server.asked).length === 1);
  expect(kept.names()).toEqual(['a@1', 'b@2']);
  expect(server.asked.map(({ query }) => query)).toEqual([
    { labelSelector: 'a=b', limit: '500' }, { labelSelector: 'a=b', limit: '500', continue: 'next' },
    { labelSelector: 'a=b', watch: 'true', allowWatchBookmarks: 'true', resourceVersion: '10', timeoutSeconds: '100' },
  ]);
  // Events arrive in pieces, in the middle of a character too.
  const bytes = Buffer.from(line('ADDED', { ...thing('c', 11), note: 'Grüße' }) + line('MODIFIED', thing('a', 12)) + line('DELETED', thing('b', 13)));
  for (const [from, to] of [[0, 70], [70, 133], [133, undefined]] as const) watch.response().write(bytes.subarray(from, to));
  await eventually('the events', () => kept.names().join() === 'a@12,c@11');
  expect(kept.memory.get('ns', 'c')).toMatchObject({ note: 'Grüße' });
});

test('a list that ran out halfway is read in one piece', async () => {
  await using server = await scripted(openWatch());
  server.answers.push(list(10, [thing('a', 1)], 'next'), refuse(410, 'Expired'), list(12, [thing('a', 1), thing('b', 11)]));
  await using kept = await watching(server);
  await eventually('the watch', () => watches(server.asked).length === 1);
  expect(kept.names()).toEqual(['a@1', 'b@11']);
  expect(server.asked[2]?.query).toEqual({ labelSelector: 'a=b' });
  expect(watches(server.asked)[0]?.query['resourceVersion']).toBe('12');
});

test('a watch that ends or breaks goes on from the last event or bookmark', async () => {
  await using server = await scripted(openWatch());
  const broken = openWatch();
  server.answers.push(list(10, []), saying(line('ADDED', thing('a', 11)), bookmark(15)), broken, drop);
  await using kept = await watching(server);
  await eventually('the second watch', () => watches(server.asked).length === 2);
  broken.response().write(line('ADDED', thing('b', 20)) + '{"type":"ADDED","object":{"metad');
  await eventually('its event', () => kept.names().length === 2);
  broken.response().socket?.destroy();
  await eventually('the fourth watch', () => watches(server.asked).length === 4);
  expect(watches(server.asked).map(({ query }) => query['resourceVersion'])).toEqual(['10', '15', '20', '20']);
  expect(kept.names()).toEqual(['a@11', 'b@20']);
  expect(server.asked.filter(({ query }) => query['watch'] === undefined)).toHaveLength(1);
  expect(kept.states.filter((state) => state !== 'well')).toHaveLength(2);
});

test.each<{ name: string; end: Answer }>([
  { name: '410 in an event', end: saying(line('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' })) },
  { name: '410 as the answer', end: refuse(410, 'Gone') },
  { name: 'another error event', end: saying(line('ERROR', { kind: 'Status', code: 500, reason: 'InternalError', message: 'oops' })) },
  { name: 'a refusal of the version', end: refuse(400, 'BadRequest') },
])('after $name all is listed again, and only differences are told', async ({ end }) => {
  await using server = await scripted(openWatch());
  const first = openWatch();
  server.answers.push(list(10, [thing('same', 1), thing('changed', 2), thing('gone', 3)]), first);
  await using kept = await watching(server);
  await eventually('the watch', () => watches(server.asked).length === 1);
  const told: string[] = [];
  kept.memory.onChange(({ key, old, now }) => told.push(`${key.name} ${old?.metadata.resourceVersion} → ${now?.metadata.resourceVersion}`));
  server.answers.push(end, list(30, [thing('same', 1), thing('changed', 25), thing('new', 26)]));
  first.response().end();
  await eventually('the list', () => kept.names().join() === 'changed@25,new@26,same@1');
  expect(told.sort()).toEqual(['changed 2 → 25', 'gone 3 → undefined', 'new undefined → 26']);
  await eventually('a watch from there', () => watches(server.asked).at(-1)?.query['resourceVersion'] === '30');
});

test('a silent watch is opened anew', async () => {
  await using server = await scripted(openWatch());
  server.answers.push(list(10, []));
  await using kept = await watching(server, { silenceMs: 30 });
  await eventually('the third watch', () => watches(server.asked).length >= 3);
  expect(new Set(watches(server.asked).map(({ query }) => query['resourceVersion']))).toEqual(new Set(['10']));
  expect(new Set(kept.states)).toEqual(new Set(['well']));
});

test('a server that is down is tried until it answers; nothing is forgotten meanwhile', async () => {
  await using server = await scripted(drop);
  server.answers.push(list(10, [thing('a', 1)]), saying());
  await using kept = await watching(server);
  await eventually('failures', () => kept.states.some((state) => state.startsWith('5: ')));
  expect(kept.memory.synced()).toBe(true);
  expect(kept.names()).toEqual(['a@1']);
  server.otherwise = openWatch();
  await eventually('success', () => kept.states.at(-1) === 'well');
  expect(server.asked.at(-1)?.query['resourceVersion']).toBe('10');
});

test('what is no JSON, and a server that ends every watch, do not make it race', async () => {
  await using server = await scripted(saying('<html>\n'));
  server.answers.push(list(10, []), saying(), saying());
  await using kept = await watching(server, { firstDelayMs: 40, longestDelayMs: 40 });
  const begun = Date.now();
  await eventually('five watches', () => watches(server.asked).length >= 5);
  expect(Date.now() - begun).toBeGreaterThan(3 * 20);
  expect(kept.states.some((state) => state.includes('JSON'))).toBe(true);
});

test('another path is listed anew', async () => {
  await using server = await scripted((response, asked) => { (asked.query['watch'] === 'true' ? saying(bookmark(11)) : list(10, [thing(asked.path.slice(1), 1)]))(response, asked); });
  await using kept = await watching(server);
  await eventually('the first list', () => kept.names().join() === 'things@1');
  kept.place.path = '/others';
  await eventually('the other list', () => kept.names().join() === 'others@1');
});
