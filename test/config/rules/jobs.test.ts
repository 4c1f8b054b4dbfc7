import { describe, expect, test } from '@jest/globals';
import { saidAndPromised, type RuleCase } from './marked.js';

const PAREN = 'expected an RE2 expression: error parsing regexp: missing closing ): `(`';
const pod = 'spec: {containers: [{}]}';
const images = 'utility_images: {clonerefs: c, initupload: i, entrypoint: e, sidecar: s}';
const storage = 'gcs_configuration: {bucket: b, path_strategy: explicit}';
const pre = (rest: string) => `presubmits: {o/r: [{name: a, ${rest}}]}`;
const post = (rest: string) => `postsubmits: {o/r: [{name: a, ${rest}}]}`;
const periodic = (rest: string) => `periodics: [{name: a, ${rest}, ${pod}}]`;
const decorated = (config: string, container = '{command: [x]}') => pre(`decoration_config: ${config}, spec: {containers: [${container}]}`);
const AT = 'presubmits["o/r"][0]';
const two = (first: string, second: string) => `presubmits: {o/r: [{${first}, ${pod}}, {${second}, ${pod}}]}`;
const tekton = (tasks: string, rest = '') => `agent: tekton-pipeline, pipeline_run_spec: {pipelineSpec: {tasks: [${tasks}]}}${rest}`;

