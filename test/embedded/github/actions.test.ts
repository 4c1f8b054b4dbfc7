import { expect, test } from '@jest/globals';
import { readWorkflow, type PlayerOptions } from '../../../src/embedded/github/actions.js';
import { startGitHub } from '../../../src/embedded/github/server.js';
import { currentAttempt } from '../../../src/embedded/github/render/actions.js';
import { appKey } from '../../support/appKey.js';

const slug = 'acme/shop';
const workflow = `name: Tests
# played: takes 0 s
# played: test fails when src/a.js contains broken
on: [pull_request]
jobs:
  test: {}
  lint:
    name: Lint
`;

/** A GitHub with one repository and the player. */
async function startPlayed(actions: PlayerOptions = {}) {
  const github = await startGitHub({ ...appKey(), actions: { jobMs: 0, ...actions } });
  github.world.org('acme', { admins: ['ada'] });
  await github.world.repo({ owner: 'acme', name: 'shop', files: { 'src/a.js': 'fine\n', '.github/workflows/test.yml': workflow } });
  const repo = github.world.find(slug);
  const open = async (files: Readonly<Record<string, string>>, by = 'ada') => {
    const person = github.world.as(by);
    await person.push(slug, { branch: 'change', files });
    return (await person.openPull(slug, { title: 'Change', head: 'change' })).number;
  };
  const checks = () => repo.checkRuns.map(({ name, conclusion }) => `${name} ${String(conclusion)}`).sort();
  return { github, repo, open, checks, [Symbol.asyncDispose]: () => github.stop() };
}

test.each<{ name: string; text: string; want: unknown }>([
  { name: 'events as a list', text: workflow, want: { name: 'Tests', on: { pull_request: null }, jobs: ['test', 'Lint'], seconds: 0, failures: [{ job: 'test', path: 'src/a.js', text: 'broken' }] } },
  { name: 'one event, no name', text: 'on: push\njobs: { a: {} }', want: { name: 'x.yml', on: { push: null }, jobs: ['a'], seconds: undefined, failures: [] } },
  { name: 'events with branches', text: 'on: { push: { branches: [main] } }\njobs: { a: {} }', want: { name: 'x.yml', on: { push: { branches: ['main'] } }, jobs: ['a'], seconds: undefined, failures: [] } },
  { name: 'no jobs', text: 'on: push', want: undefined },
  { name: 'no YAML', text: '{', want: undefined },
])('a workflow file: $name', ({ text, want }) => {
  expect(readWorkflow('x.yml', text)).toEqual(want);
});

test('a pull request is tested as merged into its base', async () => {
  await using world = await startPlayed();
  await world.open({ 'src/b.js': 'b\n' });
  await world.github.idle();
  expect(world.checks()).toEqual(['Lint success', 'test success']);
  // The base breaks, and with it what the next push to the branch is merged with.
  await world.github.world.as('ada').push(slug, { branch: 'main', files: { 'src/a.js': 'broken\n' } });
  await world.github.world.as('ada').push(slug, { branch: 'change', files: { 'src/c.js': 'c\n' } });
  await world.github.idle();
  expect(world.checks()).toEqual(['Lint success', 'Lint success', 'test failure', 'test success']);
});

test('failed jobs run again on what they ran on before', async () => {
  let times = 0;
  await using world = await startPlayed({ outcome: ({ job }) => (job === 'test' && ++times === 1 ? { conclusion: 'failure' } : undefined) });
  await world.open({ 'src/b.js': 'b\n' });
  await world.github.idle();
  expect(world.checks()).toEqual(['Lint success', 'test failure']);
  const [run] = world.repo.workflowRuns;
  if (!run) throw new Error('no run');
  world.github.world.as('ada').rerunWorkflow(slug, run.id, 'failed');
  await world.github.idle();
  expect(currentAttempt(run)).toMatchObject({ number: 2, conclusion: 'success' });
  expect(world.checks()).toEqual(['Lint success', 'test failure', 'test success']);
});

test("a newcomer's workflows wait for an approval", async () => {
  await using world = await startPlayed({ newcomers: 'held' });
  await world.open({ 'src/b.js': 'b\n' }, 'nora');
  await world.github.idle();
  expect(world.checks()).toEqual([]);
  const [run] = world.repo.workflowRuns;
  if (!run) throw new Error('no run');
  expect(currentAttempt(run).conclusion).toBe('action_required');
  world.github.world.as('ada').approveWorkflow(slug, run.id);
  await world.github.idle();
  expect(world.checks()).toEqual(['Lint success', 'test success']);
  await world.github.world.as('nora').push(slug, { branch: 'change', files: { 'src/c.js': 'c\n' } });
  await world.github.idle();
  expect(world.checks()).toHaveLength(4);
});

test('a conflict is not tested', async () => {
  await using world = await startPlayed();
  const person = world.github.world.as('ada');
  await person.push(slug, { branch: 'change', files: { 'src/a.js': 'mine\n' } });
  await person.push(slug, { branch: 'main', files: { 'src/a.js': 'theirs\n' } });
  await person.openPull(slug, { title: 'Change', head: 'change' });
  await world.github.idle();
  expect(world.repo.workflowRuns).toEqual([]);
});
