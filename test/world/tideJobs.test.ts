import { expect, test } from '@jest/globals';
import { loadProwJobs } from '../../src/adapters/kube/prowjobs.js';
import { silentLog } from '../../src/core/ports/log.js';
import type { ProwJob } from '../../src/core/prowjob.js';
import { start } from '../../src/main.js';
import { doubledEffects } from '../../src/embedded/story/effects.js';
import { eventually } from '../support/redis.js';
import { BOT, slug, startWorld, type StoryWorld, type WorldOptions } from './world.js';
import { soakTest } from '../support/tier.js';

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

/** Presubmits take long once `slow` is set, so that only batches can be first. */
function playing() {
  const how = { slow: false, batch: 'passes' as 'passes' | 'fails' | 'hangs' };
  const play: WorldOptions['play'] = (_job, type) => {
    if (type === 'presubmit') return how.slow ? { runningMs: 2_500 } : undefined;
    return { passes: { runningMs: 200 }, fails: { end: { kind: 'exits', code: 1 } as const }, hangs: { end: { kind: 'hangs' } as const } }[how.batch];
  };
  return { how, play };
}

test('two that are ready are tested together on the base on which they merge, and merge in order', async () => {
  const { how, play } = playing();
  await using world = await testedWorld(2, { play });
  how.slow = true;
  const base = await moveBase(world);
  wave(world, [1, 2]);
  await world.settled();
  expect([1, 2].map((number) => world.view(number).merged)).toEqual([true, true]);
  const batches = (await byTide(world)).filter(({ type }) => type === 'batch');
  expect(batches).toEqual([{ type: 'batch', base, pulls: [1, 2], state: 'success', byTide: 'true' }]);
  const [second, first] = await world.views.merges(2);
  expect([first?.number, first?.baseSha, second?.number, second?.baseSha]).toEqual([1, base, 2, first?.mergeSha]);
  expect(doubledEffects(world.github.effects, BOT)).toEqual([]);
});

soakTest('a batch that fails is not tried again; its members are tested and merged one by one', async () => {
  const { how, play } = playing();
  await using world = await testedWorld(2, { play });
  how.batch = 'fails';
  await moveBase(world);
  wave(world, [1, 2]);
  await world.settled();
  expect([1, 2].map((number) => world.view(number).merged)).toEqual([true, true]);
  const all = await byTide(world);
  const tested = (number: number) => all.filter(({ type, pulls, state }) => type === 'presubmit' && pulls?.[0] === number && state === 'success').map(({ base }) => base);
  for (const [number, base] of Object.entries(await bases(world))) expect(tested(Number(number))).toContain(base);
  for (const base of new Set(all.map((job) => job.base))) expect(all.filter((job) => job.type === 'batch' && job.base === base).length).toBeLessThan(2);
});

soakTest('a base that moves while a batch is tested voids it; the batch that merges was tested on the new one', async () => {
  const { how, play } = playing();
  await using world = await testedWorld(2, { play });
  Object.assign(how, { slow: true, batch: 'hangs' });
  await moveBase(world);
  wave(world, [1, 2]);
  const running = async () => (await byTide(world)).find(({ type, state }) => type === 'batch' && state === 'pending');
  const old = await eventually('the batch to run', running, 20_000);
  how.batch = 'passes';
  const base = await moveBase(world, 'moved again\n');
  await world.settled();
  expect([1, 2].map((number) => world.view(number).merged)).toEqual([true, true]);
  expect((await byTide(world)).filter(({ type }) => type === 'batch').map(({ base: at, state }) => [at, state]).sort()).toEqual([[old?.base, 'aborted'], [base, 'success']].sort());
  expect((await bases(world))[1]).toBe(base);
});

soakTest('a pull request that is pushed to while its batch is tested does not merge with it', async () => {
  const { how, play } = playing();
  await using world = await testedWorld(2, { play });
  Object.assign(how, { slow: true, batch: 'hangs' });
  await moveBase(world);
  wave(world, [1, 2]);
  await eventually('the batch to run', async () => (await byTide(world)).some(({ type, state }) => type === 'batch' && state === 'pending'), 20_000);
  Object.assign(how, { slow: false, batch: 'passes' });
  const head = await world.push('ben', 2, { 'src/new-2.js': 'newer\n' });
  await world.settled();
  // What was approved is not what is there now.
  expect([world.view(1).merged, world.view(2)]).toMatchObject([true, { merged: false, labels: ['approved'] }]);
  wave(world, [2]);
  expect(await world.settled(2)).toMatchObject({ merged: true });
  const record = (await world.views.merges(5)).find(({ number }) => number === 2);
  expect(record?.headSha).toBe(head);
  expect((await world.prowjobs()).some(({ spec, status }) => status.state === 'success' && spec.refs?.base_sha === record?.baseSha && spec.refs?.pulls?.some(({ sha }) => sha === head))).toBe(true);
});

soakTest('a ProwJob of Tide’s that somebody deletes is made again', async () => {
  const { how, play } = playing();
  await using world = await testedWorld(1, { play });
  const kube = await loadProwJobs({ kubeconfig: world.settings.kubeconfig, namespace: () => 'default', mode: 'act', log: silentLog });
  const signal = AbortSignal.timeout(60_000);
  how.slow = true;
  const base = await moveBase(world);
  wave(world, [1]);
  const job = await eventually('the test to run', async () => (await world.prowjobs()).find(({ metadata, status }) => metadata.labels?.['created-by-tide'] === 'true' && status.state === 'pending'), 20_000);
  expect(await kube.remove(job?.metadata.name ?? '', { signal })).toBe('removed');
  // Nothing but a pod is under way meanwhile, so the world may look settled.
  await eventually('it to merge', () => world.view(1).merged, 60_000);
  expect(await byTide(world)).toEqual([{ type: 'presubmit', base, pulls: [1], state: 'success', byTide: 'true' }]);
});

test('workers that are replaced while a batch is tested: it is started once, and merges', async () => {
  const { how, play } = playing();
  await using world = await testedWorld(2, { play });
  how.slow = true;
  await moveBase(world);
  wave(world, [1, 2]);
  await eventually('the batch', async () => (await byTide(world)).some(({ type }) => type === 'batch'), 20_000);
  await world.running.stop();
  const again = await start({ ...world.settings, components: new Set([...world.settings.components].filter((one) => one !== 'hook')) }, { write: () => {} });
  try {
    await eventually('both to merge', () => [1, 2].every((number) => world.view(number).merged), 60_000);
    const batches = (await byTide(world)).filter(({ type }) => type === 'batch');
    expect(batches.map(({ pulls, state }) => [pulls, state])).toEqual([[[1, 2], 'success']]);
  } finally {
    await again.stop();
  }
  expect(doubledEffects(world.github.effects, BOT)).toEqual([]);
});
