import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { UsageError } from '../../src/cli/flags.js';
import { SECTION_OF } from '../../src/cli/checkconfigPlugins.js';
import { CHECK_NAMES, CHECKS, chosen } from '../../src/config/checks/registry.js';
import { PLUGIN_NAMES } from '../../src/config/plugins/names.js';
import { PluginsConfig } from '../../src/config/plugins/schema.js';
import { plugins } from '../../src/handlers/registry.js';
import { check, run, type Files } from './checkconfigRun.js';

const data = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

const spec = 'spec: {containers: [{}]}';
const decoration = '{utility_images: {clonerefs: c, initupload: i, entrypoint: e, sidecar: s}, gcs_configuration: {bucket: b, path_strategy: explicit}}';
const long = 'j'.repeat(64);
const query = (rest: string) => `tide:\n  queries:\n  - {orgs: [o], ${rest}}\n`;
const warnsOf: readonly (readonly [name: string, about: string, files: Files, want: readonly string[], args?: readonly string[]])[] = [
  ['mismatched-tide', 'a label that no plugin sets', { 'config.yaml': query('excludedRepos: [o/x], labels: [lgtm]'), 'plugins.yaml': 'plugins: {o/r: {plugins: [lgtm]}, o/x: {plugins: [cat]}}' }, ['config.yaml:3:47: tide.queries[0].labels: requires the label lgtm, but the plugin lgtm is not enabled for o/*']],
  ['mismatched-tide', 'a plugin whose label no query asks for', { 'config.yaml': query('labels: []'), 'plugins.yaml': 'plugins: {o: {plugins: [hold], excluded_repos: [x]}, else: {plugins: [hold]}}' }, ['config.yaml:3:5: tide.queries[0].missingLabels: should have the label do-not-merge/hold, since the plugin hold is enabled for o/*']],
  ['mismatched-tide', 'an external plugin', { 'config.yaml': query('missingLabels: [needs-rebase]'), 'plugins.yaml': 'external_plugins: {o/r: [{name: needs-rebase}]}' }, ['config.yaml:3:32: tide.queries[0].missingLabels: forbids the label needs-rebase, but the external plugin needs-rebase is not enabled for o/*']],
  ['mismatched-tide', 'queries that add up', { 'config.yaml': 'tide: {queries: [{orgs: [o], excludedRepos: [o/x], labels: [lgtm]}, {repos: [o/x], labels: [lgtm]}]}', 'plugins.yaml': 'plugins: {o: {plugins: [lgtm]}}' }, []],
  ['mismatched-tide-lenient', 'holds do not count', { 'config.yaml': query('labels: [approved], missingLabels: [do-not-merge/hold]'), 'plugins.yaml': 'plugins: {o: {plugins: [cat]}}' }, ['config.yaml:3:25: tide.queries[0].labels: requires the label approved, but the plugin approve is not enabled for o/*']],
  ['tide-strict-branch', 'everywhere', { 'config.yaml': `${query('labels: []')}branch-protection: {protect: true, required_status_checks: {strict: true}}` }, ['config.yaml:4:69: branch-protection.required_status_checks.strict: strict: true makes Tide rebase and retest every pull request; Tide itself merges only what was tested on the newest base']],
  ['tide-strict-branch', 'a branch of what Tide merges', { 'config.yaml': `${query('labels: []')}branch-protection: {orgs: {o: {protect: true, repos: {r: {branches: {b: {required_status_checks: {strict: true}}}}}}}}` }, ['config.yaml:4:107: branch-protection.orgs.o.repos.r.branches.b.required_status_checks.strict: strict: true makes Tide rebase and retest every pull request; Tide itself merges only what was tested on the newest base']],
  ['tide-strict-branch', 'elsewhere, or without protection', { 'config.yaml': `${query('labels: []')}branch-protection: {required_status_checks: {strict: true}, orgs: {else: {protect: true}, o: {protect: false}}}` }, []],
  ['tide-context-policy', 'a branch of a job', { 'config.yaml': 'tide: {context_options: {orgs: {o: {}}}}', 'jobs.yaml': `presubmits: {o/r: [{name: a, branches: [torn, fine], ${spec}}]}` }, ['config.yaml:1:36: tide.context_options.orgs.o.repos.r.branches.torn: o/r, branch torn: o/r contradicts itself']],
  ['non-decorated-jobs', 'a job of Kubernetes', { 'jobs.yaml': `periodics:\n- {name: a, interval: 1h, ${spec}}\n- {name: b, interval: 1h, agent: jenkins}` }, ['jobs.yaml:2:3: periodics[0]: a: is not decorated, so Prow keeps no logs of it']],
  ['valid-decoration-config', 'nothing is left after the load', { 'jobs.yaml': `presubmits: {o/r: [{name: a, decoration_config: ${decoration}, spec: {containers: [{command: [x]}]}}]}` }, []],
  ['long-job-names', 'a postsubmit', { 'jobs.yaml': `postsubmits:\n  o/r:\n  - name: ${long}\n    ${spec}` }, [`jobs.yaml:3:11: postsubmits["o/r"][0].name: ${long}: expected at most 63 characters, found 64`]],
  ['duplicate-job-refs', 'its own repository, and one twice', { 'jobs.yaml': `presubmits:\n  o/r:\n  - {name: a, ${spec}, extra_refs: [{org: o, repo: r}, {org: o, repo: x}, {org: o, repo: x}]}` }, ['jobs.yaml:3:54: presubmits["o/r"][0].extra_refs[0]: a: o/r is the job\'s own repository', 'jobs.yaml:3:92: presubmits["o/r"][0].extra_refs[2]: a: o/x is there twice']],
  ['periodic-default-clone-config', 'each key', { 'jobs.yaml': `periodics:\n- {name: a, interval: 1h, ${spec}, clone_depth: 1, path_alias: p}` }, ['jobs.yaml:2:66: periodics[0].clone_depth: a: has no effect here, say it in extra_refs', 'jobs.yaml:2:81: periodics[0].path_alias: a: has no effect here, say it in extra_refs']],
  ['needs-ok-to-test', 'beside lgtm', { 'config.yaml': query('labels: [lgtm], missingLabels: [needs-ok-to-test]') }, ['config.yaml:3:48: tide.queries[0].missingLabels: forbids needs-ok-to-test, which has no effect beside the required label lgtm']],
  ['managed-webhooks', 'an organisation and its repository', { 'config.yaml': 'managed_webhooks:\n  org_repo_config:\n    o: {}\n    o/r: {}\n    p/r: {}' }, ['config.yaml:4:5: managed_webhooks.org_repo_config["o/r"]: o has a hook for all of its repositories already']],
  ['validate-owners', 'by entry', { 'plugins.yaml': 'plugins:\n  o: {plugins: [approve], excluded_repos: [x]}\n  o/x: {plugins: [approve, verify-owners]}\n  p/r: {plugins: [owners-label]}' }, ['plugins.yaml:2:3: plugins.o: enables approve without verify-owners for o/*', 'plugins.yaml:4:3: plugins["p/r"]: enables owners-label without verify-owners for p/r']],
  ['missing-trigger', 'once a repository', { 'plugins.yaml': 'plugins: {o/x: {plugins: [trigger]}}', 'jobs.yaml': `presubmits:\n  o/x: [{name: a, ${spec}}]\n  o/r: [{name: a, ${spec}}, {name: b, ${spec}}]` }, ['jobs.yaml:3:9: presubmits["o/r"][0]: o/r has jobs, but the plugin trigger is not enabled for it']],
  ['validate-urls', 'a broken link', { 'plugins.yaml': 'plugins: {o: {plugins: [cat]}}', 'config.yaml': 'status_error_link: "http://[x"' }, ['config.yaml:1:20: status_error_link: expected a URL, found "http://[x"']],
  ['unknown-fields', 'the two main files', { 'config.yaml': 'plonk: {}\nplank: {x: 1}', 'plugins.yaml': 'sizes: {}', 'jobs.yaml': 'postsubmit: {}' }, ['config.yaml:1:1: plonk: unknown key, it has no effect', 'config.yaml:2:9: plank.x: unknown key, it has no effect', 'plugins.yaml:1:1: sizes: unknown key, it has no effect']],
  ['unknown-fields-all', 'every file', { 'config.yaml': 'plonk: {}', 'jobs/a.yaml': `periodics:\n- {name: a, interval: 1h, clusters: x, ${spec}}` }, ['config.yaml:1:1: plonk: unknown key, it has no effect', 'jobs/a.yaml:2:27: periodics[0].clusters: unknown key, it has no effect']],
  ['unknown-fields', 'of decoration in config.yaml', { 'config.yaml': 'plank:\n  default_decoration_config_entries:\n  - {repo: o, config: {gcs_configuration: {bukket: b}}}\nprowjob_default_entries: [{config: {tenant: t}}]', 'jobs.yaml': `periodics: [{name: a, interval: 1h, spec: {containers: [{imag: x}]}}]` }, ['config.yaml:3:44: plank.default_decoration_config_entries[0].config.gcs_configuration.bukket: unknown key, it has no effect', 'config.yaml:4:37: prowjob_default_entries[0].config.tenant: unknown key, it has no effect']],
  ['unknown-fields', 'of every section', {
    'config.yaml': 'deck: {spyglass: {lenses: [{lens: {name: x, config: {any: 1}}, nope: 1}]}, skip: 1}\nsinker: {age: 1h}\nslack_reporter_configs: {"*": {channel: c, chanel: c}}\nin_repo_config: {enable: {}}\npush_gateway: {url: x}\njenkins_operators: [{labels: x}]\nmanaged_webhooks: {org_repo_config: {o: {created_after: x}}}\nhorologium: {tick: 1m}\ngerrit: {orgs: []}\ngangway: {clients: []}\nmoonraker: {timeout: 1m}\npipeline: {concurrent: true}\npubsub_triggers: [{topic: x}]\nscheduler: {external: {cache: {timeout: 1m}}}\nbranch-protection: {restrictions: {user: []}}\nowners_dir_denylist: {repo: {}}\ntide: {merge_commit_template: {o: {text: x}}}',
  }, [
    'config.yaml:1:64: deck.spyglass.lenses[0].nope', 'config.yaml:1:76: deck.skip', 'config.yaml:2:10: sinker.age', 'config.yaml:3:44: slack_reporter_configs["*"].chanel', 'config.yaml:4:18: in_repo_config.enable', 'config.yaml:5:16: push_gateway.url', 'config.yaml:6:22: jenkins_operators[0].labels',
    'config.yaml:7:42: managed_webhooks.org_repo_config.o.created_after', 'config.yaml:8:14: horologium.tick', 'config.yaml:9:10: gerrit.orgs', 'config.yaml:10:11: gangway.clients', 'config.yaml:11:13: moonraker.timeout', 'config.yaml:12:12: pipeline.concurrent', 'config.yaml:13:20: pubsub_triggers[0].topic',
    'config.yaml:14:32: scheduler.external.cache.timeout', 'config.yaml:15:36: branch-protection.restrictions.user', 'config.yaml:16:23: owners_dir_denylist.repo', 'config.yaml:17:36: tide.merge_commit_template.o.text',
  ].map((place) => `${place}: unknown key, it has no effect`)],
  ['unknown-fields-all', 'of what a load keeps as it stands', {
    'jobs/a.yaml': 'presets: [{labels: {p: t}, env: [{name: X, vale: y}], volumes: [{name: v, emptydir: {medium: Memory, sizelimit: 1Gi, size: 1Gi}}]}]\npostsubmits:\n  o/r:\n  - name: a\n    spec: {containers: [{ARGS: [c], livenessProbe: {httpGet: {port: http, url: x}}}], nodeSelektor: {}}\n    decoration_config: {timeouts: 1h, utility_images: {clonerefs: c, initupload: i, entrypoint: e, sidecar: s}, gcs_configuration: {bucket: b, path_strategy: explicit}}\n    reporter_config: {slack: {chanel: c}}\n    rerun_auth_config: {github_team_slugs: [{org: o, team: t}]}\n    extra_refs: [{org: o, repo: x, branch: b}]\n    prowjob_defaults: {tenant: t}',
    'prow/x_prowconfig.yaml': 'tide: {querys: []}',
  }, [
    'prow/x_prowconfig.yaml:1:8: tide.querys', 'jobs/a.yaml:1:44: presets[0].env[0].vale', 'jobs/a.yaml:1:118: presets[0].volumes[0].emptydir.size', 'jobs/a.yaml:5:75: postsubmits["o/r"][0].spec.containers[0].livenessProbe.httpGet.url', 'jobs/a.yaml:5:87: postsubmits["o/r"][0].spec.nodeSelektor',
    'jobs/a.yaml:6:25: postsubmits["o/r"][0].decoration_config.timeouts', 'jobs/a.yaml:7:31: postsubmits["o/r"][0].reporter_config.slack.chanel', 'jobs/a.yaml:8:54: postsubmits["o/r"][0].rerun_auth_config.github_team_slugs[0].team', 'jobs/a.yaml:9:36: postsubmits["o/r"][0].extra_refs[0].branch', 'jobs/a.yaml:10:24: postsubmits["o/r"][0].prowjob_defaults.tenant',
  ].map((place) => `${place}: unknown key, it has no effect`)],
  ['unquoted-texts', 'where upstream refuses them', {
    'config.yaml': 'deck: {google_analytics: 5}\npresets: [{labels: {a: 1}}]\nplank: {default_decoration_configs: {"*": {github_app_id: 7, utility_images: {sidecar: yes}}}}',
    'jobs/a.yaml': 'presets: [{labels: {b: 1}}]\nperiodics:\n- {name: 12, interval: 1h, labels: {m: 5}, spec: {containers: [{env: [{name: X, value: true}], args: [1.5]}]}}',
  }, [
    'config.yaml:1:26: deck.google_analytics', 'config.yaml:3:59: plank.default_decoration_configs["*"].github_app_id', 'config.yaml:3:88: plank.default_decoration_configs["*"].utility_images.sidecar', 'config.yaml:2:24: presets[0].labels.a', 'jobs/a.yaml:3:10: periodics[0].name', 'jobs/a.yaml:3:40: periodics[0].labels.m',
    'jobs/a.yaml:3:88: periodics[0].spec.containers[0].env[0].value', 'jobs/a.yaml:3:103: periodics[0].spec.containers[0].args[0]',
  ].map((place) => `${place}: expected quotes: upstream takes no plain number or boolean for a text`)],
  ['templates', 'that are only read when they are needed', { 'config.yaml': 'deck: {spyglass: {announcement: "{{", pr_history_link_template: "{{nope}}"}}', 'jobs.yaml': `presubmits: {o/r: [{name: a, ${spec}, reporter_config: {slack: {report_template: "{{end}}"}}}, {name: b, ${spec}, reporter_config: {slack: {report_template: "{{.Spec.Refs.Org}}"}}}]}` }, [
    'config.yaml:1:33: deck.spyglass.announcement: expected a Go template: an action does not end (at 2)', 'config.yaml:1:65: deck.spyglass.pr_history_link_template: expected a Go template: function nope is not defined (at 2)', 'jobs.yaml:1:99: presubmits["o/r"][0].reporter_config.slack.report_template: a: expected a Go template: unexpected end (at 2)',
  ]],
  ['validate-cluster-field', 'Jenkins on a cluster', { 'jobs.yaml': 'periodics:\n- {name: a, interval: 1h, agent: jenkins, cluster: c}' }, ['jobs.yaml:2:52: periodics[0].cluster: a: has no effect for the agent jenkins']],
  ['validate-supplemental-prow-config-hierarchy', 'prow', { 'prow/any_prowconfig.yaml': 'tide: {queries: [{orgs: [o]}]}', 'prow/o/x_prowconfig.yaml': 'branch-protection: {orgs: {p: {protect: true}}}', 'prow/o/r/x_prowconfig.yaml': 'tide: {merge_method: {o/r: squash}}', 'prow/o/r/s/x_prowconfig.yaml': 'tide: {merge_method: {o/s: squash}}', 'prow/q/x_prowconfig.yaml': 'branch-protection: {protect: true}' }, [
    'prow/o/r/s/x_prowconfig.yaml:1:1: expected a file at most two folders deep (ORG/REPO), found it in o/r/s', 'prow/o/x_prowconfig.yaml:1:1: expected configuration of o only, found some of p', 'prow/q/x_prowconfig.yaml:1:1: expected configuration of q only, found some for everything',
  ]],
  ['validate-supplemental-prow-config-hierarchy', 'plugins', { 'plugins.yaml': 'plugins: {z: {plugins: [cat]}}', 'plugins/o/r/x_pluginconfig.yaml': 'plugins: {o: {plugins: [cat]}}', 'plugins/p/x_pluginconfig.yaml': 'lgtm: [{repos: [p/r]}]' }, ['plugins/o/r/x_pluginconfig.yaml:1:1: expected configuration of o/r only, found some of o', 'plugins/p/x_pluginconfig.yaml:1:1: expected configuration of p only, found some of p/r']],
  ['validate-unmanaged-branchconfig-has-no-subconfig', 'settings and children', { 'config.yaml': 'branch-protection:\n  orgs:\n    o:\n      unmanaged: true\n      protect: true\n      repos:\n        s: {protect: true}\n        t: {unmanaged: true}' }, ['config.yaml:5:7: branch-protection.orgs.o.protect: has no effect beside unmanaged: true', 'config.yaml:7:9: branch-protection.orgs.o.repos.s: stands below unmanaged: true and does not say unmanaged: false', 'config.yaml:8:9: branch-protection.orgs.o.repos.t: stands below unmanaged: true and does not say unmanaged: false']],
  ['validate-unmanaged-branchconfig-has-no-subconfig', 'something further down is managed and inherits', { 'config.yaml': 'branch-protection:\n  unmanaged: true\n  protect: true\n  protect-tested-repos: true\n  orgs:\n    o: {repos: {r: {branches: {b: {unmanaged: false}, c: {unmanaged: true, strict: true}}}}}\n    p: {repos: {r: {unmanaged: true, enforce_admins: true}}}' }, ['config.yaml:7:5: branch-protection.orgs.p: stands below unmanaged: true and does not say unmanaged: false', 'config.yaml:7:38: branch-protection.orgs.p.repos.r.enforce_admins: has no effect beside unmanaged: true']],
  ['validate-label', 'empty and open', { 'plugins.yaml': 'label:\n  additional_labels: [l]\n  restricted_labels: {o: [{label: l}, {allowed_users: [u]}, {label: fine}]}' }, ['plugins.yaml:3:35: label.restricted_labels.o[0].label: the label l is restricted, but in label.additional_labels as well', 'plugins.yaml:3:39: label.restricted_labels.o[1].label: expected a label']],
  ['required-job-annotations', 'each', { 'jobs.yaml': `periodics:\n- {name: a, interval: 1h, ${spec}, annotations: {owner: x}}` }, ['jobs.yaml:2:66: periodics[0].annotations: a: lacks the annotation team'], ['--required-job-annotations=owner', '--required-job-annotations=team']],
  ['validate-config-updater-acls', 'not ORG or ORG/REPO', { 'plugins.yaml': 'config_updater:\n  maps:\n    a.yaml: {name: n1, allowed_repos: [o, o/r, o/r/s], denied_repos: [/r]}' }, ['plugins.yaml:3:48: config_updater.maps["a.yaml"].allowed_repos[2]: expected ORG or ORG/REPO, found "o/r/s"', 'plugins.yaml:3:71: config_updater.maps["a.yaml"].denied_repos[0]: expected ORG or ORG/REPO, found "/r"']],
];

