import { expect, test } from '@jest/globals';
import { ConfigError } from '../../src/core/errors.js';
import { configFromText } from '../../src/config/load.js';

/** All problems of a load, one line each, without the file's name. */
function problems(texts: Readonly<{ config?: string; jobs?: string }>): readonly string[] {
  try {
    configFromText(texts);
  } catch (err) {
    if (err instanceof ConfigError) return err.problems.map((line) => line.replace(/^(?:config|jobs)\.yaml:/, ''));
    throw err;
  }
  return [];
}

const duration = (found: string) => `expected a duration like 1h30m or 90s, found "${found}"`;
const PAREN = 'expected an RE2 expression: error parsing regexp: missing closing ): `(`';
const END = 'expected a Go template: an action does not end (at 2)';
const client = (rest: string) => `gangway: {allowed_api_clients: [{gcp: {endpoint_api_consumer_type: PROJECT, endpoint_api_consumer_number: "1"}, allowed_jobs_filters: [{tenant_id: t}]}, ${rest}]}`;

// Each rule of config 2.5, 2.6 and 2.9 that a load can see, beside those of validation.test.ts and tide.test.ts.
test.each<[config: string, want: string]>([
  ['log_level: loud', '1:12: log_level: expected one of panic, fatal, error, warn, warning, info, debug, trace'],
  ['default_job_timeout: 5', `1:22: default_job_timeout: ${duration('5')}`],
  ['github: {link_url: "http://[x"}', '1:20: github.link_url: expected a URL, found "http://[x"'],
  ['disabled_clusters: c', '1:20: disabled_clusters: expected array, found string'],
  ['prowjob_default_entries: [{config: {tenant_id: {a: b}}}]', '1:48: prowjob_default_entries[0].config.tenant_id: expected a text, found a map'],
  ['horologium: {tick_interval: 1}', `1:29: horologium.tick_interval: ${duration('1')}`],
  ['moonraker: {client_timeout: soon}', `1:29: moonraker.client_timeout: ${duration('soon')}`],
  ['scheduler: {external: {cache: {cleanup_interval: 5}}}', `1:50: scheduler.external.cache.cleanup_interval: ${duration('5')}`],
  ['pipeline: {allow_concurrent_postsubmit_jobs: maybe}', '1:46: pipeline.allow_concurrent_postsubmit_jobs: expected boolean, found string'],
  ['decorate_all_jobs: maybe', '1:20: decorate_all_jobs: expected boolean, found string'],
  ['plank: {job_url_template: "{{.Spec"}', `1:27: plank.job_url_template: ${END}`],
  ['plank: {job_url_template: "{{nope}}"}', '1:27: plank.job_url_template: expected a Go template: function nope is not defined (at 2)'],
  ['plank: {job_url_template: "{{replace .A .B .C}}"}', '1:27: plank.job_url_template: expected a Go template: function replace is not defined (at 2)'],
  ['plank: {report_template: "{{"}', `1:26: plank.report_template: ${END}`],
  ['plank: {report_templates: {o/r: "{{end}}"}}', '1:33: plank.report_templates["o/r"]: expected a Go template: unexpected end (at 2)'],
  ['plank: {report_template: a, report_templates: {o: b}}', '1:26: plank.report_template: expected report_template or report_templates, not both'],
  ['plank: {max_concurrency: -1}', '1:26: plank.max_concurrency: expected 0 or more'],
  ['plank: {max_goroutines: -1}', '1:25: plank.max_goroutines: expected 0 or more'],
  ['plank: {max_revivals: many}', '1:23: plank.max_revivals: expected number, found string'],
  ['plank: {pod_pending_timeout: 5}', `1:30: plank.pod_pending_timeout: ${duration('5')}`],
  ['plank: {job_url_prefix_config: {"*": "http://[x"}}', '1:38: plank.job_url_prefix_config["*"]: expected a URL, found "http://[x"'],
  ['plank: {job_queue_capacities: {q: many}}', '1:35: plank.job_queue_capacities.q: expected number, found string'],
  ['plank: {default_decoration_configs: {"*": {}}, default_decoration_config_entries: [{repo: o}]}', '1:37: plank.default_decoration_configs: expected default_decoration_configs or default_decoration_config_entries, not both'],
  ['plank: {default_decoration_config_entries: [{config: {timeout: soon}}]}', '1:64: plank.default_decoration_config_entries[0].config.timeout: expected a duration like 1h30m, found "soon"'],
  ['plank: {default_decoration_configs: {o: {pod_pending_timeout: 5}}}', '1:63: plank.default_decoration_configs.o.pod_pending_timeout: expected a duration like 1h30m, found 5'],
  ['plank: {default_decoration_configs: {o: {resources: {sidecar: {limits: {cpu: lots}}}}}}', '1:78: plank.default_decoration_configs.o.resources.sidecar.limits.cpu: expected a quantity such as 500m or 2Gi, found "lots"'],
  ['sinker: {max_pod_age: old}', `1:23: sinker.max_pod_age: ${duration('old')}`],
  ['deck: {tide_update_period: 5}', `1:28: deck.tide_update_period: ${duration('5')}`],
  ['deck: {external_agent_logs: [{selector: "a b"}]}', '1:41: deck.external_agent_logs[0].selector: expected a label selector: expected KEY, !KEY, KEY=VALUE, KEY!=VALUE or KEY in (VALUE, ...) at "a b"'],
  ['deck: {external_agent_logs: [{url_template: "{{"}]}', `1:45: deck.external_agent_logs[0].url_template: ${END}`],
  ['deck: {spyglass: {lenses: [{optional_files: ["("]}]}}', `1:46: deck.spyglass.lenses[0].optional_files[0]: ${PAREN}`],
  ['deck: {spyglass: {viewers: {"(": [junit]}}}', `1:34: deck.spyglass.viewers["("]: ${PAREN}`],
  ['deck: {spyglass: {gcs_browser_prefix: p, gcs_browser_prefixes_by_bucket: {"*": q}}}', '1:39: deck.spyglass.gcs_browser_prefix: excludes an entry "*" of gcs_browser_prefixes_by_bucket'],
  ['deck: {spyglass: {lenses: [{remote_config: {priority: -1}}]}}', '1:55: deck.spyglass.lenses[0].remote_config.priority: Too small: expected number to be >=0'],
  ['deck: {rerun_auth_configs: {o: {github_team_ids: [x]}}}', '1:51: deck.rerun_auth_configs.o.github_team_ids[0]: expected number, found string'],
  ['github_reporter: {job_types_to_report: [periodic]}', '1:41: github_reporter.job_types_to_report[0]: expected one of "presubmit"|"postsubmit"'],
  ['owners_dir_denylist: {default: ["("]}', `1:33: owners_dir_denylist.default[0]: ${PAREN}`],
  ['owners_dir_denylist: {repos: {o: ["("]}}', `1:35: owners_dir_denylist.repos.o[0]: ${PAREN}`],
  ['push_gateway: {interval: 5}', `1:26: push_gateway.interval: ${duration('5')}`],
  ['jenkins_operators: [{job_url_template: "{{"}]', `1:40: jenkins_operators[0].job_url_template: ${END}`],
  ['jenkins_operators: [{report_template: a, report_templates: {"*": b}}]', '1:39: jenkins_operators[0].report_template: expected report_template or report_templates, not both'],
  ['jenkins_operators: [{max_concurrency: -1}]', '1:39: jenkins_operators[0].max_concurrency: expected 0 or more'],
  ['jenkins_operators: [{label_selector: a=b}, {label_selector: "a in b"}]', '1:61: jenkins_operators[1].label_selector: expected a label selector: expected KEY, !KEY, KEY=VALUE, KEY!=VALUE or KEY in (VALUE, ...) at "a in b"'],
  ['managed_webhooks: {org_repo_config: {o: {token_created_after: 2999-01-01T00:00:00Z}}}', '1:63: managed_webhooks.org_repo_config.o.token_created_after: expected a time that has passed, found 2999-01-01T00:00:00Z'],
  ['managed_webhooks: {org_repo_config: {o: {token_created_after: yesterday}}}', '1:63: managed_webhooks.org_repo_config.o.token_created_after: expected a time like 2026-01-31T12:00:00Z, found "yesterday"'],
  ['gerrit: {tick_interval: 5}', `1:25: gerrit.tick_interval: ${duration('5')}`],
  ['gerrit: {deck_url: "http://[x"}', '1:20: gerrit.deck_url: expected a URL, found "http://[x"'],
  ['gerrit: {allowed_presubmit_trigger_re: "("}', `1:40: gerrit.allowed_presubmit_trigger_re: ${PAREN}`],
  [client('{gcp: {endpoint_api_consumer_type: PROJECT, endpoint_api_consumer_number: "1"}, allowed_jobs_filters: [{tenant_id: t}]}'), '1:160: gangway.allowed_api_clients[1].gcp: is there twice'],
  ['slack_reporter_configs: {"*": {channel: c, report_template: "{{"}}', `1:61: slack_reporter_configs["*"].report_template: ${END}`],
  ['slack_reporter_configs: {"*": {channel: c, report_template: "{{.Spec.Refs.Org}}"}}', '1:61: slack_reporter_configs["*"].report_template: fails on a ProwJob in which nothing is set, so guard what may be missing with {{if}}: nil pointer evaluating .Org'],
  ['slack_reporter_configs: {"*": {channel: c, report_template: "{{.Nope}}"}}', '1:61: slack_reporter_configs["*"].report_template: fails on a ProwJob in which nothing is set, so guard what may be missing with {{if}}: can\'t evaluate field Nope'],
  ['in_repo_config: {enabled: {o: often}}', '1:31: in_repo_config.enabled.o: expected boolean, found string'],
  ['in_repo_config: {allowed_clusters: {o: c}}', '1:40: in_repo_config.allowed_clusters.o: expected array, found string'],
  ['branch-protection: {exclude: ["("]}', `1:31: branch-protection.exclude[0]: ${PAREN}`],
  ['branch-protection: {include: [a], exclude: [b]}', '1:30: branch-protection.include: expected include or exclude, not both'],
  ['branch-protection: {orgs: {o: {restrictions: {users: u}}}}', '1:54: branch-protection.orgs.o.restrictions.users: expected array, found string'],
  ['branch-protection: {required_pull_request_reviews: {required_approving_review_count: two}}', '1:86: branch-protection.required_pull_request_reviews.required_approving_review_count: expected number, found string'],
  ['tide: {max_goroutines: -1}', '1:24: tide.max_goroutines: expected 0 or more'],
  ['tide: {queries: [{orgs: [o], labels: [a], missingLabels: [a]}]}', '1:59: tide.queries[0].missingLabels[0]: expected a label that is not required as well, found "a"'],
  ['tide: {queries: [{repos: [o]}]}', '1:27: tide.queries[0].repos[0]: expected ORG/REPO, found "o"'],
  ['tide: {merge_method: {o: fast}}', '1:26: tide.merge_method.o: expected one of merge, squash, rebase, found "fast"'],
  ['tide: {merge_method: {o: {r: fast}}}', '1:30: tide.merge_method.o.r: expected one of merge, squash, rebase, found "fast"'],
  ['tide: {merge_method: {o: {r: {main: fast}}}}', '1:37: tide.merge_method.o.r.main: expected one of merge, squash, rebase, found "fast"'],
  ['tide: {merge_method: {o: {r: {"(": merge}}}}', '1:36: tide.merge_method.o.r["("]: expected an RE2 expression as branch: error parsing regexp: missing closing ): `(`'],
  ['tide: {github_merge_blocks_policy: {"*": maybe}}', '1:42: tide.github_merge_blocks_policy["*"]: expected one of "ignore"|"permit"|"block"'],
  ['tide: {pr_status_base_url: a, pr_status_base_urls: {"*": b}}', '1:28: tide.pr_status_base_url: expected pr_status_base_url or pr_status_base_urls, not both'],
  ['tide: {pr_status_base_urls: {o: b}}', '1:29: tide.pr_status_base_urls: expected an entry "*"'],
  ['tide: {merge_commit_template: {o: {title: "{{"}}}', `1:43: tide.merge_commit_template.o.title: ${END}`],
  ['tide: {merge_commit_template: {o: {body: "{{$x}}"}}}', '1:42: tide.merge_commit_template.o.body: expected a Go template: undefined variable $x (at 2)'],
  ['tide: {batch_size_limit: {o: many}}', '1:30: tide.batch_size_limit.o: expected number, found string'],
  ['tide: {priority: [{labels: a}]}', '1:28: tide.priority[0].labels: expected array, found string'],
])('config.yaml is refused: %s', (config, want) => expect(problems({ config })).toEqual([want]));

