import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { call, installationToken, jwtOf, startSeeded } from './support/seed.js';

test('a JWT becomes an installation token, which is the bot until it runs out', async () => {
  let now = Date.now();
  await using github = await startSeeded({ now: () => now });
  const path = '/repos/org/repo/installation';
  expect((await call(github, jwtOf(github), 'GET', '/app')).body).toMatchObject({ id: github.appId, slug: github.app.slug });
  expect((await call(github, jwtOf(github), 'GET', path)).body).toMatchObject({ id: github.installationId, account: { login: 'org' } });
  expect((await call(github, jwtOf(github), 'GET', '/orgs/org/installation')).body).toMatchObject({ id: github.installationId });
  expect((await call(github, jwtOf(github), 'GET', '/repos/nobody/none/installation')).status).toBe(404);
  const token = await installationToken(github);
  github.world.as('mia').openIssue('org/repo', { title: 'One' });
  const made = await call(github, token, 'POST', '/repos/org/repo/issues/1/comments', { body: 'Hello' });
  expect(made).toMatchObject({ status: 201, body: { user: { login: `${github.app.slug}[bot]`, type: 'Bot' }, performed_via_github_app: { id: github.appId } } });
  now += 3_601_000;
  expect(await call(github, token, 'GET', '/repos/org/repo')).toMatchObject({ status: 401, body: { message: 'Bad credentials' } });
});

test.each<{ name: string; claims: { iat?: number; exp?: number } }>([
  { name: 'that has run out', claims: { exp: Date.now() / 1000 - 10 } },
  { name: 'that lives too long', claims: { exp: Date.now() / 1000 + 3600 } },
  { name: 'from the future', claims: { iat: Date.now() / 1000 + 600 } },
])('a JWT $name is refused', async ({ claims }) => {
  await using github = await startSeeded();
  expect((await call(github, jwtOf(github, claims), 'GET', '/app')).status).toBe(401);
});

test('a JWT that another key has signed is refused', async () => {
  await using github = await startSeeded();
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  expect((await call(github, jwtOf({ appKey: other, appId: github.appId }), 'GET', '/app')).status).toBe(401);
  expect((await call(github, 'ghp_wrong', 'GET', '/user')).status).toBe(401);
  expect((await call(github, undefined, 'GET', '/user')).status).toBe(401);
});

test('an unchanged answer is a 304 that does not count, for the same token alone', async () => {
  await using github = await startSeeded();
  github.world.as('mia').openIssue('org/repo', { title: 'One' });
  const [a, b] = [github.world.as('mia').token(), github.world.as('olga').token()];
  const first = await call(github, a, 'GET', '/repos/org/repo/issues/1');
  const etag = first.headers.get('etag') ?? '';
  const used = first.headers.get('x-ratelimit-used');
  const again = await call(github, a, 'GET', '/repos/org/repo/issues/1', undefined, { 'if-none-match': etag });
  expect(again.status).toBe(304);
  expect(again.headers.get('x-ratelimit-used')).toBe(used);
  expect(github.log.at(-1)).toMatchObject({ status: 304, counted: false, method: 'GET', route: '/repos/:owner/:repo/issues/:number', who: 'mia' });
  expect((await call(github, b, 'GET', '/repos/org/repo/issues/1', undefined, { 'if-none-match': etag })).status).toBe(200);
  github.world.as('mia').comment('org/repo', 1, 'More');
  const changed = await call(github, a, 'GET', '/repos/org/repo/issues/1', undefined, { 'if-none-match': etag });
  expect(changed).toMatchObject({ status: 200, body: { comments: 1 } });
  expect(github.log.at(-1)).toMatchObject({ status: 200, counted: true });
});

test('lists come in pages with links, at most a hundred entries each', async () => {
  await using github = await startSeeded();
  const mia = github.world.as('mia');
  mia.openIssue('org/repo', { title: 'One' });
  for (let count = 1; count <= 120; count += 1) mia.comment('org/repo', 1, `Comment ${String(count)}`);
  const seen: string[] = [];
  const sizes: number[] = [];
  for (let path: string | undefined = '/repos/org/repo/issues/1/comments?per_page=500'; path;) {
    const { body, headers } = await call(github, mia.token(), 'GET', path);
    seen.push(...(body as { body: string }[]).map((one) => one.body));
    sizes.push((body as unknown[]).length);
    path = /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
  }
  expect(sizes).toEqual([100, 20]);
  expect(new Set(seen).size).toBe(120);
  const { headers } = await call(github, mia.token(), 'GET', '/repos/org/repo/issues/1/comments?per_page=50&page=2');
  expect([...(headers.get('link') ?? '').matchAll(/rel="(\w+)"/g)].map(([, rel]) => rel).sort()).toEqual(['first', 'last', 'next', 'prev']);
  expect((await call(github, mia.token(), 'GET', '/repos/org/repo/issues/1/comments')).body).toHaveLength(30);
});

