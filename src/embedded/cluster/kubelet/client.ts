import { setMaxListeners } from 'node:events';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import { at, fieldsOf, isFields, listOf, type Fields, type Kobject } from '../api/object.js';

/** The API server refused a call; `code` is its HTTP status. */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export interface Ask { readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'; readonly path: string; readonly body?: Fields; readonly signal: AbortSignal }
export type Event = Readonly<{ type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: Kobject }>;

/** A Kubernetes API with the identity of a kubeconfig; plain JSON in and out. Everything throws KubeError or a network error. */
export interface Client {
  ask(ask: Ask): Promise<Fields>;
  /**
   * All objects at a path, then every change, for ever: it lists anew where the history was lost, and tries again after faults.
   * `listed` is called with the complete list each time.
   */
  follow(path: string, handlers: { listed(objects: readonly Kobject[]): void; changed(event: Event): void; failed(error: unknown): void }, signal: AbortSignal): Promise<void>;
}

const RETRY_MS = 500;
const WATCH_SECONDS = 300;
const PAGE = 500;

/** Waits; returns early when aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) { resolve(); return; }
    const end = (): void => { clearTimeout(timer); signal.removeEventListener('abort', end); resolve(); };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}

async function readText(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of answer as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString();
}

const errorOf = (code: number, text: string): KubeError => {
  let message = text.slice(0, 300);
  try { message = String(at(JSON.parse(text), 'message') ?? message); } catch { /* A proxy's page is told as it is. */ }
  return new KubeError(code, message);
};

/** A client for the current context of a kubeconfig. Throws when the file cannot be used. */
export async function loadClient(kubeconfigPath: string): Promise<Client> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigPath);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw new Error(`${kubeconfigPath} names no cluster`);
  const base = new URL(server);
  const first: RequestOptions = {};
  await config.applyToHTTPSOptions(first);
  // One agent for all calls, so that connections are used again; client-node makes one for each call. Behind a proxy, its own.
  const { ca, cert, key, pfx, passphrase, rejectUnauthorized } = first;
  const own = Object.fromEntries(Object.entries({ ca, cert, key, pfx, passphrase, rejectUnauthorized }).filter(([, value]) => value !== undefined && value !== null));
  const agent = config.getCurrentCluster()?.proxyUrl ? first.agent : base.protocol === 'http:' ? new HttpAgent({ keepAlive: true }) : new HttpsAgent({ ...own, keepAlive: true });

  async function open({ method, path, body, signal }: Ask): Promise<IncomingMessage> {
    setMaxListeners(0, signal); // as many as there are calls
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    const text = body === undefined ? undefined : JSON.stringify(body);
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    return new Promise((resolve, reject) => {
      const send = base.protocol === 'http:' ? httpRequest : httpsRequest;
      const request = send(new URL(`${base.pathname.replace(/\/$/, '')}${path}`, base), {
        ...options, agent, method, signal,
        headers: { ...options.headers, accept: 'application/json', ...(text === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(text) }) },
      }, resolve);
      request.once('error', reject);
      request.end(text);
    });
  }
  const ask = async (what: Ask): Promise<Fields> => {
    const answer = await open(what);
    const text = await readText(answer);
    const code = answer.statusCode ?? 500;
    if (code >= 300) throw errorOf(code, text);
    return fieldsOf(JSON.parse(text));
  };
  const listAll = async (path: string, signal: AbortSignal): Promise<{ items: readonly Kobject[]; version: string }> => {
    const items: Kobject[] = [];
    let next = '';
    let version = '';
    do {
      const page = await ask({ method: 'GET', path: `${path}?limit=${String(PAGE)}${next ? `&continue=${encodeURIComponent(next)}` : ''}`, signal });
      items.push(...(listOf(page.items) as readonly Kobject[]));
      version = String(at(page, 'metadata', 'resourceVersion') ?? '');
      next = String(at(page, 'metadata', 'continue') ?? '');
    } while (next !== '');
    return { items, version };
  };

  /** Reads one watch to its end; answers the last version seen, or undefined when the history is lost. */
  async function watchOnce(path: string, from: string, changed: (event: Event) => void, signal: AbortSignal): Promise<string | undefined> {
    const answer = await open({ method: 'GET', path: `${path}?watch=true&allowWatchBookmarks=true&timeoutSeconds=${String(WATCH_SECONDS)}&resourceVersion=${from}`, signal });
    if (answer.statusCode === 410) { answer.resume(); return undefined; }
    if (answer.statusCode !== 200) throw errorOf(answer.statusCode ?? 500, await readText(answer));
    let version = from;
    let rest = '';
    answer.setEncoding('utf8');
    try {
      for await (const chunk of answer as AsyncIterable<string>) {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const event: unknown = JSON.parse(line);
          const object = at(event, 'object');
          if (!isFields(event) || !isFields(object)) continue;
          if (event.type === 'ERROR') {
            if (object.code === 410) return undefined;
            throw new KubeError(Number(object.code ?? 500), String(object.message ?? 'watch failed'));
          }
          version = String(at(object, 'metadata', 'resourceVersion') ?? version);
          if (event.type !== 'BOOKMARK') changed(event as unknown as Event);
        }
      }
    } catch (error) {
      if (error instanceof KubeError) throw error;
      // A connection that broke loses nothing: the next watch goes on where this one was.
      if (version === from) throw error;
    }
    return version;
  }
  return {
    ask,
    async follow(path, { listed, changed, failed }, signal) {
      let version: string | undefined;
      while (!signal.aborted) {
        try {
          if (version === undefined) {
            const all = await listAll(path, signal);
            version = all.version;
            listed(all.items);
          }
          version = await watchOnce(path, version, changed, signal);
        } catch (error) {
          if (signal.aborted) return;
          failed(error);
          if (error instanceof KubeError) version = undefined;
          await pause(RETRY_MS, signal);
        }
      }
    },
  };
}
