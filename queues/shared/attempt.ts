import type { Delivery } from '../../src/core/event.js';
import type { PluginOutcome } from '../../src/core/ports/events.js';
import type { Handling } from '../../src/core/ports/handling.js';
import type { Clock } from '../../src/core/ports/clock.js';
import { NotYet, RemoteError } from '../../src/core/errors.js';
import { backoff, isFinal, toError } from '../../src/core/retry.js';

/** How one run of a plugin ended. `late`: it was aborted after its limit. */
export type Attempt = Readonly<
  | { kind: 'done'; actions: readonly string[]; ms: number }
  | { kind: 'failed'; error: Error; ms: number }
  | { kind: 'late'; error: Error; ms: number }
>;

/** A plugin that was aborted has this long to come to an end. */
const SETTLE_MS = 1_000;

export interface AttemptDeps {
  readonly handling: Handling;
  readonly clock: Clock;
  /** Of the job; when it is aborted, `attempt` throws its reason. */
  readonly signal: AbortSignal;
}

/** Runs a plugin for a delivery, no longer than `limitMs`. Throws only when the job itself is aborted. */
export async function attempt(plugin: string, delivery: Delivery, about: Readonly<{ limitMs: number; attempt: number }>, deps: AttemptDeps): Promise<Attempt> {
  const { handling, clock, signal } = deps;
  const start = clock.now();
  const late = new AbortController();
  const both = AbortSignal.any([signal, late.signal]);
  let given: NodeJS.Timeout | undefined;
  let settle: NodeJS.Timeout | undefined;
  try {
    const ended = new Promise<never>((_, reject) => {
      both.addEventListener('abort', () => (settle = setTimeout(() => reject(toError(both.reason)), SETTLE_MS)), { once: true });
      if (both.aborted) settle = setTimeout(() => reject(toError(both.reason)), SETTLE_MS);
    });
    ended.catch(() => {});
    given = setTimeout(() => late.abort(new Error(`no end after ${about.limitMs} ms`)), about.limitMs);
    const running = handling.run(plugin, delivery, { signal: both, attempt: about.attempt });
    running.catch(() => {}); // seen by the race, or abandoned
    const actions = await Promise.race([running, ended]);
    return { kind: 'done', actions, ms: clock.now() - start };
  } catch (thrown) {
    if (signal.aborted) throw toError(signal.reason);
    const ms = clock.now() - start;
    return late.signal.aborted ? { kind: 'late', error: toError(late.signal.reason), ms } : { kind: 'failed', error: toError(thrown), ms };
  } finally {
    clearTimeout(given);
    clearTimeout(settle);
  }
}

/** What becomes of a pair whose run failed. */
export type Next = Readonly<{ kind: 'dead' } | { kind: 'retry'; failed: number; notBefore: number }>;

/** Services come back: an hour. A plugin's own mistake hardly mends itself: half a minute. One that never ends: three times. */
const LIMITS = { remote: 20, own: 6, late: 3 } as const;
const RETRY = { backoffMs: 1_000, maxBackoffMs: 300_000 } as const;

/** Decides by class of the error and number of failed attempts, this one included. */
export function decideNext(attempt: Exclude<Attempt, { kind: 'done' }>, failed: number, now: number): Next {
  // It did not fail; that a plugin waits for ever shows in the number of its starts.
  if (attempt.error instanceof NotYet) return { kind: 'retry', failed: failed - 1, notBefore: Math.max(attempt.error.until, now) };
  const limit = attempt.kind === 'late' ? LIMITS.late : attempt.error instanceof RemoteError ? LIMITS.remote : LIMITS.own;
  if (isFinal(attempt.error) || failed >= limit) return { kind: 'dead' };
  return { kind: 'retry', failed, notBefore: now + backoff(failed, RETRY, attempt.error) };
}

/** How pages and the CLI show an attempt. */
export function outcomeOf(plugin: string, attempt: Attempt, state: PluginOutcome['state']): PluginOutcome {
  return {
    plugin,
    state,
    actions: attempt.kind === 'done' ? attempt.actions : [],
    error: attempt.kind === 'done' ? undefined : attempt.error.message,
    ms: attempt.ms,
  };
}
