import type { Context } from 'hono';
import { stream as streamOf } from 'hono/streaming';

/** Headers of what must not be kept (deck 3.1). */
export const NO_STORE = { 'Cache-Control': 'no-store, must-revalidate', Expires: '0' } as const;

/** A script's variable, as an address may name it; undefined for what is none. */
export function variableOf(name: string | undefined): Readonly<{ name: string | undefined }> | undefined {
  return name === undefined || /^[A-Za-z_$][\w$]{0,63}$/.test(name) ? { name } : undefined;
}

/** Whether a client has what an ETag names. */
export function has(header: string | undefined, etag: string): boolean {
  return (header ?? '').split(',').some((one) => one.trim() === etag || one.trim() === '*');
}

/** Whether a client reads gzip. */
export function readsGzip(header: string | undefined): boolean {
  return /(?:^|,)\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[^,]*)?(?:,|$)/i.test(header ?? '');
}

/** Bytes as they come. When they break off, so does the answer; `failed` is told. */
export function sendParts(c: Context, parts: AsyncIterable<Uint8Array>, { failed, ended }: Readonly<{ failed: (error: unknown) => void; ended: AbortController }>): Response {
  return streamOf(c, async (stream) => {
    stream.onAbort(() => { ended.abort(); });
    try {
      for await (const part of parts) await stream.write(part);
    } catch (error) {
      if (!ended.signal.aborted) failed(error);
    } finally {
      ended.abort();
    }
  });
}
