import { z } from 'zod';
import type { Delivery } from '../src/core/event.js';
import type { Waiting } from '../src/core/ports/lanes.js';
import { NotYet } from '../src/core/errors.js';
import { defineQueue } from '../src/core/queue.js';
import { attempt, decideNext, outcomeOf, type Attempt } from './shared/attempt.js';
import { announce } from './shared/handled.js';
import type { Backlog, PairDeps } from './shared/pairs.js';

/** One run of a plugin may take so long here. */
const RUN_MS = 600_000;
/** A job goes on with the next delivery for so long, then makes room for others. */
const BUDGET_MS = 30_000;
/** A pair over which workers died this often is dead. */
const MAX_DEATHS = 25;

async function bury(pair: Readonly<{ delivery: Delivery } & Backlog>, failed: Exclude<Attempt, { kind: 'done' }>, { lanes, dead, log }: PairDeps): Promise<boolean> {
  const { delivery, plugin, lane } = pair;
  log.error({ err: failed.error, plugin, lane, delivery: delivery.id }, 'plugin gave up on a delivery');
  // The dead letter first: a crash in between runs the pair once more, and never forgets it.
  await dead.add({ id: delivery.id, plugin, lane, error: failed.error.message.slice(0, 500) });
  return lanes.settle({ id: delivery.id, plugin, lane }, outcomeOf(plugin, failed, 'dead'));
}

/** Runs the first of the backlog; returns when to look again if it must wait. */
async function advance({ plugin, lane }: Backlog, first: Waiting, deps: PairDeps, signal: AbortSignal): Promise<number | undefined> {
  const { lanes, clock } = deps;
  const { delivery, failed, started } = first;
  const deadly = started - failed > MAX_DEATHS;
  const ended: Attempt =
    deadly
      ? { kind: 'failed', error: new Error(`started ${started} times without coming to an end`), ms: 0 }
      : await attempt(plugin, delivery, { limitMs: RUN_MS, attempt: Math.max(started, 1) }, { ...deps, signal });
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
    handled = await bury({ delivery, plugin, lane }, ended, deps);
  }
  await announce(delivery, handled, deps);
  return undefined;
}

/**
 * A plugin's own backlog in a lane: what failed or took long there, and everything that came to the lane since. In order;
 * its failed attempts are counted per delivery, so that a new event neither shortens nor prolongs a wait.
 */
export const pluginQueue = defineQueue<Backlog, PairDeps>({
  name: 'plugin',
  payload: z.strictObject({ plugin: z.string(), lane: z.string() }),
  dedupe: ({ plugin, lane }) => `${plugin} ${lane}`,
  retry: { attempts: 20, backoffMs: 500, maxBackoffMs: 30_000 },
  concurrency: 25,
  timeoutMs: RUN_MS + BUDGET_MS + 30_000,
  async process(backlog, deps, { signal }) {
    const until = deps.clock.now() + BUDGET_MS;
    for (;;) {
      signal.throwIfAborted();
      const first = await deps.lanes.head(backlog.plugin, backlog.lane);
      if (first === undefined) return undefined;
      if (first.notBefore > deps.clock.now()) return { lookAgainAt: first.notBefore };
      const lookAgainAt = await advance(backlog, first, deps, signal);
      if (lookAgainAt !== undefined) return { lookAgainAt };
      if (deps.clock.now() >= until) return { lookAgainAt: deps.clock.now() };
    }
  },
});
