import { LRUCache } from 'lru-cache';
import type { Storage } from '../../core/ports/storage.js';
import { EVERY, indexLog, readLines, type LogIndex } from './logIndex.js';

/** Part of a log. */
export interface LogWindow {
  /** Number (from 0) of the first line; undefined while the lines are still being counted: then these are the last ones. */
  readonly from: number | undefined;
  readonly lines: readonly string[];
  readonly bytes: number;
  /** All lines, once they are counted. */
  readonly total: number | undefined;
  readonly failing: readonly number[];
  readonly failures: number;
}

/** Lines from one on; without `from` the last ones. */
export interface WindowQuery {
  readonly from: number | undefined;
  readonly wanted: number;
  readonly signal: AbortSignal;
}

/** Logs in storage, a part at a time. */
export interface StoredLogs {
  /** Undefined when there is no such file. */
  window(at: string, query: WindowQuery): Promise<LogWindow | undefined>;
}

/** A page does not wait longer for lines to be counted. */
const PATIENCE_MS = 1_500;
const TAIL_BYTES = 128 * 1024;
/** Counting goes on after the page was sent, but not for ever. */
const COUNT_MS = 120_000;

/** Opens them. A log that is stored does not change, so its lines are counted once as long as it is remembered. */
export function openStoredLogs({ storage }: Readonly<{ storage: Pick<Storage, 'stat' | 'stream'> }>): StoredLogs {
  const known = new LRUCache<string, Promise<LogIndex>>({ max: 500 });
  const indexOf = (at: string, generation: string): Promise<LogIndex> => {
    const key = `${at} ${generation}`;
    const before = known.get(key);
    if (before) return before;
    // Several may wait for it, so it belongs to none of them.
    const made = indexLog(storage.stream(at, { signal: AbortSignal.timeout(COUNT_MS) }));
    known.set(key, made);
    made.catch(() => { if (known.peek(key) === made) known.delete(key); });
    return made;
  };
  return {
    async window(at, { from, wanted, signal }) {
      const file = await storage.stat(at, { signal });
      if (!file) return undefined;
      const index = await within(PATIENCE_MS, indexOf(at, `${file.size} ${file.updatedAt}`));
      if (!index) {
        const start = Math.max(0, file.size - TAIL_BYTES);
        const lines = await readLines(storage.stream(at, { signal, start }), { skip: start === 0 ? 0 : 1, wanted: Number.POSITIVE_INFINITY });
        return { from: undefined, lines: lines.slice(-wanted), bytes: file.size, total: undefined, failing: [], failures: 0 };
      }
      const first = from === undefined ? Math.max(0, index.lines - wanted) : Math.min(Math.max(0, from), Math.max(0, index.lines - 1));
      const mark = Math.floor(first / EVERY);
      const lines = index.lines === 0 ? [] : await readLines(storage.stream(at, { signal, start: index.offsets[mark] ?? 0 }), { skip: first - mark * EVERY, wanted });
      return { from: first, lines, bytes: index.bytes, total: index.lines, failing: index.failing, failures: index.failures };
    },
  };
}

/** The work's outcome, or undefined once it takes too long. */
async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => { timer = setTimeout(() => { resolve(undefined); }, ms); });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
