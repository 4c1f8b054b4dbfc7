import { expect, test } from '@jest/globals';
import { noAliases, parseOwners } from '../../../src/core/owners/parse.js';
import { createRepoOwners } from '../../../src/core/owners/queries.js';

function ownersOf(files: Readonly<Record<string, string>>, collaborators?: ReadonlySet<string>) {
  return createRepoOwners(new Map(Object.entries(files).flatMap(([place, text]) => {
    const file = parseOwners(text, noAliases);
    return file ? [[place, file] as const] : [];
  })), collaborators, 'OWNERS');
}

const sorted = (names: ReadonlySet<string>) => [...names].sort();

const tree = {
  '': 'approvers: [alice, bob]\nreviewers: [alice]\n',
  'a/b/c': 'approvers: [carl, dave]\n',
  'a/b/e': 'filters: {"\\\\.md$": {approvers: [carl, dave]}, "\\\\.txt$": {approvers: [elic]}}\n',
  d: 'options: {no_parent_owners: true}\napprovers: [mml]\n',
  f: 'options: {no_parent_owners: true}\nfilters: {"\\\\.md$": {approvers: [mdperson]}, "\\\\.txt$": {approvers: [txtperson]}}\n',
};

test.each<{ file: string; dir: string; leaf: readonly string[]; all: readonly string[] }>([
  { file: 'testFile.md', dir: '', leaf: ['alice', 'bob'], all: ['alice', 'bob'] },
  { file: 'a/b/c/testFile.md', dir: 'a/b/c', leaf: ['carl', 'dave'], all: ['alice', 'bob', 'carl', 'dave'] },
  { file: 'a/b/testFile.md', dir: '', leaf: ['alice', 'bob'], all: ['alice', 'bob'] },
  { file: 'a/b/e/testFile.md', dir: 'a/b/e', leaf: ['carl', 'dave'], all: ['alice', 'bob', 'carl', 'dave'] },
  { file: 'a/b/e/testFile.dat', dir: '', leaf: ['alice', 'bob'], all: ['alice', 'bob'] },
  { file: 'd/testFile.go', dir: 'd', leaf: ['mml'], all: ['mml'] },
  { file: 'd/deep/er/testFile.go', dir: 'd', leaf: ['mml'], all: ['mml'] },
  { file: 'f/testFile.txt', dir: 'f', leaf: ['txtperson'], all: ['txtperson'] },
  { file: 'f/testFile.other', dir: '', leaf: ['alice', 'bob'], all: ['alice', 'bob'] },
  { file: 'gone/testFile.md', dir: '', leaf: ['alice', 'bob'], all: ['alice', 'bob'] },
])('$file', ({ file, dir, leaf, all }) => {
  const owners = ownersOf(tree);
  expect(owners.approverDir(file)).toBe(dir);
  expect(sorted(owners.leafApprovers(file))).toEqual(leaf);
  expect(owners.approvers(file).flatMap((layer) => [...layer]).sort()).toEqual(all);
});

test('layers go from the file outwards and name everybody once', () => {
  const owners = ownersOf({ '': 'approvers: [alice, carl]\n', 'a/b': 'approvers: [carl]\n' });
  expect(owners.approvers('a/b/x').map(sorted)).toEqual([[], ['carl'], [], ['alice']]);
});

const labels = {
  '': 'labels: [root]\n', re: 'filters: {".*": {labels: [re/all]}, "\\\\.go$": {labels: [re/go]}}\n',
  're/a': 'filters: {"\\\\.md$": {labels: [re/md-in-a]}, "\\\\.go$": {labels: [re/go-in-a]}}\n', lone: 'options: {no_parent_owners: true}\napprovers: [x]\n',
};

test.each<[path: string, want: readonly string[]]>([
  ['re/a/go.go', ['re/all', 're/go', 're/go-in-a', 'root']], ['re/a/md.md', ['re/all', 're/md-in-a', 'root']], ['re/b/md.md', ['re/all', 'root']],
  ['', ['root']], ['.', ['root']], ['foo.txt', ['root']], ['./foo.txt', ['root']], ['lone/x', ['root']],
])('labels of %j', (path, want) => expect(sorted(ownersOf(labels).labelsFor(path))).toEqual(want));

test('who is no collaborator does not count, and a folder of such people is looked through', () => {
  const owners = ownersOf({ '': 'approvers: [alice, bob]\nrequired_reviewers: [req]\n', d: 'options: {no_parent_owners: true}\napprovers: [gone]\n' }, new Set(['alice']));
  expect(sorted(owners.leafApprovers('d/x'))).toEqual(['alice']);
  expect(owners.approverDir('d/x')).toBe('');
  expect(sorted(owners.requiredReviewers('d/x'))).toEqual(['req']);
  expect(sorted(owners.allApprovers())).toEqual(['alice']);
});

test('top level approvers are those of the root without a pattern, or whose pattern takes a dot', () => {
  expect(sorted(ownersOf({ '': 'filters: {".*": {approvers: [a]}, "^\\\\.$": {approvers: [b]}, "\\\\.go$": {approvers: [c]}}\n' }).topLevelApprovers())).toEqual(['a', 'b']);
});

test('options are those of exactly that place', () => {
  const owners = ownersOf({ a: 'options: {no_parent_owners: true, auto_approve_unowned_subfolders: true}\n' });
  expect([owners.isNoParentOwners('a'), owners.isAutoApproveUnownedSubfolders('a/'), owners.isNoParentOwners('a/b'), owners.isNoParentOwners('')]).toEqual([true, true, false, false]);
});

test('owners are approvers and reviewers, and every folder has its file', () => {
  const owners = ownersOf({ '': 'approvers: [a]\nrequired_reviewers: [q]\n', x: 'reviewers: [b, gone]\n' }, new Set(['a', 'b']));
  expect([sorted(owners.allOwners()), owners.fileAt(''), owners.fileAt('x/y')]).toEqual([['a', 'b'], 'OWNERS', 'x/y/OWNERS']);
});
