import type { Delivery } from '../event.js';

/** How the event path sees the plugins: it decides when and in which order they run, never what they do. */
export interface Handling {
  /** The lane of a delivery (design decision 5): `org/repo#n`, `org/repo@ref`, `org/repo:sha`, else the org. Never throws. */
  laneOf(delivery: Delivery): string;
  /**
   * Names of the plugins that are enabled for the delivery's repository and listen to it, external ones among them (`isExternal`). A body that does not fit its
   * event type has none. Throws only when it may succeed later.
   */
  pluginsFor(delivery: Delivery): Promise<readonly string[]>;
  /**
   * One plugin handles one delivery, its actions included; returns the kinds of the actions it performed. Safe to repeat.
   * A thrown `UserError`, or one whose `retry` is `never`, is final; anything else is tried again.
   */
  run(plugin: string, delivery: Delivery, run: Readonly<{ signal: AbortSignal; attempt: number }>): Promise<readonly string[]>;
  /** Told when a plugin gave up on a delivery for good: whoever asked for something hears of it. Tried once; what fails is only logged. */
  gaveUp?(plugin: string, delivery: Delivery, run: Readonly<{ signal: AbortSignal }>): Promise<void>;
  /**
   * Told when a delivery is taken up, and again once all its plugins have finished: adds keys to queues of others (Tide's pools).
   * Losing a call must do no harm; an error is logged and nothing else.
   */
  poke?(delivery: Delivery): Promise<void>;
}
