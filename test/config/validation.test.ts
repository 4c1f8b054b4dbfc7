import { expect, test } from '@jest/globals';
import { ConfigError } from '../../src/core/errors.js';
import { configFromText } from '../../src/config/load.js';

type Texts = Readonly<{ config?: string; jobs?: string; plugins?: string }>;

/** All problems of a load, one line each. */
function problems(texts: Texts): readonly string[] {
  try {
    configFromText(texts);
  } catch (err) {
    if (err instanceof ConfigError) return err.problems;
    throw err;
  }
  return [];
}

const pre = (rest: string) => `presubmits:\n  o/r:\n  - name: a\n${rest.replaceAll(/^/gm, '    ')}\n`;
const periodic = (rest: string) => `periodics:\n- name: a\n${rest.replaceAll(/^/gm, '  ')}\n  spec: {containers: [{}]}\n`;
const images = 'utility_images: {clonerefs: c, initupload: i, entrypoint: e, sidecar: s}';
const storage = 'gcs_configuration: {bucket: b, path_strategy: explicit}';
const decorated = (config: string, container = '{command: [x]}') => pre(`decorate: true\ndecoration_config: {${config}}\nspec: {containers: [${container}]}`);

test.each<[string, string, string]>([
  ['no container', pre('spec:\n  containers: []'), '5:19: presubmits["o/r"][0].spec.containers: a: expected a container'],
  ['an init container', pre('spec:\n  initContainers:\n  - {name: i}\n  containers: [{}]'), '6:9: presubmits["o/r"][0].spec.initContainers[0]: a: init containers are not supported, unless with restartPolicy: Always'],
  ['two containers without decoration', pre('spec:\n  containers:\n  - {name: one}\n  - {name: two}'), '7:9: presubmits["o/r"][0].spec.containers[1]: a: expected one container, since the job is not decorated, found 2'],
  ['a container without a name beside another', decorated(`${images}, ${storage}`, '{command: [x], name: m}, {command: [x]}'), '6:50: presubmits["o/r"][0].spec.containers[1].name: a: expected a name, since there are several containers'],
  ['two containers of one name', decorated(`${images}, ${storage}`, '{command: [x], name: m}, {command: [x], name: m}'), '6:71: presubmits["o/r"][0].spec.containers[1].name: a: the container "m" is there twice'],
  ['a container called sidecar', decorated(`${images}, ${storage}`, '{command: [x], name: sidecar}, {command: [x], name: m}'), '6:46: presubmits["o/r"][0].spec.containers[0].name: a: the container name sidecar is reserved for decoration'],
  ['a variable twice', pre('spec:\n  containers:\n  - env:\n    - {name: X}\n    - {name: X}'), '8:18: presubmits["o/r"][0].spec.containers[0].env[1].name: a: the environment variable "X" is there twice'],
  ['a variable that Prow sets', pre('spec:\n  containers:\n  - env:\n    - name: PULL_NUMBER'), '7:17: presubmits["o/r"][0].spec.containers[0].env[0].name: a: the environment variable PULL_NUMBER is set by Prow'],
  ['a volume twice', pre('spec:\n  containers: [{}]\n  volumes:\n  - name: v\n  - name: v'), '8:15: presubmits["o/r"][0].spec.volumes[1].name: a: the volume "v" is there twice'],
  ['a volume called logs', pre('spec:\n  containers: [{}]\n  volumes:\n  - name: logs'), '7:15: presubmits["o/r"][0].spec.volumes[0].name: a: the volume name "logs" is reserved for decoration'],
  ['a volume with the name of an SSH secret', pre(`decoration_config: {${images}, ${storage}, ssh_key_secrets: [key]}\nspec:\n  containers: [{command: [x]}]\n  volumes:\n  - name: key`), '8:15: presubmits["o/r"][0].spec.volumes[0].name: a: the volume name "key" is reserved for decoration'],
  ['a mount of no volume', pre('spec:\n  containers:\n  - volumeMounts:\n    - name: v'), '7:17: presubmits["o/r"][0].spec.containers[0].volumeMounts[0].name: a: there is no volume "v"'],
  ['a mount of a decoration volume', pre('spec:\n  containers:\n  - volumeMounts:\n    - name: code'), '7:17: presubmits["o/r"][0].spec.containers[0].volumeMounts[0].name: a: the volume code is reserved for decoration'],
  ['a mount at /logs', pre('spec:\n  volumes: [{name: v}]\n  containers:\n  - volumeMounts:\n    - name: v\n      mountPath: /logs'), '9:22: presubmits["o/r"][0].spec.containers[0].volumeMounts[0].mountPath: a: the path /logs is reserved for decoration'],
  ['no utility images', decorated(storage), '5:24: presubmits["o/r"][0].decoration_config.utility_images: a: expected images, from here or from plank.default_decoration_config_entries, for clonerefs, initupload, entrypoint, sidecar'],
  ['some utility images', decorated(`utility_images: {clonerefs: c, sidecar: s}, ${storage}`), '5:41: presubmits["o/r"][0].decoration_config.utility_images: a: expected images, from here or from plank.default_decoration_config_entries, for initupload, entrypoint'],
  ['no storage', decorated(images), '5:24: presubmits["o/r"][0].decoration_config.gcs_configuration: a: expected a place for logs and artifacts, from here or from plank.default_decoration_config_entries'],
  ['a path strategy that is none', decorated(`gcs_configuration: {bucket: b, path_strategy: new}, ${images}`), '5:71: presubmits["o/r"][0].decoration_config.gcs_configuration.path_strategy: a: expected one of legacy, single, explicit, found "new"'],
  ['the strategy single without a repository', decorated(`gcs_configuration: {bucket: b, path_strategy: single, default_org: o}, ${images}`), '5:44: presubmits["o/r"][0].decoration_config.gcs_configuration.default_repo: a: is needed by path_strategy: single'],
  ['a bucket that is none', decorated(`gcs_configuration: {bucket: "gs://a b", path_strategy: explicit}, ${images}`), '5:53: presubmits["o/r"][0].decoration_config.gcs_configuration.bucket: a: expected a bucket such as gs://name, found "gs://a b"'],
  ['a media type that is none', decorated(`gcs_configuration: {bucket: b, path_strategy: explicit, mediaTypes: {log: "text plain"}}, ${images}`), '5:93: presubmits["o/r"][0].decoration_config.gcs_configuration.mediaTypes: a: expected a media type for log, found "text plain"'],
  ['two ways to clone', decorated(`ssh_key_secrets: [k], oauth_token_secret: {name: tok, key: k}, ${images}, ${storage}`), '5:42: presubmits["o/r"][0].decoration_config.ssh_key_secrets: a: excludes oauth_token_secret'],
  ['nothing to run', decorated(`${images}, ${storage}`, '{image: i}'), '6:25: presubmits["o/r"][0].spec.containers[0]: a: a decorated container needs command or args'],
  ['nothing to run in spite of a command', decorated(`${images}, ${storage}`, '{command: [""]}'), '6:25: presubmits["o/r"][0].spec.containers[0]: a: a decorated container needs command or args'],
  ['a timeout that is none', decorated(`timeout: soon, ${images}, ${storage}`), '5:34: presubmits["o/r"][0].decoration_config.timeout: a: expected a duration like 1h30m, found "soon"'],
  ['anyone and somebody may rerun', pre('rerun_auth_config:\n  allow_anyone: true\n  github_users: [u]\nspec: {containers: [{}]}'), '6:21: presubmits["o/r"][0].rerun_auth_config.github_users: a: excludes allow_anyone: true'],
  ['an address that is none', pre('clone_uri: "http://[broken"\nspec: {containers: [{}]}'), '4:16: presubmits["o/r"][0].clone_uri: a: expected a URL, found "http://[broken"'],
  ['a token for git over SSH', pre(`clone_uri: git@example.org:o/r.git\ndecoration_config: {oauth_token_secret: {name: tok, key: k}, ${images}, ${storage}}\nspec: {containers: [{command: [x]}]}`), '4:16: presubmits["o/r"][0].clone_uri: a: expected http or https, since oauth_token_secret is set, found "git@example.org:o/r.git"'],
  ['the same of an extra ref', pre(`clone_uri: https://example.org/o/r\nextra_refs:\n- {org: o, repo: x, clone_uri: "ssh://example.org"}\ndecoration_config: {oauth_token_secret: {name: tok, key: k}, ${images}, ${storage}}\nspec: {containers: [{command: [x]}]}`), '6:36: presubmits["o/r"][0].extra_refs[0].clone_uri: a: expected http or https, since oauth_token_secret is set, found "ssh://example.org"'],
  ['no name', 'presubmits:\n  o/r:\n  - spec: {containers: [{}]}', '3:5: presubmits["o/r"][0].name: a job without a name: expected a name of letters, digits, "-", "." and "_", found ""'],
  ['a name for Jenkins that ends in a slash', 'presubmits:\n  o/r:\n  - name: a/\n    agent: jenkins', '3:11: presubmits["o/r"][0].name: a/: expected a name of letters, digits, "-", "." and "_", found "a/"'],
  ['a negative concurrency', pre('max_concurrency: -1\nspec: {containers: [{}]}'), '4:22: presubmits["o/r"][0].max_concurrency: a: expected 0 or more'],
  ['a pipeline for the agent kubernetes', pre('pipeline_run_spec: {}\nspec: {containers: [{}]}'), '3:5: presubmits["o/r"][0].agent: a: a pipeline spec needs the agent tekton-pipeline, found kubernetes'],
  ['the agent tekton-pipeline without a pipeline', pre('agent: tekton-pipeline'), '4:12: presubmits["o/r"][0].agent: a: the agent tekton-pipeline needs a pipeline spec'],
  ['decoration for Jenkins', pre('agent: jenkins\ndecorate: true'), '5:15: presubmits["o/r"][0].decorate: a: decoration needs the agent kubernetes; say decorate: false'],
  ['error_on_eviction for Jenkins', pre('agent: jenkins\nerror_on_eviction: true'), '5:24: presubmits["o/r"][0].error_on_eviction: a: needs the agent kubernetes'],
  ['a label that is none', pre('labels:\n  "a b": x\nspec: {containers: [{}]}'), '5:14: presubmits["o/r"][0].labels["a b"]: a: not the name of a label: "a b"'],
  ['an annotation that is none', pre('annotations:\n  "/x": x\nspec: {containers: [{}]}'), '5:13: presubmits["o/r"][0].annotations["/x"]: a: not the name of an annotation: "/x"'],
  ['no report with a Gerrit label', pre('skip_report: true\nlabels: {prow.k8s.io/gerrit-report-label: x}\nspec: {containers: [{}]}'), '4:18: presubmits["o/r"][0].skip_report: a: excludes the label prow.k8s.io/gerrit-report-label'],
  ['a cron text that is none', periodic('cron: 0 25 * * *'), '3:9: periodics[0].cron: a: "0 25 * * *" is no cron text: hours: expected 0 to 23 in "25"'],
  ['a minimum interval that is none', periodic('minimum_interval: 5'), '3:21: periodics[0].minimum_interval: a: expected a duration like 1h30m, found "5"'],
  ['a retry without an interval', periodic('interval: 1h\nretry: {attempts: 3}'), '4:10: periodics[0].retry.interval: a: expected an interval like 5m'],
  ['a periodic twice', `${periodic('interval: 1h')}- {name: a, interval: 1h, spec: {containers: [{}]}}`, '5:10: periodics[1].name: the periodic a is there twice'],
])('a job is refused: %s', (_, jobs, want) => expect(problems({ jobs })).toEqual([`jobs.yaml:${want}`]));

