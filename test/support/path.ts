import { randomUUID } from 'node:crypto';
import { createEventStore } from '../../src/adapters/events/store.js';
import { createLanes, type Retention } from '../../src/adapters/events/lanes.js';
import { createFeed } from '../../src/adapters/feed.js';
import { adderOf } from '../../src/adapters/queue/adder.js';
import type { QueueConnection } from '../../src/adapters/queue/jobs.js';
import { startWorker } from '../../src/adapters/queue/worker.js';
import type { Delivery } from '../../src/core/event.js';
import type { Handling } from '../../src/core/ports/handling.js';
import { deadQueue } from '../../queues/dead.js';
import { eventQueue } from '../../queues/event.js';
import { externalQueue } from '../../queues/external.js';
import { pluginQueue } from '../../queues/plugin.js';
import { repairQueue } from '../../queues/repair.js';
import { createTurnstile } from '../../queues/shared/turnstile.js';

export const systemClock = { now: (): number => Date.now() };

/** A delivery of a made-up event; its body says to which lane it belongs. */
export function delivery(lane: string, more: Readonly<Partial<Delivery>> & Readonly<{ n?: number }> = {}): Delivery {
  const { n = 0, ...rest } = more;
  return { id: randomUUID(), event: 'issue_comment', at: Date.now(), via: 'webhook', body: JSON.stringify({ action: 'created', lane, n }), ...rest };
}

/** The lane that the body of a made-up delivery names. */
export const laneOf = ({ body }: Delivery): string => (JSON.parse(body) as { lane: string }).lane;
/** The number of a made-up delivery. */
export const numberOf = ({ body }: Delivery): number => (JSON.parse(body) as { n: number }).n;

export interface PathOptions {
  readonly plugins: readonly string[];
  readonly run: Handling['run'];
  readonly poke?: Handling['poke'];
  readonly gaveUp?: Handling['gaveUp'];
  readonly patienceMs?: number;
  readonly retention?: Retention;
  /** Only the store and adders. */
  readonly idle?: boolean;
}

/** The whole event path in this process: store, lanes, backlogs, dead letters, repair. */
export async function startPath(connection: QueueConnection, { plugins, run, poke, gaveUp, patienceMs, retention, idle }: PathOptions) {
  const { redis, prefix, log } = connection;
  const lane = adderOf(eventQueue, connection);
  const backlog = adderOf(pluginQueue, connection);
  const external = adderOf(externalQueue, connection);
  const dead = adderOf(deadQueue, connection);
  const repair = adderOf(repairQueue, connection);
  const feed = createFeed(connection);
  const woken: Promise<void>[] = [];
  const store = createEventStore({ redis, prefix, uuid: randomUUID, wake: (name, priority) => void woken.push(lane.add({ lane: name }, { priority })) });
  const lanes = createLanes({ redis, prefix, ...(retention ? { retention } : {}) });
  const handling: Handling = { laneOf, pluginsFor: async () => plugins, run, ...(poke ? { poke } : {}), ...(gaveUp ? { gaveUp } : {}) };
  const deps = { store, lanes, handling, dead, backlog, external, turnstile: createTurnstile(), feed, clock: systemClock, log, ...(patienceMs === undefined ? {} : { patienceMs }) };
  const about = { connection, clock: systemClock };
  const workers = idle ? [] : await Promise.all([startWorker(eventQueue, deps, about), startWorker(pluginQueue, deps, about), startWorker(externalQueue, deps, about), startWorker(deadQueue, deps, about)]);
  return {
    store,
    lanes,
    feed,
    lane,
    backlog,
    external,
    dead,
    repair,
    workers,
    repairDeps: { lanes, lane, backlog, external },
    /** Stores a delivery as `/hook` does. */
    deliver: (what: Delivery) => store.store(what, laneOf(what)),
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((worker) => worker.stop({ graceMs: 0 })));
      await Promise.all(woken);
      for (const adder of [lane, backlog, external, dead, repair]) await adder[Symbol.asyncDispose]();
      await feed[Symbol.asyncDispose]();
    },
  };
}
