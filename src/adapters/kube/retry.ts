import { randomInt } from 'node:crypto';
import { RemoteError } from '../../core/errors.js';
import { ApiError, statusOf } from './http.js';

export const ATTEMPTS = 8;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 30_000;

/** Waits, and rejects with the signal's reason when it is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) { reject(signal.reason as Error); return; }
    const stop = () => { clearTimeout(timer); reject(signal.reason as Error); };
    const timer = setTimeout(() => { signal.removeEventListener('abort', stop); resolve(); }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** Repeats what failed by transport, by 429 or on the server's side: 8 attempts, 250 ms doubling, 10 % jitter (plugins-policy 4.1.7). */
export async function insist<T>(what: string, signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  for (let attempt = 1, delay = FIRST_DELAY_MS; ; attempt++, delay *= 2) {
    signal.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      const status = statusOf(error);
      signal.throwIfAborted();
      if (status !== undefined && status < 500 && status !== 429) throw error;
      const retryAfterMs = error instanceof ApiError ? error.retryAfterMs : undefined;
      if (attempt >= ATTEMPTS) {
        throw new RemoteError(`Kubernetes did not answer ${what}: ${error instanceof Error ? error.message : String(error)}`, { service: 'kubernetes', status, retryAfterMs, cause: error });
      }
      await pause(Math.min(Math.max(delay * (1 + randomInt(100) / 1_000), retryAfterMs ?? 0), LONGEST_DELAY_MS), signal);
    }
  }
}
