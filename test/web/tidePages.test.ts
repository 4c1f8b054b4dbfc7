import { expect, test } from '@jest/globals';
import type { MergeRecord, PoolPull, PoolView } from '../../src/core/ports/tide.js';
import { searchPulls, pullQuestion } from '../../src/web/pullSearch.js';
import { inLine, queryParts, type ShownQueries } from '../../src/web/pages/tide.js';
import { tideRoutes } from '../../src/web/tideRoutes.js';

const NOW = 1_000_000;
const pull = (number: number, more: Partial<PoolPull> = {}): PoolPull => ({
  number, title: `Change ${number}`, author: 'ann', url: `https://github.com/acme/shop/pull/${number}`, headSha: 'a'.repeat(40), headRef: `patch-${number}`, state: 'waiting',
  reasons: [{ kind: 'label_missing', text: 'Needs the label lgtm', clearedBy: 'a reviewer with /lgtm', since: undefined }], ...more,
});
const pool = (more: Partial<PoolView> = {}): PoolView => ({ org: 'acme', repo: 'shop', branch: 'main', baseSha: 'f'.repeat(40), at: NOW - 5_000, action: 'WAIT', target: [], blockers: [], error: undefined, pulls: [pull(7)], ...more });
const merge: MergeRecord = { org: 'acme', repo: 'shop', branch: 'main', number: 3, headSha: 'a', mergeSha: 'b'.repeat(40), baseSha: 'c', method: 'squash', readyAt: undefined, mergedAt: 0 };

function pages(pools: readonly PoolView[] = [pool()], queries: ShownQueries = { Queries: [], TideQueries: [] }) {
  const app = tideRoutes({ tide: { pools: async () => pools, merges: async () => [merge] }, queries: () => queries, jobs: true, linkUrl: () => 'https://github.com', clock: { now: () => NOW } }, { adminUrl: undefined });
  return async (path: string) => { const answer = await app.request(path); return { status: answer.status, text: await answer.text() }; };
}

test.each<{ path: string; status: number; says: readonly string[] }>([
  { path: '/pr?org=acme&repo=shop&number=7', status: 200, says: ['Needs the label lgtm', 'a reviewer with /lgtm', 'It does not merge yet.', 'Tide looked 5 s ago', '/jobs?repo=acme%2Fshop&amp;pull=7', 'data-live="/parts/pr?org=acme&amp;repo=shop&amp;number=7"'] },
  { path: '/pr?repo=ACME/shop&pr=7', status: 200, says: ['Needs the label lgtm'] },
  { path: '/pr?query=is:pr+repo:acme/shop+author:ann+head:patch-7', status: 200, says: ['It does not merge yet.'] },
  { path: '/pr?org=acme&repo=shop&number=3', status: 200, says: ['merged', 'as bbbbbbbbbbbb'] },
  { path: '/pr?org=acme&repo=shop&number=99', status: 404, says: ['Tide does not know acme/shop#99'] },
  { path: '/pr?query=nothing', status: 200, says: ['Tide knows no open pull request like that.', 'value="nothing"'] },
  { path: '/pr', status: 200, says: ['Change 7', 'why?'] },
  { path: '/tide', status: 200, says: ['Merge pools', 'Change 7', 'Tide has no queries.', 'data-live="/parts/tide"'] },
  { path: '/tide?repo=acme/other', status: 200, says: ['Tide knows of no branch of acme/other.'] },
])('$path', async ({ path, status, says }) => {
  const answer = await pages()(path);
  expect(answer.status).toBe(status);
  for (const text of says) expect(answer.text).toContain(text);
});

test('what strangers wrote is text, and only addresses of the web are links', async () => {
  const evil = pull(7, { title: '<script>alert(1)</script>', reasons: [{ kind: 'context_failing', text: '<b>bad</b>', clearedBy: '`<i>`', since: NOW - 120_000, url: 'javascript:alert(1)' }] });
  const { text } = await pages([pool({ pulls: [evil] })])('/pr?org=acme&repo=shop&number=7');
  expect(text).not.toMatch(/<script>alert|<b>bad|<i>|javascript:/);
  expect(text).toContain('(for 2 min)');
});

