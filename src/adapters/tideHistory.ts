import type { Redis } from 'ioredis';
import type { HistoryRecord, TideHistory } from '../core/ports/tide.js';

export interface TideHistoryDeps {
  readonly redis: Redis;
  readonly prefix: string;
  /** Records that are kept of each pool, at least 1. */
  readonly maxRecords: number;
}

const ADD = `
redis.call('LPUSH', KEYS[1], ARGV[1])
redis.call('LTRIM', KEYS[1], 0, tonumber(ARGV[2]) - 1)
redis.call('SADD', KEYS[2], ARGV[3])
return redis.call('INCR', KEYS[3])`;

/** What was restored is older than what has been added since, so it goes to the end of the list. */
const RESTORE = `
if redis.call('HSETNX', KEYS[4], ARGV[2] .. ' ' .. ARGV[3], 1) == 0 then return 0 end
for i = 4, #ARGV do redis.call('RPUSH', KEYS[1], ARGV[i]) end
redis.call('LTRIM', KEYS[1], 0, tonumber(ARGV[1]) - 1)
redis.call('SADD', KEYS[2], ARGV[3])
return redis.call('INCR', KEYS[3])`;

/** Tide's history in Redis, a list for each pool; where it outlives Redis is up to who calls `restore`. */
export function createTideHistory({ redis, prefix, maxRecords }: TideHistoryDeps): TideHistory {
  const pools = `${prefix}:tide:history:pools`;
  const version = `${prefix}:tide:history:version`;
  const restored = `${prefix}:tide:history:restored`;
  const list = (pool: string) => `${prefix}:tide:history:of:${pool}`;

  // A record that was restored from the file of another Redis may be there twice; nothing happens twice within a second.
  const of = async (pool: string): Promise<readonly HistoryRecord[]> => [...new Set(await redis.lrange(list(pool), 0, maxRecords - 1))].map((text) => JSON.parse(text) as HistoryRecord);

  return {
    async add(pool, record) {
      await redis.eval(ADD, 3, list(pool), pools, version, JSON.stringify(record), maxRecords, pool);
    },
    of,
    async all() {
      const names = (await redis.smembers(pools)).sort();
      return new Map(await Promise.all(names.map(async (pool) => [pool, await of(pool)] as const)));
    },
    async restore(source, pool, records) {
      const texts = records.slice(0, maxRecords).map((record) => JSON.stringify(record));
      await redis.eval(RESTORE, 4, list(pool), pools, version, restored, maxRecords, source, pool, ...texts);
    },
    version: async () => Number((await redis.get(version)) ?? 0),
  };
}
