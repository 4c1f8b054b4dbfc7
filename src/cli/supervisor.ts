import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/** How a child process ended. */
export type Ended = Readonly<{ code: number | null; signal: NodeJS.Signals | null }>;

/** A process that is started again whenever it dies. */
export interface Supervised {
  readonly name: string;
  readonly pid: number | undefined;
  /** How often it was started again. */
  readonly restarts: number;
  /** Kills it at once, as a machine that dies would; false where none runs at the moment. */
  kill(): boolean;
  /** Asks it to end, waits, and kills it where it does not; it is not started again. */
  stop(): Promise<void>;
}

export interface SuperviseOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What it prints goes here. */
  readonly logFile: string;
  /** Time to end by itself. */
  readonly graceMs: number;
  /** Told when it died by itself. */
  onDeath(ended: Ended): void;
}

const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 5_000;
/** Having lived so long, it starts again with the first pause. */
const HEALTHY_MS = 10_000;

/** Starts a process and keeps it running, with growing pauses where it keeps dying. */
export function supervise({ name, command, args, env, logFile, graceMs, onDeath }: SuperviseOptions): Supervised {
  let child: ChildProcess | undefined;
  let ended: Promise<void> = Promise.resolve();
  let restarts = 0;
  let pause = FIRST_PAUSE;
  let stopping = false;
  let timer: NodeJS.Timeout | undefined;
  // Whatever happens to this process, the child does not outlive it.
  const killer = (): void => { child?.kill('SIGKILL'); };
  process.on('exit', killer);

  const start = (): void => {
    const log = openSync(logFile, 'a', 0o600);
    const begun = performance.now();
    const running = spawn(command, [...args], { env, stdio: ['ignore', log, log] });
    closeSync(log);
    child = running;
    ended = new Promise((resolve) => {
      const over = (how: Ended): void => {
        if (child === running) child = undefined;
        resolve();
        if (stopping) return;
        onDeath(how);
        pause = performance.now() - begun > HEALTHY_MS ? FIRST_PAUSE : Math.min(pause * 2, LONGEST_PAUSE);
        if (stopping) return; // by whoever was told
        timer = setTimeout(() => { restarts += 1; start(); }, pause);
      };
      running.once('exit', (code, signal) => { over({ code, signal }); });
      running.once('error', () => { if (running.pid === undefined) over({ code: null, signal: null }); });
    });
  };
  start();

  return {
    name,
    get pid() { return child?.pid; },
    get restarts() { return restarts; },
    kill: () => child?.kill('SIGKILL') ?? false,
    async stop() {
      stopping = true;
      clearTimeout(timer);
      child?.kill('SIGTERM');
      const hard = setTimeout(() => { child?.kill('SIGKILL'); }, graceMs);
      await ended;
      clearTimeout(hard);
      process.off('exit', killer);
    },
  };
}