test.each(warnsOf)('%s: %s', async (name, _, files, want, args = []) => {
  const lenient = await check(files, [`--warnings=${name}`, ...args]);
  expect({ out: lenient.out, code: lenient.code }).toEqual({ out: want.map((line) => `${line} [${name}]`), code: 0 });
  expect((await check(files, [`--warnings=${name}`, '--strict', ...args])).code).toBe(want.length > 0 ? 1 : 0);
});

test('every warning that needs no GitHub has a case', () => {
  expect(CHECK_NAMES.filter((name) => 'check' in CHECKS[name] && !warnsOf.some(([one]) => one === name))).toEqual([]);
});

test('a build cluster that the status file does not know is warned of, a file that cannot be read is remarked', async () => {
  const jobs = { 'jobs.yaml': `periodics: [{name: a, interval: 1h, cluster: c, ${spec}}]` };
  const known = await mkdtemp(join(tmpdir(), 'clusters-'));
  try {
    await writeFile(join(known, 'status.json'), '{"default": "Error"}');
    expect((await check({ ...jobs, 'config.yaml': `plank: {build_cluster_status_file: ${known}/status.json}` }, ['--warnings=validate-cluster-field'])).out).toEqual([
      'jobs.yaml:1:46: periodics[0].cluster: a: the cluster c is not in plank.build_cluster_status_file [validate-cluster-field]',
    ]);
    await writeFile(join(known, 'status.json'), '{"c": "Error"}');
    expect(await check({ ...jobs, 'config.yaml': `plank: {build_cluster_status_file: ${known}/status.json}` }, ['--warnings=validate-cluster-field'])).toEqual({
      code: 0, out: [], notes: ['the cluster c, on which 1 job runs, is in the state Error', 'the configuration is fine'],
    });
    await writeFile(join(known, 'status.json'), '["c"]');
    expect((await check({ ...jobs, 'config.yaml': `plank: {build_cluster_status_file: ${known}/status.json}` }, ['--warnings=validate-cluster-field'])).out).toEqual([
      'config.yaml:1:36: plank.build_cluster_status_file: the file cannot be read: expected a map from clusters to states [validate-cluster-field]',
    ]);
  } finally {
    await rm(known, { recursive: true });
  }
  const gone = await check({ ...jobs, 'config.yaml': 'plank: {build_cluster_status_file: gs://bucket/status.json}' }, ['--warnings=validate-cluster-field']);
  expect(gone).toMatchObject({ code: 0, out: [], notes: [expect.stringContaining('gs://bucket/status.json is not looked at'), 'the configuration is fine'] });
});

