import type { Delivery } from '../../src/core/event.js';
import type { Clock } from '../../src/core/ports/clock.js';
import type { Feed } from '../../src/core/ports/feed.js';
import type { Handling } from '../../src/core/ports/handling.js';
import type { Log } from '../../src/core/ports/log.js';

export interface AnnounceDeps {
  readonly handling: Pick<Handling, 'poke'>;
  readonly feed: Pick<Feed, 'publish'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** A lane waits no longer for what others make of a delivery. */
const POKE_MS = 2_000;
/** Nor for telling somebody that something failed. */
const GAVE_UP_MS = 5_000;

/** Tells others that a delivery is there; what fails or takes long is only logged. */
export async function poke(delivery: Delivery, { handling, log }: Pick<AnnounceDeps, 'handling' | 'log'>): Promise<void> {
  if (handling.poke === undefined) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${POKE_MS} ms`)), POKE_MS);
  });
  try {
    const poking = handling.poke(delivery);
    poking.catch(() => {}); // seen by the race, or abandoned
    await Promise.race([poking, late]);
  } catch (err) {
    log.warn({ err, delivery: delivery.id }, 'poke failed');
  } finally {
    clearTimeout(timer);
  }
}

/** Whoever asked is told that a plugin gave up; whether that succeeds changes nothing. */
export async function tellGaveUp(plugin: string, delivery: Delivery, { handling, log, signal }: Readonly<{ handling: Pick<Handling, 'gaveUp'>; log: Log; signal: AbortSignal }>): Promise<void> {
  try {
    await handling.gaveUp?.(plugin, delivery, { signal: AbortSignal.any([signal, AbortSignal.timeout(GAVE_UP_MS)]) });
  } catch (err) {
    log.warn({ err, plugin, delivery: delivery.id }, 'nobody was told that a plugin gave up');
  }
}

/** Tells open pages that a delivery fared on, and others once it is handled. */
export async function announce(delivery: Delivery, handled: boolean, deps: AnnounceDeps): Promise<void> {
  deps.feed.publish({ topic: 'event', key: delivery.id, at: deps.clock.now(), text: handled ? `${delivery.event} handled` : `${delivery.event} under way` });
  if (handled) await poke(delivery, deps);
}
