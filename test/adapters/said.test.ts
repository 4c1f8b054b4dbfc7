import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createSaid } from '../../src/adapters/said.js';
import type { Said, Saying } from '../../src/core/ports/said.js';
import { testRedis, type TestRedis } from '../support/redis.js';

const issue = { org: 'O', name: 'r', number: 1 } as const;
const saying: Saying = { plugin: 'trigger', purpose: 'help', issue, delivery: 'd1' };
const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;

const open = ({ redis, prefix }: TestRedis): Said => createSaid({ redis, prefix, uuid: randomUUID });
const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

/** A memory that has been there for a while. */
async function aged(connection: TestRedis, ms: number): Promise<Said> {
  const said = open(connection);
  await said.ids('trigger', 'help', issue, ago(0));
  await connection.redis.hset(`${connection.prefix}:epoch`, 'birth', Date.now() - ms);
  return said;
}

test('what was said is known by plugin, purpose and issue, to every worker', async () => {
  await using connection = testRedis();
  const said = await aged(connection, DAY_MS);
  const since = ago(60 * SECOND_MS);
  expect(await said.ids('trigger', 'help', issue, since)).toEqual([]);
  for (const [id, one] of [[11, saying], [12, { ...saying, delivery: 'd2' }], [13, { ...saying, purpose: 'welcome' }], [14, { ...saying, plugin: 'help' }], [15, { ...saying, issue: { ...issue, number: 2 } }]] as const) {
    await said.begin(one);
    await said.finish(one, id);
  }
  expect([...((await open(connection).ids('trigger', 'help', { ...issue, org: 'o' }, since)) ?? [])].sort()).toEqual([11, 12]);
  await said.forget(issue, 11);
  expect(await said.ids('trigger', 'help', issue, since)).toEqual([12]);
  expect(await said.ids('trigger', 'welcome', issue, since)).toEqual([13]);
});

test('while a comment is being made nothing is certain', async () => {
  await using connection = testRedis();
  const said = await aged(connection, DAY_MS);
  const since = ago(60 * SECOND_MS);
  await said.begin(saying);
  expect(await said.ids('trigger', 'help', issue, since)).toBeUndefined();
  expect(await said.ids('trigger', 'welcome', issue, since)).toEqual([]);
  await said.finish(saying, 11);
  expect(await said.ids('trigger', 'help', issue, since)).toEqual([11]);
});

test.each<{ name: string; since: string | undefined; certain: boolean }>([
  { name: 'as old as the memory', since: ago(365 * DAY_MS), certain: false },
  { name: 'older than anything is kept', since: ago(100 * DAY_MS), certain: false },
  { name: 'younger', since: ago(80 * DAY_MS), certain: true },
  { name: 'of unknown age', since: undefined, certain: false },
  { name: 'of an age that is no time', since: 'yesterday', certain: false },
])('an issue that is $name: certain $certain', async ({ since, certain }) => {
  await using connection = testRedis();
  const said = await aged(connection, 365 * DAY_MS);
  expect(await said.ids('trigger', 'help', issue, since)).toEqual(certain ? [] : undefined);
});

test('a memory that was lost knows nothing of what came before', async () => {
  await using connection = testRedis();
  const said = await aged(connection, DAY_MS);
  const since = ago(60 * SECOND_MS);
  expect(await said.ids('trigger', 'help', issue, since)).toEqual([]);
  await connection.redis.del(`${connection.prefix}:epoch`);
  expect(await said.ids('trigger', 'help', issue, since)).toBeUndefined();
});
