import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { EntrypointOptions } from './entrypointOptions.js';
import { goDuration } from './goDuration.js';
import { announce, waitForMarker, writeMarker } from './marker.js';
import { startProcess } from './process.js';
import { createSays } from './utility.js';

type Run = Extract<EntrypointOptions, { kind: 'run' }>;

/** An error of ours or a timeout; ended by a signal; not run because the step before failed (jobs 5.4). */
const [INTERNAL, ABORTED, SKIPPED] = [127, 130, 1130];

export interface EntrypointDeps {
  readonly env: NodeJS.ProcessEnv;
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Where the output goes beside the log. */
  readonly write: (bytes: Uint8Array) => void;
  /** Calls back at every SIGINT or SIGTERM. */
  readonly onSignal: (take: (signal: 'SIGINT' | 'SIGTERM') => void) => void;
}

/** Runs the process, tells by the marker how it ended, and answers the exit code (jobs 5.4). */
export async function runEntrypoint(options: Run, deps: EntrypointDeps): Promise<number> {
  const { now, write, onSignal, pid } = deps;
  const stopped = new AbortController();
  let early: 'SIGINT' | 'SIGTERM' | undefined;
  let stop: (signal: 'SIGINT' | 'SIGTERM') => void = (signal) => {
    early ??= signal;
    stopped.abort();
  };
  onSignal((signal) => { stop(signal); });

  mkdirSync(dirname(options.processLog), { recursive: true });
  mkdirSync(dirname(options.markerFile), { recursive: true });
  await announce(options.markerFile, pid);
  const log = openSync(options.processLog, 'w', 0o644);
  let logFault: unknown;
  const both = (bytes: Uint8Array): void => {
    write(bytes);
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(log, bytes, at);
    } catch (error) {
      logFault ??= error; // a full disk: the process goes on, and what it says is still seen
    }
  };
  const says = createSays('entrypoint', (line) => { both(Buffer.from(line)); }, now);

  async function run(): Promise<number> {
    if (options.artifactDir !== '') await mkdir(options.artifactDir, { recursive: true });
    if (options.previousMarker !== '') {
      const before = await waitForMarker(options.previousMarker, stopped.signal);
      if (!before) return ABORTED;
      if (before.problem !== undefined) throw new Error(before.problem);
      if (before.code !== 0) {
        says.info({ code: before.code }, 'not run, since the step before failed');
        return SKIPPED;
      }
    }
    if (early !== undefined) return ABORTED;
    const child = await startProcess(options.args, { env: deps.env, near: dirname(options.processLog), take: both });
    let ended: 'by itself' | 'timeout' | 'signal' = 'by itself';
    let killer: NodeJS.Timeout | undefined;
    const kill = (): void => {
      killer ??= setTimeout(() => {
        says.error({}, `the process did not end within its grace period of ${goDuration(options.graceMs)} and is killed`);
        child.signal('SIGKILL');
      }, options.graceMs);
    };
    const timer = setTimeout(() => {
      ended = 'timeout';
      says.error({ reason: 'timeout' }, `the process timed out after ${goDuration(options.timeoutMs)} and is interrupted`);
      child.signal('SIGINT');
      kill();
    }, Math.min(options.timeoutMs, 2 ** 31 - 1));
    stop = (signal) => {
      says.error({ reason: 'aborted' }, `got ${signal}: the process is interrupted`);
      clearTimeout(timer);
      if (ended === 'by itself') ended = 'signal';
      child.signal('SIGINT');
      child.signal(signal);
      kill();
    };
    if (early !== undefined) stop(early);
    const code = await child.ended;
    clearTimeout(timer);
    clearTimeout(killer);
    const why = ended as 'by itself' | 'timeout' | 'signal';
    if (why === 'by itself') {
      if (code !== 0) says.error({ code }, code < 0 ? 'the process was ended by a signal' : `the process ended with exit code ${String(code)}`);
      return code;
    }
    if (options.onStop === 'code of the process') return code;
    return why === 'timeout' ? INTERNAL : ABORTED;
  }

  let code: number;
  try {
    code = await run();
  } catch (error) {
    says.error({ error }, 'the process could not be run');
    code = INTERNAL;
  }
  stop = () => {};
  try {
    await writeMarker(options.markerFile, code);
  } catch (error) {
    says.error({ error }, 'the marker could not be written');
    return INTERNAL;
  } finally {
    if (logFault !== undefined) write(Buffer.from(`entrypoint: ${options.processLog} is not complete: ${logFault instanceof Error ? logFault.message : 'it could not be written'}\n`));
    closeSync(log);
  }
  return options.exit === 'zero' ? 0 : code;
}
