import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { problemsOf } from './problems.js';

const job = (name: string) => `presubmits: {o/r: [{name: ${name}, spec: {containers: [{}]}}]}\n`;
type Files = Readonly<Record<string, string | Buffer>>;

// Keys of config.yaml that may not stand in a supplemental file (config 2.2), each with a value; a default that is spelt out is refused, too.
const NOT_MERGED: Readonly<Record<string, string>> = {
  prowjob_namespace: 'default', pod_namespace: 'p', log_level: 'info', plank: '{max_concurrency: 1}', github: '{link_url: "https://github.com"}', owners_dir_denylist: '{default: [a]}', github_reporter: '{no_comment_repos: [o]}', default_job_timeout: '24h', disabled_clusters: '[c]',
  scheduler: '{enabled: true}', prowjob_default_entries: '[{repo: o}]', deck: '{google_analytics: g}', sinker: '{resync_period: 1h}', in_repo_config: '{enabled: {"*": true}}', push_gateway: '{endpoint: e}', jenkins_operators: '[{max_concurrency: 1}]', managed_webhooks: '{org_repo_config: {o: {token_created_after: 2019-01-01T00:00:00Z}}}',
  horologium: '{tick_interval: 1m}', gerrit: '{ratelimit: 5}', gangway: '{allowed_api_clients: [{gcp: {endpoint_api_consumer_type: PROJECT, endpoint_api_consumer_number: "1"}, allowed_jobs_filters: [{tenant_id: t}]}]}', moonraker: '{client_timeout: 10m}', pipeline: '{allow_concurrent_postsubmit_jobs: true}',
  pubsub_subscriptions: '{p: [s]}', pubsub_triggers: '[{project: p}]', status_error_link: 'l', config_version_sha: 's',
};
const NOT_MERGED_TIDE: Readonly<Record<string, string>> = {
  sync_period: '1m', status_update_period: '1m', max_goroutines: '20', batch_size_limit: '{o: 1}', prioritize_existing_batches: '{o: true}', github_merge_blocks_policy: '{o: permit}', target_url: 'u', target_urls: '{o: u}', pr_status_base_url: 'u', pr_status_base_urls: '{"*": u}', blocker_label: 'l', squash_label: 'l', rebase_label: 'l', merge_label: 'l',
  context_options: '{skip-unknown-contexts: true}', priority: '[{labels: [l]}]', display_all_tide_queries_in_status: 'true', merge_commit_template: '{o: {title: t}}', gerrit: '{ratelimit: 3}',
};
const only = (errors: readonly string[], rule: RegExp) => errors.filter((line) => rule.test(line));

test('config 2.2: keys that may not stand in a supplemental file, each at its place, even with their defaults', async () => {
  const { errors } = await problemsOf({ 'prow/x_prowconfig.yaml': [...Object.entries(NOT_MERGED).map(([key, value]) => `${key}: ${value}`), 'tide:', ...Object.entries(NOT_MERGED_TIDE).map(([key, value]) => `  ${key}: ${value}`)].join('\n') });
  const found = only(errors, /may not stand/).sort();
  const lines = Object.keys(NOT_MERGED).length;
  expect(found).toEqual([
    ...Object.keys(NOT_MERGED).map((key, at) => `prow/x_prowconfig.yaml:${at + 1}:1: ${key}: may not stand in a supplemental file`),
    ...Object.keys(NOT_MERGED_TIDE).map((key, at) => `prow/x_prowconfig.yaml:${lines + 2 + at}:3: tide.${key}: may not stand in a supplemental file`),
  ].sort());
});

test('config 2.2: zero values say nothing', async () => {
  const { errors } = await problemsOf({ 'prow/x_prowconfig.yaml': 'log_level: ""\nplank: {max_concurrency: 0}\ndeck:\ntide: {squash_label: "", priority: [], queries: [{orgs: [o]}]}\nscheduler: {enabled: false}\n' });
  expect(errors).toEqual([]);
});