test.each<[string, Files, readonly string[]]>([
  ['what does not load', { 'config.yaml': 'log_level: loud\ntide: {sync_period: 5}' }, ['config.yaml:2:21: tide.sync_period: expected a duration like 1h30m or 90s, found "5"', expect.stringMatching(/^config\.yaml:1:12: log_level: expected one of/) as unknown as string]],
  ['a plugin that nobody knows', { 'plugins.yaml': 'plugins: {o: {plugins: [cat, transfer-issue]}}' }, ['plugins.yaml:1:30: plugins.o.plugins[1]: there is no plugin "transfer-issue"']],
  ['a plugin that nobody knows, in a supplemental file', { 'plugins.yaml': 'plugins: {o: {plugins: [cat]}}', 'plugins/x_pluginconfig.yaml': '\nplugins: {p: {plugins: [gnu]}}' }, ['plugins/x_pluginconfig.yaml:2:25: plugins.p.plugins[0]: there is no plugin "gnu"']],
  ['a presubmit that Gerrit may not start', { 'config.yaml': 'gerrit: {allowed_presubmit_trigger_re: "^/test "}', 'jobs.yaml': `presubmits: {o/r: [{name: a, ${spec}}, {name: b, trigger: /go, rerun_command: /go, ${spec}}]}` }, ['jobs.yaml:1:96: presubmits["o/r"][1].rerun_command: b: "/go" does not match gerrit.allowed_presubmit_trigger_re']],
])('fails without --strict: %s', async (_, files, want) => {
  const { code, out } = await check(files, ['--exclude-warning=non-decorated-jobs']);
  expect(code).toBe(1);
  expect([...out].sort()).toEqual(expect.arrayContaining([...want]));
  expect(out).toHaveLength(want.length);
});