const CASES: readonly RuleCase[] = [
  // Names and numbers.
  ['config 2.7.4: a name', 'presubmits: {o/r: [{name: ¶a/b, spec: {containers: [{}]}}, {name: ¶"ä", spec: {containers: [{}]}}]}', `${AT}.name: a/b: expected a name of letters, digits, "-", "." and "_", found "a/b"`, 'presubmits["o/r"][1].name: ä: expected a name of letters, digits, "-", "." and "_", found "ä"'],
  ['config 2.7.4: a name on Jenkins', 'presubmits: {o/r: [{name: ¶a., agent: jenkins}, {name: ¶/a, agent: jenkins}, {name: a/b, agent: jenkins}]}', `${AT}.name: a.: expected a name of letters, digits, "-", "." and "_", found "a."`, 'presubmits["o/r"][1].name: /a: expected a name of letters, digits, "-", "." and "_", found "/a"'],
  ['config 2.7.4: a concurrency', post(`max_concurrency: ¶-2, ${pod}`), 'postsubmits["o/r"][0].max_concurrency: a: expected 0 or more'],
  ['config 2.7.4: a queue', periodic('interval: 1h, job_queue_name: ¶q'), 'periodics[0].job_queue_name: a: expected a queue of plank.job_queue_capacities, found "q"'],
  // Agents.
  ['config 2.7.4: a pod of another agent', pre('agent: tekton-pipeline, pipeline_run_spec: {}, spec: ¶{containers: [{}]}'), `${AT}.spec: a: a pod spec needs the agent kubernetes, found tekton-pipeline`],
  ['config 2.7.4: kubernetes without a pod', 'postsubmits: {o/r: [¶{name: a}]}', 'postsubmits["o/r"][0]: a: the agent kubernetes needs a spec'],
  ['config 2.7.4: a pipeline of another agent', pre('agent: ¶jenkins, tekton_pipeline_run_spec: {v1beta1: {}}'), `${AT}.agent: a: a pipeline spec needs the agent tekton-pipeline, found jenkins`],
  ['config 2.7.4: a version of a pipeline that is not there', pre('agent: ¶tekton-pipeline, tekton_pipeline_run_spec: {}'), `${AT}.agent: a: the agent tekton-pipeline needs a pipeline spec`],
  ['config 2.7.4: decoration of another agent', pre(tekton('', ', decorate: ¶true')), `${AT}.decorate: a: decoration needs the agent kubernetes; say decorate: false`],
  ['config 2.7.4: evictions of another agent', pre('agent: jenkins, error_on_eviction: ¶true'), `${AT}.error_on_eviction: a: needs the agent kubernetes`],
  ['config 2.7.4: another namespace on Jenkins', pre('agent: jenkins, namespace: ¶other'), `${AT}.namespace: a: expected pod_namespace (default), found other`],
  ['jobs 7.2: a task of a periodic cannot have its refs', `periodics: [{name: a, interval: 1h, ${tekton('{taskRef: {name: ¶PROW_IMPLICIT_GIT_REF}}')}}]`, 'periodics[0].pipeline_run_spec.pipelineSpec.tasks[0].taskRef.name: a: a periodic has no refs that could take the place of PROW_IMPLICIT_GIT_REF'],
  ['jobs 7.2: a task has an extra ref that is there', pre(tekton('{taskRef: {name: PROW_EXTRA_GIT_REF_0}}, {taskRef: {name: ¶PROW_EXTRA_GIT_REF_1}}', ', extra_refs: [{org: o, repo: x}]')), `${AT}.pipeline_run_spec.pipelineSpec.tasks[1].taskRef.name: a: expected one of 1 extra_refs, found PROW_EXTRA_GIT_REF_1`],
  ['jobs 7.2: its number has no zeros in front', pre('agent: tekton-pipeline, tekton_pipeline_run_spec: {v1beta1: {pipelineSpec: {tasks: [{taskRef: {name: ¶PROW_EXTRA_GIT_REF_00}}, {taskRef: {name: PROW_EXTRA_GIT_REF_0}}]}}}, extra_refs: [{org: o, repo: x}]'), `${AT}.tekton_pipeline_run_spec.v1beta1.pipelineSpec.tasks[0].taskRef.name: a: expected a number without zeros in front, found PROW_EXTRA_GIT_REF_00`],
  ['jobs 7.2: every extra ref is used', pre(tekton('{taskRef: {name: PROW_EXTRA_GIT_REF_1}}', ', extra_refs: [¶{org: o, repo: x}, {org: o, repo: z}]')), `${AT}.extra_refs[0]: a: is not used: expected a task that refers to PROW_EXTRA_GIT_REF_0`],
  // Pods.
  ['config 2.7.4: init containers, each', pre('spec: {initContainers: [¶{name: i}, {name: s, restartPolicy: Always}, ¶{name: j, restartPolicy: OnFailure}], containers: [{}]}'), ...[0, 2].map((at) => `${AT}.spec.initContainers[${at}]: a: init containers are not supported, unless with restartPolicy: Always`)],
  ['config 2.7.4: a container is needed', pre('spec: ¶{}'), `${AT}.spec.containers: a: expected a container`],
  ['config 2.7.4: several containers need decoration', post('spec: {containers: [{name: a}, ¶{name: b}, {name: c}]}'), 'postsubmits["o/r"][0].spec.containers[1]: a: expected one container, since the job is not decorated, found 3'],
  ['config 2.7.4: names of several containers', decorated(`{${images}, ${storage}}`, ['clonerefs', 'initupload', 'place-entrypoint', 'sidecar'].map((name) => `{name: ¶${name}, command: [x]}`).join(', ')), ...['clonerefs', 'initupload', 'place-entrypoint', 'sidecar'].map((name, at) => `${AT}.spec.containers[${at}].name: a: the container name ${name} is reserved for decoration`)],
  ['config 2.7.4: variables are there once in a container', pre('spec: {containers: [{env: [{name: X}, {name: ¶X}, {name: Y}, {name: ¶X}]}]}'), ...[1, 3].map((at) => `${AT}.spec.containers[0].env[${at}].name: a: the environment variable "X" is there twice`)],
  ['config 2.7.4: reserved volumes', pre(`spec: {containers: [{}], volumes: [${['logs', 'code', 'tools', 'gcs-credentials', 's3-credentials'].map((name) => `{name: ¶${name}}`).join(', ')}]}`), ...['logs', 'code', 'tools', 'gcs-credentials', 's3-credentials'].map((name, at) => `${AT}.spec.volumes[${at}].name: a: the volume name "${name}" is reserved for decoration`)],
  ['config 2.7.4: volumes with the names of secrets of the decoration', pre(`decoration_config: {${images}, ${storage}, oauth_token_secret: {name: token, key: k}}, spec: {volumes: [{name: ¶token}], containers: [{command: [x]}]}`), `${AT}.spec.volumes[0].name: a: the volume name "token" is reserved for decoration`],
  ['config 2.7.4: mounts of decoration volumes', pre(`spec: {containers: [{volumeMounts: [${['logs', 'code', 'tools'].map((name) => `{name: ¶${name}, mountPath: /x}`).join(', ')}]}]}`), ...['logs', 'code', 'tools'].map((name, at) => `${AT}.spec.containers[0].volumeMounts[${at}].name: a: the volume ${name} is reserved for decoration`)],
  ['config 2.7.4: mounts at decoration paths', pre(`spec: {volumes: [{name: v}], containers: [{volumeMounts: [${['/logs', '/home/prow/go', '/tools'].map((path) => `{name: v, mountPath: ¶${path}}`).join(', ')}]}]}`), ...['/logs', '/home/prow/go', '/tools'].map((path, at) => `${AT}.spec.containers[0].volumeMounts[${at}].mountPath: a: the path ${path} is reserved for decoration`)],
  ['config 2.7.4: mounts of any container', decorated(`{${images}, ${storage}}`, '{name: x, command: [x]}, {name: z, command: [x], volumeMounts: [{name: ¶v, mountPath: /v}]}'), `${AT}.spec.containers[1].volumeMounts[0].name: a: there is no volume "v"`],
  // Labels and annotations.
  ['config 2.7.4: reserved labels', pre(`labels: {created-by-prow: ¶x, prow.k8s.io/type: ¶x, prow.k8s.io/id: ¶x}, ${pod}`), ...['.created-by-prow: a: the label created-by-prow', '["prow.k8s.io/type"]: a: the label prow.k8s.io/type', '["prow.k8s.io/id"]: a: the label prow.k8s.io/id'].map((what) => `${AT}.labels${what} is reserved`)],
  ['config 2.7.4: names of labels', pre(`labels: {"-a": ¶x, "${'a'.repeat(64)}": ¶x, "A.b/c": ¶x, "/c": ¶x, "a/b/c": ¶x}, ${pod}`), ...['-a', 'a'.repeat(64), 'A.b/c', '/c', 'a/b/c'].map((key) => `${AT}.labels${/^[\w-]+$/.test(key) ? `.${key}` : `["${key}"]`}: a: not the name of a label: "${key}"`)],
  ['config 2.7.4: values of labels', pre(`labels: {a: ¶"b c", b: ¶-x, c: ¶${'x'.repeat(64)}}, ${pod}`), ...[['a', 'b c'], ['b', '-x'], ['c', 'x'.repeat(64)]].map(([key, value]) => `${AT}.labels.${key}: a: not the value of a label: "${value}" of ${key}`)],
  ['config 2.7.4: names of annotations', periodic('interval: 1h, annotations: {"a b": ¶x, fine: "any thing"}'), 'periodics[0].annotations["a b"]: a: not the name of an annotation: "a b"'],
  // Jobs with containers.
  ['config 2.7.4: anyone beside somebody may run it again', pre(`rerun_auth_config: {allow_anyone: true, github_orgs: ¶[o], github_team_ids: ¶[1], github_team_slugs: ¶[{org: o, slug: s}], github_users: ¶[u]}, ${pod}`), ...['github_orgs', 'github_team_ids', 'github_team_slugs', 'github_users'].map((key) => `${AT}.rerun_auth_config.${key}: a: excludes allow_anyone: true`)],
  ['config 2.7.4: where code is cloned from', pre(`clone_uri: ¶"https://[x", extra_refs: [{org: o, repo: x, clone_uri: ¶"http://[y"}], ${pod}`), `${AT}.clone_uri: a: expected a URL, found "https://[x"`, `${AT}.extra_refs[0].clone_uri: a: expected a URL, found "http://[y"`],
  ['jobs 1.4: no utility images at all', pre(`decoration_config: ¶{${storage}}, spec: {containers: [{command: [x]}]}`), `${AT}.decoration_config.utility_images: a: expected images, from here or from plank.default_decoration_config_entries, for clonerefs, initupload, entrypoint, sidecar`],
  ['jobs 1.5: legacy needs an organisation and a repository', decorated(`{${images}, gcs_configuration: ¶¶{bucket: b, path_strategy: legacy}}`), `${AT}.decoration_config.gcs_configuration.default_org: a: is needed by path_strategy: legacy`, `${AT}.decoration_config.gcs_configuration.default_repo: a: is needed by path_strategy: legacy`],
  ['jobs 1.5: a strategy is needed', decorated(`{${images}, gcs_configuration: ¶{bucket: b}}`), `${AT}.decoration_config.gcs_configuration.path_strategy: a: expected one of legacy, single, explicit, found ""`],
  ['jobs 1.5: a bucket that parses', decorated(`{${images}, gcs_configuration: {bucket: ¶"s3://[x", path_strategy: explicit}}`), `${AT}.decoration_config.gcs_configuration.bucket: a: expected a bucket such as gs://name, found "s3://[x"`],
  ['jobs 1.5: media types that parse', decorated(`{${images}, gcs_configuration: {bucket: b, path_strategy: explicit, mediaTypes: ¶{log: "text/", txt: text/plain}}}`), `${AT}.decoration_config.gcs_configuration.mediaTypes: a: expected a media type for log, found "text/"`],
  ['jobs 1.4: a token or keys', decorated(`{${images}, ${storage}, oauth_token_secret: {name: t, key: k}, ssh_key_secrets: ¶[k]}`), `${AT}.decoration_config.ssh_key_secrets: a: excludes oauth_token_secret`],
  ['jobs 2.8: each decorated container says what it runs', decorated(`{${images}, ${storage}}`, '{name: x, args: [x]}, ¶{name: y}, ¶{name: z, command: [""], args: [x]}'), ...[1, 2].map((at) => `${AT}.spec.containers[${at}]: a: a decorated container needs command or args`)],
  ['jobs 1.10: decoration of a job that is not decorated still counts', pre(`decorate: false, decoration_config: ¶{${images}}, spec: {containers: [{command: [x]}]}`), `${AT}.decoration_config.gcs_configuration: a: expected a place for logs and artifacts, from here or from plank.default_decoration_config_entries`],
  // When a job runs, and how it is told of.
  ['config 2.7.2: a trigger and the command that it matches', 'presubmits: {o/r: [{name: a, trigger: ¶x, spec: {containers: [{}]}}, {name: b, rerun_command: ¶/x, spec: {containers: [{}]}}, {name: c, trigger: "^/go$", rerun_command: ¶/going, spec: {containers: [{}]}}]}', `${AT}.trigger: a: needs a rerun_command that it matches`, 'presubmits["o/r"][1].rerun_command: b: needs a trigger that matches it', 'presubmits["o/r"][2].rerun_command: c: "/going" does not match the trigger "^/go$"'],
  ['config 1.3: expressions of a presubmit', pre(`trigger: ¶"(", rerun_command: x, branches: [a, ¶"("], skip_branches: [¶"("], run_if_changed: ¶"(", skip_if_only_changed: ¶"(", ${pod}`), ...['trigger', 'branches[1]', 'skip_branches[0]', 'run_if_changed', 'skip_if_only_changed'].map((key) => `${AT}.${key}: ${PAREN}`)],
  ['config 1.3: expressions of a postsubmit', post(`branches: [¶"("], skip_branches: [¶"("], run_if_changed: ¶"(", skip_if_only_changed: ¶"(", ${pod}`), ...['branches[0]', 'skip_branches[0]', 'run_if_changed', 'skip_if_only_changed'].map((key) => `postsubmits["o/r"][0].${key}: ${PAREN}`)],
  ['config 2.7.4: always, or by what changed', post(`always_run: true, run_if_changed: ¶x, ${pod}`), 'postsubmits["o/r"][0].run_if_changed: a: excludes always_run: true'],
  ['config 2.7.4: all three', pre(`always_run: true, run_if_changed: ¶x, skip_if_only_changed: ¶¶y, ${pod}`), `${AT}.run_if_changed: a: excludes always_run: true`, `${AT}.skip_if_only_changed: a: excludes always_run: true`, `${AT}.skip_if_only_changed: a: excludes run_if_changed`],
  ['config 2.7.4: no report with a label for Gerrit', post(`skip_report: ¶true, labels: {prow.k8s.io/gerrit-report-label: x}, ${pod}`), 'postsubmits["o/r"][0].skip_report: a: excludes the label prow.k8s.io/gerrit-report-label'],
  // What jobs are to one another.
  ['config 2.7.4: one name where one of the two lists no branches', two('name: a', 'name: ¶a, branches: [x]'), 'presubmits["o/r"][1].name: the job a is there twice for one branch'],
  ['config 2.7.4: one name on branches with one text in common', two('name: a, branches: [x, y]', 'name: ¶a, branches: [y, z]'), 'presubmits["o/r"][1].name: the job a is there twice for one branch'],
  ['config 2.7.4: one name, and both only skip', two('name: a, skip_branches: [x]', 'name: ¶a, skip_branches: [y]'), 'presubmits["o/r"][1].name: the job a is there twice for one branch'],
  ['jobs 2.4: one name, and one branch of the list is not skipped', two('name: a, skip_branches: ["release-\\\\d+\\\\.\\\\d+"]', 'name: ¶a, branches: [release-1.14, master]'), 'presubmits["o/r"][1].name: the job a is there twice for one branch'],
  ['config 2.7.4: one name of postsubmits', two('name: a', 'name: ¶a').replace('presubmits', 'postsubmits'), 'postsubmits["o/r"][1].name: the job a is there twice for one branch'],
  ['config 2.7.4: one context, though neither reports', two('name: a, context: c, skip_report: true', 'name: b, context: ¶c, skip_report: true'), 'presubmits["o/r"][1].context: the jobs a and b report the same context c on one branch'],
  ['config 2.7.4: periodics, by name alone', `periodics: [{name: a, interval: 1h, ${pod}}, {name: ¶a, cron: "@daily", ${pod}}]`, 'periodics[1].name: the periodic a is there twice'],
  // Periodics.
  ['config 2.7.4: when a periodic runs', `periodics: [¶{name: a, ${pod}}, {name: b, cron: "@daily", minimum_interval: ¶1h, ${pod}}, {name: c, interval: 1h, minimum_interval: ¶1h, ${pod}}]`, 'periodics[0]: a: expected one of cron, interval and minimum_interval, found none', 'periodics[1].minimum_interval: b: expected one of cron, interval and minimum_interval, found cron and minimum_interval', 'periodics[2].minimum_interval: c: expected one of cron, interval and minimum_interval, found interval and minimum_interval'],
  ['config 2.7.4: a cron text', `periodics: [${['* * * *', '@often', '@every day', 'TZ=Nowhere 0 0 * * *', '0 0 0 * *', '*/0 * * * *', '5-1 * * * *', 'x * * * *'].map((cron, at) => `{name: a${at}, cron: ¶"${cron}", ${pod}}`).join(', ')}]`,
    'periodics[0].cron: a0: "* * * *" is no cron text: expected 5 or 6 fields, found 4', 'periodics[1].cron: a1: "@often" is no cron text: …', 'periodics[2].cron: a2: "@every day" is no cron text: expected a duration behind @every, found "day"', 'periodics[3].cron: a3: "TZ=Nowhere 0 0 * * *" is no cron text: there is no time zone "Nowhere"',
    'periodics[4].cron: a4: "0 0 0 * *" is no cron text: days of the month: expected 1 to 31 in "0"', 'periodics[5].cron: a5: "*/0 * * * *" is no cron text: minutes: expected a step of 1 or more in "*/0"', 'periodics[6].cron: a6: "5-1 * * * *" is no cron text: minutes: the range ends before it starts in "5-1"', 'periodics[7].cron: a7: "x * * * *" is no cron text: minutes: "x" is no number in "x"'],
  ['config 2.7.4: an interval', `periodics: [{name: a, interval: ¶1d, ${pod}}, {name: b, minimum_interval: ¶60, ${pod}}, {name: c, interval: 1h, retry: {interval: ¶soon}, ${pod}}]`, 'periodics[0].interval: a: expected a duration like 1h30m, found "1d"', 'periodics[1].minimum_interval: b: expected a duration like 1h30m, found "60"', 'periodics[2].retry.interval: c: expected an interval like 5m'],
  // Presets.
  ['config 2.8: what presets add, each clash', `presets: [{labels: {p: t}, env: [{name: X}], volumes: [{name: v}], volumeMounts: [{name: v, mountPath: /b}], tolerations: [{key: k}]}]\n${pre('labels: {p: t}, spec: ¶¶¶¶{tolerations: [{key: k}], volumes: [{name: v}], containers: [{env: [{name: X}], volumeMounts: [{name: v, mountPath: /a}]}]}')}`, ...['the environment variable "X", which is there already', 'the volume "v", which is there already', 'the volume mount "v", which is there already', 'a toleration that is there already: {"key":"k"}'].map((what) => `${AT}.spec: a: a preset adds ${what}`)],
  ['config 2.8: two presets that add the same', 'presets: [{env: [{name: X}]}, {labels: {p: t}, env: [{name: X}]}]\nperiodics: [{name: a, interval: 1h, labels: {p: t}, spec: ¶{containers: [{}]}}]', 'periodics[0].spec: a: a preset adds the environment variable "X", which is there already'],
  ['config 2.3: a label of presets', 'presets: [{labels: {a: b}}, {labels: {a: c}}, {labels: {x: z, a: ¶b}}]', 'presets[2].labels.a: expected each label of a preset once, but jobs.yaml has a: b as well'],
  // Kinds of values.
  ['config 2.7.1: kinds of values', pre(`labels: ¶[a], annotations: {a: ¶[b]}, max_concurrency: ¶1.5, decorate: ¶maybe, extra_refs: ¶{}, clone_depth: ¶deep, hidden: ¶1, always_run: ¶x, optional: ¶x, branches: ¶main, skip_report: ¶x, ${pod}`), `${AT}.labels: expected record, found array`, `${AT}.annotations.a: expected string, found array`, `${AT}.max_concurrency: expected int, found number`, `${AT}.decorate: expected boolean, found string`, `${AT}.extra_refs: expected array, found object`, `${AT}.clone_depth: expected number, found string`, `${AT}.hidden: expected boolean, found number`, `${AT}.always_run: expected boolean, found string`, `${AT}.optional: expected boolean, found string`, `${AT}.branches: expected array, found string`, `${AT}.skip_report: expected boolean, found string`],
  ['config 2.7.1: kinds of values in what upstream takes as objects', pre('reporter_config: {slack: {report: ¶maybe, job_states_to_report: ¶x}}, rerun_auth_config: {allow_anyone: ¶x, github_team_ids: [¶x]}, prowjob_defaults: {tenant_id: ¶{}}, jenkins_spec: {github_branch_source_job: ¶x}, extra_refs: [{org: ¶[], workdir: ¶x}], agent: other'), `${AT}.reporter_config.slack.report: a: expected true or false, found "maybe"`, `${AT}.reporter_config.slack.job_states_to_report: a: expected a list, found "x"`, `${AT}.rerun_auth_config.allow_anyone: a: expected true or false, found "x"`, `${AT}.rerun_auth_config.github_team_ids[0]: a: expected a whole number, found "x"`, `${AT}.prowjob_defaults.tenant_id: a: expected a text, found a map`, `${AT}.jenkins_spec.github_branch_source_job: a: expected true or false, found "x"`, `${AT}.extra_refs[0].org: a: expected a text, found a list`, `${AT}.extra_refs[0].workdir: a: expected true or false, found "x"`],
];
test.each(CASES.map((one) => ({ rule: one[0], one })))('$rule is refused', ({ one }) => {
  const { said, promised } = saidAndPromised('jobs', one);
  expect(said).toEqual(promised);
});

