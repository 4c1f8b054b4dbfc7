import type { Clock } from '../../../core/ports/clock.js';
import type { Log } from '../../../core/ports/log.js';
import { fieldsOf, type Kobject } from './object.js';
import { keyOf, type Objects } from './objects.js';
import { namespaces, events, type Kind } from './kinds.js';
import type { Change, Store } from './store.js';

const background = { grace: undefined, propagation: 'Background', preconditions: {}, dryRun: 'no' } as const;
const OWN = ['orphan', 'foregroundDeletion'];
/** Events live for an hour, as in a real cluster. */
const EVENT_MS = 3_600_000;

/** What a cluster's controllers clean up: dependents of what is gone, the contents of namespaces that end, old events. */
export interface Collector {
  /** Looks once for old events. */
  sweep(): void;
  stop(): void;
}

/** Starts the collector; it acts right after the change that gives it work. */
export function startCollector({ store, objects, kinds, clock, log }: { store: Store; objects: Objects; kinds: readonly Kind[]; clock: Clock; log: Log }): Collector {
  const owned = new Map<string, Set<string>>();
  const kindOf = new Map(kinds.map((kind) => [kind.plural, kind]));
  const placeOf = (kind: Kind, { metadata }: Kobject) => ({ kind, namespace: metadata.namespace ?? '', name: metadata.name });
  const note = (plural: string, object: Kobject, known: 'add' | 'drop'): void => {
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const set = owned.get(uid) ?? new Set<string>();
      if (known === 'add') set.add(`${plural} ${keyOf(placeOf(kindOf.get(plural) ?? namespaces, object))}`);
      else set.delete(`${plural} ${keyOf(placeOf(kindOf.get(plural) ?? namespaces, object))}`);
      if (set.size > 0) owned.set(uid, set);
      else owned.delete(uid);
    }
  };
  for (const kind of kinds) for (const { object } of store.all(kind.plural, '')) note(kind.plural, object, 'add');

  const dependentsOf = (uid: string): readonly { kind: Kind; object: Kobject }[] => [...(owned.get(uid) ?? [])].flatMap((text) => {
    const [plural = '', key = ''] = text.split(' ');
    const [kind, entry] = [kindOf.get(plural), store.get(plural, key)];
    return kind && entry ? [{ kind, object: entry.object }] : [];
  });
  const release = (kind: Kind, object: Kobject, name: string): void => {
    const finalizers = (object.metadata.finalizers ?? []).filter((one) => one !== name);
    objects.patch(placeOf(kind, object), 'object', { type: 'merge', body: { metadata: { finalizers } } }, { dryRun: 'no', validation: 'ignore' });
  };
  const orphan = (uid: string): void => {
    for (const { kind, object } of dependentsOf(uid)) {
      const ownerReferences = (object.metadata.ownerReferences ?? []).filter((one) => one.uid !== uid);
      objects.patch(placeOf(kind, object), 'object', { type: 'merge', body: { metadata: { ownerReferences } } }, { dryRun: 'no', validation: 'ignore' });
    }
  };
  const disown = (uid: string): void => {
    for (const { kind, object } of dependentsOf(uid)) {
      const others = (object.metadata.ownerReferences ?? []).filter((one) => one.uid !== uid);
      const alive = others.some((one) => kinds.some(({ plural, kind: name }) => name === one.kind && store.all(plural, '').some((entry) => entry.object.metadata.uid === one.uid)));
      if (!alive && object.metadata.deletionTimestamp === undefined) objects.remove(placeOf(kind, object), background);
    }
  };
  const empty = (namespace: string): void => {
    const found = store.get(namespaces.plural, namespace);
    if (found?.object.metadata.deletionTimestamp === undefined) return;
    let left = 0;
    for (const kind of kinds) {
      if (!kind.namespaced) continue;
      for (const { object } of store.all(kind.plural, `${namespace}/`)) {
        if (object.metadata.deletionTimestamp === undefined) objects.remove(placeOf(kind, object), background);
        if (store.get(kind.plural, keyOf(placeOf(kind, object)))) left++;
      }
    }
    if (left === 0 && store.get(namespaces.plural, namespace)) store.remove(namespaces.plural, namespace);
  };
  const look = ({ plural, before, now, last }: Change): void => {
    if (before) note(plural, before.object, 'drop');
    if (now) note(plural, now.object, 'add');
    const { uid, deletionTimestamp, finalizers = [], namespace, name } = last.object.metadata;
    const kind = kindOf.get(plural);
    if (!kind) return;
    if (!now) {
      if (owned.has(uid)) queue.push(() => { disown(uid); });
      if (namespace !== undefined && store.get(namespaces.plural, namespace)?.object.metadata.deletionTimestamp !== undefined) queue.push(() => { empty(namespace); });
    } else if (deletionTimestamp !== undefined) {
      if (kind === namespaces) queue.push(() => { empty(name); });
      for (const one of finalizers.filter((finalizer) => OWN.includes(finalizer))) {
        queue.push(() => {
          const current = store.get(plural, keyOf({ kind, namespace: namespace ?? '', name }));
          if (!current || current.object.metadata.uid !== uid || !(current.object.metadata.finalizers ?? []).includes(one)) return;
          if (one === 'orphan') orphan(uid);
          else disown(uid);
          if (one === 'orphan' || dependentsOf(uid).length === 0) release(kind, current.object, one);
        });
      }
    }
    if (!now) for (const { uid: owner } of last.object.metadata.ownerReferences ?? []) queue.push(() => { settle(owner); });
    if (queue.length > 0 && !busy) { busy = true; queueMicrotask(work); }
  };
  /** An owner that waits for its dependents goes once the last one is gone. */
  const settle = (uid: string): void => {
    if (dependentsOf(uid).length > 0) return;
    for (const kind of kinds) {
      const owner = store.all(kind.plural, '').find(({ object }) => object.metadata.uid === uid && object.metadata.deletionTimestamp !== undefined && (object.metadata.finalizers ?? []).includes('foregroundDeletion'));
      if (owner) release(kind, owner.object, 'foregroundDeletion');
    }
  };
  const queue: (() => void)[] = [];
  let busy = false;
  const work = (): void => {
    for (let task = queue.shift(); task; task = queue.shift()) {
      try {
        task();
      } catch (err) {
        log.warn({ err }, 'could not clean up after a deletion');
      }
    }
    busy = false;
  };
  const stop = store.watch(look);
  for (const { object } of store.all(namespaces.plural, '')) empty(object.metadata.name);
  return {
    sweep() {
      for (const { object } of store.all(events.plural, '')) {
        const time = Date.parse(String(fieldsOf(object).lastTimestamp ?? object.metadata.creationTimestamp)) || Date.parse(object.metadata.creationTimestamp);
        if (clock.now() - time > EVENT_MS) objects.remove(placeOf(events, object), background);
      }
    },
    stop,
  };
}
