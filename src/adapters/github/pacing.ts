import type { Redis } from 'ioredis';
import type { Clock } from '../../core/ports/clock.js';
import { RemoteError } from '../../core/errors.js';
import type { Priority } from '../../core/ports/github.js';
import { scriptOf } from '../events/server.js';

/** What a call costs of which budget (design decision 20). */
export interface Cost {
  /** REST points: a read 1, a write 5. GraphQL has points of its own. */
  readonly points: number;
  readonly api: 'rest' | 'graphql';
  /** Comments, reviews, issues: what GitHub counts as creating content. */
  readonly content: boolean;
}

export interface Pacing {
  /** Waits for a turn. Throws a RemoteError with `retryAfterMs` when that would take longer than `maxWaitMs`. */
  enter(identity: string, cost: Cost, how: Readonly<{ priority: Priority | 'read'; signal: AbortSignal; maxWaitMs: number }>): Promise<{ leave(): void; waitedMs: number }>;
  /** GitHub asked for a pause: nobody of this identity goes before then (milliseconds since the epoch). */
  pause(identity: string, until: number): Promise<void>;
}

const ORDER: Readonly<Record<Priority | 'read', number>> = { merge: 0, status: 1, read: 2, comment: 3, housekeeping: 4 };
const AT_ONCE = 100;

/**
 * Token buckets per identity, shared by all workers: [name, capacity, refill per second]. Returns how many milliseconds to
 * wait; 0 means the tokens are taken. A pause wins over everything.
 */
const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local pause = tonumber(redis.call('GET', ARGV[1] .. ':pause') or '0')
if pause > now then return pause - now end
local wait = 0
local state = {}
for i = 2, #ARGV, 4 do
  local key = ARGV[1] .. ':b:' .. ARGV[i]
  local capacity, perMs, want = tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3])
  local held = redis.call('HMGET', key, 't', 'n')
  local tokens = capacity
  if held[1] then tokens = math.min(capacity, tonumber(held[2]) + (now - tonumber(held[1])) * perMs) end
  if tokens < want then wait = math.max(wait, math.ceil((want - tokens) / perMs)) end
  state[#state + 1] = { key, tokens - want, capacity / perMs }
end
if wait > 0 then return wait end
for _, one in ipairs(state) do
  redis.call('HSET', one[1], 't', now, 'n', tostring(one[2]))
  redis.call('PEXPIRE', one[1], math.ceil(one[3]) + 1000)
end
return 0
`;

interface Waiter {
  readonly cost: Cost;
  readonly order: number;
  readonly at: number;
  readonly deadline: number;
  go(): void;
  fail(error: Error): void;
}

function bucketsOf({ points, api, content }: Cost): readonly (string | number)[] {
  const main = api === 'rest' ? ['rest', 900, 900 / 60_000, points] : ['graphql', 2_000, 2_000 / 60_000, points];
  return content ? [...main, 'minute', 80, 80 / 60_000, 1, 'hour', 500, 500 / 3_600_000, 1] : main;
}

/** Paces calls per identity: budgets in Redis, and within this process the most urgent goes first. */
export function createPacing({ redis, prefix, clock }: { redis: Redis; prefix: string; clock: Clock }): Pacing {
  const take = scriptOf(redis, 'prowPace', TAKE);
  const lines = new Map<string, { waiting: Waiter[]; running: number; busy: boolean; timer: NodeJS.Timeout | undefined }>();
  const lineOf = (identity: string) => {
    const known = lines.get(identity);
    if (known) return known;
    const made = { waiting: [] as Waiter[], running: 0, busy: false, timer: undefined as NodeJS.Timeout | undefined };
    lines.set(identity, made);
    return made;
  };
  const keyOf = (identity: string): string => `${prefix}:gh:pace:${identity}`;

  async function advance(identity: string): Promise<void> {
    const line = lineOf(identity);
    if (line.busy) return;
    line.busy = true;
    clearTimeout(line.timer);
    try {
      while (line.waiting.length > 0 && line.running < AT_ONCE) {
        line.waiting.sort((a, b) => a.order - b.order || a.at - b.at);
        const [first] = line.waiting;
        if (!first) break;
        const wait = Number(await take(keyOf(identity), ...bucketsOf(first.cost)));
        if (!line.waiting.includes(first)) continue; // given up meanwhile
        if (wait === 0) {
          line.waiting.splice(line.waiting.indexOf(first), 1);
          line.running++;
          first.go();
          continue;
        }
        const now = clock.now();
        for (const one of [...line.waiting]) {
          if (now + wait <= one.deadline) continue;
          line.waiting.splice(line.waiting.indexOf(one), 1);
          one.fail(new RemoteError(`GitHub's limits leave no room for ${Math.ceil(wait / 1_000)} s`, { service: 'github', retry: 'later', retryAfterMs: wait }));
        }
        // Looked at again soon enough to see a pause that another process ended, and whoever came in between.
        line.timer = setTimeout(() => { void advance(identity); }, Math.min(wait, 1_000));
        break;
      }
    } catch (error) {
      for (const one of line.waiting.splice(0)) one.fail(error instanceof Error ? error : new Error(String(error)));
    } finally {
      line.busy = false;
    }
  }

  return {
    async enter(identity, cost, { priority, signal, maxWaitMs }) {
      signal.throwIfAborted();
      const line = lineOf(identity);
      const begun = clock.now();
      let onAbort = (): void => {};
      try {
        await new Promise<void>((go, fail) => {
          const waiter: Waiter = { cost, order: ORDER[priority], at: begun, deadline: begun + maxWaitMs, go, fail };
          onAbort = () => {
            const at = line.waiting.indexOf(waiter);
            if (at >= 0) line.waiting.splice(at, 1);
            fail(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
          };
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
          line.running--;
          if (line.waiting.length > 0) void advance(identity);
        },
      };
    },
    async pause(identity, until) {
      const key = `${keyOf(identity)}:pause`;
      const ms = Math.ceil(until - clock.now());
      if (ms > 0) await redis.set(key, String(Math.ceil(until)), 'PX', ms);
    },
  };
}
