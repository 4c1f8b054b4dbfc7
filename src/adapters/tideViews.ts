import type { Redis } from 'ioredis';
import type { MergeRecord, PoolView, TideViews } from '../core/ports/tide.js';

export interface TideViewsDeps {
  readonly redis: Redis;
  readonly prefix: string;
  /** Merges that are kept, the newest ones; default 1000. */
  readonly maxMerges?: number;
}

const field = (org: string, repo: string, branch: string) => JSON.stringify([org, repo, branch]);

function parsed<T>(texts: readonly (string | null)[]): readonly T[] {
  return texts.flatMap((text) => {
    if (text === null) return [];
    try {
      return [JSON.parse(text) as T];
    } catch {
      return [];
    }
  });
}

/** The first record of a merge stays; the oldest ones go. */
const PUT_MERGE = `
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
local over = redis.call('ZCARD', KEYS[2]) - tonumber(ARGV[4])
if over > 0 then
  local old = redis.call('ZRANGE', KEYS[2], 0, over - 1)
  for i = 1, #old do redis.call('HDEL', KEYS[1], old[i]) redis.call('ZREM', KEYS[2], old[i]) end
end
return 1`;

/** What Tide last knew, in Redis, for every process that shows it. */
export function createTideViews({ redis, prefix, maxMerges = 1_000 }: TideViewsDeps): TideViews {
  const pools = `${prefix}:tide:pools`;
  const records = `${prefix}:tide:merges`;
  const order = `${prefix}:tide:merged`;
  return {
    async putPool(view: PoolView) {
      await redis.hset(pools, field(view.org, view.repo, view.branch), JSON.stringify(view));
    },
    async dropPool(org, repo, branch) {
      await redis.hdel(pools, field(org, repo, branch));
    },
    async pools() {
      const views = parsed<PoolView>(await redis.hvals(pools));
      const name = (view: PoolView) => `${view.org}/${view.repo}@${view.branch}`;
      return [...views].sort((a, b) => (name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : 0));
    },
    async putMerge(merge: MergeRecord) {
      const id = JSON.stringify([merge.org, merge.repo, merge.number, merge.mergeSha]);
      await redis.eval(PUT_MERGE, 2, records, order, id, JSON.stringify(merge), merge.mergedAt, maxMerges);
    },
    async merges(limit) {
      const ids = limit > 0 ? await redis.zrevrange(order, 0, limit - 1) : [];
      return ids.length === 0 ? [] : parsed<MergeRecord>(await redis.hmget(records, ...ids));
    },
  };
}
