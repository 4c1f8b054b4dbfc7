import type { Log } from '../core/ports/log.js';

/** `late`: GitHub does not show yet what an event named. `away`: it could not be asked. */
export type Looked = 'same' | 'new' | 'late' | 'away';

export interface LooksDeps {
  /** Calls once after so many milliseconds. */
  readonly after: (ms: number, call: () => void) => Readonly<{ stop(): void }>;
  readonly log: Log;
}

/** Webhooks can be missed. */
const EVERY_MS = 120_000;
/** A push between the first look and the subscription to news is not waited for so long. */
const FIRST_MS = 15_000;
const AWAY_MS = 10_000;
const LATE_MS = 1_000;
const LATE_LOOKS = 5;

/** When to look again; `times` counts equal outcomes in a row, this one included. */
export function lookAgainAfter(outcome: Looked, times: number): number {
  switch (outcome) {
    case 'same': case 'new': return EVERY_MS;
    case 'away': return Math.min(AWAY_MS * 2 ** (times - 1), EVERY_MS);
    case 'late': return times <= LATE_LOOKS ? LATE_MS * times : EVERY_MS;
    default: return outcome satisfies never;
  }
}

/** Looks that never overlap: what is asked for during a look causes one more. After each the next one is planned. */
export interface Looks {
  /** Never throws. */
  look(wanted?: string): Promise<void>;
  /** Whether a look is under way. */
  busy(): boolean;
  /** Plans the look that follows a start. */
  begin(): void;
  stop(): Promise<void>;
}

export function createLooks(once: (wanted: string | undefined) => Promise<Looked>, { after, log }: LooksDeps): Looks {
  let timer: Readonly<{ stop(): void }> | undefined;
  let running: Promise<void> | undefined;
  let next: Readonly<{ wanted: string | undefined }> | undefined;
  let last: Looked | undefined;
  let times = 0;
  let stopped = false;

  const plan = (ms: number, wanted?: string): void => {
    timer?.stop();
    timer = stopped ? undefined : after(ms, () => { void look(wanted); });
  };
  async function work(): Promise<void> {
    while (next !== undefined && !stopped) {
      const { wanted } = next;
      next = undefined;
      const outcome = await once(wanted).catch((err: unknown): Looked => {
        log.error({ err }, 'looking at the configuration\'s repository failed');
        return 'away';
      });
      times = outcome === last ? times + 1 : 1;
      last = outcome;
      plan(lookAgainAfter(outcome, times), outcome === 'late' ? wanted : undefined);
    }
  }
  function look(wanted?: string): Promise<void> {
    next = { wanted: wanted ?? next?.wanted };
    running ??= work().finally(() => { running = undefined; });
    return running;
  }

  return {
    look,
    busy: () => running !== undefined,
    begin() { if (last !== 'away' && running === undefined) plan(FIRST_MS); },
    async stop() {
      stopped = true;
      timer?.stop();
      await running;
    },
  };
}
