import type { Clock } from '../../src/core/ports/clock.js';
import type { Feed } from '../../src/core/ports/feed.js';
import type { Handling } from '../../src/core/ports/handling.js';
import type { Lanes } from '../../src/core/ports/lanes.js';
import type { Log } from '../../src/core/ports/log.js';
import type { Adder } from '../../src/core/queue.js';

/** A plugin's own queue of deliveries in a lane. */
export type Backlog = Readonly<{ plugin: string; lane: string }>;

/** A plugin's part in a delivery that was given up. */
export type DeadPair = Readonly<{ id: string; plugin: string; lane: string; error: string }>;

/** What running a plugin's part in a delivery needs. */
export interface PairDeps {
  readonly lanes: Lanes;
  readonly handling: Handling;
  readonly dead: Pick<Adder<DeadPair>, 'add'>;
  readonly feed: Pick<Feed, 'publish'>;
  readonly clock: Clock;
  readonly log: Log;
}
