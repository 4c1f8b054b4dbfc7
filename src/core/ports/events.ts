import type { Delivery } from '../event.js';
import type { IssueRef } from '../ids.js';

/** A delivery as pages and the CLI list it. */
export interface EventSummary {
  readonly id: string;
  readonly event: string;
  readonly action: string | undefined;
  readonly lane: string;
  readonly via: Delivery['via'];
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly handledAt: number | undefined;
  readonly state: 'waiting' | 'handled' | 'dead';
  /** How each plugin that acted or failed fared. */
  readonly plugins: readonly PluginOutcome[];
}

export interface PluginOutcome {
  readonly plugin: string;
  readonly state: 'done' | 'failed' | 'waiting' | 'retrying' | 'dead';
  /** Kinds of the actions it performed. */
  readonly actions: readonly string[];
  readonly error: string | undefined;
  readonly ms: number;
}

/** Where deliveries wait until all plugins have handled them, and where their marks stay for 8 days (design decision 5). */
export interface EventStore {
  /** Stores delivery, lane and index in one step. `duplicate`: this id was stored before. Throws when Redis cannot store it. */
  store(delivery: Delivery, lane: string): Promise<'stored' | 'duplicate'>;
  find(id: string): Promise<Delivery | undefined>;
  /** Which of these ids have no mark. */
  unmarked(ids: readonly string[]): Promise<readonly string[]>;
  /** Newest first. */
  recent(limit: number): Promise<readonly EventSummary[]>;
  /** Forgets the mark of a stored delivery and handles it again, as `recovered`. False when it is no longer stored. */
  replay(id: string): Promise<boolean>;
}

/** What people have just done and plugins have not heard of yet. */
export interface Unheard {
  /** Whether a delivery about this pull request waits or is being handled. One that has waited for a minute does not count: its lane is in trouble, and must not hold up merges. */
  waits(pull: IssueRef): Promise<boolean>;
}
