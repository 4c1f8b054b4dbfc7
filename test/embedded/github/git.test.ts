import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { startReceiver } from './support/receiver.js';
import { call, installationToken, startSeeded } from './support/seed.js';

const env = { PATH: process.env.PATH, HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0', GIT_AUTHOR_NAME: 'Mia', GIT_AUTHOR_EMAIL: 'mia@example.com', GIT_COMMITTER_NAME: 'Mia', GIT_COMMITTER_EMAIL: 'mia@example.com' };

/** A git for a folder that goes away in the end. */
async function workplace() {
  const dir = await mkdtemp(join(tmpdir(), 'clone-'));
  const git = async (...args: readonly string[]): Promise<string> => (await promisify(execFile)('git', args, { cwd: dir, env })).stdout.trim();
  return { dir, git, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) };
}
const as = (url: string, login: string, token: string): string => url.replace('://', `://${login}:${token}@`);

test('a push over HTTP moves the pull request and tells of it, before the pusher is done', async () => {
  await using receiver = await startReceiver();
  await using github = await startSeeded({ webhookUrl: receiver.url });
  await using place = await workplace();
  const mia = github.world.as('mia');
  github.world.collaborator('org/repo', 'mia', 'write');
  const before = await mia.push('org/repo', { branch: 'change', files: { 'b.txt': 'b\n' } });
  const pull = await mia.openPull('org/repo', { title: 'Add b', head: 'change' });
  await place.git('clone', '--quiet', '--branch', 'change', as(`${github.url}/org/repo.git`, 'mia', mia.token()), '.');
  await writeFile(join(place.dir, 'c.txt'), 'c\n');
  await place.git('add', '.');
  await place.git('commit', '--quiet', '-m', 'Add c');
  await place.git('push', '--quiet', 'origin', 'change');
  const head = await place.git('rev-parse', 'HEAD');
  expect(pull.pull.head.sha).toBe(head);
  expect(pull.pull.facts).toMatchObject({ commits: 2, changedFiles: 2, mergeable: true });
  await github.idle();
  const sync = receiver.got.find(({ event, action }) => event === 'pull_request' && action === 'synchronize');
  expect(sync?.body).toMatchObject({ before, after: head, pull_request: { head: { sha: head } }, sender: { login: 'mia' } });
  const push = receiver.got.findLast(({ event }) => event === 'push');
  expect(push?.body).toMatchObject({ ref: 'refs/heads/change', before, after: head, commits: [{ added: ['c.txt'], message: 'Add c' }] });
  expect(await place.git('ls-remote', 'origin', 'refs/pull/1/head')).toContain(head);
  expect(await place.git('ls-remote', 'origin', 'refs/pull/1/merge')).not.toBe('');
});

test('who may not push is refused, and nothing moves', async () => {
  await using github = await startSeeded();
  await using place = await workplace();
  const zoe = github.world.as('zoe');
  await place.git('clone', '--quiet', `${github.url}/git/org/repo.git`, '.');
  await place.git('commit', '--quiet', '--allow-empty', '-m', 'Mine');
  await expect(place.git('push', as(`${github.url}/org/repo.git`, 'zoe', zoe.token()), 'main')).rejects.toThrow('Permission to org/repo.git denied to zoe');
  await expect(place.git('push', `${github.url}/org/repo.git`, 'main')).rejects.toThrow('could not read Username');
  const poor = await installationToken(github, { permissions: { contents: 'read' } });
  await expect(place.git('push', as(`${github.url}/org/repo.git`, 'x-access-token', poor), 'main')).rejects.toThrow('denied');
  expect(github.effects.filter(({ kind }) => kind === 'push')).toEqual([]);
});

test('a private repository is there only for those who may see it', async () => {
  await using github = await startSeeded();
  await using place = await workplace();
  await github.world.repo({ owner: 'org', name: 'secret', private: true, files: { 'a.txt': 'a\n' } });
  await expect(place.git('ls-remote', `${github.url}/org/secret.git`)).rejects.toThrow();
  await expect(place.git('ls-remote', as(`${github.url}/org/secret.git`, 'zoe', github.world.as('zoe').token()))).rejects.toThrow('not found');
  const token = await installationToken(github);
  expect(await place.git('ls-remote', as(`${github.url}/org/secret.git`, 'x-access-token', token), 'HEAD')).toMatch(/^[0-9a-f]{40}/);
});

test('a pull request from a fork has its commits in the repository itself', async () => {
  await using github = await startSeeded();
  await using place = await workplace();
  const zoe = github.world.as('zoe');
  await zoe.fork('org/repo');
  const sha = await zoe.push('zoe/repo', { branch: 'fix', files: { 'src/a.txt': 'one\n2\nthree\n' } });
  await zoe.openPull('org/repo', { title: 'Fix', head: 'zoe:fix' });
  await place.git('init', '--quiet');
  await place.git('fetch', '--quiet', `${github.url}/org/repo.git`, sha);
  expect(await place.git('rev-parse', 'FETCH_HEAD')).toBe(sha);
  const { body } = await call(github, undefined, 'GET', '/repos/org/repo/pulls/1/files');
  expect(body).toMatchObject([{ filename: 'src/a.txt', status: 'modified', additions: 1, deletions: 1 }]);
  expect((body as { patch: string }[])[0]?.patch).toContain('-two\n+2');
});

test('a force push is one: told as such, and in the history', async () => {
  await using receiver = await startReceiver();
  await using github = await startSeeded({ webhookUrl: receiver.url });
  const mia = github.world.as('mia');
  await mia.push('org/repo', { branch: 'change', files: { 'b.txt': 'b\n' } });
  await mia.openPull('org/repo', { title: 'Add b', head: 'change' });
  await mia.push('org/repo', { branch: 'change', files: { 'b.txt': 'other\n' }, from: 'main', force: true });
  await github.idle();
  expect(receiver.got.findLast(({ event }) => event === 'push')?.body).toMatchObject({ forced: true });
  expect(github.world.issue('org/repo', 1).events.map(({ event }) => event)).toContain('head_ref_force_pushed');
});
