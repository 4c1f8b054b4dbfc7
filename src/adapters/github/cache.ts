import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Redis } from 'ioredis';
import type { Clock } from '../../core/ports/clock.js';
import { scriptOf } from '../events/server.js';
import { createSharing } from './sharing.js';

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
  /**
   * A fact remembered for `ttlMs`, or found out now. `group` names what makes it stale. Concurrent callers share one look,
   * which goes on while any of them waits.
   */
  fact<T>(group: string, name: string, ttlMs: number, find: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Forgets all facts of a group. */
  forget(group: string): Promise<void>;
}

const KEEP_S = 6 * 3_600;
/** What is larger is asked for anew: Redis is no file store. */
const LARGEST = 4_000_000;
const PLAIN = 0x70;
const PACKED = 0x7a;

/** Cached answers belong to an identity and an `Accept`: GitHub's ETags differ between tokens. */
export function answerKey(identity: string, accept: string, url: string): string {
  return createHash('sha256').update(`${identity}\0${accept}\0${url}`).digest('base64url');
}

function pack(text: string): Buffer {
  return text.length < 2_048 ? Buffer.concat([Buffer.from([PLAIN]), Buffer.from(text)]) : Buffer.concat([Buffer.from([PACKED]), deflateRawSync(text, { level: 1 })]);
}

/** Octokit reads ids beyond 2^53 (those of deliveries) as BigInt. */
const bigAsText = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);

function unpack(bytes: Buffer): string {
  return bytes[0] === PACKED ? inflateRawSync(bytes.subarray(1)).toString() : bytes.subarray(1).toString();
}

/** Keeps a fact unless its group was forgotten meanwhile. */
const KEEP_FACT = `
if (redis.call('GET', ARGV[1]) or '0') ~= ARGV[3] then return 0 end
redis.call('HSET', ARGV[2], ARGV[4], ARGV[5])
if redis.call('PTTL', ARGV[2]) < tonumber(ARGV[6]) then redis.call('PEXPIRE', ARGV[2], ARGV[6]) end
return 1
`;

/** The cache in Redis that all workers share. */
export function createCache({ redis, prefix, clock }: { redis: Redis; prefix: string; clock: Clock }): AnswerCache {
  const looking = createSharing();
  const keep = scriptOf(redis, 'prowKeepFact', KEEP_FACT);
  return {
    async find(key) {
      const bytes = await redis.getBuffer(`${prefix}:gh:etag:${key}`);
      return bytes ? (JSON.parse(unpack(bytes)) as Stored) : undefined;
    },
    async put(key, stored) {
      const text = JSON.stringify(stored, bigAsText);
      if (text.length <= LARGEST) await redis.set(`${prefix}:gh:etag:${key}`, pack(text), 'EX', KEEP_S);
    },
    fact<T>(group: string, name: string, ttlMs: number, find: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
      const key = `${prefix}:gh:fact:${group}`;
      return looking.share(`${key} ${name}`, signal, async (shared) => {
        const held = await redis.hget(key, name);
        if (held !== null) {
          const { until, value } = JSON.parse(held) as { until: number; value: T };
          if (until > clock.now()) return value;
        }
        // What becomes stale while it is looked up is not kept: the generation says so.
        const generation = (await redis.get(`${key}:gen`)) ?? '0';
        const value = await find(shared);
        await keep(`${key}:gen`, key, generation, name, JSON.stringify({ until: clock.now() + ttlMs, value }), ttlMs * 2);
        return value;
      }).work;
    },
    async forget(group) {
      const key = `${prefix}:gh:fact:${group}`;
      looking.unshare((id) => id.startsWith(`${key} `));
      await redis.multi().del(key).incr(`${key}:gen`).pexpire(`${key}:gen`, 86_400_000).exec();
    },
  };
}
