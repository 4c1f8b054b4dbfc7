import { timestamp, type Fields } from '../api/object.js';
import type { Ended } from './container.js';

/** Where a container is in its life. */
export type State = Readonly<{ kind: 'waiting'; reason: string; message?: string } | { kind: 'running'; startedAt: number } | { kind: 'ended'; how: Ended; message?: string }>;
export interface ContainerView { readonly name: string; readonly image: string; readonly id: string; readonly state: State; readonly last: Ended | undefined; readonly restarts: number; readonly role: 'init' | 'sidecar' | 'main' }
export interface PodView {
  readonly startedAt: number;
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  readonly reason?: string;
  readonly message?: string;
  readonly initialized: boolean;
  readonly containers: readonly ContainerView[];
}

const ended = (how: Ended, id: string, message?: string): Fields => ({
  exitCode: how.exitCode, ...(how.signal === undefined ? {} : { signal: how.signal }), reason: how.reason, ...(message || how.message ? { message: message || how.message } : {}),
  startedAt: timestamp(how.startedAt), finishedAt: timestamp(how.finishedAt), containerID: id,
});

function stateOf({ state, id }: ContainerView): Fields {
  switch (state.kind) {
    case 'waiting': return { waiting: { reason: state.reason, ...(state.message ? { message: state.message } : {}) } };
    case 'running': return { running: { startedAt: timestamp(state.startedAt) } };
    case 'ended': return { terminated: ended(state.how, id, state.message) };
    default: return state satisfies never;
  }
}

function containerStatus(view: ContainerView): Fields {
  const { name, image, id, state, last, restarts, role } = view;
  const running = state.kind === 'running';
  return {
    name, image, imageID: '', restartCount: restarts, state: stateOf(view), lastState: last ? { terminated: ended(last, id) } : {}, started: running,
    ready: running || (role === 'init' && state.kind === 'ended' && state.how.exitCode === 0), ...(state.kind === 'waiting' && !last ? {} : { containerID: id }),
  };
}

/** The phase of a pod whose containers are known: a failed one fails it, once nothing runs any more. */
export function finalPhase(mains: readonly Ended[]): 'Succeeded' | 'Failed' {
  return mains.every(({ exitCode }) => exitCode === 0) ? 'Succeeded' : 'Failed';
}

/** A pod's status as it is written to the API. `conditions` are those that were there: times change only with the status. */
export function podStatus(view: PodView, { ip, conditions, now }: { ip: string; conditions: readonly Fields[]; now: number }): Fields {
  const { phase, startedAt, initialized, containers, reason, message } = view;
  const over = phase === 'Succeeded' ? 'PodCompleted' : phase === 'Failed' ? 'PodFailed' : undefined;
  const mains = containers.filter(({ role }) => role === 'main');
  const unready = mains.filter(({ state }) => state.kind !== 'running').map(({ name }) => name);
  const ready = over === undefined && initialized && unready.length === 0;
  const why = over ?? (ready ? undefined : 'ContainersNotReady');
  const told = over === undefined && !ready ? { message: `containers with unready status: [${unready.join(' ')}]` } : {};
  const condition = (type: string, fine: boolean, more: Fields = {}): Fields => {
    const status = fine ? 'True' : 'False';
    const before = conditions.find((one) => one.type === type);
    return { type, status, lastProbeTime: null, lastTransitionTime: before?.status === status && before.lastTransitionTime ? before.lastTransitionTime : timestamp(now), ...more };
  };
  const inits = containers.filter(({ role }) => role !== 'main');
  const pending = inits.filter(({ state, role }) => (role === 'init' ? !(state.kind === 'ended' && state.how.exitCode === 0) : state.kind !== 'running')).map(({ name }) => name);
  return {
    phase, reason: reason ?? null, message: message ?? null, startTime: timestamp(startedAt), hostIP: ip, hostIPs: [{ ip }], podIP: ip, podIPs: [{ ip }],
    conditions: [
      condition('PodReadyToStartContainers', over === undefined),
      condition('Initialized', initialized, initialized ? (over === 'PodCompleted' ? { reason: over } : {}) : { reason: 'ContainersNotInitialized', message: `containers with incomplete status: [${pending.join(' ')}]` }),
      condition('Ready', ready, { ...(why ? { reason: why } : {}), ...told }),
      condition('ContainersReady', ready, { ...(why ? { reason: why } : {}), ...told }),
      condition('PodScheduled', true),
    ],
    ...(inits.length > 0 ? { initContainerStatuses: inits.map(containerStatus) } : {}),
    containerStatuses: mains.map(containerStatus),
  };
}
