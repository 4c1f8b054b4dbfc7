import { at, fieldsOf, isFields, listOf, textOf, timestamp, type Fields, type Kobject } from '../api/object.js';

/** What the kubelet does about a pod. */
export type Step = Readonly<{ kind: 'start' | 'stop' | 'bind' | 'erase' | 'lost'; pod: Kobject }>;

export interface Known {
  readonly node: string;
  readonly schedule: 'all' | 'own';
  readonly concurrency: number;
  /** By uid: pods that run here, whose run is over, and those for which a call is on its way. */
  readonly running: ReadonlySet<string>;
  readonly over: ReadonlySet<string>;
  readonly busy: ReadonlySet<string>;
}

const SCHEDULER = 'default-scheduler';
const byAge = (a: Kobject, b: Kobject): number => a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp) || Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion);
const isOver = (pod: Kobject): boolean => ['Succeeded', 'Failed'].includes(textOf(at(pod, 'status', 'phase')) ?? '');

/** Looks at all pods and decides what is to be done, oldest first; never more pods at once than the limit. */
export function plan(pods: readonly Kobject[], { node, schedule, concurrency, running, over, busy }: Known): readonly Step[] {
  const steps: Step[] = [];
  let free = concurrency - running.size;
  const own = pods.filter((pod) => at(pod, 'spec', 'nodeName') === node).sort(byAge);
  for (const pod of own) {
    const { uid, deletionTimestamp } = pod.metadata;
    const leaving = deletionTimestamp !== undefined;
    if (running.has(uid)) {
      if (leaving) steps.push({ kind: 'stop', pod });
    } else if (busy.has(uid)) continue;
    else if (leaving) {
      // Nothing of it runs; one with finalizers stays until they are gone, with nothing left to do here.
      if ((pod.metadata.deletionGracePeriodSeconds ?? 0) > 0 || (pod.metadata.finalizers ?? []).length === 0) steps.push({ kind: 'erase', pod });
    } else if (isOver(pod) || over.has(uid)) continue;
    else if (at(pod, 'status', 'startTime') !== undefined) steps.push({ kind: 'lost', pod });
    else if (free > 0) {
      free--;
      steps.push({ kind: 'start', pod });
    } else free--; // it holds its place in the queue
  }
  if (schedule === 'own') return steps;
  const ours = (pod: Kobject): boolean => !at(pod, 'spec', 'nodeName') && (textOf(at(pod, 'spec', 'schedulerName')) ?? SCHEDULER) === SCHEDULER;
  const waiting = pods.filter((pod) => ours(pod) && pod.metadata.deletionTimestamp === undefined && !isOver(pod)).sort(byAge);
  for (const pod of waiting) {
    if (free <= 0) break;
    free--; // also when its binding is on its way
    if (!busy.has(pod.metadata.uid)) steps.push({ kind: 'bind', pod });
  }
  return steps;
}

/** The status of a pod whose processes died with the kubelet that ran it. */
export function lostStatus(pod: Kobject, now: number): Fields {
  const gone = (list: string): Fields => {
    const statuses = listOf(at(pod, 'status', list));
    if (statuses.length === 0) return {};
    return { [list]: statuses.map((status) => {
      const running = at(status, 'state', 'running');
      if (isFields(at(status, 'state', 'terminated'))) return status;
      const message = 'The container could not be located when the pod was terminated';
      return { ...fieldsOf(status), ready: false, started: false, state: { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', message, startedAt: at(running, 'startedAt') ?? null, finishedAt: timestamp(now) } } };
    }) };
  };
  const conditions = listOf(at(pod, 'status', 'conditions')).map((one) => (['Ready', 'ContainersReady', 'PodReadyToStartContainers'].includes(String(at(one, 'type'))) ? { ...fieldsOf(one), status: 'False', reason: 'PodFailed', message: null, lastTransitionTime: timestamp(now) } : one));
  return { phase: 'Failed', reason: 'NodeLost', message: 'The kubelet that ran this pod ended without it; its processes are gone', conditions, ...gone('initContainerStatuses'), ...gone('containerStatuses') };
}
