import { expect, test } from '@jest/globals';
import { noAliases, parseAliases, parseFrontMatter, parseOwners, readOwners, type OwnersFile } from '../../../src/core/owners/parse.js';

const show = (file: OwnersFile | undefined) =>
  file && {
    options: [...(file.options.noParentOwners ? ['no_parent_owners'] : []), ...(file.options.autoApproveUnownedSubfolders ? ['auto_approve'] : [])],
    entries: file.entries.map((entry) => [entry.pattern?.source ?? '*', [...entry.approvers], [...entry.reviewers], [...entry.requiredReviewers], [...entry.labels]]),
  };

test.each<{ name: string; text: string; want: ReturnType<typeof show> }>([
  { name: 'simple', text: 'approvers: [Alice, "@BOB"]\nreviewers:\n- carol\nrequired_reviewers: [dave]\nlabels: [Sig/Foo]\n', want: { options: [], entries: [['*', ['alice', 'bob'], ['carol'], ['dave'], ['Sig/Foo']]] } },
  { name: 'names of keys ignore case, unknown ones do not matter', text: 'Approvers: [a]\nOPTIONS: {No_Parent_Owners: true}\nemeritus_approvers: [z]\n', want: { options: ['no_parent_owners'], entries: [['*', ['a'], [], [], []]] } },
  { name: 'simple wins over filters', text: 'labels: [x]\nfilters: {"\\\\.go$": {approvers: [a]}}\n', want: { options: [], entries: [['*', [], [], [], ['x']]] } },
  { name: 'filters', text: 'filters:\n  ".*": {labels: [all]}\n  "\\\\.go$": {approvers: [A]}\n', want: { options: [], entries: [['*', [], [], [], ['all']], ['\\.go$', ['a'], [], [], []]] } },
  { name: 'filters that are no RE2 are left out', text: 'filters:\n  "(?=x)": {approvers: [a]}\n  "y": {approvers: [b]}\n', want: { options: [], entries: [['y', ['b'], [], [], []]] } },
  { name: 'options only', text: 'options:\n  auto_approve_unowned_subfolders: true\n', want: { options: ['auto_approve'], entries: [] } },
  { name: 'empty', text: '', want: { options: [], entries: [] } },
  { name: 'only a comment', text: '# nobody\n', want: { options: [], entries: [] } },
  { name: 'empty lists', text: 'approvers:\nreviewers: []\n', want: { options: [], entries: [] } },
  { name: 'logins of digits stay as they are written', text: 'approvers: [007, 1e3, no]\n', want: { options: [], entries: [['*', ['007', '1e3', 'no'], [], [], []]] } },
  { name: 'a list that is a text does not spoil the options', text: 'options: {no_parent_owners: true}\napprovers: alice\n', want: { options: ['no_parent_owners'], entries: [] } },
  { name: 'broken YAML', text: 'approvers: [a\nreviewers: }', want: undefined },
  { name: 'no mapping', text: '- a\n- b\n', want: undefined },
])('$name', ({ text, want }) => expect(show(parseOwners(text, noAliases))).toEqual(want));

test('aliases are expanded once, an empty one to nobody, an alias wins over a login', () => {
  const aliases = parseAliases('aliases:\n  Team: [Alice, other]\n  other: [zoe]\n  none:\n  empty: {}\n  flow: {x, "@Y"}\n');
  expect(aliases && show(parseOwners('approvers: [team, "@TEAM", none, empty, flow, bob]\n', aliases))).toEqual({ options: [], entries: [['*', ['alice', 'other', 'x', 'y', 'bob'], [], [], []]] });
});

test.each<[name: string, text: string, want: readonly string[] | undefined]>([
  ['no aliases', 'other: 1\n', []],
  ['nothing', '', []],
  ['a text for members', 'aliases:\n  good: [a]\n  bad: alice\n', undefined],
  ['a number among members', 'aliases:\n  bad: [1]\n', undefined],
  ['a list for aliases', 'aliases: [a]\n', undefined],
  ['wrong indentation', 'aliases:\n  a:\n - x\n', undefined],
])('%s', (_name, text, want) => {
  const aliases = parseAliases(text);
  expect(aliases && [...aliases.keys()]).toEqual(want);
});

test.each<[name: string, text: string, want: readonly string[] | undefined]>([
  ['front matter', '---\napprovers: [Bob]\n---\n# Title\n', ['bob']],
  ['a later rule does not belong to it', '---\napprovers: [bob]\n---\ntext: [\n---\n', ['bob']],
  ['CRLF', '---\r\napprovers: [bob]\r\n---\r\ntext\r\n', ['bob']],
  ['not at the start', '\n---\napprovers: [bob]\n---\n', undefined],
  ['no end', '---\napprovers: [bob]\n', undefined],
])('front matter: %s', (_name, text, want) => expect(parseFrontMatter(text, noAliases)?.entries.flatMap((entry) => [...entry.approvers])).toEqual(want));

test('an alias of nobody leaves the simple form what it is', () => {
  const aliases = parseAliases('aliases: {none: }\n');
  expect(aliases && show(parseOwners('approvers: [none]\nfilters: {"x": {approvers: [a]}}\n', aliases))).toEqual({ options: [], entries: [['*', [], [], [], []]] });
});

test.each<{ name: string; text: string; line: number | undefined; says: RegExp }>([
  { name: 'broken YAML', text: 'approvers:\n- a\n  b: [\n', line: 2, says: /\S/ },
  { name: 'no mapping', text: '- a\n', line: undefined, says: /no mapping/ },
  { name: 'a link', text: '../OWNERS', line: undefined, says: /no mapping/ },
  { name: 'options', text: 'approvers: [a]\nOptions: [x]\n', line: 2, says: /options/ },
  { name: 'a switch that is none', text: 'options: {no_parent_owners: often}\n', line: 1, says: /options/ },
  { name: 'filters', text: '# x\nfilters: [a]\n', line: 2, says: /filters/ },
  { name: 'a list of a filter', text: 'filters:\n  x: {approvers: alice}\n', line: 1, says: /approvers.*filter `x`/ },
  { name: 'a filter', text: 'filters: {x: [a]}\n', line: 1, says: /filter `x`/ },
])('what is broken has a place: $name', ({ text, line, says }) => {
  expect(readOwners(text)).toEqual({ kind: 'broken', fault: { line, message: expect.stringMatching(says) } });
});
