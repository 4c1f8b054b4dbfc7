import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { patientRedis } from '../../src/adapters/redis.js';
import type { QueueConnection } from '../../src/adapters/queue/jobs.js';
import { silentLog, type Log } from '../../src/core/ports/log.js';

/** The test run's Redis. */
export const testRedisUrl = (): string => process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379';

/** Between two looks; each look costs the processor time that what is waited for needs. */
const POLL_MS = 25;

/** Resolves as soon as the check gives something other than undefined, false or null; fails after `ms`. */
export async function eventually<T>(what: string, check: () => Promise<T | undefined | false | null> | T | undefined | false | null, ms = 25_000): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const found = await check();
    if (found !== undefined && found !== false && found !== null) return found;
    if (Date.now() > end) throw new Error(`waited ${ms} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** A client with a key prefix of its own; what lies under the prefix is deleted in the end. */
export interface TestRedis extends QueueConnection, AsyncDisposable {
  readonly redis: Redis;
  readonly url: string;
}

/** Connects to the test run's Redis, or to another. */
export function testRedis({ url = testRedisUrl(), log = silentLog, prefix = `t-${randomUUID()}` }: Readonly<{ url?: string; log?: Log; prefix?: string }> = {}): TestRedis {
  const redis = patientRedis({ url, log });
  return {
    redis,
    prefix,
    log,
    url,
    async [Symbol.asyncDispose]() {
      for await (const keys of redis.scanStream({ match: `${prefix}:*`, count: 1000 }) as AsyncIterable<string[]>) {
        if (keys.length > 0) await redis.unlink(...keys);
      }
      await redis.quit();
    },
  };
}
