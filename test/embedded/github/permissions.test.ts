import { expect, test } from '@jest/globals';
import { mayHear } from '../../../src/embedded/github/eventPermissions.js';
import { allRoutes } from '../../../src/embedded/github/routes/all.js';
import { startReceiver } from './support/receiver.js';
import { call, installationToken, manifest, startSeeded } from './support/seed.js';

/** For every permission of the manifest a call that needs it, on pull request 1 whose head is HEAD. */
const calls: readonly { permission: string; level: string; method: string; path: string; body?: unknown }[] = [
  { permission: 'actions', level: 'read', method: 'GET', path: '/repos/org/repo/actions/runs' },
  { permission: 'administration', level: 'read', method: 'GET', path: '/repos/org/repo/branches/main/protection' },
  { permission: 'checks', level: 'write', method: 'POST', path: '/repos/org/repo/check-runs', body: { name: 'tide', head_sha: 'HEAD' } },
  { permission: 'contents', level: 'write', method: 'PUT', path: '/repos/org/repo/pulls/1/merge', body: {} },
  { permission: 'issues', level: 'write', method: 'POST', path: '/repos/org/repo/issues', body: { title: 'An issue' } },
  { permission: 'members', level: 'read', method: 'GET', path: '/orgs/org/members/mia' },
  { permission: 'pull_requests', level: 'write', method: 'POST', path: '/repos/org/repo/pulls/1/reviews', body: { event: 'APPROVE' } },
  { permission: 'statuses', level: 'write', method: 'POST', path: '/repos/org/repo/statuses/HEAD', body: { state: 'success' } },
];

async function startWith(permissions: Readonly<Record<string, string>>, webhookUrl?: string) {
  const github = await startSeeded({ manifest: { ...manifest, default_permissions: permissions }, ...(webhookUrl === undefined ? {} : { webhookUrl }) });
  const nan = github.world.as('nan');
  await nan.fork('org/repo');
  const head = await nan.push('nan/repo', { branch: 'change', files: { 'new.txt': 'new\n' } });
  await nan.openPull('org/repo', { title: 'A change', head: 'nan:change' });
  return { github, head };
}

test.each(calls)('without $permission, $method $path is refused and says what it wants', async ({ permission, level, method, path, body }) => {
  const { [permission]: _, ...rest } = manifest.default_permissions ?? {};
  const { github, head } = await startWith(rest);
  await using _stop = github;
  const token = await installationToken(github);
  const filled = (text: string): string => text.replaceAll('HEAD', head);
  const { status, headers, body: answer } = await call(github, token, method, filled(path), body === undefined ? undefined : (JSON.parse(filled(JSON.stringify(body))) as unknown));
  expect(answer).toMatchObject({ message: 'Resource not accessible by integration' });
  expect(status).toBe(403);
  expect(headers.get('x-accepted-github-permissions')).toBe(`${permission}=${level}`);
  expect(github.effects.filter(({ who }) => who.endsWith('[bot]'))).toEqual([]);
});

test('with the permissions of app.yml each of these calls is let through', async () => {
  const { github, head } = await startWith(manifest.default_permissions ?? {});
  await using _stop = github;
  github.world.protect('org/repo', 'main', {});
  const token = await installationToken(github);
  const filled = (text: string): string => text.replaceAll('HEAD', head);
  const refused: string[] = [];
  // The merge comes last: nothing can be reviewed after it.
  for (const { method, path, body, permission } of [...calls].sort((a, b) => Number(a.permission === 'contents') - Number(b.permission === 'contents'))) {
    const { status, body: answer } = await call(github, token, method, filled(path), body === undefined ? undefined : (JSON.parse(filled(JSON.stringify(body))) as unknown));
    if (status >= 300) refused.push(`${permission}: ${String(status)} ${JSON.stringify(answer)}`);
  }
  expect(refused).toEqual([]);
});

