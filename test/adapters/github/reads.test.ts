import { expect, test } from '@jest/globals';
import type { Event } from '../../../src/core/event.js';
import { pull, repo, signal, startWorld } from './fake.js';

const other = (name: string): Event => ({ kind: 'other', name, action: 'added', repo, org: 'acme', sender: undefined });

test.each<{ status: number; want: boolean }>([{ status: 204, want: true }, { status: 404, want: false }])('membership: $status means $want, and is remembered', async ({ status, want }) => {
  await using world = await startWorld(() => ({ status }));
  expect(await world.github.forPlugin('trigger').isMember('acme', 'Ann', { signal })).toBe(want);
  expect(await world.another().forPlugin('lgtm').isMember('ACME', 'ann', { signal })).toBe(want);
  expect(world.server.log()).toEqual(['GET /orgs/acme/members/Ann']);
});

test('who may not see the members is told so, and nobody is taken for a stranger', async () => {
  await using world = await startWorld(() => ({ status: 302, headers: { location: 'https://api.github.com/orgs/acme/public_members/ann' } }));
  await expect(world.github.forPlugin('trigger').isMember('acme', 'ann', { signal })).rejects.toMatchObject({ name: 'PermissionError', permission: 'members: read' });
});

test('an account is a member and collaborator of its own without a request', async () => {
  await using world = await startWorld(() => undefined);
  const github = world.github.forPlugin('trigger');
  expect(await github.isMember('Ann', 'ann', { signal })).toBe(true);
  expect(await github.isCollaborator({ org: 'ann', name: 'x' }, 'Ann', { signal })).toBe(true);
  expect(world.server.asked).toEqual([]);
});

test('an event that changes memberships makes what was remembered stale', async () => {
  let status = 404;
  await using world = await startWorld(() => ({ status }));
  const github = world.github.forPlugin('trigger');
  expect(await github.isMember('acme', 'ann', { signal })).toBe(false);
  expect(await github.isCollaborator(repo, 'ann', { signal })).toBe(false);
  status = 204;
  expect(await github.isMember('acme', 'ann', { signal })).toBe(false);
  await world.another().observe(other('organization'));
  expect(await github.isMember('acme', 'ann', { signal })).toBe(true);
  await world.another().observe(other('member'));
  expect(await github.isCollaborator(repo, 'ann', { signal })).toBe(true);
});

test('a failure is not remembered', async () => {
  await using world = await startWorld((_asked, nth) => (nth === 1 ? { status: 403, body: { message: 'Resource not accessible by integration' } } : { status: 204 }));
  const github = world.github.forPlugin('trigger');
  await expect(github.isMember('acme', 'ann', { signal })).rejects.toThrow();
  expect(await github.isMember('acme', 'ann', { signal })).toBe(true);
});

test.each<{ name: string; team: string; membership: { status: number; body?: unknown }; want: boolean }>([
  { name: 'an active member', team: 'Site Owners', membership: { status: 200, body: { state: 'active' } }, want: true },
  { name: 'somebody only invited', team: 'Site Owners', membership: { status: 200, body: { state: 'pending' } }, want: false },
  { name: 'somebody else', team: 'Site Owners', membership: { status: 404 }, want: false },
  { name: 'a team that is not there', team: 'site-owners', membership: { status: 200, body: { state: 'active' } }, want: false },
])('team membership of $name', async ({ team, membership, want }) => {
  await using world = await startWorld(({ url }) => (url.startsWith('/orgs/acme/teams?') ? { body: [{ name: 'Site Owners', slug: 'site-owners' }] } : url === '/orgs/acme/teams/site-owners/memberships/ann' ? membership : undefined));
  expect(await world.github.forPlugin('lgtm').isTeamMember('acme', team, 'ann', { signal })).toBe(want);
});

test('contexts are statuses and the newest run of each check of an App, from all pages', async () => {
  const app = (databaseId: number) => ({ app: { databaseId } });
  const check = (databaseId: number, name: string, status: string, conclusion: string | null, appId: number, title: string | null = null) => ({ __typename: 'CheckRun', databaseId, name, status, conclusion, title, permalink: 'p', checkSuite: app(appId) });
  const pages = [
    [{ __typename: 'StatusContext', context: 'ci', state: 'SUCCESS', description: 'fine', targetUrl: 'u' }, check(1, 'test', 'COMPLETED', 'SUCCESS', 15), check(3, 'test', 'IN_PROGRESS', null, 15)],
    [check(2, 'test', 'COMPLETED', 'TIMED_OUT', 99), check(4, 'lint', 'COMPLETED', 'SKIPPED', 15, 'nothing to do'), { __typename: 'StatusContext', context: 'required', state: 'EXPECTED' }],
  ];
  await using world = await startWorld(({ body }) => {
    const { variables } = body as { variables: { oid: string; after: string | null } };
    const second = variables.after !== null;
    return { body: { data: { repository: { object: variables.oid !== 'abc' ? null : { statusCheckRollup: { contexts: { pageInfo: { hasNextPage: !second, endCursor: second ? null : 'next' }, nodes: pages[second ? 1 : 0] } } } } } } };
  });
  const github = world.github.forPlugin('trigger');
  const contexts = await github.contexts(repo, 'abc', { signal });
  expect(contexts.map(({ context, state, source }) => `${source} ${context} ${state}`)).toEqual(['status ci success', 'status required pending', 'check test pending', 'check test failure', 'check lint success']);
  expect(contexts[4]).toEqual({ context: 'lint', state: 'success', description: 'nothing to do', url: 'p', source: 'check' });
  expect(await github.contexts(repo, 'gone', { signal })).toEqual([]);
});

