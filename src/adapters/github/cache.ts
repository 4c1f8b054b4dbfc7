import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Redis } from 'ioredis';
import type { Clock } from '../../core/ports/clock.js';

/** A stored answer, to be used again when GitHub says 304. */
export interface Stored {
  readonly etag: string;
  readonly link: string | undefined;
  readonly data: unknown;
}

/** Answers that are used again (design decision 7): conditional ones, and small facts that need not be asked for a while. */
export interface AnswerCache {
  find(key: string): Promise<Stored | undefined>;
  put(key: string, stored: Stored): Promise<void>;
  /** A fact remembered for `ttlMs`, or found out now. `group` names what makes it stale. Concurrent callers share one look. */
  fact<T>(group: string, name: string, ttlMs: number, find: () => Promise<T>): Promise<T>;
  /** Forgets all facts of a group. */
  forget(group: string): Promise<void>;
}

const KEEP_S = 6 * 3_600;
const PLAIN = 0x70;
const PACKED = 0x7a;

/** Cached answers belong to an identity and an `Accept`: GitHub's ETags differ between tokens. */
export function answerKey(identity: string, accept: string, url: string): string {
  return createHash('sha256').update(`${identity}\0${accept}\0${url}`).digest('base64url');
}

function pack(text: string): Buffer {
  return text.length < 2_048 ? Buffer.concat([Buffer.from([PLAIN]), Buffer.from(text)]) : Buffer.concat([Buffer.from([PACKED]), deflateRawSync(text, { level: 1 })]);
}

function unpack(bytes: Buffer): string {
  return bytes[0] === PACKED ? inflateRawSync(bytes.subarray(1)).toString() : bytes.subarray(1).toString();
}

/** The cache in Redis that all workers share. */
export function createCache({ redis, prefix, clock }: { redis: Redis; prefix: string; clock: Clock }): AnswerCache {
  const looking = new Map<string, Promise<unknown>>();
  return {
    async find(key) {
      const bytes = await redis.getBuffer(`${prefix}:gh:etag:${key}`);
      return bytes ? (JSON.parse(unpack(bytes)) as Stored) : undefined;
    },
    async put(key, stored) {
      await redis.set(`${prefix}:gh:etag:${key}`, pack(JSON.stringify(stored)), 'EX', KEEP_S);
    },
    fact<T>(group: string, name: string, ttlMs: number, find: () => Promise<T>): Promise<T> {
      const key = `${prefix}:gh:fact:${group}`;
      const id = `${key} ${name}`;
      const known = looking.get(id);
      if (known) return known as Promise<T>;
      const look = (async () => {
        const held = await redis.hget(key, name);
        if (held !== null) {
          const { until, value } = JSON.parse(held) as { until: number; value: T };
          if (until > clock.now()) return value;
        }
        // What becomes stale while it is looked up is not kept: the generation says so.
        const generation = (await redis.get(`${key}:gen`)) ?? '0';
        const value = await find();
        const kept = JSON.stringify({ until: clock.now() + ttlMs, value });
        if (((await redis.get(`${key}:gen`)) ?? '0') === generation) await redis.multi().hset(key, name, kept).pexpire(key, ttlMs * 2, 'GT').pexpire(key, ttlMs * 2, 'NX').exec();
        return value;
      })().finally(() => looking.delete(id));
      looking.set(id, look);
      return look;
    },
    async forget(group) {
      const key = `${prefix}:gh:fact:${group}`;
      await redis.multi().del(key).incr(`${key}:gen`).pexpire(`${key}:gen`, 86_400_000).exec();
    },
  };
}
