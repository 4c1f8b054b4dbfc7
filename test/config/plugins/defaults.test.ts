import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { PluginsConfig } from '../../../src/config/plugins/schema.js';
import { plugins, readPlugins } from './read.js';

test('an empty file has upstream’s defaults', () => {
  const { config_updater, ...rest } = plugins('');
  expect(rest).toEqual({
    plugins: {}, external_plugins: {}, approve: [], lgtm: [], triggers: [], comment_style: 'quiet', trusted_only: [], blockades: [], cherry_pick_approved: [], dco: {}, invalid_commit_msg: [],
    milestone_applier: {}, repo_milestone: {}, require_matching_label: [], welcome: [],
    owners: { mdyamlrepos: [], skip_collaborators: [], codeowners: [], labels_denylist: ['approved', 'lgtm'], filenames: {} },
    blunderbuss: { request_count: 2, max_request_count: 0, exclude_approvers: false, use_status_availability: false, ignore_drafts: false, ignore_authors: [] },
    rifle: { request_count: 2, max_request_count: 0, exclude_approvers: false, use_status_availability: false, ignore_drafts: false, ignore_authors: [] },
    branch_cleaner: { preserved_branches: {} },
    bugzilla: { orgs: {} },
    cat: { key_path: '' }, goose: { key_path: '' },
    cherry_pick_unapproved: { branchregexp: '^release-.*$', comment: expect.stringMatching(/`cherry-pick-approved`.*`do-not-merge\/cherry-pick-not-approved`/) },
    golint: { minimum_confidence: 0.8 },
    heart: { adorees: [], commentregexp: '' },
    help: { help_guidelines_url: 'https://git.k8s.io/community/contributors/guide/help-wanted.md', help_guidelines_summary: '' },
    jira: { disabled_jira_projects: [] },
    label: { additional_labels: [], restricted_labels: {}, enforce_restricted_labels: false },
    override: { allow_top_level_owners: false, allowed_github_teams: {} },
    project_config: { project_org_configs: {} }, project_manager: { orgsRepos: {} },
    release_note: { guidelines_url: 'https://git.k8s.io/community/contributors/guide/release-notes.md' },
    retitle: { allow_closed_issues: false },
    sigmention: { regexp: '(?m)@kubernetes/sig-([\\w-]*)-(misc|test-failures|bugs|feature-requests|proposals|pr-reviews|api-reviews)' },
    size: { s: 0, m: 0, l: 0, xl: 0, xxl: 0 },
    slack: { mentionchannels: [], mergewarnings: [] },
  });
  expect(Object.entries(config_updater.maps).map(([glob, { name }]) => [glob, name])).toEqual([['config/prow/config.yaml', 'config'], ['config/prow/plugins.yaml', 'plugins']]);
});

test('a null section or key is one that is not there, and so is an empty text', () => {
  const nothing = plugins('');
  expect(plugins(Object.keys(PluginsConfig.def.innerType.shape).map((key) => `${key}: null\n`).join(''))).toEqual(nothing);
  expect(plugins('owners: {labels_denylist: null}\nblunderbuss: {request_count: null, wait_for_status: null}\nhelp: {help_guidelines_url: ""}\ncherry_pick_unapproved: {branchregexp: "", comment: ""}\nsigmention: {regexp: ""}\ngolint: {minimum_confidence: null}\nconfig_updater: {maps: {}}\n'))
    .toEqual(nothing);
});

