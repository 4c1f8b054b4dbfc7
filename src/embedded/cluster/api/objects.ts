import { randomInt, randomUUID } from 'node:crypto';
import type { Clock } from '../../../core/ports/clock.js';
import { fieldsOf, same, textOf, timestamp, type Fields, type Kobject, type Meta } from './object.js';
import { jsonPatch, mergePatch, PatchError, strategicPatch } from './patch.js';
import { bodyDiffers, checkChanged, checkNew, checkStrict, freshBody, normalize, readObject } from './rules.js';
import { alreadyExists, badRequest, conflict, forbidden, invalid, modified, notFound, success, unsupported } from './status.js';
import { decideDelete, type DeleteOptions } from './deletion.js';
import { namespaces, type Kind } from './kinds.js';
import type { Match } from './selectors.js';
import type { Store } from './store.js';

/** Where an object is: its kind, its namespace ('' for kinds without one) and its name. */
export interface Place { readonly kind: Kind; readonly namespace: string; readonly name: string }
export type Part = 'object' | 'status';
export interface WriteOptions { readonly dryRun: 'no' | 'all'; readonly validation: 'strict' | 'ignore' }
export type PatchType = 'merge' | 'json' | 'strategic';

/** Reading and writing single objects with the API server's rules. Everything throws StatusError. */
export interface Objects {
  get(place: Place): Kobject;
  create(at: Omit<Place, 'name'>, body: unknown, options: WriteOptions): Kobject;
  update(place: Place, part: Part, body: unknown, options: WriteOptions): Kobject;
  patch(place: Place, part: Part, patch: { readonly type: PatchType; readonly body: unknown }, options: WriteOptions): Kobject;
  /** Answers the object when it stays for a while, else (for most kinds) a Status. */
  remove(place: Place, options: DeleteOptions): object;
  /** Removes what is chosen; answers what it found. */
  removeAll(at: Omit<Place, 'name'>, match: Match | undefined, options: DeleteOptions): readonly Kobject[];
  /** Puts a pod onto a node. */
  bind(place: Place, node: string): void;
}

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const suffix = (): string => Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)] ?? 'x').join('');

/** An object's key in the store. */
export function keyOf({ kind, namespace, name }: Place): string {
  return kind.namespaced ? `${namespace}/${name}` : name;
}

function applyPatch(kind: Kind, name: string, current: Kobject, { type, body }: { type: PatchType; body: unknown }): unknown {
  if (type === 'strategic' && kind.custom) throw unsupported('the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json');
  try {
    return type === 'json' ? jsonPatch(current, body) : type === 'merge' ? mergePatch(current, body) : strategicPatch(current, body);
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    throw error.kind === 'malformed' ? badRequest(`error decoding patch: ${error.message}`) : invalid(kind, name, [{ reason: 'FieldValueInvalid', message: `the server rejected our request due to an error in our request: ${error.message}` }]);
  }
}

/** The body and the path must mean one object. Throws 400. */
function sameName({ kind, namespace, name }: Place, written: Fields): void {
  if (written.name !== undefined && written.name !== name) throw badRequest(`the name of the object (${String(written.name)}) does not match the name on the URL (${name})`);
  if (kind.namespaced && written.namespace !== undefined && written.namespace !== namespace) throw badRequest(`the namespace of the object (${String(written.namespace)}) does not match the namespace on the request (${namespace})`);
}

