import { expect, test } from '@jest/globals';
import { createPacing, type Cost } from '../../../src/adapters/github/pacing.js';
import type { Priority } from '../../../src/core/ports/github.js';
import { eventually, testRedis, type TestRedis } from '../../support/redis.js';

const clock = { now: Date.now };
const signal = new AbortController().signal;
const read: Cost = { points: 1, api: 'rest', content: false };
const write: Cost = { points: 5, api: 'rest', content: false };
const create: Cost = { points: 5, api: 'rest', content: true };
const pacingOf = ({ redis, prefix }: TestRedis) => createPacing({ redis, prefix, clock });
const now = { priority: 'comment', signal, maxWaitMs: 0 } as const;

async function times(n: number, one: () => Promise<unknown>): Promise<number> {
  let went = 0;
  for (let i = 0; i < n; i++) await one().then(() => { went++; }, () => {});
  return went;
}

test('content may be made in a burst of 80, by all workers together', async () => {
  await using redis = testRedis();
  const [a, b] = [pacingOf(redis), pacingOf(redis)];
  const leave = async (pacing: typeof a): Promise<void> => { (await pacing.enter('i', create, now)).leave(); };
  const went = (await times(50, () => leave(a))) + (await times(50, () => leave(b)));
  // A few more may have become free while the test ran.
  expect(went).toBeGreaterThanOrEqual(80);
  expect(went).toBeLessThan(90);
  await expect(a.enter('i', create, now)).rejects.toMatchObject({ name: 'RemoteError', retry: 'later', retryAfterMs: expect.any(Number) });
});

test('reads cost one point and writes five of 900; what is short of content may still read', async () => {
  await using redis = testRedis();
  const pacing = pacingOf(redis);
  const leave = async (cost: Cost): Promise<void> => { (await pacing.enter('i', cost, now)).leave(); };
  expect(await times(170, () => leave(write))).toBe(170);
  await leave(read);
  expect(await times(60, () => leave(write))).toBeLessThan(45);
});

test('identities have budgets of their own', async () => {
  await using redis = testRedis();
  const pacing = pacingOf(redis);
  await pacing.pause('one', Date.now() + 60_000);
  await expect(pacing.enter('one', read, now)).rejects.toThrow(/limits leave no room/);
  (await pacing.enter('other', read, now)).leave();
});

test('a pause of one resource leaves the others alone', async () => {
  await using redis = testRedis();
  const pacing = pacingOf(redis);
  await pacing.pause('i', Date.now() + 60_000, 'graphql');
  await expect(pacing.enter('i', { ...read, api: 'graphql' }, now)).rejects.toThrow(/limits leave no room/);
  (await pacing.enter('i', read, now)).leave();
});

test('after a pause the urgent goes first, and a later urgent call overtakes', async () => {
  await using redis = testRedis();
  const pacing = pacingOf(redis);
  await pacing.pause('i', Date.now() + 300);
  const order: string[] = [];
  const enter = async (name: string, priority: Priority | 'read'): Promise<void> => {
    const { leave } = await pacing.enter('i', read, { priority, signal, maxWaitMs: 10_000 });
    order.push(name);
    leave();
  };
  const all = [enter('tidy', 'housekeeping'), enter('comment 1', 'comment'), enter('comment 2', 'comment'), enter('look', 'read'), enter('status', 'status')];
  const merge = enter('merge', 'merge');
  await Promise.all([...all, merge]);
  expect(order).toEqual(['merge', 'status', 'look', 'comment 1', 'comment 2', 'tidy']);
});

test('no more than a hundred at once, over all workers', async () => {
  await using redis = testRedis();
  const [a, b] = [pacingOf(redis), pacingOf(redis)];
  const open = await Promise.all(Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? a : b).enter('i', read, { ...now, maxWaitMs: 10_000 })));
  let entered = false;
  const one = b.enter('i', read, { ...now, maxWaitMs: 10_000 }).then((turn) => { entered = true; return turn; });
  await redis.redis.ping();
  expect(entered).toBe(false);
  open[0]?.leave();
  (await one).leave();
  for (const turn of open) turn.leave();
  await eventually('all to have left', async () => (await redis.redis.zcard(`${redis.prefix}:gh:pace:i:open`)) === 0);
});

test('who gives up leaves the line', async () => {
  await using redis = testRedis();
  const pacing = pacingOf(redis);
  await pacing.pause('i', Date.now() + 300);
  const stop = new AbortController();
  const first = pacing.enter('i', read, { priority: 'merge', signal: stop.signal, maxWaitMs: 10_000 });
  const second = pacing.enter('i', read, { priority: 'comment', signal, maxWaitMs: 10_000 });
  stop.abort(new Error('enough'));
  await expect(first).rejects.toThrow('enough');
  (await second).leave();
});
