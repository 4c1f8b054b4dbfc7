import { expect, test } from '@jest/globals';
import { eventually } from '../../support/redis.js';
import type { Component } from '../../../src/cli/settings.js';
import { outsider } from '../../world/outsider.js';
import { slug, startWorld, type StoryWorld } from '../../world/world.js';

const JOBS = `presubmits:
  ${slug}:
  - name: unit
    always_run: true
    spec: {containers: [{image: alpine, command: [sh]}]}
postsubmits:
  ${slug}:
  - name: publish
    spec: {containers: [{image: alpine, command: [sh]}]}
periodics:
- name: nightly
  interval: 1h
  spec: {containers: [{image: alpine, command: [sh]}]}
`;
const SINKER = `sinker: {resync_period: 1s, terminated_pod_ttl: 1s, max_pod_age: 1s, max_prowjob_age: 1s}
`;
const as = (...components: readonly Component[]) => ({ jobs: JOBS, settings: { components: new Set(components) } }) as const;
const headOf = (world: StoryWorld, number: number): string => world.github.world.pull(slug, number).pull.head.sha;
/** A run of `unit` on a pull request that somebody else asks for. */
const theirs = (world: StoryWorld, number: number, agent = 'kubernetes') => ({
  labels: { 'prow.k8s.io/refs.pull': String(number) },
  spec: {
    type: 'presubmit', agent, job: 'unit', context: 'unit', rerun_command: '/test unit',
    refs: { org: 'acme', repo: 'shop', base_ref: 'main', base_sha: world.github.world.pull(slug, number).pull.base.sha, pulls: [{ number, author: 'ben', sha: headOf(world, number) }] },
  },
});
const statesOf = async (them: ReturnType<typeof outsider>) => (await them.jobs()).map(({ spec, status }) => `${spec.job} ${status.state}`).sort();

test('hook alone answers comments and starts jobs; who runs and reports them is somebody else', async () => {
  await using world = await startWorld(as('hook'));
  using them = outsider(world.kubeconfigPath);
  const number = await world.open({ by: 'ben' });
  await world.settled(number);
  expect(await statesOf(them)).toEqual(['unit triggered']);

  // Their executor and their reporter go on with what was started here.
  const [job] = await them.jobs();
  const name = job?.metadata.name ?? '';
  await them.move(name, { state: 'pending', build_id: '7', description: 'Theirs runs.' });
  await world.as('ada').setStatus(slug, headOf(world, number), { context: 'unit', state: 'failure', description: 'Theirs failed.' });
  await them.end(name, 'failure');
  await world.settled(number);
  expect(await them.job(name)).toMatchObject({ status: { state: 'failure', description: 'Theirs says failure.', build_id: '7' } });
  expect((await them.job(name))?.status['prev_report_states']).toBeUndefined();

  world.comment('ben', number, '/retest');
  world.comment('ada', number, '/hold\n/lgtm\n/approve');
  world.comment('ben', number, '/test everything-and-more');
  const { merged, labels, tide, answers } = await world.settled(number);
  expect({ merged, labels, tide }).toEqual({ merged: false, labels: ['approved', 'do-not-merge/hold', 'lgtm'], tide: undefined });
  expect(answers.some((body) => body.includes('/test unit'))).toBe(true);
  expect(await statesOf(them)).toEqual(['unit failure', 'unit triggered']);

  // What a push makes useless is said so; ending it is their executor's part.
  const fresh = (await them.jobs()).find(({ status }) => status.state === 'triggered');
  await them.move(fresh?.metadata.name ?? '', { state: 'pending', build_id: '8' });
  await world.push('ben', number, { 'src/new.js': 'newer\n' });
  await world.settled(number);
  expect(await statesOf(them)).toEqual(['unit aborted', 'unit failure', 'unit triggered']);
  expect((await them.job(fresh?.metadata.name ?? ''))?.status).not.toHaveProperty('completionTime');
  expect(await them.pods()).toEqual([]);
  expect(world.effects().filter(({ kind }) => /^(check|status)/.test(kind))).toEqual([]);
});

/** Everything that hook, Tide and horologium would do something about. */
async function provoke(world: StoryWorld): Promise<number> {
  const number = await world.open({ by: 'ben' });
  world.comment('ben', number, '/test all');
  world.comment('ada', number, '/lgtm\n/approve\n/hold');
  world.as('ada').addLabels(slug, number, 'lgtm', 'approved');
  await world.as('ada').push(slug, { branch: 'main', files: { 'README.md': 'moved\n' } });
  return number;
}

