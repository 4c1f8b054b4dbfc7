import { expect, test } from '@jest/globals';
import type { ProwJob } from '../../src/core/prowjob.js';
import { doubledEffects } from '../../src/embedded/story/effects.js';
import { eventually } from '../support/redis.js';
import { BOT, slug, startWorld, type StoryWorld, type WorldOptions } from './world.js';

const JOBS = `presubmits:
  ${slug}:
  - name: unit
    always_run: true
    spec: {containers: [{image: alpine, command: [sh]}]}
`;

/** A world with pull requests of Ben's whose jobs have passed on the first base, and which lack nothing but labels. */
async function testedWorld(pulls: number, options: WorldOptions = {}): Promise<StoryWorld> {
  const world = await startWorld({ jobs: JOBS, ...options });
  for (let n = 1; n <= pulls; n++) await world.open({ by: 'ben', files: { [`src/new-${n}.js`]: 'new\n' } });
  await world.settled();
  return world;
}
const moveBase = (world: StoryWorld, content = 'moved\n'): Promise<string> => world.as('ada').push(slug, { branch: 'main', files: { 'README.md': content } });
/** Labels go at once, so that nobody is alone in the pool for a moment. */
const wave = (world: StoryWorld, numbers: readonly number[]): void => { for (const number of numbers) world.comment('ada', number, '/lgtm\n/approve'); };

const told = ({ spec, status, metadata }: ProwJob) => ({ type: spec.type, base: spec.refs?.base_sha, pulls: spec.refs?.pulls?.map(({ number }) => number), state: status.state, byTide: metadata.labels?.['created-by-tide'] });
const byTide = async (world: StoryWorld) => (await world.prowjobs()).map(told).filter((job) => job.byTide === 'true');
/** What the base was when each pull request merged. */
const bases = async (world: StoryWorld) => Object.fromEntries((await world.views.merges(20)).map(({ number, baseSha }) => [number, baseSha]));

test('a pull request whose jobs passed on an older base is tested on the present one, then merges', async () => {
  await using world = await testedWorld(1);
  const base = await moveBase(world);
  wave(world, [1]);
  expect(await world.settled(1)).toMatchObject({ merged: true });
  expect(await byTide(world)).toEqual([{ type: 'presubmit', base, pulls: [1], state: 'success', byTide: 'true' }]);
  expect(await bases(world)).toEqual({ 1: base });
  expect(doubledEffects(world.github.effects, BOT)).toEqual([]);
});
