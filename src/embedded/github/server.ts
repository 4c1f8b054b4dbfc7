import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { playActions, type PlayerOptions } from './actions.js';
import { callApi, callRest, type ApiAnswer, type ApiCall } from './api.js';
import { graphql, type GraphqlRequest } from './graphql.js';
import { createFaults, type Faults } from './faults.js';
import { openGit } from './git.js';
import { serveGit } from './gitHttp.js';
import { ApiError, newId, nowIso, type Hub, type Urls } from './hub.js';
import { addAccount, addApp } from './mutate/orgs.js';
import { createPages } from './pages/app.js';
import { createRates, defaultLimits, type Limits } from './rates.js';
import { allRoutes } from './routes/all.js';
import { compile, type Parts } from './routes/route.js';
import type { App } from './state/people.js';
import { emptyState, type Call, type Effect } from './state.js';
import { createSender } from './webhooks.js';
import { createWorld, type World } from './world.js';

export interface GitHubOptions {
  /** 0 takes a free one. */
  readonly port?: number;
  /** How long every answer of the API is held back, as by a network. */
  readonly latencyMs?: number;
  /** Where the App's webhooks go; without it nothing is delivered until `setWebhook`. */
  readonly webhookUrl?: string;
  readonly webhookSecret?: string;
  /** The App's manifest, `app.yml` as it is parsed. */
  readonly manifest?: { readonly name?: string; readonly default_permissions?: Readonly<Record<string, string>>; readonly default_events?: readonly string[] };
  readonly appSlug?: string;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Where the git repositories lie; without it a folder that goes away in the end. */
  readonly stateDir?: string;
  /** The first answer about a pull request that has moved says `mergeable: null`. */
  readonly lazyMergeable?: boolean;
  readonly limits?: Partial<Limits>;
  /** The App's key, PEM of PKCS 8; a new one otherwise, which takes a quarter of a second of processor time. */
  readonly appKey?: string;
  /** How GitHub Actions is played; without it no workflow runs. */
  readonly actions?: PlayerOptions;
}

export interface EmbeddedGitHub {
  /** The web, and the root of the REST API (`/api/v3` leads to the same). */
  readonly url: string;
  readonly graphqlUrl: string;
  readonly gitUrl: string;
  /** The App's private key, PEM. */
  readonly appKey: string;
  readonly appId: number;
  readonly app: App;
  readonly webhookSecret: string;
  readonly hub: Hub;
  /** What people do. */
  readonly world: World;
  /** Every API call, oldest first. */
  readonly log: readonly Call[];
  /** Everything that was done, once for each time. */
  readonly effects: readonly Effect[];
  readonly faults: Faults;
  /** Points the App's webhooks somewhere. */
  setWebhook(url: string): void;
  /** Waits until nothing is on its way: deliveries, computations. */
  idle(): Promise<void>;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

function createBackground(): { add(work: Promise<unknown>): void; idle(): Promise<void> } {
  const running = new Set<Promise<unknown>>();
  return {
    add(work) {
      const settled = work.catch(() => undefined).finally(() => running.delete(settled));
      running.add(settled);
    },
    async idle() { while (running.size) await Promise.all(running); },
  };
}

async function listen(app: Hono, port: number): Promise<{ server: Server; port: number }> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, (info) => { resolve({ server: server as Server, port: info.port }); });
    server.once('error', reject);
  });
}

/** Where under the host the API may be asked for. */
const apiPath = (path: string): string => path.replace(/^\/api\/v3(?=\/|$)/, '');

async function callOf(request: Request): Promise<ApiCall> {
  const url = new URL(request.url);
  return { method: request.method, url, path: apiPath(url.pathname), headers: request.headers, body: request.method === 'GET' || request.method === 'HEAD' ? '' : await request.text() };
}

/** Answers a GraphQL call: always 200 for who has a token. */
function callGraphql(parts: Parts, call: ApiCall, latencyMs: number): Promise<ApiAnswer> {
  return callApi(parts, call, {
    resource: 'graphql', template: '/graphql', latencyMs,
    async work(who) {
      if (who.kind === 'anonymous' || who.kind === 'app') throw new ApiError(401, 'This endpoint requires you to be authenticated.');
      let request: Partial<GraphqlRequest>;
      try { request = JSON.parse(call.body) as Partial<GraphqlRequest>; } catch { throw new ApiError(400, 'Problems parsing JSON'); }
      const { query, ...rest } = request;
      if (typeof query !== 'string') throw new ApiError(400, 'A query attribute must be specified and must be a string.');
      const body = await graphql(parts.hub, who, { query, ...rest }, parts.rates.view(who, 'graphql'));
      return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(body) };
    },
  });
}