test('a pull request is what GitHub has now', async () => {
  await using world = await startWorld(() => ({
    body: {
      number: 7, title: 'Fix', body: null, state: 'open', draft: true, merged: false, mergeable: null, user: { login: 'ann', type: 'User' }, html_url: 'u', node_id: 'n', base: { ref: 'main', sha: 'b' }, head: { ref: 'fix', sha: 'h', repo: null },
      labels: [{ name: 'lgtm' }], assignees: [{ login: 'bob' }], requested_reviewers: [{ login: 'cy' }], milestone: { title: 'v1' }, created_at: 'c', updated_at: 'd',
    },
  }));
  expect(await world.github.forPlugin('lgtm').pull(pull, { signal })).toEqual({
    ...pull, title: 'Fix', body: '', state: 'open', draft: true, merged: false, mergeable: null, author: { login: 'ann', type: 'User' }, url: 'u', nodeId: 'n', baseRef: 'main', baseSha: 'b', headRef: 'fix', headSha: 'h', headRepo: null,
    labels: ['lgtm'], assignees: ['bob'], requestedReviewers: ['cy'], milestone: 'v1', createdAt: 'c', updatedAt: 'd',
  });
});

test('workflow runs are read to the last page (K32)', async () => {
  const run = (id: number) => ({ id, name: 'CI', status: 'completed', conclusion: 'failure', event: 'pull_request' });
  await using world = await startWorld(({ url, headers }) => (url.includes('page=2') && !url.includes('per_page=100&')
    ? { body: { total_count: 101, workflow_runs: [run(101)] } }
    : { body: { total_count: 101, workflow_runs: Array.from({ length: 100 }, (_, n) => run(n + 1)) }, headers: { link: `<http://${headers.host ?? ''}/api/v3/repos/acme/site/actions/runs?page=2>; rel="next"` } }));
  expect((await world.github.forPlugin('trigger').workflowRuns(repo, { headSha: 'abc', branch: 'fix', event: 'pull_request' }, { signal })).map(({ id }) => id)).toEqual(Array.from({ length: 101 }, (_, n) => n + 1));
});

test('workflow runs are asked for one head and event', async () => {
  await using world = await startWorld(() => ({ body: { total_count: 1, workflow_runs: [{ id: 1, name: 'CI', status: 'completed', conclusion: 'failure', event: 'pull_request' }] } }));
  expect(await world.github.forPlugin('trigger').workflowRuns(repo, { headSha: 'abc', branch: 'fix', event: 'pull_request', status: 'action_required' }, { signal })).toEqual([{ id: 1, name: 'CI', status: 'completed', conclusion: 'failure', event: 'pull_request' }]);
  const { searchParams } = new URL(world.server.asked[0]?.url ?? '', 'http://x');
  expect(Object.fromEntries(searchParams)).toMatchObject({ head_sha: 'abc', branch: 'fix', event: 'pull_request', status: 'action_required' });
});

test('the talk on a pull request is one call, and REST where it is long; an App has its whole name', async () => {
  const page = (nodes: readonly unknown[], hasNextPage = false) => ({ pageInfo: { hasNextPage }, nodes });
  const said = (databaseId: number, login: string, type = 'User') => ({ databaseId, body: `says ${databaseId}`, createdAt: 'c', updatedAt: 'u', url: `u${databaseId}`, author: { __typename: type, login } });
  let more = false;
  await using world = await startWorld(({ url }) => {
    if (url === '/graphql') {
      const review = (databaseId: number, comments: readonly unknown[]) => ({ ...said(databaseId, 'ann'), state: 'APPROVED', submittedAt: 's', comments: page(comments) });
      const pullRequest = { labels: page([{ name: 'lgtm' }]), comments: page([said(1, 'bob'), said(2, 'prow', 'Bot'), { ...said(3, 'x'), author: null }], more), reviews: page([review(4, [said(8, 'ann')]), review(5, [said(7, 'cy')])]) };
      return { body: { data: { repository: { pullRequest } } } };
    }
    return { body: [] };
  });
  const github = world.github.forPlugin('approve');
  const talk = await github.talk(pull, { signal });
  expect(talk.comments.map(({ id, user }) => [id, user.login, user.type])).toEqual([[1, 'bob', 'User'], [2, 'prow[bot]', 'Bot'], [3, '', 'User']]);
  expect(talk.reviewComments.map(({ id, user }) => [id, user.login])).toEqual([[7, 'cy'], [8, 'ann']]);
  expect([talk.labels, talk.reviews.map(({ id, state, submittedAt }) => [id, state, submittedAt])]).toEqual([['lgtm'], [[4, 'APPROVED', 's'], [5, 'APPROVED', 's']]]);
  expect(world.server.asked).toHaveLength(1);
  more = true;
  expect(await github.talk(pull, { signal })).toEqual({ comments: [], reviews: [], reviewComments: [], labels: [] });
  expect(world.server.asked).toHaveLength(6);
});
