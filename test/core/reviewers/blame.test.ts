import { expect, test } from '@jest/globals';
import { changedLines, favourOwners, filesToBlame, scoreAuthors } from '../../../src/core/reviewers/blame.js';
import { AUTO_CC, CC, namesOf, UNCC } from '../../../src/core/reviewers/commands.js';

test.each<[patch: string, want: readonly object[]]>([
  ['@@ -10,5 +10,6 @@ func x\n', [{ from: 10, to: 14 }]], ['@@ -10 +10 @@', [{ from: 10, to: 10 }]], ['@@ -20,0 +21,3 @@', [{ from: 15, to: 20 }]], ['@@ -2,0 +3 @@', [{ from: 1, to: 2 }]],
  ['@@ -1,2 +1,2 @@\n a\n-b\n+c\n@@ -9 +9,0 @@\n-x', [{ from: 1, to: 2 }, { from: 9, to: 9 }]], [' @@ -1,2 +1,2 @@', []], ['', []], ['@@ -0,0 +1,3 @@\n+a', [{ from: 1, to: 0 }]],
])('%j changes', (patch, want) => expect(changedLines(patch)).toEqual(want));

const now = Date.parse('2026-03-11T00:00:00Z');
const range = (from: number, to: number, login: string, at = '2026-03-01T00:00:00Z') => ({ from, to, login, at });

test('points for lines and for having written them lately', () => {
  const scores = scoreAuthors([
    { changed: [{ from: 5, to: 10 }, { from: 20, to: 20 }], ranges: [range(1, 6, 'ann'), range(7, 30, 'bob', '2026-03-10T00:00:00Z'), range(31, 40, 'carl'), range(8, 8, '')] },
    { changed: [{ from: 1, to: 1 }], ranges: [range(1, 1, 'ann', '2026-03-11T00:00:00Z')] },
    { changed: [{ from: 1, to: 9 }], ranges: [range(1, 1, 'dora', 'no date'), range(2, 2, 'ed', '2027-01-01T00:00:00Z')] },
  ], now);
  expect([...scores].map(([login, points]) => [login, Number(points.toFixed(3))])).toEqual([['ann', 35], ['bob', 52.5], ['dora', 10], ['ed', 15]]);
  expect([...favourOwners(scores, { approvers: new Set(['ann', 'zoe']), reviewers: new Set(['ann', 'bob']) })].map(([login, points]) => [login, Number(points.toFixed(3))])).toEqual([['ann', 38], ['bob', 54.5], ['dora', 10], ['ed', 15]]);
});

test('folders take turns among the files that are looked at', () => {
  const files = [...Array.from({ length: 30 }, (_, n) => ({ path: `big/${n}`, status: 'modified' })), { path: 'small/1', status: 'added' }, { path: 'small/2', status: 'removed' }, { path: 'root', status: 'renamed' }];
  const chosen = filesToBlame(files).map(({ path }) => path);
  expect(chosen.slice(0, 4)).toEqual(['big/0', 'small/1', 'root', 'big/1']);
  expect(chosen).toHaveLength(20);
});

test.each<[text: string, want: readonly string[] | undefined]>([
  ['/cc', []], ['/cc ', []], ['/CC @bob', ['bob']], ['/cc bob  carol\r', ['bob', 'carol']], ['/cc @acme/core-team bob', ['acme/core-team', 'bob']], ['/cc\t@bob', ['bob']],
  ['/cc @bob, @carol', ['bob', 'carol']], ['/cc @bob,@carol', ['bob', 'carol']], ['/cc bob, carol', undefined], ['/cc me, please', undefined], ['/cc @dependabot[bot]', ['dependabot[bot]']],
  ['/cc bob!', undefined], ['/ccbob', undefined], [' /cc bob', undefined], ['> /cc bob', undefined], ['/cc a$b', undefined], ['hello\n/cc @x\nbye', ['x']], ['/cc\nbob', []],
])('%j names %p', (text, want) => {
  const found = CC.first(text);
  expect(found && namesOf(found.groups)).toEqual(want);
  expect(UNCC.test(text)).toBe(false);
});

test.each<[text: string, want: boolean]>([['/auto-cc', true], ['/AUTO-CC \r\n', true], ['x\n/auto-cc', true], ['/auto-cc please', false], [' /auto-cc', false]])('%j: %p', (text, want) => expect(AUTO_CC.test(text)).toBe(want));
