import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../core/ports/clock.js';
import type { Log } from '../../../core/ports/log.js';
import { at, listOf, textOf, type Kobject } from '../api/object.js';
import { KubeError, loadClient, pause } from './client.js';
import type { Ended } from './container.js';
import { podStatus, type PodView, type State } from './podStatus.js';
import { LOOPBACK, podPath, writeStatus } from './reporter.js';

/** What is played for a pod: how long it waits and runs, in milliseconds, and how it ends; `hangs` ends only when it is deleted. */
export interface Part { readonly pendingMs: number; readonly runningMs: number; readonly end: Readonly<{ kind: 'exits'; code: number } | { kind: 'evicted' } | { kind: 'hangs' }> }

export interface HollowOptions {
  readonly kubeconfigPath: string;
  readonly node?: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly part: (pod: Kobject) => Part;
}

/** Starts a kubelet that runs nothing: it plays phases, for load tests and stories. There is no limit to its pods. */
export async function startHollowKubelet({ kubeconfigPath, node = 'hollow', clock, log, part }: HollowOptions): Promise<{ stop(): Promise<void> }> {
  const client = await loadClient(kubeconfigPath);
  const stopping = new AbortController();
  const { signal } = stopping;
  const playing = new Map<string, AbortController>();
  const work = new Set<Promise<void>>();

  const viewOf = (pod: Kobject, state: State, more: Pick<PodView, 'phase' | 'startedAt' | 'reason' | 'message'>): PodView => ({
    ...more, initialized: more.phase !== 'Pending',
    containers: ['initContainers', 'containers'].flatMap((list) => listOf(at(pod, 'spec', list)).map((one) => ({
      name: textOf(at(one, 'name')) ?? '', image: textOf(at(one, 'image')) ?? '', id: `hollow://${randomUUID()}`, last: undefined, restarts: 0,
      role: list === 'containers' ? 'main' as const : 'init' as const,
      state: list === 'containers' || state.kind === 'waiting' ? state : { kind: 'ended' as const, how: { exitCode: 0, signal: undefined, reason: 'Completed' as const, message: '', startedAt: more.startedAt, finishedAt: more.startedAt, tail: '' } },
    }))),
  });
  async function play(pod: Kobject, mine: AbortSignal): Promise<void> {
    const { pendingMs, runningMs, end } = part(pod);
    const deps = { client, log, signal };
    const startedAt = clock.now();
    const write = (view: PodView): Promise<boolean> => writeStatus(pod, podStatus(view, { ip: LOOPBACK, conditions: [], now: clock.now() }), deps);
    if (!at(pod, 'spec', 'nodeName')) {
      const { name, namespace = 'default', uid } = pod.metadata;
      try {
        await client.ask({ method: 'POST', path: `${podPath(pod)}/binding`, body: { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace, uid }, target: { apiVersion: 'v1', kind: 'Node', name: node } }, signal });
      } catch (error) {
        if (error instanceof KubeError && (error.code === 404 || error.code === 409)) return;
        throw error;
      }
    }
    await write(viewOf(pod, { kind: 'waiting', reason: 'ContainerCreating' }, { phase: 'Pending', startedAt }));
    await pause(pendingMs, mine);
    if (mine.aborted) return;
    await write(viewOf(pod, { kind: 'running', startedAt: clock.now() }, { phase: 'Running', startedAt }));
    if (end.kind === 'hangs') return;
    await pause(runningMs, mine);
    if (mine.aborted) return;
    const code = end.kind === 'exits' ? end.code : 137;
    const how: Ended = { exitCode: code, signal: undefined, reason: code === 0 ? 'Completed' : 'Error', message: '', startedAt, finishedAt: clock.now(), tail: '' };
    const why = end.kind === 'evicted' ? { reason: 'Evicted', message: 'The node was low on resource: memory.' } : {};
    await write(viewOf(pod, { kind: 'ended', how }, { phase: code === 0 ? 'Succeeded' : 'Failed', startedAt, ...why }));
  }
  const run = (pod: Kobject): void => {
    const { uid, deletionTimestamp } = pod.metadata;
    const assigned = textOf(at(pod, 'spec', 'nodeName'));
    if (assigned && assigned !== node) return;
    if (deletionTimestamp !== undefined) {
      playing.get(uid)?.abort();
      if ((pod.metadata.deletionGracePeriodSeconds ?? 0) > 0) track(client.ask({ method: 'DELETE', path: podPath(pod), body: { gracePeriodSeconds: 0, preconditions: { uid } }, signal }));
      return;
    }
    if (playing.has(uid) || ['Succeeded', 'Failed'].includes(textOf(at(pod, 'status', 'phase')) ?? '')) return;
    const mine = new AbortController();
    playing.set(uid, mine);
    track(play(pod, AbortSignal.any([mine.signal, signal])));
  };
  function track(one: Promise<unknown>): void {
    const settled: Promise<void> = one.then(() => undefined, (err: unknown) => {
      if (!signal.aborted && !(err instanceof KubeError && (err.code === 404 || err.code === 409))) log.warn({ err }, 'a hollow pod stumbled');
    }).finally(() => { work.delete(settled); });
    work.add(settled);
  }
  const following = client.follow('/api/v1/pods', {
    listed(pods) { for (const pod of pods) run(pod); },
    changed({ type, object }) {
      if (type !== 'DELETED') { run(object); return; }
      playing.get(object.metadata.uid)?.abort();
      playing.delete(object.metadata.uid);
    },
    failed(err) { log.debug({ err }, 'the hollow kubelet watches anew'); },
  }, signal);
  return {
    async stop() {
      stopping.abort();
      await following;
      await Promise.all(work);
    },
  };
}
