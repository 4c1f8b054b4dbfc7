import { NotYet } from '../../src/core/errors.js';
import type { Delivery } from '../../src/core/event.js';
import type { Waiting } from '../../src/core/ports/lanes.js';
import type { Outcome } from '../../src/core/queue.js';
import { attempt, decideNext, outcomeOf, type Attempt } from './attempt.js';
import { announce, tellGaveUp } from './handled.js';
import type { Backlog, PairDeps } from './pairs.js';

/** A job goes on with the next delivery for so long, then makes room for others. */
export const BUDGET_MS = 30_000;
/** A pair over which workers died this often is dead. */
const MAX_DEATHS = 25;

async function bury(pair: Readonly<{ delivery: Delivery } & Backlog>, failed: Exclude<Attempt, { kind: 'done' }>, { lanes, dead, log, ...deps }: PairDeps, signal: AbortSignal): Promise<boolean> {
  const { delivery, plugin, lane } = pair;
  log.error({ err: failed.error, plugin, lane, delivery: delivery.id }, 'plugin gave up on a delivery');
  // The dead letter first: a crash in between runs the pair once more, and never forgets it.
  await dead.add({ id: delivery.id, plugin, lane, error: failed.error.message.slice(0, 500) });
  const handled = await lanes.settle({ id: delivery.id, plugin, lane }, outcomeOf(plugin, failed, 'dead'));
  await tellGaveUp(plugin, delivery, { ...deps, log, signal });
  return handled;
}

/** Runs the first of the backlog; returns when to look again if it must wait. */
async function advance({ plugin, lane }: Backlog, first: Waiting, limitMs: number, deps: PairDeps, signal: AbortSignal): Promise<number | undefined> {
  const { lanes, clock } = deps;
  const { delivery, failed, started } = first;
  const deadly = started - failed > MAX_DEATHS;
  const ended: Attempt =
    deadly
      ? { kind: 'failed', error: new Error(`started ${started} times without coming to an end`), ms: 0 }
      : await attempt(plugin, delivery, { limitMs, attempt: Math.max(started, 1) }, { ...deps, signal });
  let handled: boolean;
  if (ended.kind === 'done') {
    handled = await lanes.settle({ id: delivery.id, plugin, lane }, outcomeOf(plugin, ended, 'done'));
  } else {
    const next = deadly ? ({ kind: 'dead' } as const) : decideNext(ended, failed + 1, clock.now());
    if (next.kind === 'retry') {
      if (ended.error instanceof NotYet) deps.log.debug({ plugin, lane, delivery: delivery.id, why: ended.error.message }, 'plugin waits');
      else deps.log.warn({ err: ended.error, plugin, lane, delivery: delivery.id, failed: next.failed }, 'plugin failed, tried again later');
      await lanes.postpone({ id: delivery.id, plugin, lane }, { ...next, outcome: outcomeOf(plugin, ended, 'retrying') });
      return next.notBefore;
    }
    handled = await bury({ delivery, plugin, lane }, ended, deps, signal);
  }
  await announce(delivery, handled, deps);
  return undefined;
}

/** Takes a backlog's deliveries in order until it is empty, must wait, or has had its time; one run may take `limitMs`. */
export async function drain(backlog: Backlog, limitMs: number, deps: PairDeps, signal: AbortSignal): Promise<Outcome> {
  const until = deps.clock.now() + BUDGET_MS;
  for (;;) {
    signal.throwIfAborted();
    const first = await deps.lanes.head(backlog.plugin, backlog.lane);
    if (first === undefined) return undefined;
    if (first.notBefore > deps.clock.now()) return { lookAgainAt: first.notBefore };
    const lookAgainAt = await advance(backlog, first, limitMs, deps, signal);
    if (lookAgainAt !== undefined) return { lookAgainAt };
    if (deps.clock.now() >= until) return { lookAgainAt: deps.clock.now() };
  }
}
