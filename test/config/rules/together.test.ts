import { expect, test } from '@jest/globals';
import { problems, problemsOf, type Texts } from './problems.js';

const spec = 'spec: {containers: [{}]}';

// One load reports everything that is wrong: a fault hides no other one, in whatever section or file it is.
test.each<[name: string, texts: Texts, want: readonly string[]]>([
  ['a rule about two keys beside a wrong third one', { config: 'tide: {sync_period: 5, target_url: a, target_urls: {b: c}, pr_status_base_urls: {o: p}}' }, [
    'config.yaml:1:21: tide.sync_period: expected a duration like 1h30m or 90s, found "5"', 'config.yaml:1:36: tide.target_url: expected target_url or target_urls, not both', 'config.yaml:1:81: tide.pr_status_base_urls: expected an entry "*"',
  ]],
  ['each rule of a query', { config: 'tide: {queries: [{orgs: [o/x], repos: [r], labels: [a, a], missingLabels: [a], includedBranches: [m], excludedBranches: [n], author: {}}]}' }, [
    'config.yaml:1:26: tide.queries[0].orgs[0]: expected the name of an organisation, found "o/x"', 'config.yaml:1:40: tide.queries[0].repos[0]: expected ORG/REPO, found "r"', 'config.yaml:1:56: tide.queries[0].labels[1]: expected each entry once, found "a" again',
    'config.yaml:1:76: tide.queries[0].missingLabels[0]: expected a label that is not required as well, found "a"', 'config.yaml:1:121: tide.queries[0].excludedBranches: expected includedBranches or excludedBranches, not both', 'config.yaml:1:134: tide.queries[0].author: expected string, found object',
  ]],
  ['a rule is silent where one of its own keys is wrong', { config: 'tide: {target_url: a, target_urls: [b]}' }, ['config.yaml:1:36: tide.target_urls: expected record, found array']],
  ['rules of deck beside wrong keys', { config: 'deck: {tide_update_period: 5, additional_allowed_buckets: [b], rerun_auth_configs: {o: {allow_anyone: true, github_users: [u]}}, default_rerun_auth_configs: [{repo: p}], spyglass: {size_limit: x, gcs_browser_prefix: p, gcs_browser_prefixes: {"*": q}}}' }, [
    'config.yaml:1:28: deck.tide_update_period: expected a duration like 1h30m or 90s, found "5"', 'config.yaml:1:59: deck.additional_allowed_buckets: needs skip_storage_path_validation: false', 'config.yaml:1:103: deck.rerun_auth_configs.o.allow_anyone: excludes users, organisations and teams',
    'config.yaml:1:194: deck.spyglass.size_limit: expected number, found string', 'config.yaml:1:217: deck.spyglass.gcs_browser_prefix: excludes an entry "*" of gcs_browser_prefixes',
  ]],
  ['rules of plank and Jenkins beside wrong keys', { config: 'plank: {max_concurrency: -1, report_template: a, report_templates: {o: b}, default_decoration_configs: {o: {}}, default_decoration_config_entries: [{repo: o}]}\njenkins_operators: [{max_goroutines: -1, report_template: a, report_templates: {o: b}}]' }, [
    'config.yaml:1:26: plank.max_concurrency: expected 0 or more', 'config.yaml:1:47: plank.report_template: expected report_template or report_templates, not both', 'config.yaml:1:104: plank.default_decoration_configs: expected default_decoration_configs or default_decoration_config_entries, not both',
    'config.yaml:2:38: jenkins_operators[0].max_goroutines: expected 0 or more', 'config.yaml:2:59: jenkins_operators[0].report_template: expected report_template or report_templates, not both',
  ]],
  ['clients of Gangway, each', { config: 'gangway: {allowed_api_clients: [{}, {gcp: {endpoint_api_consumer_type: X, endpoint_api_consumer_number: "1"}, allowed_jobs_filters: [{}]}, 5]}' }, [
    'config.yaml:1:33: gangway.allowed_api_clients[0]: expected gcp', 'config.yaml:1:72: gangway.allowed_api_clients[1].gcp.endpoint_api_consumer_type: expected PROJECT, found "X"', 'config.yaml:1:134: gangway.allowed_api_clients[1].allowed_jobs_filters[0].tenant_id: expected a tenant',
    'config.yaml:1:140: gangway.allowed_api_clients[2]: expected object, found number',
  ]],
  ['branch protection and Slack beside wrong keys', { config: 'branch-protection: {protect: maybe, include: [a], exclude: [b]}\nslack_reporter_configs: {"*": {report: maybe}}' }, [
    'config.yaml:1:30: branch-protection.protect: expected boolean, found string', 'config.yaml:1:46: branch-protection.include: expected include or exclude, not both', 'config.yaml:2:31: slack_reporter_configs["*"].channel: expected a channel', 'config.yaml:2:40: slack_reporter_configs["*"].report: expected boolean, found string',
  ]],
  ['what depends on the time or on two sections, beside a wrong section', { config: 'log_level: loud\npubsub_triggers: [{project: p}]\npubsub_subscriptions: {p: [s]}\nmanaged_webhooks: {org_repo_config: {o: {token_created_after: 2999-01-01T00:00:00Z}, p: {token_created_after: 2998-01-01T00:00:00Z}}}' }, [
    'config.yaml:1:12: log_level: expected one of panic, fatal, error, warn, warning, info, debug, trace', 'config.yaml:3:23: pubsub_subscriptions: expected pubsub_subscriptions or pubsub_triggers, not both',
    'config.yaml:4:63: managed_webhooks.org_repo_config.o.token_created_after: expected a time that has passed, found 2999-01-01T00:00:00Z', 'config.yaml:4:111: managed_webhooks.org_repo_config.p.token_created_after: expected a time that has passed, found 2998-01-01T00:00:00Z',
  ]],
  ['jobs, though config.yaml and plugins.yaml are wrong', { config: 'plank: {max_concurrency: -1}\npod_namespace: p', jobs: `presubmits: {o/r: [{name: a, namespace: q, ${spec}}]}`, plugins: 'size: {s: x}\nplugins: {o: {plugins: [a]}, o/r: {plugins: [a]}}' }, [
    'config.yaml:1:26: plank.max_concurrency: expected 0 or more', 'plugins.yaml:1:11: size.s: expected number, found string', 'plugins.yaml:2:35: plugins["o/r"]: enabled for o already: a', 'jobs.yaml:1:41: presubmits["o/r"][0].namespace: a: expected pod_namespace (p), found q',
  ]],
  ['no job is blamed for what config.yaml lacks because it is wrong', { config: 'plank: {default_decoration_configs: {"*": {timeout: soon}}}', jobs: `presubmits: {o/r: [{name: a, decorate: true, ${spec}}, {name: b, always_run: often}]}` }, [
    'config.yaml:1:53: plank.default_decoration_configs["*"].timeout: expected a duration like 1h30m, found "soon"', 'jobs.yaml:1:95: presubmits["o/r"][1].always_run: expected boolean, found string',
  ]],
  ['nor for its queues, its namespace or its tenants', { config: 'plank: {job_queue_capacities: {q: x}}', jobs: `presubmits: {o/r: [{name: a, job_queue_name: q, ${spec}}]}` }, ['config.yaml:1:35: plank.job_queue_capacities.q: expected number, found string']],
  ['jobs behind a wrong one of the same file, each at its own place', { jobs: `presubmits:\n  o/r:\n  - {name: a, optional: 1.5, ${spec}}\n  - {name: b}\n  - {name: c, branches: ["("], ${spec}}\n  - {name: d, max_concurrency: -1, ${spec}}\nperiodics:\n- {name: e, interval: 1h, tags: x, spec: {containers: [{}]}}\n- {name: f, ${spec}}` }, [
    'jobs.yaml:3:25: presubmits["o/r"][0].optional: expected boolean, found number', 'jobs.yaml:5:26: presubmits["o/r"][2].branches[0]: expected an RE2 expression: error parsing regexp: missing closing ): `(`', 'jobs.yaml:8:33: periodics[0].tags: expected array, found string',
    'jobs.yaml:4:5: presubmits["o/r"][1]: b: the agent kubernetes needs a spec', 'jobs.yaml:6:32: presubmits["o/r"][3].max_concurrency: d: expected 0 or more', 'jobs.yaml:9:3: periodics[1]: f: expected one of cron, interval and minimum_interval, found none',
  ]],
  ['kinds of values and rules of one job', { jobs: 'presubmits: {o/r: [{name: a b, optional: maybe, max_concurrency: x, always_run: true, run_if_changed: a, labels: {created-by-prow: x}}, {name: c, branches: x, max_concurrency: -1}]}\nperiodics: [{name: d, interval: soon, tags: x, spec: {}}]' }, [
    'jobs.yaml:1:42: presubmits["o/r"][0].optional: expected boolean, found string', 'jobs.yaml:1:66: presubmits["o/r"][0].max_concurrency: expected number, found string', 'jobs.yaml:1:157: presubmits["o/r"][1].branches: expected array, found string', 'jobs.yaml:2:45: periodics[0].tags: expected array, found string',
    'jobs.yaml:1:27: presubmits["o/r"][0].name: a b: expected a name of letters, digits, "-", "." and "_", found "a b"', 'jobs.yaml:1:20: presubmits["o/r"][0]: a b: the agent kubernetes needs a spec', 'jobs.yaml:1:132: presubmits["o/r"][0].labels.created-by-prow: a b: the label created-by-prow is reserved',
    'jobs.yaml:1:103: presubmits["o/r"][0].run_if_changed: a b: excludes always_run: true', 'jobs.yaml:2:54: periodics[0].spec.containers: d: expected a container', 'jobs.yaml:2:33: periodics[0].interval: d: expected a duration like 1h30m, found "soon"',
  ]],
  ['no job is blamed for a volume that a wrong preset may have', { jobs: 'presets: [{labels: {p: t}, env: x, volumes: [{name: v}]}]\npresubmits: {o/r: [{name: a, labels: {p: t}, spec: {containers: [{volumeMounts: [{name: v, mountPath: /logs}]}]}}]}' }, [
    'jobs.yaml:1:33: presets[0].env: expected array, found string', 'jobs.yaml:2:103: presubmits["o/r"][0].spec.containers[0].volumeMounts[0].mountPath: a: the path /logs is reserved for decoration',
  ]],
  ['entries of plugins.yaml beside wrong keys', { plugins: 'require_matching_label: [{prs: maybe, repo: a/b, branch: b}]\nexternal_plugins: {o: [{events: x}, {name: a}], o/r: [{name: a}]}\napprove: [{repos: [o]}, {repos: [o]}]\nwelcome: x\nconfig_updater: {gzip: maybe, maps: {a: {name: n, partitioned_names: [p], cluster_groups: [g], key: {}}}}' }, [
    'plugins.yaml:1:26: require_matching_label[0].org: is needed', 'plugins.yaml:1:26: require_matching_label[0].regexp: is needed', 'plugins.yaml:1:26: require_matching_label[0].missing_label: is needed', 'plugins.yaml:1:32: require_matching_label[0].prs: expected boolean, found string',
    'plugins.yaml:1:45: require_matching_label[0].repo: expected the name of a repository without its organisation', 'plugins.yaml:2:24: external_plugins.o[0]: expected a name', 'plugins.yaml:2:33: external_plugins.o[0].events: expected array, found string', 'plugins.yaml:4:10: welcome: expected array, found string',
    'plugins.yaml:5:24: config_updater.gzip: expected boolean, found string', 'plugins.yaml:5:70: config_updater.maps.a.partitioned_names: excludes name', 'plugins.yaml:5:101: config_updater.maps.a.key: expected string, found object', 'plugins.yaml:3:34: approve[1].repos[0]: o is in approve[0] already',
  ]],
])('all faults together: %s', (_, texts, want) => expect(problems(texts).errors).toEqual(want));

