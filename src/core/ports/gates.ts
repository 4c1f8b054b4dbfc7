import type { ObjectKey } from '../kube.js';

type Waiting = Readonly<{ signal: AbortSignal }>;

/** The right to start one job of each scope (a job's name, a queue, all of them); whoever comes next waits for its end. */
export interface Pass {
  /**
   * What was started last in these scopes. The copy of the cluster that a decision counts in must show that it has started, else two
   * workers count the same free place.
   */
  readonly last: readonly ObjectKey[];
  /** Gives the right back, and remembers what was started with it. */
  leave(started?: ObjectKey): Promise<void>;
}

/** Serialises what may be done by one at a time, starts that count against a limit above all; a pass ends by itself when its holder dies. */
export interface Gates {
  /** undefined: somebody else decides about one of these scopes just now. */
  enter(scopes: readonly string[], options: Waiting): Promise<Pass | undefined>;
  /** As `enter`, but waits for its turn; rejects with the signal's reason. */
  wait(scopes: readonly string[], options: Waiting): Promise<Pass>;
}
