import type { Redis } from 'ioredis';
import type { Intents } from '../core/ports/intents.js';
import { INTENT_SCRIPT } from './events/scripts.js';
import { runIdOf, scriptOf } from './events/server.js';

export interface IntentsDeps {
  readonly redis: Redis;
  readonly prefix: string;
  readonly uuid: () => string;
}

/** As long as marks: a delivery that may come again finds the intents of its first handling. */
const LIVE_MS = 8 * 86_400_000;
/** What is so little younger than the memory counts as older: clocks of machines differ. */
const MARGIN_MS = 2_000;

/** Intents of writes, in Redis. */
export function createIntents({ redis, prefix, uuid }: IntentsDeps): Intents {
  const runId = runIdOf(redis);
  const begin = scriptOf(redis, 'prowIntent', INTENT_SCRIPT);
  return {
    async begin(key, cause) {
      const [state, outcome] = (await begin(prefix, await runId(), uuid(), key, LIVE_MS, cause?.via ?? '', cause?.at ?? '', MARGIN_MS)) as [string, string?];
      if (state === 'done') return { state: 'done', outcome: outcome ?? '' };
      return { state: state === 'fresh' ? 'fresh' : 'unknown' };
    },
    async finish(key, outcome) {
      await redis.set(`${prefix}:i:${key}`, `d${outcome}`, 'PX', LIVE_MS);
    },
  };
}
