import { expect, test } from '@jest/globals';
import {
  approveFor, blockadesFor, cherryPickApprovedFor, dcoFor, externalPluginsFor, invalidCommitMsgFor, lgtmFor, mergeWarningFor, milestoneFor, milestoneTeamFor, overrideTeams,
  ownersFilenames, projectRightsFor, sizesOf, triggerFor, welcomeFor,
} from '../../../src/config/plugins/entries.js';
import { requiredLabelsFor, restrictedLabelsFor, sigMentions, type Item } from '../../../src/config/plugins/labelLookup.js';
import { isAdored, isAwaited, isPreservedBranch, managedColumnsFor, mayLinkJira, mayPush, runsCommitCheck } from '../../../src/config/plugins/matching.js';
import type { PluginsConfig } from '../../../src/config/plugins/schema.js';
import { plugins } from './read.js';

const repo = { org: 'o', name: 'r' };
const other = { org: 'o', name: 'x' };
const foreign = { org: 'constructor', name: 'toString' };

/** What a look-up finds for a repository that is named, for another one of its organisation, and for one of another. */
const three = (look: (at: typeof repo) => unknown) => [repo, other, foreign].map(look);

test.each<{ name: string; text: string; look: (config: PluginsConfig) => readonly unknown[]; want: readonly unknown[] }>([
  { name: 'approve', text: 'approve: [{repos: [o], issue_required: true}, {repos: [o/r], commandHelpLink: u}]', look: (c) => three((at) => [approveFor(c, at).issue_required, approveFor(c, at).commandHelpLink]),
    want: [[false, 'u'], [true, 'https://go.k8s.io/bot-commands'], [false, 'https://go.k8s.io/bot-commands']] },
  { name: 'lgtm', text: 'lgtm: [{repos: [o]}, {repos: [o/r, o], store_tree_hash: true}]', look: (c) => three((at) => lgtmFor(c, at).store_tree_hash), want: [true, false, false] },
  { name: 'triggers', text: 'triggers: [{repos: [o/r], join_org_url: j}, {repos: [o], trusted_org: p}]', look: (c) => three((at) => triggerFor(c, at).join_org_url), want: ['j', 'https://github.com/orgs/p/people', ''] },
  { name: 'welcome', text: 'welcome: [{repos: [o], message_template: org}, {repos: [o/r], message_template: repo}]', look: (c) => three((at) => welcomeFor(c, at).message_template), want: ['repo', 'org', ''] },
  { name: 'invalid_commit_msg', text: 'invalid_commit_msg: [{repos: [o], checks: [{name: fixupPrefix, disabled: true}, {name: fixupPrefix}]}, {repos: [o/r], checks: [{name: fixupPrefix}]}]',
    look: (c) => three((at) => [runsCommitCheck(invalidCommitMsgFor(c, at), 'fixupPrefix'), runsCommitCheck(invalidCommitMsgFor(c, at), 'issueClosingKeywords')]), want: [[true, true], [false, true], [true, true]] },
  { name: 'dco', text: 'dco: {"*": {trusted_org: all}, o: {trusted_org: org}, o/r: {trusted_apps: [a]}}', look: (c) => three((at) => dcoFor(c, at).trusted_org), want: ['', 'org', 'all'] },
  { name: 'dco with null', text: 'dco: {"*": {trusted_org: all}, o: null, o/r: null}', look: (c) => three((at) => dcoFor(c, at).trusted_org), want: ['all', 'all', 'all'] },
  { name: 'owners.filenames', text: 'owners: {filenames: {o: {owners: A}, o/r: {owners: B}}}', look: (c) => three((at) => ownersFilenames(c, at).owners), want: ['B', 'A', 'OWNERS'] },
  { name: 'override', text: 'override: {allowed_github_teams: {o: [a, b], o/r: [c, a]}}', look: (c) => three((at) => overrideTeams(c, at)), want: [['c', 'a', 'b'], ['a', 'b'], []] },
  { name: 'repo_milestone', text: 'repo_milestone: {o/r: {maintainers_team: a}, o: {maintainers_team: org}, "": {maintainers_team: b}}', look: (c) => three((at) => milestoneTeamFor(c, at)?.maintainers_team), want: ['a', 'org', 'b'] },
  { name: 'repo_milestone without a default', text: 'repo_milestone: {o/r: {}}', look: (c) => three((at) => milestoneTeamFor(c, at)?.maintainers_friendly_name), want: ['SIG Chairs/TLs', undefined, undefined] },
  { name: 'milestone_applier', text: 'milestone_applier: {o/r: {main: v2}, o: {main: never}}', look: (c) => [...three((at) => milestoneFor(c, { ...at, branch: 'main' })), milestoneFor(c, { ...repo, branch: 'toString' })], want: ['v2', undefined, undefined, undefined] },
  { name: 'project_config', text: 'project_config: {project_org_configs: {o: {org_maintainers_team_id: 5, org_default_column_map: {p: c}, project_repo_configs: {r: {repo_default_column_map: {q: d}}}}}}',
    look: (c) => three((at) => projectRightsFor(c, at)), want: [
      { team: 0, columns: { q: 'd' }, orgColumns: { p: 'c' } }, { team: 5, columns: { p: 'c' }, orgColumns: { p: 'c' } }, { team: -1, columns: {}, orgColumns: {} },
    ] },
  { name: 'cherry_pick_approved', text: 'cherry_pick_approved: [{org: o, repo: r, approvers: [a]}, {org: o, repo: r, approvers: [b]}, {org: o}]', look: (c) => three((at) => cherryPickApprovedFor(c, at)?.approvers), want: [['b'], undefined, undefined] },
  { name: 'slack.mergewarnings', text: 'slack: {mergewarnings: [{repos: [o], channels: [a]}, {repos: [o/r], channels: [b]}]}', look: (c) => three((at) => mergeWarningFor(c, at)?.channels), want: [['b'], ['a'], undefined] },
  { name: 'branch_cleaner', text: 'branch_cleaner: {preserved_branches: {o: ["keep-.*", "*"], o/r: [main]}}', look: (c) => [
    ...['main', 'not-main', 'keep-1', 'dokeep-1', 'keep1', '*'].map((branch) => isPreservedBranch(c, repo, branch)), isPreservedBranch(c, other, 'main'), isPreservedBranch(c, foreign, 'keep-1'),
  ], want: [true, true, true, true, false, true, false, false] },
  { name: 'blockades', text: 'blockades: [{repos: [o], branchregexp: ^release, blockregexps: [a, "("], exceptionregexps: ["["], explanation: e}, {repos: [o/r], blockregexps: ["("]}, {repos: [o/r], blockregexps: [b]}]', look: (c) => [
    blockadesFor(c, { ...repo, branch: 'release-1' }), blockadesFor(c, { ...other, branch: 'main' }), blockadesFor(c, { ...foreign, branch: 'release-1' }),
  ], want: [[{ block: ['a'], except: [], explanation: 'e' }, { block: ['b'], except: [], explanation: '' }], [], []] },
  { name: 'size', text: 'size: {m: 50, l: 0}', look: (c) => [sizesOf(c)], want: [{ s: 10, m: 50, l: 100, xl: 500, xxl: 1000 }] },
  { name: 'external_plugins', text: 'external_plugins: {o: [{name: a}, {name: b, events: [push]}], o/r: [{name: c, events: [status, push]}]}', look: (c) => [
    ...three((at) => externalPluginsFor(c, at, 'push').map(({ name }) => name)), externalPluginsFor(c, repo, 'issues').map(({ name }) => name),
  ], want: [['a', 'b', 'c'], ['a', 'b'], [], ['a']] },
  { name: 'heart', text: 'heart: {adorees: [Ann], commentregexp: "(?i)merged"}', look: (c) => [['ann', 'It is Merged!'], ['ann', 'no'], ['eve', 'merged']].map(([login = '', body = '']) => isAdored(c, { login, body })), want: [true, false, false] },
  { name: 'heart without an expression', text: 'heart: {adorees: [ann]}', look: (c) => [isAdored(c, { login: 'ann', body: 'merged' })], want: [false] },
  { name: 'jira', text: 'jira: {disabled_jira_projects: [Ent]}', look: (c) => ['ENT-1', 'enterprise-1', 'abc-ent-1'].map((issue) => mayLinkJira(c, issue)), want: [false, true, true] },
  {
    name: 'project_manager',
    text: 'project_manager: {orgsRepos: {o: {projects: {p: {columns: [{id: 1, org: o, state: closed, labels: [b]}, {name: m, org: o, state: all, labels: [A, b]}, {id: 2, org: o, labels: [a]}]}}}, x/r: {projects: {q: {columns: [{id: 3, org: o, labels: [c]}]}}}}}',
    look: (c) => [['a', 'B'], ['a'], ['c'], []].map((labels) => managedColumnsFor(c, { org: 'o', state: 'open', labels }).map(({ owner, project, column }) => `${owner} ${project} ${column.name}${column.id ?? ''}`)),
    want: [['o p m'], ['o p 2'], ['x/r q 3'], []],
  },
  { name: 'sigmention', text: 'sigmention: {regexp: "@o/sig-([a-z]+)(-bugs)?"}', look: (c) => [sigMentions(c, 'ask @o/sig-node-bugs, @o/sig-net and @o/sig-net again')], want: [[
    { mention: '@o/sig-node-bugs', sig: 'node', topic: '-bugs' }, { mention: '@o/sig-net', sig: 'net', topic: undefined },
  ]] },
  { name: 'sigmention without a group', text: 'sigmention: {regexp: "@o/sig-[a-z]+"}', look: (c) => [sigMentions(c, '@o/sig-node')], want: [[]] },
])('$name', ({ text, look, want }) => expect(look(plugins(text))).toEqual(want));

