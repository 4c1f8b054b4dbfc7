import { randomUUID } from 'node:crypto';
import { createFeed } from '../adapters/feed.js';
import { createEventStore } from '../adapters/events/store.js';
import { createLanes } from '../adapters/events/lanes.js';
import { createMarks } from '../adapters/events/marks.js';
import { adderOf, openQueue, type QueueAdder } from '../adapters/queue/adder.js';
import type { QueueConnection } from '../adapters/queue/jobs.js';
import { startWorker, type QueueWorker } from '../adapters/queue/worker.js';
import type { Clock } from '../core/ports/clock.js';
import type { Deliveries } from '../core/ports/deliveries.js';
import type { Handling } from '../core/ports/handling.js';
import type { Log } from '../core/ports/log.js';
import { collectQueue } from '../../queues/collect.js';
import { deadQueue } from '../../queues/dead.js';
import { eventQueue } from '../../queues/event.js';
import { externalQueue } from '../../queues/external.js';
import { periodicsQueue } from '../../queues/periodics.js';
import { pluginQueue } from '../../queues/plugin.js';
import { prowjobQueue } from '../../queues/prowjob.js';
import { recoverQueue } from '../../queues/recover.js';
import { repairQueue } from '../../queues/repair.js';
import { createTurnstile } from '../../queues/shared/turnstile.js';
import { reportQueue, type ReportKey } from '../../queues/report.js';
import { statusReconcileQueue, type StatusReconcileKey } from '../../queues/statusReconcile.js';
import { tideQueue, type TideDeps } from '../../queues/tide.js';
import { tideSyncQueue, type TideSyncDeps } from '../../queues/tideSync.js';

export const QUEUES = [
  eventQueue.name, pluginQueue.name, externalQueue.name, deadQueue.name, repairQueue.name, recoverQueue.name, tideQueue.name, tideSyncQueue.name,
  prowjobQueue.name, reportQueue.name, periodicsQueue.name, collectQueue.name, statusReconcileQueue.name,
] as const;

/** Opens every queue for the queue UI. */
export function openQueues(connection: QueueConnection) {
  return QUEUES.map((name) => openQueue(name, connection));
}

/** What adds keys to each queue. Whatever takes webhooks or decides needs them, whether or not it works the queues itself. */
export interface Adders extends AsyncDisposable {
  readonly event: QueueAdder<Readonly<{ lane: string }>>;
  readonly plugin: QueueAdder<Readonly<{ plugin: string; lane: string }>>;
  readonly external: QueueAdder<Readonly<{ plugin: string; lane: string }>>;
  readonly dead: QueueAdder<Parameters<QueueAdder<Parameters<typeof deadQueue.dedupe>[0]>['add']>[0]>;
  readonly recover: QueueAdder<Parameters<typeof recoverQueue.dedupe>[0]>;
  readonly repair: QueueAdder<Readonly<Record<string, never>>>;
  readonly tide: QueueAdder<Parameters<typeof tideQueue.dedupe>[0]>;
  readonly tideSync: QueueAdder<Parameters<typeof tideSyncQueue.dedupe>[0]>;
  readonly prowjob: QueueAdder<Readonly<{ name: string }>>;
  readonly report: QueueAdder<ReportKey>;
  readonly periodics: QueueAdder<Readonly<Record<string, never>>>;
  readonly collect: QueueAdder<Readonly<Record<string, never>>>;
  readonly statusReconcile: QueueAdder<StatusReconcileKey>;
}

/** What adds keys about jobs. */
export type JobAdders = Pick<Adders, 'prowjob' | 'report' | 'periodics' | 'tide'>;

type DepsOf<Q extends Readonly<{ process: (...args: never[]) => unknown }>> = Parameters<Q['process']>[1];
/** What the queues about jobs need. */
export interface JobParts {
  readonly prowjob: DepsOf<typeof prowjobQueue>;
  readonly report: DepsOf<typeof reportQueue>;
  readonly periodics: DepsOf<typeof periodicsQueue>;
  readonly collect: DepsOf<typeof collectQueue>;
  readonly statusReconcile: Omit<DepsOf<typeof statusReconcileQueue>, 'keys'>;
}

/** Opens all queues for adding. */
export function openAdders(connection: QueueConnection): Adders {
  const adders = {
    event: adderOf(eventQueue, connection), plugin: adderOf(pluginQueue, connection), external: adderOf(externalQueue, connection), dead: adderOf(deadQueue, connection), recover: adderOf(recoverQueue, connection),
    repair: adderOf(repairQueue, connection), tide: adderOf(tideQueue, connection), tideSync: adderOf(tideSyncQueue, connection),
    prowjob: adderOf(prowjobQueue, connection), report: adderOf(reportQueue, connection), periodics: adderOf(periodicsQueue, connection), collect: adderOf(collectQueue, connection),
    statusReconcile: adderOf(statusReconcileQueue, connection),
  };
  return { ...adders, [Symbol.asyncDispose]: async () => { await Promise.allSettled(Object.values(adders).map((adder) => adder[Symbol.asyncDispose]())); } };
}

