import { z } from 'zod';
import { defineQueue, type QueueDef } from '../../src/core/queue.js';

export type Sample = Readonly<{ id: string }>;

/** A queue for tests of the adapter; worker processes and the test name the same one. */
export const sampleQueue = (process: QueueDef<Sample, undefined>['process']): QueueDef<Sample, undefined> =>
  defineQueue<Sample, undefined>({ name: 'sample', payload: z.strictObject({ id: z.string() }), dedupe: ({ id }) => id, retry: { attempts: 3, backoffMs: 1_000 }, concurrency: 1, timeoutMs: 600_000, process });
