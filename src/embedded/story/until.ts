/** Something that should have come true did not; says what was seen and why. */
export class StuckError extends Error {
  override readonly name = 'StuckError';
  readonly seen: string;
  readonly reasons: readonly string[];
  constructor(what: string, { seen, reasons, afterMs }: Readonly<{ seen: string; reasons: readonly string[]; afterMs: number }>) {
    super([`${what}: not within ${String(Math.round(afterMs / 1_000))} s`, `seen: ${seen}`, ...(reasons.length > 0 ? reasons.map((reason) => `Tide: ${reason}`) : ['Tide gives no reason'])].join('\n  '));
    this.seen = seen;
    this.reasons = reasons;
  }
}

/** One look at the world: what was hoped for, or what there is instead. */
export type Look<T> = Readonly<{ there: T } | { seen: string }>;

export interface Patience {
  readonly limitMs: number;
  readonly everyMs: number;
  readonly signal: AbortSignal;
  /** Why Tide does not merge, for whoever waits. */
  reasons(): Promise<readonly string[]>;
  /** Told of each new set of reasons, once the wait is noticeable. */
  waiting(reasons: readonly string[]): void;
}

const NOTICEABLE_MS = 1_200;
const PATIENCE_MS = 3_000;

/** What there is to know within a few seconds; nothing where whoever is asked fails or hangs. */
function soon(reasons: () => Promise<readonly string[]>): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => { resolve([]); }, PATIENCE_MS);
    reasons().catch(() => []).then((known) => { clearTimeout(timer); resolve(known); }, () => {});
  });
}

/** Looks until it is there. */
export async function until<T>(what: string, look: () => Promise<Look<T>>, { limitMs, everyMs, signal, reasons, waiting }: Patience): Promise<T> {
  const begun = performance.now();
  let told = '';
  for (;;) {
    signal.throwIfAborted();
    const found = await look();
    if ('there' in found) return found.there;
    const passed = performance.now() - begun;
    if (passed > limitMs) throw new StuckError(what, { seen: found.seen, reasons: await soon(reasons), afterMs: passed });
    if (passed > NOTICEABLE_MS) {
      const now = await soon(reasons);
      if (now.length > 0 && told !== now.join('\n')) {
        told = now.join('\n');
        waiting(now);
      }
    }
    await new Promise((resolve) => { setTimeout(resolve, everyMs); });
  }
}
