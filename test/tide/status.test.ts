import { describe, expect, test } from '@jest/globals';
import { judge } from '../../src/tide/judge.js';
import { fingerprint, fitting, placeOf, targetUrl, verdictOf } from '../../src/tide/status.js';
import type { PoolMember } from '../../src/core/ports/merging.js';
import type { World } from '../../src/tide/judge.js';
import { NOW, QUERY, check, freeRules, member, poolRead, presubmit, running, snapshot, status, world } from './fixtures.js';
import { factsOf, refuse } from '../../src/tide/refusals.js';

const say = (facts: Partial<PoolMember>, tide: object = {}, more: Partial<World> = {}, config = snapshot(tide)) => {
  const one = member(1, facts);
  const all = world([one], more, config);
  const verdict = verdictOf(judge(one, all), all);
  return verdict && `${verdict.state}: ${verdict.title}`;
};
const blocker = (number: number) => ({ org: 'acme', name: 'app', number, title: 't', url: 'u' });
const red = check('build', { conclusion: 'failure' });
const many = Array.from({ length: 30 }, (_, n) => presubmit(`a-rather-long-name-of-a-job-${n}`));

test.each<{ name: string; said: ReturnType<typeof say>; want: string | undefined }>([
  { name: 'in the pool', said: say({}), want: 'success: In merge pool.' },
  { name: 'in the pool although GitHub blocks it (S26)', said: say({ mergeState: 'BLOCKED' }), want: 'success: In merge pool despite a merge block by GitHub.' },
  { name: 'policy `ignore` says nothing of the block', said: say({ mergeState: 'BLOCKED' }, { github_merge_blocks_policy: { '*': 'ignore' } }), want: 'success: In merge pool.' },
  { name: 'policy `block`', said: say({ mergeState: 'BLOCKED' }, { github_merge_blocks_policy: { acme: 'block' } }), want: 'error: Not mergeable. PR is blocked from merging by GitHub (branch protection, reviews or rulesets).' },
  { name: 'one label', said: say({ labels: ['approved'] }), want: 'pending: Not mergeable. Needs lgtm label.' },
  { name: 'two labels', said: say({ labels: [] }), want: 'pending: Not mergeable. Needs approved, lgtm labels.' },
  { name: 'alternatives', said: say({}, { queries: [{ orgs: ['acme'], labels: ['a,b'] }] }), want: 'pending: Not mergeable. Needs a or b label.' },
  { name: 'labels go before forbidden labels and checks (S28)', said: say({ labels: ['approved', 'do-not-merge/hold'], marks: [red] }), want: 'pending: Not mergeable. Needs lgtm label.' },
  { name: 'a hold', said: say({ labels: ['lgtm', 'approved', 'do-not-merge/hold'], marks: [red] }), want: 'pending: Not mergeable. Should not have do-not-merge/hold label.' },
  { name: 'a red check', said: say({ marks: [red] }), want: 'pending: Not mergeable. Job build has not succeeded.' },
  { name: 'a red status and check of one name are told once', said: say({ marks: [red, status('build', 'failure')] }), want: 'pending: Not mergeable. Job build has not succeeded.' },
  { name: 'two checks', said: say({ marks: [red, check('lint', running)] }), want: 'pending: Not mergeable. Jobs build, lint have not succeeded.' },
  { name: 'checks go before reviews', said: say({ marks: [red] }, { queries: [{ orgs: ['acme'], reviewApprovedRequired: true }] }), want: 'pending: Not mergeable. Job build has not succeeded.' },
  { name: 'a review', said: say({}, { queries: [{ orgs: ['acme'], reviewApprovedRequired: true }] }), want: 'pending: Not mergeable. PullRequest is missing sufficient approving GitHub review(s).' },
  { name: 'branch', said: say({ labels: [] }, { queries: [{ ...QUERY, excludedBranches: ['main'] }] }), want: 'pending: Not mergeable. Merging to branch main is forbidden.' },
  { name: 'author', said: say({ labels: [] }, { queries: [{ ...QUERY, author: 'hubot' }] }), want: 'pending: Not mergeable. Must be by author hubot.' },
  { name: 'milestone', said: say({ labels: [] }, { queries: [{ ...QUERY, milestone: 'v1' }] }), want: 'pending: Not mergeable. Must be in milestone v1.' },
  { name: 'conflict goes before everything', said: say({ mergeable: 'conflicting', labels: [] }), want: 'error: Not mergeable. PR has a merge conflict.' },
  { name: 'S25: contradicting method labels', said: say({ labels: ['s', 'r'] }, { squash_label: 's', rebase_label: 'r' }), want: 'error: Not mergeable. PR has conflicting merge method override labels.' },
  { name: 'draft', said: say({ draft: true }), want: 'pending: Not mergeable. PR is a draft.' },
  { name: 'behind', said: say({ mergeState: 'BEHIND' }, {}, { read: poolRead([], { rules: { ...freeRules, strict: true } }) }), want: 'pending: Not mergeable. Branch is out of date with main.' },
  { name: 'blockers go before labels', said: say({ labels: [] }, {}, { blockers: [blocker(5), blocker(7)] }), want: 'error: Not mergeable. Merging is blocked by issues 5, 7.' },
  { name: 'a refusal of GitHub', said: say({}, {}, { refusals: new Map([[1, refuse(undefined, { message: 'no\u0000\nway', now: NOW, facts: factsOf(member(1), freeRules, 'r1') })]]) }), want: 'error: Not mergeable. GitHub refused to merge: no way.' },
  { name: 'the nearest of two queries', said: say({ labels: ['lgtm'] }, { queries: [{ orgs: ['acme'], labels: ['a', 'b'] }, QUERY] }), want: 'pending: Not mergeable. Needs approved label.' },
  { name: 'all queries, where asked for', said: say({ labels: ['lgtm'] }, { display_all_tide_queries_in_status: true, queries: [{ orgs: ['acme'], labels: ['a'] }, QUERY] }), want: 'pending: Not mergeable. Needs a label. OR Needs approved label.' },
  { name: 'S29: no query for the branch', said: say({}, { display_all_tide_queries_in_status: true, queries: [{ ...QUERY, excludedBranches: ['main'] }] }), want: 'pending: Not mergeable. No Tide query for branch main found.' },
  { name: 'a job of ours on an older base', said: say({ marks: [status('unit')] }, {}, {}, snapshot({}, { presubmits: [presubmit('unit')] })), want: 'pending: Not mergeable. Retesting: unit' },
  { name: 'many of them: only their number', said: say({ marks: many.map((job) => status(job.context)) }, {}, {}, snapshot({}, { presubmits: many })), want: 'pending: Not mergeable. Retesting 30 jobs.' },
  { name: 'what could not be read is not told', said: say({ unread: ['labels'] }), want: undefined },
])('$name', ({ said, want }) => expect(said).toBe(want));

