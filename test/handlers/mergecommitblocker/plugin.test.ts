import { expect, test } from '@jest/globals';
import type { PullCommit } from '../../../src/core/ports/github.js';
import { MERGE_COMMITS } from '../../../src/handlers/mergecommitblocker/plugin.js';
import { botComment, world, snapshot } from '../fakes.js';
import { commit, pull, ran, texts } from '../policy.js';

const MERGE = commit('Merge branch main', { parents: ['a', 'b'] });
const run = (action: string, commits: readonly PullCommit[], had: readonly string[] = [], over: Partial<Parameters<typeof ran>[1]> = {}) =>
  ran('mergecommitblocker', {
    event: 'pull_request', payload: pull({ action, labels: had }),
    prepare: ({ github }) => { github.commitsOf = commits; github.labelsOf.set(1, new Set(had)); github.commentsOf.set(1, had.length > 0 ? [botComment(1, 'Adding label `x` because PR contains merge commits, which are not allowed in this repository.'), botComment(2, 'else')] : []); }, ...over,
  });

test.each<{ name: string; action: string; commits: readonly PullCommit[]; had?: readonly string[]; writes: readonly string[] }>([
  { name: 'a merge: label and comment', action: 'opened', commits: [commit('a'), MERGE], writes: [`+${MERGE_COMMITS}`, 'comment'] },
  { name: 'none', action: 'opened', commits: [commit('a')], writes: [] },
  { name: 'a push brings one', action: 'synchronize', commits: [MERGE], writes: [`+${MERGE_COMMITS}`, 'comment'] },
  { name: 'said already', action: 'synchronize', commits: [MERGE], had: [MERGE_COMMITS], writes: [] },
  { name: 'rebased: both go, upstream’s comment too', action: 'synchronize', commits: [commit('a')], had: [MERGE_COMMITS], writes: [`-${MERGE_COMMITS}`, 'delete 1'] },
  { name: 'reopened', action: 'reopened', commits: [commit('a')], had: [MERGE_COMMITS.toUpperCase()], writes: [`-${MERGE_COMMITS}`, 'delete 1'] },
  { name: 'edited', action: 'edited', commits: [MERGE], writes: [] },
])('$name', async ({ action, commits, had, writes }) => expect((await run(action, commits, had)).github.writes).toEqual(writes));

test('it says how to mend it, to nobody in particular', async () => {
  const [text = ''] = texts(await run('opened', [MERGE]));
  expect(text).toContain('git rebase');
  expect(text).not.toContain('@');
});

test('nothing of git is needed up to 250 commits; beyond, git looks', async () => {
  const many = Array.from({ length: 250 }, (_, n) => commit(`change ${n}`));
  for (const merges of [true, false]) {
    const asked: (readonly string[])[] = [];
    const git = { ...world(snapshot()).deps.git, hasMerges: (_repo: unknown, from: string, to: string) => { asked.push([from, to]); return Promise.resolve(merges); } };
    expect((await run('opened', many, [], { deps: { git } })).github.writes).toHaveLength(merges ? 2 : 0);
    expect(asked).toEqual([['old-base', 'head-sha']]);
  }
  expect((await run('opened', many.slice(1))).github.reads).toEqual(['commits']);
});
