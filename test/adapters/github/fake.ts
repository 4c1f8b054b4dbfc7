import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCensor } from '../../../src/adapters/censor.js';
import { createGitHub, type GitHub } from '../../../src/adapters/github/client.js';
import type { GitHubOptions } from '../../../src/adapters/github/options.js';
import { silentLog } from '../../../src/core/ports/log.js';
import type { Labels, Metrics } from '../../../src/core/ports/metrics.js';
import { testRedis, type TestRedis } from '../../support/redis.js';

export interface Asked {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** JSON text to be sent as it is. */
  readonly raw?: string;
}

/** Answers a request, now or later; `drop` cuts the connection. */
export type Answering = (asked: Asked, nth: number) => Answer | 'drop' | undefined | Promise<Answer | 'drop' | undefined>;

export interface FakeServer extends AsyncDisposable {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** Method and path of everything that was asked. */
  log(): readonly string[];
}

/** A real HTTP server that answers by a function; what that does not know is 404. */
export async function fakeServer(answer: Answering): Promise<FakeServer> {
  const asked: Asked[] = [];
  const write = (response: ServerResponse, { status = 200, headers = {}, body, raw }: Answer): void => {
    response.writeHead(status, { ...(body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }), ...headers });
    response.end(raw ?? (body === undefined ? undefined : JSON.stringify(body)));
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const one: Asked = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: text === '' ? undefined : JSON.parse(text) };
      asked.push(one);
      void Promise.resolve(answer(one, asked.filter(({ method, url }) => method === one.method && url === one.url).length)).then((said) => {
        if (said === 'drop') request.socket.destroy();
        else write(response, said ?? { status: 404, body: { message: 'Not Found' } });
      });
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    log: () => asked.map(({ method, url }) => `${method} ${url}`),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
export const signal = new AbortController().signal;
export const repo = { org: 'acme', name: 'site' } as const;
export const pull = { ...repo, number: 7 } as const;

export interface Counted extends Metrics {
  readonly counts: ReadonlyMap<string, number>;
}

/** Counters by name and the labels that tests look at. */
export function countingMetrics(): Counted {
  const counts = new Map<string, number>();
  return {
    counts,
    count(name: string, { plugin, cost, kind, mode, path }: Labels = {}, by = 1) {
      const key = [name, plugin, cost, kind, mode, path].filter((one) => one !== undefined).join(' ');
      counts.set(key, (counts.get(key) ?? 0) + by);
    },
    set() {},
    observe() {},
  };
}

export interface World extends AsyncDisposable {
  readonly github: GitHub;
  readonly server: FakeServer;
  readonly metrics: Counted;
  readonly redis: TestRedis;
  /** Another worker: the same Redis and GitHub, a client of its own. */
  another(options?: Partial<GitHubOptions>): GitHub;
}

/** A client against a fake GitHub, in token mode unless said otherwise, with short pauses. */
export async function startWorld(answer: Answering, options: Partial<GitHubOptions> & { readonly path?: string; readonly enabled?: readonly string[] } = {}): Promise<World> {
  const server = await fakeServer(answer);
  const redis = testRedis();
  const metrics = countingMetrics();
  const { path = '', enabled = [], ...given } = options;
  const another = (more: Partial<GitHubOptions> = {}): GitHub =>
    createGitHub({
      endpoints: [`${server.url}${path}`], graphqlEndpoint: `${server.url}${path.replace('/v3', '')}/graphql`, auth: { kind: 'token', token: () => 'ghp_secretsecret' }, userAgent: 'prow-test', retry: { maxRetries: 4, initialDelayMs: 5, maxSleepMs: 10_000, requestTimeoutMs: 5_000 },
      mode: 'live', redis: redis.redis, prefix: redis.prefix, clock: { now: Date.now }, log: silentLog, metrics, censor: createCensor(), enabled: () => enabled, ...given, ...more,
    });
  return {
    server, redis, metrics, another, github: another(),
    async [Symbol.asyncDispose]() {
      await redis[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** A promise that a test settles. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => { open = resolve; });
  return { opened, open: () => { open(); } };
}
