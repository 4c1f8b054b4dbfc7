import { describe, expect, test } from '@jest/globals';
import { blockerSearches, coverage, mismatches, poolSearches, queryText, searchTime, statusSearches } from '../../src/tide/query.js';
import { TideQuery } from '../../src/config/prow/tide.js';
import { member } from './fixtures.js';

const query = (facts: object) => TideQuery.parse(facts);

test.each<{ of: object; want: string }>([
  { of: { orgs: ['acme'], labels: ['lgtm', 'a,b'], missingLabels: ['hold'], author: 'app/bot', milestone: 'v 1', reviewApprovedRequired: true, includedBranches: ['main', 'dev'] }, want: 'is:pr state:open archived:false author:"app/bot" base:"main" base:"dev" label:"lgtm" label:"a","b" -label:"hold" milestone:"v 1" review:approved org:"acme"' },
  { of: { orgs: ['acme'], excludedRepos: ['acme/x'], repos: ['other/y'], excludedBranches: ['old'] }, want: 'is:pr state:open archived:false -base:"old" org:"acme" -repo:"acme/x" repo:"other/y"' },
])('$want', ({ of, want }) => expect(queryText(query(of))).toBe(want));

test('one search for each query and organisation', () => {
  expect(poolSearches([query({ orgs: ['a', 'b'] }), query({ repos: ['a/x', 'a/y'] })]).map(({ org, index, text }) => [org, index, text.split('false ')[1]])).toEqual([
    ['a', 0, 'org:"a"'], ['b', 0, 'org:"b"'], ['a', 1, 'repo:"a/x" repo:"a/y"'],
  ]);
});

test('what all queries cover: an exclusion must be shared, and none who names the repository', () => {
  const queries = [
    query({ orgs: ['k8s'], excludedRepos: ['k8s/k8s'] }), query({ orgs: ['k8s'], excludedRepos: ['k8s/k8s', 'k8s/t-i'] }),
    query({ orgs: ['org2'], excludedRepos: ['org2/repo', 'org2/repo2', 'org2/repo3'] }), query({ repos: ['org2/repo3', 'alone/x'] }),
  ];
  expect(Object.fromEntries(coverage(queries))).toEqual({
    k8s: ['org:"k8s"', '-repo:"k8s/k8s"'], org2: ['org:"org2"', '-repo:"org2/repo"', '-repo:"org2/repo2"', 'repo:"org2/repo3"'], alone: ['repo:"alone/x"'],
  });
});

test('status searches start where the last one ended', () => {
  expect(statusSearches([query({ orgs: ['a'] })], () => Date.UTC(2020, 1, 2, 3, 4, 5, 678)).map(({ text }) => text)).toEqual(['is:pr state:open sort:updated-asc archived:false org:"a" updated:>=2020-02-02T03:04:05Z']);
});

test('blocker searches are sorted', () => {
  expect(blockerSearches([query({ orgs: ['org-a'], excludedRepos: ['org-a/repo-b'] })], 'tide/merge-blocker')).toEqual([{ org: 'org-a', text: '-repo:"org-a/repo-b" is:issue label:"tide/merge-blocker" org:"org-a" state:open' }]);
});

test('F-33: times are UTC, and never before 2007', () => expect(searchTime(0)).toBe('2007-01-01T00:00:00Z'));

describe('what a query misses', () => {
  test.each<{ name: string; of: object; facts?: Parameters<typeof member>[1]; want: readonly string[] }>([
    { name: 'nothing', of: { labels: ['lgtm'] }, want: [] },
    { name: 'labels', of: { labels: ['x', 'lgtm'], missingLabels: ['approved'] }, want: ['label_missing', 'label_forbidden'] },
    { name: 'one of the alternatives suffices', of: { labels: ['x,lgtm'] }, want: [] },
    { name: 'branch', of: { includedBranches: ['dev'] }, want: ['branch'] },
    { name: 'author', of: { author: 'hubot' }, want: ['author'] },
    { name: 'author with @ and other case', of: { author: '@OctoCat' }, want: [] },
    { name: 'author: an App in any spelling', of: { author: 'dependabot[bot]' }, facts: { author: { login: 'dependabot', type: 'Bot' } }, want: [] },
    { name: 'milestone', of: { milestone: 'v1' }, facts: { milestone: 'v2' }, want: ['milestone'] },
    { name: 'review', of: { reviewApprovedRequired: true }, facts: { review: 'review_required' }, want: ['review'] },
  ])('$name', ({ of, facts, want }) => expect(mismatches(query({ orgs: ['acme'], ...of }), member(1, facts)).map(({ kind }) => kind)).toEqual(want));

  test('scores are upstream\'s: branch, author and a label make 3001', () => {
    const missing = mismatches(query({ orgs: ['acme'], excludedBranches: ['main'], author: 'x', labels: ['y'] }), member(1));
    expect(missing.reduce((sum, { score }) => sum + score, 0)).toBe(3001);
  });
});