test.each<[rule: string, files: Files, want: readonly string[]]>([
  ['config 2.2: a policy of one level in two files, even if equal', {
    'config.yaml': 'branch-protection: {protect: true, orgs: {o: {protect: true, repos: {r: {protect: true, branches: {b: {protect: true}}}}}}}\n',
    'prow/x_prowconfig.yaml': 'branch-protection:\n  protect: true\n  orgs:\n    o:\n      protect: true\n      repos:\n        r:\n          protect: true\n          branches:\n            b: {protect: true}\n',
  }, ['1:1: branch-protection', '4:5: branch-protection.orgs.o', '7:9: branch-protection.orgs.o.repos.r', '10:13: branch-protection.orgs.o.repos.r.branches.b'].map((place) => `prow/x_prowconfig.yaml:${place}: the policy of this level is set in another file already`)],
  ['config 2.2: each switch of branch protection in two files', { 'config.yaml': 'branch-protection: {protect-tested-repos: true, allow_disabled_policies: true, allow_disabled_job_policies: true, protect_repos_with_optional_jobs: true}\n', 'prow/x_prowconfig.yaml': 'branch-protection:\n  protect-tested-repos: true\n  allow_disabled_policies: false\n  allow_disabled_job_policies: true\n  protect_repos_with_optional_jobs: true\n' },
    ['protect-tested-repos', 'allow_disabled_policies', 'allow_disabled_job_policies', 'protect_repos_with_optional_jobs'].map((key, at) => `prow/x_prowconfig.yaml:${at + 2}:3: branch-protection.${key}: is set in another file already`)],
  ['config 2.2: a merge method, and a Slack reporter, in two supplemental files', { 'prow/x_prowconfig.yaml': 'tide: {merge_method: {o: squash}}\nslack_reporter_configs: {o: {channel: c}}\n', 'prow/y_prowconfig.yaml': 'tide:\n  merge_method:\n    o: squash\nslack_reporter_configs:\n  o: {channel: c}\n' },
    ['prow/y_prowconfig.yaml:5:3: slack_reporter_configs.o: is set in another file already', 'prow/y_prowconfig.yaml:3:5: tide.merge_method.o: is set in another file already']],
  ['config 2.2: a file merged with itself', { 'prow/x_prowconfig.yaml': 'branch-protection: {orgs: {o: {protect: true}}}\n', 'prow/y_prowconfig.yaml': 'branch-protection: {orgs: {o: {protect: true}}}\n' }, ['prow/y_prowconfig.yaml:1:28: branch-protection.orgs.o: the policy of this level is set in another file already']],
  ['config 2.1: all errors of supplemental files together', { 'prow/a/x_prowconfig.yaml': 'tide: {queries: [{}]}\n', 'prow/b/x_prowconfig.yaml': 'log_level: loud\n', 'prow/c/x_prowconfig.yaml': 'tide: {queries: [{orgs: [o, o]}]}\n' }, [
    'prow/a/x_prowconfig.yaml:1:18: tide.queries[0]: expected orgs or repos', 'prow/b/x_prowconfig.yaml:1:12: log_level: expected one of panic, fatal, error, warn, warning, info, debug, trace', 'prow/b/x_prowconfig.yaml:1:1: log_level: may not stand in a supplemental file',
    'prow/c/x_prowconfig.yaml:1:29: tide.queries[0].orgs[1]: expected each entry once, found "o" again',
  ]],
  ['config 2.3: a base name twice, whatever the folders', { 'jobs/a/x.yaml': job('a'), 'jobs/b/x.yaml': job('a'), 'jobs/c/x.yaml': '[' }, ['jobs/b/x.yaml:1:1: expected base names to be unique, but jobs/a/x.yaml is called x.yaml as well', 'jobs/c/x.yaml:1:1: expected base names to be unique, but jobs/a/x.yaml is called x.yaml as well']],
  ['config 2.3: jobs of one name in two files', { 'jobs/a.yaml': job('a'), 'jobs/b.yaml': job('a') }, ['jobs/b.yaml:1:27: presubmits["o/r"][0].name: the job a is there twice for one branch']],
  ['config 2.3: a label of presets in two files, and in config.yaml', { 'config.yaml': 'presets: [{labels: {z: w}}]\n', 'jobs/a.yaml': 'presets: [{labels: {p: t}}]\n', 'jobs/b.yaml': 'presets:\n- labels: {p: t}\n- labels: {z: w}\n' }, ['jobs/b.yaml:2:15: presets[0].labels.p: expected each label of a preset once, but jobs/a.yaml has p: t as well', 'jobs/b.yaml:3:15: presets[1].labels.z: expected each label of a preset once, but config.yaml has z: w as well']],
  ['config 1.1: gzip that is none', { 'config.yaml': Buffer.from([0x1f, 0x8b, 1, 2]), 'jobs/a.yaml': Buffer.from([0x1f, 0x8b]) }, [expect.stringMatching(/^config\.yaml:1:1: cannot be read: /) as unknown as string, expect.stringMatching(/^jobs\/a\.yaml:1:1: cannot be read: /) as unknown as string]],
  ['config 1.1: bytes that are no UTF-8', { 'config.yaml': Buffer.from([...Buffer.from('log_level: info\n# '), 0xff]) }, ['config.yaml:2:3: expected text in UTF-8 without control characters, found bytes that are not']],
  ['config 3.2: what is for the main file', { 'plugins.yaml': 'plugins: {o: {plugins: [hold]}}\n', 'extra/x_pluginconfig.yaml': 'label:\n  additional_labels: [l]\nblunderbuss: {request_count: 2}\nowners: {skip_collaborators: [o]}\n' }, ['blunderbuss', 'owners'].map((key, at) => `extra/x_pluginconfig.yaml:${at + 3}:1: ${key}: may not stand in a supplemental file`).reverse().concat('extra/x_pluginconfig.yaml:2:3: label.additional_labels: may not stand in a supplemental file')],
  ['config 3.2: two supplemental files of one key', { 'plugins.yaml': '', 'extra/x_pluginconfig.yaml': 'plugins: {o: {plugins: [hold]}}\nexternal_plugins: {o: [{name: a}]}\nlabel: {restricted_labels: {"*": [{label: l}]}}\n', 'extra/y_pluginconfig.yaml': 'plugins:\n  o: {}\nexternal_plugins:\n  o: []\nlabel: {restricted_labels: {"*": [{label: l}]}}\n' }, [
    'extra/y_pluginconfig.yaml:2:3: plugins.o: is set in another file already', 'extra/y_pluginconfig.yaml:4:3: external_plugins.o: is set in another file already', 'extra/y_pluginconfig.yaml:5:43: label.restricted_labels["*"][0].label: l is restricted for "*" in another file already',
  ]],
  ['config 3.2: what repeats over files', { 'plugins.yaml': 'approve: [{repos: [o]}]\nwelcome: [{repos: [o]}]\n', 'extra/x_pluginconfig.yaml': 'approve: [{repos: [p]}, {repos: [o]}]\nwelcome: [{repos: [o]}]\n' }, ['extra/x_pluginconfig.yaml:1:34: approve[1].repos[0]: o is in approve[0] of plugins.yaml already', 'extra/x_pluginconfig.yaml:2:20: welcome[0].repos[0]: o is in welcome[0] of plugins.yaml already']],
])('%s', async (_, files, want) => expect((await problemsOf(files)).errors).toEqual(want));

