import type { Delivery } from '../event.js';

/** Remembers writes that have no identity at GitHub, so that a repetition looks for the effect first (design decision 17). */
export interface Intents {
  /**
   * Says that the write `key` is about to happen. `fresh`: nobody has tried it. `unknown`: somebody began it, or the memory
   * may have been lost; look for the effect first. `done`: it happened, with this outcome.
   * `cause` is the delivery that the write answers: one that was recovered, or that is older than the memory, is never `fresh`.
   * Without a cause nothing is `fresh` in a memory that is younger than a minute.
   */
  begin(
    key: string,
    cause?: Readonly<Pick<Delivery, 'at' | 'via'>>,
  ): Promise<Readonly<{ state: 'fresh' } | { state: 'unknown' } | { state: 'done'; outcome: string }>>;
  finish(key: string, outcome: string): Promise<void>;
}
