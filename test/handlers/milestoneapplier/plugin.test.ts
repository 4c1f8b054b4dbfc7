import { expect, test } from '@jest/globals';
import { NotFoundError } from '../../../src/core/errors.js';
import { pull, ran } from '../policy.js';

const plugins = { milestone_applier: { 'o/r': { main: 'v2', 'release-1': 'v1' } } };
const run = (action: string, base: string, over: object = {}, more: object = {}) =>
  ran('milestoneapplier', {
    event: 'pull_request', payload: pull({ action, base, more: { repository: { name: 'r', owner: { login: 'o' }, default_branch: 'main' }, ...more } }, over), plugins,
    prepare: ({ github }) => { github.openMilestones = [{ number: 1, title: 'v1' }, { number: 2, title: 'v2' }]; },
  });

test.each<{ name: string; action: string; base: string; over?: object; writes: readonly string[] }>([
  { name: 'the default branch: when merged', action: 'closed', base: 'main', over: { merged: true }, writes: ['issue {"milestone":2}'] },
  { name: 'not when opened', action: 'opened', base: 'main', writes: [] },
  { name: 'nor when closed without a merge', action: 'closed', base: 'main', writes: [] },
  { name: 'another branch: when opened', action: 'opened', base: 'release-1', writes: ['issue {"milestone":1}'] },
  { name: 'and when merged', action: 'closed', base: 'release-1', over: { merged: true }, writes: ['issue {"milestone":1}'] },
  { name: 'not on anything else', action: 'synchronize', base: 'release-1', writes: [] },
  { name: 'another milestone gives way', action: 'opened', base: 'release-1', over: { milestone: { title: 'v2' } }, writes: ['issue {"milestone":1}'] },
  { name: 'the same stays', action: 'opened', base: 'release-1', over: { milestone: { title: 'v1' } }, writes: [] },
  { name: 'branches without one are left alone', action: 'opened', base: 'dev', writes: [] },
  { name: 'names of branches are whole', action: 'opened', base: 'release-12', writes: [] },
])('$name', async ({ action, base, over, writes }) => {
  const { github } = await run(action, base, over);
  expect(github.writes).toEqual(writes);
  expect(github.reads).toEqual(writes.length > 0 ? ['milestones'] : []);
});

test('a milestone that is not there is an error that names it', async () => {
  await expect(ran('milestoneapplier', { event: 'pull_request', payload: pull({ action: 'opened', base: 'release-1' }), plugins })).rejects.toThrow(NotFoundError);
  await expect(ran('milestoneapplier', { event: 'pull_request', payload: pull({ action: 'opened', base: 'release-1' }), plugins })).rejects.toThrow('"v1"');
});
