import { createHmac, randomUUID } from 'node:crypto';
import { createMarks } from '../../src/adapters/events/marks.js';
import { createEventStore } from '../../src/adapters/events/store.js';
import { watchRedis } from '../../src/adapters/events/watch.js';
import { adderOf } from '../../src/adapters/queue/adder.js';
import { startWorker } from '../../src/adapters/queue/worker.js';
import { promptRedis } from '../../src/adapters/redis.js';
import { parseHmacSecrets } from '../../src/config/hmac.js';
import { createHook } from '../../src/web/hook.js';
import { recoverQueue } from '../../queues/recover.js';
import type { FakeDeliveries } from './fakeDeliveries.js';
import { laneOf, startPath, systemClock, type PathOptions } from './path.js';
import { eventually, type TestRedis } from './redis.js';

/** The event path with its recovery and its watch over Redis. */
export async function startWholePath(connection: TestRedis, github: FakeDeliveries, options: PathOptions) {
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
