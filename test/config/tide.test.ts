import { expect, test } from '@jest/globals';
import { configFromText } from '../../src/config/load.js';
import { mergeProtectionFor } from '../../src/config/prow/protectionLookup.js';
import { contextOptionsFor, mergeMethodFor, queryCovers } from '../../src/config/prow/tideLookup.js';

const repo = { org: 'org', name: 'repo' };
const tide = (yaml: string) => configFromText({ config: `tide: ${yaml}\n` }).snapshot.prow.tide;

test('an empty file has upstream’s defaults', () => {
  expect(tide('{}')).toMatchObject({ sync_period: 60_000, status_update_period: 60_000, max_goroutines: 20, queries: [], merge_method: {} });
  expect(tide('{sync_period: 2m}').status_update_period).toBe(120_000);
  expect(tide('{target_url: "https://x"}').target_urls).toEqual({ '*': 'https://x' });
});

test.each<[string, string]>([
  ['{}', 'merge'],
  ['{org: squash}', 'squash'],
  ['{org: squash, org/repo: rebase}', 'rebase'],
  ['{org: {repo: rebase}}', 'rebase'],
  ['{org: {"*": rebase}}', 'rebase'],
  ['{org: {"*": rebase, repo: squash}}', 'squash'],
  ['{org: {"*": {main: rebase}, repo: {other: squash}}}', 'merge'],
  ['{org: {repo: {"ma.n": squash}}, org/repo: rebase}', 'squash'],
  ['{org: {repo: {b: squash, "^m": rebase, "ma": squash}}}', 'rebase'],
  ['{org: {repo: {other: squash}}, org/repo: rebase}', 'rebase'],
  ['{org: {repo: {main: squash}}, org/repo@main: rebase}', 'rebase'],
  ['{org/repo@other: rebase}', 'merge'],
])('merge_method %s merges org/repo@main by %s', (methods, want) => expect(mergeMethodFor(tide(`{merge_method: ${methods}}`).merge_method, repo, 'main')).toBe(want));

test.each<[string, RegExp]>([
  ['{merge_method: {org: fast}}', /tide\.merge_method\.org: expected one of/],
  ['{merge_method: {org: {repo: {"(": squash}}}}', /tide\.merge_method\.org\.repo\["\("\]: expected an RE2 expression/],
  ['{max_goroutines: -1}', /tide\.max_goroutines/],
  ['{target_url: a, target_urls: {x: b}}', /tide\.target_url: expected target_url or target_urls/],
  ['{pr_status_base_urls: {org: "https://x"}}', /expected an entry "\*"/],
  ['{github_merge_blocks_policy: {org: maybe}}', /github_merge_blocks_policy\.org: expected one of/],
  ['{queries: [{}]}', /tide\.queries\[0\]: expected orgs or repos/],
  ['{queries: [{orgs: [a/b]}]}', /tide\.queries\[0\]\.orgs\[0\]: expected the name of an organisation/],
  ['{queries: [{repos: [a]}]}', /repos\[0\]: expected ORG\/REPO/],
  ['{queries: [{orgs: [a], repos: [a/b]}]}', /repos\[0\]: expected a repository outside of orgs/],
  ['{queries: [{orgs: [a], excludedRepos: [b/c]}]}', /excludedRepos\[0\]: expected a repository of a listed organisation/],
  ['{queries: [{orgs: [a, a]}]}', /orgs\[1\]: expected each entry once/],
  ['{queries: [{orgs: [a], labels: [x], missingLabels: [x]}]}', /missingLabels\[0\]: expected a label that is not required/],
  ['{queries: [{orgs: [a], includedBranches: [x], excludedBranches: [y]}]}', /expected includedBranches or excludedBranches/],
])('%s is refused', (yaml, want) => expect(() => tide(yaml)).toThrow(want));

test('a query covers repositories by name or by organisation', () => {
  const [byOrg, byRepo] = tide('{queries: [{orgs: [org], excludedRepos: [org/x], labels: [l]}, {repos: [org/x]}]}').queries;
  if (!byOrg || !byRepo) throw new Error('no queries');
  const x = { org: 'org', name: 'x' };
  expect([queryCovers(byOrg, repo), queryCovers(byOrg, x), queryCovers(byRepo, repo), queryCovers(byRepo, x)]).toEqual([true, false, false, true]);
});

test('context options: deeper switches win, lists are united and sorted', () => {
  const { context_options: options } = tide(`{context_options: {skip-unknown-contexts: true, required-contexts: [b], orgs: {org: {required-contexts: [a],
    repos: {repo: {skip-unknown-contexts: false, branches: {main: {optional-contexts: [z]}}}}}}}}`);
  expect(contextOptionsFor(options, repo, 'main')).toMatchObject({ 'skip-unknown-contexts': false, 'required-contexts': ['a', 'b'], 'optional-contexts': ['z'], 'from-branch-protection': undefined });
  expect(contextOptionsFor(options, { org: 'constructor', name: 'x' }, 'main')).toMatchObject({ 'skip-unknown-contexts': true, 'required-contexts': ['b'] });
});

test.each<{ yaml: string; byJobs: readonly string[]; want: object | undefined }>([
  { yaml: '{protect: true}', byJobs: [], want: undefined },
  { yaml: '{orgs: {org: {protect: true}}}', byJobs: [], want: { protect: true, requiredContexts: [] } },
  { yaml: '{required_status_checks: {contexts: [b]}, orgs: {org: {protect: true, repos: {repo: {required_status_checks: {contexts: [a]}}}}}}', byJobs: ['c'], want: { requiredContexts: ['a', 'b', 'c'] } },
  { yaml: '{orgs: {org: {protect: true, required_status_checks: {contexts: [a]}, repos: {repo: {branches: {main: {protect: false}}}}}}}', byJobs: [], want: { protect: false, requiredContexts: [] } },
  { yaml: '{protect-tested-repos: true, orgs: {org: {}}}', byJobs: ['a'], want: { protect: true, requiredContexts: ['a'] } },
  { yaml: '{protect-tested-repos: true, orgs: {org: {}}}', byJobs: [], want: { protect: undefined } },
  { yaml: '{orgs: {org: {require_manually_triggered_jobs: true}}}', byJobs: ['a'], want: { requireManuallyTriggeredJobs: true, requiredContexts: [] } },
])('branch protection $yaml with $byJobs', ({ yaml, byJobs, want }) => {
  const found = mergeProtectionFor(configFromText({ config: `branch-protection: ${yaml}\n` }).snapshot.prow['branch-protection'], { ...repo, branch: 'main' }, byJobs);
  if (want === undefined) expect(found).toBeUndefined();
  else expect(found).toMatchObject(want);
});