test('what does not load is still looked at file by file', async () => {
  const files: Files = {
    'config.yaml': 'plonk: 1\ntide: {sync_period: 5, queries: [{orgs: [o], labels: [lgtm], missingLabels: [needs-ok-to-test]}], x: 1}',
    'jobs/a.yaml': `periodics: [{name: a, interval: 1h, clusters: c, cluster: 5, spec: {containers: [{imag: x}]}}]`,
    'jobs/b.yaml': 'periodics: [',
    'plugins.yaml': 'sizes: {}\nplugins: {o: {plugins: [approve]}}',
    'prow/p/x_prowconfig.yaml': 'tide: {merge_method: {o: squash}}',
  };
  const { code, out, notes } = await check(files);
  expect(code).toBe(1);
  expect(out).toEqual([
    'config.yaml:2:21: tide.sync_period: expected a duration like 1h30m or 90s, found "5"', expect.stringMatching(/^jobs\/b\.yaml:1:\d+: /),
    'config.yaml:1:1: plonk: unknown key, it has no effect [unknown-fields]', 'config.yaml:2:99: tide.x: unknown key, it has no effect [unknown-fields]', 'plugins.yaml:1:1: sizes: unknown key, it has no effect [unknown-fields]',
    'jobs/a.yaml:1:59: periodics[0].cluster: expected quotes: upstream takes no plain number or boolean for a text [unquoted-texts]', 'prow/p/x_prowconfig.yaml:1:1: expected configuration of p only, found some of o [validate-supplemental-prow-config-hierarchy]',
  ]);
  expect(notes).toEqual(['the configuration is refused, with 2 errors and 5 warnings']);
  const all = await check(files, ['--warnings=unknown-fields-all']);
  expect(all.out.slice(2).filter((line) => line.startsWith('jobs'))).toEqual(['jobs/a.yaml:1:37: periodics[0].clusters: unknown key, it has no effect [unknown-fields-all]', 'jobs/a.yaml:1:83: periodics[0].spec.containers[0].imag: unknown key, it has no effect [unknown-fields-all]']);
  const json = await check({ 'config.yaml': 'plonk: 1\nlog_level: loud' }, ['--output=json']);
  expect(json.out.map((line) => (JSON.parse(line) as { severity: string }).severity)).toEqual(['error', 'warning']);
});

