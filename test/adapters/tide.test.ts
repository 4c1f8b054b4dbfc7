import { afterAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { createTideHistory } from '../../src/adapters/tideHistory.js';
import { createTideMemory } from '../../src/adapters/tideMemory.js';
import { createTideViews } from '../../src/adapters/tideViews.js';
import type { MergeRecord, PoolView } from '../../src/core/ports/tide.js';
import { testRedisUrl } from '../support/redis.js';

const redis = new Redis(testRedisUrl());
const prefixes: string[] = [];
const fresh = () => {
  const prefix = `tide-test-${randomUUID()}`;
  prefixes.push(prefix);
  return { redis, prefix };
};
afterAll(async () => {
  for (const prefix of prefixes) {
    const keys = await redis.keys(`${prefix}:*`);
    if (keys.length > 0) await redis.del(...keys);
  }
  await redis.quit();
});

const view = (branch: string, at = 1): PoolView => ({ org: 'acme', repo: 'app', branch, baseSha: 'b', at, action: 'WAIT', target: [], blockers: [], error: undefined, pulls: [] });
const merge = (number: number, facts: Partial<MergeRecord> = {}): MergeRecord => ({ org: 'acme', repo: 'app', branch: 'main', number, headSha: `h${number}`, mergeSha: `m${number}`, baseSha: 'b', method: 'merge', readyAt: undefined, mergedAt: number, ...facts });

test('pools come back as they were put, in order of their names, until they are dropped', async () => {
  const views = createTideViews(fresh());
  await views.putPool(view('main'));
  await views.putPool(view('dev'));
  await views.putPool(view('main', 2));
  expect((await views.pools()).map(({ branch, at }) => [branch, at])).toEqual([['dev', 1], ['main', 2]]);
  await views.dropPool('acme', 'app', 'dev');
  expect((await views.pools()).map(({ branch }) => branch)).toEqual(['main']);
});

test('merges come newest first, each once as first recorded, and the oldest go', async () => {
  const views = createTideViews({ ...fresh(), maxMerges: 3 });
  for (const number of [1, 2, 3, 4]) await views.putMerge(merge(number));
  await views.putMerge(merge(4, { mergedAt: 99 }));
  expect((await views.merges(10)).map(({ number, mergedAt }) => [number, mergedAt])).toEqual([[4, 4], [3, 3], [2, 2]]);
  expect((await views.merges(1)).map(({ number }) => number)).toEqual([4]);
  expect(await views.merges(0)).toEqual([]);
});

test('what is remembered ends by itself', async () => {
  const memory = createTideMemory(fresh());
  await memory.set('k', 'v', 60_000);
  expect(await memory.get('k')).toBe('v');
  await memory.delete('k');
  expect(await memory.get('k')).toBeUndefined();
  await memory.setEntry('g', '1', 'one', 60_000);
  await memory.setEntry('g', '2', 'two', 60_000);
  await memory.deleteEntry('g', '1');
  expect([...(await memory.entries('g'))]).toEqual([['2', 'two']]);
  expect((await memory.entries('none')).size).toBe(0);
});

test('a lease is one worker\'s until it is released, and nobody releases another\'s', async () => {
  const deps = fresh();
  const memory = createTideMemory(deps);
  const first = await memory.take('pool', 60_000);
  expect(first).toBeDefined();
  expect(await memory.take('pool', 60_000)).toBeUndefined();
  // Of a worker that was killed it would be free within seconds, however long the work may take.
  expect(await redis.pttl(`${deps.prefix}:tide:lease:pool`)).toBeLessThanOrEqual(6_000);
  await redis.del(`${deps.prefix}:tide:lease:pool`);
  const second = await memory.take('pool', 60_000);
  await first?.release();
  expect(await memory.take('pool', 60_000)).toBeUndefined();
  await second?.release();
  expect(await memory.take('pool', 60_000)).toBeDefined();
});

test('the newest records of a pool are kept; older ones come behind them, once a source', async () => {
  const history = createTideHistory({ ...fresh(), maxRecords: 3 });
  const record = (second: number) => ({ time: `2026-01-01T00:00:0${second}Z`, action: 'MERGE' as const, tenantids: null });
  await history.add('a/b:main', record(8));
  for (let n = 0; n < 2; n++) await history.restore('file:///h', 'a/b:main', [record(2)]);
  expect((await history.of('a/b:main')).map(({ time }) => time.slice(-3))).toEqual(['08Z', '02Z']);
  for (const second of [8, 9]) await history.add('a/b:main', record(second));
  expect((await history.of('a/b:main')).map(({ time }) => time.slice(-3))).toEqual(['09Z', '08Z']);
  expect([...(await history.all()).keys()]).toEqual(['a/b:main']);
  expect(await history.version()).toBe(4);
});