test('queries are shown with their searches', async () => {
  const { text } = await pages([], { Queries: ['is:pr label:"lgtm"'], TideQueries: [{ repos: ['acme/shop'], labels: ['lgtm', 'a,b'], missingLabels: ['hold'], reviewApprovedRequired: true }] })('/tide');
  expect(text.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')).toContain('in acme/shop with lgtm a or b without hold with an approving GitHub review search');
  expect(text).toContain('https://github.com/search?q=is%3Apr+label%3A%22lgtm%22&amp;type=pullrequests');
});

test('the place in line and the time are on both pages', async () => {
  const waits = pull(7, { state: 'pending', queue: { place: 2, of: 3, behind: 6 }, merge: { from: NOW + 600_000, to: NOW + 1_200_000, basis: 'runs', count: 20 } });
  const get = pages([pool({ pulls: [waits] })]);
  for (const path of ['/tide', '/pr?org=acme&repo=shop&number=7']) expect((await get(path)).text).toContain('It is number 2 of 3 in line, behind #6. It will probably merge in 10–20 minutes, from the last 20 runs of its jobs.');
});

test('JSON for programs', async () => {
  const get = pages();
  expect(JSON.parse((await get('/pr.js?org=acme&repo=shop&number=7')).text)).toMatchObject({ org: 'acme', repo: 'shop', number: 7, state: 'waiting', reasons: [{ kind: 'label_missing' }] });
  expect(JSON.parse((await get('/pr.js?org=acme&repo=shop&number=3')).text)).toMatchObject({ state: 'merged', method: 'squash' });
  expect((await get('/pr.js?org=acme&repo=shop&number=99')).status).toBe(404);
  expect((await get('/pr.js?query=x')).status).toBe(400);
});

test('those that merge first, then the line, then whoever waits for somebody', () => {
  const pulls = [pull(1), pull(2, { state: 'ready', queue: { place: 2, of: 2, behind: 4 } }), pull(3, { state: 'pending' }), pull(4, { state: 'ready', queue: { place: 1, of: 2, behind: undefined } }), pull(5, { state: 'merging' })];
  expect(inLine(pulls).map(({ number }) => number)).toEqual([5, 4, 2, 3, 1]);
});

const two = [pool({ pulls: [pull(7), pull(8, { author: 'dependabot[bot]', title: 'Bump left-pad' })] }), pool({ repo: 'other', branch: 'rel', pulls: [pull(7, { headRef: undefined })] })];
test.each<{ query: string; want: readonly string[] }>([
  { query: '', want: ['shop#7', 'shop#8', 'other#7'] },
  { query: 'is:pr state:open archived:false', want: ['shop#7', 'shop#8', 'other#7'] },
  { query: 'repo:Acme/Shop', want: ['shop#7', 'shop#8'] },
  { query: '-repo:acme/shop', want: ['other#7'] },
  { query: 'org:acme author:ANN', want: ['shop#7', 'other#7'] },
  { query: 'author:app/dependabot', want: ['shop#8'] },
  { query: 'base:rel', want: ['other#7'] },
  { query: 'head:patch-8', want: ['shop#8', 'other#7'] },
  { query: '#8', want: ['shop#8'] },
  { query: 'BUMP', want: ['shop#8'] },
  { query: '"left-pad"', want: ['shop#8'] },
  { query: 'org:nobody', want: [] },
])('search $query', ({ query, want }) => expect(searchPulls(query, two).map(({ pool: { repo }, pull: { number } }) => `${repo}#${number}`)).toEqual(want));

test.each([
  { asked: { org: 'a', repo: 'b', number: '12' }, want: { kind: 'one', issue: { org: 'a', name: 'b', number: 12 } } },
  { asked: { repo: 'a/b', pr: '12' }, want: { kind: 'one', issue: { org: 'a', name: 'b', number: 12 } } },
  { asked: { org: 'a', repo: 'b', number: '1x' }, want: { kind: 'search', text: 'repo:a/b' } },
  { asked: { org: 'a' }, want: { kind: 'search', text: 'org:a' } },
  { asked: { query: 'x', author: 'ann' }, want: { kind: 'search', text: 'x author:ann' } },
  { asked: {}, want: { kind: 'search', text: '' } },
])('asked $asked', ({ asked, want }) => expect(pullQuestion((name) => (asked as Record<string, string>)[name])).toEqual(want));

test('every part of a query is told in words', () => {
  const all = queryParts({ orgs: ['acme'], repos: ['o/r'], excludedRepos: ['acme/x'], includedBranches: ['main'], excludedBranches: ['rel'], labels: ['lgtm'], missingLabels: ['hold'], author: 'ann', milestone: 'v1', reviewApprovedRequired: true });
  expect(all.map(({ word, names }) => `${word} ${names.join(', ')}`)).toEqual(['in acme, o/r', 'not in acme/x', 'into main', 'not into rel', 'with lgtm', 'without hold', 'by ann', 'in milestone v1', 'with an approving GitHub review']);
  expect(queryParts({})).toEqual([]);
});