test('all warnings are told beside an error that a load does not see', async () => {
  const { code, out, notes } = await check({ 'config.yaml': 'plonk: 1', 'plugins.yaml': 'plugins: {o: {plugins: [approve, gnu]}}' });
  expect({ code, out }).toEqual({ code: 1, out: ['plugins.yaml:1:34: plugins.o.plugins[1]: there is no plugin "gnu"', 'plugins.yaml:1:11: plugins.o: enables approve without verify-owners for o/* [validate-owners]', 'config.yaml:1:1: plonk: unknown key, it has no effect [unknown-fields]'] });
  expect(notes).toEqual(['the configuration is refused, with 1 error and 2 warnings']);
});

test('warnings are chosen as upstream does', () => {
  const none = { warnings: [], includeDefault: false, expensive: false, exclude: [], app: 'none' } as const;
  const all = CHECK_NAMES.filter((name) => CHECKS[name].set === 'default' && name !== 'mismatched-tide-lenient');
  expect(chosen(none)).toEqual(all);
  expect(chosen({ ...none, warnings: ['long-job-names'] })).toEqual(['long-job-names']);
  expect(chosen({ ...none, warnings: ['valid-decoration-config'], includeDefault: true })).toEqual(expect.arrayContaining([...all, 'valid-decoration-config']));
  expect(chosen({ ...none, expensive: true })).toEqual(CHECK_NAMES.filter((name) => !['mismatched-tide-lenient', 'unknown-fields'].includes(name)));
  expect(chosen({ ...none, exclude: ['mismatched-tide', 'no-such-warning'] })).toContain('mismatched-tide-lenient');
});

