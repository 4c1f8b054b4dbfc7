import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Clock } from '../../core/ports/clock.js';
import { RemoteError } from '../../core/errors.js';
import type { Priority } from '../../core/ports/github.js';
import { scriptOf } from '../events/server.js';

/** GitHub keeps a rate limit of its own for each of these. */
export type Resource = 'rest' | 'search' | 'graphql';

/** What a call costs of which budget (design decision 20). */
export interface Cost {
  /** REST points: a read 1, a write 5. GraphQL has points of its own. */
  readonly points: number;
  readonly api: Resource;
  /** Comments, reviews, issues: what GitHub counts as creating content. */
  readonly content: boolean;
}

export interface Pacing {
  /** Waits for a turn. Throws a RemoteError with `retryAfterMs` when that would take longer than `maxWaitMs`. */
  enter(identity: string, cost: Cost, how: Readonly<{ priority: Priority | 'read'; signal: AbortSignal; maxWaitMs: number }>): Promise<{ leave(): void; waitedMs: number }>;
  /** GitHub asked for a pause: nobody of this identity goes before then (milliseconds since the epoch), at least not to that resource. */
  pause(identity: string, until: number, resource?: Resource): Promise<void>;
}

const ORDER: Readonly<Record<Priority | 'read', number>> = { merge: 0, status: 1, read: 2, comment: 3, housekeeping: 4 };
const AT_ONCE = 100;
/** A call that never says it has ended (its worker died) no longer counts after this. */
const LONGEST_CALL_MS = 180_000;

/**
 * Pauses, then the number of calls at once, then token buckets, all shared by all workers. Arguments: key, id, most at once,
 * longest call, resource, then [bucket, capacity, refill per ms, wanted]. Returns how long to wait and for what; 0 means the
 * tokens are taken.
 */
