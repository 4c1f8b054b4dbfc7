import { expect, test } from '@jest/globals';
import { LIMITS, runLimits } from '../../support/limits.js';

test('two worker processes together keep max_concurrency of a job, of a queue and over all, and use what is free', async () => {
  const { peaks, changes, states, pods } = await runLimits(30);
  // Never more, and not less either: each limit was reached.
  expect(peaks).toEqual(LIMITS);
  expect(states).toEqual(['never triggered', 'nobody error', ...Array.from({ length: 50 }, () => 'success')]);
  expect([...pods.values()]).toEqual(Array.from({ length: 50 }, () => 1));
  expect(changes).toHaveLength(2);
  for (const count of changes) expect(count).toBeGreaterThan(5);
});
