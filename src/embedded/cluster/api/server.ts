import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../../core/ports/clock.js';
import type { Log } from '../../../core/ports/log.js';
import { readDeleteOptions } from './deletion.js';
import { allow, discover, openApi } from './discovery.js';
import { formatOf } from './format.js';
import { answer, flagOf, jsonBody, type Call } from './http.js';
import type { Kind } from './kinds.js';
import { list } from './list.js';
import { writeLog } from './logs.js';
import { at, fieldsOf, listOf, type Kobject } from './object.js';
import { keyOf, type Objects, type Part, type PatchType, type Place, type WriteOptions } from './objects.js';
import { OPENAPI2, openApi2 } from './openapi2.js';
import { admit, targetOf, type Target } from './route.js';
import { both, fieldMatch, labelMatch, type Match } from './selectors.js';
import { alreadyExists, badRequest, noPath, notAllowed, StatusError, unsupported } from './status.js';
import type { Store } from './store.js';
import { partial, tableOf } from './tables.js';
import type { Certificates } from './tls.js';
import { watch } from './watch.js';

export interface ServerOptions {
  readonly port: number;
  readonly certificates: Certificates;
  readonly token: string;
  readonly kinds: readonly Kind[];
  readonly store: Store;
  readonly objects: Objects;
  /** Where the kubelet keeps the logs of containers. */
  readonly logs: string;
  readonly clock: Clock;
  readonly log: Log;
  /** How often watchers hear which version they have seen, in milliseconds. */
  readonly bookmarkMs: number;
}

export interface ApiServer {
  readonly url: string;
  readonly port: number;
  /** Ends every watch. */
  cut(): void;
  stop(): Promise<void>;
}

const JSON_TYPES = ['application/json'];
const PATCHES: Readonly<Record<string, PatchType>> = { 'application/merge-patch+json': 'merge', 'application/json-patch+json': 'json', 'application/strategic-merge-patch+json': 'strategic' };
const OPEN = ['/healthz', '/livez', '/readyz'];

function writeOptions(query: URLSearchParams): WriteOptions {
  const dry = query.getAll('dryRun');
  if (dry.some((one) => one !== 'All')) throw badRequest('dryRun: Unsupported value: supported values: "All"');
  return { dryRun: dry.length > 0 ? 'all' : 'no', validation: query.get('fieldValidation') === 'Strict' ? 'strict' : 'ignore' };
}

function matchOf(query: URLSearchParams, kind: Kind): Match | undefined {
  return both(labelMatch(query.get('labelSelector') ?? ''), fieldMatch(query.get('fieldSelector') ?? '', kind.kind));
}

async function readPatch(call: Call): Promise<{ type: PatchType; body: unknown }> {
  if (call.contentType.startsWith('application/apply-patch')) throw unsupported('server-side apply is not supported by this cluster; use client-side apply (kubectl apply --server-side=false)');
  const body = await jsonBody(call, Object.keys(PATCHES));
  const type = PATCHES[call.contentType];
  if (type === undefined || body === undefined) throw badRequest('a patch needs a body');
  return { type, body };
}

const running = (pod: Kobject | undefined, container: string, run: number): boolean => {
  const status = ['initContainerStatuses', 'containerStatuses'].flatMap((name) => listOf(at(pod, 'status', name))).find((one) => at(one, 'name') === container);
  return at(status, 'state', 'running') !== undefined && Number(at(status, 'restartCount') ?? 0) === run;
};