test('a name that is too long is cut at 140 bytes, and never within a character', () => {
  const label = '😀'.repeat(60);
  const said = say({}, { queries: [{ orgs: ['acme'], labels: [label] }] }) ?? '';
  const title = said.slice('pending: '.length);
  expect(Buffer.byteLength(title)).toBeLessThanOrEqual(140);
  expect(title).toMatch(/\.\.\.$/);
  expect(() => encodeURIComponent(title)).not.toThrow();
});

test.each([
  { names: ['b', 'a', 'b'], want: ['a', 'b'] },
  { names: ['x'.repeat(80), 'y'], want: ['x'.repeat(80)] },
  { names: ['kind/api-change', 'kind/deprecation', 'priority/critical', 'release-note-none'], want: ['kind/api-change', 'kind/deprecation', 'priority/critical'] },
])('names that fit: $want', ({ names, want }) => expect(fitting(names)).toEqual(want));

test('the summary names every reason and who clears it, with nothing that mentions people or makes Markdown', () => {
  const one = member(1, { labels: [], marks: [check('@all [x](y)', { conclusion: 'failure' })] });
  const all = world([one]);
  const { summary } = verdictOf(judge(one, all), all) ?? { summary: '' };
  expect(summary).toContain('Needs the label lgtm. Cleared by: a reviewer with /lgtm.');
  expect(summary).toContain('Needs the label approved. Cleared by: an approver of the changed files with /approve.');
  expect(summary).not.toContain('@all');
  expect(summary.replace(/`[^`]*`/g, '')).not.toContain('[x](');
});

describe('where a verdict is written', () => {
  const verdict = { state: 'pending', title: 'Not mergeable.', summary: 's', url: '' } as const;
  const app = { kind: 'app', slug: 'prow' } as const;
  const own = (id: number, externalId: string) => check('tide', { id, app: 'prow', externalId });
  test.each([
    { name: 'an App, nothing there', marks: [], who: app, want: { kind: 'check', id: undefined, externalId: fingerprint(verdict) } },
    { name: 'an App, its check has ended and must wait again: a new one', marks: [own(3, 'x'), { ...own(4, 'y') }], who: app, want: { kind: 'check', id: undefined, externalId: fingerprint(verdict) } },
    { name: 'an App, its check waits for something else', marks: [own(3, 'x'), { ...own(4, 'y'), ...running }], who: app, want: { kind: 'check', id: 4, externalId: fingerprint(verdict) } },
    { name: 'an App, its check says so already', marks: [own(3, fingerprint(verdict))], who: app, want: undefined },
    { name: 'a check of another App is not ours', marks: [check('tide', { id: 3 })], who: app, want: { kind: 'check', id: undefined, externalId: fingerprint(verdict) } },
    { name: 'an App, and an old status: statuses go on', marks: [status('tide', 'success', 'In merge pool.')], who: app, want: { kind: 'status' } },
    { name: 'a token', marks: [], who: { kind: 'token', slug: 'bot' } as const, want: { kind: 'status' } },
    { name: 'a token, and its status says so already', marks: [status('tide', 'pending', 'Not mergeable.')], who: { kind: 'token', slug: 'bot' } as const, want: undefined },
      { name: 'an App that is told to write statuses', marks: [], who: app, as: { 'acme/app': 'status' }, want: { kind: 'status' } },
    { name: 'an App that is told to write statuses, where its check is: the check goes on', marks: [{ ...own(4, 'y'), ...running }], who: app, as: { '*': 'status' }, want: { kind: 'check', id: 4, externalId: fingerprint(verdict) } },
    { name: 'an App that is told to write statuses elsewhere', marks: [], who: app, as: { '*': 'status', 'acme/app': 'check' }, want: { kind: 'check', id: undefined, externalId: fingerprint(verdict) } },
  ])('$name', ({ marks, who, as = {}, want }) => expect(placeOf(verdict, member(1, { marks }), who, snapshot({ report_as: as }).prow.tide)).toEqual(want));
});

test.each([
  { tide: {}, want: '' },
  { tide: { target_urls: { '*': 'https://a', 'acme/app': 'https://b' } }, want: 'https://b' },
  { tide: { pr_status_base_urls: { '*': 'https://prow/pr?x=1' } }, want: 'https://prow/pr?x=1&query=is%3Apr+repo%3Aacme%2Fapp+author%3Aoctocat+head%3Apatch-1' },
])('target URL: $want', ({ tide, want }) => expect(targetUrl(snapshot(tide).prow.tide, member(1))).toBe(want));
test('the target URL names an App as GitHub searches for one', () => {
  expect(targetUrl(snapshot({ pr_status_base_urls: { '*': 'https://prow/pr' } }).prow.tide, member(1, { author: { login: 'renovate', type: 'Bot' } }))).toContain('author%3Aapp%2Frenovate');
});
