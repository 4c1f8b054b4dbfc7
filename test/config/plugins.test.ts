import { expect, test } from '@jest/globals';
import { ConfigError } from '../../src/core/errors.js';
import { formatFinding } from '../../src/config/findings.js';
import { configFromText } from '../../src/config/load.js';
import { entryFor, forRepo } from '../../src/config/lookup.js';
import { approveFor, lgtmFor, ownersFilenames, triggerFor } from '../../src/config/plugins/entries.js';

const repo = { org: 'org', name: 'repo' };
const other = { org: 'org', name: 'other' };

const load = (plugins: string) => configFromText({ plugins });
const texts = (plugins: string) => load(plugins).warnings.map(formatFinding);

test.each<{ name: string; plugins: string; want: readonly string[] }>([
  { name: 'organisation and repository add up', plugins: 'plugins: {org: {plugins: [a, b]}, org/repo: {plugins: [c]}}', want: ['a', 'b', 'c'] },
  { name: 'an excluded repository only has its own', plugins: 'plugins: {org: {plugins: [p1, p2, p3], excluded_repos: [repo]}, org/repo: {plugins: [p3]}}', want: ['p3'] },
  { name: 'null entries are none', plugins: 'plugins: {org: , org/repo: {plugins: [a]}}', want: ['a'] },
  { name: 'the older form', plugins: 'plugins: {org: [a], org/repo: [b]}', want: ['a', 'b'] },
  { name: 'nothing', plugins: 'plugins: {elsewhere: {plugins: [a]}}', want: [] },
  { name: 'K5: names of GitHub have no case', plugins: 'plugins: {Org: {plugins: [p1]}, ORG/Repo: {plugins: [p2]}}', want: ['p1', 'p2'] },
  { name: 'K5: nor have those of excluded repositories', plugins: 'plugins: {Org: {plugins: [p1], excluded_repos: [REPO]}}', want: [] },
  { name: 'the exact name goes before others', plugins: 'plugins: {Org: {plugins: [p1]}, org: {plugins: [p2]}}', want: ['p2'] },
])('enabled plugins: $name', ({ plugins, want }) => expect(load(plugins).snapshot.pluginsFor(repo)).toEqual(want));

test('a repository named like a property of objects has none', () => expect(load('').snapshot.pluginsFor({ org: 'constructor', name: 'toString' })).toEqual([]));

test('the older form is warned of, mixed forms are refused', () => {
  expect(texts('plugins: {org: [a]}')).toEqual([expect.stringMatching(/^plugins\.yaml:1:1: plugins: the form .* is deprecated/)]);
  expect(() => load('plugins: {org: [a], org/repo: {plugins: [b]}}')).toThrow(ConfigError);
});

test('no plugins at all is a warning', () => expect(texts('')).toEqual(['plugins.yaml:1:1: no plugins are configured']));

test.each<[string, string, string]>([
  ['a plugin twice', 'plugins: {org: {plugins: [a]}, org/repo: {plugins: [a]}}', 'plugins.yaml:1:42: plugins["org/repo"]: enabled for org already: a'],
  ['an external plugin twice', 'external_plugins: {org: [{name: a}], org/repo: [{name: a}]}', 'plugins.yaml:1:48: external_plugins["org/repo"]: enabled for org already: a'],
  ['a repository in two approve entries', 'approve: [{repos: [org]}, {repos: [x, org]}]', 'plugins.yaml:1:39: approve[1].repos[1]: org is in approve[0] already'],
  ['an unknown comment style', 'comment_style: loud', 'plugins.yaml:1:16: comment_style: expected one of "quiet"|"upstream"'],
])('%s is refused', (_, plugins, want) => expect(() => load(plugins)).toThrow(want));

test('unknown keys are warned of, sections of plugins to come are not', () => {
  expect(texts('plugins: {org: {plugins: [a]}}\nsize: {s: 1, m: 1, l: 2, xl: 3, xxl: 4}\nblunderbuss: {request_count: 2}\nlgtm: [{repos: [org], reviews: true}]\n')).toEqual([
    'plugins.yaml:4:23: lgtm[0].reviews: unknown key, it has no effect',
  ]);
});

test('entries are found by repository first, then by organisation, and never merged', () => {
  const list = [{ repos: ['org'], at: 0 }, { repos: ['org/repo'], at: 1 }, { repos: ['org/repo', 'org'], at: 2 }];
  expect(entryFor(list, repo)?.at).toBe(1);
  expect(entryFor(list, other)?.at).toBe(0);
  expect(entryFor(list, { org: 'Org', name: 'repo' })).toBeUndefined();
  expect(forRepo({ 'org/repo': 1, org: 2, '*': 3 }, repo)).toBe(1);
  expect(forRepo({ org: 2, '*': 3 }, other)).toBe(2);
  expect(forRepo({ '*': 3 }, repo)).toBe(3);
  expect(forRepo<number>({}, { org: 'constructor', name: 'x' })).toBeUndefined();
});

test('sections have upstream’s defaults', () => {
  const { plugins } = load('triggers: [{repos: [org], trusted_org: trusted}]\nowners: {filenames: {org: {owners: O, owners_aliases: A}}}\nexternal_plugins: {org: [{name: x}]}').snapshot;
  expect(approveFor(plugins, repo)).toMatchObject({ issue_required: false, require_self_approval: false, commandHelpLink: 'https://go.k8s.io/bot-commands' });
  expect(lgtmFor(plugins, repo)).toMatchObject({ review_acts_as_lgtm: false, trusted_team_for_sticky_lgtm: '' });
  expect(triggerFor(plugins, repo)).toMatchObject({ join_org_url: 'https://github.com/orgs/trusted/people', org_invite: { prominent: { merged_pr_threshold: 3 } } });
  expect(plugins.owners.labels_denylist).toEqual(['approved', 'lgtm']);
  expect(load('owners: {labels_denylist: []}').snapshot.plugins.owners.labels_denylist).toEqual([]);
  expect(ownersFilenames(plugins, repo)).toEqual({ owners: 'O', owners_aliases: 'A' });
  expect(ownersFilenames(plugins, { org: 'else', name: 'x' })).toEqual({ owners: 'OWNERS', owners_aliases: 'OWNERS_ALIASES' });
  expect(plugins.external_plugins['org']).toEqual([{ name: 'x', endpoint: 'http://x', events: [], excluded_repos: [] }]);
  expect(plugins.comment_style).toBe('quiet');
});
