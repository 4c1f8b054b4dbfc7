import { Queue } from 'bullmq';
import type { Adder, QueueDef } from '../../core/queue.js';
import { bullPrefix, keyOptions, timerOptions, type JobName, type QueueConnection } from './jobs.js';

export type KeyQueue = Queue<unknown, unknown, JobName>;

/** A queue of BullMQ; errors of its connection are logged, never thrown at the process. */
export function openQueue(name: string, { redis, prefix, log }: QueueConnection): KeyQueue {
  const queue: KeyQueue = new Queue<unknown, unknown, JobName>(name, {
    connection: redis,
    prefix: bullPrefix(prefix),
    streams: { events: { maxLen: 1_000 } },
  });
  queue.on('error', (err) => log.debug({ err, queue: name }, 'queue connection failed'));
  return queue;
}

/** Adds a payload to an opened queue. */
export async function addKey<P, D>(queue: KeyQueue, def: QueueDef<P, D>, payload: P, options: Parameters<Adder<P>['add']>[1] = {}): Promise<void> {
  const key = def.dedupe(payload);
  if (options.delayMs !== undefined && options.delayMs > 0) {
    await queue.add('timer', payload, timerOptions(key, 'later', options.delayMs, options.priority));
  } else {
    await queue.add('key', payload, keyOptions(def, key, options.priority));
  }
}

/** Runs the queue's tick by a job scheduler; planting it again changes nothing. */
export async function plantTick<P, D>(queue: KeyQueue, def: QueueDef<P, D>): Promise<void> {
  if (def.tick === undefined) return;
  await queue.upsertJobScheduler('tick', { every: def.tick.everyMs }, { name: 'tick', data: def.tick.payload, opts: { removeOnComplete: true, removeOnFail: { count: 20 } } });
}

/** What adds keys to a queue. */
export interface QueueAdder<P> extends Adder<P>, AsyncDisposable {
  /** How many jobs the queue holds, by state. */
  counts(): Promise<Readonly<Record<string, number>>>;
}

/** Opens a queue for adding keys to it. */
export function adderOf<P, D>(def: QueueDef<P, D>, connection: QueueConnection): QueueAdder<P> {
  const queue = openQueue(def.name, connection);
  return {
    add: (payload, options) => addKey(queue, def, payload, options),
    counts: () => queue.getJobCounts(),
    [Symbol.asyncDispose]: () => queue.close(),
  };
}
