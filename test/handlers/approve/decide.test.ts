import { expect, test } from '@jest/globals';
import { ApproveEntry } from '../../../src/config/plugins/schema.js';
import { noAliases, parseOwners } from '../../../src/core/owners/parse.js';
import { createRepoOwners } from '../../../src/core/owners/queries.js';
import type { Review } from '../../../src/core/ports/github.js';
import { associatedIssue, collectApprovals, type Approvals } from '../../../src/handlers/approve/collect.js';
import { coverageOf, suggestApprovers, unapproved } from '../../../src/handlers/approve/coverage.js';
import { addedByHand, assess, decide } from '../../../src/handlers/approve/decide.js';
import { notification } from '../../../src/handlers/approve/notification.js';
import { BOT, botComment } from '../fakes.js';

const identity = { login: BOT, kind: 'app', slug: 'prow-app' } as const;
const at = (n: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString();
const comment = (login: string, body: string, n = 1) => ({ id: n, user: { login, type: 'User' }, body, createdAt: at(n), updatedAt: at(n), url: `https://c/${n}` });
const review = (login: string, state: string, body = '', n = 1, type = 'User'): Review => ({ id: n, user: { login, type }, state, body, submittedAt: at(n), url: `https://r/${n}` });

function owners(files: Readonly<Record<string, string>>) {
  return createRepoOwners(new Map(Object.entries(files).flatMap(([place, text]) => {
    const file = parseOwners(text, noAliases);
    return file ? [[place, file] as const] : [];
  })), undefined, 'OWNERS');
}

test.each<{ name: string; said?: readonly ReturnType<typeof comment>[]; reviews?: readonly Review[]; settings?: object; want: readonly string[] }>([
  { name: 'the author approves by opening', want: ['author: Author self-approved'] },
  { name: 'unless that is turned off', settings: { require_self_approval: true }, want: [] },
  { name: 'the author takes it back', said: [comment('Author', '/approve cancel please')], want: [] },
  { name: 'the author says so as well', said: [comment('author', '/APPROVE\r\n')], want: ['author: Approved'] },
  { name: 'text after the command does not matter', said: [comment('Bob', '/approve this')], want: ['author: Author self-approved', 'Bob: Approved'] },
  { name: 'other words are other commands', said: [comment('bob', '/approved\n/approve-it')], want: ['author: Author self-approved'] },
  { name: 'remove-approve', said: [comment('bob', '/approve', 1), comment('bob', '/remove-approve', 2)], want: ['author: Author self-approved'] },
  { name: 'no-issue outlives a plain approval', said: [comment('bob', '/approve no-issue', 1), comment('bob', '/approve', 2)], want: ['author: Author self-approved', 'bob: Approved no-issue'] },
  { name: '/lgtm where it counts', settings: { lgtm_acts_as_approve: true }, said: [comment('bob', '/lgtm')], want: ['author: Author self-approved', 'bob: LGTM'] },
  { name: '/lgtm cancel of the author where it counts', settings: { lgtm_acts_as_approve: true }, said: [comment('author', '/lgtm cancel')], want: [] },
  { name: '/lgtm in a review does not count elsewhere', reviews: [review('bob', 'CHANGES_REQUESTED', '/lgtm')], want: ['author: Author self-approved'] },
  { name: '/lgtm beside a cancel does not count elsewhere', said: [comment('bob', '/approve cancel\n/lgtm')], want: ['author: Author self-approved'] },
  { name: 'a review approves', reviews: [review('bob', 'approved')], want: ['author: Author self-approved', 'bob: Approved'] },
  { name: 'reviews do not count where that is turned off', settings: { ignore_review_state: true }, reviews: [review('bob', 'APPROVED')], want: ['author: Author self-approved'] },
  { name: 'changes requested', said: [comment('bob', '/approve', 1)], reviews: [review('bob', 'CHANGES_REQUESTED', '', 2)], want: ['author: Author self-approved'] },
  { name: 'a command in a review wins over its state', reviews: [review('bob', 'APPROVED', '/approve cancel')], want: ['author: Author self-approved'] },
  { name: 'a command wins over changes requested', reviews: [review('bob', 'CHANGES_REQUESTED', '/approve')], want: ['author: Author self-approved', 'bob: Approved'] },
  { name: 'a dismissed review leaves an older approval', said: [comment('bob', '/approve', 1)], reviews: [review('bob', 'DISMISSED', '', 2)], want: ['author: Author self-approved', 'bob: Approved'] },
  { name: 'bots do not count', said: [comment(BOT, '/approve'), comment('robot[bot]', '/approve')], reviews: [review('robot[bot]', 'APPROVED', '', 2, 'Bot')], want: ['author: Author self-approved'] },
  { name: 'in the order of time, not of kind', said: [comment('bob', '/approve cancel', 5)], reviews: [review('bob', 'APPROVED', '', 9)], want: ['author: Author self-approved', 'bob: Approved'] },
])('4.2.3 approvals: $name', ({ said = [], reviews = [], settings = {}, want }) => {
  const found = collectApprovals({ author: 'author', url: 'https://p/1', comments: said, reviewComments: [], reviews }, ApproveEntry.parse(settings), identity);
  expect([...found.values()].map(({ login, how, noIssue }) => `${login}: ${how}${noIssue ? ' no-issue' : ''}`)).toEqual(want);
});

test.each<[body: string, want: number | undefined]>([
  ['Fixes #12 and #13', 12], ['see https://github.com/o/other/issues/7', 7], ['see https://github.com/else/other/issues/7', undefined], ['nothing', undefined], ['#0', undefined],
])('4.2.4 issue of %j', (body, want) => expect(associatedIssue('o', body)).toBe(want));

const who = (name: string) => `approvers: [${name}]\n`;
const alone = (name: string) => `options: {no_parent_owners: true}\n${who(name)}`;

test.each<{ name: string; files: Readonly<Record<string, string>>; want: readonly string[] }>([
  { name: 'below one another', files: { a: who('x'), 'a/combo': who('y'), 'a/d': who('z'), b: who('u'), c: who('v') }, want: ['a', 'b', 'c'] },
  { name: 'no_parent_owners itself', files: { a: who('x'), 'a/combo': alone('y') }, want: ['a', 'a/combo'] },
  { name: 'no_parent_owners between', files: { a: who('x'), 'a/b': 'options: {no_parent_owners: true}\n', 'a/b/combo': who('y') }, want: ['a', 'a/b/combo'] },
  { name: 'no_parent_owners above', files: { a: who('x'), 'a/b': alone('y'), 'a/b/combo': who('z') }, want: ['a', 'a/b'] },
  { name: 'filters above leave the one below', files: { a: 'filters: {"\\\\.go$": {approvers: [x]}}\n', 'a/b': who('y') }, want: ['a', 'a/b'] },
])('4.2.4 places to ask: $name', ({ files, want }) => {
  const paths = Object.entries(files).flatMap(([dir, text]) => (text.includes('approvers') ? [dir === 'a/b' && want.includes('a/b') && text === who('y') ? `${dir}/x.md` : `${dir}/x.go`] : []));
  expect([...coverageOf(paths, owners(files)).keys()]).toEqual(want);
});

const auto = { '': who('alice'), a: 'options: {auto_approve_unowned_subfolders: true}\napprovers: [art]\n', 'a/d': who('dan'), b: who('bill') };

test.each<{ name: string; paths: readonly string[]; open: readonly string[]; tree?: Readonly<Record<string, string>> }>([
  { name: 'in the folder itself', paths: ['a/test.go'], open: ['a'] },
  { name: 'in a folder of nobody', paths: ['a/new/test.go'], open: [] },
  { name: 'deeper', paths: ['a/new/er/test.go'], open: [] },
  { name: 'in a folder of somebody', paths: ['a/d/x.go'], open: ['a/d'] },
  { name: 'beside another folder', paths: ['b/x.go', 'a/new/x.go'], open: ['b'] },
  { name: 'files of the root are not below it', paths: ['x.go'], open: [''], tree: { '': 'options: {auto_approve_unowned_subfolders: true}\napprovers: [alice]\n' } },
  { name: 'nobody at all', paths: ['new/x.go'], open: [], tree: { '': 'options: {auto_approve_unowned_subfolders: true}\n' } },
])('4.2.4 approved by itself: $name', ({ paths, open, tree = auto }) => {
  const all = owners(tree);
  expect(unapproved(coverageOf(paths, all), new Set())).toEqual(open);
  expect(assess(pull(), paths, new Map(), all, { issue_required: false }).met).toBe(open.length === 0);
});

const pull = (over: object = {}) => ({ org: 'o', name: 'r', number: 1, body: '', baseRef: 'main', assignees: [], ...over });
const approvals = (...logins: readonly string[]): Approvals => new Map(logins.map((login) => [login.toLowerCase(), { login, how: 'Approved', url: 'https://c/1', noIssue: false }]));

test('nothing changed is never approved', () => expect(assess(pull(), [], approvals('alice'), owners({ '': who('alice') }), { issue_required: false }).met).toBe(false));

const people: Readonly<Record<string, readonly string[]>> = { '': ['alice', 'bob'], a: ['art', 'anne'], b: ['bill', 'ben', 'barbara'], c: ['chris', 'carol'], 'a/d': ['david', 'dan', 'debbie'], 'a/combo': ['eve', 'erin', 'david', 'dan', 'debbie', 'chris', 'carol'] };
const world = owners(Object.fromEntries(Object.entries(people).map(([dir, names]) => [dir, `approvers: [${names.join(', ')}]\n`])));

test.each<{ name: string; paths: readonly string[]; approved?: readonly string[]; assigned?: readonly string[]; want: readonly (readonly string[])[] }>([
  { name: 'root', paths: ['x'], approved: ['alice'], want: [] },
  { name: 'one covers both', paths: ['a/combo/x', 'a/d/x'], approved: ['dan'], want: [] },
  { name: 'one half covered', paths: ['a/combo/x', 'a/d/x'], approved: ['eve', 'erin'], want: [people['a/d'] ?? []] },
  { name: 'both at once', paths: ['a/combo/x', 'a/d/x'], want: [people['a/d'] ?? []] },
  { name: 'one each', paths: ['a/x', 'b/x', 'c/x'], want: [people['a'] ?? [], people['b'] ?? [], people['c'] ?? []] },
  { name: 'two approved', paths: ['a/x', 'b/x', 'c/x'], approved: ['art', 'ben'], want: [people['c'] ?? []] },
  { name: 'two assigned', paths: ['a/x', 'b/x', 'c/x'], assigned: ['art', 'ben', 'john', 'jack'], want: [['art'], ['ben'], people['c'] ?? []] },
  { name: 'an assignee of a parent', paths: ['a/x'], assigned: ['alice'], want: [['alice']] },
])('4.2.6 suggestions: $name', ({ paths, approved = [], assigned = [], want }) => {
  for (const number of [0, 1, 2, 17, 4711]) {
    const facts = { current: new Set(approved), assigned: new Set(assigned), number };
    const cc = suggestApprovers(coverageOf(paths, world), facts);
    expect(cc).toHaveLength(want.length);
    for (const group of want) expect(cc.filter((login) => group.includes(login))).toHaveLength(1);
    expect(suggestApprovers(coverageOf(paths, world), facts)).toEqual(cc);
  }
});

test('different pull requests ask different people', () => {
  const asked = new Set(Array.from({ length: 50 }, (_, number) => suggestApprovers(coverageOf(['b/x'], world), { current: new Set(), assigned: new Set(), number }).join()));
  expect([...asked].sort()).toEqual(['barbara', 'ben', 'bill']);
});

test.each<{ name: string; body?: string; said: Approvals; met: boolean }>([
  { name: 'no issue', said: approvals('alice'), met: false },
  { name: 'an issue', body: 'Fixes #3', said: approvals('alice'), met: true },
  { name: 'one of two says no-issue', said: new Map([...approvals('alice'), ['bob', { login: 'bob', how: 'Approved', url: '', noIssue: true }]]), met: true },
  { name: 'somebody else says no-issue', said: new Map([...approvals('alice'), ['eve', { login: 'eve', how: 'Approved', url: '', noIssue: true }]]), met: false },
])('4.2.4 an issue is required: $name', ({ body = '', said, met }) => expect(assess(pull({ body }), ['x'], said, owners({ '': 'approvers: [alice, bob]\n' }), { issue_required: true }).met).toBe(met));

function told(paths: readonly string[], said: Approvals, over: { manual?: boolean; settings?: object; pull?: object } = {}) {
  const given = pull(over.pull);
  const settings = ApproveEntry.parse(over.settings ?? {});
  return notification({ pull: given, assessment: assess(given, paths, said, world, settings), manual: over.manual ?? false, settings, linkUrl: 'https://ghe.example/', fileAt: world.fileAt });
}

test('4.2.7: the notification of an approved pull request', () => {
  const body = told(['a/x', 'b/y'], approvals('Art', 'ben'));
  expect(body).toMatch(/^\[APPROVALNOTIFIER\] [^\n]*\*\*APPROVED\*\*\n\n/);
  expect(body).toContain('*<a href="https://c/1" title="Approved">Art</a>*, *<a href="https://c/1" title="Approved">ben</a>*');
  expect(body).toContain('- ~~[a/OWNERS](https://ghe.example/o/r/blob/main/a/OWNERS)~~ [Art]\n- ~~[b/OWNERS](https://ghe.example/o/r/blob/main/b/OWNERS)~~ [ben]');
  expect(body).toContain('(https://go.k8s.io/bot-commands?repo=o%2Fr)');
  expect(body).toContain('<details >');
  expect(body).toMatch(/\n<!-- META=\{"approvers":\[\]\} -->$/);
});

test('4.2.7: the notification of one that waits', () => {
  const body = told(['a/x', 'b/y'], approvals('ben'), { pull: { assignees: ['Anne'] } });
  expect(body).toMatch(/^\[APPROVALNOTIFIER\] [^\n]*\*\*NOT APPROVED\*\*\n\n/);
  expect(body).toContain('Waiting for approval from [anne](https://ghe.example/anne).');
  expect(body).toContain('- **[a/OWNERS](https://ghe.example/o/r/blob/main/a/OWNERS)**\n');
  expect(body).toContain('<details open>');
  expect(body).toMatch(/\n<!-- META=\{"approvers":\["anne"\]\} -->$/);
});

test('a label that was added by hand approves, and does not strike anything', () => {
  const body = told(['b/y'], approvals(), { manual: true });
  expect(body).toMatch(/^\[APPROVALNOTIFIER\] [^\n]*\*\*APPROVED\*\*\n\n/);
  expect(body).toContain('- **[b/OWNERS]');
  expect(body).toMatch(/META=\{"approvers":\["\w+"\]\} -->$/);
});

test.each<[name: string, entries: readonly (readonly [event: string, actor: string, label: string])[], want: boolean]>([
  ['by a person', [['labeled', BOT, 'approved'], ['labeled', 'erin', 'approved']], true],
  ['by us', [['labeled', 'erin', 'approved'], ['labeled', BOT, 'approved']], false],
  ['another label', [['labeled', 'erin', 'Approved'], ['labeled', 'erin', 'lgtm']], false],
  ['by nobody', [['labeled', '', 'approved']], false],
])('4.2.4 added by hand: %s', (_name, entries, want) => expect(addedByHand(entries.map(([event, actor, label]) => ({ event, actor, label, at: at(1) })), identity)).toBe(want));

test.each<{ name: string; former: readonly string[]; labelled: boolean; approved: boolean; style?: 'edit' | 'replace'; want: readonly string[] }>([
  { name: 'first', former: [], labelled: false, approved: true, want: ['comment.upsert', 'label.add'] },
  { name: 'nothing new', former: ['body\r\n\r\n<!-- prow:approve/notification -->'], labelled: true, approved: true, want: [] },
  { name: 'only the label', former: ['body'], labelled: true, approved: false, want: ['label.remove'] },
  { name: 'another text', former: ['other'], labelled: false, approved: false, want: ['comment.upsert'] },
  { name: 'two of them', former: ['other', 'body'], labelled: false, approved: false, want: ['comment.upsert'] },
  { name: 'two of them, upstream\'s way', former: ['other', 'body'], labelled: false, approved: false, style: 'replace', want: [] },
])('4.2.5, 4.2.7 actions: $name', ({ former, labelled, approved, style = 'edit', want }) => {
  const actions = decide({ pull: pull(), labelled, approved, body: 'body', former: former.map((body, n) => botComment(n + 1, body)), style });
  expect(actions.flatMap((action) => (action.kind === 'each' ? action.actions : [action])).map((action) => action.kind)).toEqual(want);
});
