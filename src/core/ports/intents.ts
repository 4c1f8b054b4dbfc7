/** Remembers writes that have no identity at GitHub, so that a repetition looks for the effect first (design decision 17). */
export interface Intents {
  /**
   * Says that the write `key` is about to happen. `fresh`: nobody has tried it. `unknown`: somebody began it, or the memory
   * may have been lost; look for the effect first. `done`: it happened, with this outcome.
   */
  begin(key: string): Promise<Readonly<{ state: 'fresh' } | { state: 'unknown' } | { state: 'done'; outcome: string }>>;
  finish(key: string, outcome: string): Promise<void>;
}
