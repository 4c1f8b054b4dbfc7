import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import { NotFoundError, RemoteError } from '../../core/errors.js';
import type { Credentials } from './credentials.js';

/** How long the API server may take to begin its answer, and then to say the next part of one that is not a stream. */
const ANSWER_MS = 60_000;
/** Enough of a refusal for people; a Status object is shorter. */
const REFUSAL_BYTES = 64_000;

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the server's address, encoded, e.g. `/api/v1/nodes/a`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** `application/json` unless it is a patch. */
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal: AbortSignal;
}

/** One API server, spoken to as one user. */
export interface KubeHttp extends Disposable {
  /** The answer's JSON. Throws an ApiError for a refusal, any other error when there was no answer. */
  json(call: Call): Promise<unknown>;
  /** The answer's body as it arrives: watches and followed logs. Closing the iteration closes the connection. */
  stream(call: Call): Promise<AsyncIterable<Uint8Array>>;
}

/** The API server answered, and refused. The message is its own. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** `NotFound`, `AlreadyExists`, `Conflict`, `Expired`, … */
  readonly reason: string;
  readonly retryAfterMs: number | undefined;
  constructor(message: string, about: Readonly<{ status: number; reason: string; retryAfterMs?: number | undefined }>) {
    super(message);
    this.status = about.status;
    this.reason = about.reason;
    this.retryAfterMs = about.retryAfterMs;
  }
}

/** A path of encoded segments. */
export function pathOf(...segments: readonly string[]): string {
  return segments.map((segment) => `/${encodeURIComponent(segment)}`).join('');
}

/** Speaks HTTP with what the credentials say; connections are kept and used again. */
export function openHttp(credentials: Credentials, { userAgent, answerMs = ANSWER_MS }: Readonly<{ userAgent: string; answerMs?: number }>): KubeHttp {
  const once = async (call: Call, fresh: 'fresh' | 'kept'): Promise<IncomingMessage> => {
    const { server, agent, headers } = await credentials.get(fresh);
    const url = new URL(server.replace(/\/+$/, '') + call.path);
    for (const [key, value] of Object.entries(call.query ?? {})) if (value !== undefined) url.searchParams.set(key, String(value));
    const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
    const sent = {
      ...headers,
      'user-agent': userAgent,
      accept: call.accept ?? 'application/json',
      ...(body && { 'content-type': call.contentType ?? 'application/json', 'content-length': String(body.length) }),
    };
    return answerOf((url.protocol === 'http:' ? http : https).request(url, { method: call.method ?? 'GET', headers: sent, agent, signal: call.signal }), body, answerMs);
  };
  const send = async (call: Call): Promise<IncomingMessage> => {
    call.signal.throwIfAborted();
    let answer = await once(call, 'kept');
    if (answer.statusCode === 401) {
      // A token may have run out or been replaced: ask for it anew, once.
      answer.resume();
      answer = await once(call, 'fresh');
    }
    const status = answer.statusCode ?? 0;
    if (status >= 200 && status < 300) return answer;
    throw refusal(status, answer.headers, await text(answer, answerMs, REFUSAL_BYTES));
  };
  return {
    async json(call) {
      const body = await text(await send(call), answerMs);
      try {
        return body === '' ? undefined : (JSON.parse(body) as unknown);
      } catch (cause) {
        throw new Error(`the answer to ${call.method ?? 'GET'} ${call.path} is no JSON`, { cause });
      }
    },
    async stream(call) {
      const answer = await send(call);
      answer.socket.setKeepAlive(true, 30_000);
      return answer as AsyncIterable<Uint8Array>;
    },
    [Symbol.dispose]: () => { credentials[Symbol.dispose](); },
  };
}

function answerOf(request: ClientRequest, body: Buffer | undefined, answerMs: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => request.destroy(new Error(`no answer within ${answerMs} ms`)), answerMs);
    request.once('response', (answer) => { clearTimeout(timer); resolve(answer); });
    request.once('error', (error) => { clearTimeout(timer); reject(error); });
    request.end(body);
  });
}

async function text(answer: IncomingMessage, answerMs: number, limit = Infinity): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  // A timer of our own: the socket goes back to the agent, and another call's pauses are none of this one's business.
  const timer = setTimeout(() => answer.destroy(new Error(`the answer stopped for ${answerMs} ms`)), answerMs);
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      timer.refresh();
      chunks.push(chunk);
      size += chunk.length;
      if (size > limit) break;
    }
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks).toString();
}

function refusal(status: number, headers: IncomingHttpHeaders, body: string): ApiError {
  const said = statusObject(body);
  const after = Number(headers['retry-after']);
  return new ApiError(said?.message || body.trim().slice(0, 500) || `HTTP ${status}`, {
    status,
    reason: said?.reason ?? '',
    retryAfterMs: Number.isFinite(after) && after > 0 ? after * 1_000 : undefined,
  });
}

function statusObject(body: string): { message?: string; reason?: string } | undefined {
  try {
    const parsed = JSON.parse(body) as { kind?: unknown; message?: string; reason?: string } | null;
    return parsed?.kind === 'Status' ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** The API's status of a refusal; undefined when there was no answer. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof ApiError || error instanceof RemoteError ? error.status : undefined;
}

/** An error for callers, who are told what they asked for. Conflicts, throttling and the server's own faults may pass. */
export function refused(what: string, error: unknown, { mayPass = [] }: Readonly<{ mayPass?: readonly number[] }> = {}): RemoteError {
  if (error instanceof RemoteError) return error;
  const status = statusOf(error);
  const message = `Kubernetes refused ${what}: ${error instanceof Error ? error.message.slice(0, 500) : String(error)}`;
  if (status === 404) return new NotFoundError(message, { service: 'kubernetes', cause: error });
  const final = status !== undefined && status < 500 && ![408, 409, 429, ...mayPass].includes(status);
  return new RemoteError(message, { service: 'kubernetes', status, retry: final ? 'never' : 'later', retryAfterMs: error instanceof ApiError ? error.retryAfterMs : undefined, cause: error });
}

/** Whether a create was refused because the name is taken; a quota that changes meanwhile is a 409, too. */
export function alreadyThere(error: unknown): boolean {
  return statusOf(error) === 409 && !(error instanceof ApiError && error.reason === 'Conflict');
}
