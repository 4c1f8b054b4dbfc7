import { expect, test } from '@jest/globals';
import { delivery, laneOf, startPath } from '../support/path.js';
import { eventually, testRedis } from '../support/redis.js';

test('an organisation that floods the queue does not make others wait for all of it', async () => {
  await using connection = testRedis();
  const ran: string[] = [];
  const options = {
    plugins: ['hold'],
    run: async (_plugin: string, what: Parameters<typeof laneOf>[0]) => {
      ran.push(laneOf(what));
      // Each takes as long as a call of GitHub.
      await new Promise((resolve) => setTimeout(resolve, 20));
      return [];
    },
  };
  const flood = 400;
  {
    await using store = await startPath(connection, { ...options, idle: true });
    for (let n = 0; n < flood; n++) await store.deliver(delivery(`big/repo#${n}`));
    for (let n = 0; n < 3; n++) await store.deliver(delivery(`small/repo#${n}`));
  }
  await using path = await startPath(connection, options);
  await eventually('the end', () => ran.length === flood + 3);
  // 50 lanes of each wait like everybody's; 25 run at a time.
  for (let n = 0; n < 3; n++) expect(ran.indexOf(`small/repo#${n}`)).toBeLessThan(110);
  await eventually('everything to be handled', async () => (await path.lanes.pending()).lanes.length === 0);
  expect(await connection.redis.exists(`${connection.prefix}:orgs`)).toBe(0);
});
