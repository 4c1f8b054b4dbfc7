import { randomInt } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { NotFoundError, RemoteError } from '../../core/errors.js';
import type { Priority } from '../../core/ports/github.js';
import type { Auth } from './auth.js';
import { answerKey, type AnswerCache } from './cache.js';
import { errorOf, pauseUntil } from './errors.js';
import { createSend, neverSent, type RawAnswer } from './octokit.js';
import type { GitHubOptions } from './options.js';
import type { Pacing, Resource } from './pacing.js';
import { nextOf, outsidePath, ownPath, pathLabel } from './paths.js';
import { createSharing } from './sharing.js';

/** Who asks, for whom, how urgently. */
export interface Caller {
  /** The organisation or user whose installation is used; undefined: the App itself, or the token. */
  readonly org: string | undefined;
  readonly plugin: string;
  readonly priority: Priority | 'read';
  readonly signal: AbortSignal;
}

export interface Call extends Caller {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** A route template, e.g. `/repos/{owner}/{repo}`; or, for pages that follow, a whole address. */
  readonly route: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly accept?: string;
  /** Whether sending it twice is as good as once; GET, PUT and DELETE are. */
  readonly repeatable?: boolean;
  /** Creates content in GitHub's sense. */
  readonly content?: boolean;
  /** Statuses at or above 300 that are answers, not errors. */
  readonly accepted?: readonly number[];
  /** `fresh`: not answered by what another caller is just asking. */
  readonly share?: 'coalesce' | 'fresh';
  /** How often a 404 is asked again: only for what was created a moment ago and GitHub may not show everywhere yet. */
  readonly retry404?: number;
  /** Name of the path in metrics, where the route is no template. */
  readonly label?: string;
}

export interface Answer {
  readonly status: number;
  readonly data: unknown;
  readonly headers: RawAnswer['headers'];
}

export interface Http {
  /** One call, with retries, pacing, the conditional cache and coalescing. Throws RemoteError. */
  call(call: Call): Promise<Answer>;
  /** Every item of a paged list; `itemsOf` finds them where a page is an object. */
  pages<T>(call: Call, itemsOf?: (page: unknown) => readonly T[]): Promise<readonly T[]>;
  /** Pages one after the other. */
  eachPage(call: Call): AsyncGenerator<unknown, void>;
  /** Something changed: who asks from now on is not answered by what was asked before. */
  unshare(): void;
}

interface HttpDeps extends GitHubOptions {
  readonly identity: Auth;
  readonly cache: AnswerCache;
  readonly pacing: Pacing;
}

const JSON_V3 = 'application/vnd.github.v3+json';
const MAX_REDIRECTS = 3;

interface Attempt {
  readonly route: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly endpoint: number;
  readonly headers: Readonly<Record<string, string>>;
}

