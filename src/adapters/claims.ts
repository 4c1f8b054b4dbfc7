import type { Redis } from 'ioredis';

/** Longer than any process takes to hear of the same thing. */
const KEPT_MS = 3_600_000;

/** True for the first process that asks about an identity within an hour, false for all others. */
export function createClaims({ redis, prefix }: Readonly<{ redis: Redis; prefix: string }>, group: string): (identity: string) => Promise<boolean> {
  return async (identity) => (await redis.set(`${prefix}:claim:${group}:${identity}`, '1', 'PX', KEPT_MS, 'NX')) === 'OK';
}
