import { RemoteError, UserError } from './errors.js';

/** Whether trying again cannot help: a person must mend something first, or the service refused for good. */
export function isFinal(error: unknown): boolean {
  return error instanceof UserError || (error instanceof RemoteError && error.retry === 'never');
}

/** How long the failed service asked us to wait; undefined when it did not say. */
export function askedToWait(error: unknown): number | undefined {
  return error instanceof RemoteError ? error.retryAfterMs : undefined;
}

/** Milliseconds to wait after this many failed attempts: doubling, bounded, never shorter than what the service asked for. */
export function backoff(failed: number, retry: Readonly<{ backoffMs: number; maxBackoffMs?: number | undefined }>, error?: unknown): number {
  const doubled = retry.backoffMs * 2 ** Math.min(Math.max(failed - 1, 0), 30);
  return Math.max(Math.min(doubled, retry.maxBackoffMs ?? 600_000), askedToWait(error) ?? 0);
}

/** Something thrown, as an Error. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