test('wrong options end before anything is read', async () => {
  const missing = run([]);
  await expect(missing).rejects.toThrow('--config-path is missing');
  await expect(missing).rejects.not.toBeInstanceOf(UsageError);
  await expect(run(['--config-path=x', '--nope'])).rejects.toThrow(UsageError);
  await expect(run(['--config-path=x', '--warnings=nope'])).rejects.toThrow('there is no warning "nope"; there are mismatched-tide,');
  await expect(run(['--config-path=x', '--prow-yaml-path=x'])).rejects.toThrow('needs --prow-yaml-repo-name');
  await expect(run(['--config-path=x', '--prow-yaml-repo-name=x'])).rejects.toThrow('expected ORG/REPO');
  await expect(run(['--config-path=x', '--plugin-config=y', '--warnings=verify-owners-presence'])).rejects.toThrow('verify-owners-presence asks GitHub: give --github-token-path');
  await expect(run(['--config-path=x', '--expensive-checks'])).rejects.toThrow('validate-github-app-installation asks GitHub');
  await expect(run(['--config-path=x', '--expensive-checks', '--github-token-path=t'])).rejects.toThrow('validate-github-app-installation asks GitHub: give --github-app-id and');
  await expect(run(['--config-path=x', '--github-app-id=1'])).rejects.toThrow('go together');
  await expect(run(['--config-path=x', '--github-app-id=1', '--github-app-private-key-path=k', '--github-token-path=t'])).rejects.toThrow('not both');
  await expect(run(['--config-path=x', '--github-endpoint=nowhere'])).rejects.toThrow('expected an address such as');
});

