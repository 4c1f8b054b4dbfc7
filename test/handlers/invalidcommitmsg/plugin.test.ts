import { expect, test } from '@jest/globals';
import type { PullCommit } from '../../../src/core/ports/github.js';
import { findingsOf, INVALID, isClean } from '../../../src/handlers/invalidcommitmsg/decide.js';
import { botComment } from '../fakes.js';
import { commit, pull, ran, texts } from '../policy.js';

const all = { closing: true, temporary: true };

test.each<{ name: string; commits: readonly string[]; title?: string; checks?: typeof all; want: readonly [closing: number, temporary: number, title: boolean] }>([
  { name: 'fine', commits: ['Change it', 'About squash! and fixup!', ' fixup! not at the start'], want: [0, 0, false] },
  { name: 'words that close issues, anywhere in a message', commits: ['fixes #1', 'ok\n\nCloses acme-corp/x.y#3'], want: [2, 0, false] },
  { name: 'temporary commits', commits: ['fixup! a', 'amend! a', 'squash! a', 'Fixup! a', 'ok\nfixup! b'], want: [0, 3, false] },
  { name: 'both', commits: ['fixup! fixes #1'], want: [1, 1, false] },
  { name: 'the title', commits: ['ok'], title: 'Resolves acme/x#3', want: [0, 0, true] },
  { name: 'a part of a word (K26)', commits: ['prefix #12'], want: [0, 0, false] },
  { name: 'closing switched off', commits: ['fixes #1', 'fixup! x'], title: 'fixes #1', checks: { closing: false, temporary: true }, want: [0, 1, false] },
  { name: 'temporary switched off', commits: ['fixes #1', 'fixup! x'], checks: { closing: true, temporary: false }, want: [1, 0, false] },
])('$name', ({ commits, title = 'A change', checks = all, want }) => {
  const found = findingsOf(commits.map((message) => commit(message)), title, checks);
  expect([found.closing.length, found.temporary.length, found.titleCloses]).toEqual(want);
  expect(isClean(found)).toBe(want.every((one) => !one));
});

type Over = Readonly<{ commits?: readonly PullCommit[]; title?: string; had?: readonly string[]; said?: readonly string[]; plugins?: Readonly<Record<string, unknown>> }>;
const run = (action: string, { commits = [commit('ok')], title = 'A change', had = [], said = [], plugins = {} }: Over = {}) =>
  ran('invalidcommitmsg', {
    event: 'pull_request', payload: pull({ action, labels: had }, { title }), plugins,
    prepare: ({ github }) => { github.commitsOf = commits; github.labelsOf.set(1, new Set(had)); github.commentsOf.set(1, said.map((body, n) => botComment(n + 1, body))); },
  });
const BAD = [commit('fixes #1 for @carol')];

test('what is found is said once, as code, and goes when it is mended', async () => {
  const made = await run('opened', { commits: BAD });
  expect(made.github.writes).toEqual([`+${INVALID}`, 'comment']);
  const [text = ''] = texts(made);
  expect(text).toMatch(/^<!-- \[prow:invalid-commit-message\] -->\n/);
  expect(text).toContain('- [c0ffee1](https://github.com/o/r/commits/c0ffee1234567890) `fixes #1 for @carol`');
  expect((await run('edited', { commits: BAD, had: [INVALID], said: [text] })).github.writes).toEqual([]);
  expect((await run('synchronize', { commits: [commit('fixup! y')], had: [INVALID], said: [text] })).github.writes).toEqual(['edit 1']);
  expect((await run('synchronize', { commits: [commit('fixup! y')], had: [INVALID], said: [text], plugins: { comment_style: 'upstream' } })).github.writes).toEqual(['delete 1', 'comment']);
  expect((await run('synchronize', { had: [INVALID], said: [text, 'else', '**The list of commits with invalid commit messages**:'] })).github.writes).toEqual([`-${INVALID}`, 'delete 1', 'delete 3']);
});

test('each kind has its section', async () => {
  const [text = ''] = texts(await run('opened', { commits: [commit('fixup! x'), ...BAD], title: 'Fixes #3' }));
  for (const part of ['--autosquash', 'words that close issues', '/retitle']) expect(text).toContain(part);
});

test.each([['closed'], ['labeled'], ['review_requested']])('nothing on %s', async (action) => expect((await run(action, { commits: BAD })).github.reads).toEqual([]));

test('the first word about a check counts', async () => {
  const plugins = { invalid_commit_msg: [{ repos: ['o/r'], checks: [{ name: 'issueClosingKeywords', disabled: true }] }, { repos: ['o'], checks: [] }] };
  expect((await run('opened', { commits: BAD, title: 'fixes #1', plugins })).github.writes).toEqual([]);
});
