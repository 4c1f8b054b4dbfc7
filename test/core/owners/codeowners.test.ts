import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseCodeowners, ruleFor } from '../../../src/core/owners/codeowners.js';
import { createCodeOwners } from '../../../src/core/owners/codeQueries.js';

test.each<{ pattern: string; yes: readonly string[]; no: readonly string[] }>([
  { pattern: '*', yes: ['a', 'a/b', '.github/x'], no: [] },
  { pattern: '**', yes: ['a', 'a/b/c'], no: [] },
  { pattern: '*.js', yes: ['a.js', 'deep/er/a.js', '.js'], no: ['a.jsx', 'a.js2', 'js'] },
  { pattern: '/*.js', yes: ['a.js'], no: ['deep/a.js'] },
  { pattern: '/build/logs/', yes: ['build/logs/a', 'build/logs/b/c'], no: ['build/logs', 'x/build/logs/a', 'build/logs2/a'] },
  { pattern: 'docs/*', yes: ['docs/a.md'], no: ['docs/build/a.md', 'x/docs/a.md', 'docs'] },
  { pattern: 'docs/*.md', yes: ['docs/a.md'], no: ['docs/build/a.md', 'docs/a.txt'] },
  { pattern: 'apps/', yes: ['apps/a', 'x/y/apps/a/b'], no: ['apps', 'x/apps', 'myapps/a'] },
  { pattern: '/docs/', yes: ['docs/a', 'docs/b/c'], no: ['x/docs/a'] },
  { pattern: '/docs', yes: ['docs', 'docs/a/b'], no: ['docs2', 'x/docs'] },
  { pattern: 'docs', yes: ['docs', 'docs/a', 'x/docs', 'x/docs/a'], no: ['docs2/a', 'mydocs/a'] },
  { pattern: 'a/b', yes: ['a/b', 'a/b/c'], no: ['x/a/b'] },
  { pattern: '**/logs', yes: ['logs/a', 'build/logs/a', 'x/y/logs', 'logs'], no: ['catalogs/a', 'logs2'] },
  { pattern: '/src/**/test.js', yes: ['src/test.js', 'src/a/b/test.js'], no: ['src/mytest.js', 'lib/src/test.js'] },
  { pattern: '/src/**', yes: ['src/a', 'src/a/b'], no: ['src', 'other/src/a'] },
  { pattern: 'lib/*/x', yes: ['lib/a/x', 'lib/a/x/y'], no: ['lib/x', 'lib/a/b/x'] },
  { pattern: 'foo?.txt', yes: ['foo1.txt', 'a/fooz.txt'], no: ['foo.txt', 'foo12.txt', 'foo/.txt'] },
  { pattern: '/with\\ space/a\\#b.txt', yes: ['with space/a#b.txt'], no: ['with/a#b.txt'] },
  { pattern: 'star\\*.txt', yes: ['star*.txt'], no: ['starry.txt'] },
  { pattern: 'a+b(c).{1}$', yes: ['a+b(c).{1}$', 'x/a+b(c).{1}$'], no: ['aab(c).{1}$'] },
  { pattern: 'Case', yes: ['Case'], no: ['case'] },
  { pattern: '/', yes: [], no: ['a', 'a/b'] },
  { pattern: '*.d', yes: ['x.d', 'x.d/inside'], no: ['x.dd'] },
])('$pattern', ({ pattern, yes, no }) => {
  const [rule] = parseCodeowners(`${pattern} @a`);
  expect({ yes: yes.filter((path) => !rule?.matches(path)), no: no.filter((path) => rule?.matches(path)) }).toEqual({ yes: [], no: [] });
});

