import { createHash, randomUUID } from 'node:crypto';
import { createAppAuth } from '@octokit/auth-app';
import { NotFoundError, RemoteError } from '../../core/errors.js';
import { errorOf } from './errors.js';
import { createSend } from './octokit.js';
import type { GitHubOptions } from './options.js';

/** As whom a call is made. */
export interface Who {
  /** Names budget and cache: the installation, the App, or the token. */
  readonly name: string;
  readonly authorization: string | undefined;
  /** For metrics: tells tokens apart without showing them. */
  readonly hash: string;
}

export interface Auth {
  /** The identity for an organisation's installation; without one, and for routes under `/app`, the App itself. */
  for(org: string | undefined, signal: AbortSignal, route?: string): Promise<Who>;
  /** The token did not work: the next call gets a new one. */
  forget(org: string | undefined): Promise<void>;
  /** What git sends; undefined for the App without an organisation. */
  gitCredentials(org: string, signal: AbortSignal): Promise<{ readonly user: string; readonly password: string } | undefined>;
}

/** A token is used until so long before its end. */
const MARGIN_MS = 60_000;
const LOCK_MS = 20_000;

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Routes that want the App's own JWT (config 6.6). */
function isAppRoute(route: string): boolean {
  return /^\/app(\/|$)/.test(route) || /^\/(repos\/[^/]+\/[^/]+|orgs\/[^/]+|users\/[^/]+)\/installation$/.test(route);
}

/** Authentication as an App, with tokens shared by all workers through Redis, or by a personal token. */
export function createAuth(options: GitHubOptions): Auth {
  const { auth, redis, prefix, clock, censor, endpoints, userAgent, log, retry } = options;
  if (auth.kind === 'token') {
    const who = (): Who => {
      const token = auth.token();
      censor.add(token);
      const authorization = token === '' ? undefined : `Bearer ${token}`;
      const hash = hashOf(authorization ?? '');
      return { name: `token-${hash.slice(0, 16)}`, authorization, hash };
    };
    return {
      for: async () => who(),
      forget: async () => {},
      gitCredentials: async () => ({ user: 'x-access-token', password: auth.token() }),
    };
  }

  const send = createSend(userAgent, () => {});
  const held = new Map<string, { token: string; expiresAt: number }>();
  const fetching = new Map<string, Promise<{ token: string; expiresAt: number }>>();

  async function jwt(): Promise<string> {
    const app = createAppAuth({ appId: auth.kind === 'app' ? auth.appId : '', privateKey: auth.kind === 'app' ? auth.privateKey() : '' });
    const { token, expiresAt } = await app({ type: 'app' });
    censor.add(token, Date.parse(expiresAt));
    return token;
  }

  async function asApp(method: string, url: string): Promise<{ status: number; data: unknown }> {
    let failure: unknown;
    for (let attempt = 0; attempt < Math.max(2, Math.min(retry.maxRetries, 4)); attempt++) {
      const baseUrl = endpoints[attempt % endpoints.length] ?? '';
      try {
        const answer = await send({ baseUrl, method, url, params: {}, headers: { authorization: `Bearer ${await jwt()}`, accept: 'application/vnd.github+json' }, signal: AbortSignal.timeout(retry.requestTimeoutMs) });
        if (answer.status < 500 && answer.status !== 403 && answer.status !== 429) return answer;
        failure = errorOf({ status: answer.status, message: String((answer.data as { message?: unknown } | undefined)?.message ?? ''), headers: answer.headers, what: `${method} ${url}` });
      } catch (error) {
        failure = error;
      }
      await new Promise((resolve) => { setTimeout(resolve, Math.min(retry.initialDelayMs, 500) * 2 ** attempt); });
    }
    throw new RemoteError(`GitHub gives the App no answer to ${method} ${url}`, { service: 'github', retry: 'later', cause: failure });
  }

  async function installationOf(org: string): Promise<number> {
    const key = `${prefix}:gh:installation:${org.toLowerCase()}`;
    const known = await redis.get(key);
    if (known !== null) return Number(known);
    for (const kind of ['orgs', 'users']) {
      const { status, data } = await asApp('GET', `/${kind}/${org}/installation`);
      const id = (data as { id?: unknown } | undefined)?.id;
      if (status === 200 && typeof id === 'number') {
        await redis.set(key, String(id), 'EX', 3_600);
        return id;
      }
    }
    throw new NotFoundError(`the App is not installed in ${org}`, { service: 'github' });
  }

  async function fetchToken(org: string): Promise<{ token: string; expiresAt: number }> {
    const key = `${prefix}:gh:token:${org.toLowerCase()}`;
    const lock = `${key}:lock`;
    const mine = randomUUID();
    // One worker fetches, the others wait for what it gets: two tokens would split the cache of answers.
    for (let n = 0; ; n++) {
      const shared = await redis.get(key);
      if (shared !== null) {
        const token = JSON.parse(shared) as { token: string; expiresAt: number };
        if (token.expiresAt - MARGIN_MS > clock.now()) return token;
      }
      if ((await redis.set(lock, mine, 'PX', LOCK_MS, 'NX')) === 'OK' || n * 50 > LOCK_MS) break;
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    }
    const ask = async () => asApp('POST', `/app/installations/${await installationOf(org)}/access_tokens`);
    try {
      let { status, data } = await ask();
      if (status === 404) {
        // Installed anew: the number we knew is another one now.
        await redis.del(`${prefix}:gh:installation:${org.toLowerCase()}`);
        ({ status, data } = await ask());
      }
      const { token, expires_at: expires } = (data ?? {}) as { token?: string; expires_at?: string };
      if (status !== 201 || token === undefined || expires === undefined) {
        throw errorOf({ status, message: String((data as { message?: unknown } | undefined)?.message ?? 'no token'), headers: {}, what: `a token for ${org}` });
      }
      const made = { token, expiresAt: Date.parse(expires) };
      await redis.set(key, JSON.stringify(made), 'PX', Math.max(1_000, made.expiresAt - MARGIN_MS - clock.now()));
      log.debug({ org, expires }, 'installation token made');
      return made;
    } finally {
      if ((await redis.get(lock)) === mine) await redis.del(lock);
    }
  }

  async function tokenFor(org: string): Promise<string> {
    const name = org.toLowerCase();
    const known = held.get(name);
    if (known && known.expiresAt - MARGIN_MS > clock.now()) return known.token;
    const running = fetching.get(name) ?? fetchToken(org).finally(() => fetching.delete(name));
    fetching.set(name, running);
    const made = await running;
    held.set(name, made);
    censor.add(made.token, made.expiresAt);
    return made.token;
  }

  return {
    async for(org, _signal, route = '') {
      if (org === undefined || isAppRoute(route)) {
        const token = await jwt();
        return { name: `app-${auth.appId}`, authorization: `Bearer ${token}`, hash: hashOf(`app-${auth.appId}`) };
      }
      const token = await tokenFor(org);
      return { name: `installation-${org.toLowerCase()}`, authorization: `Bearer ${token}`, hash: hashOf(`Bearer ${token}`) };
    },
    async forget(org) {
      if (org === undefined) return;
      const name = org.toLowerCase();
      const known = held.get(name);
      held.delete(name);
      const shared = await redis.get(`${prefix}:gh:token:${name}`);
      if (known && shared !== null && (JSON.parse(shared) as { token: string }).token === known.token) await redis.del(`${prefix}:gh:token:${name}`);
    },
    async gitCredentials(org) {
      return { user: 'x-access-token', password: await tokenFor(org) };
    },
  };
}
