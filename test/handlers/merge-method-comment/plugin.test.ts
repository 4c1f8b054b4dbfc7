import { expect, test } from '@jest/globals';
import { ProwConfig } from '../../../src/config/prow/schema.js';
import { methodText } from '../../../src/handlers/merge-method-comment/plugin.js';
import { botComment } from '../fakes.js';
import { commit, pull, ran, texts } from '../policy.js';

const repo = { org: 'o', name: 'r' };
const SQUASH = { merge_method: { 'o/r': 'squash' }, merge_label: 'as-is' };

test.each<{ name: string; tide: object; branch?: string; says: readonly string[]; not?: readonly string[] }>([
  { name: 'the default', tide: {}, says: ['**merge**', 'No label is configured', 'squashed into one'] },
  { name: 'merge with a label', tide: { squash_label: 'squash it' }, says: ['**merge**', 'Add the label `squash it`'] },
  { name: 'squash with a label', tide: SQUASH, says: ['**squash**', 'Add the label `as-is`', 'merged as they are'] },
  { name: 'squash without', tide: { merge_method: { o: 'squash' } }, says: ['**squash**', 'No label is configured'] },
  { name: 'rebase', tide: { merge_method: { o: 'rebase' }, squash_label: 's', merge_label: 'm' }, says: ['**rebase**'], not: ['label'] },
  { name: 'the method of the branch', tide: { merge_method: { 'o/r': 'squash', 'o/r@release': 'rebase' } }, branch: 'release', says: ['**rebase**'] },
])('$name', ({ tide, branch = 'main', says, not = [] }) => {
  const text = methodText(ProwConfig.parse({ tide }).tide, repo, branch);
  for (const part of says) expect(text).toContain(part);
  for (const part of not) expect(text).not.toContain(part);
});

const run = (action: string, commits: number | undefined, said: readonly string[] = [], plugins: Readonly<Record<string, unknown>> = {}) =>
  ran('merge-method-comment', {
    event: 'pull_request', payload: pull({ action }, commits === undefined ? {} : { commits }), prow: { tide: SQUASH }, plugins,
    prepare: ({ github }) => { github.commitsOf = [commit('a'), commit('b')]; github.commentsOf.set(1, said.map((body, n) => botComment(n + 1, body))); },
  });

test('one comment, whatever happens, brought up to date', async () => {
  const first = await run('opened', 2);
  expect(first.github.writes).toEqual(['comment']);
  const [text = ''] = texts(first);
  for (const action of ['reopened', 'synchronize', 'edited']) expect((await run(action, 3, [text])).github.writes).toEqual([]);
  expect((await run('synchronize', 2, [text.replace('as-is', 'old-label')])).github.writes).toEqual(['edit 1']);
  expect((await run('synchronize', 2, [text.replace('as-is', 'old-label')], { comment_style: 'upstream' })).github.writes).toEqual(['delete 1', 'comment']);
  expect((await run('edited', 2, ['This PR has multiple commits, and the default merge method is: merge.\n'])).github.writes).toEqual(['edit 1']);
});

test.each([{ action: 'opened', commits: 1 }, { action: 'closed', commits: 2 }, { action: 'labeled', commits: 2 }])('nothing on $action with $commits', async ({ action, commits }) => {
  const { github } = await run(action, commits);
  expect(github.writes).toEqual([]);
  expect(github.reads).toEqual([]);
});

test('a payload that does not count the commits is made up for', async () => expect((await run('opened', undefined)).github.writes).toEqual(['comment']));
