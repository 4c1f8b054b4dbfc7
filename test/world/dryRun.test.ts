import { expect, test } from '@jest/globals';
import { startWorld } from './world.js';

test('a dry run writes nothing at GitHub and logs what it would have done', async () => {
  await using world = await startWorld({ pulls: 1, settings: { mode: 'dry' } });
  world.comment('ada', 1, '/hold');
  world.comment('ben', 1, '/lgtm');
  world.comment('ada', 1, '/approve');
  await world.settled();
  expect(world.effects()).toEqual([]);
  expect(world.github.log.filter(({ who, method, route }) => who.startsWith('prow') && method !== 'GET' && route !== '/graphql' && !route.startsWith('/app'))).toEqual([]);
  expect(world.logs.some((line) => line.includes('do-not-merge/hold'))).toBe(true);
});
