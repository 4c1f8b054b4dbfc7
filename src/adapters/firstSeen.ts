import type { Redis } from 'ioredis';
import type { FirstSeen } from '../core/ports/firstSeen.js';

/** First sights in a Redis hash for each group. */
export function createFirstSeen({ redis, prefix }: Readonly<{ redis: Redis; prefix: string }>): FirstSeen {
  return {
    async since(group, names, now) {
      const key = `${prefix}:seen:${group}`;
      const known = new Map(Object.entries(await redis.hgetall(key)).map(([name, at]) => [name, Number(at)]));
      const asked = new Set(names);
      const fresh = names.filter((name) => !known.has(name));
      const gone = [...known.keys()].filter((name) => !asked.has(name));
      // NX: another worker may have seen it a moment ago; what it wrote counts from the next time on.
      const pipeline = redis.pipeline();
      for (const name of fresh) pipeline.hsetnx(key, name, now);
      if (gone.length > 0) pipeline.hdel(key, ...gone);
      if (fresh.length + gone.length > 0) await pipeline.exec();
      return new Map(names.map((name) => [name, known.get(name) ?? now]));
    },
  };
}
