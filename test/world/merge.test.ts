import { expect, test } from '@jest/globals';
import { doubledEffects } from '../../src/embedded/story/effects.js';
import { BOT, slug, startWorld } from './world.js';

test('a reviewed and approved pull request merges', async () => {
  await using world = await startWorld({ pulls: 1 });
  world.comment('ben', 1, '/lgtm');
  expect(await world.settled(1)).toMatchObject({ merged: false, labels: ['lgtm'], tide: { title: 'Not mergeable. Needs approved label.' } });
  world.comment('ada', 1, '/approve');
  expect(await world.settled(1)).toMatchObject({ merged: true, labels: ['approved', 'lgtm'], tide: { state: 'success', title: 'In merge pool.' } });
  expect(await world.github.world.file(slug, 'main', 'src/new-1.js')).toBe('new\n');
  expect(doubledEffects(world.github.effects, BOT)).toEqual([]);
});

test('a held pull request merges once the hold is lifted', async () => {
  await using world = await startWorld({ pulls: 1 });
  for (const [by, body] of [['ada', '/hold'], ['ben', '/lgtm'], ['ada', '/approve']] as const) world.comment(by, 1, body);
  expect(await world.settled(1)).toMatchObject({ merged: false, labels: ['approved', 'do-not-merge/hold', 'lgtm'], tide: { title: 'Not mergeable. Should not have do-not-merge/hold label.' } });
  world.comment('nora', 1, '/unhold');
  expect(await world.settled(1)).toMatchObject({ merged: true, labels: ['approved', 'lgtm'] });
});

test('a check that failed blocks, and the tide check says so, until a push mends it', async () => {
  await using world = await startWorld();
  const number = await world.open({ files: { 'src/shop.js': 'broken\n' } });
  world.comment('ada', number, '/approve');
  world.comment('ben', number, '/lgtm');
  const failed = await world.settled(number);
  expect(failed).toMatchObject({ merged: false, labels: ['approved', 'lgtm'], tide: { title: 'Not mergeable. Job test has not succeeded.' } });
  expect(failed.tide?.summary).toContain('The check test has failed: it ended with failure');
  await world.push('nora', number, { 'src/shop.js': 'mended\n' });
  // What was reviewed is not what is there now.
  expect(await world.settled(number)).toMatchObject({ merged: false, labels: ['approved'], tide: { title: 'Not mergeable. Needs lgtm label.' } });
  world.comment('ben', number, '/lgtm');
  expect(await world.settled(number)).toMatchObject({ merged: true });
});

test('one after the other, and none that conflicts', async () => {
  await using world = await startWorld();
  const first = await world.open({ files: { 'src/shop.js': 'one\n' } });
  const second = await world.open({ files: { 'src/shop.js': 'two\n' } });
  const third = await world.open({ files: { 'src/other.js': 'three\n' } });
  for (const number of [first, second, third]) { world.comment('ben', number, '/lgtm'); world.comment('ada', number, '/approve'); }
  await world.settled();
  const merged = [first, second, third].filter((number) => world.view(number).merged);
  expect(merged).toContain(third);
  expect(merged).toHaveLength(2);
  const left = world.view(merged.includes(first) ? second : first);
  expect(left.tide?.title).toContain('merge conflict');
  expect(doubledEffects(world.github.effects, BOT)).toEqual([]);
});
