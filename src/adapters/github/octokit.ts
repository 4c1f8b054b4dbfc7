import { Octokit } from '@octokit/core';
import { throttling } from '@octokit/plugin-throttling';

const Throttled = Octokit.plugin(throttling);

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly data: unknown;
  readonly url: string;
}

/** Sends one request by Octokit and gives every HTTP answer back as data; throws only when there is none. */
export type Send = (request: Readonly<{ baseUrl: string; method: string; url: string; headers: Readonly<Record<string, string>>; params: Readonly<Record<string, unknown>>; signal: AbortSignal }>) => Promise<RawAnswer>;

interface HttpLike {
  readonly status: number;
  readonly response?: { readonly headers: RawAnswer['headers']; readonly data: unknown; readonly url: string };
}

function isHttp(error: unknown): error is HttpLike {
  return typeof error === 'object' && error !== null && typeof (error as { status?: unknown }).status === 'number' && 'response' in error && (error as HttpLike).response !== undefined;
}

function isGraphqlLimit(error: unknown): error is Error & { readonly response: RawAnswer } {
  return error instanceof Error && error.message === 'GraphQL Rate Limit Exceeded' && (error as { response?: { status?: unknown } }).response?.status === 200;
}

/** Codes of failures before anything was sent. */
const UNSENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

/** Whether a failed request certainly never reached GitHub, so that even a POST may be sent again. */
export function neverSent(error: unknown): boolean {
  let cause: unknown = error;
  for (let depth = 0; depth < 5 && typeof cause === 'object' && cause !== null; depth++) {
    const { code, errors } = cause as { code?: unknown; errors?: unknown };
    if (typeof code === 'string') return UNSENT.has(code);
    if (Array.isArray(errors) && errors.length > 0) return errors.every(neverSent);
    cause = (cause as { cause?: unknown }).cause;
  }
  return false;
}

type Work = (...args: readonly unknown[]) => Promise<unknown>;
type OnFailed = (error: unknown, info: { readonly args: readonly unknown[] }) => Promise<unknown>;

/** Stands where the plugin has a limiter for each kind of request: passes it on. Bottleneck would take milliseconds of timers for the same. */
const straight = { key: () => ({ schedule: (_options: unknown, work: Work, ...args: readonly unknown[]) => work(...args) }) };

/** Stands where the plugin has the limiter that repeats: only tells it of a failure. */
function once() {
  const told: OnFailed[] = [];
  return {
    on: (_event: 'failed', handler: OnFailed) => { told.push(handler); },
    async schedule(work: Work, ...args: readonly unknown[]) {
      try {
        return await work(...args);
      } catch (error) {
        for (const tell of told) await tell(error, { args });
        throw error;
      }
    },
  };
}

/**
 * Octokit without spacing of its own (design decision 20): its throttling plugin only recognises limits; pauses and their
 * order are ours, so both handlers decline to retry.
 */
export function createSend(userAgent: string, onLimit: (url: string, retryAfterS: number) => void): Send {
  // The plugin takes limiters, though its types do not say so.
  const throttle = {
    id: 'prow',
    global: straight, auth: straight, search: straight, write: straight, notifications: straight, retryLimiter: once(),
    onRateLimit: (retryAfter: number, options: object) => { onLimit((options as { url: string }).url, retryAfter); return false; },
    onSecondaryRateLimit: (retryAfter: number, options: object) => { onLimit((options as { url: string }).url, retryAfter); return false; },
  };
  const octokit = new Throttled({ userAgent, log: { debug() {}, info() {}, warn() {}, error() {} }, throttle });
  return async ({ baseUrl, method, url, headers, params, signal }) => {
    try {
      const answer = await octokit.request({ ...params, method: method as 'GET', url, baseUrl, headers: { ...headers }, request: { signal, redirect: 'manual' } });
      return { status: answer.status, headers: answer.headers as RawAnswer['headers'], data: answer.data, url: answer.url };
    } catch (error) {
      // The plugin turns GraphQL's "200, but rate limited" into an error: it is a limit like any other.
      if (isGraphqlLimit(error)) return { status: 403, headers: error.response.headers, data: { message: error.message }, url: error.response.url };
      if (isHttp(error) && error.response) return { status: error.status, headers: error.response.headers, data: error.response.data, url: error.response.url };
      throw error;
    }
  };
}
