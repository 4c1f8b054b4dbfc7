import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../../core/ports/clock.js';
import type { Log } from '../../../core/ports/log.js';
import { logFile } from '../api/logs.js';
import { at, fieldsOf, listOf, textOf, type Fields, type Kobject } from '../api/object.js';
import type { Images } from '../images.js';
import { pause } from './client.js';
import { startContainer, type Ended, type Run, type Running } from './container.js';
import type { Guard } from './guard.js';
import { containerEnv, MissingError, type ReadData } from './podEnv.js';
import { finalPhase, type ContainerView, type PodView, type State } from './podStatus.js';
import { processOf } from './process.js';
import type { Recorder } from './recorder.js';
import type { Reporter } from './reporter.js';
import type { Sight } from './sandbox.js';
import { makeVolumes, mountsOf, RefusedError } from './volumes.js';

/** Why a pod is to end. `graceMs` is the time its processes get. */
export type Stop = Readonly<{ kind: 'deleted' | 'gone' | 'shutdown'; graceMs: number } | { kind: 'deadline'; graceMs: number }>;

export interface PodRun {
  stop(why: Stop): void;
  /** Resolves once nothing of the pod runs and its last status is written; never rejects. */
  readonly done: Promise<void>;
}

export interface PodDeps {
  readonly read: ReadData;
  readonly reporter: Reporter;
  readonly recorder: Recorder;
  readonly guard: Guard;
  readonly images: Images;
  readonly hostPaths: readonly string[];
  /** Folder of this pod; it is made. */
  readonly dir: string;
  readonly logs: string;
  readonly status: { readonly ip: string; readonly node: string };
  readonly machine: { readonly cpus: number; readonly memory: number };
  readonly sight: Sight;
  /** PATH of containers that set none. */
  readonly path: string;
  /** The first pause before a container is started again; it doubles up to thirty times this. */
  readonly backoffMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

type Prepared = Run & { readonly messageFile: string };
interface Mutable { readonly spec: Fields; readonly name: string; readonly role: ContainerView['role']; state: State; last: Ended | undefined; restarts: number; running: Running | undefined }

const RETRY_MS = 1_000;
const DEFAULT_GRACE_S = 30;

/** Runs a pod from its volumes to its last status. Never throws. */
export function startPod(pod: Kobject, deps: PodDeps): PodRun {
  const { clock, dir, reporter, recorder, log, backoffMs } = deps;
  const policy = textOf(at(pod, 'spec', 'restartPolicy')) ?? 'Always';
  const grace = at(pod, 'spec', 'terminationGracePeriodSeconds');
  const graceMs = (typeof grace === 'number' ? grace : DEFAULT_GRACE_S) * 1000;
  const startedAt = clock.now();
  const stopping = new AbortController();
  let stopped: Stop | undefined;
  let phase: PodView['phase'] = 'Pending';
  let verdict: { readonly reason: string; readonly message: string } | undefined;
  let initialized = false;

  const containers: readonly Mutable[] = ['initContainers', 'containers'].flatMap((list) => listOf(at(pod, 'spec', list)).map((value): Mutable => {
    const spec = fieldsOf(value);
    return { spec, name: textOf(spec.name) ?? '', role: list === 'containers' ? 'main' : spec.restartPolicy === 'Always' ? 'sidecar' : 'init', state: { kind: 'waiting', reason: list === 'containers' && listOf(at(pod, 'spec', 'initContainers')).length > 0 ? 'PodInitializing' : 'ContainerCreating' }, last: undefined, restarts: 0, running: undefined };
  }));
  const mains = containers.filter(({ role }) => role === 'main');
  const idOf = ({ name, restarts }: Mutable): string => `process://${pod.metadata.uid}/${name}/${String(restarts)}`;
  const report = (): void => {
    reporter.set({
      startedAt, phase, initialized, ...(verdict ?? {}),
      containers: containers.map((one) => ({ name: one.name, image: textOf(one.spec.image) ?? '', id: idOf(one), state: one.state, last: one.last, restarts: one.restarts, role: one.role })),
    });
  };
  const set = (one: Mutable, state: State): void => { one.state = state; report(); };
  const warn = (reason: string, message: string, container?: string): void => { recorder.record(pod, { type: 'Warning', reason, message, ...(container ? { container } : {}) }); };
  const fieldPath = (one: Mutable): string => `spec.${one.role === 'main' ? 'containers' : 'initContainers'}{${one.name}}`;

  /** Tries until what is missing is there. undefined: the pod is to end. Throws RefusedError. */
  async function insist<T>(attempt: () => Promise<T>, missing: (message: string) => void): Promise<T | undefined> {
    while (!stopping.signal.aborted) {
      try {
        return await attempt();
      } catch (error) {
        if (error instanceof RefusedError) throw error;
        missing(error instanceof Error ? error.message : String(error));
        await pause(RETRY_MS, stopping.signal);
      }
    }
    return undefined;
  }

  /** Everything a container's process needs; made anew for each start. */
  async function prepare(one: Mutable, places: ReadonlyMap<string, string>): Promise<Prepared> {
    const { spec, name, restarts } = one;
    const own = await containerEnv(pod, spec, { read: deps.read, status: deps.status, machine: deps.machine });
    const process = await processOf(spec, { name, restarts, own, mounts: await mountsOf(spec, places, own), dir, hostname: pod.metadata.name, images: deps.images, path: deps.path, sight: deps.sight });
    return { ...process, log: logFile(deps.logs, { namespace: pod.metadata.namespace ?? '', name: pod.metadata.name, uid: pod.metadata.uid }, name, restarts), mark: `${dir}/${name}` };
  }

  /** One life of a container. undefined: the pod ends before it could start. */
  async function once(one: Mutable, places: ReadonlyMap<string, string>): Promise<Ended | undefined> {
    const told = one.role === 'main' ? 'containers' : 'initContainers';
    let run: Prepared | undefined;
    try {
      run = await insist(() => prepare(one, places), (message) => {
        one.state = { kind: 'waiting', reason: 'CreateContainerConfigError', message };
        report();
        warn('Failed', `Error: ${message}`, `spec.${told}{${one.name}}`);
      });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const now = clock.now();
      const how: Ended = { exitCode: 128, signal: undefined, reason: 'StartError', message, startedAt: now, finishedAt: now, tail: '' };
      set(one, { kind: 'ended', how });
      warn('Failed', `Error: ${message}`, fieldPath(one));
      return how;
    }
    if (!run || stopping.signal.aborted) return undefined;
    const running = startContainer(run, { guard: deps.guard, clock });
    one.running = running;
    if (running.pid !== undefined) {
      if (initialized) phase = 'Running';
      set(one, { kind: 'running', startedAt: running.startedAt });
      recorder.record(pod, { type: 'Normal', reason: 'Started', message: `Started container ${one.name}`, container: fieldPath(one) });
    }
    const how = await running.ended;
    one.running = undefined;
    const written = await readFile(run.messageFile, 'utf8').catch(() => '');
    const message = (written || (how.exitCode !== 0 && one.spec.terminationMessagePolicy === 'FallbackToLogsOnError' ? how.tail : '')).slice(-4096);
    if (how.reason === 'StartError') warn('Failed', `Error: ${how.message}`, fieldPath(one));
    set(one, { kind: 'ended', how, message });
    return how;
  }

  /** A container with its restarts, to its last end. undefined: it never ran to an end of its own. */
  async function keepRunning(one: Mutable, places: ReadonlyMap<string, string>, again: (how: Ended) => boolean): Promise<Ended | undefined> {
    for (let wait = backoffMs; ; wait = Math.min(wait * 2, backoffMs * 30)) {
      const how = await once(one, places);
      if (!how || stopping.signal.aborted || !again(how)) return how;
      one.last = how;
      one.restarts++;
      set(one, { kind: 'waiting', reason: 'CrashLoopBackOff', message: `back-off ${String(wait / 1000)}s restarting failed container=${one.name} pod=${pod.metadata.name}` });
      warn('BackOff', `Back-off restarting failed container ${one.name} in pod ${pod.metadata.name}`, fieldPath(one));
      await pause(wait, stopping.signal);
      if (stopping.signal.aborted) return how;
    }
  }

  async function play(): Promise<'Succeeded' | 'Failed'> {
    await mkdir(join(dir, 'home'), { recursive: true, mode: 0o700 });
    await mkdir(join(dir, 'tmp'), { recursive: true, mode: 0o700 });
    report();
    const places = await insist(() => makeVolumes(pod, join(dir, 'volumes'), deps), (message) => { warn('FailedMount', `MountVolume.SetUp failed: ${message}`); });
    if (!places) return 'Failed';
    const sidecars: Promise<unknown>[] = [];
    try {
      for (const one of containers.filter(({ role }) => role !== 'main')) {
        if (one.role === 'sidecar') { sidecars.push(keepRunning(one, places, () => true)); continue; }
        const how = await keepRunning(one, places, ({ exitCode }) => exitCode !== 0 && policy !== 'Never');
        if (!how || how.exitCode !== 0 || stopping.signal.aborted) return 'Failed';
      }
      initialized = true;
      for (const one of mains) one.state = { kind: 'waiting', reason: 'ContainerCreating' };
      const ends = await Promise.all(mains.map((one) => keepRunning(one, places, ({ exitCode }) => policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0))));
      return ends.every((how) => how !== undefined) ? finalPhase(ends) : 'Failed';
    } finally {
      end(graceMs);
      await Promise.all(sidecars);
    }
  }

