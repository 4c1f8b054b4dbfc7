import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createEventStore } from '../adapters/events/store.js';
import { adderOf } from '../adapters/queue/adder.js';
import { patientRedis } from '../adapters/redis.js';
import { createTideViews } from '../adapters/tideViews.js';
import { ConfigError } from '../core/errors.js';
import { silentLog } from '../core/ports/log.js';
import type { EventStore } from '../core/ports/events.js';
import type { TideViews } from '../core/ports/tide.js';
import { findRedis } from '../embedded/redis/redis.js';
import { eventQueue } from '../../queues/event.js';

/** What a running installation keeps in Redis, for commands that look at it. */
export interface Stores extends AsyncDisposable {
  readonly events: EventStore;
  readonly tide: TideViews;
}

/** Opens the Redis of an installation: the one named, or the private one of a state folder. Throws a ConfigError when none answers. */
export async function openStores({ redisUrl, prefix, stateDir }: { redisUrl: string | undefined; prefix: string; stateDir: string }): Promise<Stores> {
  const url = redisUrl || (await findRedis(join(stateDir, 'redis')));
  if (url === undefined) throw new ConfigError([`no Redis runs under ${stateDir}: start prow serve there, or give --redis-url or --state-dir`]);
  const redis = patientRedis({ url, log: silentLog, name: 'prow-cli' });
  await new Promise<void>((resolve, reject) => {
    redis.once('ready', resolve);
    redis.once('error', (error) => { reject(new ConfigError([`Redis does not answer: ${error.message}`])); });
  });
  const lanes = adderOf(eventQueue, { redis, prefix, log: silentLog });
  const woken: Promise<void>[] = [];
  return {
    events: createEventStore({ redis, prefix, uuid: randomUUID, wake: (lane) => { woken.push(lanes.add({ lane })); } }),
    tide: createTideViews({ redis, prefix }),
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(woken);
      await lanes[Symbol.asyncDispose]();
      redis.disconnect();
    },
  };
}
