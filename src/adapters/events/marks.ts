import type { Redis } from 'ioredis';
import type { Marks } from '../../core/ports/marks.js';
import { EPOCH_SCRIPT, WALKED_SCRIPT } from './scripts.js';
import { runIdOf, scriptOf } from './server.js';
import { MARK_MS } from './store.js';

export interface MarksDeps {
  readonly redis: Redis;
  readonly prefix: string;
  readonly uuid: () => string;
}

/** The marks of deliveries, as their recovery needs them. */
export function createMarks({ redis, prefix, uuid }: MarksDeps): Marks {
  const runId = runIdOf(redis);
  const epoch = scriptOf(redis, 'prowEpoch', EPOCH_SCRIPT);
  const walked = scriptOf(redis, 'prowWalked', WALKED_SCRIPT);
  return {
    async memory() {
      const [, born] = (await epoch(prefix, await runId(), uuid())) as [string, number];
      const last = await redis.hget(`${prefix}:epoch`, 'walked');
      return { born: Number(born), walked: last === null ? undefined : Number(last) };
    },
    async mark(ids) {
      const pipeline = redis.pipeline();
      for (const id of ids) pipeline.set(`${prefix}:m:${id}`, '1', 'PX', MARK_MS, 'NX');
      await pipeline.exec();
    },
    async walked(began, born) {
      await walked(prefix, began, born);
    },
  };
}
