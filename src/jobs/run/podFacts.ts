/** Why a pod stopped that should have gone on. */
export type Stop = 'evicted' | 'unreachable' | 'oomkilled' | 'unknown';

/** The finalizer by which upstream's pod reporter keeps a pod until its data are saved; a pod that is to be made anew cannot wait for that. */
export const HELD_BY = 'prow.x-k8s.io/gcsk8sreporter';

/** What decisions read of a pod. Times are milliseconds since the epoch. */
export interface PodFacts {
  /** Tells this pod from one of the same name before or after it; empty where the API does not say. */
  readonly uid: string;
  readonly phase: string;
  readonly buildId: string;
  readonly createdAt: number;
  /** Unset until a node has taken it. */
  readonly startedAt: number | undefined;
  readonly deleting: boolean;
  /** Whether `HELD_BY` keeps it. */
  readonly held: boolean;
  readonly stop: Stop | undefined;
  /** Every container ended, and well. */
  readonly finished: boolean;
}

type Fields = Readonly<Record<string, unknown>>;
const at = (of: unknown, key: string): unknown => (typeof of === 'object' && of !== null ? (of as Fields)[key] : undefined);
const listAt = (of: unknown, key: string): readonly unknown[] => { const value = at(of, key); return Array.isArray(value) ? (value as readonly unknown[]) : []; };
const timeOf = (value: unknown): number | undefined => {
  const ms = value instanceof Date ? value.getTime() : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
};

/** Reads a pod as the API gives it (jobs 6.5). */
export function podFacts(pod: Readonly<{ metadata: Readonly<object>; spec?: unknown; status?: unknown }>): PodFacts {
  const { metadata, spec, status } = pod;
  const phase = String(at(status, 'phase') ?? 'Pending');
  const deleting = at(metadata, 'deletionTimestamp') !== undefined && at(metadata, 'deletionTimestamp') !== null;
  const uid = at(metadata, 'uid');
  return {
    uid: typeof uid === 'string' ? uid : '',
    phase,
    buildId: buildIdOf(metadata, spec),
    createdAt: timeOf(at(metadata, 'creationTimestamp')) ?? 0,
    startedAt: timeOf(at(status, 'startTime')),
    deleting,
    held: listAt(metadata, 'finalizers').includes(HELD_BY),
    stop: stopOf({ phase, status, deleting }),
    finished: containersOf(status).every(({ kind, terminated }) => endedWell(terminated) || (kind === 'init' && at(terminated, 'exitCode') !== undefined && isSidecar(spec, terminated))),
  };
}

/** The label that the pod got, else what its first container is told. */
function buildIdOf(metadata: unknown, spec: unknown): string {
  const label = at(at(metadata, 'labels'), 'prow.k8s.io/build-id');
  if (typeof label === 'string' && label !== '') return label;
  const value = at(listAt(listAt(spec, 'containers')[0], 'env').find((entry) => at(entry, 'name') === 'BUILD_ID'), 'value');
  return typeof value === 'string' ? value : '';
}

interface Ended {
  readonly kind: 'init' | 'main';
  readonly terminated: unknown;
}

function containersOf(status: unknown): readonly Ended[] {
  const read = (key: string, kind: Ended['kind']): readonly Ended[] => listAt(status, key).map((one) => ({ kind, terminated: named(one) }));
  return [...read('initContainerStatuses', 'init'), ...read('containerStatuses', 'main')];
}

/** How a container ended, with its name beside it. */
function named(one: unknown): unknown {
  const terminated = at(at(one, 'state'), 'terminated');
  return typeof terminated === 'object' && terminated !== null ? { ...terminated, container: at(one, 'name') } : undefined;
}

function endedWell(terminated: unknown): boolean {
  return at(terminated, 'exitCode') === 0 && timeOf(at(terminated, 'finishedAt')) !== undefined;
}

/** A native sidecar is told to end when the others are done; how it takes that says nothing about the job (flaw 11). */
function isSidecar(spec: unknown, terminated: unknown): boolean {
  const name = at(terminated, 'container');
  return listAt(spec, 'initContainers').some((one) => at(one, 'name') === name && at(one, 'restartPolicy') === 'Always');
}

function stopOf({ phase, status, deleting }: Readonly<{ phase: string; status: unknown; deleting: boolean }>): Stop | undefined {
  const reason = at(status, 'reason');
  if (reason === 'Evicted') return 'evicted';
  if (reason === 'NodeLost' && deleting) return 'unreachable';
  if ((phase === 'Running' || phase === 'Failed') && containersOf(status).some(({ terminated }) => at(terminated, 'reason') === 'OOMKilled')) return 'oomkilled';
  return phase === 'Unknown' ? 'unknown' : undefined;
}
