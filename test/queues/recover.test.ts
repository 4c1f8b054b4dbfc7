import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createMarks } from '../../src/adapters/events/marks.js';
import { createIntents } from '../../src/adapters/intents.js';
import type { DeliveryAttempt } from '../../src/core/ports/deliveries.js';
import { decideMissed } from '../../queues/recover.js';
import { fakeDeliveries } from '../support/fakeDeliveries.js';
import { delivery, numberOf } from '../support/path.js';
import { startWholePath } from '../support/wholePath.js';
import { eventually, testRedis } from '../support/redis.js';
import { ownRedis } from '../support/redisServer.js';

const AGO = 10_000;
const attemptOf = (id: string, deliveredAt: number, statusCode: number): DeliveryAttempt => ({ id, deliveryId: id, event: 'push', action: undefined, deliveredAt, statusCode, redelivery: false });

test('what GitHub saw accepted long before the memory was lost is only marked', () => {
  const attempts = [attemptOf('old', 1_000, 200), attemptOf('old and refused', 2_000, 503), attemptOf('new', 9_500, 200)];
  const { handle, mark } = decideMissed(attempts, { born: 10_000, acceptedMs: 1_000 });
  expect([handle.map(({ id }) => id), mark.map(({ id }) => id)]).toEqual([['old and refused', 'new'], ['old']]);
});

test('one that cannot be fetched holds up no other, and is fetched again', async () => {
  await using connection = testRedis();
  const github = fakeDeliveries();
  const ran: number[] = [];
  for (let n = 0; n < 20; n++) github.remember(delivery('o/r#1', { n, at: Date.now() - AGO + n }), 0);
  let broken = 2;
  const flaky = { ...github, fetch: async (id: string) => (id === '3' && broken-- > 0 ? Promise.reject(new Error('500')) : github.fetch(id)) };
  await using _path = await startWholePath(connection, flaky, { plugins: ['a'], run: async (_plugin, what) => (ran.push(numberOf(what)), []) });
  await eventually('the others', () => ran.length === 19);
  expect(ran).not.toContain(3);
  await eventually('the one', () => ran.includes(3));
  expect(ran).toHaveLength(20);
});

test('deliveries that never arrived are handled at start, oldest first, each once, as recovered', async () => {
  await using connection = testRedis();
  const github = fakeDeliveries();
  const ran: string[] = [];
  const missed = [0, 1, 2].map((n) => delivery('o/r#1', { n, at: Date.now() - AGO + n }));
  for (const one of missed) github.remember(one, 0);
  github.remember(missed[1] ?? delivery(''), 502);
  await using path = await startWholePath(connection, github, { plugins: ['a'], run: async (_plugin, what) => (ran.push(`${numberOf(what)} ${what.via} ${what.at}`), []) });
  await eventually('the end', async () => ran.length === 3 && (await path.store.recent(9)).every(({ state }) => state === 'handled'));
  expect(ran).toEqual(missed.map(({ at }, n) => `${n} recovered ${at}`));
  expect(path.why).toEqual(['start']);
});

test('what was handled is not fetched, and a walk goes back no further than it must', async () => {
  await using connection = testRedis();
  const github = fakeDeliveries();
  await using path = await startWholePath(connection, github, { plugins: ['a'], run: async () => [] });
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
  let held = 0;
  await using path = await startWholePath(connection, github, {
    plugins: ['a'],
    run: async (_plugin, what, { signal }) => {
      if (hold && numberOf(what) > 0) held++;
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
  // A run that had been taken and began only after the flush would end as what it was, a webhook's.
  await eventually('the run of the second', () => held > 0);
  await connection.redis.flushall();
  hold = false;
  await eventually('the rest', async () => ran.length === 5 && (await path.lanes.pending()).lanes.length === 0);
  expect(ran).toEqual(['0 webhook', '0 recovered', '1 recovered', '2 recovered', '3 recovered']);
  await eventually('the watch', () => path.why.includes('new memory'));
  expect(await path.post(old)).toBe(200);
  expect((await path.store.recent(9)).every(({ state }) => state === 'handled')).toBe(true);
}, 300_000);

test.each([{ keeps: true }, { keeps: false }])('Redis stopped and started (its data kept: $keeps): 503 meanwhile with the reason, then all goes on', async ({ keeps }) => {
  await using own = await ownRedis({ keeps });
  await using connection = testRedis({ url: own.url });
  const github = fakeDeliveries();
  const ran = new Map<number, number>();
  await using path = await startWholePath(connection, github, { plugins: ['a'], run: async (_plugin, what) => (ran.set(numberOf(what), (ran.get(numberOf(what)) ?? 0) + 1), []) });
  const send = (n: number): Promise<number> => github.send(delivery(`o/r#${n}`, { n, at: Date.now() - AGO }), path.post);
  expect(await send(0)).toBe(200);
  await eventually('the first', () => ran.get(0) === 1);
  await own.stop();
  expect(await send(1)).toBe(503);
  expect(await send(2)).toBe(503);
  await eventually('the reason', () => path.watch.problem());
  await own.start();
  await eventually('readiness', () => path.watch.problem() === undefined);
  expect(await send(3)).toBe(200);
  await eventually('all', () => [0, 1, 2, 3].every((n) => ran.has(n)));
  // With its data kept nothing runs twice; without, the first is handled again, as recovered.
  expect([1, 2, 3].map((n) => ran.get(n))).toEqual([1, 1, 1]);
  expect(ran.get(0)).toBeLessThanOrEqual(keeps ? 1 : 2);
}, 300_000);

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
}, 120_000);