test.each<[string, string]>([
  ['a native sidecar', pre('spec: {initContainers: [{restartPolicy: Always}], containers: [{}]}')],
  ['a variable that only presubmits may not set', periodic('interval: 1h').replace('[{}]', '[{env: [{name: PULL_NUMBER}]}]')],
  ['mounts beside the reserved paths', pre('spec: {volumes: [{name: v}], containers: [{volumeMounts: [{name: v, mountPath: /logs/x}, {name: v, mountPath: /home/prow}]}]}')],
  ['a mount of credentials', pre('spec: {containers: [{volumeMounts: [{name: gcs-credentials, mountPath: /c}]}]}')],
  ['keys in other letters', pre('spec: {Containers: [{Env: [{NAME: X}]}]}')],
  ['an agent that nobody here knows', pre('agent: other')],
  ['git over SSH with a key', pre(`clone_uri: git@example.org:o/r.git\ndecoration_config: {ssh_key_secrets: [k], ${images}, ${storage}}\nspec: {containers: [{args: [x]}]}`)],
  ['a folder of Jenkins', 'presubmits: {o/r: [{name: folder/a, agent: jenkins}]}'],
  ['one context on branches that do not meet', 'presubmits: {o/r: [{name: a, context: c, branches: [x], spec: {containers: [{}]}}, {name: b, context: c, branches: [y], spec: {containers: [{}]}}]}'],
  ['a name in two repositories', 'presubmits: {o/r: [{name: a, spec: {containers: [{}]}}], o/s: [{name: a, spec: {containers: [{}]}}]}'],
])('a job is fine: %s', (_, jobs) => expect(problems({ jobs })).toEqual([]));

