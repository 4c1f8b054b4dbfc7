import { z } from 'zod';
import type { Clock } from '../src/core/ports/clock.js';
import type { Deliveries, DeliveryAttempt } from '../src/core/ports/deliveries.js';
import type { EventStore } from '../src/core/ports/events.js';
import type { Handling } from '../src/core/ports/handling.js';
import type { Log } from '../src/core/ports/log.js';
import type { Marks } from '../src/core/ports/marks.js';
import { defineQueue } from '../src/core/queue.js';
import { toError } from '../src/core/retry.js';

export interface RecoverDeps {
  readonly deliveries: Deliveries;
  readonly store: Pick<EventStore, 'store' | 'unmarked'>;
  readonly marks: Marks;
  readonly handling: Pick<Handling, 'laneOf'>;
  readonly clock: Clock;
  readonly log: Log;
  /** How far GitHub's list reaches back. */
  readonly horizonMs?: number;
  /** A delivery that GitHub saw accepted so long before the memory was lost had been handled by then. */
  readonly acceptedMs?: number;
}

const HORIZON_MS = 3 * 86_400_000;
const ACCEPTED_MS = 3_600_000;
/** Walks overlap: GitHub's list may show a delivery late, and clocks differ. */
const OVERLAP_MS = 1_800_000;
/** A delivery that was sent so recently may be on its way into the store; the next walk sees it. */
const IN_FLIGHT_MS = 2_000;
/** After the first walk in a new memory there is a second soon: what was in flight then, or listed late, does not wait for the tick. */
const SECOND_LOOK_MS = 15_000;
const CHUNK = 200;
const AT_ONCE = 8;

const accepted = ({ statusCode }: DeliveryAttempt): boolean => statusCode >= 200 && statusCode < 300;

/** Which missed deliveries are handled, and which only get their mark: those that the lost memory had surely handled. */
export function decideMissed(attempts: readonly DeliveryAttempt[], about: Readonly<{ born: number; acceptedMs: number }>): Readonly<{ handle: readonly DeliveryAttempt[]; mark: readonly DeliveryAttempt[] }> {
  const old = (attempt: DeliveryAttempt): boolean => accepted(attempt) && attempt.deliveredAt < about.born - about.acceptedMs;
  return { handle: attempts.filter((attempt) => !old(attempt)), mark: attempts.filter(old) };
}

/** Walks GitHub's list, marks what had been handled, and gives what is to be handled: each delivery once, oldest first. */
async function walk(since: number, until: number, born: number, deps: RecoverDeps, signal: AbortSignal): Promise<readonly DeliveryAttempt[]> {
  const { deliveries, store, marks, acceptedMs = ACCEPTED_MS } = deps;
  const missed = new Map<string, DeliveryAttempt>();
  const sift = async (attempts: readonly DeliveryAttempt[]): Promise<void> => {
    const unmarked = new Set(await store.unmarked(attempts.map(({ id }) => id)));
    const { handle, mark } = decideMissed(attempts.filter(({ id }) => unmarked.has(id)), { born, acceptedMs });
    // A redelivery is as old as its first attempt; one accepted attempt is enough.
    for (const attempt of handle) missed.set(attempt.id, { ...attempt, deliveredAt: Math.min(attempt.deliveredAt, missed.get(attempt.id)?.deliveredAt ?? Infinity) });
    for (const { id } of mark) missed.delete(id);
    await marks.mark(mark.map(({ id }) => id));
  };
  let chunk: DeliveryAttempt[] = [];
  for await (const attempt of deliveries.list(since, { signal })) {
    if (attempt.deliveredAt < since || attempt.deliveredAt > until) continue;
    if (chunk.push(attempt) < CHUNK) continue;
    await sift(chunk);
    chunk = [];
  }
  await sift(chunk);
  return [...missed.values()].sort((a, b) => a.deliveredAt - b.deliveredAt);
}

/** Fetches a few at a time, stores them in order, and goes on after one that cannot be had. Throws in the end if there was one. */
async function storeAll(missed: readonly DeliveryAttempt[], { deliveries, store, handling, log }: RecoverDeps, signal: AbortSignal): Promise<void> {
  let failure: Error | undefined;
  for (let n = 0; n < missed.length; n += AT_ONCE) {
    signal.throwIfAborted();
    const some = missed.slice(n, n + AT_ONCE);
    const fetched = await Promise.allSettled(some.map(({ deliveryId }) => deliveries.fetch(deliveryId, { signal })));
    for (const [place, result] of fetched.entries()) {
      const attempt = some[place];
      if (attempt === undefined) continue;
      const { id, deliveredAt } = attempt;
      if (result.status === 'rejected') {
        log.warn({ err: result.reason, delivery: id }, 'missed delivery not fetched');
        failure ??= toError(result.reason);
      } else if (result.value === undefined) {
        log.warn({ delivery: id }, 'missed delivery is gone from GitHub');
      } else {
        const { event, body, headers } = result.value;
        const delivery = { id, event, body, at: deliveredAt, via: 'recovered', ...(headers ? { headers } : {}) } as const;
        await store.store(delivery, handling.laneOf(delivery));
      }
    }
  }
  if (failure !== undefined) throw failure;
}

/**
 * Finds the deliveries that never reached the store, or were lost with it, in GitHub's own list. They are handled as
 * `recovered`: what they would write is looked for first. At start, when Redis was empty or away, and by the tick.
 */
export const recoverQueue = defineQueue<Readonly<Record<string, never>>, RecoverDeps>({
  name: 'recover',
  payload: z.strictObject({}),
  dedupe: () => 'recover',
  retry: { attempts: 10, backoffMs: 2_000, maxBackoffMs: 60_000 },
  concurrency: 1,
  timeoutMs: 1_800_000,
  // A little under five minutes, so that what was missed is handled within five.
  tick: { everyMs: 240_000, payload: {} },
  async process(_payload, deps, { signal }) {
    const { marks, clock, log, horizonMs = HORIZON_MS } = deps;
    const start = clock.now();
    const { born, walked } = await marks.memory();
    const since = Math.max(start - horizonMs, walked === undefined ? 0 : walked - OVERLAP_MS);
    const missed = await walk(since, start - IN_FLIGHT_MS, born, deps, signal);
    if (missed.length > 0) log.info({ missed: missed.length, since }, 'recovering missed deliveries');
    await storeAll(missed, deps, signal);
    // Only now, and only if the memory is still the same one: a walk that was cut short is walked again.
    await marks.walked(start, born);
    return walked === undefined ? { lookAgainAt: start + SECOND_LOOK_MS } : undefined;
  },
});
