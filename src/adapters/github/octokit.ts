import { Octokit } from '@octokit/core';
import { throttling } from '@octokit/plugin-throttling';
import Bottleneck from 'bottleneck';

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

/**
 * Octokit without spacing of its own (design decision 20): its throttling plugin only recognises limits; pauses and their
 * order are ours, so both handlers decline to retry.
 */
export function createSend(userAgent: string, onLimit: (url: string, retryAfterS: number) => void): Send {
  const group = (id: string) => new Bottleneck.Group({ id, maxConcurrent: null });
  // The plugin takes groups, though its types do not say so.
  const throttle = {
    id: 'prow',
    global: group('global'), auth: group('auth'), search: group('search'), write: group('write'), notifications: group('notifications'),
    onRateLimit: (retryAfter: number, options: object) => { onLimit((options as { url: string }).url, retryAfter); return false; },
    onSecondaryRateLimit: (retryAfter: number, options: object) => { onLimit((options as { url: string }).url, retryAfter); return false; },
  };
  const octokit = new Throttled({ userAgent, log: { debug() {}, info() {}, warn() {}, error() {} }, throttle });
  return async ({ baseUrl, method, url, headers, params, signal }) => {
    try {
      const answer = await octokit.request({ ...params, method: method as 'GET', url, baseUrl, headers: { ...headers }, request: { signal, redirect: 'manual' } });
      return { status: answer.status, headers: answer.headers as RawAnswer['headers'], data: answer.data, url: answer.url };
    } catch (error) {
      if (isHttp(error) && error.response) return { status: error.status, headers: error.response.headers, data: error.response.data, url: error.response.url };
      throw error;
    }
  };
}
