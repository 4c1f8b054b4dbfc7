import type { Redis } from 'ioredis';
import type { Delivery } from '../../core/event.js';
import type { EventStore, EventSummary, PluginOutcome } from '../../core/ports/events.js';
import { REPLAY_SCRIPT, STORE_SCRIPT } from './scripts.js';
import { headersOf } from './headers.js';
import { runIdOf, scriptOf } from './server.js';

/** Longer than GitHub remembers its deliveries, so that a walk of its list never finds a handled one unmarked. */
export const MARK_MS = 8 * 86_400_000;

export interface StoreDeps {
  /** A prompt client where somebody waits for the answer. */
  readonly redis: Redis;
  readonly prefix: string;
  /** Makes the id of a new epoch. */
  readonly uuid: () => string;
  /** Sees to it that the lane is looked at, with a priority as queues have it: 0 goes first. The delivery is stored by then: it must not throw, and the repair tick mends what it loses. */
  readonly wake: (lane: string, priority: number) => void;
}

/** So many lanes of an organisation wait like everybody's; BullMQ knows no priority above the other. */
const USUAL_LANES = 50;
const MAX_PRIORITY = 2_000_000;

/** An organisation with very many lanes that wait makes room for others: each further one goes behind as many of theirs. */
export function fairPriority(lanes: number): number {
  return lanes <= USUAL_LANES ? 0 : Math.min(lanes, MAX_PRIORITY);
}

/** The `action` of a body; undefined where there is none. */
function actionOf(body: string): string | undefined {
  try {
    const action = (JSON.parse(body) as { action?: unknown } | null)?.action;
    return typeof action === 'string' ? action : undefined;
  } catch {
    return undefined;
  }
}

const viaOf = (text: string | null | undefined): Delivery['via'] => (text === 'recovered' ? 'recovered' : 'webhook');

function outcomeOf(json: string): PluginOutcome | undefined {
  try {
    return JSON.parse(json) as PluginOutcome;
  } catch {
    return undefined;
  }
}

function summaryOf(id: string, d: readonly (string | null)[], o: Readonly<Record<string, string>>): EventSummary | undefined {
  const [event, action, at, via, lane] = d;
  if (event === null || event === undefined) return undefined;
  const plugins = Object.entries(o).flatMap(([field, json]) => (field.startsWith('p:') ? [outcomeOf(json)] : []));
  const handledAt = o.handledAt === undefined ? undefined : Number(o.handledAt);
  return {
    id,
    event,
    action: action === null || action === '' ? undefined : action,
    lane: lane ?? '',
    via: viaOf(via),
    at: Number(at),
    handledAt,
    state: handledAt !== undefined ? 'handled' : Number(o.dead ?? 0) > 0 ? 'dead' : 'waiting',
    plugins: plugins.flatMap((plugin) => (plugin && (plugin.actions.length > 0 || plugin.state !== 'done') ? [plugin] : [])),
  };
}

/** Where deliveries and their marks are kept (design decision 5). */
export function createEventStore({ redis, prefix, uuid, wake }: StoreDeps): EventStore {
  const runId = runIdOf(redis);
  const store = scriptOf(redis, 'prowStore', STORE_SCRIPT);
  const replay = scriptOf(redis, 'prowReplay', REPLAY_SCRIPT);
  return {
    async store(delivery, lane) {
      const { id, event, at, via, body, headers } = delivery;
      const [stored, , lanes] = (await store(prefix, await runId(), uuid(), id, event, actionOf(body) ?? '', at, via, lane, body, MARK_MS, headers ? JSON.stringify(headers) : '')) as [number, string, number?];
      if (stored !== 1) return 'duplicate';
      wake(lane, fairPriority(lanes ?? 0));
      return 'stored';
    },

    async find(id) {
      const [event, at, via, body, headers] = await redis.hmget(`${prefix}:d:${id}`, 'event', 'at', 'via', 'body', 'headers');
      if (event === null || event === undefined || body === null || body === undefined) return undefined;
      return { id, event, at: Number(at), via: viaOf(via), body, ...headersOf(headers) };
    },

    async unmarked(ids) {
      if (ids.length === 0) return [];
      const marks = await redis.mget(ids.map((id) => `${prefix}:m:${id}`));
      return ids.filter((_, n) => marks[n] === null);
    },

    async recent(limit) {
      const ids = await redis.zrevrange(`${prefix}:recent`, 0, limit - 1);
      const found = await Promise.all(
        ids.map(async (id) => {
          const [d, o] = await Promise.all([redis.hmget(`${prefix}:d:${id}`, 'event', 'action', 'at', 'via', 'lane'), redis.hgetall(`${prefix}:o:${id}`)]);
          return summaryOf(id, d, o);
        }),
      );
      return found.flatMap((summary) => summary ?? []);
    },

    async replay(id) {
      const lane = (await replay(prefix, id)) as string | null;
      if (lane === null) return false;
      if (lane !== '') wake(lane, 0);
      return true;
    },
  };
}