test('what has no effect here, and what is not checked, is remarked', async () => {
  const { code, out, notes } = await check({
    'config.yaml': 'jenkins_operators: [{}]\ngerrit: {tick_interval: 1m, org_repos_config: []}\ntide: {gerrit: {ratelimit: 3}}\ngangway: {}\nmoonraker: {client_timeout: 1m}\npipeline: {}\npubsub_triggers: []',
    'jobs.yaml': 'periodics: [{name: a, interval: 1h, agent: other}]',
  }, ['--strict']);
  expect({ code, out }).toEqual({ code: 0, out: [] });
  expect(notes).toEqual([
    'config.yaml:1:1: jenkins_operators: has no effect: Jenkins is not served', 'config.yaml:2:10: gerrit.tick_interval: has no effect: Gerrit is not served', 'config.yaml:2:29: gerrit.org_repos_config: has no effect: Gerrit is not served', 'config.yaml:3:8: tide.gerrit: has no effect: Gerrit is not served', 'config.yaml:4:1: gangway: has no effect: there is no Gangway',
    "config.yaml:5:1: moonraker: has no effect: repositories' own jobs are read and remembered without a service", 'config.yaml:6:1: pipeline: has no effect: Tekton is not served', 'config.yaml:7:1: pubsub_triggers: has no effect: Pub/Sub is not served',
    'jobs.yaml:1:44: periodics[0].agent: a: the agent other is not known, so the job is not checked', 'the configuration is fine',
  ]);
  const misplaced = await check({ 'prow/x_prowconfig.yaml': 'periodics: []\ndecorate_all_jobs: true', 'jobs.yaml': 'decorate_all_jobs: true' }, ['--exclude-warning=nope']);
  expect(misplaced.notes).toEqual([
    '--exclude-warning: there is no warning "nope"', 'prow/x_prowconfig.yaml:1:1: periodics: has no effect: a supplemental file holds no jobs', 'prow/x_prowconfig.yaml:2:1: decorate_all_jobs: has no effect: a supplemental file holds no jobs',
    'jobs.yaml:1:1: decorate_all_jobs: has no effect in a file of jobs, only in config.yaml', 'the configuration is fine',
  ]);
});

test('a plugin that is not there is remarked once, and its section', async () => {
  const files = { 'plugins.yaml': 'plugins: {o: {plugins: [cat, goose]}, p: {plugins: [goose]}}\ngoose: {key_path: k}\ncat: {key_path: k}\nrepo_milestone: {o/r: {}}\nretitle:\n' };
  const { code, out, notes } = await check(files, ['--strict']);
  expect({ code, out }).toEqual({ code: 0, out: [] });
  expect(notes).toEqual(['plugins.yaml:1:30: plugins.o.plugins[1]: has no effect: the plugin goose is not there', 'plugins.yaml:2:1: goose: has no effect: the plugin goose is not there', 'the configuration is fine']);
});

test('every plugin that is there may be enabled', () => expect(plugins.map(({ name }) => name).filter((name) => !PLUGIN_NAMES.has(name))).toEqual([]));

test('every section of plugins.yaml is of a plugin, or of all', () => {
  const ofAll = ['plugins', 'external_plugins', 'owners', 'comment_style', 'trusted_only'];
  expect([...Object.keys(SECTION_OF), ...ofAll].sort()).toEqual(Object.keys(PluginsConfig.def.innerType.shape).sort());
  expect(Object.values(SECTION_OF).flat().filter((name) => !PLUGIN_NAMES.has(name))).toEqual([]);
});

test('findings are JSON for programs', async () => {
  const lines = async (files: Files, args: readonly string[]) => (await check(files, ['--output=json', ...args])).out.map((line) => JSON.parse(line) as unknown);
  expect(await lines({ 'config.yaml': 'plonk: 1' }, [])).toEqual([{ file: 'config.yaml', line: 1, column: 1, path: 'plonk', severity: 'warning', check: 'unknown-fields', message: 'unknown key, it has no effect' }]);
  expect(await lines({ 'config.yaml': 'sinker: {max_pod_age: 5}' }, [])).toEqual([{ file: 'config.yaml', line: 1, column: 23, path: 'sinker.max_pod_age', severity: 'error', message: 'expected a duration like 1h30m or 90s, found "5"' }]);
  await expect(run(['--config-path=x', '--output=xml'])).rejects.toThrow('--output: expected text or json');
});

