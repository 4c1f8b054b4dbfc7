import { randomInt, createHash } from 'node:crypto';
import { NotFoundError, RemoteError } from '../../core/errors.js';
import type { Priority } from '../../core/ports/github.js';
import type { Auth } from './auth.js';
import { answerKey, type AnswerCache } from './cache.js';
import { errorOf, pauseUntil } from './errors.js';
import { createSend, type RawAnswer } from './octokit.js';
import type { GitHubOptions } from './options.js';
import type { Pacing } from './pacing.js';

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
}

interface HttpDeps extends GitHubOptions {
  readonly identity: Auth;
  readonly cache: AnswerCache;
  readonly pacing: Pacing;
}

const JSON_V3 = 'application/vnd.github.v3+json';
const MAX_REDIRECTS = 3;

const messageOf = (data: unknown): string => {
  if (typeof data === 'string') return data.slice(0, 300);
  const { message, errors } = (data ?? {}) as { message?: unknown; errors?: unknown };
  const more = Array.isArray(errors) && errors.length > 0 ? ` (${JSON.stringify(errors).slice(0, 500)})` : '';
  return `${typeof message === 'string' ? message : ''}${more}`;
};

/** The next page's address in a `Link` header. */
export function nextOf(link: string | undefined): string | undefined {
  return /<([^>]+)>;\s*rel="next"/.exec(link ?? '')?.[1];
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) { reject(signal.reason as Error); return; }
    const onAbort = () => { clearTimeout(timer); reject(signal.reason as Error); };
    const timer = setTimeout(() => { signal.removeEventListener('abort', onAbort); resolve(); }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** The one pipeline that every REST and GraphQL call goes through. */
export function createHttp(deps: HttpDeps): Http {
  const { endpoints, retry, mode, clock, log, metrics, identity, cache, pacing, userAgent, graphqlEndpoint } = deps;
  const send = createSend(userAgent, (url, retryAfterS) => { log.warn({ url, retryAfterS, client: 'github' }, 'GitHub limits us'); });
  const open = new Map<string, Promise<Answer>>();

  const account = (call: Call, how: 'counted' | 'free', cacheMode: string, hash: string): void => {
    metrics.count('prow_github_requests_total', { plugin: call.plugin, cost: how });
    metrics.count('ghcache_responses', { mode: cacheMode, path: call.route.startsWith('/') ? call.route : 'page', user_agent: userAgent, token_hash: hash });
  };

  /** One HTTP exchange; paced, measured, its limits noted. */
  async function exchange(call: Call, route: string, endpoint: number, headers: Record<string, string>, signal: AbortSignal): Promise<RawAnswer> {
    const who = await identity.for(call.org, signal, route);
    const graphql = call.route === '/graphql';
    const write = call.method !== 'GET' && !graphql;
    const { leave, waitedMs } = await pacing.enter(who.name, { points: write ? 5 : 1, api: graphql ? 'graphql' : 'rest', content: call.content ?? false }, { priority: call.priority, signal, maxWaitMs: retry.maxSleepMs });
    if (waitedMs > 50) metrics.observe('github_request_wait_duration_seconds', waitedMs / 1_000, { token_hash: who.hash, request_type: call.method, api: graphql ? 'v4' : 'v3' });
    const timeout = AbortSignal.timeout(retry.requestTimeoutMs);
    const begun = clock.now();
    let status = '';
    try {
      const answer = await send({
        baseUrl: graphql ? graphqlEndpoint.replace(/\/graphql$/, '') : (endpoints[endpoint % endpoints.length] ?? ''), method: call.method, url: route, params: call.params ?? {},
        headers: { 'X-GitHub-Api-Version': '2022-11-28', accept: call.accept ?? JSON_V3, ...(who.authorization === undefined ? {} : { authorization: who.authorization }), ...headers }, signal: AbortSignal.any([signal, timeout]),
      });
      status = String(answer.status);
      const remaining = Number(answer.headers['x-ratelimit-remaining']);
      const resource = answer.headers['x-ratelimit-resource'];
      if (resource !== undefined && Number.isFinite(remaining)) metrics.set('github_token_usage', remaining, { token_hash: who.hash, api_version: graphql ? 'v4' : 'v3', ratelimit_resource: resource });
      const until = pauseUntil({ status: answer.status, message: messageOf(answer.data), headers: answer.headers }, clock.now());
      if (until !== undefined) await pacing.pause(who.name, until);
      if (answer.status === 401) await identity.forget(call.org);
      return answer;
    } finally {
      leave();
      metrics.observe('github_request_duration', (clock.now() - begun) / 1_000, { token_hash: who.hash, path: call.route.startsWith('/') ? call.route : 'page', status, user_agent: userAgent });
    }
  }

  /** Repeats by class of failure (config 6.3). A 404 is an answer: asking again after every one is what makes upstream slow. */
  async function insist(call: Call, headers: Record<string, string>, signal: AbortSignal): Promise<RawAnswer> {
    const what = `${call.method} ${call.route}`;
    const repeatable = call.repeatable ?? call.method !== 'POST';
    let { route } = call;
    let delay = retry.initialDelayMs;
    let endpoint = 0;
    let redirects = 0;
    let unauthorized = 0;
    for (let attempt = 1; ; attempt++) {
      const last = attempt >= retry.maxRetries;
      let answer: RawAnswer;
      try {
        answer = await exchange(call, route, endpoint, headers, signal);
      } catch (error) {
        if (signal.aborted || error instanceof RemoteError) throw error;
        const err = error instanceof Error ? error : new Error(String(error));
        if (!repeatable) throw new RemoteError(`GitHub's answer to ${what} was lost: ${err.message}`, { service: 'github', retry: 'later', cause: err });
        if (last) throw new RemoteError(`GitHub could not be reached for ${what}: ${err.message}`, { service: 'github', retry: 'later', cause: err });
        log.debug({ err, what, attempt }, 'GitHub could not be reached');
        endpoint++;
        await pause(delay * (0.9 + randomInt(200) / 1_000), signal);
        delay *= 2;
        continue;
      }
      const { status } = answer;
      const location = answer.headers.location;
      if ((status === 301 || status === 307 || status === 308) && location !== undefined && redirects++ < MAX_REDIRECTS) { route = location; continue; }
      if (status < 400 || call.accepted?.includes(status)) return answer;
      const message = messageOf(answer.data);
      const until = pauseUntil({ status, message, headers: answer.headers }, clock.now());
      if (until !== undefined) {
        const wait = until - clock.now();
        if (last || wait > retry.maxSleepMs) throw new RemoteError(`GitHub limits us (${what}): ${message}`, { service: 'github', status, retry: 'later', retryAfterMs: wait });
        continue; // the pacing holds the next attempt back, in order of priority
      }
      if (status === 401 && unauthorized++ === 0) continue; // the token had just ended
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
    if (answer.status === 304 && stored) {
      account(call, 'free', 'REVALIDATED', who.hash);
      return { status: 200, data: stored.data, headers: { link: stored.link } };
    }
    account(call, 'counted', stored ? 'CHANGED' : answer.status < 400 ? 'MISS' : 'NO-STORE', who.hash);
    const { etag, link } = answer.headers;
    if (answer.status === 200 && etag !== undefined) await cache.put(key, { etag, link, data: answer.data });
    return { status: answer.status, data: answer.data, headers: answer.headers };
  }

  /** Waits for shared work, no longer than this caller's own signal. */
  function join<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const onAbort = () => { reject(signal.reason as Error); };
      if (signal.aborted) { onAbort(); return; }
      signal.addEventListener('abort', onAbort, { once: true });
      work.then(resolve, reject).finally(() => { signal.removeEventListener('abort', onAbort); });
    });
  }

  async function call(one: Call): Promise<Answer> {
    one.signal.throwIfAborted();
    if (one.method === 'GET') {
      if (one.share === 'fresh') return read(one, one.signal);
      const id = createHash('sha1').update(`${one.org ?? ''}\0${one.accept ?? ''}\0${one.route}\0${JSON.stringify(one.params ?? {})}\0${(one.accepted ?? []).join()}`).digest('base64');
      const running = open.get(id);
      if (running) {
        account(one, 'free', 'COALESCED', '');
        return join(running, one.signal);
      }
      const work = read(one, new AbortController().signal).finally(() => open.delete(id));
      open.set(id, work);
      work.catch(() => {});
      return join(work, one.signal);
    }
    const mutation = one.route !== '/graphql' || /^\s*mutation\b/.test(String(one.params?.query ?? ''));
    if (mode === 'dry' && mutation) {
      log.info({ method: one.method, route: one.route, params: one.params, plugin: one.plugin, client: 'github' }, 'dry run: would have written to GitHub');
      return { status: 200, data: undefined, headers: {} };
    }
    const answer = await insist(one, {}, one.signal);
    account(one, 'counted', 'SKIP', '');
    return { status: answer.status, data: answer.data, headers: answer.headers };
  }

  async function* eachPage(first: Call): AsyncGenerator<unknown, void> {
    let next: Call | undefined = { ...first, params: { ...first.params, per_page: 100 } };
    while (next) {
      const answer: Answer = await call(next);
      if (answer.status >= 300) throw new NotFoundError(`${first.method} ${first.route}: ${answer.status}`, { service: 'github' });
      yield answer.data;
      const link = nextOf(answer.headers.link);
      next = link === undefined ? undefined : { ...first, route: link, params: {} };
    }
  }

  return {
    call,
    eachPage,
    async pages<T>(first: Call, itemsOf: (page: unknown) => readonly T[] = (page) => (Array.isArray(page) ? (page as T[]) : [])) {
      const items: T[] = [];
      for await (const page of eachPage(first)) items.push(...itemsOf(page));
      return items;
    },
  };
}
