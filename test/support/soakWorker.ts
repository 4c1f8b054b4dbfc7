// A worker process of the soak tests: the whole event path, and three plugins that write to a list per plugin and lane.
import { randomUUID } from 'node:crypto';
import { createLanes } from '../../src/adapters/events/lanes.js';
import { createEventStore } from '../../src/adapters/events/store.js';
import { createFeed } from '../../src/adapters/feed.js';
import { createIntents } from '../../src/adapters/intents.js';
import { adderOf } from '../../src/adapters/queue/adder.js';
import { startWorker } from '../../src/adapters/queue/worker.js';
import { patientRedis } from '../../src/adapters/redis.js';
import { RemoteError } from '../../src/core/errors.js';
import type { Delivery } from '../../src/core/event.js';
import type { Handling } from '../../src/core/ports/handling.js';
import { silentLog } from '../../src/core/ports/log.js';
import { deadQueue } from '../../queues/dead.js';
import { eventQueue } from '../../queues/event.js';
import { externalQueue } from '../../queues/external.js';
import { pluginQueue } from '../../queues/plugin.js';
import { repairQueue } from '../../queues/repair.js';
import { laneOf, numberOf } from './path.js';
import { HUNG_LANE, HUNG_NUMBERS, SOAK_PLUGINS } from './soakPlugins.js';

const [url = '', prefix = '', name = ''] = process.argv.slice(2);
const log = silentLog;
const redis = patientRedis({ url, log });
const world = patientRedis({ url, log });
const connection = { redis, prefix, log };
const intents = createIntents({ redis, prefix, uuid: randomUUID });

/** An effect without identity, once: its intent first; after a death the effect is looked for. */
const effect = async (plugin: string, delivery: Delivery): Promise<void> => {
  const list = `${prefix}:world:${plugin}:${laneOf(delivery)}`;
  const key = `${plugin}:${delivery.id}`;
  const begun = await intents.begin(key, delivery);
  if (begun.state === 'done') return;
  const entry = (): string => JSON.stringify({ n: numberOf(delivery), ms: Date.now() - delivery.at });
  const exists = begun.state === 'unknown' && (await world.lrange(list, 0, -1)).some((json) => (JSON.parse(json) as { n: number }).n === numberOf(delivery));
  if (!exists) await world.rpush(list, entry());
  await intents.finish(key, 'written');
};

async function handle(plugin: string, lane: string, delivery: Delivery, signal: AbortSignal): Promise<void> {
  // Counted over all workers: what is left in the end does not fail again and again.
  if (plugin === 'third' && (await world.incr(`${prefix}:calls`)) % 3 === 0) throw new RemoteError('GitHub said 502', { service: 'github', status: 502 });
  if (plugin === 'hangs' && lane === HUNG_LANE && HUNG_NUMBERS.includes(numberOf(delivery))) {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, 30_000);
      signal.addEventListener('abort', () => (clearTimeout(timer), reject(signal.reason)), { once: true });
    });
  }
  // Slow enough that a kill finds work under way, some of it between its effect and the record of that.
  await new Promise((resolve) => setTimeout(resolve, plugin === 'third' ? 200 : 5));
  await effect(plugin, delivery);
  if (plugin === 'third') await new Promise((resolve) => setTimeout(resolve, 50));
}

const handling: Handling = {
  laneOf,
  pluginsFor: async () => SOAK_PLUGINS,
  async run(plugin, delivery, { signal }) {
    const lane = laneOf(delivery);
    const busy = [`${prefix}:busy-worker:${name}`, `${lane} ${plugin}`] as const;
    await world.hset(...busy, '1');
    try {
      await handle(plugin, lane, delivery, signal);
    } finally {
      await world.hdel(...busy);
    }
    return ['comment.reply'];
  },
};

const lane = adderOf(eventQueue, connection);
const backlog = adderOf(pluginQueue, connection);
const external = adderOf(externalQueue, connection);
const dead = adderOf(deadQueue, connection);
const lanes = createLanes(connection);
const store = createEventStore({ redis, prefix, uuid: randomUUID, wake: (of) => void lane.add({ lane: of }) });
const clock = { now: () => Date.now() };
const deps = { store, lanes, handling, dead, backlog, external, lane, feed: createFeed(connection), clock, log };
const about = { connection, clock };
await Promise.all([startWorker(eventQueue, deps, about), startWorker(pluginQueue, deps, about), startWorker(deadQueue, deps, about), startWorker(repairQueue, deps, about)]);
process.stdout.write('ready\n');