test.each<[rule: string, more: Parameters<typeof problemsOf>[1], want: readonly string[]]>([
  ['config 2.1: config.yaml is a folder', { configPath: 'ROOT' }, ['.:1:1: cannot be read: EISDIR: illegal operation on a directory, read']],
  ['config 2.1: config.yaml is not there', { configPath: 'ROOT/gone.yaml' }, ["gone.yaml:1:1: cannot be read: ENOENT: no such file or directory, open 'gone.yaml'"]],
  ['config 2.1: a supplemental folder that is not there', { supplementalProwConfigDirs: ['ROOT/gone'], supplementalPluginConfigDirs: ['ROOT/away'], pluginConfigPath: 'ROOT/config.yaml' }, ["gone:1:1: cannot be read: ENOENT: no such file or directory, scandir 'gone'", "away:1:1: cannot be read: ENOENT: no such file or directory, scandir 'away'"]],
  ['config 2.3: jobs that are not there', { jobConfigPath: 'ROOT/jobs' }, ["jobs:1:1: cannot be read: ENOENT: no such file or directory, stat 'jobs'"]],
  ['config 3.1: plugins.yaml that is not there', { pluginConfigPath: 'ROOT/plugins.yaml' }, ["plugins.yaml:1:1: cannot be read: ENOENT: no such file or directory, open 'plugins.yaml'"]],
])('%s', async (_, more, want) => expect((await problemsOf({}, more)).errors).toEqual(want));

