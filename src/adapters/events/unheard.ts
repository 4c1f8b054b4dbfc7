import type { Redis } from 'ioredis';
import { issueKey } from '../../core/ids.js';
import type { Clock } from '../../core/ports/clock.js';
import type { Unheard } from '../../core/ports/events.js';

const TROUBLE_MS = 60_000;

/** Looks at the first delivery of a pull request's lane, which stays there until every plugin has it. */
export function createUnheard({ redis, prefix, clock }: Readonly<{ redis: Redis; prefix: string; clock: Clock }>): Unheard {
  return {
    async waits(pull) {
      const first = await redis.lindex(`${prefix}:lane:${issueKey(pull)}`, 0);
      if (first === null) return false;
      const at = await redis.hget(`${prefix}:d:${first}`, 'at');
      return at !== null && clock.now() - Number(at) < TROUBLE_MS;
    },
  };
}
