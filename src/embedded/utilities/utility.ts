import type { Log } from '../../core/ports/log.js';
import { OptionsError } from './options.js';

/** What these programs say about themselves. */
export type Says = Pick<Log, 'info' | 'warn' | 'error'>;

/** One line of JSON for everything said, with upstream's keys; `write` gets it with its line end. */
export function createSays(component: string, write: (line: string) => void, now: () => number): Says {
  const say = (level: string) => (fields: object, msg: string): void => {
    const facts = Object.fromEntries(Object.entries(fields).map(([key, value]: [string, unknown]) => (value instanceof Error ? ['error', value.message] : [key, value])));
    write(`${JSON.stringify({ component, ...facts, level, msg, time: new Date(now()).toISOString() })}\n`);
  };
  return { info: say('info'), warn: say('warning'), error: say('error') };
}

/** Runs a program to its exit code and ends the process with it; options that are wrong are one line on standard error, and code 1. */
export async function runUtility(name: string, main: () => Promise<number>): Promise<void> {
  let code: number;
  try {
    code = await main();
  } catch (error) {
    process.stderr.write(error instanceof OptionsError ? `${name}: ${error.message}\n` : `${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    code = 1;
  }
  // What was written is out before the end, whatever handle is still open.
  const flushed = (stream: NodeJS.WriteStream): Promise<void> => new Promise((resolve) => { stream.write('', () => { resolve(); }); });
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  process.exit(code & 0xff);
}

/** Where a path of a container lies on this machine: the kubelet tells the mounts of a container in PROW_MOUNTS. */
export function mounted(path: string, env: Readonly<Record<string, string | undefined>>): string {
  let mounts: unknown;
  try {
    mounts = JSON.parse(env.PROW_MOUNTS ?? '{}');
  } catch {
    return path;
  }
  const found = Object.entries(typeof mounts === 'object' && mounts !== null ? (mounts as Record<string, unknown>) : {})
    .filter(([from]) => path === from || path.startsWith(`${from}/`)).sort(([a], [b]) => b.length - a.length)[0];
  return found && typeof found[1] === 'string' ? `${found[1]}${path.slice(found[0].length)}` : path;
}

/** Resolves after the time, or as soon as the signal is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) { resolve(); return; }
    const done = (): void => { clearTimeout(timer); signal?.removeEventListener('abort', done); resolve(); };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** Runs work on every item, so many at once; answers come in the order of the items. Rejects with the first error. */
export async function inParallel<T, R>(items: readonly T[], limit: number, work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results = new Array<R>(items.length);
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [at, item] of queue) results[at] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(limit, items.length)) }, worker));
  return results;
}
