import { UnrecoverableError, WaitingError } from 'bullmq';
import type { Clock } from '../../core/ports/clock.js';
import type { Log } from '../../core/ports/log.js';
import type { QueueDef } from '../../core/queue.js';
import { isFinal, toError } from '../../core/retry.js';
import { addKey, type KeyQueue } from './adder.js';
import { EXTRA_STARTS, timerOptions, type KeyJob } from './jobs.js';

/** Why a run was aborted; the run's signal carries it as its reason. */
export class RunAborted extends Error {
  override readonly name = 'RunAborted';
  readonly why: 'lock lost' | 'timeout' | 'stop';
  constructor(why: RunAborted['why']) {
    super(`the run was aborted: ${why}`);
    this.why = why;
  }
}

/** A processor that ignores its signal is left alone after this long. */
const SETTLE_MS = 2_000;

export interface RunDeps<P, D> {
  readonly def: QueueDef<P, D>;
  readonly deps: D;
  readonly queue: KeyQueue;
  readonly clock: Clock;
  readonly log: Log;
}

/** Resolves once a signal is aborted and then some time has passed. */
function afterAbort(signal: AbortSignal, ms: number): { readonly done: Promise<void>; cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  let onAbort = (): void => {};
  const done = new Promise<void>((resolve) => {
    onAbort = () => {
      timer = setTimeout(resolve, ms);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  return {
    done,
    cancel() {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    },
  };
}

/** Runs the processor until it is finished, or was aborted and has not come to an end soon afterwards. */
async function processed<P, D>({ def, deps }: RunDeps<P, D>, payload: P, job: KeyJob, controller: AbortController): Promise<number | undefined> {
  const { signal } = controller;
  const timeout = setTimeout(() => controller.abort(new RunAborted('timeout')), def.timeoutMs);
  const abandoned = afterAbort(signal, SETTLE_MS);
  try {
    const running = def.process(payload, deps, { signal, attempt: job.attemptsMade + 1 });
    running.catch(() => {}); // seen by the race, or abandoned
    const outcome = await Promise.race([running, abandoned.done.then(() => Promise.reject(toError(signal.reason)))]);
    return outcome?.lookAgainAt;
  } catch (thrown) {
    throw signal.aborted ? toError(signal.reason) : thrown;
  } finally {
    clearTimeout(timeout);
    abandoned.cancel();
  }
}

/** What the worker does with one job. An error fails the attempt; `WaitingError` tells BullMQ that the job was handed back. */
export async function runJob<P, D>(run: RunDeps<P, D>, job: KeyJob, token: string | undefined, controller: AbortController): Promise<void> {
  const { def, deps, queue, clock } = run;
  const log = run.log.child({ queue: def.name, job: job.id });
  const parsed = def.payload.safeParse(job.data);
  if (!parsed.success) {
    log.error({ err: parsed.error, data: job.data }, 'job has a bad payload');
    throw new UnrecoverableError(`bad payload: ${parsed.error.message}`);
  }
  const payload = parsed.data;
  if (job.name === 'timer' || job.name === 'tick') return addKey(queue, def, payload, { priority: job.opts.priority ?? 0 });

  const key = def.dedupe(payload);
  try {
    if (job.attemptsStarted > def.retry.attempts + EXTRA_STARTS) throw new UnrecoverableError(`started ${job.attemptsStarted} times without coming to an end`);
    const lookAgainAt = await processed(run, payload, job, controller);
    if (lookAgainAt !== undefined) await queue.add('timer', payload, timerOptions(key, 'timer', lookAgainAt - clock.now(), job.opts.priority));
  } catch (thrown) {
    const error = toError(thrown);
    if (error instanceof RunAborted && error.why === 'stop') {
      await job.moveToWait(token);
      log.info({ key }, 'run handed back');
      throw new WaitingError();
    }
    const last = error instanceof UnrecoverableError || isFinal(error) || job.attemptsMade + 1 >= def.retry.attempts;
    log.warn({ err: error, key, attempt: job.attemptsMade + 1, last }, 'run failed');
    if (!last) throw error;
    if (!(error instanceof RunAborted && error.why === 'lock lost')) await def.exhausted?.(payload, deps, error);
    throw error instanceof UnrecoverableError ? error : Object.assign(new UnrecoverableError(error.message), { cause: error });
  }
}
