import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createLanes } from '../../../src/adapters/events/lanes.js';
import { createEventStore, fairPriority } from '../../../src/adapters/events/store.js';
import type { PluginOutcome } from '../../../src/core/ports/events.js';
import { delivery, laneOf } from '../../support/path.js';
import { testRedis, type TestRedis } from '../../support/redis.js';
import { ownRedis } from '../../support/redisServer.js';

const LANE = 'o/r#1';
const outcome = (plugin: string, state: PluginOutcome['state'], actions: readonly string[] = []): PluginOutcome => ({ plugin, state, actions, error: undefined, ms: 1 });

function open({ redis, prefix }: TestRedis) {
  const woken: string[] = [];
  return { woken, store: createEventStore({ redis, prefix, uuid: randomUUID, wake: (lane) => void woken.push(lane) }), lanes: createLanes({ redis, prefix }) };
}

test('of many who store one delivery at once, one does', async () => {
  await using connection = testRedis();
  const { store, lanes, woken } = open(connection);
  const one = delivery(LANE);
  const answers = await Promise.all(Array.from({ length: 50 }, () => store.store(one, LANE)));
  expect(answers.filter((answer) => answer === 'stored')).toHaveLength(1);
  expect(woken).toEqual([LANE]);
  expect(await connection.redis.llen(`${connection.prefix}:lane:${LANE}`)).toBe(1);
  expect(await lanes.pending()).toEqual({ lanes: [LANE], backlogs: [] });
});

test('a delivery that does not fit into the memory leaves nothing behind', async () => {
  await using own = await ownRedis({ keeps: false });
  await using connection = testRedis({ url: own.url });
  const { store, woken } = open(connection);
  await store.store(delivery('o/r#0'), 'o/r#0');
  await connection.redis.config('SET', 'maxmemory', '1');
  const one = delivery(LANE);
  await expect(store.store(one, LANE)).rejects.toThrow('OOM');
  await connection.redis.config('SET', 'maxmemory', '0');
  expect(woken).toEqual(['o/r#0']);
  expect(await store.unmarked([one.id])).toEqual([one.id]);
  expect(await connection.redis.keys(`*${one.id}*`)).toEqual([]);
  expect(await store.store(one, LANE)).toBe('stored');
});

test('a lane keeps its first delivery until it is finished, through repeated steps', async () => {
  await using connection = testRedis();
  const { store, lanes } = open(connection);
  const [a, b] = [delivery(LANE, { n: 1 }), delivery(LANE, { n: 2, at: Date.now() + 1 })];
  await store.store(a, LANE);
  await store.store(b, LANE);
  expect(await lanes.take(LANE)).toEqual({ delivery: a, taken: 1, settled: new Set(), busy: new Set() });
  await lanes.record(a.id, outcome('p', 'done', ['label.add']));
  expect(await lanes.take(LANE)).toEqual({ delivery: a, taken: 2, settled: new Set(['p']), busy: new Set() });
  expect(await lanes.finish(LANE, a.id, [])).toBe(true);
  expect(await lanes.finish(LANE, a.id, [])).toBe(false);
  expect((await lanes.take(LANE))?.delivery).toEqual(b);
  expect(await lanes.finish(LANE, b.id, [outcome('p', 'done')])).toBe(true);
  expect(await lanes.take(LANE)).toBeUndefined();
  expect(await lanes.pending()).toEqual({ lanes: [], backlogs: [] });
  expect((await store.recent(9)).map(({ id, plugins }) => [id, plugins.length])).toEqual([[b.id, 0], [a.id, 1]]);
});

