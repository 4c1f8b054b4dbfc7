import type { Delivery } from '../event.js';
import type { PluginOutcome } from './events.js';

/** One plugin's part in one delivery, in its lane. */
export interface Pair {
  readonly id: string;
  readonly plugin: string;
  readonly lane: string;
}

/** The first delivery of a lane. */
export interface Taken {
  readonly delivery: Delivery;
  /** How often it was taken, this time included: more than once when a worker died over it. */
  readonly taken: number;
  /** Plugins that have finished with it, or have it in their own backlog. */
  readonly settled: ReadonlySet<string>;
  /** Plugins with a backlog in this lane: the delivery must queue up there behind the others. */
  readonly busy: ReadonlySet<string>;
}

/** The first delivery of a plugin's backlog in a lane. */
export interface Waiting {
  readonly delivery: Delivery;
  /** Failed attempts so far. */
  readonly failed: number;
  /** How often it was started, in its lane too, this time included; deaths of workers count here only. */
  readonly started: number;
  /** Milliseconds since the epoch; when that lies ahead, this look did not count as a start. */
  readonly notBefore: number;
}

/** What a plugin's backlog entry waits for. */
export interface Postponed {
  readonly failed: number;
  readonly notBefore: number;
  readonly outcome: PluginOutcome;
}

/**
 * The work that deliveries make, as the queues see it. Every step is one script and may be repeated. Only a lane's own job
 * appends to the backlogs of its plugins, so arrival order holds per plugin and lane.
 */
export interface Lanes {
  /** The lane's first delivery, which stays first until `finish`. */
  take(lane: string): Promise<Taken | undefined>;
  /** A plugin has finished with the lane's first delivery. */
  record(id: string, outcome: PluginOutcome): Promise<void>;
  /** Appends the pair, which was started so often in its lane, to the plugin's backlog; nothing when it is settled or there already. */
  hand(pair: Pair, why: Postponed & Readonly<{ started: number }>): Promise<void>;
  /** Every plugin has finished or has it in its backlog: the lane goes on. True when the delivery is now handled. */
  finish(lane: string, id: string, outcomes: readonly PluginOutcome[]): Promise<boolean>;
  /** The first of a plugin's backlog in a lane; counts a start unless `notBefore` lies ahead. */
  head(plugin: string, lane: string): Promise<Waiting | undefined>;
  postpone(pair: Pair, why: Postponed): Promise<void>;
  /** The plugin has finished, or its pair is dead: the backlog goes on. True when the delivery is now handled. */
  settle(pair: Pair, outcome: PluginOutcome): Promise<boolean>;
  /** Lanes and backlogs that have deliveries, those first that have had some for longest. */
  pending(): Promise<Readonly<{ lanes: readonly string[]; backlogs: readonly Readonly<{ plugin: string; lane: string }>[] }>>;
}
