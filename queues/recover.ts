import { z } from 'zod';
import type { Clock } from '../src/core/ports/clock.js';
import type { Deliveries, DeliveryAttempt } from '../src/core/ports/deliveries.js';
import type { EventStore } from '../src/core/ports/events.js';
import type { Handling } from '../src/core/ports/handling.js';
import type { Log } from '../src/core/ports/log.js';
import type { Marks } from '../src/core/ports/marks.js';
import { defineQueue } from '../src/core/queue.js';

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

/** The attempts whose delivery has no mark: one each, oldest first. */
async function missed(since: number, until: number, { deliveries, store }: RecoverDeps, signal: AbortSignal): Promise<readonly DeliveryAttempt[]> {
  const byId = new Map<string, DeliveryAttempt>();
  for await (const attempt of deliveries.list(since, { signal })) {
    if (attempt.deliveredAt < since || attempt.deliveredAt > until) continue;
    const known = byId.get(attempt.id);
    // A redelivery is as old as its first attempt; GitHub accepted it if any attempt was accepted.
    byId.set(attempt.id, {
      ...attempt,
      deliveredAt: Math.min(attempt.deliveredAt, known?.deliveredAt ?? Infinity),
      statusCode: known && accepted(known) ? known.statusCode : attempt.statusCode,
    });
  }
  const all = [...byId.values()];
  const unmarked: DeliveryAttempt[] = [];
  for (let n = 0; n < all.length; n += CHUNK) {
    const chunk = all.slice(n, n + CHUNK);
    const ids = new Set(await store.unmarked(chunk.map(({ id }) => id)));
    unmarked.push(...chunk.filter(({ id }) => ids.has(id)));
  }
  return unmarked.sort((a, b) => a.deliveredAt - b.deliveredAt);
}

const accepted = ({ statusCode }: DeliveryAttempt): boolean => statusCode >= 200 && statusCode < 300;

/** Which missed deliveries are handled, and which only get their mark: those that the lost memory had surely handled. */
export function decideMissed(attempts: readonly DeliveryAttempt[], about: Readonly<{ born: number; acceptedMs: number }>): Readonly<{ handle: readonly DeliveryAttempt[]; mark: readonly DeliveryAttempt[] }> {
  const old = (attempt: DeliveryAttempt): boolean => accepted(attempt) && attempt.deliveredAt < about.born - about.acceptedMs;
  return { handle: attempts.filter((attempt) => !old(attempt)), mark: attempts.filter(old) };
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
    const { deliveries, store, marks, handling, clock, log, horizonMs = HORIZON_MS, acceptedMs = ACCEPTED_MS } = deps;
    const start = clock.now();
    const { born, walked } = await marks.memory();
    const since = Math.max(start - horizonMs, walked === undefined ? 0 : walked - OVERLAP_MS);
    const { handle, mark } = decideMissed(await missed(since, start - IN_FLIGHT_MS, deps, signal), { born, acceptedMs });
    await marks.mark(mark.map(({ id }) => id));
    let stored = 0;
    for (const { id, deliveryId, deliveredAt } of handle) {
      signal.throwIfAborted();
      const found = await deliveries.fetch(deliveryId, { signal });
      if (found === undefined) {
        log.warn({ delivery: id }, 'missed delivery is gone from GitHub');
        continue;
      }
      const delivery = { id, event: found.event, body: found.body, at: deliveredAt, via: 'recovered' } as const;
      if ((await store.store(delivery, handling.laneOf(delivery))) === 'stored') stored++;
    }
    if (handle.length > 0 || mark.length > 0) log.info({ stored, missed: handle.length, marked: mark.length, since }, 'missed deliveries recovered');
    // Only now, and only if the memory is still the same one: a walk that was cut short is walked again.
    await marks.walked(start, born);
    return walked === undefined ? { lookAgainAt: start + SECOND_LOOK_MS } : undefined;
  },
});
