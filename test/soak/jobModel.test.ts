import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { play } from '../jobs/run/model.js';

// Prints seed and path of what failed; PROW_SEED plays it again.
test('jobs keep their limits and their ends through long storms', async () => {
  const seed = Number(process.env.PROW_SEED ?? Date.now() % 1_000_000);
  await fc.assert(fc.asyncProperty(fc.nat(0x7fffffff), async (first) => {
    let state = first;
    const random = (below: number): number => {
      state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) | 0;
      return below === 0 ? 0 : ((state ^ (state >>> 13)) >>> 0) % below;
    };
    expect(await play(1_500, random)).toEqual([]);
  }), { seed, numRuns: 400 });
});
