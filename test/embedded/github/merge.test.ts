import { expect, test } from '@jest/globals';
import type { EmbeddedGitHub } from '../../../src/embedded/github/server.js';
import { call, installationToken, startSeeded } from './support/seed.js';

const change = async ({ world }: EmbeddedGitHub, branch: string, files: Readonly<Record<string, string>>) => {
  await world.as('olga').push('org/repo', { branch, files, from: 'main', message: `Change by ${branch}` });
  return world.as('mia').openPull('org/repo', { title: `Merge ${branch}`, head: branch });
};
const mergeCall = async (github: Parameters<typeof installationToken>[0], number: number, wish: unknown = {}) =>
  call(github, await installationToken(github), 'PUT', `/repos/org/repo/pulls/${String(number)}/merge`, wish);
const subjects = async ({ hub }: EmbeddedGitHub): Promise<readonly string[]> => (await hub.git.run('org/repo', ['log', '--format=%P|%s', 'main'])).trim().split('\n');

test.each<{ method: 'merge' | 'squash' | 'rebase'; parents: number; subject: string }>([
  { method: 'merge', parents: 2, subject: 'Merge pull request #1 from org/x' },
  { method: 'squash', parents: 1, subject: 'Change by x (#1)' },
  { method: 'rebase', parents: 1, subject: 'Change by x' },
])('$method writes the commit that GitHub writes', async ({ method, parents, subject }) => {
  await using github = await startSeeded();
  const pull = await change(github, 'x', { 'x.txt': 'x\n' });
  await github.world.as('olga').push('org/repo', { branch: 'main', files: { 'y.txt': 'y\n' } });
  const { status, body } = await mergeCall(github, 1, { merge_method: method, sha: pull.pull.head.sha });
  expect({ status, body }).toMatchObject({ status: 200, body: { merged: true, message: 'Pull Request successfully merged' } });
  const [top = ''] = await subjects(github);
  expect(top.split('|')[0]?.split(' ')).toHaveLength(parents);
  expect(top.split('|')[1]).toBe(subject);
  expect(await github.world.file('org/repo', 'main', 'x.txt')).toBe('x\n');
  expect(await github.world.file('org/repo', 'main', 'y.txt')).toBe('y\n');
  expect(github.world.find('org/repo').heads.get('main')).toBe((body as { sha: string }).sha);
  expect(pull).toMatchObject({ state: 'closed', pull: { mergedBy: `${github.app.slug}[bot]`, mergeCommit: (body as { sha: string }).sha } });
});

test('a head other than the one named is not merged', async () => {
  await using github = await startSeeded();
  const pull = await change(github, 'x', { 'x.txt': 'x\n' });
  const old = pull.pull.head.sha;
  await github.world.as('olga').push('org/repo', { branch: 'x', files: { 'x.txt': 'xx\n' } });
  expect(await mergeCall(github, 1, { sha: old })).toMatchObject({ status: 409, body: { message: expect.stringContaining('Head branch was modified') } });
  expect(pull.state).toBe('open');
});

test('what conflicts is not merged, and says so before', async () => {
  await using github = await startSeeded();
  await change(github, 'x', { 'src/a.txt': 'X\ntwo\nthree\n' });
  await change(github, 'y', { 'src/a.txt': 'Y\ntwo\nthree\n' });
  expect((await mergeCall(github, 1)).status).toBe(200);
  expect((await call(github, undefined, 'GET', '/repos/org/repo/pulls/2')).body).toMatchObject({ mergeable: false, mergeable_state: 'dirty', merged: false });
  expect(await mergeCall(github, 2)).toMatchObject({ status: 405, body: { message: 'Pull Request is not mergeable' } });
});