test('all bad merge methods are reported together', () => {
  expect(problems({ config: 'tide: {merge_method: {o: fast, p: {r: slow, s: {"(": merge}}}}' })).toHaveLength(3);
});

test.each<[string]>([
  ['log_level: WARNING'], ['log_level: ""'], ['github_reporter: {job_types_to_report: []}'], ['plank: {report_templates: {"*": "{{define \\"t\\"}}x{{end}}{{template \\"t\\"}}"}}'], ['jenkins_operators: [{job_url_template: "{{replace \\"a\\" \\"b\\" .Name}}"}]'],
  ['slack_reporter_configs: {"*": {channel: c, report_template: "{{if .Spec.Refs}}{{.Spec.Refs.Org}}{{end}}{{.Status.StartTime}}{{.ObjectMeta.Labels}}{{.Spec.TektonPipelineRunSpec}}"}}'],
  ['deck: {external_agent_logs: [{selector: "a in (b,c),!d,e!=f,g,h>1", url_template: x}]}'], ['deck: {default_rerun_auth_configs: [{repo: o}]}'], ['managed_webhooks: {org_repo_config: {o: , p: {token_created_after: 2019-01-01T00:00:00Z}}}'],
  ['in_repo_config: {enabled: {o: }, allowed_clusters: {"*": }}'], ['tide: {merge_commit_template: {o: {body: "{{.Nope}}"}}}'], ['tide: {context_options: {optional-regex-contexts: ["("]}}'], ['branch-protection: {orgs: {o: {include: [a], exclude: [b]}}}'], ['prow_ignored: {x: 1}'], ['PLANK: {Max_Concurrency: 5}'],
])('config.yaml is fine: %s', (config) => expect(problems({ config })).toEqual([]));

