/** Wall-clock time, handed in so that decisions and tests can choose it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}