const respond = ({ status, headers, body }: ApiAnswer): Response => new Response(status === 204 || status === 304 || status === 205 ? null : body, { status, headers });

/** Starts a GitHub of its own: an organisation-less, people-less one with one App, ready to be filled by `world`. */
export async function startGitHub(options: GitHubOptions = {}): Promise<EmbeddedGitHub> {
  const { port = 0, latencyMs = 0, webhookUrl, webhookSecret = randomBytes(16).toString('hex'), manifest = {}, now = Date.now, stateDir, lazyMergeable = false, limits = {} } = options;
  const root = stateDir ?? (await mkdtemp(join(tmpdir(), 'github-')));
  const faults = createFaults();
  const background = createBackground();
  const urls: { -readonly [K in keyof Urls]: Urls[K] } = { web: '', api: '', git: '' };
  const hub: Hub = {
    state: emptyState(), git: openGit(join(root, 'repositories')), urls, lazyMergeable, commits: new Map(), observers: new Set(), now, emit: (event) => { sender.emit(event); }, background: background.add,
  };
  const sender = createSender(hub, { down: () => faults.current.webhooksDown === true });
  const rates = createRates(hub, { limits: { ...defaultLimits, ...limits }, exhaustedUntil: () => faults.current.rateLimitExhaustedUntil });
  const parts: Parts = { hub, sender, rates, faults, urls };
  const routes = allRoutes.map(compile);

  const web = new Hono();
  web.use('*', async (context, next) => {
    const answer = await serveGit(hub, context.req.raw);
    return answer ?? next();
  });
  web.post('/graphql', async (context) => respond(await callGraphql(parts, await callOf(context.req.raw), latencyMs)));
  web.post('/api/graphql', async (context) => respond(await callGraphql(parts, await callOf(context.req.raw), latencyMs)));
  web.route('/', createPages(hub));
  web.all('*', async (context) => respond(await callRest(parts, routes, await callOf(context.req.raw), latencyMs)));
  const { server, port: taken } = await listen(web, port);
  const url = `http://127.0.0.1:${String(taken)}`;
  Object.assign(urls, { web: url, api: url, git: url } satisfies Urls);

  for (const login of ['ghost', 'web-flow']) addAccount(hub, login);
  const privateKey = options.appKey ?? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
  addAccount(hub, 'github', { type: 'Organization' });
  addApp(hub, { id: 15368, slug: 'github-actions', name: 'GitHub Actions', owner: 'github', publicKey: null, permissions: {}, events: [] });
  const slug = options.appSlug ?? (manifest.name ?? 'prow').toLowerCase().replace(/[^a-z0-9-]+/g, '-');
  const app = addApp(hub, { slug, name: manifest.name ?? slug, owner: 'github', publicKey, permissions: { metadata: 'read', ...manifest.default_permissions }, events: manifest.default_events ?? [] });
  const hook = { id: newId(hub), target: { kind: 'app', appId: app.id } as const, url: webhookUrl ?? null, secret: webhookSecret, events: app.events, active: true, createdAt: nowIso(hub), updatedAt: nowIso(hub) };
  hub.state.hooks.set(hook.id, hook);

  const player = options.actions && playActions(hub, options.actions);

  async function stop(): Promise<void> {
    player?.stop();
    await new Promise<void>((resolve) => {
      server.close(() => { resolve(); });
      server.closeAllConnections();
    });
    await background.idle();
    if (stateDir === undefined) await rm(root, { recursive: true, force: true, maxRetries: 3 });
  }

  return {
    url, graphqlUrl: `${url}/graphql`, gitUrl: url, appKey: privateKey, appId: app.id, app, webhookSecret, hub, world: createWorld(hub, { app }), log: hub.state.calls, effects: hub.state.effects, faults,
    setWebhook(target) { hook.url = target; },
    idle: background.idle, stop, [Symbol.asyncDispose]: stop,
  };
}
