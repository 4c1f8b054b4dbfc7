import { setTimeout as after } from 'node:timers/promises';
import type { Probot } from 'probot';
import { NotYet } from '../core/errors.js';
import type { Delivery } from '../core/event.js';
import type { Clock } from '../core/ports/clock.js';
import type { Handling } from '../core/ports/handling.js';

export interface AppDeps {
  /** What `createHandling` gives. */
  readonly handling: Pick<Handling, 'pluginsFor' | 'run'>;
  readonly clock: Clock;
  /** A handler that takes longer is told to stop. */
  readonly timeoutMs?: number;
}

/** Runs a plugin; one that is too early waits here, since nothing else would remember it. */
async function runInTime(plugin: string, delivery: Delivery, signal: AbortSignal, { handling, clock }: Pick<AppDeps, 'handling' | 'clock'>): Promise<void> {
  for (;;) {
    try {
      await handling.run(plugin, delivery, { signal, attempt: 1 });
      return;
    } catch (error) {
      if (!(error instanceof NotYet)) throw error;
      await after(Math.max(error.until - clock.now(), 0), undefined, { signal });
    }
  }
}

/**
 * The plugins as a plain Probot app, for somebody's own Probot: `createProbot().load(probotApp({ handling, clock }))`. All plugins
 * of an event run at once; what fails is thrown, so that Probot reports it. Nothing is stored and nothing is tried again: that is
 * what `prow serve` adds.
 */
export function probotApp({ handling, clock, timeoutMs = 60_000 }: AppDeps): (app: Pick<Probot, 'onAny'>) => void {
  return (app) => {
    app.onAny(async ({ id, name, payload }) => {
      const delivery: Delivery = { id, event: name, at: clock.now(), via: 'webhook', body: JSON.stringify(payload) };
      const signal = AbortSignal.timeout(timeoutMs);
      const ended = await Promise.allSettled((await handling.pluginsFor(delivery)).map((plugin) => runInTime(plugin, delivery, signal, { handling, clock })));
      const errors: unknown[] = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
      if (errors.length > 0) throw new AggregateError(errors, `${errors.length} of ${ended.length} plugins failed`);
    });
  };
}
