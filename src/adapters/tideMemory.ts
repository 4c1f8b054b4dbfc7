import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { PoolLeases, TideMemory } from '../core/ports/merging.js';

const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;
const RENEW = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0`;

/** A worker that was killed gives up its leases after so long; one that lives renews them. */
const HELD_MS = 6_000;

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
    entries: async (group) => new Map(Object.entries(await redis.hgetall(at(group)))),
    async setEntry(group, field, value, ttlMs) {
      await redis.multi().hset(at(group), field, value).pexpire(at(group), ttlMs).exec();
    },
    async deleteEntry(group, field) {
      await redis.hdel(at(group), field);
    },
    async take(key, ttlMs) {
      const lease = `${prefix}:tide:lease:${key}`;
      const token = randomUUID();
      const held = Math.min(ttlMs, HELD_MS);
      if ((await redis.set(lease, token, 'PX', held, 'NX')) !== 'OK') return undefined;
      const end = performance.now() + ttlMs;
      const timer = setInterval(() => {
        const left = end - performance.now();
        if (left > held) redis.eval(RENEW, 1, lease, token, held).catch(() => {});
        else clearInterval(timer);
      }, held / 3);
      timer.unref();
      return {
        async release() {
          clearInterval(timer);
          await redis.eval(RELEASE, 1, lease, token);
        },
      };
    },
  };
}
