import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { baseShaIn } from '../../../src/core/baseSha.js';
import { start, type Running } from '../../../src/main.js';
import { eventually } from '../../support/redis.js';
import { slug, startWorld, type StoryWorld } from '../../world/world.js';

const JOBS = `presubmits:
  ${slug}:
  - name: unit
    always_run: true
    spec: {containers: [{image: alpine, command: [sh]}]}
`;

const headOf = (world: StoryWorld, number: number): string => world.github.world.pull(slug, number).pull.head.sha;
const mainOf = (world: StoryWorld, number: number): string => world.github.world.pull(slug, number).pull.base.sha;

/** What a head shows under a name: the state of its newest commit status, and of its newest check run. */
function shown(world: StoryWorld, number: number, name = 'unit') {
  const { statuses, checkRuns } = world.github.world.find(slug);
  const sha = headOf(world, number);
  const run = checkRuns.filter((one) => one.sha === sha && one.name === name).at(-1);
  return { status: statuses.filter((one) => one.sha === sha && one.context === name).at(-1)?.state, check: run && (run.conclusion ?? run.status) };
}

/** Upstream's crier and Tide, as they leave a head behind. */
async function reportAsUpstream(world: StoryWorld, number: number, state: 'success' | 'failure'): Promise<void> {
  const sha = headOf(world, number);
  await world.as('ada').setStatus(slug, sha, { context: 'unit', state, description: `Job ${state === 'success' ? 'succeeded' : 'failed'}. BaseSHA:${mainOf(world, number)}` });
  await world.as('ada').setStatus(slug, sha, { context: 'tide', state: 'pending', description: 'Not mergeable. Needs approved, lgtm labels.' });
}

/** Replaces the installation by another one; `report_as` counts from then on. */
async function switchTo(world: StoryWorld, running: Running, reportAs: 'check' | 'status'): Promise<Running> {
  await running.stop();
  const { configPath } = world.settings;
  const rest = readFileSync(configPath, 'utf8').replace(/^github_reporter:.*\n|^ {2}report_as:.*\n/gm, '');
  writeFileSync(configPath, `github_reporter: {report_as: {'*': ${reportAs}}}\n${rest.replace(/^tide:\n/m, `tide:\n  report_as: {'*': ${reportAs}}\n`)}`);
  const next = await start({ ...world.settings, components: new Set(['hook', 'tide', 'plank', 'crier']) }, { write: () => {} });
  world.github.setWebhook(`http://127.0.0.1:${next.port ?? 0}/hook`);
  return next;
}
const approve = (world: StoryWorld, number: number): void => { world.comment('ada', number, '/lgtm\n/approve'); };
const merged = (world: StoryWorld, number: number): Promise<boolean> => eventually(`#${number} to merge`, () => world.view(number).merged, 60_000);

test('open pull requests keep their results over a switch from statuses to check runs and back, and nothing required is stuck', async () => {
  let fails = false;
  // At first upstream is at work, and nothing of ours acts.
  await using world = await startWorld({ jobs: JOBS, settings: { components: new Set(['deck']) }, play: () => (fails ? { end: { kind: 'exits', code: 1 } } : undefined) });
  world.github.world.protect(slug, 'main', { checks: { strict: false, required: [{ context: 'unit', appId: null }] } });
  world.github.setWebhook('');
  const [green, red, pushed] = [await world.open({ by: 'ben', files: { 'src/1.js': '' } }), await world.open({ by: 'ben', files: { 'src/2.js': '' } }), await world.open({ by: 'ben', files: { 'src/3.js': '' } })];
  await reportAsUpstream(world, green, 'success');
  await reportAsUpstream(world, red, 'failure');
  await reportAsUpstream(world, pushed, 'failure');
  await world.github.idle();

  let running = await switchTo(world, world.running, 'check');
  try {
    // A result of upstream's counts: it says on which base it was reached.
    approve(world, green);
    await merged(world, green);
    expect(await world.prowjobs()).toEqual([]);
    // One that failed there is run again here, and goes on as the status that it is.
    world.comment('ben', red, '/retest');
    await eventually('the new result', () => shown(world, red).status === 'success', 60_000);
    expect(shown(world, red)).toEqual({ status: 'success', check: undefined });
    approve(world, red);
    await merged(world, red);
    expect([shown(world, red), shown(world, red, 'tide').check]).toEqual([{ status: 'success', check: undefined }, undefined]);
    const record = await eventually('the record of its merge', async () => (await world.views.merges(5)).find(({ number }) => number === red));
    expect(baseShaIn(world.github.world.find(slug).statuses.filter(({ context, sha }) => context === 'unit' && sha === headOf(world, red)).at(-1)?.description ?? '')).toBe(record.baseSha);
    // New commits have check runs, and so have new pull requests.
    fails = true;
    await world.push('ben', pushed, { 'src/3.js': 'newer\n' });
    const [failed, both] = [await world.open({ by: 'ben', files: { 'src/4.js': '' } }), await world.open({ by: 'ben', files: { 'src/5.js': '' } })];
    for (const number of [pushed, failed, both]) await eventually(`the check of #${number}`, () => shown(world, number).check === 'failure', 60_000);
    for (const number of [pushed, failed, both]) expect(shown(world, number)).toEqual({ status: undefined, check: 'failure' });

    // Back again: a head that has a check run goes on with it, and one that has got both gets both.
    running = await switchTo(world, running, 'status');
    fails = false;
    await world.as('ada').setStatus(slug, headOf(world, both), { context: 'unit', state: 'failure', description: 'Upstream ran it meanwhile.' });
    for (const number of [failed, both]) world.comment('ben', number, '/retest');
    await eventually('the new results', () => shown(world, failed).check === 'success' && shown(world, both).check === 'success' && shown(world, both).status === 'success', 60_000);
    expect(shown(world, failed)).toEqual({ status: undefined, check: 'success' });
    await world.push('ben', pushed, { 'src/3.js': 'newest\n' });
    await eventually('the status', () => shown(world, pushed).status === 'success', 60_000);
    expect([shown(world, pushed), shown(world, pushed, 'tide').check]).toEqual([{ status: 'success', check: undefined }, undefined]);
    for (const number of [failed, both, pushed]) { approve(world, number); await merged(world, number); }
    for (const number of [failed, both]) expect(shown(world, number).check).toBe('success');

    // And once more to check runs: the head that has a status goes on with it.
    const last = await world.open({ by: 'ben', files: { 'src/6.js': '' } });
    await eventually('its status', () => shown(world, last).status === 'success', 60_000);
    running = await switchTo(world, running, 'check');
    world.comment('ben', last, '/test unit');
    await eventually('its new run', async () => (await world.prowjobs()).filter(({ spec, status }) => spec.refs?.pulls?.[0]?.number === last && status.state === 'success').length === 2, 60_000);
    approve(world, last);
    await merged(world, last);
    expect(shown(world, last)).toEqual({ status: 'success', check: undefined });
  } finally {
    await running.stop();
  }
});