test('a repository that was renamed is found under its old name', async () => {
  await using github = await startSeeded();
  const mia = github.world.as('mia');
  mia.openIssue('org/repo', { title: 'One' });
  await github.world.rename('org/repo', 'new');
  const moved = await call(github, mia.token(), 'GET', '/repos/org/repo/issues/1');
  expect(moved.status).toBe(301);
  const there = await call(github, mia.token(), 'GET', moved.headers.get('location') ?? '');
  expect(there).toMatchObject({ status: 200, body: { title: 'One' } });
});

test('labels are made on use, and their names have no case', async () => {
  await using github = await startSeeded();
  const token = await installationToken(github);
  github.world.as('mia').openIssue('org/repo', { title: 'One' });
  const added = await call(github, token, 'POST', '/repos/org/repo/issues/1/labels', { labels: ['LGTM', 'brand-new'] });
  expect((added.body as { name: string }[]).map(({ name }) => name)).toEqual(['lgtm', 'brand-new']);
  expect((await call(github, token, 'POST', '/repos/org/repo/labels', { name: 'Brand-New' }))).toMatchObject({ status: 422, body: { errors: [{ code: 'already_exists' }] } });
  expect((await call(github, token, 'DELETE', '/repos/org/repo/issues/1/labels/Lgtm')).status).toBe(200);
  expect(await call(github, token, 'DELETE', '/repos/org/repo/issues/1/labels/lgtm')).toMatchObject({ status: 404, body: { message: 'Label does not exist' } });
  const events = (await call(github, token, 'GET', '/repos/org/repo/issues/1/events')).body as { event: string; label: { name: string } }[];
  expect(events.map(({ event, label }) => [event, label.name])).toEqual([['labeled', 'lgtm'], ['labeled', 'brand-new'], ['unlabeled', 'lgtm']]);
});

test('reviewers must belong to the repository and must not have written the pull request', async () => {
  await using github = await startSeeded();
  const token = await installationToken(github);
  await github.world.as('olga').push('org/repo', { branch: 'x', files: { 'x.txt': 'x\n' } });
  await github.world.as('mia').openPull('org/repo', { title: 'Add x', head: 'x' });
  github.world.user('zoe');
  const ask = (reviewers: readonly string[]) => call(github, token, 'POST', '/repos/org/repo/pulls/1/requested_reviewers', { reviewers });
  expect((await ask(['zoe'])).status).toBe(422);
  expect((await ask(['mia'])).status).toBe(422);
  expect(await ask(['olga', 'carl'])).toMatchObject({ status: 201, body: { requested_reviewers: [{ login: 'olga' }, { login: 'carl' }] } });
  const assigned = await call(github, token, 'POST', '/repos/org/repo/issues/1/assignees', { assignees: ['carl', 'zoe'] });
  expect(assigned).toMatchObject({ status: 201, body: { assignees: [{ login: 'carl' }] } });
});

test('each thing done is in the log of effects once, with the call that did it', async () => {
  await using github = await startSeeded();
  const token = await installationToken(github);
  github.world.as('mia').openIssue('org/repo', { title: 'One' });
  await call(github, token, 'POST', '/repos/org/repo/issues/1/comments', { body: 'Hello' });
  await call(github, token, 'POST', '/repos/org/repo/issues/1/labels', { labels: ['bug'] });
  await call(github, token, 'POST', '/repos/org/repo/issues/1/labels', { labels: ['bug'] });
  const done = github.effects.filter(({ who }) => who === `${github.app.slug}[bot]`);
  expect(done.map(({ kind, target }) => `${kind} ${target}`)).toEqual(['comment.create org/repo#1', 'label.add org/repo#1']);
  expect(github.log.map(({ requestId }) => requestId)).toContain(done[0]?.requestId);
});

test('what is not there, mistyped or broken gets GitHub\'s answer', async () => {
  await using github = await startSeeded();
  const token = github.world.as('mia').token();
  expect(await call(github, token, 'GET', '/repos/org/none')).toMatchObject({ status: 404, body: { message: 'Not Found', status: '404' } });
  expect((await call(github, token, 'GET', '/no/such/thing')).status).toBe(404);
  expect(await call(github, token, 'POST', '/repos/org/repo/issues', {})).toMatchObject({ status: 422, body: { message: 'Validation Failed', errors: [{ code: 'missing_field', field: 'title' }] } });
  const broken = await fetch(`${github.url}/repos/org/repo/issues`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: '{' });
  expect(broken.status).toBe(400);
  expect((await call(github, token, 'GET', '/api/v3/repos/org/repo')).status).toBe(200);
});
