import { expect, test } from '@jest/globals';
import { bugOptionsByBranch, bugOptionsFor } from '../../../src/config/plugins/bugOptions.js';
import { plugins } from './read.js';

const main = { org: 'o', name: 'r', branch: 'main' };
const optionsFor = (text: string, at = main) => bugOptionsFor(plugins(text).bugzilla, at);

test.each<{ name: string; text: string; want: object }>([
  { name: 'nothing', text: '', want: { allowed_groups: [] } },
  { name: 'a branch goes before any branch', text: 'bugzilla: {default: {"*": {is_open: true, target_release: a}, main: {target_release: b}}}', want: { is_open: true, target_release: 'b', allowed_groups: [] } },
  {
    name: 'repository before organisation before all', text: 'bugzilla: {default: {main: {target_release: a, is_open: true}}, orgs: {o: {default: {"*": {target_release: b}}, repos: {r: {branches: {main: {add_external_link: false}, "*": {add_external_link: true}}}}}}}',
    want: { is_open: true, target_release: 'b', add_external_link: false, allowed_groups: [] },
  },
  { name: 'another branch does not count', text: 'bugzilla: {default: {next: {is_open: true}}}', want: { allowed_groups: [] } },
  { name: 'a level that takes nothing over', text: 'bugzilla: {default: {"*": {is_open: true, allowed_groups: [a]}}, orgs: {o: {default: {main: {exclude_defaults: true, allowed_groups: [b]}}}}}', want: { exclude_defaults: true, allowed_groups: ['b'] } },
  { name: 'groups add up', text: 'bugzilla: {default: {"*": {allowed_groups: [c, a]}, main: {allowed_groups: [b, a]}}}', want: { allowed_groups: ['a', 'b', 'c'] } },
  {
    name: 'statuses become states', text: 'bugzilla: {default: {main: {statuses: [POST, NEW], valid_states: [{status: NEW}, {status: CLOSED, resolution: ERRATA}], dependent_bug_statuses: [VERIFIED], status_after_validation: POST, status_after_merge: MODIFIED}}}',
    want: {
      allowed_groups: [], valid_states: [{ status: 'CLOSED', resolution: 'ERRATA' }, { status: 'NEW', resolution: '' }, { status: 'POST', resolution: '' }],
      dependent_bug_states: [{ status: 'VERIFIED', resolution: '' }], state_after_validation: { status: 'POST', resolution: '' }, state_after_merge: { status: 'MODIFIED', resolution: '' },
    },
  },
  {
    name: 'a state goes before a status of its level, a status before a state above', want: { allowed_groups: [], state_after_validation: { status: 'A', resolution: '' }, state_after_merge: { status: 'D', resolution: '' } },
    text: 'bugzilla: {default: {"*": {state_after_merge: {status: C}}, main: {state_after_validation: {status: A}, status_after_validation: B, status_after_merge: D}}}',
  },
  { name: 'statuses take the place of states above', text: 'bugzilla: {default: {"*": {valid_states: [{status: A}]}, main: {statuses: [B]}}}', want: { allowed_groups: [], valid_states: [{ status: 'B', resolution: '' }] } },
  { name: 'no statuses at all ask for nothing', text: 'bugzilla: {default: {"*": {valid_states: [{status: A}]}, main: {statuses: []}}}', want: { allowed_groups: [] } },
  { name: 'no states at all allow none', text: 'bugzilla: {default: {"*": {valid_states: [{status: A}]}, main: {valid_states: []}}}', want: { allowed_groups: [], valid_states: [] } },
  { name: 'the one release is one more', text: 'bugzilla: {default: {main: {dependent_bug_target_releases: [a], dependent_bug_target_release: b}}}', want: { allowed_groups: [], dependent_bug_target_releases: ['a', 'b'] } },
  { name: 'the one release alone goes before those above', text: 'bugzilla: {default: {"*": {dependent_bug_target_releases: [a]}, main: {dependent_bug_target_release: b}}}', want: { allowed_groups: [], dependent_bug_target_releases: ['b'] } },
  { name: 'backporting survives, unlike upstream', text: 'bugzilla: {default: {"*": {enable_backporting: true}}}', want: { allowed_groups: [], enable_backporting: true } },
])('$name', ({ text, want }) => expect(optionsFor(text)).toEqual(want));

test('names of properties are no organisations, repositories or branches', () => {
  const text = 'bugzilla: {default: {"*": {is_open: true}}, orgs: {o: {repos: {r: {}}}}}';
  for (const at of [{ ...main, org: 'constructor' }, { ...main, name: 'toString' }, { ...main, branch: 'valueOf' }]) expect(optionsFor(text, at)).toEqual({ is_open: true, allowed_groups: [] });
});

test('branches are told apart where they differ from the rest', () => {
  const { bugzilla } = plugins(`
bugzilla:
  default: {'*': {is_open: true, valid_states: [{status: A}, {status: B}]}, same: {valid_states: [{status: B}, {status: A}]}, v1: {target_release: '1'}}
  orgs: {o: {default: {v2: {target_release: '2'}}, repos: {r: {branches: {v3: {is_open: false}}}}}}
`);
  expect([...bugOptionsByBranch(bugzilla, main).keys()]).toEqual(['*', 'v1', 'v2', 'v3']);
  expect([...bugOptionsByBranch(bugzilla, { org: 'p', name: 'r' }).keys()]).toEqual(['*', 'v1']);
});
