import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createIntents } from '../../src/adapters/intents.js';
import { fakeDeliveries } from '../support/fakeDeliveries.js';
import { delivery, numberOf } from '../support/path.js';
import { eventually, testRedis } from '../support/redis.js';
import { ownRedis } from '../support/redisServer.js';
import { startWholePath } from '../support/wholePath.js';

const EVENTS = 200;
const AWAY_MS = 60_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test(`in the middle of ${EVENTS} events /hook is unreachable for a minute and Redis is flushed: all are handled once within 5 minutes of the return`, async () => {
  await using own = await ownRedis({ keeps: false });
  await using connection = testRedis({ url: own.url });
  const github = fakeDeliveries();
  const intents = createIntents({ redis: connection.redis, prefix: connection.prefix, uuid: randomUUID });
  /** What GitHub would show: an effect that has no identity, looked for when its intent is unknown. */
  const effects: number[] = [];
  await using path = await startWholePath(connection, github, {
    plugins: ['a'],
    run: async (_plugin, what, { signal }) => {
      const begun = await intents.begin(`a:${what.id}`, what);
      if (begun.state === 'done') return [];
      await pause(50);
      signal.throwIfAborted();
      if (begun.state === 'fresh' || !effects.includes(numberOf(what))) effects.push(numberOf(what));
      await intents.finish(`a:${what.id}`, 'written');
      return ['comment.reply'];
    },
  });
  let reachable = true;
  let back = Date.now();
  const answers = new Map<number, number>();
  for (let n = 0; n < EVENTS; n++) {
    if (n === EVENTS / 2) {
      reachable = false;
      back = Date.now() + AWAY_MS;
      await connection.redis.flushall();
    }
    if (!reachable && Date.now() >= back) reachable = true;
    const status = await github.send(delivery(`o/r#${n % 10}`, { n }), async (what) => (reachable ? path.post(what) : 0));
    answers.set(status, (answers.get(status) ?? 0) + 1);
    // The second half is spread so that most of it falls into the minute.
    await pause(n < EVENTS / 2 ? 20 : (AWAY_MS * 1.2) / (EVENTS / 2));
  }
  expect(answers.get(0)).toBeGreaterThan(EVENTS / 4);
  await eventually(
    'all effects',
    async () => {
      const events = await path.store.recent(EVENTS * 2);
      return new Set(effects).size === EVENTS && events.every(({ state }) => state === 'handled');
    },
    Math.max(back + 300_000 - Date.now(), 0),
  );
  process.stdout.write(`${JSON.stringify({ answers: Object.fromEntries(answers), fetched: github.fetched.length, secondsAfterReturn: (Date.now() - back) / 1000 })}\n`);
  expect(effects.toSorted((a, b) => a - b)).toEqual(Array.from({ length: EVENTS }, (_, n) => n));
}, 600_000);