test.each<{ name: string; text: string; want: object }>([
  { name: 'a list of forbidden labels that is empty', text: 'owners: {labels_denylist: []}', want: { owners: { labels_denylist: [] } } },
  { name: 'half of the names of OWNERS files', text: 'owners: {filenames: {o: {owners: O}}}', want: { owners: { filenames: { o: { owners: 'O', owners_aliases: 'OWNERS_ALIASES' } } } } },
  { name: 'an empty status to wait for', text: 'rifle: {wait_for_status: {}}', want: { rifle: { wait_for_status: {
    context: 'tide', state: 'pending', description: 'Not mergeable. (PullRequest is missing sufficient approving GitHub review\\(s\\)|Needs (lgtm|approved|approved, lgtm) labels?)\\.?',
  } } } },
  { name: 'the last releases', text: 'cherry_pick_approved: [{org: o}]', want: { cherry_pick_approved: [{ org: 'o', branchregexp: '^release-.*$', approvers: [] }] } },
  { name: 'a grace period', text: 'require_matching_label: [{org: o, prs: true, regexp: x, missing_label: m}, {org: o, prs: true, regexp: x, missing_label: m, grace_period: 1m30s}, {org: o, prs: true, regexp: x, missing_label: m, grace_period: 0}]', want: {
    require_matching_label: [{ grace_period: 5_000 }, { grace_period: 90_000 }, { grace_period: 0 }],
  } },
  { name: 'a team for milestones', text: 'repo_milestone: {"": {maintainers_team: t}}', want: { repo_milestone: { '': { maintainers_team: 't', maintainers_friendly_name: 'SIG Chairs/TLs', maintainers_id: 0 } } } },
  { name: 'no threshold and no invitation', text: 'triggers: [{org_invite: {prominent: {merged_pr_threshold: 0}}}, {org_invite: null}]', want: {
    triggers: [{ org_invite: { prominent: { merged_pr_threshold: 0, disabled: false } } }, { org_invite: { prominent: { merged_pr_threshold: 3 } } }],
  } },
  { name: 'a compression that is set, one that is not', text: 'config_updater: {gzip: true, maps: {a: {name: x, gzip: false}, b: {name: q}}}', want: { config_updater: { gzip: true, maps: { a: { gzip: false }, b: { name: 'q' } } } } },
  { name: 'null entries of lists and maps', text: 'blockades: [null]\nlabel: {restricted_labels: {o: null}}\nmilestone_applier: {o/r: null}\nexternal_plugins: {o: null}\n', want: {
    blockades: [{ repos: [], blockregexps: [] }], label: { restricted_labels: { o: [] } }, milestone_applier: { 'o/r': {} }, external_plugins: { o: [] },
  } },
  { name: 'null for sign-offs, which is no entry', text: 'DCO: {o/r: null, o: {trusted_org: p}}', want: { dco: { o: { trusted_org: 'p' } } } },
  { name: 'numbers and switches for texts, and other spellings of keys', text: 'Milestone_Applier: {o/r: {main: 1.5, yes: 2}}\nwelcome: [{Repos: [o], ALWAYS_POST: on}]', want: {
    milestone_applier: { 'o/r': { main: '1.5', true: '2' } }, welcome: [{ repos: ['o'], always_post: true }],
  } },
])('$name', ({ text, want }) => {
  const { config, errors, warnings } = readPlugins(text);
  expect([...errors, ...warnings]).toEqual(['plugins.yaml:1:1: no plugins are configured']);
  expect(config).toMatchObject(want);
});

test('an entry of dco that is null is not there at all', () => expect(Object.keys(plugins('dco: {o/r: null, o: {}}').dco)).toEqual(['o']));

type Json = z.core.JSONSchema.BaseSchema;
/** The paths of all keys that are not described. */
function undescribed(schema: Json, path: string): readonly string[] {
  const parts = [...Object.entries(schema.properties ?? {}).map(([key, value]) => ({ key: `.${key}`, value, named: true })),
    ...[schema.additionalProperties, schema.items].map((value) => ({ key: '[]', value, named: false }))];
  return parts.flatMap(({ key, value, named }) => {
    if (typeof value !== 'object' || Array.isArray(value)) return [];
    const own = named && !(value as Json).description ? [path + key] : [];
    return [...own, ...undescribed(value as Json, path + key)];
  });
}

test('every key is described', () => {
  const schema = z.toJSONSchema(PluginsConfig, { io: 'input', unrepresentable: 'any' });
  expect(undescribed(schema, '')).toEqual([]);
  expect(Object.keys(schema.properties ?? {})).toHaveLength(37);
});
