import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { RemoteError } from '../core/errors.js';
import type { ExternalAnswer, ExternalPlugins } from '../core/ports/external.js';

/** So much of an answer is looked at. */
const ANSWER_BYTES = 2_000;
const HELP_BYTES = 1024 * 1024;
/** An answer that takes longer counts as none. GitHub itself waits ten seconds. */
const DELIVER_MS = 30_000;

export interface ExternalPluginsOptions {
  readonly deliverMs?: number;
}

/** Services that get webhooks sent on, over HTTP. Each attempt is a request of its own, with just the headers that it is given. */
export function createExternalPlugins({ deliverMs = DELIVER_MS }: ExternalPluginsOptions = {}): ExternalPlugins {
  return {
    async deliver(endpoint, { headers, body }, { signal }) {
      const { answer, text } = await post(endpoint, headers, body, ANSWER_BYTES, { signal, limitMs: deliverMs });
      return { status: answer.statusCode ?? 0, text, retryAfterMs: retryAfter(answer.headers['retry-after']) };
    },
    async help(endpoint, repos, { signal }) {
      const url = helpUrl(endpoint);
      const body = JSON.stringify(repos.map(({ org, name }) => ({ Org: org, Repo: name })));
      const { answer, text } = await post(url, { 'content-type': 'application/json' }, body, HELP_BYTES, { signal, limitMs: deliverMs });
      if (answer.statusCode === undefined || answer.statusCode < 200 || answer.statusCode > 299) throw new RemoteError(`${url} answered ${answer.statusCode}: ${text.slice(0, 200)}`, { service: 'external', status: answer.statusCode });
      try {
        return JSON.parse(text) as unknown;
      } catch (cause) {
        throw new RemoteError(`${url} answered no JSON`, { service: 'external', cause });
      }
    },
  };
}

/** `/help` below the path of an endpoint (plugins-policy 1.11). */
export function helpUrl(endpoint: string): string {
  const url = parsed(endpoint);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/help`;
  return url.href;
}

function parsed(endpoint: string): URL {
  if (!URL.canParse(endpoint)) throw new RemoteError(`${JSON.stringify(endpoint)} is not an address`, { service: 'external', retry: 'never' });
  const url = new URL(endpoint);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new RemoteError(`${JSON.stringify(endpoint)} is neither http nor https`, { service: 'external', retry: 'never' });
  return url;
}

function retryAfter(header: string | undefined): ExternalAnswer['retryAfterMs'] {
  if (header === undefined) return undefined;
  const seconds = Number(header);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 3_600) * 1_000 : undefined;
}

type Posted = Readonly<{ answer: IncomingMessage; text: string }>;

async function post(endpoint: string, headers: Readonly<Record<string, string>>, body: string, most: number, { signal, limitMs }: Readonly<{ signal: AbortSignal; limitMs: number }>): Promise<Posted> {
  const url = parsed(endpoint);
  const bytes = Buffer.from(body);
  const limited = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
      const request = send(url, { method: 'POST', headers: { ...headers, 'content-length': bytes.length }, signal: limited }, resolve);
      request.once('error', reject);
      request.end(bytes);
    });
    return { answer, text: await firstOf(answer, most) };
  } catch (cause) {
    signal.throwIfAborted();
    const why = limited.aborted ? `no answer after ${limitMs} ms` : cause instanceof Error ? cause.message : String(cause);
    throw new RemoteError(`${url.href} gave no answer: ${why}`, { service: 'external', cause });
  }
}

/** The first part of an answer's text; the rest is read and dropped, so that the connection can be used again. */
async function firstOf(answer: IncomingMessage, most: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    if (size < most) chunks.push(chunk.subarray(0, most - size));
    size += chunk.length;
    if (size > most + HELP_BYTES) {
      answer.destroy();
      break;
    }
  }
  return Buffer.concat(chunks).toString('utf8');
}
