/** What is made to go wrong; all of it deterministic by seed. */
export interface FaultPlan {
  /** Added to every answer of the API. */
  readonly delayMs?: number;
  readonly failShare?: {
    /** 502 without a word, or 403 as for a secondary limit. */
    readonly status: 502 | 403;
    /** Seconds, in the `Retry-After` header of a 403. */
    readonly retryAfter?: number;
    /** Between 0 and 1. */
    readonly share: number;
    readonly seed?: number;
    /** `after`: the call takes effect and its answer is lost. */
    readonly when?: 'before' | 'after';
    /** Only calls for which this holds can fail. */
    readonly only?: (call: { readonly method: string; readonly path: string }) => boolean;
  };
  /** Milliseconds since the epoch: nobody has rate limit left until then. */
  readonly rateLimitExhaustedUntil?: number;
  /** Deliveries do not arrive. */
  readonly webhooksDown?: boolean;
}

export interface Faults {
  set(plan: FaultPlan): void;
  clear(): void;
  readonly current: FaultPlan;
  /** How many calls were made to fail so far. */
  readonly failed: number;
  /** Decides over one call. */
  fails(call: { readonly method: string; readonly path: string }): NonNullable<FaultPlan['failShare']> | undefined;
}

/** Evenly spread numbers below 1 (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function createFaults(): Faults {
  let plan: FaultPlan = {};
  let next = numbers(1);
  let failed = 0;
  return {
    set(wish) {
      plan = wish;
      next = numbers(wish.failShare?.seed ?? 1);
    },
    clear() { plan = {}; },
    get current() { return plan; },
    get failed() { return failed; },
    fails(call) {
      const { failShare } = plan;
      if (!failShare || (failShare.only && !failShare.only(call)) || next() >= failShare.share) return undefined;
      failed += 1;
      return failShare;
    },
  };
}
