import { createHmac, randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createMarks } from '../../src/adapters/events/marks.js';
import { watchRedis } from '../../src/adapters/events/watch.js';
import { createIntents } from '../../src/adapters/intents.js';
import { adderOf } from '../../src/adapters/queue/adder.js';
import { startWorker } from '../../src/adapters/queue/worker.js';
import { promptRedis } from '../../src/adapters/redis.js';
import type { DeliveryAttempt } from '../../src/core/ports/deliveries.js';
import { parseHmacSecrets } from '../../src/config/hmac.js';
import { createEventStore } from '../../src/adapters/events/store.js';
import { createHook } from '../../src/web/hook.js';
import { decideMissed, recoverQueue } from '../../queues/recover.js';
import { fakeDeliveries, type FakeDeliveries } from '../support/fakeDeliveries.js';
import { delivery, laneOf, numberOf, startPath, systemClock, type PathOptions } from '../support/path.js';
import { eventually, testRedis, type TestRedis } from '../support/redis.js';
import { ownRedis } from '../support/redisServer.js';

const AGO = 10_000;
const attemptOf = (id: string, deliveredAt: number, statusCode: number): DeliveryAttempt => ({ id, deliveryId: id, event: 'push', action: undefined, deliveredAt, statusCode, redelivery: false });

test('what GitHub saw accepted long before the memory was lost is only marked', () => {
  const attempts = [attemptOf('old', 1_000, 200), attemptOf('old and refused', 2_000, 503), attemptOf('new', 9_500, 200)];
  const { handle, mark } = decideMissed(attempts, { born: 10_000, acceptedMs: 1_000 });
  expect([handle.map(({ id }) => id), mark.map(({ id }) => id)]).toEqual([['old and refused', 'new'], ['old']]);
});

