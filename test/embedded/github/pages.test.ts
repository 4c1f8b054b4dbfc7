import { expect, test } from '@jest/globals';
import { request } from 'node:http';
import { startGitHub } from '../../../src/embedded/github/server.js';
import { appKey } from '../../support/appKey.js';

const slug = 'acme/shop';

/** A GitHub with a pull request of Nora's, who may not push to the repository. */
async function startPaged() {
  const github = await startGitHub(appKey());
  github.world.org('acme', { admins: ['ada'] });
  await github.world.repo({ owner: 'acme', name: 'shop', files: { 'a.txt': 'a\n' } });
  await github.world.as('nora').fork(slug);
  await github.world.as('nora').push('nora/shop', { branch: 'change', files: { 'b.txt': 'b\n' } });
  await github.world.as('nora').openPull(slug, { title: 'Change <b>', head: 'nora:change' });
  return github;
}

/** A form as a browser sends it. */
const post = (url: string, path: string, form: Readonly<Record<string, string>>, { as = 'ada', origin = url }: Readonly<{ as?: string; origin?: string }> = {}): Promise<Response> =>
  fetch(`${url}${path}`, { method: 'POST', redirect: 'manual', body: new URLSearchParams(form), headers: { Origin: origin, Cookie: `as=${as}` } });

const withHost = (url: string, host: string): Promise<number> => new Promise((resolve, reject) => {
  request(`${url}/${slug}/pulls`, { headers: { Host: host } }, (answer) => { answer.resume(); resolve(answer.statusCode ?? 0); }).once('error', reject).end();
});

test('pages show what there is, as text', async () => {
  await using github = await startPaged();
  const list = await (await fetch(`${github.url}/${slug}/pulls`)).text();
  expect(list).toContain('#1 Change &lt;b&gt;');
  const pull = await fetch(`${github.url}/${slug}/pull/1`);
  expect(pull.headers.get('content-security-policy')).toContain("default-src 'self'");
  expect(await pull.text()).toContain('nora:change');
  expect((await fetch(`${github.url}/${slug}/pull/9`)).status).toBe(404);
  // The API is where it was.
  expect(await (await fetch(`${github.url}/repos/${slug}/pulls`)).json()).toHaveLength(1);
});

test('whoever sits there comments, pushes and opens pull requests', async () => {
  await using github = await startPaged();
  const commented = await post(github.url, `/${slug}/pull/1/-/comment`, { body: '/hold\r\n' });
  expect([commented.status, commented.headers.get('location')]).toEqual([303, expect.stringContaining(`/${slug}/pull/1#issuecomment-`)]);
  expect(github.world.issue(slug, 1).comments.map(({ user, body }) => [user, body])).toEqual([['ada', '/hold\n']]);
  expect((await post(github.url, `/${slug}/pull/1/-/push`, { path: 'src/c.txt', content: 'c\r\n' }, { as: 'nora' })).status).toBe(303);
  expect(await github.world.file('nora/shop', 'change', 'src/c.txt')).toBe('c\n');
  expect((await post(github.url, `/${slug}/-/open`, { title: 'Another', branch: 'another', path: 'd.txt', content: 'd' }, { as: 'nora' })).headers.get('location')).toBe(`/${slug}/pull/2`);
  expect(github.world.pull(slug, 2).pull.head.owner).toBe('nora');
});

test.each([
  { name: 'a file outside', path: `/${slug}/pull/1/-/push`, form: { path: '../x', content: '' } },
  { name: "git's own folder", path: `/${slug}/pull/1/-/push`, form: { path: '.git/config', content: '' } },
  { name: 'a line of commands', path: `/${slug}/pull/1/-/push`, form: { path: 'a\nD b', content: '' } },
  { name: 'an odd branch', path: `/${slug}/-/open`, form: { title: 'x', branch: 'a\nb', path: 'x', content: '' } },
  { name: 'an empty comment', path: `/${slug}/pull/1/-/comment`, form: { body: ' ' } },
])('$name is refused in words', async ({ path, form }) => {
  await using github = await startPaged();
  const answer = await post(github.url, path, form, { as: 'nora' });
  expect(answer.status).toBe(422);
  expect(await answer.text()).not.toBe('');
});

test("nobody pushes to another's fork", async () => {
  await using github = await startPaged();
  github.world.user('mallory');
  expect((await post(github.url, `/${slug}/pull/1/-/push`, { path: 'x', content: '' }, { as: 'mallory' })).status).toBe(422);
});

test('foreign sites and foreign names are refused', async () => {
  await using github = await startPaged();
  expect((await post(github.url, `/${slug}/pull/1/-/comment`, { body: 'x' }, { origin: 'https://evil.example' })).status).toBe(403);
  expect(await withHost(github.url, 'evil.example')).toBe(421);
  expect(await withHost(github.url, 'localhost')).toBe(200);
  expect(github.world.issue(slug, 1).comments).toEqual([]);
});
