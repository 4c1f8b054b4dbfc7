import { LRUCache } from 'lru-cache';

/** Results by key. Who asks for one that is being made waits for it; what failed is not kept. */
export interface SharedCache<T> {
  /** Throws what `make` throws, for all who wait; who waits for somebody that was aborted makes it anew. */
  get(key: string, signal: AbortSignal, make: () => Promise<T>): Promise<T>;
}

/** Keeps the `max` results that were used last; `evicted` is told the key of one that made room. */
export function createSharedCache<T extends object>(max: number, evicted: (key: string) => void = () => {}): SharedCache<T> {
  const known = new LRUCache<string, T>({ max, dispose: (_value, key, reason) => { if (reason === 'evict') evicted(key); } });
  const begun = new Map<string, Readonly<{ made: Promise<T>; signal: AbortSignal }>>();
  return {
    async get(key, signal, make) {
      for (;;) {
        const hit = known.get(key);
        if (hit) return hit;
        const other = begun.get(key);
        if (!other) break;
        try {
          return await other.made;
        } catch (error) {
          signal.throwIfAborted();
          if (!other.signal.aborted) throw error;
        }
      }
      const mine = { made: make(), signal };
      begun.set(key, mine);
      try {
        const value = await mine.made;
        known.set(key, value);
        return value;
      } finally {
        begun.delete(key);
      }
    },
  };
}
