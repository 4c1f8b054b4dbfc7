import { expect, test } from '@jest/globals';
import { pull, repo, signal, startWorld } from './fake.js';

const how = { signal, priority: 'comment' } as const;

test.each<{ name: string; message: string; ok: boolean }>([{ name: 'a label that is not there counts as removed', message: 'Label does not exist', ok: true }, { name: 'an issue that is not there does not', message: 'Not Found', ok: false }])('$name', async ({ message, ok }) => {
  await using world = await startWorld(() => ({ status: 404, body: { message } }));
  const removing = world.github.forPlugin('hold').removeLabel(pull, 'x', how);
  if (ok) await removing;
  else await expect(removing).rejects.toMatchObject({ name: 'NotFoundError' });
});

test('a comment that is gone counts as deleted', async () => {
  await using world = await startWorld(() => undefined);
  await world.github.forPlugin('lgtm').deleteComment(repo, 5, how);
  expect(world.server.log()).toEqual(['DELETE /repos/acme/site/issues/comments/5']);
});

test('assignees that GitHub did not take, and did not let go', async () => {
  await using world = await startWorld(({ method }) => ({ status: method === 'POST' ? 201 : 200, body: { assignees: [{ login: 'Ann' }] } }));
  const github = world.github.forPlugin('assign');
  expect(await github.assign(pull, ['@ann', 'bob'], how)).toEqual({ missing: ['bob'] });
  expect(await github.unassign(pull, ['ann', 'bob'], how)).toEqual({ extra: ['ann'] });
});

test('one reviewer that GitHub refuses does not keep the others from being asked', async () => {
  await using world = await startWorld(({ body }) => {
    const { reviewers, team_reviewers: teams } = body as { reviewers: string[]; team_reviewers: string[] };
    return reviewers.includes('bob') || teams.includes('gone') ? { status: 422, body: { message: 'Reviews may only be requested from collaborators' } } : { status: 201, body: {} };
  });
  expect(await world.github.forPlugin('assign').requestReview(pull, ['ann', 'bob', 'acme/owners', 'acme/gone', 'elsewhere/team'], how)).toEqual({ missing: ['elsewhere/team', 'bob', 'acme/gone'] });
  expect(world.server.asked.slice(1).map(({ body }) => body)).toEqual([
    { reviewers: ['ann'], team_reviewers: [] }, { reviewers: ['bob'], team_reviewers: [] }, { reviewers: [], team_reviewers: ['owners'] }, { reviewers: [], team_reviewers: ['gone'] },
  ]);
});

test('a status says what is asked', async () => {
  await using world = await startWorld(() => ({ status: 201, body: {} }));
  await world.github.forPlugin('trigger').setStatus(repo, 'abc', { context: 'ci', state: 'pending', description: 'waits', url: 'u' }, { signal, priority: 'status' });
  expect(world.server.asked[0]).toMatchObject({ method: 'POST', url: '/repos/acme/site/statuses/abc', body: { context: 'ci', state: 'pending', description: 'waits', target_url: 'u' } });
});
