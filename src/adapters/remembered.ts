import type { Redis } from 'ioredis';
import type { Remembered } from '../core/ports/remembered.js';

const ANNOUNCED_MS = 600_000;

/** A Redis hash; the mark that it was begun comes with the first texts or not at all. */
export function createRemembered({ redis, prefix }: Readonly<{ redis: Redis; prefix: string }>, group: string): Remembered {
  const [hash, mark, revision] = ['of', 'begun', 'revision'].map((what) => `${prefix}:${group}:${what}`) as [string, string, string];
  return {
    begun: async () => (await redis.exists(mark)) === 1,
    async begin(texts) {
      const all = redis.multi();
      for (const [key, text] of texts) all.hsetnx(hash, key, text);
      const answers = (await all.set(mark, '1').exec()) ?? [];
      for (const [error] of answers) if (error) throw error;
    },
    all: async () => new Map(Object.entries(await redis.hgetall(hash))),
    find: async (key) => (await redis.hget(hash, key)) ?? undefined,
    async set(key, text) { await redis.hset(hash, key, text); },
    async announce(now) { await redis.set(revision, now, 'PX', ANNOUNCED_MS); },
    announced: async () => (await redis.get(revision)) ?? undefined,
  };
}
