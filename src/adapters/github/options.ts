import type { Redis } from 'ioredis';
import type { Clock } from '../../core/ports/clock.js';
import type { Log } from '../../core/ports/log.js';
import type { Metrics } from '../../core/ports/metrics.js';
import type { Censor } from '../censor.js';

/** Secrets are asked for at each use, so that they may be rotated. */
export type Credentials = Readonly<{ kind: 'app'; appId: string; privateKey(): string } | { kind: 'token'; token(): string }>;

export interface RetryOptions {
  /** Attempts in all. */
  readonly maxRetries: number;
  readonly initialDelayMs: number;
  /** A pause that would be longer ends the call; the work is planned for later. */
  readonly maxSleepMs: number;
  readonly requestTimeoutMs: number;
}

export interface GitHubOptions {
  /** REST addresses in order of preference. */
  readonly endpoints: readonly string[];
  readonly graphqlEndpoint: string;
  readonly auth: Credentials;
  readonly userAgent: string;
  readonly retry: RetryOptions;
  /** `dry`: nothing is written; what would have been is logged. */
  readonly mode: 'live' | 'dry';
  /** Shared by all workers: cached answers, tokens, pacing. */
  readonly redis: Redis;
  readonly prefix: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly censor: Censor;
}