/** Starts the API over HTTPS on loopback. */
export async function startServer({ port, certificates, token, kinds, store, objects, logs, clock, log, bookmarkMs }: ServerOptions): Promise<ApiServer> {
  const stopping = new AbortController();
  let cutting = new AbortController();
  let taken = port;

  const show = (call: Call, code: number, kind: Kind, object: Kobject): void => {
    const format = formatOf(call.accept, call.url.searchParams);
    if (format.kind === 'object') { answer(call, code, object); return; }
    if (format.kind === 'partial') { answer(call, code, partial(object)); return; }
    const table = tableOf(kind);
    answer(call, code, { kind: 'Table', apiVersion: format.apiVersion, metadata: { resourceVersion: object.metadata.resourceVersion }, columnDefinitions: table.columns, rows: [table.row(object, format.include, clock.now())] });
  };

  async function many(call: Call, { kind, namespace }: Target): Promise<void> {
    const query = call.url.searchParams;
    if (kind.access === 'read' && call.method !== 'GET') {
      const name = at(call.method === 'POST' ? await jsonBody(call, JSON_TYPES) : undefined, 'metadata', 'name');
      throw typeof name === 'string' && store.get(kind.plural, name) ? alreadyExists(kind, name) : notAllowed();
    }
    switch (call.method) {
      case 'GET': {
        const about = { kind, namespace, match: matchOf(query, kind), format: formatOf(call.accept, query) };
        return flagOf(query, 'watch') ? watch({ ...call, signal: AbortSignal.any([call.signal, cutting.signal]) }, about, { store, clock, bookmarkMs }) : list(call, about, { store, clock });
      }
      case 'POST': {
        if (kind.namespaced && namespace === '') throw notAllowed();
        const body = await jsonBody(call, JSON_TYPES);
        show(call, 201, kind, objects.create({ kind, namespace }, body, writeOptions(query)));
        return;
      }
      case 'DELETE': {
        const options = readDeleteOptions(await jsonBody(call, JSON_TYPES), query);
        const items = objects.removeAll({ kind, namespace }, matchOf(query, kind), options);
        answer(call, 200, { kind: `${kind.kind}List`, apiVersion: kind.group ? `${kind.group}/v1` : 'v1', metadata: { resourceVersion: String(store.version) }, items });
        return;
      }
      default: throw notAllowed();
    }
  }

  async function one(call: Call, place: Place, part: Part): Promise<void> {
    const { kind } = place;
    const query = call.url.searchParams;
    if (kind.access === 'read' && call.method !== 'GET') throw notAllowed();
    switch (call.method) {
      case 'GET': show(call, 200, kind, objects.get(place)); return;
      case 'PUT': {
        const body = await jsonBody(call, JSON_TYPES);
        show(call, 200, kind, objects.update(place, part, body, writeOptions(query)));
        return;
      }
      case 'PATCH': {
        const patch = await readPatch(call);
        show(call, 200, kind, objects.patch(place, part, patch, writeOptions(query)));
        return;
      }
      case 'DELETE': {
        if (part === 'status') throw notAllowed();
        const options = readDeleteOptions(await jsonBody(call, JSON_TYPES), query);
        answer(call, 200, objects.remove(place, options));
        return;
      }
      default: throw notAllowed();
    }
  }

  async function podPart(call: Call, place: Place, part: string): Promise<void> {
    if (part === 'log' && call.method === 'GET') {
      const alive = (container: string, run: number): boolean => running(store.get(place.kind.plural, keyOf(place))?.object, container, run);
      await writeLog(call, { pod: objects.get(place), root: logs, now: clock.now(), alive });
    } else if (part === 'binding' && call.method === 'POST') {
      const node = at(await jsonBody(call, JSON_TYPES), 'target', 'name');
      if (typeof node !== 'string' || node === '') throw badRequest('target.name: Required value');
      objects.bind(place, node);
      answer(call, 201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
    } else if (part === 'eviction' && call.method === 'POST') {
      objects.remove(place, readDeleteOptions(fieldsOf(await jsonBody(call, JSON_TYPES)).deleteOptions, call.url.searchParams));
      answer(call, 201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
    } else throw ['log', 'binding', 'eviction'].includes(part) ? notAllowed() : noPath();
  }

  async function route(call: Call): Promise<void> {
    const { pathname } = call.url;
    if (OPEN.includes(pathname)) { call.response.writeHead(200, { 'content-type': 'text/plain' }).end('ok'); return; }
    if (pathname === '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews' && call.method === 'POST') { answer(call, 201, allow(await jsonBody(call, JSON_TYPES))); return; }
    if (pathname === '/openapi/v2' && call.method === 'GET' && call.accept.includes('proto-openapi')) { call.response.writeHead(200, { 'content-type': OPENAPI2 }).end(openApi2(kinds)); return; }
    const told = call.method === 'GET' ? (discover(pathname.replace(/\/$/, ''), kinds) ?? openApi(pathname, kinds)) : undefined;
    if (told) { answer(call, 200, told); return; }
    const target = targetOf(pathname, kinds);
    if (!target) throw noPath();
    const { kind, namespace, name, part } = target;
    if (name === undefined) return many(call, target);
    const place: Place = { kind, namespace, name };
    if (part === undefined) return one(call, place, 'object');
    if (part === 'status' && kind.status) return one(call, place, 'status');
    if (kind.kind === 'Pod') return podPart(call, place, part);
    throw noPath();
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const gone = new AbortController();
    response.once('close', () => { gone.abort(); });
    try {
      const open = OPEN.some((path) => (request.url ?? '').startsWith(path));
      admit(request, { port: taken, token, open });
      const contentType = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
      const call: Call = { method: request.method ?? 'GET', url: new URL(request.url ?? '/', `https://127.0.0.1:${String(taken)}`), accept: request.headers.accept ?? '', contentType, request, response, signal: AbortSignal.any([gone.signal, stopping.signal]) };
      await route(call);
    } catch (error) {
      if (response.headersSent || response.destroyed) { response.destroy(); return; }
      const known = error instanceof StatusError ? error : error instanceof URIError || (error instanceof TypeError && 'code' in error && error.code === 'ERR_INVALID_URL') ? badRequest('the path is malformed') : undefined;
      if (!known) log.error({ err: error, method: request.method, path: request.url?.split('?')[0] }, 'the embedded cluster could not answer');
      if (known?.code === 413) response.setHeader('connection', 'close');
      const status = known ?? new StatusError(500, 'InternalError', 'Internal error occurred');
      answer({ response }, status.code, status.toStatus());
    }
  };
  const server: Server = createServer({ key: certificates.key, cert: certificates.certificate, minVersion: 'TLSv1.2' }, (request, response) => { void handle(request, response); });
  server.requestTimeout = 60_000;
  server.keepAliveTimeout = 60_000;
  server.on('clientError', (_error, socket) => { socket.destroy(); });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  taken = (server.address() as AddressInfo).port;
  return {
    url: `https://127.0.0.1:${String(taken)}`,
    port: taken,
    cut() { cutting.abort(); cutting = new AbortController(); },
    async stop() {
      stopping.abort();
      const closed = new Promise<void>((resolve) => { server.close(() => { resolve(); }); });
      // A moment for watches to end properly, then the rest is cut.
      setImmediate(() => { server.closeAllConnections(); });
      await closed;
    },
  };
}