const ALL = ['CI', 'JOB_NAME', 'JOB_SPEC', 'JOB_TYPE', 'PROW_JOB_ID', 'BUILD_ID', 'BUILD_NUMBER'];
const REFS = ['REPO_OWNER', 'REPO_NAME', 'SRC_BASE', 'SRC_HOST', 'PULL_BASE_REF', 'PULL_BASE_SHA', 'PULL_REFS'];
const PULL = ['PULL_NUMBER', 'PULL_PULL_SHA', 'PULL_HEAD_REF', 'PULL_TITLE'];
test.each<[rule: string, at: string, reserved: readonly string[], job: (spec: string) => string]>([
  ['config 2.7.4: variables of a presubmit', AT, [...ALL, ...REFS, ...PULL], pre], ['config 2.7.4: variables of a postsubmit', 'postsubmits["o/r"][0]', [...ALL, ...REFS], post], ['config 2.7.4: variables of a periodic', 'periodics[0]', ALL, (spec) => `periodics: [{name: a, interval: 1h, ${spec}}]`],
])('%s that are Prow’s own are refused, the others not', (rule, at, reserved, job) => {
  const env = [...ALL, ...REFS, ...PULL, 'MINE'].map((name) => `{name: ${reserved.includes(name) ? '¶' : ''}${name}}`).join(', ');
  const { said, promised } = saidAndPromised('jobs', [rule, job(`spec: {containers: [{env: [${env}]}]}`), ...reserved.map((name, n) => `${at}.spec.containers[0].env[${n}].name: a: the environment variable ${name} is set by Prow`)]);
  expect(said).toEqual(promised);
});

