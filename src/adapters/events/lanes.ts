import type { Redis } from 'ioredis';
import type { Delivery } from '../../core/event.js';
import type { PluginOutcome } from '../../core/ports/events.js';
import type { Lanes, Taken, Waiting } from '../../core/ports/lanes.js';
import { FINISH_SCRIPT, HAND_SCRIPT, HEAD_SCRIPT, POSTPONE_SCRIPT, RECORD_SCRIPT, SETTLE_SCRIPT, TAKE_SCRIPT } from './scripts.js';
import { headersOf } from './headers.js';
import { scriptOf } from './server.js';

/** How long handled deliveries stay for replay and pages, and how much of them. What waits is never dropped. */
export interface Retention {
  readonly keepMs: number;
  /** The same for deliveries with a dead pair. */
  readonly deadMs: number;
  readonly count: number;
  readonly bytes: number;
}

export const defaultRetention: Retention = { keepMs: 3 * 86_400_000, deadMs: 8 * 86_400_000, count: 20_000, bytes: 256 * 1024 * 1024 };

export interface LanesDeps {
  readonly redis: Redis;
  readonly prefix: string;
  readonly retention?: Retention;
}

const deliveryOf = (id: unknown, event: unknown, at: unknown, via: unknown, body: unknown, headers: unknown): Delivery => ({
  id: String(id),
  event: String(event),
  at: Number(at),
  via: via === 'recovered' ? 'recovered' : 'webhook',
  body: String(body),
  ...headersOf(String(headers)),
});

/** Pages show an error's first lines only. */
function told(outcome: PluginOutcome): string {
  return JSON.stringify({ ...outcome, error: outcome.error?.slice(0, 500) });
}

/** The work of deliveries, in Redis. */
export function createLanes({ redis, prefix, retention = defaultRetention }: LanesDeps): Lanes {
  const limits = JSON.stringify(retention);
  const take = scriptOf(redis, 'prowTake', TAKE_SCRIPT);
  const record = scriptOf(redis, 'prowRecord', RECORD_SCRIPT);
  const hand = scriptOf(redis, 'prowHand', HAND_SCRIPT);
  const finish = scriptOf(redis, 'prowFinish', FINISH_SCRIPT);
  const head = scriptOf(redis, 'prowHead', HEAD_SCRIPT);
  const postpone = scriptOf(redis, 'prowPostpone', POSTPONE_SCRIPT);
  const settle = scriptOf(redis, 'prowSettle', SETTLE_SCRIPT);
  return {
    async take(lane): Promise<Taken | undefined> {
      const found = (await take(prefix, lane)) as unknown[] | null;
      if (found === null) return undefined;
      const [id, event, at, via, body, taken, settled, busy, headers] = found;
      return { delivery: deliveryOf(id, event, at, via, body, headers), taken: Number(taken), settled: new Set(settled as string[]), busy: new Set(busy as string[]) };
    },
    async record(id, outcome) {
      await record(prefix, id, outcome.plugin, told(outcome));
    },
    async hand({ id, plugin, lane }, { failed, started, notBefore, outcome }) {
      await hand(prefix, id, plugin, lane, failed, notBefore, told(outcome), started);
    },
    async finish(lane, id, outcomes) {
      const worthKeeping = outcomes.filter(({ state, actions }) => state !== 'done' || actions.length > 0);
      return (await finish(prefix, limits, lane, id, ...worthKeeping.flatMap((outcome) => [outcome.plugin, told(outcome)]))) === 1;
    },
    async head(plugin, lane): Promise<Waiting | undefined> {
      const found = (await head(prefix, plugin, lane)) as unknown[] | null;
      if (found === null) return undefined;
      const [id, event, at, via, body, failed, started, notBefore, headers] = found;
      return { delivery: deliveryOf(id, event, at, via, body, headers), failed: Number(failed), started: Number(started), notBefore: Number(notBefore) };
    },
    async postpone({ id, plugin }, { failed, notBefore, outcome }) {
      await postpone(prefix, id, plugin, failed, notBefore, told(outcome));
    },
    async settle({ id, plugin, lane }, outcome) {
      return (await settle(prefix, limits, id, plugin, lane, told(outcome), outcome.state === 'dead' ? '1' : '0')) === 1;
    },
    async pending() {
      const [lanes, backlogs] = await Promise.all([redis.zrange(`${prefix}:lanes`, 0, -1), redis.zrange(`${prefix}:backlogs`, 0, -1)]);
      return {
        lanes,
        backlogs: backlogs.map((entry) => {
          const [plugin = '', ...lane] = entry.split(' ');
          return { plugin, lane: lane.join(' ') };
        }),
      };
    },
  };
}
