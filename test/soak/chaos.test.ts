import { expect, test } from '@jest/globals';
import { runDemo } from '../support/demo.js';

test.each(Array.from({ length: 10 }, (_, n) => n + 1))('the demo ends the same with the worker killed three times (%d of 10)', async () => {
  const { summary, told } = await runDemo('--chaos');
  expect(told).toMatch(/--seed \d+/);
  expect(summary).toMatchObject({ ok: true, kills: 3, restarts: 3, pulls: [{ number: 1 }, { number: 2 }, { number: 3 }] });
}, 300_000);
