import type { KubeObject } from '../../core/kube.js';
import type { Clock } from '../../core/ports/clock.js';
import type { Log } from '../../core/ports/log.js';
import type { KubeHttp } from './http.js';
import { statusOf } from './http.js';
import { listAll } from './list.js';
import type { Memory } from './memory.js';
import { pause } from './retry.js';

export interface Timings {
  /** For how long a watch is asked for; up to half as much again is added by chance, so that not all end at once. */
  readonly watchSeconds: number;
  /** A watch that says nothing for this long is opened anew: its connection may be dead. Bookmarks come about once a minute, but none where nothing happens. */
  readonly silenceMs: number;
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
}

export const usualTimings: Timings = { watchSeconds: 300, silenceMs: 150_000, firstDelayMs: 500, longestDelayMs: 30_000 };

export interface Reflecting<T extends KubeObject> {
  /** What it is, for logs. */
  readonly what: string;
  readonly http: KubeHttp;
  /** The list's path; when it changes (a namespace of the configuration), all is listed anew. */
  readonly path: () => string;
  readonly labelSelector?: string | undefined;
  readonly trim: (object: T) => T;
  readonly memory: Pick<Memory<T, string>, 'replaceAll' | 'put' | 'drop' | 'heard'>;
  /** Told after every success, and after every failure how many came in a row. */
  readonly onState: (state: 'well' | Readonly<{ failures: number; error: Error }>) => void;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  readonly timings: Timings;
  readonly log: Log;
}

/** How a watch ended: `moved` when the path changed, `gone` when its place in history is forgotten. */
type End = 'closed' | 'gone' | 'moved';

/** The server ended a watch by an ERROR event. */
class WatchError extends Error {
  override readonly name = 'WatchError';
}

/**
 * Keeps a memory equal to a list of the API server until the signal aborts: list, then watch from there. A watch that ends is
 * continued where it was; after 410 Gone, or any refusal that says that the place cannot be used, all is listed again. Failures are
 * tried again without end, 0.5 s doubling up to 30 s with jitter, so a cluster that is down costs next to nothing. Never throws.
 */
export async function reflect<T extends KubeObject>(reflecting: Reflecting<T>, signal: AbortSignal): Promise<void> {
  const { what, memory, clock, random, timings, log } = reflecting;
  let place: Place | undefined;
  let failures = 0;
  while (!signal.aborted) {
    const begun = clock.now();
    try {
      if (place === undefined) {
        const path = reflecting.path();
        const { items, resourceVersion } = await listAll(reflecting.http, { path, labelSelector: reflecting.labelSelector, signal }, reflecting.trim);
        memory.replaceAll(items);
        memory.heard(clock.now());
        place = { path, version: resourceVersion, events: 0 };
        log.debug({ what, objects: items.length }, 'listed Kubernetes objects');
      }
      const before: number = place.events;
      const end = await watch(reflecting, place, signal, () => { failures = 0; reflecting.onState('well'); });
      // A server that ends every watch at once must not be asked without pause.
      if (end === 'closed' && place.events === before && clock.now() - begun < timings.firstDelayMs) failures++;
      if (end === 'gone' && clock.now() - begun < timings.firstDelayMs) failures++;
      if (end !== 'closed') {
        if (end === 'gone') log.info({ what }, 'the watch is too old, listing anew');
        place = undefined;
      }
    } catch (thrown) {
      if (signal.aborted) return;
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      const status = statusOf(error);
      if (error instanceof WatchError || (status !== undefined && status < 500 && status !== 429)) place = undefined;
      failures++;
      reflecting.onState({ failures, error });
      log[failures === 3 ? 'warn' : 'debug']({ err: error, what, failures }, 'Kubernetes objects cannot be watched, trying on');
    }
    if (failures > 0) {
      const delay = Math.min(timings.firstDelayMs * 2 ** Math.min(failures - 1, 20), timings.longestDelayMs);
      await pause(delay * (0.5 + random()), signal).catch(() => undefined);
    }
  }
}

/** Where in the list's history the memory is. */
interface Place {
  readonly path: string;
  version: string;
  events: number;
}

async function watch<T extends KubeObject>({ http, path, labelSelector, trim, memory, clock, random, timings }: Reflecting<T>, place: Place, signal: AbortSignal, opened: () => void): Promise<End> {
  const stopped = new AbortController();
  const stop = () => { stopped.abort(signal.reason); };
  signal.addEventListener('abort', stop, { once: true });
  let silent = false;
  const timer = setTimeout(() => { silent = true; stopped.abort(new Error('silent')); }, timings.silenceMs);
  try {
    if (signal.aborted) stop();
    const timeoutSeconds = Math.ceil(timings.watchSeconds * (1 + random() / 2));
    const body = await http.stream({ path: place.path, query: { labelSelector, watch: true, allowWatchBookmarks: true, resourceVersion: place.version, timeoutSeconds }, signal: stopped.signal });
    opened();
    for await (const line of lines(body)) {
      timer.refresh();
      memory.heard(clock.now());
      const { type, object } = JSON.parse(line) as { type: string; object: T & { code?: number; reason?: string; message?: string } };
      if (type === 'ERROR') {
        if (object.code === 410 || object.reason === 'Expired' || object.reason === 'Gone') return 'gone';
        throw new WatchError(object.message ?? `the watch ended with status ${object.code}`);
      }
      place.version = object.metadata.resourceVersion ?? place.version;
      if (type === 'BOOKMARK') {
        if (path() !== place.path) return 'moved';
        continue;
      }
      place.events++;
      if (type === 'DELETED') memory.drop(trim(object));
      else if (type === 'ADDED' || type === 'MODIFIED') memory.put(trim(object));
    }
    return path() === place.path ? 'closed' : 'moved';
  } catch (error) {
    if (silent) return path() === place.path ? 'closed' : 'moved';
    if (statusOf(error) === 410) return 'gone';
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    stopped.abort();
  }
}

/** Lines of a stream of bytes; the last one only when it is ended. */
async function* lines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  for await (const chunk of body) {
    const pieces = decoder.decode(chunk, { stream: true }).split('\n');
    for (const [at, piece] of pieces.entries()) {
      parts.push(piece);
      if (at === pieces.length - 1) break;
      const line = parts.join('');
      parts = [];
      if (line.trim() !== '') yield line;
    }
  }
}