test('a backlog keeps its order and makes its plugin busy until it is empty', async () => {
  await using connection = testRedis();
  const { store, lanes } = open(connection);
  const [a, b] = [delivery(LANE, { n: 1 }), delivery(LANE, { n: 2, at: Date.now() + 1 })];
  const pair = (id: string) => ({ id, plugin: 'p', lane: LANE });
  for (const one of [a, b]) {
    await store.store(one, LANE);
    const taken = await lanes.take(LANE);
    expect(taken?.busy).toEqual(new Set(one === a ? [] : ['p']));
    const why = { failed: one === a ? 1 : 0, started: 1, notBefore: 0, outcome: outcome('p', 'retrying') };
    await lanes.hand(pair(one.id), why);
    await lanes.hand(pair(one.id), why);
    expect(await lanes.finish(LANE, one.id, [])).toBe(false);
  }
  expect(await lanes.pending()).toEqual({ lanes: [], backlogs: [{ plugin: 'p', lane: LANE }] });
  expect(await lanes.head('p', LANE)).toEqual({ delivery: a, failed: 1, started: 2, notBefore: 0 });
  const later = Date.now() + 60_000;
  await lanes.postpone(pair(a.id), { failed: 2, notBefore: later, outcome: outcome('p', 'retrying') });
  expect(await lanes.head('p', LANE)).toEqual({ delivery: a, failed: 2, started: 0, notBefore: later });
  expect(await lanes.settle(pair(a.id), outcome('p', 'dead'))).toBe(false);
  expect(await lanes.settle(pair(a.id), outcome('p', 'dead'))).toBe(false);
  expect((await lanes.head('p', LANE))?.delivery).toEqual(b);
  expect(await lanes.settle(pair(b.id), outcome('p', 'done'))).toBe(true);
  expect(await lanes.head('p', LANE)).toBeUndefined();
  expect((await store.recent(9)).map(({ state }) => state)).toEqual(['handled', 'dead']);
  // The dead pair is retried by a person, and succeeds.
  expect(await lanes.settle(pair(a.id), outcome('p', 'done'))).toBe(true);
  expect((await store.recent(9)).map(({ state }) => state)).toEqual(['handled', 'handled']);
});

test('a delivery that waits is not replayed a second time', async () => {
  await using connection = testRedis();
  const { store } = open(connection);
  const one = delivery(LANE);
  await store.store(one, LANE);
  expect(await store.replay(one.id)).toBe(true);
  expect(await connection.redis.llen(`${connection.prefix}:lane:${LANE}`)).toBe(1);
});

test('marks outlive what GitHub remembers', async () => {
  await using connection = testRedis();
  const { store } = open(connection);
  const one = delivery(LANE);
  await store.store(one, LANE);
  expect(await connection.redis.pttl(`${connection.prefix}:m:${one.id}`)).toBeGreaterThan(7.9 * 86_400_000);
});

test.each([[0, 0], [50, 0], [51, 51], [5_000, 5_000], [9_999_999, 2_000_000]])('%d lanes of an organisation have priority %d', (lanes, want) => expect(fairPriority(lanes)).toBe(want));

test('lanes are counted by organisation while they have deliveries, whatever is repeated', async () => {
  await using connection = testRedis();
  const { store, lanes } = open(connection);
  const counts = () => connection.redis.hgetall(`${connection.prefix}:orgs`);
  const all = [delivery('o/r#1', { n: 1 }), delivery('o/r#1', { n: 2 }), delivery('o/r#2'), delivery('p/q@main'), delivery('p')];
  for (const one of all) await store.store(one, laneOf(one));
  for (const one of all) await store.store(one, laneOf(one));
  expect(await counts()).toEqual({ o: '2', p: '2' });
  const [first] = all;
  if (!first) throw new Error('no delivery');
  await lanes.take('o/r#1');
  await lanes.finish('o/r#1', first.id, []);
  await lanes.finish('o/r#1', first.id, []);
  expect(await counts()).toEqual({ o: '2', p: '2' });
  for (const lane of ['o/r#1', 'o/r#2', 'p', 'p/q@main']) {
    for (let taken = await lanes.take(lane); taken; taken = await lanes.take(lane)) await lanes.finish(lane, taken.delivery.id, []);
    await lanes.take(lane);
  }
  expect(await counts()).toEqual({});
  expect(await store.replay(first.id)).toBe(true);
  expect(await counts()).toEqual({ o: '1' });
});
