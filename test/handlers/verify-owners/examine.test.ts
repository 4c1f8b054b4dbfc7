import { expect, test } from '@jest/globals';
import { noAliases, parseOwners } from '../../../src/core/owners/parse.js';
import { examine, leakOf, positionOf } from '../../../src/handlers/verify-owners/examine.js';
import type { Version } from '../../../src/handlers/verify-owners/versions.js';

const version = (path: string, after: string | undefined, before?: string, patch?: string): Version => ({ path, before, after, patch });
const none = version('OWNERS_ALIASES', undefined);
const look = (files: readonly Version[], aliases: Version = none, aliasesChanged = false) => examine({ files, aliases, aliasesChanged, deniedLabels: ['approved', 'lgtm'] });

function added(files: readonly Version[], aliases: Version = none, aliasesChanged = false): Readonly<Record<string, readonly string[]>> {
  const found = look(files, aliases, aliasesChanged);
  return found.kind === 'read' ? Object.fromEntries(found.added) : {};
}

test.each<{ name: string; path?: string; after: string; says: RegExp | undefined; line?: number }>([
  { name: 'fine', after: 'approvers: [a]\n', says: undefined },
  { name: 'cannot be read', path: 'x/OWNERS', after: 'approvers:\n- a\n  b: [\n', says: /cannot be read/, line: 2 },
  { name: 'no mapping', after: '- a\n', says: /cannot be read/ },
  { name: 'labels that may not be set', after: 'approvers: [a]\nlabels: [lgtm, area/x, approved]\n', says: /`approved`, `lgtm`\.$/ },
  { name: 'such labels in a filter', path: 'x/OWNERS', after: 'filters: {"x": {labels: [lgtm]}}\n', says: /`lgtm`/ },
  { name: 'a root without approvers', after: 'reviewers: [b]\n', says: /at least one approver/ },
  { name: 'a root with empty approvers', after: 'approvers: []\nreviewers: [b]\n', says: /at least one approver/ },
  { name: 'a root that says nothing', after: '', says: /at least one approver/ },
  { name: 'a root with approvers of some files', after: 'filters: {"x": {approvers: [a]}}\n', says: undefined },
  { name: 'elsewhere nobody needs to approve', path: 'pkg/OWNERS', after: 'reviewers: [b]\n', says: undefined },
  { name: 'a label cannot break out of its code', path: 'x/OWNERS', after: 'labels: ["lgtm"]\nfilters: {}\n', says: /`lgtm`/ },
])('$name', ({ path = 'OWNERS', after, says, line }) => {
  const found = look([version(path, after)]);
  expect(found.kind === 'read' && found.problems).toEqual(says ? [{ path, what: expect.stringMatching(says), line, position: undefined }] : []);
});

test('what the author wrote is shown as code', () => {
  const found = look([version('OWNERS', 'filters: {"`@acme/all`": [x]}\n')]);
  expect(found.kind === 'read' && found.problems[0]?.what).toBe('This file cannot be read: `the filter @acme/all is no mapping of lists`');
});

