import { tokensFor, type HmacSecrets } from '../config/hmac.js';
import type { Clock } from '../core/ports/clock.js';
import type { Delivery } from '../core/event.js';
import type { EventStore } from '../core/ports/events.js';
import type { Handling } from '../core/ports/handling.js';
import type { Log } from '../core/ports/log.js';
import type { Metrics } from '../core/ports/metrics.js';
import type { Secret } from '../core/ports/secrets.js';
import { signerOf, verified } from '../core/signature.js';
import { eventLabel } from './eventNames.js';

export interface HookDeps {
  readonly store: Pick<EventStore, 'store'>;
  readonly handling: Pick<Handling, 'laneOf'>;
  readonly secrets: Secret<HmacSecrets>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'count'>;
}

/** GitHub sends no more. */
const MAX_BYTES = 25 * 1024 * 1024;
/** A store that takes longer counts as away; GitHub gives up after 10 s. */
const STORE_MS = 1_800;

export type Answer = Readonly<{ status: number; text: string; headers?: Readonly<Record<string, string>> }>;
const answer = (status: number, text: string): Answer => ({ status, text });

class TooLarge extends Error {}

/** The raw body, no more of it than is allowed. */
async function bodyOf(request: Request): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (request.body) {
    for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      if (size > MAX_BYTES) throw new TooLarge();
      chunks.push(chunk);
    }
  }
  return Buffer.concat(chunks);
}

/** Resolves or rejects with the work, or rejects once it took too long. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not stored after ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Headers of the connection and of whoever stands before us: they are not part of the message. */
const OF_CONNECTION: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'proxy-connection', 'proxy-authorization', 'proxy-authenticate', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'host', 'content-length', 'expect', 'cookie', 'authorization']);

/** The headers that belong to the message. */
function headersOf(headers: Headers): Readonly<Record<string, string>> {
  return Object.fromEntries([...headers].filter(([name]) => !OF_CONNECTION.has(name)));
}

/** The checks of plugins-policy 1.3 in their order; the first that fails answers. */
export async function checkWebhook(request: Request, { secrets, clock }: Pick<HookDeps, 'secrets' | 'clock'>): Promise<Answer | Delivery> {
  if (request.method !== 'POST') return { ...answer(405, 'only POST is allowed'), headers: { Allow: 'POST' } };
  const event = request.headers.get('x-github-event') ?? '';
  if (event === '') return answer(400, 'header X-GitHub-Event is missing');
  const id = request.headers.get('x-github-delivery') ?? '';
  if (id === '') return answer(400, 'header X-GitHub-Delivery is missing');
  const signature = request.headers.get('x-hub-signature-256') ?? '';
  if (signature === '') return answer(403, 'header X-Hub-Signature-256 is missing');
  if (request.headers.get('content-type') !== 'application/json') return answer(400, 'Content-Type must be application/json');
  let body: Buffer;
  try {
    body = await bodyOf(request);
  } catch (err) {
    return err instanceof TooLarge ? answer(413, 'the body is too large') : answer(500, 'the body could not be read');
  }
  const text = body.toString('utf8');
  let payload: unknown;
  try {
    payload = JSON.parse(text);
  } catch {
    return answer(403, 'the payload is not JSON');
  }
  if (!verified(body, signature, tokensFor(secrets.value(), signerOf(payload)))) return answer(403, 'the signature is not valid');
  return { id, event, at: clock.now(), via: 'webhook', body: text, headers: headersOf(request.headers) };
}

async function accept(delivery: Delivery, { store, handling, log, metrics }: HookDeps): Promise<Answer> {
  const { id, event } = delivery;
  metrics.count('prow_webhook_counter', { event_type: eventLabel(event) });
  const lane = handling.laneOf(delivery);
  try {
    const stored = await within(STORE_MS, store.store(delivery, lane));
    log.debug({ delivery: id, event, lane, stored }, 'delivery accepted');
    return answer(200, stored === 'stored' ? 'stored' : 'stored before');
  } catch (err) {
    log.error({ err, delivery: id, event, lane }, 'delivery could not be stored');
    return { ...answer(503, 'the delivery could not be stored'), headers: { 'Retry-After': '10' } };
  }
}

/** The webhook endpoint: checks, stores, answers. 200 means stored; a delivery that was stored before is answered alike. */
export function createHook(deps: HookDeps): (request: Request) => Promise<Response> {
  return async (request) => {
    let { status, text, headers }: Answer = answer(500, 'internal error');
    try {
      const checked = await checkWebhook(request, deps);
      ({ status, text, headers } = 'status' in checked ? checked : await accept(checked, deps));
    } catch (err) {
      deps.log.error({ err }, 'webhook failed');
    }
    deps.metrics.count('prow_webhook_response_codes', { response_code: String(status) });
    return new Response(`${text}\n`, { status, headers: { 'Content-Type': 'text/plain; charset=utf-8', ...headers } });
  };
}
