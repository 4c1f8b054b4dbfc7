import { at, fieldsOf, isFields, timestamp, type Fields, type Kobject, type Meta } from './object.js';
import { badRequest } from './status.js';

/** How something is to be deleted. */
export interface DeleteOptions {
  /** Seconds; undefined leaves it to the object. */
  readonly grace: number | undefined;
  readonly propagation: 'Background' | 'Foreground' | 'Orphan';
  readonly preconditions: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun: 'no' | 'all';
}

/** What a deletion comes to: nothing more to do, gone at once, or marked and kept for a while. */
export type DeleteDecision = Readonly<{ kind: 'keep' } | { kind: 'remove' } | { kind: 'mark'; meta: Partial<Meta>; body: Fields }>;

const dryRunOf = (values: readonly unknown[]): 'no' | 'all' => {
  if (values.some((one) => one !== 'All')) throw badRequest('Invalid value: dryRun: only "All" is supported');
  return values.length > 0 ? 'all' : 'no';
};

/** Options from the body (`DeleteOptions`) or, without one, from the query. Throws 400. */
export function readDeleteOptions(body: unknown, query: URLSearchParams): DeleteOptions {
  const written = isFields(body) ? body : {};
  if (written.kind !== undefined && written.kind !== 'DeleteOptions') throw badRequest(`the body of a deletion is a DeleteOptions, not a ${String(written.kind)}`);
  const text = query.get('gracePeriodSeconds');
  const grace = written.gracePeriodSeconds ?? (text === null ? undefined : Number(text));
  if (grace !== undefined && grace !== null && !(typeof grace === 'number' && Number.isInteger(grace))) throw badRequest('gracePeriodSeconds must be an integer');
  const propagation = written.propagationPolicy ?? query.get('propagationPolicy') ?? 'Background';
  if (propagation !== 'Background' && propagation !== 'Foreground' && propagation !== 'Orphan') throw badRequest(`invalid propagationPolicy ${JSON.stringify(propagation)}: must be one of Background, Foreground, Orphan`);
  const { uid, resourceVersion } = fieldsOf(written.preconditions);
  return {
    grace: typeof grace === 'number' ? Math.max(0, grace) : undefined,
    propagation,
    preconditions: { ...(typeof uid === 'string' ? { uid } : {}), ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}) },
    dryRun: dryRunOf([...(Array.isArray(written.dryRun) ? (written.dryRun as unknown[]) : []), ...query.getAll('dryRun')]),
  };
}

/** A pod that runs (or could) gets its time to end; whatever has finalizers stays until they are gone. */
export function decideDelete(object: Kobject, { grace, propagation }: DeleteOptions, now: number): DeleteDecision {
  const { metadata } = object;
  const marked = metadata.deletionTimestamp !== undefined;
  if (object.kind === 'Namespace') return marked ? { kind: 'keep' } : { kind: 'mark', meta: { deletionTimestamp: timestamp(now) }, body: { status: { ...fieldsOf(object.status), phase: 'Terminating' } } };
  const seconds = object.kind === 'Pod' ? podGrace(object, grace) : 0;
  const finalizers = [...(metadata.finalizers ?? []), ...(propagation === 'Orphan' && !marked ? ['orphan'] : []), ...(propagation === 'Foreground' && !marked ? ['foregroundDeletion'] : [])];
  if (marked && seconds >= (metadata.deletionGracePeriodSeconds ?? 0) && (seconds > 0 || finalizers.length > 0)) return { kind: 'keep' };
  if (seconds === 0 && finalizers.length === 0) return { kind: 'remove' };
  const since = marked ? Date.parse(metadata.deletionTimestamp) - (metadata.deletionGracePeriodSeconds ?? 0) * 1000 : now;
  return { kind: 'mark', meta: { ...(metadata.generation !== undefined && !marked ? { generation: metadata.generation + 1 } : {}), deletionTimestamp: timestamp(since + seconds * 1000), deletionGracePeriodSeconds: seconds, ...(finalizers.length > 0 ? { finalizers } : {}) }, body: {} };
}

function podGrace(pod: Kobject, grace: number | undefined): number {
  const phase = at(pod, 'status', 'phase');
  const node = at(pod, 'spec', 'nodeName');
  if (phase === 'Failed' || phase === 'Succeeded' || node === undefined || node === '') return 0; // nothing runs
  const own = at(pod, 'spec', 'terminationGracePeriodSeconds');
  return grace ?? (typeof own === 'number' ? Math.max(1, own) : 30);
}
