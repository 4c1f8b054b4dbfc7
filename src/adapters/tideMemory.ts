import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { PoolLeases, TideMemory } from '../core/ports/merging.js';

const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

/** Tide's memory between decisions and its leases, in Redis. */
export function createTideMemory({ redis, prefix }: Readonly<{ redis: Redis; prefix: string }>): TideMemory & PoolLeases {
  const at = (key: string) => `${prefix}:tide:m:${key}`;
  return {
    get: async (key) => (await redis.get(at(key))) ?? undefined,
    async set(key, value, ttlMs) {
      await redis.set(at(key), value, 'PX', ttlMs);
    },
    async delete(key) {
      await redis.del(at(key));
    },
    async take(key, ttlMs) {
      const lease = `${prefix}:tide:lease:${key}`;
      const token = randomUUID();
      if ((await redis.set(lease, token, 'PX', ttlMs, 'NX')) !== 'OK') return undefined;
      return {
        async release() {
          await redis.eval(RELEASE, 1, lease, token);
        },
      };
    },
  };
}