export interface WorkerParts {
  readonly connection: QueueConnection;
  readonly adders: Adders;
  readonly handling: Handling;
  readonly deliveries: Deliveries;
  readonly tide: TideDeps;
  readonly tideSync: TideSyncDeps;
  /** undefined: there is no cluster, and so there are no jobs. */
  readonly jobs: JobParts | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Names of the queues to work; all when empty. */
  readonly only: readonly string[];
  /** Without Tide its queues are left alone. */
  readonly components: ReadonlySet<string>;
}

/** Everything that this process works. */
export interface Workers {
  /** Plants the ticks again, after Redis was found empty. */
  plant(): Promise<void>;
  /** What may be repeated is handed back after `graceMs`; an event that is on its way to an external plugin has `sendingMs`, or that would get it twice. */
  stop(options: Readonly<{ graceMs: number; sendingMs: number }>): Promise<void>;
}

/** Starts a worker for each queue that this process takes. */
export async function startWorkers({ connection, adders, handling, deliveries, tide, tideSync, jobs, clock, log, only, components }: WorkerParts): Promise<Workers> {
  const { redis, prefix } = connection;
  const lanes = createLanes({ redis, prefix });
  const feed = createFeed({ redis, prefix, log });
  const store = createEventStore({ redis, prefix, uuid: randomUUID, wake: (lane, priority) => { void adders.event.add({ lane }, { priority }).catch((err: unknown) => { log.warn({ err, lane }, 'lane not woken'); }); } });
  const plugin = { lanes, handling, dead: adders.dead, feed, clock, log };
  const options = { connection, clock };
  const wanted = (name: string): boolean => only.length === 0 || only.includes(name);
  const hook = components.has('hook');
  const starting: Promise<QueueWorker>[] = [];
  if (hook && wanted(eventQueue.name)) starting.push(startWorker(eventQueue, { ...plugin, backlog: adders.plugin, external: adders.external }, options));
  if (hook && wanted(pluginQueue.name)) starting.push(startWorker(pluginQueue, plugin, options));
  if (hook && wanted(externalQueue.name)) starting.push(startWorker(externalQueue, { ...plugin, turnstile: createTurnstile() }, options));
  if (hook && wanted(deadQueue.name)) starting.push(startWorker(deadQueue, { lanes, handling, feed, clock, log, store }, options));
  if (hook && wanted(repairQueue.name)) starting.push(startWorker(repairQueue, { lanes, lane: adders.event, backlog: adders.plugin, external: adders.external }, options));
  if (hook && wanted(recoverQueue.name)) {
    starting.push(startWorker(recoverQueue, { deliveries, store, marks: createMarks({ redis, prefix, uuid: randomUUID }), handling, clock, log }, options));
  }
  // Without Tide the pools are still read where pages show them; `mode` keeps it from acting.
  const shown = components.has('tide') || components.has('deck');
  if (shown && wanted(tideQueue.name)) starting.push(startWorker(tideQueue, tide, options));
  if (shown && wanted(tideSyncQueue.name)) starting.push(startWorker(tideSyncQueue, tideSync, options));
  if (jobs) {
    if (components.has('plank') && wanted(prowjobQueue.name)) starting.push(startWorker(prowjobQueue, jobs.prowjob, options));
    if (components.has('crier') && wanted(reportQueue.name)) starting.push(startWorker(reportQueue, jobs.report, options));
    if (components.has('horologium') && wanted(periodicsQueue.name)) starting.push(startWorker(periodicsQueue, jobs.periodics, options));
    if (components.has('sinker') && wanted(collectQueue.name)) starting.push(startWorker(collectQueue, jobs.collect, options));
    if (components.has('status-reconciler') && wanted(statusReconcileQueue.name)) starting.push(startWorker(statusReconcileQueue, { ...jobs.statusReconcile, keys: adders.statusReconcile }, options));
  }
  const workers = await Promise.all(starting);
  return {
    plant: async () => { await Promise.all(workers.map((worker) => worker.plant())); },
    stop: async ({ graceMs, sendingMs }) => {
      await Promise.allSettled(workers.map((worker) => worker.stop({ graceMs: worker.queue === externalQueue.name ? sendingMs : graceMs })));
      await feed[Symbol.asyncDispose]();
    },
  };
}

