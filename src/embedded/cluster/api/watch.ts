import { once } from 'node:events';
import type { Clock } from '../../../core/ports/clock.js';
import type { Format } from './format.js';
import { BACKLOG_LIMIT, flagOf, numberOf, type Call } from './http.js';
import { apiVersionOf, type Kind } from './kinds.js';
import type { Kobject } from './object.js';
import type { Match } from './selectors.js';
import { badRequest, expired, StatusError, tooLarge } from './status.js';
import type { Change, Entry, Store } from './store.js';
import { partial, tableOf } from './tables.js';

const DEFAULT_SECONDS = 1_800;

/** What a change is to a watcher who sees only what matches; undefined when it is none of its business. */
export function seen({ before, now, last, version }: Change, match: Match): { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly entry: Entry } | undefined {
  const was = before !== undefined && match(before.object);
  const is = now !== undefined && match(now.object);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', entry: now };
  if (!was) return undefined;
  if (!now) return { type: 'DELETED', entry: last };
  // It left the selection: to this watcher it ends as it was.
  const object: Kobject = { ...before.object, metadata: { ...before.object.metadata, resourceVersion: String(version) } };
  return { type: 'DELETED', entry: { object, json: JSON.stringify(object) } };
}

/**
 * Streams changes, one JSON document a line, in the order of their versions, until the time is over or the caller goes.
 * What is older than the history ends with an ERROR event that says 410, as from the API server's watch cache.
 */
export async function watch(
  call: Call,
  { kind, namespace, match = () => true, format }: { kind: Kind; namespace: string; match: Match | undefined; format: Format },
  { store, clock, bookmarkMs }: { store: Store; clock: Clock; bookmarkMs: number },
): Promise<void> {
  const { response, signal, url: { searchParams: query } } = call;
  const from = numberOf(query, 'resourceVersion');
  const initial = query.get('sendInitialEvents') === null ? undefined : flagOf(query, 'sendInitialEvents');
  const bookmarks = flagOf(query, 'allowWatchBookmarks');
  const seconds = numberOf(query, 'timeoutSeconds') || DEFAULT_SECONDS + Math.round(Math.random() * DEFAULT_SECONDS);
  if (initial !== undefined && query.get('resourceVersionMatch') !== 'NotOlderThan') throw badRequest('sendInitialEvents: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  if (initial === undefined && query.get('resourceVersionMatch')) throw badRequest('resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
  if (from !== undefined && from > store.version) throw tooLarge(from, store.version);

  const prefix = kind.namespaced && namespace ? `${namespace}/` : '';
  const table = tableOf(kind);
  let rows = 0;
  const shown = ({ object, json }: Entry): string => {
    if (format.kind === 'object') return json;
    if (format.kind === 'partial') return JSON.stringify(partial(object));
    const columnDefinitions = rows++ === 0 ? table.columns : null;
    return JSON.stringify({ kind: 'Table', apiVersion: format.apiVersion, metadata: { resourceVersion: object.metadata.resourceVersion }, columnDefinitions, rows: [table.row(object, format.include, clock.now())] });
  };
  const line = (type: string, json: string): void => {
    if (response.writableLength > BACKLOG_LIMIT) response.destroy();
    else response.write(`{"type":"${type}","object":${json}}\n`);
  };
  const bookmark = (version: number, annotations?: Readonly<Record<string, string>>): void => {
    const metadata = { resourceVersion: String(version), creationTimestamp: null, ...(annotations ? { annotations } : {}) };
    line('BOOKMARK', JSON.stringify(format.kind === 'table'
      ? { kind: 'Table', apiVersion: format.apiVersion, metadata: { resourceVersion: String(version) }, columnDefinitions: null, rows: annotations ? [{ cells: [], object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata } }] : [] }
      : { kind: format.kind === 'partial' ? 'PartialObjectMetadata' : kind.kind, apiVersion: format.kind === 'partial' ? 'meta.k8s.io/v1' : apiVersionOf(kind), metadata }));
  };
  const tell = (change: Change): void => {
    if (change.plural !== kind.plural || !change.key.startsWith(prefix)) return;
    const event = seen(change, match);
    if (event) line(event.type, shown(event.entry));
  };

  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private', 'transfer-encoding': 'chunked' });
  response.flushHeaders();
  if (initial === true || (initial === undefined && !from)) {
    for (const entry of store.all(kind.plural, prefix)) if (match(entry.object)) line('ADDED', shown(entry));
    if (initial === true && bookmarks) bookmark(store.version, { 'k8s.io/initial-events-end': 'true' });
  } else {
    try {
      for (const change of store.since(from ?? store.version, kind.plural)) tell(change);
    } catch (error) {
      line('ERROR', JSON.stringify((error instanceof StatusError ? error : expired(String(error))).toStatus()));
      response.end();
      return;
    }
  }
  const stop = store.watch(tell);
  const marker = bookmarks ? setInterval(() => { bookmark(store.version); }, bookmarkMs) : undefined;
  const timer = setTimeout(() => {
    if (bookmarks) bookmark(store.version);
    response.end();
  }, seconds * 1000);
  try {
    await once(response, 'close', { signal });
  } catch {
    response.end();
  } finally {
    stop();
    clearInterval(marker);
    clearTimeout(timer);
  }
}
