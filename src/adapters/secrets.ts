import { readFileSync, statSync } from 'node:fs';
import type { Clock } from '../core/ports/clock.js';
import { ConfigError } from '../core/errors.js';
import type { Log } from '../core/ports/log.js';
import type { Secret } from '../core/ports/secrets.js';

export interface SecretFileDeps<T> {
  readonly clock: Clock;
  readonly log: Log;
  /** Throws for text that cannot be a secret of this kind: at start that is an error, later the old value stays. */
  readonly parse: (text: string) => T;
}

/** The file's time is looked at once a second; after so many looks without change it is read anyway. */
const LOOK_MS = 1_000;
const READ_ANYWAY = 600;

/**
 * A secret in a file, read again when the file changes (links are followed, so that mounted volumes may be swapped). It is
 * looked at when it is used, so there is no timer to stop. An unreadable or unparsable new content leaves the old value.
 */
export function secretFile<T>(path: string, { clock, log, parse }: SecretFileDeps<T>): Secret<T> & Readonly<{ broken(): boolean }> {
  const read = (): Readonly<{ value: T; text: string; mtimeMs: number }> => {
    const { mtimeMs } = statSync(path);
    const text = readFileSync(path, 'utf8').trim();
    return { value: parse(text), text, mtimeMs };
  };

  let current: ReturnType<typeof read>;
  try {
    current = read();
  } catch (err) {
    throw new ConfigError([`${path}: ${err instanceof Error ? err.message : String(err)}`]);
  }
  let lookedAt = clock.now();
  let unchanged = 0;
  let broken = false;

  const refresh = (): void => {
    try {
      const changed = statSync(path).mtimeMs !== current.mtimeMs;
      if (!changed && ++unchanged < READ_ANYWAY && !broken) return;
      const fresh = read();
      if (fresh.text !== current.text) log.info({ 'secret-path': path }, 'secret reloaded');
      current = fresh;
      unchanged = 0;
      broken = false;
    } catch (err) {
      if (!broken) log.error({ err, 'secret-path': path }, 'secret not reloaded, the old value stays');
      broken = true;
    }
  };

  const look = (): void => {
    const now = clock.now();
    if (now - lookedAt < LOOK_MS) return;
    lookedAt = now;
    refresh();
  };
  return {
    value() {
      look();
      return current.value;
    },
    /** Whether the newest content could not be taken, so that an old value is in force. */
    broken() {
      look();
      return broken;
    },
  };
}