test('a comment on a pull request takes either of two permissions, one on an issue that of issues', async () => {
  const { issues: _, ...rest } = manifest.default_permissions ?? {};
  const { github } = await startWith(rest);
  await using _stop = github;
  github.world.as('mia').openIssue('org/repo', { title: 'An issue' });
  const token = await installationToken(github);
  const onPull = await call(github, token, 'POST', '/repos/org/repo/issues/1/comments', { body: 'hello' });
  const onIssue = await call(github, token, 'POST', '/repos/org/repo/issues/2/comments', { body: 'hello' });
  expect([onPull.status, onIssue.status]).toEqual([201, 403]);
  expect(onIssue.headers.get('x-accepted-github-permissions')).toBe('issues=write');
});

test('merging a change of workflows takes the permission for them', async () => {
  const { workflows: _, ...rest } = manifest.default_permissions ?? {};
  const { github } = await startWith(rest);
  await using _stop = github;
  const carl = github.world.as('carl');
  await carl.push('org/repo', { branch: 'ci', files: { '.github/workflows/ci.yml': 'on: push\n' } });
  await carl.openPull('org/repo', { title: 'CI', head: 'ci' });
  const token = await installationToken(github);
  const refused = await call(github, token, 'PUT', '/repos/org/repo/pulls/2/merge', {});
  expect([refused.status, refused.headers.get('x-accepted-github-permissions')]).toEqual([403, 'contents=write,workflows=write']);
  expect((await call(github, token, 'PUT', '/repos/org/repo/pulls/1/merge', {})).status).toBe(200);
});

test('a pull request whose branch is gone or has moved cannot be reopened', async () => {
  const { github } = await startWith(manifest.default_permissions ?? {});
  await using _stop = github;
  github.world.as('nan').close('org/repo', 1);
  await github.world.as('nan').push('nan/repo', { branch: 'change', files: { 'new.txt': 'newer\n' } });
  const { status, body } = await call(github, await installationToken(github), 'PATCH', '/repos/org/repo/pulls/1', { state: 'open' });
  expect(status).toBe(422);
  expect(JSON.stringify(body)).toContain('state cannot be changed.');
});

test('an event whose permission is missing is not delivered', async () => {
  await using receiver = await startReceiver();
  const { statuses: _, ...rest } = manifest.default_permissions ?? {};
  const { github, head } = await startWith(rest, receiver.url);
  await using _stop = github;
  await github.world.as('carl').setStatus('org/repo', head, { state: 'success', context: 'ci' });
  github.world.as('mia').comment('org/repo', 1, 'hello');
  await github.idle();
  expect(receiver.names()).toContain('issue_comment.created');
  expect(receiver.names()).not.toContain('status');
});

test('with the permissions of app.yml the App may hear of every event it subscribes to', () => {
  const deaf = (manifest.default_events ?? []).filter((event) => !mayHear(manifest.default_permissions ?? {}, event));
  expect(deaf).toEqual([]);
});

test('a token can be narrowed to fewer permissions and to some repositories', async () => {
  const { github } = await startWith(manifest.default_permissions ?? {});
  await using _stop = github;
  await github.world.repo({ owner: 'org', name: 'secret', private: true, files: { 'README.md': 'x\n' } });
  const narrow = await installationToken(github, { permissions: { metadata: 'read', issues: 'read' }, repositories: ['repo'] });
  expect((await call(github, narrow, 'GET', '/repos/org/repo/issues/1')).status).toBe(200);
  expect((await call(github, narrow, 'POST', '/repos/org/repo/issues/1/labels', { labels: ['bug'] })).status).toBe(403);
  expect((await call(github, narrow, 'GET', '/repos/org/secret')).status).toBe(404);
});

test('what changes something asks for a permission', () => {
  const open = allRoutes.filter(({ method, access }) => method !== 'GET' && access.kind === 'public').map(({ method, path }) => `${method} ${path}`);
  expect(open).toEqual([]);
});
