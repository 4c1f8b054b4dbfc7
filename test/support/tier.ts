import { test } from '@jest/globals';

const soak = process.env.PROW_TIER === 'soak';

/** How often a generated test runs: a tenth in `npm test`, all in the soak tier (test/soak/again.test.ts). */
export const runs = (all: number): number => (soak ? all : Math.ceil(all / 10));

/** Every sixth in `npm test`, all in the soak tier. */
export const sample = <T>(all: readonly T[]): readonly T[] => (soak ? all : all.filter((_, n) => n % 6 === 0));

/** A test of the soak tier that stands beside its kin of `npm test`; test/soak/again.test.ts runs them all. */
export const soakTest = (name: string, run: () => Promise<void> | void, timeoutMs?: number): void => {
  if (soak) test(name, run, timeoutMs);
};
