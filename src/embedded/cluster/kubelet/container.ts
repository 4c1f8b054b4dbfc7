import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { constants } from 'node:os';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { Clock } from '../../../core/ports/clock.js';
import { killMarked, MARK, signalGroup, type Guard } from './guard.js';
import { openLog } from './logWriter.js';
import { pause } from './client.js';

/** A process to be run for a container. */
export interface Run {
  readonly command: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  readonly log: string;
  /** Unique to this container; marks its processes. */
  readonly mark: string;
}

/** How a container ended. Times are in milliseconds since the epoch. */
export interface Ended { readonly exitCode: number; readonly signal: number | undefined; readonly reason: 'Completed' | 'Error' | 'StartError'; readonly message: string; readonly startedAt: number; readonly finishedAt: number; readonly tail: string }

export interface Running {
  readonly pid: number | undefined;
  readonly startedAt: number;
  /** Resolves once the process and everything it left behind are gone and the log is complete; never rejects. */
  readonly ended: Promise<Ended>;
  /** SIGTERM to the group, SIGKILL after the grace, in milliseconds; a later call may shorten it. */
  stop(graceMs: number): void;
}

/** How long a log may be kept open by what the container left behind. */
const DRAIN_MS = 1_000;

/** Starts a container's process in a group of its own. Never throws: what cannot start has ended with StartError. */
export function startContainer({ command, env, cwd, log: logPath, mark }: Run, { guard, clock }: { guard: Guard; clock: Clock }): Running {
  const log = openLog(logPath, clock);
  const startedAt = clock.now();
  const [program = '', ...args] = command;
  let timer: NodeJS.Timeout | undefined;
  let dueAt = Number.POSITIVE_INFINITY;

  const fail = async (message: string): Promise<Ended> => {
    log.say(message);
    await log.end();
    return { exitCode: 128, signal: undefined, reason: 'StartError', message, startedAt, finishedAt: clock.now(), tail: log.tail() };
  };
  if (program === '') return { pid: undefined, startedAt, stop() {}, ended: fail('no command: this cluster runs no images, so a container needs a command of its own') };
  const start = (): ChildProcessByStdio<null, Readable, Readable> | string => {
    try {
      return spawn(program, args, { cwd, env: { ...Object.fromEntries(env), [MARK]: mark }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    } catch (error) {
      return error instanceof Error ? error.message : String(error); // a NUL in an argument, too long a command line
    }
  };
  const child = start();
  if (typeof child === 'string') return { pid: undefined, startedAt, stop() {}, ended: fail(`could not start ${program}: ${child}`) };
  const { pid } = child;
  if (pid !== undefined) guard.add(pid);
  log.take(child.stdout, 'stdout');
  log.take(child.stderr, 'stderr');

  const run = async (): Promise<Ended> => {
    try {
      const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
      const finishedAt = clock.now();
      clearTimeout(timer);
      // As with a container's first process: when it ends, all the others end.
      if (pid !== undefined) {
        signalGroup(pid, 'SIGKILL');
        guard.drop(pid);
      }
      killMarked(`${mark}\0`);
      const drained = new AbortController();
      const open = [child.stdout, child.stderr].filter((stream) => !stream.closed);
      const closed = Promise.allSettled(open.map((stream) => once(stream, 'close'))).then(() => { drained.abort(); });
      await Promise.race([closed, pause(DRAIN_MS, drained.signal)]);
      child.stdout.destroy();
      child.stderr.destroy();
      await log.end();
      const number = signal === null ? undefined : constants.signals[signal];
      const exitCode = code ?? 128 + (number ?? 0);
      return { exitCode, signal: number, reason: exitCode === 0 ? 'Completed' : 'Error', message: '', startedAt, finishedAt, tail: log.tail() };
    } catch (error) {
      return fail(`could not start ${program}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return {
    pid,
    startedAt,
    ended: run(),
    stop(graceMs) {
      if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const at = clock.now() + graceMs;
      if (at >= dueAt) return;
      if (dueAt === Number.POSITIVE_INFINITY) signalGroup(pid, 'SIGTERM');
      dueAt = at;
      clearTimeout(timer);
      timer = setTimeout(() => { signalGroup(pid, 'SIGKILL'); killMarked(`${mark}\0`); }, graceMs);
    },
  };
}