/** The event path with its recovery and its watch over Redis. */
async function startAll(connection: TestRedis, github: FakeDeliveries, options: PathOptions) {
  const path = await startPath(connection, options);
  const recover = adderOf(recoverQueue, connection);
  const { redis, prefix, log, url } = connection;
  const marks = createMarks({ redis, prefix, uuid: randomUUID });
  const deps = { deliveries: github, store: path.store, marks, handling: { laneOf }, clock: systemClock, log };
  const worker = await startWorker(recoverQueue, deps, { connection, clock: systemClock });
  const prompt = promptRedis({ url, log });
  const why: string[] = [];
  const watch = watchRedis({
    redis: prompt,
    prefix,
    uuid: randomUUID,
    log,
    everyMs: 50,
    onBack: async (reason) => {
      why.push(reason);
      for (const one of [...path.workers, worker]) await one.plant();
      await recover.add({});
    },
  });
  const store = createEventStore({ redis: prompt, prefix, uuid: randomUUID, wake: (lane) => void path.lane.add({ lane }).catch(() => {}) });
  const secret = 'abc';
  const hook = createHook({ store, handling: { laneOf }, secrets: { value: () => parseHmacSecrets(secret) }, clock: systemClock, log, metrics: { count() {} } });
  await eventually('readiness', () => watch.problem() === undefined);
  return {
    ...path,
    watch,
    why,
    post: async ({ id, event, body }: Readonly<{ id: string; event: string; body: string }>): Promise<number> => {
      const headers = { 'X-GitHub-Event': event, 'X-GitHub-Delivery': id, 'Content-Type': 'application/json', 'X-Hub-Signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` };
      return (await hook(new Request('http://localhost/hook', { method: 'POST', body, headers }))).status;
    },
    async [Symbol.asyncDispose]() {
      await watch[Symbol.asyncDispose]();
      await worker.stop({ graceMs: 0 });
      await recover[Symbol.asyncDispose]();
      await path[Symbol.asyncDispose]();
      prompt.disconnect();
    },
  };
}

test('deliveries that never arrived are handled at start, oldest first, each once, as recovered', async () => {
  await using connection = testRedis();
  const github = fakeDeliveries();
  const ran: string[] = [];
  const missed = [0, 1, 2].map((n) => delivery('o/r#1', { n, at: Date.now() - AGO + n }));
  for (const one of missed) github.remember(one, 0);
  github.remember(missed[1] ?? delivery(''), 502);
  await using path = await startAll(connection, github, { plugins: ['a'], run: async (_plugin, what) => (ran.push(`${numberOf(what)} ${what.via} ${what.at}`), []) });
  await eventually('the end', async () => ran.length === 3 && (await path.store.recent(9)).every(({ state }) => state === 'handled'));
  expect(ran).toEqual(missed.map(({ at }, n) => `${n} recovered ${at}`));
  expect(path.why).toEqual(['start']);
});

test('what was handled is not fetched, and a walk goes back no further than it must', async () => {
  await using connection = testRedis();
  const github = fakeDeliveries();
  await using path = await startAll(connection, github, { plugins: ['a'], run: async () => [] });
  const one = delivery('o/r#1', { at: Date.now() - AGO });
  expect(await github.send(one, path.post)).toBe(200);
  const marks = createMarks({ redis: connection.redis, prefix: connection.prefix, uuid: randomUUID });
  await eventually('a walk', async () => (await marks.memory()).walked !== undefined);
  expect(github.fetched).toEqual([]);
});

test('Redis flushed: what was under way is handled again as recovered, what was handled long ago is not', async () => {
  await using own = await ownRedis({ keeps: true });
  await using connection = testRedis({ url: own.url });
  const github = fakeDeliveries();
  const ran: string[] = [];
  let hold = true;
  await using path = await startAll(connection, github, {
    plugins: ['a'],
    run: async (_plugin, what, { signal }) => {
      if (hold && numberOf(what) > 0) await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      ran.push(`${numberOf(what)} ${what.via}`);
      return [];
    },
  });
  github.remember(delivery('o/r#2', { n: 9, at: Date.now() - 7_200_000 }), 200);
  const old = delivery('o/r#1', { n: 0, at: Date.now() - AGO });
  await github.send(old, path.post);
  await eventually('the first', () => ran.length === 1);
  for (const n of [1, 2, 3]) await github.send(delivery('o/r#1', { n, at: Date.now() - AGO + n }), path.post);
  await connection.redis.flushall();
  hold = false;
  await eventually('the rest', async () => ran.length === 5 && (await path.lanes.pending()).lanes.length === 0);
  expect(ran).toEqual(['0 webhook', '0 recovered', '1 recovered', '2 recovered', '3 recovered']);
  await eventually('the watch', () => path.why.includes('new memory'));
  expect(await path.post(old)).toBe(200);
  expect((await path.store.recent(9)).every(({ state }) => state === 'handled')).toBe(true);
}, 60_000);

test.each([{ keeps: true }, { keeps: false }])('Redis stopped and started (its data kept: $keeps): 503 meanwhile with the reason, then all goes on', async ({ keeps }) => {
  await using own = await ownRedis({ keeps });
  await using connection = testRedis({ url: own.url });
  const github = fakeDeliveries();
  const ran = new Map<number, number>();
  await using path = await startAll(connection, github, { plugins: ['a'], run: async (_plugin, what) => (ran.set(numberOf(what), (ran.get(numberOf(what)) ?? 0) + 1), []) });
  const send = (n: number): Promise<number> => github.send(delivery(`o/r#${n}`, { n, at: Date.now() - AGO }), path.post);
  expect(await send(0)).toBe(200);
  await eventually('the first', () => ran.get(0) === 1);
  await own.stop();
  expect(await send(1)).toBe(503);
  const start = Date.now();
  expect(await send(2)).toBe(503);
  expect(Date.now() - start).toBeLessThan(2_000);
  await eventually('the reason', () => path.watch.problem());
  await own.start();
  await eventually('readiness', () => path.watch.problem() === undefined);
  expect(await send(3)).toBe(200);
  await eventually('all', () => [0, 1, 2, 3].every((n) => ran.has(n)));
  // With its data kept nothing runs twice; without, the first is handled again, as recovered.
  expect([1, 2, 3].map((n) => ran.get(n))).toEqual([1, 1, 1]);
  expect(ran.get(0)).toBeLessThanOrEqual(keeps ? 1 : 2);
}, 60_000);

test('an intent is fresh once, for a delivery that is younger than the memory', async () => {
  await using own = await ownRedis({ keeps: false });
  await using connection = testRedis({ url: own.url });
  const intents = createIntents({ redis: connection.redis, prefix: connection.prefix, uuid: randomUUID });
  const later = { at: Date.now() + 60_000, via: 'webhook' } as const;
  expect(await intents.begin('a', { at: Date.now() - 1, via: 'webhook' })).toEqual({ state: 'unknown' });
  expect(await intents.begin('b', { ...later, via: 'recovered' })).toEqual({ state: 'unknown' });
  expect(await intents.begin('c', later)).toEqual({ state: 'fresh' });
  expect(await intents.begin('c', later)).toEqual({ state: 'unknown' });
  await intents.finish('c', '42');
  expect(await intents.begin('c', later)).toEqual({ state: 'done', outcome: '42' });
  await own.stop();
  await own.start();
  expect(await intents.begin('c', { at: Date.now(), via: 'webhook' })).toEqual({ state: 'unknown' });
}, 30_000);

