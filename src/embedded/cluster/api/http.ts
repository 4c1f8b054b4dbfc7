import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { fromProtobuf } from './protobuf.js';
import { badRequest, StatusError, unsupported } from './status.js';

/** A request as routes see it. */
export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly accept: string;
  readonly contentType: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Ends when the caller is gone or the server stops. */
  readonly signal: AbortSignal;
}

/** What kubectl's typed commands send; like JSON a type that no web page can send unasked. */
const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const BODY_LIMIT = 3 * 1024 * 1024;
/** Slow readers are cut off rather than remembered without end. */
export const BACKLOG_LIMIT = 64 * 1024 * 1024;

/** Answers with JSON. */
export function answer({ response }: Pick<Call, 'response'>, code: number, body: object | string): void {
  const text = typeof body === 'string' ? body : `${JSON.stringify(body)}\n`;
  response.writeHead(code, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), 'cache-control': 'no-cache, private' });
  response.end(text);
}

/** Writes and waits for the reader where it is slow. Throws when the caller is gone. */
export async function send({ response, signal }: Pick<Call, 'response' | 'signal'>, text: string | Buffer): Promise<void> {
  signal.throwIfAborted();
  if (!response.write(text)) await once(response, 'drain', { signal });
}

async function readBody({ request }: Pick<Call, 'request'>): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > BODY_LIMIT) throw new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${String(BODY_LIMIT)}`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** The JSON body of a request, of one of the given types; undefined when there is none. Throws 400, 413, 415. */
export async function jsonBody(call: Call, types: readonly string[]): Promise<unknown> {
  const bytes = await readBody(call);
  if (bytes.length === 0) return undefined;
  // kubectl 1.20 names no type for some of its JSON. A web page could do that, too, but not with the token, and its Origin is refused.
  const plain = call.contentType === '' && types.includes('application/json');
  if (!plain && !types.includes(call.contentType)) {
    const object = call.contentType === PROTOBUF && types.includes('application/json') ? fromProtobuf(bytes) : undefined;
    if (object) return object;
    throw unsupported(`the body of the request was in an unknown format - accepted media types include: ${types.join(', ')}`);
  }
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch (error) {
    throw badRequest(`the body is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A whole number of the query, at least 0; undefined when absent. Throws 400. */
export function numberOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^\d{1,15}$/.test(text)) throw badRequest(`${name}: Invalid value: "${text}": must be a whole number, not negative`);
  return Number(text);
}

/** Whether a parameter of the query is set. Throws 400 for what is neither true nor false. */
export function flagOf(query: URLSearchParams, name: string): boolean {
  const text = query.get(name);
  if (text === null || ['', '0', 'false', 'f', 'False', 'F', 'FALSE'].includes(text)) return false;
  if (['1', 'true', 't', 'True', 'T', 'TRUE'].includes(text)) return true;
  throw badRequest(`${name}: Invalid value: "${text}": must be true or false`);
}