const messageOf = (data: unknown): string => {
  if (typeof data === 'string') return data.slice(0, 300);
  const { message, errors } = (data ?? {}) as { message?: unknown; errors?: unknown };
  const more = Array.isArray(errors) && errors.length > 0 ? ` (${JSON.stringify(errors).slice(0, 500)})` : '';
  return `${typeof message === 'string' ? message : ''}${more}`;
};

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) { reject(signal.reason as Error); return; }
    const onAbort = () => { clearTimeout(timer); reject(signal.reason as Error); };
    const timer = setTimeout(() => { signal.removeEventListener('abort', onAbort); resolve(); }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** GraphQL queries are posted, too; only mutations write. */
function isRead({ method, route, repeatable }: Pick<Call, 'method' | 'route' | 'repeatable'>): boolean {
  return method === 'GET' || (route === '/graphql' && repeatable === true);
}

/** The one pipeline that every REST and GraphQL call goes through. */
export function createHttp(deps: HttpDeps): Http {
  const { endpoints, retry, mode, clock, log, metrics, identity, cache, pacing, userAgent, graphqlEndpoint, censor } = deps;
  const endpointAt = (index: number): string => endpoints[index % endpoints.length] ?? '';
  const send = createSend(userAgent, (url, retryAfterS) => { log.warn({ url, retryAfterS, client: 'github' }, 'GitHub limits us'); });
  const open = createSharing();

  const account = (call: Call, how: 'counted' | 'free', cacheMode: string, hash: string): void => {
    metrics.count('prow_github_requests_total', { plugin: call.plugin, cost: how, kind: isRead(call) ? 'read' : 'write' });
    metrics.count('ghcache_responses', { mode: cacheMode, path: pathLabel(call.label ?? call.route), user_agent: userAgent, token_hash: hash });
  };

  /** Secrets never leave in a body. */
  function censored(params: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    const text = JSON.stringify(params);
    const clean = censor.censor(text);
    return clean === text ? params : (JSON.parse(clean) as Record<string, unknown>);
  }

  const limitsOf = ({ headers }: RawAnswer, hash: string, graphql: boolean): void => {
    const { 'x-ratelimit-remaining': remaining, 'x-ratelimit-reset': reset, 'x-ratelimit-resource': resource } = headers;
    if (remaining === undefined || reset === undefined) return;
    const labels = { token_hash: hash, api_version: graphql ? 'v4' : 'v3', ratelimit_resource: resource ?? 'core' };
    metrics.set('github_token_usage', Number(remaining), labels);
    metrics.set('github_token_reset', Math.max(0, Number(reset) * 1_000 - clock.now()) * 1e6, labels);
  };

  /** One HTTP exchange; paced, measured, its limits noted. */
  async function exchange(call: Call, { route, params, endpoint, headers }: Attempt, signal: AbortSignal): Promise<RawAnswer> {
    const who = await identity.for(call.org, signal, route);
    const graphql = call.route === '/graphql';
    const api: Resource = graphql ? 'graphql' : call.route.startsWith('/search/') ? 'search' : 'rest';
    const write = call.method !== 'GET' && !graphql;
    const { leave, waitedMs } = await pacing.enter(who.name, { points: write ? 5 : 1, api, content: call.content ?? false }, { priority: call.priority, signal, maxWaitMs: retry.maxSleepMs });
    if (waitedMs > 50) metrics.observe('github_request_wait_duration_seconds', waitedMs / 1_000, { token_hash: who.hash, request_type: call.method, api: graphql ? 'v4' : 'v3' });
    const begun = clock.now();
    const path = pathLabel(call.label ?? call.route);
    let status = '';
    try {
      const answer = await send({
        baseUrl: graphql ? graphqlEndpoint.replace(/\/graphql$/, '') : endpointAt(endpoint), method: call.method, url: route, params: call.method === 'GET' ? params : censored(params),
        headers: { 'X-GitHub-Api-Version': '2022-11-28', accept: call.accept ?? JSON_V3, ...(who.authorization === undefined ? {} : { authorization: who.authorization }), ...headers }, signal: AbortSignal.any([signal, AbortSignal.timeout(retry.requestTimeoutMs)]),
      });
      status = String(answer.status);
      const cacheMode = call.method !== 'GET' ? 'SKIP' : answer.status === 304 ? 'REVALIDATED' : answer.status >= 300 ? 'NO-STORE' : headers['if-none-match'] !== undefined ? 'CHANGED' : 'MISS';
      account(call, answer.status === 304 ? 'free' : 'counted', cacheMode, who.hash);
      limitsOf(answer, who.hash, graphql);
      const until = pauseUntil({ status: answer.status, message: messageOf(answer.data), headers: answer.headers }, clock.now());
      if (until !== undefined) await pacing.pause(who.name, until, answer.headers['retry-after'] === undefined && answer.headers['x-ratelimit-remaining'] === '0' ? api : undefined);
      if (answer.status === 401) await identity.forget(call.org);
      log.debug({ client: 'github', plugin: call.plugin, method: call.method, path: call.label ?? call.route, status: answer.status, duration: clock.now() - begun, waited: waitedMs, 'cache-mode': cacheMode }, 'GitHub answered');
      return answer;
    } catch (error) {
      metrics.count('ghcache_responses', { mode: 'ERROR', path, user_agent: userAgent, token_hash: who.hash });
      throw error;
    } finally {
      leave();
      metrics.observe('github_request_duration', (clock.now() - begun) / 1_000, { token_hash: who.hash, path, status, user_agent: userAgent });
    }
  }

  /** Repeats by class of failure (config 6.3). A 404 is an answer: asking again after every one is what makes upstream slow. */
  async function insist(call: Call, headers: Record<string, string>, signal: AbortSignal): Promise<RawAnswer> {
    const what = `${call.method} ${call.route}`;
    const repeatable = call.repeatable ?? call.method !== 'POST';
    let { route, params = {} } = call;
    let missed = 0;
    let delay = retry.initialDelayMs;
    let endpoint = 0;
    let redirects = 0;
    let unauthorized = 0;
    for (let attempt = 1; ; attempt++) {
      const last = attempt >= retry.maxRetries;
      let answer: RawAnswer;
      try {
        answer = await exchange(call, { route, params, endpoint, headers }, signal);
      } catch (error) {
        if (signal.aborted || error instanceof RemoteError) throw error;
        const err = error instanceof Error ? error : new Error(String(error));
        if (!repeatable && !neverSent(error)) throw new RemoteError(`GitHub's answer to ${what} was lost: ${err.message}`, { service: 'github', retry: 'later', cause: err });
        if (last) throw new RemoteError(`GitHub could not be reached for ${what}: ${err.message}`, { service: 'github', retry: 'later', cause: err });
        log.debug({ err, what, attempt }, 'GitHub could not be reached');
        endpoint++;
        await pause(delay * (0.9 + randomInt(200) / 1_000), signal);
        delay *= 2;
        continue;
      }
      const { status } = answer;
      const location = answer.headers.location;
      if ((status === 301 || status === 307 || status === 308) && location !== undefined && redirects++ < MAX_REDIRECTS) {
        // A renamed repository. What the address does not say already is sent along.
        params = call.method === 'GET' && location.includes('?') ? {} : outsidePath(route, params);
        route = ownPath(location, endpointAt(endpoint));
        attempt--;
        continue;
      }
      if (status < 400 || call.accepted?.includes(status)) return answer;
      const message = messageOf(answer.data);
      const until = pauseUntil({ status, message, headers: answer.headers }, clock.now());
      if (until !== undefined) {
        const wait = until - clock.now();
        if (last || wait > retry.maxSleepMs) throw new RemoteError(`GitHub limits us (${what}): ${message}`, { service: 'github', status, retry: 'later', retryAfterMs: wait });
        continue; // the pacing holds the next attempt back, in order of priority
      }
      if (status === 401 && unauthorized++ === 0) continue; // the token had just ended
      if (status === 404 && missed < (call.retry404 ?? 0)) {
        missed++;
        await pause(Math.min(delay, 500) * missed, signal);
        continue;
      }
      if (status >= 500 && repeatable && !last) {
        await pause(delay * (0.9 + randomInt(200) / 1_000), signal);
        delay *= 2;
        continue;
      }
      throw errorOf({ status, message, headers: answer.headers, what });
    }
  }

  async function read(call: Call, signal: AbortSignal): Promise<Answer> {
    const who = await identity.for(call.org, signal, call.route);
    const key = answerKey(who.name, call.accept ?? JSON_V3, `${call.route} ${JSON.stringify(call.params ?? {})}`);
    const stored = await cache.find(key);
    const answer = await insist({ ...call, accepted: [...(call.accepted ?? []), 304] }, stored ? { 'if-none-match': stored.etag } : {}, signal);
    if (answer.status === 304 && stored) return { status: 200, data: stored.data, headers: { link: stored.link } };
    const { etag, link } = answer.headers;
    if (answer.status === 200 && etag !== undefined) await cache.put(key, { etag, link, data: answer.data });
    return { status: answer.status, data: answer.data, headers: answer.headers };
  }

  async function call(one: Call): Promise<Answer> {
    one.signal.throwIfAborted();
    setMaxListeners(0, one.signal); // a plugin may ask a hundred things at once with one signal
    if (one.method === 'GET') {
      if (one.share === 'fresh') return read(one, one.signal);
      const id = JSON.stringify([one.org?.toLowerCase(), one.accept, one.route, one.params, one.accepted, one.retry404]);
      const { joined, work } = open.share(id, one.signal, (signal) => read(one, signal));
      if (joined) account(one, 'free', 'COALESCED', '');
      return work;
    }
    const mutation = one.route !== '/graphql' || /^\s*mutation\b/.test(String(one.params?.query ?? ''));
    if (mode === 'dry' && mutation) {
      log.info({ method: one.method, route: one.route, params: one.params, plugin: one.plugin, client: 'github' }, 'dry run: would have written to GitHub');
      return { status: 200, data: undefined, headers: {} };
    }
    try {
      const answer = await insist(one, {}, one.signal);
      return { status: answer.status, data: answer.data, headers: answer.headers };
    } finally {
      if (mutation) open.unshare(); // what was asked before this write may not know of it
    }
  }

  async function* eachPage(first: Call): AsyncGenerator<unknown, void> {
    let next: Call | undefined = { ...first, params: { ...first.params, per_page: 100 } };
    while (next) {
      const answer: Answer = await call(next);
      if (answer.status >= 300) throw new NotFoundError(`${first.method} ${first.route}: ${answer.status}`, { service: 'github' });
      yield answer.data;
      const link = nextOf(answer.headers.link);
      next = link === undefined ? undefined : { ...first, route: ownPath(link, endpointAt(0)), params: {}, label: first.label ?? first.route };
    }
  }

  return {
    call,
    eachPage,
    unshare: () => { open.unshare(); },
    async pages<T>(first: Call, itemsOf: (page: unknown) => readonly T[] = (page) => (Array.isArray(page) ? (page as T[]) : [])) {
      const items: T[] = [];
      for await (const page of eachPage(first)) items.push(...itemsOf(page));
      return items;
    },
  };
}
