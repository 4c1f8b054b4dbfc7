import type { KubeObject, ObjectKey } from '../../core/kube.js';
import type { Change, Index } from '../../core/ports/kube.js';
import type { Log } from '../../core/ports/log.js';
import type { Lookups } from './lookups.js';

/** An index and the ways to fill it, which belong to its list and watch. */
export interface Memory<T extends KubeObject, Lookup extends string> extends Index<T, Lookup> {
  /** A complete list: what is not in it is gone. */
  replaceAll(objects: readonly T[]): void;
  put(object: T): void;
  drop(object: T): void;
  heard(at: number): void;
}

/** An index in memory. It holds objects as they are given, and tells listeners what differs from before. */
export function openMemory<T extends KubeObject, Lookup extends string>(lookups: Lookups<T, Lookup>, log: Log): Memory<T, Lookup> {
  const objects = new Map<string, T>();
  // Most values of some look-ups lead to one object: a Map for each would weigh more than the objects.
  const found = new Map<Lookup, Map<string, T | Map<string, T>>>();
  const names = Object.keys(lookups) as Lookup[];
  for (const lookup of names) found.set(lookup, new Map());
  const listeners = new Set<(change: Change<T>) => void>();
  const waiting = new Set<() => void>();
  let synced = false;
  let heardAt: number | undefined;

  const keyOf = ({ namespace, name }: ObjectKey) => `${namespace}/${name}`;
  const placeOf = ({ metadata }: T): ObjectKey => ({ namespace: metadata.namespace ?? '', name: metadata.name });
  const unfile = (key: string, object: T) => {
    for (const lookup of names) {
      const values = found.get(lookup);
      for (const value of lookups[lookup](object)) {
        const those = values?.get(value);
        if (those instanceof Map) those.delete(key);
        if (those === object || (those instanceof Map && those.size === 0)) values?.delete(value);
      }
    }
  };
  const file = (key: string, object: T) => {
    for (const lookup of names) {
      const values = found.get(lookup);
      for (const value of lookups[lookup](object)) {
        const those = values?.get(value);
        if (those instanceof Map) those.set(key, object);
        else values?.set(value, those === undefined || those === object ? object : new Map([[keyOf(placeOf(those)), those], [key, object]]));
      }
    }
  };
  const by = (lookup: Lookup, value: string): readonly T[] => {
    const those = found.get(lookup)?.get(value);
    return those === undefined ? [] : those instanceof Map ? [...those.values()] : [those];
  };
  const tell = (change: Change<T>) => {
    for (const listener of listeners) {
      try {
        listener(change);
      } catch (err) {
        log.error({ err, ...change.key }, 'a listener to Kubernetes objects failed');
      }
    }
  };
  const change = (place: ObjectKey, now: T | undefined): Change<T> | undefined => {
    const key = keyOf(place);
    const old = objects.get(key);
    if (old === undefined && now === undefined) return undefined;
    if (old !== undefined && now !== undefined && old.metadata.uid === now.metadata.uid && old.metadata.resourceVersion === now.metadata.resourceVersion) return undefined;
    if (old !== undefined) unfile(key, old);
    if (now === undefined) objects.delete(key);
    else {
      objects.set(key, now);
      file(key, now);
    }
    return { key: place, old, now };
  };
  const wake = () => { for (const look of [...waiting]) look(); };
  const set = (place: ObjectKey, now: T | undefined) => {
    const made = change(place, now);
    if (made) tell(made);
    wake();
  };
  const until = (suits: () => boolean, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) { reject(signal.reason as Error); return; }
      const done = (end: () => void) => { waiting.delete(look); signal.removeEventListener('abort', stop); end(); };
      const look = () => { if (suits()) done(resolve); };
      const stop = () => { done(() => { reject(signal.reason as Error); }); };
      waiting.add(look);
      signal.addEventListener('abort', stop, { once: true });
      look();
    });

  return {
    get: (namespace, name) => objects.get(keyOf({ namespace, name })),
    list: () => [...objects.values()],
    by,
    get size() { return objects.size; },
    synced: () => synced,
    heardAt: () => heardAt,
    onChange(listener) {
      listeners.add(listener);
      return () => { listeners.delete(listener); };
    },
    shows: (place, suits, { signal }) => until(() => suits(objects.get(keyOf(place))), signal),
    ready: ({ signal }) => until(() => synced, signal),
    heard(at) { heardAt = at; },
    put(object) { set(placeOf(object), object); },
    drop(object) { set(placeOf(object), undefined); },
    replaceAll(all) {
      const listed = new Set(all.map((object) => keyOf(placeOf(object))));
      // All is in place before anybody hears of it: a listener may look around.
      const changes = [...objects.entries()].filter(([key]) => !listed.has(key)).map(([, object]) => change(placeOf(object), undefined));
      changes.push(...all.map((object) => change(placeOf(object), object)));
      synced = true;
      for (const made of changes) if (made) tell(made);
      wake();
    },
  };
}