/** Objects over a store. */
export function createObjects({ store, clock }: { store: Store; clock: Clock }): Objects {
  const get = (place: Place): Kobject => {
    const entry = store.get(place.kind.plural, keyOf(place));
    if (!entry) throw notFound(place.kind, place.name);
    return entry.object;
  };
  const save = (kind: Kind, place: Place, object: Fields, metadata: Omit<Meta, 'resourceVersion'>, { dryRun }: Pick<WriteOptions, 'dryRun'>): Kobject => {
    const made = (resourceVersion: string): Kobject => ({ ...object, apiVersion: String(object.apiVersion), kind: kind.kind, metadata: { ...metadata, resourceVersion } });
    return dryRun === 'all' ? made(String(store.version)) : store.put(kind.plural, keyOf(place), made);
  };

  /** Does what a deletion comes to, for one object. */
  const erase = (place: Place, options: DeleteOptions): object => {
    const object = get(place);
    const { kind, name } = place;
    const { uid, resourceVersion } = options.preconditions;
    if (uid !== undefined && uid !== object.metadata.uid) throw conflict(kind, name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${object.metadata.uid}`);
    if (resourceVersion !== undefined && resourceVersion !== object.metadata.resourceVersion) throw conflict(kind, name, `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${object.metadata.resourceVersion}`);
    const decision = decideDelete(object, options, clock.now());
    const answer = (last: Kobject): object => (kind.kind === 'Pod' || kind.kind === 'Namespace' ? last : success(kind, name, object.metadata.uid));
    if (decision.kind === 'keep') return object;
    if (options.dryRun === 'all') return decision.kind === 'remove' ? answer(object) : object;
    if (decision.kind === 'remove') return answer(store.remove(kind.plural, keyOf(place)));
    return store.put(kind.plural, keyOf(place), (version) => ({ ...object, ...decision.body, metadata: { ...object.metadata, ...decision.meta, resourceVersion: version } }));
  };

  const replace = (place: Place, part: Part, written: unknown, options: WriteOptions): Kobject => {
    const { kind, name } = place;
    const before = get(place);
    const read = readObject(kind, written);
    if (options.validation === 'strict') checkStrict(kind, read);
    const wanted = fieldsOf(read.metadata);
    sameName(place, wanted);
    if (wanted.resourceVersion !== undefined && wanted.resourceVersion !== '' && wanted.resourceVersion !== before.metadata.resourceVersion) throw conflict(kind, name, modified);
    if (wanted.uid !== undefined && wanted.uid !== '' && wanted.uid !== before.metadata.uid) throw conflict(kind, name, `Precondition failed: UID in precondition: ${String(wanted.uid)}, UID in object meta: ${before.metadata.uid}`);
    // Where status is written apart, one write never changes what belongs to the other.
    const split: Fields = !kind.status ? read : part === 'status' ? { ...before, metadata: { ...wanted }, ...(read.status === undefined ? {} : { status: read.status }) } : { ...read, status: before.status };
    const object = normalize(kind, split);
    const { labels, annotations, finalizers, ownerReferences } = fieldsOf(object.metadata);
    const { uid, creationTimestamp, generateName, generation, deletionTimestamp, deletionGracePeriodSeconds, namespace } = before.metadata;
    const kept = { name, namespace, generateName, uid, creationTimestamp, generation, deletionTimestamp, deletionGracePeriodSeconds };
    const metadata = Object.fromEntries(Object.entries({ ...kept, labels, annotations, finalizers, ownerReferences }).filter(([, value]) => value !== undefined)) as unknown as Meta;
    const next: Fields = { ...object, metadata };
    checkChanged(kind, before, next);
    if (kind.custom && generation !== undefined && bodyDiffers(before, next)) Object.assign(metadata, { generation: generation + 1 });
    if (same(next, { ...before, metadata: { ...before.metadata, resourceVersion: undefined } })) return before; // nothing changes, so nobody is told
    const done = deletionTimestamp !== undefined && (metadata.finalizers ?? []).length === 0 && (deletionGracePeriodSeconds ?? 0) === 0 && kind.kind !== 'Namespace';
    const saved = save(kind, place, next, metadata, options);
    if (!done || options.dryRun === 'all') return saved;
    return store.remove(kind.plural, keyOf(place)); // the last finalizer is gone
  };

  const liveNamespace = (namespace: string, kind: Kind): void => {
    const found = store.get(namespaces.plural, namespace);
    if (!found) throw notFound(namespaces, namespace);
    if (found.object.metadata.deletionTimestamp !== undefined) throw forbidden(`unable to create new content in namespace ${namespace} because it is being terminated`, { kind: kind.plural, causes: [] });
  };

  return {
    get,
    create({ kind, namespace }, body, options) {
      const read = readObject(kind, body);
      if (options.validation === 'strict') checkStrict(kind, read);
      const written = fieldsOf(read.metadata);
      if (kind.namespaced && written.namespace !== undefined && written.namespace !== '' && written.namespace !== namespace) throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
      if (written.resourceVersion !== undefined && written.resourceVersion !== '') throw badRequest('resourceVersion should not be set on objects to be created');
      if (kind.namespaced) liveNamespace(namespace, kind);
      const prefix = textOf(written.generateName);
      const given = textOf(written.name);
      const name = given !== undefined && given !== '' ? given : prefix ? `${prefix.slice(0, 58)}${suffix()}` : undefined;
      const object = normalize(kind, { ...read, metadata: { ...written, ...(name === undefined ? {} : { name }), ...(kind.namespaced ? { namespace } : {}) } });
      checkNew(kind, object);
      const place = { kind, namespace, name: name ?? '' };
      if (store.get(kind.plural, keyOf(place))) throw alreadyExists(kind, place.name);
      const now = clock.now();
      const { labels, annotations, finalizers, ownerReferences } = fieldsOf(object.metadata);
      const optional = Object.fromEntries(Object.entries({ generateName: prefix, labels, annotations, finalizers, ownerReferences }).filter(([, value]) => value !== undefined));
      const own = kind.kind === 'Namespace' ? { labels: { ...fieldsOf(labels), 'kubernetes.io/metadata.name': place.name } } : {};
      const metadata = { name: place.name, ...(kind.namespaced ? { namespace } : {}), uid: randomUUID(), creationTimestamp: timestamp(now), ...(kind.custom ? { generation: 1 } : {}), ...optional, ...own } as Omit<Meta, 'resourceVersion'>;
      return save(kind, place, freshBody(kind, object), metadata, options);
    },
    update(place, part, body, options) {
      const written = fieldsOf(fieldsOf(body).metadata);
      if (written.name === undefined) throw badRequest(`the name of the object (${place.name} based on URL) was undeterminable: name must be provided`);
      sameName(place, written);
      if (place.kind.custom && (written.resourceVersion === undefined || written.resourceVersion === '')) {
        throw invalid(place.kind, place.name, [{ reason: 'FieldValueInvalid', field: 'metadata.resourceVersion', message: 'Invalid value: 0x0: must be specified for an update' }]);
      }
      return replace(place, part, body, options);
    },
    patch(place, part, patch, options) {
      const current = get(place);
      return replace(place, part, applyPatch(place.kind, place.name, current, patch), options);
    },
    remove: erase,
    removeAll({ kind, namespace }, match, options) {
      const found = store.all(kind.plural, kind.namespaced && namespace ? `${namespace}/` : '').map(({ object }) => object).filter((object) => !match || match(object));
      for (const { metadata } of found) erase({ kind, namespace: metadata.namespace ?? '', name: metadata.name }, options);
      return found;
    },
    bind(place, node) {
      const pod = get(place);
      const { nodeName } = fieldsOf(pod.spec);
      if (pod.metadata.deletionTimestamp !== undefined) throw conflict(place.kind, place.name, `pod ${place.name} is being deleted, cannot be assigned to a host`);
      if (typeof nodeName === 'string' && nodeName !== '') throw conflict(place.kind, place.name, `pod ${place.name} is already assigned to node "${nodeName}"`);
      const others = ((fieldsOf(pod.status).conditions ?? []) as readonly Fields[]).filter(({ type }) => type !== 'PodScheduled');
      const conditions = [...others, { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: timestamp(clock.now()) }];
      store.put(place.kind.plural, keyOf(place), (resourceVersion) => ({ ...pod, spec: { ...fieldsOf(pod.spec), nodeName: node }, status: { ...fieldsOf(pod.status), conditions }, metadata: { ...pod.metadata, resourceVersion } }));
    },
  };
}