describe('with config.yaml', () => {
  test.each<[rule: string, config: string, ...one: RuleCase]>([
    ['config 2.7.4: decoration by default of another agent', 'decorate_all_jobs: true', 'x', 'presubmits: {o/r: [¶{name: a, agent: jenkins}]}', `${AT}.decorate: a: decoration needs the agent kubernetes; say decorate: false`],
    ['config 2.7.4: the namespace', 'pod_namespace: pods', 'x', pre(`namespace: ¶default, ${pod}`), `${AT}.namespace: a: expected pod_namespace (pods), found default`],
    ['config 2.7.4: the queues', 'plank: {job_queue_capacities: {q: 1}}', 'x', pre(`job_queue_name: ¶r, ${pod}`), `${AT}.job_queue_name: a: expected a queue of plank.job_queue_capacities, found "r"`],
    ['jobs 2.7: decoration that no entry completes', 'decorate_all_jobs: true\nplank: {default_decoration_config_entries: [{repo: else, config: {}}]}', 'x', 'presubmits: {o/r: [¶¶{name: a, spec: {containers: [{command: [x]}]}}]}', `${AT}.decoration_config.utility_images: a: expected images, from here or from plank.default_decoration_config_entries, for clonerefs, initupload, entrypoint, sidecar`, `${AT}.decoration_config.gcs_configuration: a: expected a place for logs and artifacts, from here or from plank.default_decoration_config_entries`],
    ['config 2.8: a preset of config.yaml', 'presets: [{env: [{name: X}]}]', 'x', pre('spec: ¶{containers: [{env: [{name: X}]}]}'), `${AT}.spec: a: a preset adds the environment variable "X", which is there already`],
    ['config 2.3: a label of presets in both', 'presets: [{labels: {a: b}}]', 'x', 'presets: [{labels: {a: ¶b}}]', 'presets[0].labels.a: expected each label of a preset once, but config.yaml has a: b as well'],
  ])('%s', (rule, config, ...one) => {
    const { said, promised } = saidAndPromised('jobs', one, { config });
    expect({ rule, said }).toEqual({ rule, said: promised });
  });
});

