import { expect, test } from '@jest/globals';
import { slug, startWorld } from './world.js';

test('a held pull request is let go', async () => {
  await using world = await startWorld({ pulls: 1 });
  world.comment('ada', 1, '/hold');
  expect(await world.settled(1)).toMatchObject({ labels: ['do-not-merge/hold'] });
  world.comment('ada', 1, '/hold cancel');
  expect(await world.settled(1)).toMatchObject({ labels: [] });
  expect(world.effects('label.add', 'label.remove')).toHaveLength(2);
});

test("a stranger's /lgtm is refused", async () => {
  await using world = await startWorld({ pulls: 1 });
  world.comment('mallory', 1, '/lgtm');
  const { labels, answers } = await world.settled(1);
  expect(labels).toEqual([]);
  expect(answers.filter((body) => body.includes('@mallory: only collaborators'))).toHaveLength(1);
});

test('a delivery that comes twice is handled once', async () => {
  await using world = await startWorld({ pulls: 1 });
  world.comment('ada', 1, '/hold');
  await world.settled(1);
  const delivery = world.github.hub.state.deliveries.find(({ event, payload }) => event === 'issue_comment' && payload.includes('/hold'));
  if (!delivery) throw new Error('no delivery');
  world.as('ada').removeLabel(slug, 1, 'do-not-merge/hold');
  await world.settled(1);
  const answer = await fetch(`${world.url}/hook`, { method: 'POST', headers: delivery.requestHeaders, body: delivery.payload });
  expect(answer.status).toBe(200);
  expect(await world.settled(1)).toMatchObject({ labels: [] });
});
