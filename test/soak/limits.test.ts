import { expect, test } from '@jest/globals';
import { LIMITS, runLimits } from '../support/limits.js';

test('limits hold while a worker process is killed in the middle and another one takes its place', async () => {
  const { peaks, changes, states, pods } = await runLimits(90, ([victim], another) => {
    victim?.kill('SIGKILL');
    another();
  });
  expect(peaks).toEqual(LIMITS);
  expect(states).toEqual(['never triggered', 'nobody error', ...Array.from({ length: 150 }, () => 'success')]);
  expect([...pods.values()]).toEqual(Array.from({ length: 150 }, () => 1));
  expect(changes).toHaveLength(3);
  for (const count of changes) expect(count).toBeGreaterThan(5);
});