test.each<[string, string, string]>([
  ['a branch expression of blockades', 'blockades:\n- branchregexp: "("', '2:17: blockades[0].branchregexp: expected an RE2 expression: '],
  ['look-around in a status to wait for', 'blunderbuss:\n  wait_for_status: {description: "(?=x)"}', '2:34: blunderbuss.wait_for_status.description: expected an RE2 expression: '],
  ['a comment expression of heart', 'heart:\n  commentregexp: "["', '2:18: heart.commentregexp: expected an RE2 expression: '],
  ['no reviews to ask for', 'blunderbuss:\n  request_count: 0', '2:18: blunderbuss.request_count: expected 1 or more'],
  ['two plugins that ask for reviews', 'plugins:\n  o: {plugins: [rifle]}\n  o/r: {plugins: [blunderbuss]}', '3:8: plugins["o/r"]: blunderbuss and rifle exclude each other'],
  ['sizes that do not ascend', 'size:\n  s: 1\n  m: 5\n  l: 4\n  xl: 5\n  xxl: 6', '3:6: size.m: expected no more than size.l (4), found 5'],
  ['a size without the next', 'size:\n  s: 0\n  xxl: 0\n  xl: 3', '4:7: size.xl: expected no less than size.l (100, the default), found 3'],
  ['a matching label without an organisation', 'require_matching_label:\n- {regexp: x, missing_label: m, prs: true}', '2:3: require_matching_label[0].org: is needed'],
  ['a matching label for nothing', 'require_matching_label:\n- {org: o, regexp: x, missing_label: m}', '2:3: require_matching_label[0]: expected prs: true or issues: true'],
  ['a matching label of a branch of issues', 'require_matching_label:\n- {org: o, regexp: x, missing_label: m, issues: true, branch: b}', '2:63: require_matching_label[0].branch: needs prs: true'],
  ['a matching label of ORG/REPO', 'require_matching_label:\n- {org: o, regexp: x, missing_label: m, issues: true, repo: o/r}', '2:61: require_matching_label[0].repo: expected the name of a repository without its organisation'],
  ['a matching label that is the missing one', 'require_matching_label:\n- {org: o, regexp: ^m, missing_label: m, prs: true}', '2:20: require_matching_label[0].regexp: matches missing_label (m) itself'],
  ['a matching label with a bad expression', 'require_matching_label:\n- {org: o, regexp: "(", missing_label: m, prs: true}', '2:20: require_matching_label[0].regexp: expected an RE2 expression: '],
  ['a grace period that is none', 'require_matching_label:\n- {org: o, regexp: x, missing_label: m, prs: true, grace_period: 5}', '2:66: require_matching_label[0].grace_period: expected a duration like 1h30m or 90s, found "5"'],
  ['a project without columns', 'project_manager:\n  orgsRepos:\n    o: {projects: {p: {}}}', '3:23: project_manager.orgsRepos.o.projects.p: expected columns'],
  ['an owner without projects', 'project_manager:\n  orgsRepos:\n    o: {}', '3:8: project_manager.orgsRepos.o: expected projects'],
  ['a column without a name', 'project_manager:\n  orgsRepos:\n    o: {projects: {p: {columns: [{org: o, labels: [l]}]}}}', '3:34: project_manager.orgsRepos.o.projects.p.columns[0]: expected an id or a name'],
  ['a column without an organisation', 'project_manager:\n  orgsRepos:\n    o: {projects: {p: {columns: [{id: 1, labels: [l]}]}}}', '3:34: project_manager.orgsRepos.o.projects.p.columns[0]: expected an org'],
  ['a column without labels', 'project_manager:\n  orgsRepos:\n    o: {projects: {p: {columns: [{id: 1, org: o}]}}}', '3:34: project_manager.orgsRepos.o.projects.p.columns[0]: expected labels'],
  ['two columns with the same labels', 'project_manager:\n  orgsRepos:\n    o: {projects: {p: {columns: [{id: 1, org: o, labels: [a, b]}, {id: 2, org: o, labels: [b, a]}]}}}', '3:91: project_manager.orgsRepos.o.projects.p.columns[1].labels: another column of the project has the same labels'],
  ['a repository in two welcomes', 'welcome:\n- repos: [o]\n- repos: [o]', '3:11: welcome[1].repos[0]: o is in welcome[0] already'],
  ['a blank repository', 'invalid_commit_msg:\n- repos: [" "]', '2:11: invalid_commit_msg[0].repos[0]: expected ORG or ORG/REPO'],
  ['a check that is not there', 'invalid_commit_msg:\n- checks: [{name: spelling}]', '2:19: invalid_commit_msg[0].checks[0].name: expected one of fixupPrefix, issueClosingKeywords, found "spelling"'],
  ['a name and names of partitions', 'config_updater:\n  maps:\n    a/b.yaml: {name: x, partitioned_names: [p]}', '3:44: config_updater.maps["a/b.yaml"].partitioned_names: excludes name'],
  ['too many partitions', `config_updater:\n  maps:\n    a.yaml: {partitioned_names: [${'p,'.repeat(257)}]}`, '3:33: config_updater.maps["a.yaml"].partitioned_names: expected at most 256, found 257'],
  ['clusters and groups', 'config_updater:\n  cluster_groups: {g: {clusters: [c], namespaces: [x]}}\n  maps:\n    a.yaml: {name: x, clusters: {c: [x]}, cluster_groups: [g]}', '4:59: config_updater.maps["a.yaml"].cluster_groups: excludes clusters'],
  ['a group that is not there', 'config_updater:\n  maps:\n    a.yaml: {name: x, cluster_groups: [g]}', '3:40: config_updater.maps["a.yaml"].cluster_groups[0]: there is no group "g" in config_updater.cluster_groups'],
  ['two files for one key', 'config_updater:\n  maps:\n    a/x.yaml: {name: cm}\n    b/x.yaml: {name: cm}', '4:15: config_updater.maps["b/x.yaml"]: writes the key x.yaml of the ConfigMap cm as "a/x.yaml" does'],
])('plugins.yaml is refused: %s', (_, plugins, want) => {
  const [first = '', ...more] = problems({ plugins });
  expect(first.slice(0, 'plugins.yaml:'.length + want.length)).toBe(`plugins.yaml:${want}`);
  expect(more).toEqual([]);
});