test('restricted labels of all levels add up, deeper ones after wider ones', () => {
  const config = plugins(`
label:
  restricted_labels:
    '*': [{label: Shared, allowed_users: [z, a], assign_on: [{label: x}]}, {label: wide}]
    o: [{label: shared, allowed_users: [m], allowed_teams: [t]}]
    o/r: [{label: SHARED, allowed_users: [a], allowed_teams: [s], assign_on: [{label: v}, {label: x}]}, {label: own, allowed_users: [z, a]}]
    p: [{label: foreign}]
`);
  expect([...restrictedLabelsFor(config, repo)]).toEqual([
    ['shared', { label: 'Shared', allowed_users: ['a', 'm', 'z'], allowed_teams: ['s', 't'], assign_on: [{ label: 'x' }, { label: 'v' }] }],
    ['wide', { label: 'wide', allowed_users: [], allowed_teams: [], assign_on: [] }],
    ['own', { label: 'own', allowed_users: ['z', 'a'], allowed_teams: [], assign_on: [] }],
  ]);
  expect([...restrictedLabelsFor(config, other).keys()]).toEqual(['shared', 'wide']);
  expect([...restrictedLabelsFor(plugins(''), foreign)]).toEqual([]);
});

const needs = plugins(`
require_matching_label:
- {org: o, issues: true, regexp: ^kind, missing_label: of-issues}
- {org: o, prs: true, regexp: ^kind, missing_label: of-pulls}
- {org: o, repo: r, prs: true, issues: true, branch: main, regexp: ^kind, missing_label: of-main}
- {org: o, repo: x, prs: true, issues: true, regexp: ^kind, missing_label: of-x}
`);
test.each<{ name: string; item: Item; want: readonly string[] }>([
  { name: 'an issue, whatever the branch', item: { ...repo, kind: 'issue' }, want: ['of-issues', 'of-main'] },
  { name: 'a pull request to the branch', item: { ...repo, kind: 'pull', branch: 'main' }, want: ['of-pulls', 'of-main'] },
  { name: 'a pull request to another branch', item: { ...repo, kind: 'pull', branch: 'next' }, want: ['of-pulls'] },
  { name: 'another repository', item: { ...other, kind: 'issue' }, want: ['of-issues', 'of-x'] },
  { name: 'another organisation', item: { ...foreign, kind: 'issue' }, want: [] },
])('require_matching_label: $name', ({ item, want }) => expect(requiredLabelsFor(needs, item).map(({ missing_label }) => missing_label)).toEqual(want));

