import type { Redis } from 'ioredis';
import type { Feed, FeedItem } from '../core/ports/feed.js';
import type { Log } from '../core/ports/log.js';

export interface FeedDeps {
  readonly redis: Redis;
  readonly prefix: string;
  readonly log: Log;
}

/** Items that a slow reader may fall behind; older ones are dropped. */
const MAX_BEHIND = 500;

function itemOf(json: string): FeedItem | undefined {
  try {
    return JSON.parse(json) as FeedItem;
  } catch {
    return undefined;
  }
}

/** Live news between processes through Redis pub/sub; one subscribing connection a process, opened with the first reader. */
export function createFeed({ redis, prefix, log }: FeedDeps): Feed & AsyncDisposable {
  const channel = `${prefix}:feed`;
  const readers = new Set<(item: FeedItem) => void>();
  let subscriber: Redis | undefined;

  const listen = (): void => {
    if (subscriber !== undefined) return;
    subscriber = redis.duplicate({ enableOfflineQueue: true, maxRetriesPerRequest: null });
    subscriber.on('error', (err) => log.debug({ err }, 'feed connection failed'));
    subscriber.on('message', (_channel, json) => {
      const item = itemOf(json);
      if (item !== undefined) for (const read of readers) read(item);
    });
    subscriber.subscribe(channel).catch((err: unknown) => log.debug({ err }, 'feed not subscribed'));
  };

  return {
    publish(item) {
      if (redis.status === 'ready') redis.publish(channel, JSON.stringify(item)).catch((err: unknown) => log.debug({ err }, 'news not published'));
    },

    async *subscribe({ signal }) {
      const queue: FeedItem[] = [];
      let wake = (): void => {};
      const read = (item: FeedItem): void => {
        queue.push(item);
        if (queue.length > MAX_BEHIND) queue.shift();
        wake();
      };
      const onAbort = (): void => wake();
      readers.add(read);
      signal.addEventListener('abort', onAbort);
      listen();
      try {
        while (!signal.aborted) {
          const next = queue.shift();
          if (next !== undefined) yield next;
          else await new Promise<void>((resolve) => (wake = resolve));
        }
      } finally {
        readers.delete(read);
        signal.removeEventListener('abort', onAbort);
      }
    },

    async [Symbol.asyncDispose]() {
      subscriber?.disconnect();
    },
  };
}