test.each<[rule: string, files: Files, more: Parameters<typeof problemsOf>[1], names: readonly string[]]>([
  ['config 2.3: one file has any name', { jobs: job('a') }, {}, ['a']],
  ['config 2.3: files that are ignored escape the rule about base names, and are not parsed', { 'jobs/.prowignore': 'b/\n', 'jobs/a/x.yaml': job('a'), 'jobs/b/x.yaml': '[', 'jobs/b/c/x.yaml': job('c') }, {}, ['a']],
  ['config 2.3: .prowignore at the root ignores all', { 'jobs/.prowignore': '*.yaml\n', 'jobs/a.yaml': '[', 'jobs/sub/b.yaml': '[', 'jobs/c.yml': job('c') }, {}, ['c']],
  ['config 2.3: .prowignore in a folder holds only there, and the deepest counts', { 'jobs/.prowignore': '*.yaml\n', 'jobs/a/.prowignore': '!*.yaml\n', 'jobs/a/x.yaml': job('a'), 'jobs/y.yaml': '[' }, {}, ['a']],
  ['config 2.3: config.yaml first, then files and folders in lexical order', { 'config.yaml': job('zero'), 'jobs/b.yaml': job('b'), 'jobs/a/z.yaml': job('z'), 'jobs/..data/n.yaml': '[', 'jobs/x.json': '[' }, {}, ['zero', 'z', 'b']],
  ['config 1.1: gzip', { 'config.yaml': gzipSync(job('a')), 'jobs/a.yaml': gzipSync(job('b')) }, {}, ['a', 'b']],
])('%s', async (_, files, more, names) => {
  const { errors, loaded } = await problemsOf(files, more);
  expect(errors).toEqual([]);
  expect(loaded?.snapshot.presubmits({ org: 'o', name: 'r' }).map(({ name }) => name)).toEqual(names);
});

test('config 2.1: supplemental files by suffix, by any, or none of plugins; names with two dots in front are skipped', async () => {
  const files = { 'prow/x_prowconfig.yaml': 'tide: {merge_method: {a: squash}}\n', 'prow/..data/y_prowconfig.yaml': '[', 'prow/z.yaml': 'tide: {merge_method: {b: squash}}\n', 'plugins.yaml': 'plugins: {o: {plugins: [hold]}}\n', 'extra/x_pluginconfig.yaml': 'plugins: {p: {plugins: [hold]}}\n' };
  const methods = async (more: Parameters<typeof problemsOf>[1]) => { const { errors, loaded } = await problemsOf(files, more); return [errors, Object.keys(loaded?.snapshot.prow.tide.merge_method ?? {}), [...(loaded?.snapshot.enabled.keys() ?? [])]]; };
  expect(await methods({})).toEqual([[], ['a'], ['o', 'p']]);
  expect(await methods({ supplementalProwConfigSuffix: '', supplementalPluginConfigSuffix: '' })).toEqual([[], ['a', 'b'], ['o']]);
  expect(await methods({ supplementalProwConfigSuffix: 'z.yaml' })).toEqual([[], ['b'], ['o', 'p']]);
});

test.each<[rule: string, files: Files, want: object]>([
  ['config 2.2: merging into nothing gives what is merged', { 'prow/x_prowconfig.yaml': 'branch-protection: {protect: true, orgs: {o: {protect: true}}}\ntide: {queries: [{orgs: [o]}], merge_method: {o: squash}}\nslack_reporter_configs: {o: {channel: c}}\n' }, { 'branch-protection': { protect: true, orgs: { o: { protect: true } } }, tide: { queries: [{ orgs: ['o'] }], merge_method: { o: 'squash' } }, slack_reporter_configs: { o: { channel: 'c' } } }],
  ['config 2.2: merging nothing changes nothing', { 'config.yaml': 'branch-protection: {protect: true}\ntide: {merge_method: {o: squash}}\n', 'prow/x_prowconfig.yaml': '' }, { 'branch-protection': { protect: true }, tide: { merge_method: { o: 'squash' } } }],
  ['config 2.2: levels of one organisation, and switches, from several files', { 'config.yaml': 'branch-protection: {protect: true, orgs: {o: {repos: {r: {protect: false}}}}}\n', 'prow/x_prowconfig.yaml': 'branch-protection: {protect-tested-repos: true, orgs: {o: {protect: true, repos: {r: {branches: {b: {protect: true}}}, s: {protect: true}}}}}\n' }, { 'branch-protection': { protect: true, 'protect-tested-repos': true, orgs: { o: { protect: true, repos: { r: { protect: false, branches: { b: { protect: true } } }, s: { protect: true } } } } } }],
])('%s', async (_, files, want) => {
  const { errors, loaded } = await problemsOf(files);
  expect(errors).toEqual([]);
  expect(loaded?.snapshot.prow).toMatchObject(want);
});

test('config 2.2: keys of jobs in a supplemental file have no effect, and that is said', async () => {
  const { warnings } = await problemsOf({ 'prow/x_prowconfig.yaml': 'presets: []\npresubmits: {}\npostsubmits: {}\nperiodics: []\ndecorate_all_jobs: true\nprow_ignored: 1\n' });
  expect(warnings).toEqual(['presets', 'presubmits', 'postsubmits', 'periodics', 'decorate_all_jobs'].map((key, at) => `prow/x_prowconfig.yaml:${at + 1}:1: ${key}: has no effect: a supplemental file holds no jobs`));
});
