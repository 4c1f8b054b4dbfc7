import { expect, test } from '@jest/globals';
import { runDemo } from '../support/demo.js';

test('the bot’s story is played in under two minutes and proved', async () => {
  const { summary, told, seconds } = await runDemo('--bot-only');
  expect(seconds).toBeLessThan(120);
  expect(summary).toMatchObject({ ok: true, kills: 0, pulls: [{ number: 1, mergeSha: expect.stringMatching(/^[0-9a-f]{40}$/) }, { number: 2, mergeSha: expect.stringMatching(/^[0-9a-f]{40}$/) }] });
  for (const { secondsFromCommentToEffect, secondsFromReadyToMerged } of summary.pulls) {
    expect(secondsFromCommentToEffect).toBeLessThan(10);
    expect(secondsFromReadyToMerged).toBeLessThan(30);
  }
  for (const { title } of summary.pulls) expect(summary.repository.log.some((line) => line.includes(title) || line.includes('Merge pull request'))).toBe(true);
  expect(told).toContain('stays out of the pool: Not mergeable. Should not have do-not-merge/hold label.');
}, 180_000);

test('the story of jobs is played in under two minutes: a batch is tested on the base on which it merges', async () => {
  const { summary, told, seconds } = await runDemo();
  expect(seconds).toBeLessThan(120);
  expect(summary).toMatchObject({ ok: true, kills: 0, pulls: [{ number: 1 }, { number: 2 }, { number: 3 }] });
  const [first, second, third] = summary.jobs?.tested ?? [];
  const base = summary.pulls[0]?.mergeSha ?? '';
  expect(first?.by.map(({ job, type }) => `${job} ${type}`).sort()).toEqual(['smoke presubmit', 'unit presubmit']);
  for (const one of [second, third]) expect(one?.by.map(({ job, type, baseSha }) => [job, type, baseSha]).sort()).toEqual([['smoke', 'batch', base], ['unit', 'batch', base]]);
  expect(second?.by).toEqual(third?.by);
  expect(summary.jobs?.secondsFromCommentToPod).toBeLessThan(10);
  expect(told).toContain('nothing runs on #1');
  expect(told).toContain('its check shows why: AssertionError');
  expect(told).toContain('the pods of finished jobs are collected');
}, 180_000);
