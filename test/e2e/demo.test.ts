import { expect, test } from '@jest/globals';
import { runDemo } from '../support/demo.js';

test('the demo plays its story in under two minutes and proves it', async () => {
  const { summary, told, seconds } = await runDemo();
  expect(seconds).toBeLessThan(120);
  expect(summary).toMatchObject({ ok: true, kills: 0, pulls: [{ number: 1, mergeSha: expect.stringMatching(/^[0-9a-f]{40}$/) }, { number: 2, mergeSha: expect.stringMatching(/^[0-9a-f]{40}$/) }] });
  for (const { secondsFromCommentToEffect, secondsFromReadyToMerged } of summary.pulls) {
    expect(secondsFromCommentToEffect).toBeLessThan(10);
    expect(secondsFromReadyToMerged).toBeLessThan(30);
  }
  for (const { title } of summary.pulls) expect(summary.repository.log.some((line) => line.includes(title) || line.includes('Merge pull request'))).toBe(true);
  expect(told).toContain('stays out of the pool: Not mergeable. Should not have do-not-merge/hold label.');
}, 180_000);