test.each<{ name: string; files: readonly Version[]; aliases?: Version; aliasesChanged?: boolean; want: Readonly<Record<string, readonly string[]>> }>([
  { name: 'new people of all lists', files: [version('x/OWNERS', 'approvers: [a, b]\nreviewers: [c]\nrequired_reviewers: [d]\n', 'approvers: [a]\n')], want: { b: ['x/OWNERS'], c: ['x/OWNERS'], d: ['x/OWNERS'] } },
  { name: 'however they are written', files: [version('x/OWNERS', 'approvers: ["@Bob", \'Ann\', A]\nreviewers:\n  - "zoe"\n', 'approvers: [a]\n')], want: { bob: ['x/OWNERS'], ann: ['x/OWNERS'], zoe: ['x/OWNERS'] } },
  { name: 'people with dots in their patterns', files: [version('x/OWNERS', 'filters: {"\\\\.go$": {approvers: [a-b]}}\n')], want: { 'a-b': ['x/OWNERS'] } },
  { name: 'every file that names somebody', files: [version('x/OWNERS', 'approvers: [a]\n'), version('y/OWNERS', 'reviewers: [a]\n')], want: { a: ['x/OWNERS', 'y/OWNERS'] } },
  { name: 'who was there stays', files: [version('x/OWNERS', 'reviewers: [a]\n', 'approvers: [a]\n')], want: {} },
  { name: 'removing people is fine', files: [version('x/OWNERS', 'approvers: [a]\n', 'approvers: [a, gone]\n')], want: {} },
  { name: 'a file that is gone after the merge', files: [version('x/OWNERS', undefined, 'approvers: [a]\n')], want: {} },
  { name: 'a file that could not be read before', files: [version('x/OWNERS', 'approvers: [a]\n', '[')], want: { a: ['x/OWNERS'] } },
  { name: 'an alias is no person, however it is written', files: [version('x/OWNERS', 'approvers: [TEAM, b]\n')], aliases: version('OWNERS_ALIASES', 'aliases: {Team: [x]}\n'), want: { b: ['x/OWNERS'] } },
  { name: 'members of aliases that are not touched', files: [], aliases: version('OWNERS_ALIASES', 'aliases: {t: [x]}\n'), want: {} },
  { name: 'new members of aliases', files: [], aliases: version('OWNERS_ALIASES', 'aliases: {t: [x, y], u: [z]}\n', 'aliases: {t: [x]}\n'), aliasesChanged: true, want: { y: ['OWNERS_ALIASES'], z: ['OWNERS_ALIASES'] } },
  { name: 'members that move between aliases', files: [], aliases: version('OWNERS_ALIASES', 'aliases: {u: [x]}\n', 'aliases: {t: [x]}\n'), aliasesChanged: true, want: {} },
  { name: 'a broken file tells of nobody', files: [version('OWNERS', 'reviewers: [z]\n')], want: {} },
])('who is new: $name', ({ files, aliases, aliasesChanged, want }) => expect(added(files, aliases, aliasesChanged)).toEqual(want));

test('aliases that cannot be read end it; empty ones are named', () => {
  expect(look([version('OWNERS', '[')], version('OWNERS_ALIASES', 'aliases: {t: a}\n'))).toEqual({ kind: 'aliases broken' });
  expect(look([], version('OWNERS_ALIASES', 'aliases: {t: , b: {}, c: [x], a: []}\n'))).toMatchObject({ emptyAliases: ['a', 'b', 't'] });
});

const patch = '@@ -1,3 +1,4 @@\n approvers:\n-- a\n+- b\n+  c: [\n - d\n@@ -20 +21,2 @@ x\n l\n+- z\n\\ No newline at end of file';
test.each<[line: number | undefined, want: number]>([[2, 3], [3, 4], [22, 8], [1, 1], [99, 1], [undefined, 1]])('line %p is at position %p of its diff', (line, want) => expect(positionOf(patch, line)).toBe(want));
test('without a diff there is no position', () => expect([positionOf(undefined, 1), positionOf('', 1)]).toEqual([undefined, undefined]));

test.each<{ name: string; text: string; counts?: readonly string[]; want: RegExp | undefined }>([
  { name: 'closed', text: 'options: {no_parent_owners: true}\napprovers: [a]\n', counts: ['a'], want: undefined },
  { name: 'everybody counts', text: 'options: {no_parent_owners: true}\napprovers: [a]\n', want: undefined },
  { name: 'nobody is a collaborator', text: 'options: {no_parent_owners: true}\napprovers: [a]\n', counts: ['b'], want: /approvers/ },
  { name: 'no approvers', text: 'options: {no_parent_owners: true}\nreviewers: [a]\n', want: /approvers/ },
  { name: 'only some files', text: 'options: {no_parent_owners: true}\nfilters: {"\\\\.go$": {approvers: [a]}}\n', want: /filters/ },
  { name: 'every file by a filter', text: 'options: {no_parent_owners: true}\nfilters: {"\\\\.go$": {approvers: [a]}, ".*": {approvers: [a]}}\n', want: undefined },
  { name: 'the rest only for people who do not count', text: 'options: {no_parent_owners: true}\nfilters: {"\\\\.go$": {approvers: [a]}, ".*": {approvers: [b]}}\n', counts: ['a'], want: /filters/ },
])('shutting out the owners above: $name', ({ text, counts, want }) => {
  const file = parseOwners(text, noAliases);
  const why = file && leakOf(file, noAliases, counts && new Set(counts));
  if (want) expect(why).toMatch(want);
  else expect(why).toBeUndefined();
});
