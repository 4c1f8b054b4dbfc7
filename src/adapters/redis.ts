import { Redis } from 'ioredis';
import type { Log } from '../core/ports/log.js';

export interface RedisOptions {
  readonly url: string;
  readonly log: Log;
  /** Shown by CLIENT LIST. */
  readonly name?: string;
}

const reconnect = (times: number): number => Math.min(50 * 2 ** Math.min(times, 6), 2_000);

/** A lost connection is logged once per outage, and never ends the process. */
function watched(redis: Redis, { log, name }: RedisOptions): Redis {
  let down = false;
  redis.on('error', (err: Error) => {
    if (!down) log.warn({ err, client: name }, 'redis connection failed');
    down = true;
  });
  redis.on('ready', () => {
    if (down) log.info({ client: name }, 'redis connection is back');
    down = false;
  });
  return redis;
}

/** For queues, workers and everything that would rather wait for Redis than fail: commands wait while it is away. */
export function patientRedis(options: RedisOptions): Redis {
  return watched(
    new Redis(options.url, {
      maxRetriesPerRequest: null,
      retryStrategy: reconnect,
      ...(options.name === undefined ? {} : { connectionName: options.name }),
    }),
    options,
  );
}

/** For whoever must answer soon (`/hook`, pages, probes): a command fails at once while Redis is away, and after `timeoutMs` when it does not answer. */
export function promptRedis(options: RedisOptions & Readonly<{ timeoutMs?: number }>): Redis {
  return watched(
    new Redis(options.url, {
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      commandTimeout: options.timeoutMs ?? 1_500,
      connectTimeout: 1_500,
      retryStrategy: (times) => Math.min(reconnect(times), 500),
      ...(options.name === undefined ? {} : { connectionName: options.name }),
    }),
    options,
  );
}