test.each<{ components: readonly Component[]; pods: number; state: string; reported: string | undefined; check: string | undefined }>([
  { components: ['plank', 'crier'], pods: 1, state: 'success', reported: 'success', check: 'success' },
  { components: ['plank'], pods: 1, state: 'success', reported: undefined, check: undefined },
  { components: ['crier'], pods: 0, state: 'triggered', reported: 'triggered', check: 'queued' },
])('$components: their ProwJobs get what these do, and nothing else happens', async ({ components, pods, state, reported, check }) => {
  await using world = await startWorld(as(...components));
  using them = outsider(world.kubeconfigPath);
  const number = await provoke(world);
  const name = await them.create(theirs(world, number));
  const job = await eventually('the ProwJob to come as far as it can', async () => {
    const now = await them.job(name);
    const said = (now?.status['prev_report_states'] as Readonly<Record<string, string>> | undefined)?.['github-reporter'];
    return now?.status.state === state && said === reported ? now : undefined;
  });
  const view = await world.settled(number);
  expect((await them.pods()).map(({ metadata }) => metadata.name)).toEqual(pods === 1 ? [name] : []);
  expect(world.checks(number)).toEqual(check === undefined ? {} : { unit: check });
  expect(view).toEqual({ merged: false, labels: ['approved', 'lgtm'], tide: undefined, answers: [] });
  // No run of a periodic, of a pushed branch, or of the command.
  expect((await them.jobs()).map(({ metadata }) => metadata.name)).toEqual([name]);
  expect(world.effects().filter(({ kind }) => !kind.startsWith('check'))).toEqual([]);
  if (components.includes('plank')) return;

  // Their executor brings it to its end, and the end is reported.
  expect(job.status).not.toHaveProperty('completionTime');
  await them.move(name, { state: 'pending', build_id: '9' });
  await them.end(name, 'failure');
  await eventually('the report', () => world.checks(number)['unit'] === 'failure');
  const { answers } = await world.settled(number);
  expect(answers).toEqual([expect.stringContaining('unit | ')]);
  expect(await them.pods()).toEqual([]);
});

test('runs of other agents are left alone by plank, count against nothing, and are reported', async () => {
  await using world = await startWorld({ ...as('hook', 'plank', 'crier', 'horologium', 'deck'), config: 'plank: {max_concurrency: 1}\n' });
  using them = outsider(world.kubeconfigPath);
  const number = await world.open({ by: 'ben' });
  await world.settled(number);
  expect(world.checks(number)).toEqual({ unit: 'success' });
  const agents = ['tekton-pipeline', 'jenkins', 'our-own', ''];
  const names = new Map<string, string>();
  for (const agent of agents) {
    const { spec, labels } = theirs(world, number, agent);
    names.set(agent, await them.create({ labels, spec: { ...spec, job: `by-${agent || 'nobody'}`, context: `by-${agent || 'nobody'}`, max_concurrency: 1, pod_spec: undefined }, status: { state: 'pending', build_id: '1' } }));
  }
  // Were they counted, this one would wait for ever.
  const ours = await them.create({ ...theirs(world, number), spec: { ...theirs(world, number).spec, max_concurrency: 1, job: 'by-jenkins', context: 'ours' } });
  await eventually('our own run', async () => (await them.job(ours))?.status.state === 'success');
  await world.settled(number);
  for (const agent of agents) expect((await them.job(names.get(agent) ?? ''))?.status).toMatchObject({ state: 'pending', build_id: '1', prev_report_states: { 'github-reporter': 'pending' } });
  expect(world.checks(number)).toMatchObject(Object.fromEntries(agents.map((agent) => [`by-${agent || 'nobody'}`, 'in_progress'])));

  // Nor does an abort that was asked for: only their executor knows how to end them.
  await them.move(names.get('jenkins') ?? '', { state: 'aborted' });
  for (const agent of ['tekton-pipeline', 'our-own', '']) await them.end(names.get(agent) ?? '', 'failure');
  await eventually('the reports', () => agents.every((agent) => /failure|cancelled/.test(world.checks(number)[`by-${agent || 'nobody'}`] ?? '')));
  expect((await them.job(names.get('jenkins') ?? ''))?.status).not.toHaveProperty('completionTime');
});

test('pods of unfinished runs of other agents are kept by sinker, and go once the run has ended, as ours do', async () => {
  await using world = await startWorld({ ...as('sinker'), config: SINKER });
  using them = outsider(world.kubeconfigPath);
  const began = Date.now();
  const hourAgo = new Date(began - 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z');
  const spec = { agent: 'tekton-pipeline', pod_spec: undefined };
  const running = await them.create({ spec, status: { state: 'pending', startTime: hourAgo } });
  const ended = await them.create({ spec, status: { state: 'success', startTime: new Date(began + 600_000).toISOString().replace(/\.\d+Z$/, 'Z'), completionTime: hourAgo } });
  const old = await them.create({ spec, status: { state: 'success', startTime: hourAgo, completionTime: hourAgo } });
  const pod = (name: string, id: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { 'created-by-prow': 'true', 'prow.k8s.io/id': id } }, spec: { containers: [{ name: 'step', image: 'alpine' }] } });
  await them.createPod(pod('step-of-running', running));
  await them.createPod(pod('step-of-ended', ended));
  await them.createPod({ ...pod('of-nobody', 'none'), metadata: { name: 'of-nobody', labels: {} } });
  await eventually('what is old to go', async () => (await them.pod('step-of-ended')) === undefined && (await them.job(old)) === undefined);
  await eventually('another pass', () => world.logged('old things removed').length > 0);
  expect((await them.pods()).map(({ metadata }) => metadata.name).sort()).toEqual(['of-nobody', 'step-of-running']);
  expect((await them.jobs()).map(({ metadata }) => metadata.name).sort()).toEqual([running, ended].sort());
});
