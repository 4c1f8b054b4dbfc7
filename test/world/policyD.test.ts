import { expect, test } from '@jest/globals';
import { slug, startWorld, type StoryWorld } from './world.js';

const PLUGINS = `plugins:
  ${slug}:
    plugins: [approve, hold, lgtm, wip]
`;

/** The verdicts of the bot's approval notifications. */
const verdicts = (answers: readonly string[]) => answers.flatMap((text) => /^\[APPROVALNOTIFIER\].*\*\*(.+)\*\*/.exec(text)?.[1] ?? []);

/** Sends a stored delivery again, as GitHub's button does. */
async function redeliver(world: StoryWorld, event: string, part: string): Promise<void> {
  const found = world.github.hub.state.deliveries.find((one) => one.event === event && one.payload.includes(part));
  if (!found) throw new Error(`no delivery of ${event} with ${part}`);
  expect((await fetch(`${world.url}/hook`, { method: 'POST', headers: found.requestHeaders, body: found.payload })).status).toBe(200);
}

test('approvals come and go: said, edited, deleted, reviewed, dismissed, for another branch; a delivery that comes twice changes nothing', async () => {
  await using world = await startWorld({ plugins: PLUGINS });
  const ada = world.as('ada');
  const number = await world.open();
  world.comment('mallory', number, '/approve');
  world.comment('mallory', number, '/lgtm');
  const refused = await world.settled(number);
  expect([refused.labels, verdicts(refused.answers)]).toEqual([[], ['NOT APPROVED']]);

  const said = ada.comment(slug, number, '/approve');
  const approved = await world.settled(number);
  expect([approved.labels, verdicts(approved.answers)]).toEqual([['approved'], ['APPROVED']]);
  const before = world.effects().length;
  await redeliver(world, 'issue_comment', '/approve');
  await redeliver(world, 'issue_comment', '/lgtm');
  expect(await world.settled(number)).toEqual(approved);
  expect(world.effects()).toHaveLength(before);

  ada.editComment(slug, said.id, 'Not yet.');
  const edited = await world.settled(number);
  expect([edited.labels, verdicts(edited.answers)]).toEqual([[], ['NOT APPROVED']]);
  ada.editComment(slug, said.id, '/approve');
  expect((await world.settled(number)).labels).toEqual(['approved']);
  ada.deleteComment(slug, said.id);
  const deleted = await world.settled(number);
  expect([deleted.labels, verdicts(deleted.answers)]).toEqual([[], ['NOT APPROVED']]);

  const review = await ada.review(slug, number, { event: 'APPROVE', body: 'Fine.' });
  expect((await world.settled(number)).labels).toEqual(['approved']);
  ada.dismissReview(slug, number, review.id, 'Too soon.');
  world.comment('ada', number, '/hold');
  world.comment('ben', number, '/lgtm');
  const dismissed = await world.settled(number);
  expect([dismissed.labels, verdicts(dismissed.answers)]).toEqual([['do-not-merge/hold', 'lgtm'], ['NOT APPROVED']]);

  world.comment('ada', number, '/approve');
  expect((await world.settled(number)).labels).toEqual(['approved', 'do-not-merge/hold', 'lgtm']);
  await ada.push(slug, { branch: 'stable', from: 'main', files: { OWNERS: 'approvers: [ben]\n' } });
  await ada.edit(slug, number, { base: 'stable' });
  const moved = await world.settled(number);
  expect([moved.labels, verdicts(moved.answers)]).toEqual([['do-not-merge/hold', 'lgtm'], ['NOT APPROVED']]);
});