test.each<[rule: string, jobs: string]>([
  ['config 2.7.4: Tekton in a namespace of its own', pre(`${tekton('')}, namespace: n`)], ['config 2.7.4: an agent that is not known is not looked at', pre('agent: mine, decorate: true, error_on_eviction: true, namespace: n')], ['jobs 7.2: a presubmit has refs', pre(tekton('{taskRef: {name: PROW_IMPLICIT_GIT_REF}}'))],
  ['config 2.7.4: without containers nothing is asked of who may run it again', pre('agent: jenkins, rerun_auth_config: {allow_anyone: true, github_users: [u]}, clone_uri: "http://[x"')], ['config 2.7.4: extra refs are only looked at beside an address of the job', pre(`extra_refs: [{org: o, repo: x, clone_uri: "http://[y"}], ${pod}`)],
  ['config 2.7.4: never by itself, and by what changed', post(`always_run: false, run_if_changed: x, ${pod}`)], ['jobs 2.4: one name where all listed branches are skipped', two('name: a, skip_branches: ["release-\\\\d+\\\\.\\\\d+"]', 'name: a, branches: [release-1.14, release-1.13]')],
  ['config 2.7.4: one name as presubmit, postsubmit and periodic', `presubmits: {o/r: [{name: a, ${pod}}]}\npostsubmits: {o/r: [{name: a, ${pod}}]}\nperiodics: [{name: a, interval: 1h, ${pod}}]`],
  ['config 2.7.4: cron texts', `periodics: [${['0 0 * * *', '0 0 0 * * *', '@yearly', '@every 1h30m', 'TZ=Europe/Paris 0 0 * * MON-FRI', 'CRON_TZ=UTC @daily', '*/5 1,2 * jan ?'].map((cron, at) => `{name: a${at}, cron: "${cron}", ${pod}}`).join(', ')}]`],
  ['jobs 1.5: media types and buckets of other schemes', decorated(`{${images}, gcs_configuration: {bucket: "file:///x", path_strategy: explicit, mediaTypes: {log: "text/plain; charset=utf-8", a: text}}}`)], ['config 2.7.4: values of labels that are just fine', pre(`labels: {a: "", b.example.com/c: "${'x'.repeat(63)}", d: 1}, ${pod}`)],
])('%s: is fine', (rule, jobs) => expect(saidAndPromised('jobs', [rule, jobs]).said).toEqual([]));
