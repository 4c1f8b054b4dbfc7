import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { accessSync, closeSync, constants, mkdtempSync, openSync, rmSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import { delimiter, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pause } from './utility.js';

/** A process in a group of its own; both of its outputs go to one reader, in the order in which it wrote. */
export interface Started {
  /** Resolves once the process has ended and the rest of its group is gone: the exit code, -1 when a signal ended it. */
  readonly ended: Promise<number>;
  /** To the whole group; fine when nobody is left. */
  signal(signal: NodeJS.Signals): void;
}

/** How long what a process left behind may go on writing. */
const DRAIN_MS = 1_000;
/** Kills a process group as soon as its own input ends: with the one who started it. */
const GUARD = `trap '' HUP INT TERM; read -r _; kill -9 "-$1" 2>/dev/null`;

/** Starts a process; `near` is a folder for a moment's files. Throws when it cannot be started. */
export async function startProcess([program = '', ...args]: readonly string[], { env, near, take }: Readonly<{ env: NodeJS.ProcessEnv; near: string; take: (bytes: Buffer) => void }>): Promise<Started> {
  findProgram(program, env);
  const pipe = openPipe(near);
  let child: ChildProcess;
  try {
    child = spawn(program, args, { env, stdio: ['ignore', pipe?.write ?? 'pipe', pipe?.write ?? 'pipe'], detached: true });
    await new Promise<void>((resolve, reject) => { child.once('spawn', resolve); child.once('error', reject); });
  } catch (error) {
    pipe?.output.destroy();
    throw error;
  } finally {
    if (pipe) closeSync(pipe.write);
  }
  const pid = child.pid ?? 0;
  const guard = spawn('/bin/sh', ['-c', GUARD, 'guard', String(pid)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, env: {} });
  guard.on('error', () => {});
  guard.stdin.on('error', () => {});
  const signal = (name: NodeJS.Signals): void => {
    try {
      process.kill(-pid, name);
    } catch { /* Nobody is left in the group. */ }
  };
  const outputs: readonly Readable[] = pipe ? [pipe.output] : [child.stdout, child.stderr].filter((one) => one !== null);
  const closed = Promise.all(outputs.map((output) => new Promise<void>((resolve) => {
    output.on('data', take).on('error', () => {}).once('close', resolve);
  })));
  const exited = new Promise<number>((resolve) => { child.once('exit', (code) => { resolve(code ?? -1); }); });
  return {
    signal,
    ended: exited.then(async (code) => {
      const drained = new AbortController();
      void closed.then(() => { drained.abort(); });
      await pause(DRAIN_MS, drained.signal);
      signal('SIGKILL');
      for (const output of outputs) output.destroy();
      guard.stdin.destroy();
      guard.unref();
      return code;
    }),
  };
}

/** As a shell looks for it. Throws with the reason. */
function findProgram(program: string, env: NodeJS.ProcessEnv): void {
  if (program === '') throw new Error('the command is empty');
  const places = program.includes('/') ? [program] : (env.PATH ?? '').split(delimiter).map((folder) => join(folder || '.', program));
  let why = program.includes('/') ? 'no such file' : 'not found in PATH';
  for (const place of places) {
    const found = statSync(place, { throwIfNoEntry: false });
    if (!found) continue;
    if (found.isDirectory()) { why = 'it is a folder'; continue; }
    try {
      accessSync(place, constants.X_OK);
      return;
    } catch {
      why = 'permission denied';
    }
  }
  throw new Error(`${program}: ${why}`);
}

/**
 * A pipe as a shell makes it: what node makes are sockets, which `/dev/stdout` cannot open and of which there would be one for each
 * output, so that the order is lost. undefined where pipes cannot be made.
 */
function openPipe(near: string): Readonly<{ output: Readable; write: number }> | undefined {
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(near, '.pipe-'));
    const path = join(folder, 'output');
    execFileSync('mkfifo', ['-m', '600', path], { env: { PATH: '/usr/bin:/bin' }, stdio: 'ignore' });
    const read = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return { output: new Socket({ fd: read, readable: true, writable: false }), write: openSync(path, constants.O_WRONLY) };
  } catch {
    return undefined;
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

