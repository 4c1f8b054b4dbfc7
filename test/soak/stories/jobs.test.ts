import { expect, test } from '@jest/globals';
import { doubledEffects } from '../../../src/embedded/story/effects.js';
import { BOT, slug, startWorld } from '../../world/world.js';
import { eventually } from '../../support/redis.js';

const JOBS = `presubmits:
  ${slug}:
  - name: unit
    always_run: true
    spec: {containers: [{image: alpine, command: [sh]}]}
  - name: lint
    run_if_changed: '^src/'
    optional: true
    spec: {containers: [{image: alpine, command: [sh]}]}
postsubmits:
  ${slug}:
  - name: publish
    spec: {containers: [{image: alpine, command: [sh]}]}
`;

test('jobs of a member’s pull request run, and their checks say how', async () => {
  await using world = await startWorld({ jobs: JOBS, play: (job) => (job === 'lint' ? { end: { kind: 'exits', code: 1 } } : undefined) });
  const number = await world.open({ by: 'ben' });
  const { answers } = await world.settled(number);
  expect(world.checks(number)).toEqual({ unit: 'success', lint: 'failure' });
  expect(answers.filter((body) => body.includes('<!-- test report -->'))).toEqual([expect.stringMatching(/^lint \| /m)]);
  expect((await world.prowjobs()).map(({ spec, status }) => [spec.job, status.state, status.completionTime !== undefined]).sort()).toEqual([['lint', 'failure', true], ['unit', 'success', true]]);
});

test('nothing of a stranger’s runs before /ok-to-test', async () => {
  await using world = await startWorld({ jobs: JOBS });
  const number = await world.open({ by: 'nora' });
  expect((await world.settled(number)).labels).toContain('needs-ok-to-test');
  expect(await world.prowjobs()).toEqual([]);
  world.comment('ben', number, '/ok-to-test');
  await world.settled(number);
  expect(world.checks(number)).toEqual({ unit: 'success', lint: 'success' });
});

test('new commits end what ran on the old ones', async () => {
  let hang = true;
  await using world = await startWorld({ jobs: JOBS, play: (job) => (job === 'unit' && hang ? { end: { kind: 'hangs' } } : undefined) });
  const number = await world.open({ by: 'ben' });
  const old = world.github.world.pull(slug, number).pull.head.sha;
  await eventually('the first run', () => world.checks(number)['unit'] === 'in_progress');
  hang = false;
  await world.push('ben', number, { 'src/new.js': 'newer\n' });
  await world.settled(number);
  expect(world.checks(number)['unit']).toBe('success');
  expect((await world.prowjobs()).filter(({ spec }) => spec.job === 'unit').map(({ spec, status }) => [spec.refs?.pulls?.[0]?.sha === old, status.state, status.completionTime !== undefined]).sort()).toEqual([[false, 'success', true], [true, 'aborted', true]]);
});

test('a required job is waited for, and what is merged is published', async () => {
  await using world = await startWorld({ jobs: JOBS, pulls: 0 });
  const number = await world.open({ by: 'ben' });
  await world.settled(number);
  world.comment('ada', number, '/lgtm\n/approve');
  expect(await world.settled(number)).toMatchObject({ merged: true });
  expect((await world.prowjobs()).filter(({ spec }) => spec.type === 'postsubmit').map(({ spec, status }) => [spec.job, status.state])).toEqual([['publish', 'success']]);
  expect(doubledEffects(world.github.effects, BOT)).toEqual([]);
});
