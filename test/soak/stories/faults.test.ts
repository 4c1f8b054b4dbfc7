import { expect, test } from '@jest/globals';
import type { FaultPlan } from '../../../src/embedded/github/faults.js';
import { doubledEffects } from '../../../src/embedded/story/effects.js';
import { BOT, startWorld } from '../../world/world.js';

test.each<{ name: string; plan: FaultPlan }>([
  { name: '502 to 30 % of calls', plan: { failShare: { status: 502, share: 0.3, seed: 7 } } },
  { name: '502 to 30 % of calls that took effect', plan: { failShare: { status: 502, share: 0.3, seed: 8, when: 'after' } } },
  { name: '403 with Retry-After to 30 % of calls', plan: { failShare: { status: 403, retryAfter: 1, share: 0.3, seed: 9 } } },
])('$name: later, but nothing is lost or doubled', async ({ plan }) => {
  await using world = await startWorld({ pulls: 3 });
  await world.settled();
  world.github.faults.set(plan);
  for (const number of [1, 2, 3]) {
    world.comment('ada', number, '/hold');
    world.comment('ben', number, '/lgtm');
    world.comment('mallory', number, '/lgtm');
  }
  await world.settled();
  expect(world.github.faults.failed).toBeGreaterThan(0);
  for (const number of [1, 2, 3]) {
    const { labels, answers } = world.view(number);
    expect(labels).toEqual(['do-not-merge/hold', 'lgtm']);
    expect(answers.filter((body) => body.includes('@mallory: only collaborators'))).toHaveLength(1);
  }
  expect(doubledEffects(world.github.effects, BOT)).toEqual([]);
}, 300_000);

test('without rate limit left everything waits for it, and then happens once', async () => {
  await using world = await startWorld({ pulls: 2 });
  await world.settled();
  const before = world.effects().length;
  const until = Date.now() + 3_000;
  world.github.faults.set({ rateLimitExhaustedUntil: until });
  for (const number of [1, 2]) {
    world.comment('mallory', number, '/lgtm');
    world.comment('ada', number, '/hold');
  }
  await world.settled();
  const effects = world.effects().slice(before);
  expect(effects.every(({ at }) => Date.parse(at) >= until - 1_000)).toBe(true);
  for (const number of [1, 2]) expect(world.view(number).labels).toEqual(['do-not-merge/hold']);
  expect(doubledEffects(world.github.effects, BOT)).toEqual([]);
}, 300_000);