const inRepo: readonly (readonly [about: string, files: Files, want: readonly string[], args?: readonly string[]])[] = [
  ['fine', { '.prow.yaml': `presubmits: [{name: a, ${spec}}]\nperiodics: []` }, []],
  ['none', {}, []],
  ['no spec', { '.prow.yaml': 'presubmits:\n- name: a' }, ['.prow.yaml:2:3: presubmits[0]: a: the agent kubernetes needs a spec']],
  ['the folder wins', { '.prow.yaml': '[', '.prow/x/b.yaml': `postsubmits:\n- {name: b, ${spec}, cluster: other}` }, ['.prow/x/b.yaml:2:48: postsubmits[0].cluster: b: the cluster other is not in in_repo_config.allowed_clusters for o/r']],
  ['two files of one name', { '.prow/x/b.yaml': `presubmits: [{name: a, ${spec}}]`, '.prow/y/b.yaml': `presubmits: [{name: a, ${spec}}]` }, ['.prow/y/b.yaml:1:21: presubmits[0].name: the job a is there twice for one branch']],
  ['what Gerrit may not start', { 'config.yaml': 'gerrit: {allowed_presubmit_trigger_re: "^/test "}', '.prow.yaml': `presubmits: [{name: a, ${spec}, trigger: /go, rerun_command: /go}]` }, ['.prow.yaml:1:79: presubmits[0].rerun_command: a: "/go" does not match gerrit.allowed_presubmit_trigger_re']],
  ['an allowed cluster', { 'config.yaml': 'in_repo_config: {allowed_clusters: {o: [other]}}', '.prow.yaml': `presubmits: [{name: a, ${spec}, cluster: other}]` }, []],
  ['a static job of the name', { 'jobs.yaml': `presubmits: {o/r: [{name: a, ${spec}}], o/x: [{name: b, ${spec}}]}`, '.prow.yaml': `presubmits:\n- {name: b, ${spec}}\n- {name: a, ${spec}}` }, ['.prow.yaml:3:10: presubmits[1].name: the job a is there twice for one branch']],
  ['a central preset that clashes', { 'jobs.yaml': 'presets: [{labels: {p: t}, env: [{name: X}]}]', '.prow.yaml': 'presubmits:\n- {name: a, labels: {p: t}, spec: {containers: [{env: [{name: X}]}]}}' }, ['.prow.yaml:2:35: presubmits[0].spec: a: a preset adds the environment variable "X", which is there already']],
  ['an unknown key, where all are looked for', { '.prow.yaml': 'periodics: []' }, ['.prow.yaml:1:1: periodics: unknown key, it has no effect'], ['--warnings=unknown-fields-all']],
  ['an unknown key of a pod spec, the same', { '.prow.yaml': 'presubmits: [{name: a, spec: {containers: [{imag: x}]}}]' }, ['.prow.yaml:1:45: presubmits[0].spec.containers[0].imag: unknown key, it has no effect'], ['--warnings=unknown-fields-all']],
];

test.each(inRepo)("a repository's own configuration: %s", async (_, files, want, args = []) => {
  const { code, out } = await check(files, ['--prow-yaml-repo-name=o/r', '--prow-yaml-path=ROOT/.prow.yaml', '--exclude-warning=non-decorated-jobs', ...args]);
  expect(out).toEqual(want);
  expect(code).toBe(want.length > 0 ? 1 : 0);
});

describe('real configurations', () => {
  if (!existsSync(`${data}kubernetes`)) {
    test.skip(`the configurations of public installations are not here (${data}), none is checked`, () => undefined);
    return;
  }
  test.each([
    { name: 'kubernetes', files: ['kubernetes/config/prow/config.yaml', 'kubernetes/config/jobs', 'kubernetes/config/prow/plugins.yaml'], kinds: ['long-job-names', 'mismatched-tide', 'periodic-default-clone-config'] },
    { name: 'istio', files: ['istio/config.yaml', 'istio/jobs', 'istio/plugins.yaml'], kinds: ['long-job-names', 'mismatched-tide'] },
  ])('$name loads, and each warning has its place', async ({ files: [config = '', jobs = '', plugins = ''], kinds }) => {
    const { code, out } = await run(['--strict', `--config-path=${data}${config}`, `--job-config-path=${data}${jobs}`, `--plugin-config=${data}${plugins}`]);
    expect(code).toBe(1);
    for (const line of out) expect(line).toMatch(/^\S+\.yaml:[1-9]\d*:[1-9]\d*: \S+: .+ \[[a-z-]+\]$/);
    expect([...new Set(out.map((line) => /\[([a-z-]+)\]$/.exec(line)?.[1]))].sort()).toEqual(kinds);
  });
});