  /** Ends whatever runs; nothing starts any more. */
  function end(ms: number): void {
    stopping.abort();
    for (const one of containers) one.running?.stop(ms);
  }
  const deadline = at(pod, 'spec', 'activeDeadlineSeconds');
  const timer = typeof deadline === 'number' ? setTimeout(() => { run.stop({ kind: 'deadline', graceMs }); }, deadline * 1000) : undefined;

  async function work(): Promise<void> {
    try {
      phase = await play();
    } catch (error) {
      if (!(error instanceof RefusedError || error instanceof MissingError)) log.error({ err: error, pod: pod.metadata.name }, 'a pod could not be run');
      verdict ??= { reason: error instanceof RefusedError ? 'Refused' : 'KubeletError', message: error instanceof Error ? error.message : String(error) };
      warn('Failed', verdict.message);
      phase = 'Failed';
    } finally {
      clearTimeout(timer);
    }
    if (stopped?.kind === 'deadline' || stopped?.kind === 'shutdown') phase = 'Failed';
    for (const one of containers) if (phase === 'Failed' && one.state.kind === 'waiting' && one.last) one.state = { kind: 'ended', how: one.last };
    report();
    await reporter.flush();
    for (const part of ['volumes', 'home', 'tmp', 'work', 'roots']) await rm(join(dir, part), { recursive: true, force: true }).catch(() => undefined);
  }

  const run: PodRun = {
    stop(why) {
      const first = stopped === undefined;
      if (first) stopped = why;
      if (first && why.kind === 'deadline') verdict = { reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' };
      if (first && why.kind === 'shutdown') verdict = { reason: 'Terminated', message: 'Pod was terminated in response to imminent node shutdown.' };
      if (first && why.kind !== 'gone') for (const one of containers) if (one.running) recorder.record(pod, { type: 'Normal', reason: 'Killing', message: `Stopping container ${one.name}`, container: fieldPath(one) });
      end(why.graceMs);
    },
    done: Promise.resolve().then(work),
  };
  return run;
}