test.each<{ name: string; text: string; want: readonly object[] }>([
  { name: 'people, teams and addresses', text: '* @Ada @Acme/Core-Team docs@example.com\n', want: [{ source: '*', line: 1, people: ['ada'], teams: [{ org: 'acme', slug: 'core-team' }], owned: true }] },
  { name: 'comments and empty lines', text: '# all\r\n\r\n*.go  @a #not @b\r\n', want: [{ source: '*.go', line: 3, people: ['a'], teams: [], owned: true }] },
  { name: 'a line without owners takes them away', text: '* @a\n/free/\n', want: [{ people: ['a'] }, { source: '/free/', people: [], owned: false }] },
  { name: 'an address alone still owns', text: '* x@example.com\n', want: [{ people: [], owned: true }] },
  { name: 'negation is skipped', text: '!/a @b\n', want: [] },
  { name: 'character ranges and sections are skipped', text: '[Docs] @b\n*.[jt]s @c\n', want: [] },
  { name: 'what is no owner spoils its line', text: '* ada\n/a @\n/b @a/b/c\n/c @-x\n/d @ok\n', want: [{ source: '/d', line: 5 }] },
  { name: 'an escaped sharp at the start is no name', text: '\\#x @a\n', want: [] },
  { name: 'accounts of companies', text: '* @some-one_acme @x--y\n', want: [{ people: ['some-one_acme', 'x--y'] }] },
  { name: 'nothing', text: '', want: [] },
])('$name', ({ text, want }) => {
  const rules = parseCodeowners(text);
  expect(rules).toHaveLength(want.length);
  expect(rules).toMatchObject(want);
});

test('the last line that matches counts', () => {
  const rules = parseCodeowners('* @a\n*.go @b\n/x/ @c\n');
  expect(['r', 'a.go', 'x/a.go', 'x/r'].map((path) => ruleFor(rules, path)?.people)).toEqual([['a'], ['b'], ['c'], ['c']]);
});

test('any text is read, in time that grows with its length', () => {
  const word = fc.stringMatching(/^[a*?/\\#! @[\]-]{0,12}$/);
  fc.assert(fc.property(fc.array(word, { maxLength: 30 }), fc.stringMatching(/^[a/]{0,200}$/), (words, path) => {
    for (const rule of parseCodeowners(words.map((one) => `${one} @a`).join('\n'))) expect(typeof rule.matches(path)).toBe('boolean');
  }), { numRuns: 300 });
  const [rule] = parseCodeowners(`/${'**/'.repeat(40)}b @a`);
  expect(rule?.matches('a/'.repeat(400))).toBe(false);
});

const text = '* @ada @acme/core\n/docs/ @ben\n/free/\n/mail/ x@example.com\n/gone/ @leaver\n/other/ @evil/core\n';
const owners = (collaborators?: ReadonlySet<string>) => createCodeOwners({ path: '.github/CODEOWNERS', rules: parseCodeowners(text), members: new Map([['acme/core', ['cora', 'carl']]]), collaborators });
const sorted = (people: ReadonlySet<string>) => [...people].sort();

test.each<{ path: string; approvers: readonly string[]; reviewers: readonly string[]; at: string }>([
  { path: 'src/a.go', approvers: ['ada', 'carl', 'cora'], reviewers: ['ada', 'carl', 'cora'], at: '.github/CODEOWNERS#L1' },
  { path: './docs/x', approvers: ['ben'], reviewers: ['ben'], at: '.github/CODEOWNERS#L2' },
  { path: 'free/x', approvers: ['ada', 'ben', 'carl', 'cora', 'leaver'], reviewers: [], at: '.github/CODEOWNERS' },
  { path: 'mail/x', approvers: [], reviewers: [], at: '.github/CODEOWNERS#L4' },
  { path: 'other/x', approvers: [], reviewers: [], at: '.github/CODEOWNERS#L6' },
])('$path', ({ path, approvers, reviewers, at }) => {
  const found = owners();
  expect([sorted(found.leafApprovers(path)), sorted(found.leafReviewers(path)), found.fileAt(found.approverDir(path))]).toEqual([approvers, reviewers, at]);
  expect(found.approvers(path).map(sorted)).toEqual([approvers]);
  expect(found.reviewers(path).map(sorted)).toEqual([reviewers]);
});

test('a line whose owners are no collaborators leaves nobody, not everybody', () => {
  const found = owners(new Set(['ada', 'ben']));
  expect(sorted(found.leafApprovers('gone/x'))).toEqual([]);
  expect(sorted(found.leafApprovers('free/x'))).toEqual(['ada', 'ben']);
  expect([sorted(found.topLevelApprovers()), sorted(found.allOwners()), sorted(found.allReviewers())]).toEqual([['ada'], ['ada', 'ben'], ['ada', 'ben']]);
  expect([sorted(found.requiredReviewers('a')), sorted(found.labelsFor('a')), found.isNoParentOwners(''), found.isAutoApproveUnownedSubfolders('')]).toEqual([[], [], false, false]);
});
