import type { Job, JobsOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import type { QueueDef } from '../../core/queue.js';
import type { Log } from '../../core/ports/log.js';

/** Where queues live. The client must be a patient one for workers; BullMQ never closes a client that is handed in. */
export interface QueueConnection {
  readonly redis: Redis;
  /** Put before every Redis key, so that instances can share a server. */
  readonly prefix: string;
  readonly log: Log;
}

/** `key` runs the processor. `timer` and `tick` only add the key: the former planted for later, the latter by a scheduler. */
export type JobName = 'key' | 'timer' | 'tick';
export type KeyJob = Job<unknown, unknown, JobName>;

/** A job may be started this often beyond its attempts before it counts as what kills workers. */
export const EXTRA_STARTS = 50;

/** BullMQ's own keys live apart from ours. */
export function bullPrefix(prefix: string): string {
  return `${prefix}:bull`;
}

const keepOf = (def: Pick<QueueDef<never, never>, 'graveyard'>): Pick<JobsOptions, 'removeOnComplete' | 'removeOnFail'> =>
  def.graveyard === true ? { removeOnComplete: true, removeOnFail: { count: 20_000, age: 8 * 86_400 } } : { removeOnComplete: { count: 20, age: 3_600 }, removeOnFail: { count: 1_000, age: 8 * 86_400 } };

/** Options of the job that runs a key. A replaced job is one that waits for its time or in back-off: an event does not wait with it. */
export function keyOptions<P, D>(def: QueueDef<P, D>, key: string, priority: number | undefined): JobsOptions {
  return {
    attempts: def.retry.attempts,
    backoff: { type: 'custom' },
    ...keepOf(def),
    ...(priority === undefined || priority === 0 ? {} : { priority }),
    ...(def.graveyard === true ? { jobId: key.replaceAll(':', '.') } : { deduplication: { id: key, keepLastIfActive: true, replace: true } }),
  };
}

/**
 * Options of the job that adds a key later. It has a key of its own: planted under the key itself, it would push aside an
 * event that came during the run. `slot` keeps delayed adds from moving the time that the key's own run asked for.
 */
export function timerOptions(key: string, slot: 'timer' | 'later', delay: number, priority: number | undefined): JobsOptions {
  return {
    attempts: 1_000,
    backoff: { type: 'custom' },
    removeOnComplete: true,
    removeOnFail: { count: 100 },
    delay: Math.max(delay, 1),
    ...(priority === undefined || priority === 0 ? {} : { priority }),
    deduplication: { id: `${key}@${slot}`, keepLastIfActive: true, replace: true },
  };
}
