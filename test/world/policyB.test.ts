import { expect, test } from '@jest/globals';
import { createLabel } from '../../src/embedded/github/mutate/labels.js';
import { slug, startWorld, type StoryWorld } from './world.js';

const INVALID = 'do-not-merge/invalid-owners-file';
const pullOf = (world: StoryWorld, number: number) => world.github.world.pull(slug, number);
const asked = (world: StoryWorld, number: number) => [...pullOf(world, number).pull.requestedReviewers].sort();

/** Sends a delivery again, as GitHub does when somebody presses "Redeliver". */
async function again(world: StoryWorld, fits: (delivery: { readonly event: string; readonly payload: string }) => boolean): Promise<void> {
  const delivery = world.github.hub.state.deliveries.find(fits);
  if (!delivery) throw new Error('no delivery');
  expect((await fetch(`${world.url}/hook`, { method: 'POST', headers: delivery.requestHeaders, body: delivery.payload })).status).toBe(200);
}

test('reviewers are asked, labels come from OWNERS, people are assigned, strangers do not become owners', async () => {
  await using world = await startWorld({
    plugins: `plugins:\n  ${slug}:\n    plugins: [assign, blunderbuss, owners-label, verify-owners]\nblunderbuss: {request_count: 2, use_status_availability: true}\n`,
    files: { 'src/OWNERS': 'reviewers: [ada, ben, cleo]\nlabels: [area/shop]\n' },
  });
  const { world: people } = world.github;
  people.member('acme', 'cleo', 'member');
  people.busy('cleo', true);
  people.team('acme', 'Core', { members: ['ben'] });
  createLabel(world.github.hub, { kind: 'user', login: 'ada' }, people.find(slug), { name: 'area/shop' });

  const first = await world.open();
  expect(await world.settled(first)).toMatchObject({ labels: ['area/shop'], answers: [] });
  expect(asked(world, first)).toEqual(['ada', 'ben']);

  world.comment('nora', first, '/assign @ben @mallory\n/uncc ben\n/cc @acme/core');
  const { answers } = await world.settled(first);
  expect(answers).toEqual([expect.stringMatching(/^@nora: GitHub does not let me assign: mallory\./)]);
  expect([...pullOf(world, first).assignees]).toEqual(['ben']);
  expect([asked(world, first), [...pullOf(world, first).pull.requestedTeams]]).toEqual([['ada'], ['core']]);

  // Neither the opening nor the comment takes effect again.
  await again(world, ({ event, payload }) => event === 'pull_request' && payload.includes('"action":"opened"'));
  await again(world, ({ event, payload }) => event === 'issue_comment' && payload.includes('/assign @ben'));
  expect((await world.settled(first)).answers).toHaveLength(1);
  expect(asked(world, first)).toEqual(['ada']);

  const second = await world.open({ files: { OWNERS: 'approvers: [ada, "@Mallory"]\nreviewers: [ada, ben]\n' } });
  expect(await world.settled(second)).toMatchObject({ labels: [INVALID], answers: [expect.stringMatching(/`mallory` is not a member/)] });
  people.member('acme', 'mallory', 'member');
  world.comment('mallory', second, '/verify-owners');
  expect(await world.settled(second)).toMatchObject({ labels: [], answers: [] });
  expect(world.effects('label.add', 'label.remove').filter(({ target }) => target.endsWith(`#${second}`))).toHaveLength(2);
  expect(world.logged('plugin failed')).toEqual([]);
});

test('reviews are asked for once Tide waits for them; a broken owners file is reviewed on its line', async () => {
  await using world = await startWorld({
    plugins: `plugins:\n  ${slug}:\n    plugins: [blunderbuss, verify-owners]\nblunderbuss: {request_count: 1, exclude_approvers: true, wait_for_status: {}}\ncomment_style: upstream\n`,
    files: { 'lib/OWNERS': 'reviewers:\n- ben\nlabels:\n- a\n' },
  });
  const number = await world.open({ files: { 'lib/OWNERS': 'reviewers:\n- ben\nlabels: @x\n', 'other/OWNERS': 'labels: [lgtm]\n' } });
  expect(await world.settled(number)).toMatchObject({ labels: [INVALID], tide: { state: expect.not.stringMatching('success') } });
  expect(asked(world, number)).toEqual(['ada', 'ben']); // one of each place
  const { reviews, reviewComments } = pullOf(world, number).pull;
  expect(reviews.map(({ state, body }) => [state, /2 owners files/.test(body)])).toEqual([['COMMENTED', true]]);
  expect(reviewComments.map(({ path, line, body }) => [path, line, /cannot be read|`lgtm`/.test(body)])).toEqual([['lib/OWNERS', 3, true], ['other/OWNERS', 1, true]]);
  await again(world, ({ event, payload }) => event === 'pull_request' && payload.includes('"action":"opened"'));
  await world.settled(number);
  expect(pullOf(world, number).pull.reviews).toHaveLength(1);
});

test('whoever wrote the changed lines reviews; without OWNERS, owners by CODEOWNERS approve', async () => {
  await using world = await startWorld({
    plugins: `plugins:\n  ${slug}:\n    plugins: [approve, rifle]\nrifle: {request_count: 1}\nowners: {codeowners: [acme]}\n`,
    files: { 'src/list.js': 'one\ntwo\nthree\n' },
  });
  const { world: people } = world.github;
  people.member('acme', 'cleo', 'member');
  people.team('acme', 'Core', { members: ['ben', 'cleo'] });
  await world.as('ada').push(slug, { branch: 'main', files: { OWNERS: null, '.github/CODEOWNERS': '* @ada\n/src/ @acme/core docs@example.com\n' } });
  await world.as('cleo').push(slug, { branch: 'main', files: { 'src/list.js': 'one\n2\nthree\n' } });
  const number = await world.open({ files: { 'src/list.js': 'one\nzwei\nthree\n' } });
  const { answers, labels } = await world.settled(number);
  expect(asked(world, number)).toEqual(['cleo']);
  expect(labels).toEqual([]);
  expect(answers).toEqual([expect.stringMatching(/NOT APPROVED.*\[\.github\/CODEOWNERS#L2\]\(.*\/blob\/main\/\.github\/CODEOWNERS#L2\)/s)]);
  world.comment('ada', number, '/approve');
  expect(await world.settled(number)).toMatchObject({ labels: [] });
  world.comment('ben', number, '/approve');
  expect(await world.settled(number)).toMatchObject({ labels: ['approved'] });
  expect(world.logged('plugin failed')).toEqual([]);
});
