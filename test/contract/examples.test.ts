import { createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';
import { promptRedis } from '../../src/adapters/redis.js';
import { createEventStore } from '../../src/adapters/events/store.js';
import { parseHmacSecrets } from '../../src/config/hmac.js';
import { parseEvents } from '../../src/handlers/events.js';
import { laneOf } from '../../src/handlers/lane.js';
import { createHook } from '../../src/web/hook.js';
import { startPath, systemClock } from '../support/path.js';
import { eventually, testRedis } from '../support/redis.js';

const examples = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly Readonly<{ name: string; examples: readonly object[] }>[];
const SECRET = 'abc';

test('every published example of a webhook, signed and posted, is stored once and kills nothing', async () => {
  await using connection = testRedis();
  const parsed = new Set<string>();
  await using path = await startPath(connection, { plugins: ['reads'], run: async (_plugin, delivery) => (parseEvents(delivery), parsed.add(delivery.id), []) });
  const prompt = promptRedis(connection);
  await eventually('readiness', () => prompt.status === 'ready');
  const store = createEventStore({ redis: prompt, prefix: connection.prefix, uuid: () => 'epoch', wake: (lane) => void path.lane.add({ lane }) });
  const hook = createHook({ store, handling: { laneOf }, secrets: { value: () => parseHmacSecrets(SECRET) }, clock: systemClock, log: connection.log, metrics: { count() {} } });
  const sign = (body: string): string => `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`;
  const post = async (event: string, id: string, body: string, signature = sign(body)): Promise<string> => {
    const headers = { 'X-GitHub-Event': event, 'X-GitHub-Delivery': id, 'Content-Type': 'application/json', 'X-Hub-Signature-256': signature };
    const response = await hook(new Request('http://localhost/hook', { method: 'POST', body, headers }));
    return `${response.status} ${await response.text()}`.trim();
  };

  const all = examples.flatMap(({ name, examples: list }) => list.map((payload, n) => ({ name, id: `${name}-${n}`, body: JSON.stringify(payload) })));
  expect(all.length).toBeGreaterThan(100);
  for (const { name, id, body } of all) {
    expect([id, await post(name, id, body)]).toEqual([id, '200 stored']);
    expect([id, await post(name, id, body)]).toEqual([id, '200 stored before']);
    expect([id, await post(name, `${id}-bad`, body, sign(`${body} `))]).toEqual([id, '403 the signature is not valid']);
    expect([id, await post(name, `${id}-cut`, body.slice(0, -1))]).toEqual([id, '403 the payload is not JSON']);
  }
  await eventually('all handled', async () => {
    const events = await path.store.recent(all.length + 10);
    return events.length === all.length && events.every(({ state }) => state === 'handled');
  });
  expect(parsed.size).toBe(all.length);
  prompt.disconnect();
});
