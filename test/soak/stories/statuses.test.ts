import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { doubledEffects } from '../../../src/embedded/story/effects.js';
import { start } from '../../../src/main.js';
import { eventually } from '../../support/redis.js';
import { BOT, slug, startWorld, type StoryWorld } from '../../world/world.js';

const POD = 'spec: {containers: [{image: alpine, command: [sh]}]}';
const jobsOf = (...jobs: readonly string[]): string => `presubmits:\n  ${slug}:\n${jobs.map((job) => `  - {${job}, always_run: true, ${POD}}\n`).join('')}`;
const BEFORE = jobsOf('name: unit', 'name: lint');

/** What a head shows: check runs of ours and statuses, each with its state and text. */
function shown(world: StoryWorld, number: number): Readonly<Record<string, string>> {
  const { statuses, checkRuns } = world.github.world.find(slug);
  const { sha } = world.github.world.pull(slug, number).pull.head;
  return {
    ...Object.fromEntries(checkRuns.filter((one) => one.sha === sha && one.name !== 'tide' && one.name !== 'test').map((one) => [`check ${one.name}`, `${one.conclusion ?? one.status}${/retired.*/.exec(one.output.title ?? '')?.[0].replace(/^/, ', ') ?? ''}`])),
    ...Object.fromEntries(statuses.filter((one) => one.sha === sha).map((one) => [`status ${one.context}`, `${one.state}${/retired.*/.exec(one.description ?? '')?.[0].replace(/^/, ', ') ?? ''}`])),
  };
}
const runsOf = async (world: StoryWorld) => (await world.prowjobs()).map(({ spec, metadata }) => `${spec.job} #${spec.refs?.pulls?.[0]?.number ?? 0} ${metadata.labels?.['event-GUID'] === 'none' ? 'reconciled' : 'triggered'}`).sort();
const change = (world: StoryWorld, jobs: string): void => { writeFileSync(world.settings.jobConfigPath ?? '', jobs); };

test('open pull requests follow the jobs: what is gone blocks nobody, what is renamed is moved, what is new runs where the author is trusted', async () => {
  await using world = await startWorld({ jobs: BEFORE, play: (job) => (job === 'lint' ? { end: { kind: 'exits', code: 1 } } : undefined) });
  const [mine, stranger] = [await world.open({ by: 'ben' }), await world.open({ by: 'nora', files: { 'src/other.js': '' } })];
  await world.settled(mine);
  await world.as('ada').setStatus(slug, world.github.world.pull(slug, stranger).pull.head.sha, { context: 'lint', state: 'failure', description: 'Upstream ran it.' });
  await world.settled(stranger);
  expect(shown(world, mine)).toEqual({ 'check unit': 'success', 'check lint': 'failure' });

  change(world, jobsOf('name: unit, context: ci/unit', 'name: build'));
  const RETIRED = 'success, retired: no job reports it any more.';
  await eventually('the change to arrive', () => shown(world, stranger)['status lint'] === RETIRED && shown(world, mine)['check build'] === 'success' && shown(world, mine)['check unit'] !== 'success', 60_000);
  await world.settled(mine);
  expect(shown(world, mine)).toEqual({ 'check unit': 'success, retired: it is called ci/unit now.', 'check ci/unit': 'success', 'check lint': RETIRED, 'check build': 'success' });
  expect(shown(world, stranger)).toEqual({ 'status lint': RETIRED });
  expect(await runsOf(world)).toEqual([`build #${mine} reconciled`, `lint #${mine} triggered`, `unit #${mine} triggered`]);

  // What is required now is there: nothing is stuck.
  world.comment('ada', mine, '/lgtm\n/approve');
  expect(await world.settled(mine)).toMatchObject({ merged: true });
  expect(doubledEffects(world.github.effects, BOT)).toEqual([]);
});

test('what changed while nothing ran is seen to at the next start, by the file when Redis was lost, and not where a list says so', async () => {
  await using world = await startWorld({ jobs: BEFORE, settings: {} });
  const number = await world.open({ by: 'ben' });
  await world.settled(number);
  await world.running.stop();
  const uri = `file://${join(world.settings.stateDir, 'statuses.json')}`;
  const statuses = { ...world.settings.jobs.statuses, uri };
  const again = async (prefix: string, more: Partial<typeof statuses> = {}) => {
    const running = await start({ ...world.settings, redisPrefix: prefix, jobs: { ...world.settings.jobs, statuses: { ...statuses, ...more } } }, { write: () => {} });
    return { async [Symbol.asyncDispose]() { await running.stop(); } };
  };
  const kept = (): string => { try { return readFileSync(new URL(uri), 'utf8'); } catch { return ''; } };

  change(world, jobsOf('name: unit', 'name: lint', 'name: build'));
  {
    await using _first = await again(world.prefix);
    await eventually('the new job', async () => (await runsOf(world)).includes(`build #${number} reconciled`), 60_000);
    await eventually('the file', () => kept().includes('build'), 60_000);
  }
  change(world, jobsOf('name: unit', 'name: build', 'name: extra'));
  {
    // Redis has forgotten everything; the file says what there was.
    await using _second = await again(`${world.prefix}:lost`, { noNewJobs: ['ACME/shop'] });
    await eventually('the context to be retired', () => shown(world, number)['check lint']?.includes('retired'), 60_000);
    await eventually('the file', () => !kept().includes('lint'), 60_000);
  }
  change(world, jobsOf('name: unit', 'name: more'));
  {
    await using _third = await again(`${world.prefix}:lost`, { nothing: ['acme'] });
    await eventually('the file', () => kept().includes('more'), 60_000);
  }
  expect((await runsOf(world)).filter((run) => run.endsWith('reconciled'))).toEqual([`build #${number} reconciled`]);
  expect(shown(world, number)['check build']).not.toMatch(/retired/);
});
