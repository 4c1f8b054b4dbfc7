import { constants, readFileSync, watch, type FSWatcher } from 'node:fs';
import { chmod, mkdir, mkdtemp, open, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pause } from './utility.js';

/** How a container's process ended: its code, and why there is none of its own (then it is -1). */
export type Mark = Readonly<{ code: number; problem?: string }>;

const MODE = 0o777;
/** Beside watching, in case that the watch sees nothing; and how often it is asked whether a process still lives. */
const POLL_MS = 1_000;

/** Puts a marker in place at once: a reader finds all of it or nothing (jobs 5.4). */
export async function writeMarker(path: string, code: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const folder = await mkdtemp(join(dirname(path), '.marker-'));
  try {
    const fresh = join(folder, basename(path));
    const file = await open(fresh, 'wx');
    try {
      await file.writeFile(String(code));
      await file.sync();
    } finally {
      await file.close();
    }
    await chmod(fresh, MODE);
    await rename(fresh, path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const aliveFile = (marker: string): string => `${marker}.alive`;

/** Tells whoever waits for the marker which process is going to write it. */
export async function announce(marker: string, pid: number): Promise<void> {
  await writeFile(aliveFile(marker), JSON.stringify({ pid, startedAt: startOf(pid) })).catch(() => undefined); // without it they wait longer
}

/** When a process started, in the kernel's ticks: it tells a process from a later one with the same id. `""` where nobody says so. */
function startOf(pid: number): string {
  try {
    return readFileSync(`/proc/${String(pid)}/stat`, 'utf8').replace(/^.*\)/s, '').trim().split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/** Whether the process that announced itself is gone; undefined when none did, or it cannot be seen from here. */
function isGone(marker: string): boolean | undefined {
  let pid: unknown;
  let startedAt: unknown;
  try {
    ({ pid, startedAt } = JSON.parse(readFileSync(aliveFile(marker), 'utf8')) as Record<string, unknown>);
  } catch {
    return undefined;
  }
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid < 1) return undefined;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  const now = startOf(pid);
  return typeof startedAt === 'string' && startedAt !== '' && now !== '' ? startedAt !== now : false;
}

/** What a marker says; undefined when there is none yet. */
export async function readMarker(path: string): Promise<Mark | undefined> {
  let text: string;
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      text = (await file.readFile('utf8')).trim();
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return { code: -1, problem: `${path}: the marker cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
  return /^[+-]?\d{1,9}$/.test(text) ? { code: Number(text) } : { code: -1, problem: `${path}: the marker is no number: ${JSON.stringify(text.slice(0, 40))}` };
}

/**
 * Waits for a marker, but no longer than the process lives that is to write it, where that can be seen (jobs 5.5; 16, flaw 34).
 * undefined: the signal was aborted.
 */
export async function waitForMarker(path: string, signal: AbortSignal): Promise<Mark | undefined> {
  for (;;) {
    const looking = new AbortController();
    const wake = (): void => { looking.abort(); };
    signal.addEventListener('abort', wake, { once: true });
    // Watched before it is looked for: nothing comes in between.
    const watcher = watched(dirname(path), wake);
    try {
      const gone = isGone(path);
      const mark = await readMarker(path);
      if (mark) return mark;
      if (signal.aborted) return undefined;
      if (gone) return { code: -1, problem: `${path}: the process that writes the marker has died without it` };
      await pause(POLL_MS, looking.signal);
    } finally {
      watcher?.close();
      signal.removeEventListener('abort', wake);
    }
  }
}

function watched(folder: string, wake: () => void): FSWatcher | undefined {
  try {
    return watch(folder, wake).on('error', wake);
  } catch {
    return undefined; // not there yet: it is looked for now and then
  }
}
