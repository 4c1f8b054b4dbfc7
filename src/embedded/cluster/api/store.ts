import type { Journal } from './journal.js';
import type { Kobject } from './object.js';
import { expired } from './status.js';

/** A stored object and its JSON, made once. */
export interface Entry { readonly object: Kobject; readonly json: string }

/** What happened to an object. `now` is absent when it is gone; then `last` is its last state, with the version of its end. */
export interface Change {
  readonly version: number;
  readonly plural: string;
  readonly key: string;
  readonly before: Entry | undefined;
  readonly now: Entry | undefined;
  readonly last: Entry;
}

export interface Page { readonly entries: readonly Entry[]; readonly version: number; readonly next: string | undefined; readonly remaining: number }

/**
 * All objects of the cluster in memory, in the order of their keys (`namespace/name`), with a bounded history of changes from which watches are
 * served and older lists are rebuilt. A write is in the journal before it is seen.
 */
export interface Store {
  readonly version: number;
  /** The first version whose successor is still remembered. */
  readonly oldest: number;
  get(plural: string, key: string): Entry | undefined;
  /** All of a kind under a prefix of the key, e.g. `default/`. */
  all(plural: string, prefix: string): readonly Entry[];
  /** As of a version, from after a key; the history must reach back so far (410). */
  page(plural: string, prefix: string, about: { readonly match: ((object: Kobject) => boolean) | undefined; readonly limit: number; readonly after: string | undefined; readonly version: number | undefined }): Page;
  /** Stores what `make` returns for the version that the write gets. */
  put(plural: string, key: string, make: (version: string) => Kobject): Kobject;
  /** Removes an object; answers its last state. */
  remove(plural: string, key: string): Kobject;
  /** Changes after a version, oldest first. Throws 410 when they are forgotten. */
  since(version: number, plural: string): readonly Change[];
  /** Forgets the history, as after a compaction: versions and pages of before are answered with 410. */
  forget(): void;
  /** Calls with every change from now on, in order; answers how to stop. */
  watch(listener: (change: Change) => void): () => void;
}

/** One kind's entries with their keys in order. */
interface Shelf { readonly entries: Map<string, Entry>; readonly keys: string[] }

/** The first place whose key is not before `key`. */
function placeOf(keys: readonly string[], key: string): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Opens the store over what the journal remembers. `historySize`: how many changes are kept for watches. */
export async function openStore({ journal, historySize }: { journal: Journal; historySize: number }): Promise<Store> {
  const shelves = new Map<string, Shelf>();
  const listeners = new Set<(change: Change) => void>();
  let history: Change[] = [];
  let version = 0;
  let oldest = 0;

  const shelfOf = (plural: string): Shelf => {
    const found = shelves.get(plural);
    if (found) return found;
    const made: Shelf = { entries: new Map(), keys: [] };
    shelves.set(plural, made);
    return made;
  };
  const apply = (change: Change): void => {
    const { entries, keys } = shelfOf(change.plural);
    if (change.now) {
      if (!entries.has(change.key)) keys.splice(placeOf(keys, change.key), 0, change.key);
      entries.set(change.key, change.now);
    } else if (entries.delete(change.key)) keys.splice(placeOf(keys, change.key), 1);
    version = change.version;
    history.push(change);
    // Cut in halves: cutting one by one would move the whole list each time.
    if (history.length > historySize * 2) {
      history = history.slice(-historySize);
      oldest = (history[0]?.version ?? 1) - 1;
    }
  };
  for await (const record of journal.read()) {
    if (record.kind === 'base') { version = record.version; oldest = record.version; continue; }
    const entry: Entry = { object: record.object, json: JSON.stringify(record.object) };
    const before = shelfOf(record.plural).entries.get(record.key);
    if (record.kind === 'snapshot') {
      // The snapshot is written in order of its keys, so there is nothing to look for.
      shelfOf(record.plural).entries.set(record.key, entry);
      shelfOf(record.plural).keys.push(record.key);
    } else apply({ version: record.version, plural: record.plural, key: record.key, before, now: record.kind === 'put' ? entry : undefined, last: entry });
  }
  for (const { keys } of shelves.values()) keys.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const everything = function* (): Generator<{ plural: string; key: string; json: string }> {
    for (const [plural, { keys, entries }] of shelves) for (const key of keys) yield { plural, key, json: entries.get(key)?.json ?? 'null' };
  };

  const commit = (change: Change): void => {
    journal.append({ version: change.version, plural: change.plural, key: change.key, kind: change.now ? 'put' : 'remove', json: change.last.json });
    apply(change);
    for (const listener of listeners) listener(change);
    journal.compactIfDue(version, everything);
  };
  const firstAfter = (wanted: number): number => {
    let [low, high] = [0, history.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((history[middle]?.version ?? 0) <= wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const since = (wanted: number, plural: string): readonly Change[] => {
    if (wanted < oldest) throw expired(`too old resource version: ${String(wanted)} (${String(oldest)})`);
    return history.slice(firstAfter(wanted)).filter((change) => change.plural === plural);
  };
  const all = (plural: string, prefix: string): readonly Entry[] => {
    const { keys, entries } = shelfOf(plural);
    const found: Entry[] = [];
    for (let n = placeOf(keys, prefix); n < keys.length && (keys[n] ?? '').startsWith(prefix); n++) {
      const entry = entries.get(keys[n] ?? '');
      if (entry) found.push(entry);
    }
    return found;
  };

  return {
    get version() { return version; },
    get oldest() { return oldest; },
    get: (plural, key) => shelfOf(plural).entries.get(key),
    all,
    page(plural, prefix, { match, limit, after, version: wanted = version }) {
      const { keys, entries } = shelfOf(plural);
      // What a key held at the wanted version is what its first later change found.
      const then = new Map<string, Entry | undefined>();
      if (wanted !== version) for (const change of since(wanted, plural)) if (!then.has(change.key)) then.set(change.key, change.before);
      const missing = [...then.keys()].filter((key) => !entries.has(key));
      const names = missing.length === 0 ? keys : [...keys, ...missing].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      const found: Entry[] = [];
      let next: string | undefined;
      let remaining = 0;
      let last = '';
      for (let n = placeOf(names, after === undefined ? prefix : `${after}\0`); n < names.length; n++) {
        const key = names[n] ?? '';
        if (!key.startsWith(prefix)) break;
        const entry = then.has(key) ? then.get(key) : entries.get(key);
        if (!entry || (match && !match(entry.object))) continue;
        if (found.length < limit) { found.push(entry); last = key; continue; }
        next = last;
        remaining++;
        if (match) break; // counting would mean to match them all
      }
      return { entries: found, version: wanted, next, remaining: match ? 0 : remaining };
    },
    put(plural, key, make) {
      const object = make(String(version + 1));
      const entry: Entry = { object, json: JSON.stringify(object) };
      commit({ version: version + 1, plural, key, before: shelfOf(plural).entries.get(key), now: entry, last: entry });
      return object;
    },
    remove(plural, key) {
      const before = shelfOf(plural).entries.get(key);
      if (!before) throw new Error(`${plural} ${key} is not there`);
      const object: Kobject = { ...before.object, metadata: { ...before.object.metadata, resourceVersion: String(version + 1) } };
      commit({ version: version + 1, plural, key, before, now: undefined, last: { object, json: JSON.stringify(object) } });
      return object;
    },
    since,
    forget() { history = []; oldest = version; },
    watch(listener) {
      listeners.add(listener);
      return () => { listeners.delete(listener); };
    },
  };
}