test('protection of the branch holds a merge back until checks and reviews are there', async () => {
  await using github = await startSeeded();
  const { world } = github;
  world.protect('org/repo', 'main', { checks: { strict: false, required: [{ context: 'test', appId: null }] }, reviews: { count: 1, dismissStale: false, codeOwners: false } });
  const pull = await change(github, 'x', { 'x.txt': 'x\n' });
  expect(await mergeCall(github, 1)).toMatchObject({ status: 405, body: { message: 'At least 1 approving review is required by reviewers with write access.' } });
  await world.as('olga').review('org/repo', 1, { event: 'APPROVE' });
  expect(await mergeCall(github, 1)).toMatchObject({ status: 405, body: { message: 'Required status check "test" is expected.' } });
  await world.as('olga').setStatus('org/repo', pull.pull.head.sha, { context: 'test', state: 'failure' });
  expect(await mergeCall(github, 1)).toMatchObject({ status: 405, body: { message: 'Required status check "test" is failing.' } });
  expect((await call(github, undefined, 'GET', '/repos/org/repo/pulls/1')).body).toMatchObject({ mergeable: true, mergeable_state: 'blocked' });
  await world.as('olga').setStatus('org/repo', pull.pull.head.sha, { context: 'test', state: 'success' });
  expect((await call(github, undefined, 'GET', '/repos/org/repo/pulls/1')).body).toMatchObject({ mergeable: true, mergeable_state: 'clean' });
  expect((await mergeCall(github, 1)).status).toBe(200);
});

test('a ruleset counts as protection does', async () => {
  await using github = await startSeeded();
  github.world.ruleset('org/repo', { name: 'tested', rules: [{ type: 'required_status_checks', parameters: { required_status_checks: [{ context: 'unit' }], strict_required_status_checks_policy: false } }] });
  await change(github, 'x', { 'x.txt': 'x\n' });
  expect(await mergeCall(github, 1)).toMatchObject({ status: 405, body: { message: 'Required status check "unit" is expected.' } });
  const { body } = await call(github, github.world.as('mia').token(), 'GET', '/repos/org/repo/rules/branches/main');
  expect(body).toMatchObject([{ type: 'required_status_checks', ruleset_source_type: 'Repository', parameters: { required_status_checks: [{ context: 'unit' }] } }]);
});

test.each<{ name: string; prepare: (github: EmbeddedGitHub) => unknown; wish: unknown; message: string }>([
  { name: 'a method that is not allowed', prepare: ({ world }) => world.editRepo('org/repo', { merge: false }), wish: { merge_method: 'merge' }, message: 'Merge commits are not allowed on this repository.' },
  { name: 'a draft', prepare: ({ world }) => { world.as('mia').setDraft('org/repo', 1, true); }, wish: {}, message: 'Pull Request is still a draft' },
  { name: 'a closed pull request', prepare: ({ world }) => { world.as('mia').close('org/repo', 1); }, wish: {}, message: 'Pull Request is closed' },
])('$name is not merged', async ({ prepare, wish, message }) => {
  await using github = await startSeeded();
  await change(github, 'x', { 'x.txt': 'x\n' });
  await prepare(github);
  expect(await mergeCall(github, 1, wish)).toMatchObject({ status: 405, body: { message } });
});

test('of two merges at once on one pull request one happens', async () => {
  await using github = await startSeeded();
  await change(github, 'x', { 'x.txt': 'x\n' });
  const answers = await Promise.all([mergeCall(github, 1), mergeCall(github, 1)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 405]);
  expect(github.effects.filter(({ kind }) => kind === 'pull.merge')).toHaveLength(1);
});

test('with lazy mergeability the first look says null and a later one knows', async () => {
  await using github = await startSeeded({ lazyMergeable: true });
  await change(github, 'x', { 'x.txt': 'x\n' });
  const first = await call(github, undefined, 'GET', '/repos/org/repo/pulls/1');
  expect(first.body).toMatchObject({ mergeable: null, mergeable_state: 'unknown' });
  await github.idle();
  expect((await call(github, undefined, 'GET', '/repos/org/repo/pulls/1')).body).toMatchObject({ mergeable: true });
});
