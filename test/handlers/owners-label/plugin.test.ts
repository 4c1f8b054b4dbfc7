import { expect, test } from '@jest/globals';
import { noAliases, parseOwners } from '../../../src/core/owners/parse.js';
import { createRepoOwners } from '../../../src/core/owners/queries.js';
import { createHandling } from '../../../src/handlers/dispatch.js';
import { decideLabels, ownersLabel } from '../../../src/handlers/owners-label/plugin.js';
import { delivery, pullPayload, signal, snapshot, world } from '../fakes.js';

const files = { src: 'labels: [area/api, sig/node]\n', docs: 'filters: {"\\\\.md$": {labels: [kind/docs]}}\n', odd: 'labels: [unknown]\n' };
const owners = createRepoOwners(new Map(Object.entries(files).flatMap(([folder, text]) => { const file = parseOwners(text, noAliases); return file ? [[folder, file] as const] : []; })), undefined, 'OWNERS');

test.each<{ name: string; action: string; changed: readonly string[]; had?: readonly string[]; writes: readonly string[]; reads: readonly string[] }>([
  { name: 'labels of all changed files', action: 'opened', changed: ['src/a', 'docs/x.md'], writes: ['+area/api', '+kind/docs', '+sig/node'], reads: ['files', 'labels', 'repoLabels'] },
  { name: 'what is there is not added again', action: 'synchronize', changed: ['src/a'], had: ['sig/node'], writes: ['+area/api'], reads: ['files', 'labels', 'repoLabels'] },
  { name: 'names are compared exactly', action: 'reopened', changed: ['src/a'], had: ['Sig/node', 'area/api'], writes: ['+sig/node'], reads: ['files', 'labels', 'repoLabels'] },
  { name: 'a filter that does not match', action: 'opened', changed: ['docs/x.txt'], writes: [], reads: ['files'] },
  { name: 'no labels: nothing more is asked', action: 'opened', changed: ['README'], writes: [], reads: ['files'] },
  { name: 'labels that the repository does not have', action: 'opened', changed: ['odd/a', 'src/a'], writes: ['+area/api', '+sig/node'], reads: ['files', 'labels', 'repoLabels'] },
  { name: 'labels are never taken away', action: 'synchronize', changed: ['README'], had: ['area/api'], writes: [], reads: ['files'] },
  { name: 'other events', action: 'labeled', changed: ['src/a'], writes: [], reads: [] },
])('$name', async ({ action, changed, had = [], writes, reads }) => {
  const { github, deps } = world(snapshot({ enabled: ['owners-label'] }), { plugins: [ownersLabel], owners: { load: () => Promise.resolve(owners) } });
  github.changed = changed;
  github.known = ['area/api', 'sig/node', 'kind/docs'];
  github.labelsOf.set(1, new Set(had));
  await createHandling(deps).run('owners-label', delivery('pull_request', pullPayload({ action })), { signal, attempt: 1 });
  expect([github.writes, github.reads]).toEqual([writes, reads]);
});

test('one label that fails does not stop the others', () => {
  const issue = { org: 'o', name: 'r', number: 1 };
  expect(decideLabels(issue, { needed: new Set(['b', 'a']), present: [], known: ['a', 'b'] })).toEqual([{ kind: 'each', actions: [{ kind: 'label.add', issue, label: 'a' }, { kind: 'label.add', issue, label: 'b' }] }]);
});