const pre = (rest: string, spec = 'spec: {containers: [{}]}') => `presubmits:\n  o/r:\n  - name: a\n${`${rest}\n${spec}`.replaceAll(/^/gm, '    ')}\n`;
const kinds = (spec: string) => `presubmits: {o/r: [{name: a, spec: ${spec}}]}`;

// Each rule of config 2.7.4 and 2.8 that validation.test.ts leaves.
test.each<[string, string, string]>([
  ['a trigger alone', pre('trigger: x'), '4:14: presubmits["o/r"][0].trigger: a: needs a rerun_command that it matches'],
  ['a rerun command alone', pre('rerun_command: x'), '4:20: presubmits["o/r"][0].rerun_command: a: needs a trigger that matches it'],
  ['a rerun command that starts nothing', pre('trigger: /go\nrerun_command: /run'), '5:20: presubmits["o/r"][0].rerun_command: a: "/run" does not match the trigger "/go"'],
  ['always and on changes', pre('always_run: true\nrun_if_changed: x'), '5:21: presubmits["o/r"][0].run_if_changed: a: excludes always_run: true'],
  ['always and unless changes', pre('always_run: true\nskip_if_only_changed: x'), '5:27: presubmits["o/r"][0].skip_if_only_changed: a: excludes always_run: true'],
  ['both kinds of changes', pre('run_if_changed: x\nskip_if_only_changed: y'), '5:27: presubmits["o/r"][0].skip_if_only_changed: a: excludes run_if_changed'],
  ['a branch that is no expression', pre('branches: ["("]'), `4:16: presubmits["o/r"][0].branches[0]: ${PAREN}`],
  ['look-around', pre('skip_branches: ["(?=x)"]'), '4:21: presubmits["o/r"][0].skip_branches[0]: expected an RE2 expression: error parsing regexp: invalid or unsupported Perl syntax: `(?=`'],
  ['a queue that is not there', pre('job_queue_name: q'), '4:21: presubmits["o/r"][0].job_queue_name: a: expected a queue of plank.job_queue_capacities, found "q"'],
  ['a pod for Jenkins', pre('agent: jenkins'), '5:11: presubmits["o/r"][0].spec: a: a pod spec needs the agent kubernetes, found jenkins'],
  ['no pod', 'presubmits:\n  o/r:\n  - name: a', '3:5: presubmits["o/r"][0]: a: the agent kubernetes needs a spec'],
  ['another namespace', pre('namespace: other'), '4:16: presubmits["o/r"][0].namespace: a: expected pod_namespace (default), found other'],
  ['a label of ours', pre('labels: {created-by-prow: x}'), '4:31: presubmits["o/r"][0].labels.created-by-prow: a: the label created-by-prow is reserved'],
  ['a value that is too long for a label', pre(`labels: {l: ${'x'.repeat(64)}}`), `4:17: presubmits["o/r"][0].labels.l: a: not the value of a label: "${'x'.repeat(64)}" of l`],
  ['one name twice', `${pre('')}  - {name: a, spec: {containers: [{}]}}\n`, '6:12: presubmits["o/r"][1].name: the job a is there twice for one branch'],
  ['one name on a branch that the other does not skip', `${pre('branches: [x]')}  - {name: a, skip_branches: [z], spec: {containers: [{}]}}\n`, '6:12: presubmits["o/r"][1].name: the job a is there twice for one branch'],
  ['one context twice', `${pre('')}  - {name: b, context: a, spec: {containers: [{}]}}\n`, '6:24: presubmits["o/r"][1].context: the jobs a and b report the same context a on one branch'],
  ['a periodic without a time', 'periodics: [{name: a, spec: {containers: [{}]}}]', '1:13: periodics[0]: a: expected one of cron, interval and minimum_interval, found none'],
  ['a periodic with two', 'periodics: [{name: a, cron: "@daily", interval: 1h, spec: {containers: [{}]}}]', '1:49: periodics[0].interval: a: expected one of cron, interval and minimum_interval, found cron and interval'],
  ['an interval that is none', 'periodics: [{name: a, interval: soon, spec: {containers: [{}]}}]', '1:33: periodics[0].interval: a: expected a duration like 1h30m, found "soon"'],
  ['a variable of a preset that is there', `presets: [{env: [{name: X}]}]\n${kinds('{containers: [{env: [{name: X}]}]}')}`, '2:36: presubmits["o/r"][0].spec: a: a preset adds the environment variable "X", which is there already'],
  ['a volume of a preset that is there', `presets: [{volumes: [{name: v}]}]\n${kinds('{containers: [{}], volumes: [{name: v}]}')}`, '2:36: presubmits["o/r"][0].spec: a: a preset adds the volume "v", which is there already'],
  ['a mount of a preset that is there', `presets: [{volumeMounts: [{name: v, mountPath: /b}]}]\n${kinds('{volumes: [{name: v}], containers: [{volumeMounts: [{name: v, mountPath: /a}]}]}')}`, '2:36: presubmits["o/r"][0].spec: a: a preset adds the volume mount "v", which is there already'],
  ['a toleration of a preset that is there', `presets: [{tolerations: [{key: t}]}]\n${kinds('{containers: [{}], tolerations: [{key: t}]}')}`, '2:36: presubmits["o/r"][0].spec: a: a preset adds a toleration that is there already: {"key":"t"}'],
  ['presets with the same label', 'presets: [{labels: {a: b}}, {labels: {a: b}}]', '1:42: presets[1].labels.a: expected each label of a preset once, but jobs.yaml has a: b as well'],
  ['a list that is none', kinds('{containers: [{args: x}]}'), '1:57: presubmits["o/r"][0].spec.containers[0].args: a: expected a list, found "x"'],
  ['a number that is none', kinds('{containers: [{}], terminationGracePeriodSeconds: five}'), '1:86: presubmits["o/r"][0].spec.terminationGracePeriodSeconds: a: expected a whole number, found "five"'],
  ['a switch that is none', kinds('{containers: [{tty: maybe}]}'), '1:56: presubmits["o/r"][0].spec.containers[0].tty: a: expected true or false, found "maybe"'],
  ['a quantity that is none', kinds('{containers: [{resources: {requests: {cpu: lots}}}]}'), '1:79: presubmits["o/r"][0].spec.containers[0].resources.requests.cpu: a: expected a quantity such as 500m or 2Gi, found "lots"'],
  ['a map that is none', kinds('{containers: [{}], nodeSelector: [a]}'), '1:69: presubmits["o/r"][0].spec.nodeSelector: a: expected a map, found a list'],
  ['the same in an extra ref', pre('extra_refs: [{org: o, repo: x, clone_depth: deep}]'), '4:49: presubmits["o/r"][0].extra_refs[0].clone_depth: a: expected a whole number, found "deep"'],
  ['the same in decoration', pre('decoration_config: {run_as_user: root}', 'agent: other'), '4:38: presubmits["o/r"][0].decoration_config.run_as_user: a: expected a whole number, found "root"'],
])('a job is refused: %s', (_, jobs, want) => expect(problems({ jobs })).toEqual([want]));