const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local base = ARGV[1]
local all = tonumber(redis.call('GET', base .. ':pause') or '0')
if all > now then return { all - now, 'all' } end
local own = tonumber(redis.call('GET', base .. ':pause:' .. ARGV[5]) or '0')
if own > now then return { own - now, ARGV[5] } end
redis.call('ZREMRANGEBYSCORE', base .. ':open', '-inf', now)
if redis.call('ZCARD', base .. ':open') >= tonumber(ARGV[3]) then return { 25, 'all' } end
local state = {}
for i = 6, #ARGV, 4 do
  local key = base .. ':b:' .. ARGV[i]
  local capacity, perMs, want = tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3])
  local held = redis.call('HMGET', key, 't', 'n')
  local tokens = capacity
  if held[1] then tokens = math.min(capacity, tonumber(held[2]) + math.max(0, now - tonumber(held[1])) * perMs) end
  if tokens < want then return { math.ceil((want - tokens) / perMs), ARGV[i] } end
  state[#state + 1] = { key, tokens - want, capacity / perMs }
end
for _, one in ipairs(state) do
  redis.call('HSET', one[1], 't', now, 'n', tostring(one[2]))
  redis.call('PEXPIRE', one[1], math.ceil(one[3]) + 1000)
end
redis.call('ZADD', base .. ':open', now + ARGV[4], ARGV[2])
redis.call('PEXPIRE', base .. ':open', ARGV[4])
return { 0, '' }
`;

interface Waiter {
  readonly id: string;
  readonly cost: Cost;
  readonly order: number;
  readonly at: number;
  readonly deadline: number;
  go(): void;
  fail(error: Error): void;
}

interface Line {
  waiting: Waiter[];
  busy: boolean;
  again: boolean;
  timer: NodeJS.Timeout | undefined;
}

const RATES: Readonly<Record<Resource, readonly [capacity: number, perMs: number]>> = { rest: [900, 900 / 60_000], search: [30, 30 / 60_000], graphql: [2_000, 2_000 / 60_000] };

function bucketsOf({ points, api, content }: Cost): readonly (string | number)[] {
  const main = [api, ...RATES[api], points];
  return content ? [...main, 'minute', 80, 80 / 60_000, 1, 'hour', 500, 500 / 3_600_000, 1] : main;
}

/** What a call needs room in; while one of these is short, whoever needs it too and is less urgent waits as well. */
const needs = ({ api, content }: Cost): readonly string[] => ['all', api, ...(content ? ['minute', 'hour'] : [])];

/** Paces calls per identity: budgets in Redis, and within this process the most urgent goes first. */
export function createPacing({ redis, prefix, clock }: { redis: Redis; prefix: string; clock: Clock }): Pacing {
  const take = scriptOf(redis, 'prowPace', TAKE);
  const lines = new Map<string, Line>();
  const lineOf = (identity: string): Line => {
    const known = lines.get(identity);
    if (known) return known;
    const made: Line = { waiting: [], busy: false, again: false, timer: undefined };
    lines.set(identity, made);
    return made;
  };
  const keyOf = (identity: string): string => `${prefix}:gh:pace:${identity}`;
  const remove = (line: Line, one: Waiter): boolean => {
    const at = line.waiting.indexOf(one);
    if (at >= 0) line.waiting.splice(at, 1);
    return at >= 0;
  };

  /** Lets everybody go who may; returns in how many milliseconds the next one may. */
  async function pass(identity: string, line: Line): Promise<number | undefined> {
    const short = new Map<string, number>();
    for (const one of [...line.waiting].sort((a, b) => a.order - b.order || a.at - b.at)) {
      if (!line.waiting.includes(one)) continue; // given up meanwhile
      let wait = Math.max(0, ...needs(one.cost).map((name) => short.get(name) ?? 0));
      if (wait === 0) {
        const [ms, name] = (await take(keyOf(identity), one.id, AT_ONCE, LONGEST_CALL_MS, one.cost.api, ...bucketsOf(one.cost))) as [number, string];
        if (ms === 0) {
          if (remove(line, one)) one.go();
          else void redis.zrem(`${keyOf(identity)}:open`, one.id).catch(() => {});
          continue;
        }
        wait = ms;
        short.set(name, ms);
      }
      if (clock.now() + wait > one.deadline && remove(line, one)) {
        one.fail(new RemoteError(`GitHub's limits leave no room for ${Math.ceil(wait / 1_000)} s`, { service: 'github', retry: 'later', retryAfterMs: wait }));
      }
    }
    return line.waiting.length > 0 ? Math.min(...short.values()) : undefined;
  }

  async function advance(identity: string): Promise<void> {
    const line = lineOf(identity);
    if (line.busy) { line.again = true; return; }
    line.busy = true;
    clearTimeout(line.timer);
    let next: number | undefined;
    try {
      do {
        line.again = false;
        next = await pass(identity, line);
      } while (line.again);
    } catch (error) {
      for (const one of line.waiting.splice(0)) one.fail(error instanceof Error ? error : new Error(String(error)));
    } finally {
      line.busy = false;
    }
    // Looked at again soon enough to see a pause that another process ended or prolonged.
    if (line.waiting.length > 0) line.timer = setTimeout(() => { void advance(identity); }, Math.min(next ?? 25, 1_000));
  }

  return {
    async enter(identity, cost, { priority, signal, maxWaitMs }) {
      signal.throwIfAborted();
      const line = lineOf(identity);
      const begun = clock.now();
      const id = randomUUID();
      let onAbort = (): void => {};
      try {
        await new Promise<void>((go, fail) => {
          const waiter: Waiter = { id, cost, order: ORDER[priority], at: begun, deadline: begun + maxWaitMs, go, fail };
          onAbort = () => { remove(line, waiter); fail(signal.reason instanceof Error ? signal.reason : new Error('aborted')); };
          signal.addEventListener('abort', onAbort, { once: true });
          line.waiting.push(waiter);
          void advance(identity);
        });
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
      let left = false;
      return {
        waitedMs: clock.now() - begun,
        leave() {
          if (left) return;
          left = true;
          redis.zrem(`${keyOf(identity)}:open`, id).then(() => (line.waiting.length > 0 ? advance(identity) : undefined), () => {});
        },
      };
    },
    async pause(identity, until, resource) {
      const key = `${keyOf(identity)}:pause${resource === undefined ? '' : `:${resource}`}`;
      const ms = Math.ceil(until - clock.now());
      if (ms > 0) await redis.set(key, String(Math.ceil(until)), 'PX', ms);
    },
  };
}