test.each<[string, string, string]>([
  ['a Slack reporter without a channel', 'slack_reporter_configs:\n  "*": {host: h}', '2:8: slack_reporter_configs["*"].channel: expected a channel'],
  ['both kinds of subscriptions', 'pubsub_triggers: [{project: p}]\npubsub_subscriptions: {p: [s]}', '2:23: pubsub_subscriptions: expected pubsub_subscriptions or pubsub_triggers, not both'],
  ['both kinds of rerun rules', 'deck:\n  default_rerun_auth_configs: [{repo: o}]\n  rerun_auth_configs: {o: {}}', '3:23: deck.rerun_auth_configs: expected rerun_auth_configs or default_rerun_auth_configs, not both'],
  ['anyone and somebody may rerun', 'deck:\n  rerun_auth_configs:\n    o: {github_users: [u], allow_anyone: true}', '3:42: deck.rerun_auth_configs.o.allow_anyone: excludes users, organisations and teams'],
  ['the same in the newer form', 'deck:\n  default_rerun_auth_configs:\n  - rerun_auth_configs: {github_orgs: [u], allow_anyone: true}', '3:58: deck.default_rerun_auth_configs[0].rerun_auth_configs.allow_anyone: excludes users, organisations and teams'],
  ['buckets that nothing checks', 'deck:\n  additional_allowed_buckets: [b]', '2:31: deck.additional_allowed_buckets: needs skip_storage_path_validation: false'],
  ['a negative size', 'deck:\n  spyglass: {size_limit: -1}', '2:26: deck.spyglass.size_limit: expected 0 or more'],
  ['two prefixes for everything', 'deck:\n  spyglass: {gcs_browser_prefix: p, gcs_browser_prefixes: {"*": q}}', '2:34: deck.spyglass.gcs_browser_prefix: excludes an entry "*" of gcs_browser_prefixes'],
  ['a bad expression of a lens', 'deck:\n  spyglass: {lenses: [{required_files: ["("]}]}', '2:41: deck.spyglass.lenses[0].required_files[0]: expected an RE2 expression: '],
  ['one operator with a selector', 'jenkins_operators:\n- label_selector: a=b', '2:19: jenkins_operators[0].label_selector: expected none, since there is one operator'],
  ['two operators, one without a selector', 'jenkins_operators:\n- label_selector: a=b\n- {}', '3:3: jenkins_operators[1].label_selector: expected a selector, since there are several operators'],
  ['a client of nobody', 'gangway: {allowed_api_clients: [{}]}', '1:33: gangway.allowed_api_clients[0]: expected gcp'],
  ['a client of another kind', 'gangway:\n  allowed_api_clients:\n  - {gcp: {endpoint_api_consumer_type: ORG, endpoint_api_consumer_number: "1"}, allowed_jobs_filters: [{tenant_id: t}]}', '3:40: gangway.allowed_api_clients[0].gcp.endpoint_api_consumer_type: expected PROJECT, found "ORG"'],
  ['a client without a number', 'gangway:\n  allowed_api_clients:\n  - {gcp: {endpoint_api_consumer_type: PROJECT}, allowed_jobs_filters: [{tenant_id: t}]}', '3:11: gangway.allowed_api_clients[0].gcp.endpoint_api_consumer_number: expected digits, found ""'],
  ['a client without a filter', 'gangway:\n  allowed_api_clients:\n  - {gcp: {endpoint_api_consumer_type: PROJECT, endpoint_api_consumer_number: "1"}}', '3:5: gangway.allowed_api_clients[0].allowed_jobs_filters: expected a filter'],
  ['a filter without a tenant', 'gangway:\n  allowed_api_clients:\n  - {gcp: {endpoint_api_consumer_type: PROJECT, endpoint_api_consumer_number: "1"}, allowed_jobs_filters: [{}]}', '3:108: gangway.allowed_api_clients[0].allowed_jobs_filters[0].tenant_id: expected a tenant'],
])('config.yaml is refused: %s', (_, config, want) => {
  const [first = '', ...more] = problems({ config });
  expect(first.slice(0, 'config.yaml:'.length + want.length)).toBe(`config.yaml:${want}`);
  expect(more).toEqual([]);
});
