import { z } from 'zod';
import type { PluginOutcome } from '../src/core/ports/events.js';
import type { Taken } from '../src/core/ports/lanes.js';
import { NotYet } from '../src/core/errors.js';
import { isExternal } from '../src/core/external.js';
import { defineQueue, type Adder } from '../src/core/queue.js';
import { attempt, decideNext, outcomeOf } from './shared/attempt.js';
import { announce, poke, tellGaveUp } from './shared/handled.js';
import type { Backlog, PairDeps } from './shared/pairs.js';

export interface EventDeps extends PairDeps {
  readonly backlog: Pick<Adder<Backlog>, 'add'>;
  /** The same for external plugins: these never run in the lane's own job. */
  readonly external: Pick<Adder<Backlog>, 'add'>;
  /** A plugin that has not finished after this long goes on in its own queue, and the lane goes on without it. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 5_000;
/** A job goes on with its lane for so long, then makes room for others. */
const BUDGET_MS = 20_000;
/** When workers died over a delivery this often, each plugin goes on in its own queue, where the one that kills is found. */
const MAX_TAKEN = 5;

/** Appends the delivery to the plugin's backlog of the lane and wakes that. */
async function handOver(lane: string, { delivery }: Taken, outcome: PluginOutcome, wait: Readonly<{ failed: number; started: number; notBefore: number }>, { lanes, backlog, external, clock }: EventDeps): Promise<void> {
  await lanes.hand({ id: delivery.id, plugin: outcome.plugin, lane }, { ...wait, outcome });
  const delayMs = Math.max(wait.notBefore - clock.now(), 0);
  await (isExternal(outcome.plugin) ? external : backlog).add({ plugin: outcome.plugin, lane }, { delayMs });
}

/** One plugin's part in the lane's first delivery; its outcome when it finished. */
async function part(plugin: string, lane: string, taken: Taken, deps: EventDeps, signal: AbortSignal): Promise<PluginOutcome | undefined> {
  const { lanes, clock, log, patienceMs = PATIENCE_MS } = deps;
  const { delivery } = taken;
  if (isExternal(plugin)) {
    await handOver(lane, taken, { plugin, state: 'waiting', actions: [], error: undefined, ms: 0 }, { failed: 0, started: 0, notBefore: 0 }, deps);
    return undefined;
  }
  if (taken.busy.has(plugin) || taken.taken > MAX_TAKEN) {
    await handOver(lane, taken, { plugin, state: 'retrying', actions: [], error: undefined, ms: 0 }, { failed: 0, started: taken.taken - 1, notBefore: 0 }, deps);
    return undefined;
  }
  const ended = await attempt(plugin, delivery, { limitMs: patienceMs, attempt: taken.taken }, { ...deps, signal });
  switch (ended.kind) {
    case 'done': {
      const outcome = outcomeOf(plugin, ended, 'done');
      // Written at once, so that a worker that dies over another plugin does not repeat what this one did.
      if (ended.actions.length > 0) await lanes.record(delivery.id, outcome);
      return outcome;
    }
    case 'late':
      await handOver(lane, taken, outcomeOf(plugin, ended, 'retrying'), { failed: 0, started: taken.taken, notBefore: 0 }, deps);
      return undefined;
    case 'failed': {
      const next = decideNext(ended, 1, clock.now());
      const early = ended.error instanceof NotYet;
      if (early) log.debug({ plugin, lane, delivery: delivery.id, why: ended.error.message }, 'plugin waits');
      else log.warn({ err: ended.error, plugin, lane, delivery: delivery.id, next: next.kind }, 'plugin failed');
      if (next.kind === 'retry') {
        // What waits has done nothing yet: it is a first start when its time comes.
        await handOver(lane, taken, outcomeOf(plugin, ended, 'retrying'), { ...next, started: early ? taken.taken - 1 : taken.taken }, deps);
        return undefined;
      }
      const dead = outcomeOf(plugin, ended, 'dead');
      await deps.dead.add({ id: delivery.id, plugin, lane, error: ended.error.message.slice(0, 500) });
      await lanes.settle({ id: delivery.id, plugin, lane }, dead);
      await tellGaveUp(plugin, delivery, { ...deps, signal });
      return dead;
    }
  }
}

/** A lane takes its deliveries in order; all plugins of a delivery run at once, and none holds up the lane. */
export const eventQueue = defineQueue<Readonly<{ lane: string }>, EventDeps>({
  name: 'event',
  payload: z.strictObject({ lane: z.string() }),
  dedupe: ({ lane }) => lane,
  retry: { attempts: 20, backoffMs: 200, maxBackoffMs: 30_000 },
  concurrency: 25,
  timeoutMs: 60_000,
  async process({ lane }, deps, { signal }) {
    const { lanes, handling, clock } = deps;
    const until = clock.now() + BUDGET_MS;
    for (;;) {
      signal.throwIfAborted();
      const taken = await lanes.take(lane);
      if (taken === undefined) return undefined;
      const { delivery } = taken;
      if (taken.taken === 1) await poke(delivery, deps);
      const plugins = (await handling.pluginsFor(delivery)).filter((plugin) => !taken.settled.has(plugin));
      const ended = await Promise.allSettled(plugins.map((plugin) => part(plugin, lane, taken, deps, signal)));
      for (const result of ended) if (result.status === 'rejected') throw result.reason;
      const outcomes = ended.flatMap((result) => (result.status === 'fulfilled' && result.value ? [result.value] : []));
      await announce(delivery, await lanes.finish(lane, delivery.id, outcomes), deps);
      if (clock.now() >= until) return { lookAgainAt: clock.now() };
    }
  },
});