test('all faults together: of supplemental files beside a main file whose syntax is broken', async () => {
  const { errors } = await problemsOf({ 'config.yaml': '[', 'prow/x_prowconfig.yaml': 'tide: {queries: [{}]}\n', 'plugins.yaml': '[', 'extra/x_pluginconfig.yaml': 'lgtm: [{repos: x}]\n' });
  expect(errors).toEqual([
    expect.stringMatching(/^config\.yaml:\d+:\d+: /), 'prow/x_prowconfig.yaml:1:18: tide.queries[0]: expected orgs or repos', expect.stringMatching(/^plugins\.yaml:\d+:\d+: /), 'extra/x_pluginconfig.yaml:1:16: lgtm[0].repos: expected array, found string',
  ]);
});

test('all faults together: of all files, broken ones, jobs of a fine file and supplemental ones included', async () => {
  const { errors } = await problemsOf({
    'config.yaml': 'deck: {tide_update_period: 5}\ntide: {merge_method: {a: squash}}\n',
    'jobs/a.yaml': 'presubmits: [\n', 'jobs/b.yaml': `periodics: [{name: a, ${spec}}]\n`, 'jobs/sub/b.yaml': '',
    'prow/one_prowconfig.yaml': 'tide: {merge_method: {a: squash, b: fast}}\n', 'prow/two_prowconfig.yaml': 'log_level: debug\n', 'prow/three_prowconfig.yaml': '{',
    'plugins.yaml': 'lgtm: [{repos: x}]\nplugins: {o: {plugins: [hold]}}\n', 'extra/one_pluginconfig.yaml': 'plugins: {o/r: {plugins: [hold]}}\nsize: {s: 1}\n', 'extra/two_pluginconfig.yaml': '[',
  });
  expect(errors.map((line) => line.replace(/(:\d+:\d+: )(?=[A-Z]).*/, '$1broken'))).toEqual([
    'config.yaml:1:28: deck.tide_update_period: expected a duration like 1h30m or 90s, found "5"',
    expect.stringMatching(/^prow\/three_prowconfig\.yaml:\d+:\d+: broken$/),
    'prow/one_prowconfig.yaml:1:37: tide.merge_method.b: expected one of merge, squash, rebase, found "fast"', 'prow/two_prowconfig.yaml:1:1: log_level: may not stand in a supplemental file',
    'jobs/sub/b.yaml:1:1: expected base names to be unique, but jobs/b.yaml is called b.yaml as well', expect.stringMatching(/^jobs\/a\.yaml:\d+:\d+: broken$/),
    'plugins.yaml:1:16: lgtm[0].repos: expected array, found string', expect.stringMatching(/^extra\/two_pluginconfig\.yaml:\d+:\d+: broken$/), 'extra/one_pluginconfig.yaml:2:1: size: may not stand in a supplemental file', 'extra/one_pluginconfig.yaml:1:16: plugins["o/r"]: enabled for o already: hold',
    'jobs/b.yaml:1:13: periodics[0]: a: expected one of cron, interval and minimum_interval, found none',
  ]);
});
