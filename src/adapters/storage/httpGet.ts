import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';

/** How long a server may take to begin its answer. */
const ANSWER_MS = 60_000;
const TRIES = 4;

/**
 * Gets an address; the body is as it was sent, and stopping to read it closes the connection, and no other. Tried again where the server is
 * away or asks for it (429, 5xx). Throws what the network or the signal says.
 */
export async function httpGet(url: string, { headers, signal }: Readonly<{ headers: Readonly<Record<string, string>>; signal: AbortSignal }>): Promise<IncomingMessage> {
  for (let failed = 1; ; failed++) {
    const answer = await once(url, headers, signal).catch((error: unknown) => {
      if (signal.aborted || failed === TRIES) throw error;
      return undefined;
    });
    const { statusCode = 0 } = answer ?? {};
    if (answer && (failed === TRIES || (statusCode !== 429 && statusCode < 500))) return answer;
    answer?.destroy();
    await pause(250 * 2 ** failed, signal);
  }
}

function once(url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = (url.startsWith('https:') ? https : http).get(url, { headers, signal }, resolve);
    request.setTimeout(ANSWER_MS, () => { request.destroy(new Error(`no answer within ${ANSWER_MS / 1_000} s`)); });
    request.once('error', (error) => { reject(signal.aborted ? (signal.reason as Error) : error); });
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => { clearTimeout(timer); reject(signal.reason as Error); };
    const timer = setTimeout(() => { signal.removeEventListener('abort', stop); resolve(); }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}
