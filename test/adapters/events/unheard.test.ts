import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createLanes } from '../../../src/adapters/events/lanes.js';
import { createEventStore } from '../../../src/adapters/events/store.js';
import { createUnheard } from '../../../src/adapters/events/unheard.js';
import { delivery } from '../../support/path.js';
import { testRedis } from '../../support/redis.js';

const LANE = 'o/r#1';
const pull = { org: 'o', name: 'r', number: 1 };

test('a delivery waits until its lane goes on, but for no longer than a minute', async () => {
  await using connection = testRedis();
  const { redis, prefix } = connection;
  const store = createEventStore({ redis, prefix, uuid: randomUUID, wake: () => {} });
  const lanes = createLanes({ redis, prefix });
  const one = delivery(LANE);
  const clock = { at: one.at + 59_000, now() { return this.at; } };
  const unheard = createUnheard({ redis, prefix, clock });
  expect(await unheard.waits(pull)).toBe(false);
  await store.store(one, LANE);
  expect(await unheard.waits(pull)).toBe(true);
  expect(await unheard.waits({ ...pull, number: 2 })).toBe(false);
  clock.at += 1_000;
  expect(await unheard.waits(pull)).toBe(false);
  clock.at -= 1_000;
  await lanes.take(LANE);
  expect(await unheard.waits(pull)).toBe(true);
  await lanes.finish(LANE, one.id, []);
  expect(await unheard.waits(pull)).toBe(false);
});
