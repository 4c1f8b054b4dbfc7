import { WaitingError, Worker } from 'bullmq';
import type { Clock } from '../../core/ports/clock.js';
import type { QueueDef } from '../../core/queue.js';
import { backoff } from '../../core/retry.js';
import { openQueue, plantTick } from './adder.js';
import { bullPrefix, EXTRA_STARTS, type JobName, type KeyJob, type QueueConnection } from './jobs.js';
import { RunAborted, runJob } from './run.js';

export interface WorkerOptions {
  readonly connection: QueueConnection;
  readonly clock: Clock;
  /** Instead of the definition's. */
  readonly concurrency?: number;
}

/** A running worker of one queue. */
export interface QueueWorker extends AsyncDisposable {
  readonly queue: string;
  /** Keys that run here just now. */
  running(): number;
  /** Plants the queue's tick; to be called again once Redis was found empty. */
  plant(): Promise<void>;
  /** Takes nothing new, waits for what runs, then aborts it, and hands back what does not end. Resolves once all is closed. */
  stop(options: Readonly<{ graceMs: number }>): Promise<void>;
}

/** A job of a dead worker comes back after LOCK_MS + 2 × STALLED_MS at most. */
const LOCK_MS = 10_000;
const STALLED_MS = 2_000;
/** Aborted runs and their hand-back take no longer while Redis is there. */
const HAND_BACK_MS = 5_000;

/** Starts taking jobs off a queue, as soon as Redis is there. Nothing that a job holds or does ends the process. */
export async function startWorker<P, D>(def: QueueDef<P, D>, deps: D, { connection, clock, concurrency }: WorkerOptions): Promise<QueueWorker> {
  const log = connection.log.child({ queue: def.name });
  const queue = openQueue(def.name, connection);
  const runs = new Map<string, AbortController>();
  let stopping = false;

  /** An event that came during a failed run does not wait for the back-off: BullMQ keeps it beside the job until that finishes. */
  const backoffOf = async (attemptsMade: number, err: Error | undefined, job: KeyJob): Promise<number> => {
    const key = job.opts.deduplication?.id;
    if (key !== undefined && (await connection.redis.exists(`${bullPrefix(connection.prefix)}:${def.name}:dn:${key}`)) === 1) return 0;
    return backoff(attemptsMade, def.retry, err);
  };

  const worker = new Worker<unknown, unknown, JobName>(
    def.name,
    async (job: KeyJob, token?: string) => {
      if (stopping) {
        // It was being fetched when the worker was told to stop.
        await job.moveToWait(token);
        throw new WaitingError();
      }
      const controller = new AbortController();
      const id = job.id ?? '';
      runs.set(id, controller);
      try {
        return await runJob({ def, deps, queue, clock, log: connection.log }, job, token, controller);
      } finally {
        if (runs.get(id) === controller) runs.delete(id);
      }
    },
    {
      connection: connection.redis,
      prefix: bullPrefix(connection.prefix),
      concurrency: concurrency ?? def.concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_MS,
      maxStalledCount: 1_000,
      maxStartedAttempts: def.retry.attempts + EXTRA_STARTS + 5,
      // BullMQ's own default would wait 15 s after a lost connection.
      runRetryDelay: 500,
      settings: { backoffStrategy: (attemptsMade, _type, err, job) => backoffOf(attemptsMade, err, job as KeyJob) },
    },
  );
  worker.on('error', (err) => log.debug({ err }, 'worker error'));
  worker.on('stalled', (id) => log.info({ job: id }, 'job of a dead worker taken back'));
  worker.on('lockRenewalFailed', (ids) => {
    for (const id of ids) runs.get(id)?.abort(new RunAborted('lock lost'));
  });

  const plant = (): Promise<void> => plantTick(queue, def);
  const stop = async ({ graceMs }: Readonly<{ graceMs: number }>): Promise<void> => {
    stopping = true;
    const closed = worker.close();
    const timer = setTimeout(() => {
      for (const run of runs.values()) run.abort(new RunAborted('stop'));
    }, graceMs);
    let last: NodeJS.Timeout | undefined;
    const overdue = new Promise<'overdue'>((resolve) => {
      last = setTimeout(resolve, graceMs + HAND_BACK_MS, 'overdue');
    });
    try {
      // Without Redis nothing can be handed back: what runs comes back from its lock, like that of a killed worker.
      if ((await Promise.race([closed, overdue])) === 'overdue') {
        log.warn({ running: runs.size }, 'worker not stopped in time');
        // Not awaited: the end of a connection that is reconnecting is never told.
        worker.getBackend().disconnect().catch(() => {});
      }
    } finally {
      clearTimeout(timer);
      clearTimeout(last);
      await queue.close();
    }
  };
  // Not awaited: a process that starts before its Redis must be able to say so.
  worker
    .waitUntilReady()
    .then(plant)
    .catch((err: unknown) => log.debug({ err }, 'tick not planted'));
  return { queue: def.name, running: () => runs.size, plant, stop, [Symbol.asyncDispose]: () => stop({ graceMs: 0 }) };
}