test('who may push without a warning', () => {
  const warning = mergeWarningFor(plugins('slack: {mergewarnings: [{repos: [o], exempt_users: [WTeened, "@bot"], exempt_branches: {main: [Ann]}}]}'), repo);
  if (!warning) throw new Error('there is no warning');
  const may = (branch: string, ...logins: readonly string[]) => mayPush(warning, branch, logins);
  expect([may('next', 'wteened'), may('next', 'BOT'), may('main', 'eve', 'ann'), may('next', 'ann'), may('constructor', 'eve'), may('main')]).toEqual([true, true, true, false, false, false]);
});

test.each<{ description: string; context?: string; state?: string; want: boolean }>([
  { description: 'Not mergeable. Needs lgtm label.', want: true },
  { description: 'Not mergeable. Needs approved, lgtm labels.', want: true },
  { description: 'Not mergeable. PullRequest is missing sufficient approving GitHub review(s)', want: true },
  { description: 'Not mergeable. Needs rebase.', want: false },
  { description: 'Not mergeable. Needs lgtm label.', state: 'success', want: false },
  { description: 'Not mergeable. Needs lgtm label.', context: 'ci', want: false },
])('reviews wait for $context $state $description: $want', ({ description, context = 'tide', state = 'pending', want }) => {
  const wait = plugins('blunderbuss: {wait_for_status: {}}').blunderbuss.wait_for_status;
  expect(wait && isAwaited(wait, { context, state, description })).toBe(want);
});
