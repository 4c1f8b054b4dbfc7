import { expect, test } from '@jest/globals';
import { CHECK_NAMES, CHECKS } from '../../src/config/checks/registry.js';
import { contextPolicy } from '../../src/tide/contexts.js';
import { unmarked } from '../config/rules/marked.js';
import { check, type ContextFault, type Files } from './checkconfigRun.js';

/** A case of a warning: its name, what it is about, files in which `¶` stands before whatever is to be blamed, and in their order `key: message` for each mark. */
type WarningCase = readonly [name: string, about: string, files: Files, wants: readonly string[], args?: readonly string[]];

const contextFault: ContextFault = ({ prow }, { branch, ...repo }, presubmits) => {
  const found = contextPolicy({ tide: prow.tide, protection: prow['branch-protection'], presubmits, rules: { required: [] }, repo, branch });
  return 'fault' in found ? found.fault : undefined;
};

const spec = 'spec: {containers: [{}]}';
const query = (rest: string) => `tide: {queries: [{orgs: [o], ${rest}}]}`;
const enabled = (plugin: string) => `plugins: {o: {plugins: [${plugin}]}}`;
const STRICT = 'strict: true makes Tide rebase and retest every pull request; Tide itself merges only what was tested on the newest base';
const jobOf = (repo: string, rest: string) => `presubmits: {${repo}: [{name: a, ${rest}}]}`;

const REQUIRED: readonly (readonly [label: string, plugin: string])[] = [['lgtm', 'lgtm'], ['approved', 'approve']];
const FORBIDDEN: readonly (readonly [label: string, plugin: string])[] = [
  ['do-not-merge/hold', 'hold'], ['do-not-merge/work-in-progress', 'wip'], ['bugzilla/invalid-bug', 'bugzilla'], ['do-not-merge/invalid-owners-file', 'verify-owners'], ['do-not-merge/release-note-label-needed', 'release-note'],
  ['do-not-merge/cherry-pick-not-approved', 'cherry-pick-unapproved'], ['do-not-merge/blocked-paths', 'blockade'],
];
const both = (name: string, list: string, word: string) => ([label, plugin]: readonly [string, string]): readonly WarningCase[] => [
  [name, `${label} without ${plugin}`, { 'config.yaml': query(`${list}: ¶[${label}]`), 'plugins.yaml': enabled('cat') }, [`tide.queries[0].${list}: ${word} the label ${label}, but the plugin ${plugin} is not enabled for o/*`]],
  [name, `${plugin} without ${label}`, { 'config.yaml': query(`${list}: ¶[other]`), 'plugins.yaml': enabled(plugin) }, [`tide.queries[0].${list}: should have the label ${label}, since the plugin ${plugin} is enabled for o/*`]],
  [name, `${plugin} with ${label}`, { 'config.yaml': query(`${list}: [${label}]`), 'plugins.yaml': enabled(plugin) }, []],
];

const CASES: readonly WarningCase[] = [
  ...REQUIRED.flatMap(both('mismatched-tide', 'labels', 'requires')), ...FORBIDDEN.flatMap(both('mismatched-tide', 'missingLabels', 'forbids')), ...REQUIRED.flatMap(both('mismatched-tide-lenient', 'labels', 'requires')),
  ['mismatched-tide', 'needs-rebase in one direction only', { 'config.yaml': query('labels: []'), 'plugins.yaml': 'external_plugins: {o: [{name: needs-rebase}]}' }, []],
  ['mismatched-tide', 'a plugin where Tide merges nothing', { 'config.yaml': query('labels: []'), 'plugins.yaml': 'plugins: {p: {plugins: [hold]}, q/r: {plugins: [lgtm]}}' }, []],
  ['mismatched-tide', 'the repositories that are left out', { 'config.yaml': 'tide: {queries: [{orgs: [o], excludedRepos: [o/x], labels: ¶[lgtm]}, {repos: [o/x], labels: ¶[]}]}', 'plugins.yaml': 'plugins: {o: {plugins: [lgtm], excluded_repos: [w]}}' }, ['tide.queries[0].labels: requires the label lgtm, but the plugin lgtm is not enabled for o/w', 'tide.queries[1].labels: should have the label lgtm, since the plugin lgtm is enabled for o/x']],
  ['mismatched-tide', 'a query of a supplemental file', { 'config.yaml': query('labels: []'), 'prow/x_prowconfig.yaml': '\ntide:\n  queries:\n  - repos: [p/r]\n    labels: ¶[lgtm]', 'plugins.yaml': enabled('cat') }, ['tide.queries[0].labels: requires the label lgtm, but the plugin lgtm is not enabled for p/r']],
  ['mismatched-tide', 'without plugins nothing is looked at', { 'config.yaml': query('labels: [lgtm]') }, []],
  ['mismatched-tide-lenient', 'forbidden labels do not count', { 'config.yaml': query('missingLabels: [do-not-merge/hold]'), 'plugins.yaml': enabled('wip') }, []],
  ['tide-strict-branch', 'an organisation', { 'config.yaml': `${query('labels: []')}\nbranch-protection: {orgs: {o: {protect: true, required_status_checks: {strict: ¶true}}}}` }, [`branch-protection.orgs.o.required_status_checks.strict: ${STRICT}`]],
  ['tide-strict-branch', 'a repository, which inherits its protection', { 'config.yaml': `${query('labels: []')}\nbranch-protection: {protect: true, orgs: {o: {repos: {r: {required_status_checks: {strict: ¶true}}, s: {protect: false, required_status_checks: {strict: true}}}}}}` }, [`branch-protection.orgs.o.repos.r.required_status_checks.strict: ${STRICT}`]],
  ['tide-strict-branch', 'a repository that no query is about', { 'config.yaml': `${query('excludedRepos: [o/r]')}\nbranch-protection: {orgs: {o: {repos: {r: {protect: true, required_status_checks: {strict: true}}}}}}` }, []],
  ['tide-strict-branch', 'without queries', { 'config.yaml': 'branch-protection: {protect: true, required_status_checks: {strict: true}}' }, []],
  ['tide-context-policy', 'a branch of context options', { 'config.yaml': 'tide: {context_options: {orgs: {o: {repos: {r: {branches: {torn: ¶{}, fine: {}}}}}}}}' }, ['tide.context_options.orgs.o.repos.r.branches.torn: o/r, branch torn: o/r contradicts itself']],
  ['tide-context-policy', 'a branch of branch protection', { 'config.yaml': 'tide: {context_options: ¶{}}\nbranch-protection: {orgs: {o: {repos: {r: {branches: {torn: {protect: true}}}}}}}' }, ['tide.context_options.orgs.o.repos.r.branches.torn: o/r, branch torn: o/r contradicts itself']],
  ['tide-context-policy', 'not where a repository has jobs of its own', { 'config.yaml': 'in_repo_config: {enabled: {o/r: true}}\ntide: {context_options: {orgs: {o: {repos: {r: {branches: {torn: {}}}}}}}}' }, []],
  ['non-decorated-jobs', 'jobs of all kinds', { 'jobs.yaml': `presubmits: {o/r: [¶{name: a, ${spec}}]}\npostsubmits: {o/r: [¶{name: b, decorate: false, ${spec}}]}\nperiodics: [¶{name: c, interval: 1h, ${spec}}, {name: d, interval: 1h, agent: other}]` }, [['presubmits["o/r"][0]', 'a'], ['postsubmits["o/r"][0]', 'b'], ['periodics[0]', 'c']].map(([at, name]) => `${at}: ${name}: is not decorated, so Prow keeps no logs of it`)],
  ['long-job-names', 'just long enough, and not on Jenkins', { 'jobs.yaml': `presubmits: {o/r: [{name: ${'j'.repeat(63)}, ${spec}}, {name: ¶${'j'.repeat(65)}, ${spec}}, {name: ${'k'.repeat(65)}, agent: jenkins}]}` }, [`presubmits["o/r"][1].name: ${'j'.repeat(65)}: expected at most 63 characters, found 65`]],
  ['duplicate-job-refs', 'presubmits alone', { 'jobs.yaml': `presubmits: {o/r: [{name: a, ${spec}, extra_refs: [¶{org: o, repo: r}]}]}\npostsubmits: {o/r: [{name: b, ${spec}, extra_refs: [{org: o, repo: r}]}]}` }, ['presubmits["o/r"][0].extra_refs[0]: a: o/r is the job\'s own repository']],
  ['periodic-default-clone-config', 'all three keys, of periodics alone', { 'jobs.yaml': `periodics: [{name: a, interval: 1h, ${spec}, clone_depth: ¶1, clone_uri: ¶"https://x", path_alias: ¶p}]\npresubmits: {o/r: [{name: b, ${spec}, path_alias: p}]}` }, ['clone_depth', 'clone_uri', 'path_alias'].map((key) => `periodics[0].${key}: a: has no effect here, say it in extra_refs`)],
  ['needs-ok-to-test', 'neither alone', { 'config.yaml': 'tide: {queries: [{orgs: [o], labels: [lgtm]}, {orgs: [p], missingLabels: [needs-ok-to-test]}]}' }, []],
  ['managed-webhooks', 'repositories of other organisations', { 'config.yaml': 'managed_webhooks: {org_repo_config: {o: {}, ¶o/r: {}, ¶o/s: {}, p/r: {}}}' }, ['o/r', 'o/s'].map((repo) => `managed_webhooks.org_repo_config["${repo}"]: o has a hook for all of its repositories already`)],
  ['validate-owners', 'each plugin that reads OWNERS', { 'plugins.yaml': 'plugins:\n  ¶a: {plugins: [approve]}\n  ¶b/r: {plugins: [blunderbuss]}\n  ¶c: {plugins: [rifle]}\n  ¶d: {plugins: [owners-label]}\n  e: {plugins: [approve, owners-label, verify-owners]}\n  f: {plugins: [lgtm]}' }, ['plugins.a: enables approve without verify-owners for a/*', 'plugins["b/r"]: enables blunderbuss without verify-owners for b/r', 'plugins.c: enables rifle without verify-owners for c/*', 'plugins.d: enables owners-label without verify-owners for d/*']],
  ['missing-trigger', 'postsubmits, and repositories that an organisation leaves out', { 'plugins.yaml': 'plugins: {o: {plugins: [trigger], excluded_repos: [x]}}', 'jobs.yaml': `presubmits:\n  o/r: [{name: a, ${spec}}]\npostsubmits:\n  o/x: [¶{name: a, ${spec}}, {name: b, ${spec}}]\n  p/r: [¶{name: a, ${spec}}]` }, ['postsubmits["o/x"][0]: o/x has jobs, but the plugin trigger is not enabled for it', 'postsubmits["p/r"][0]: p/r has jobs, but the plugin trigger is not enabled for it']],
  ['missing-trigger', 'without plugins nothing is looked at', { 'jobs.yaml': jobOf('o/r', spec) }, []],
  ['validate-urls', 'without plugins nothing is looked at', { 'config.yaml': 'status_error_link: "http://[x"' }, []],
  ['unknown-fields', 'where upstream does not look: plugins, config_updater', { 'plugins.yaml': 'plugins: {o: {¶plugin: [a]}}\nconfig_updater: {maps: {a: {name: n, ¶nmae: m}}}' }, ['plugins.o.plugin: unknown key, it has no effect', 'config_updater.maps.a.nmae: unknown key, it has no effect']],
  ['unknown-fields', 'what is to be ignored', { 'config.yaml': 'prow_ignored: {plonk: 1}\npresubmits: {}', 'plugins.yaml': enabled('cat') }, []],
  ['unknown-fields-all', 'supplemental files of both kinds', { 'config.yaml': '¶plonk: 1', 'prow/x_prowconfig.yaml': 'tide: {¶query: []}', 'plugins.yaml': enabled('cat'), 'plugins/x_pluginconfig.yaml': 'lgtm: [{¶repo: o}]', 'jobs.yaml': 'presets: [{¶label: {}}]' }, ['plonk', 'tide.query', 'lgtm[0].repo', 'presets[0].label'].map((key) => `${key}: unknown key, it has no effect`)],
  ['repeated-keys', 'of every file, at every depth', {
    'config.yaml': 'tide: {sync_period: 1m}\nplank: {}\n¶tide: {}\n---\n¶log_level: debug', 'plugins.yaml': 'plugins: {o: {plugins: [cat]}, ¶o: {plugins: [dog]}}', 'jobs.yaml': `presets: [{labels: {a: b}}, {labels: {c: d}}]\nperiodics:\n- {name: a, interval: 1h, ${spec}, ¶name: b}\n`,
    'prow/x_prowconfig.yaml': 'tide: {merge_method: {o: squash, ¶o: merge}}\n---\n',
  }, ['tide: is there twice, the last one counts', 'stands behind the first document, and nobody reads it', 'plugins.o: is there twice, the last one counts', 'periodics[0].name: is there twice, the last one counts', 'tide.merge_method.o: is there twice, the last one counts']],
  ['repeated-keys', 'merges and aliases are none, and a broken later document does no harm', { 'config.yaml': 'plank: {job_url_prefix_config: &a {o: x}}\ndeck: {spyglass: {gcs_browser_prefixes: {<<: *a, <<: {p: q}, o: z}}}\n---\n' }, []],
  ['validate-cluster-field', 'jobs of all kinds on Jenkins', { 'jobs.yaml': `presubmits: {o/r: [{name: a, agent: jenkins, cluster: ¶c}, {name: b, agent: jenkins, cluster: default}]}\npostsubmits: {o/r: [{name: c, cluster: c, ${spec}}]}` }, ['presubmits["o/r"][0].cluster: a: has no effect for the agent jenkins']],
  ['validate-supplemental-prow-config-hierarchy', 'all that a file of prow may be about', {
    'prow/top_prowconfig.yaml': 'tide: {queries: [{orgs: [z]}]}', 'prow/o/a_prowconfig.yaml': '¶tide: {merge_method: {o/r: squash, p: squash}}', 'prow/o/b_prowconfig.yaml': '¶slack_reporter_configs: {"*": {channel: c}}', 'prow/o/r/c_prowconfig.yaml': '¶tide: {queries: [{orgs: [o]}]}', 'prow/o/r/d_prowconfig.yaml': 'tide: {queries: [{repos: [o/r], labels: [l]}]}\nbranch-protection: {orgs: {o: {repos: {r: {protect: true}}}}}',
  }, ['expected configuration of o only, found some of o/r, p', 'expected configuration of o only, found some for everything', 'expected configuration of o/r only, found some of o']],
  ['validate-supplemental-prow-config-hierarchy', 'all that a file of plugins may be about', {
    'plugins.yaml': enabled('cat'), 'plugins/o/a_pluginconfig.yaml': '¶label: {restricted_labels: {"*": [{label: l}]}}', 'plugins/o/b_pluginconfig.yaml': '¶bugzilla: {orgs: {p: {default: {"*": {is_open: true}}}}}', 'plugins/o/r/c_pluginconfig.yaml': 'external_plugins: {o/r: [{name: a}]}', 'plugins/o/r/s/d_pluginconfig.yaml': '¶lgtm: [{repos: [o/r]}]',
  }, ['expected configuration of o only, found some for everything', 'expected configuration of o only, found some of p', 'expected a file at most two folders deep (ORG/REPO), found it in o/r/s']],
  ['validate-unmanaged-branchconfig-has-no-subconfig', 'a branch', { 'config.yaml': 'branch-protection: {orgs: {o: {repos: {r: {branches: {b: {unmanaged: true, ¶enforce_admins: true}, c: {unmanaged: false, protect: true}}}}}}}' }, ['branch-protection.orgs.o.repos.r.branches.b.enforce_admins: has no effect beside unmanaged: true']],
  ['validate-label', 'for everything, an organisation and a repository', { 'plugins.yaml': 'label: {additional_labels: [x], restricted_labels: {"*": [{label: ¶x}], o: [¶{}], o/r: [{label: fine}, {label: ¶x}]}}' }, ['label.restricted_labels["*"][0].label: the label x is restricted, but in label.additional_labels as well', 'label.restricted_labels.o[0].label: expected a label', 'label.restricted_labels["o/r"][1].label: the label x is restricted, but in label.additional_labels as well']],
  ['required-job-annotations', 'jobs of all kinds', { 'jobs.yaml': `presubmits: {o/r: [¶{name: a, ${spec}}]}\npostsubmits: {o/r: [{name: b, ${spec}, annotations: ¶{other: x}}]}\nperiodics: [{name: c, interval: 1h, ${spec}, annotations: {team: ""}}]` }, ['presubmits["o/r"][0].annotations: a: lacks the annotation team', 'postsubmits["o/r"][0].annotations: b: lacks the annotation team'], ['--required-job-annotations=team']],
  ['required-job-annotations', 'none is asked for', { 'jobs.yaml': jobOf('o/r', spec) }, []],
  ['validate-config-updater-acls', 'what is no organisation and no repository', { 'plugins.yaml': 'config_updater: {maps: {a: {name: n, allowed_repos: [o, o/r, ¶"", ¶/, ¶o/r/], denied_repos: [¶/r]}}}' }, [['allowed_repos[2]', ''], ['allowed_repos[3]', '/'], ['allowed_repos[4]', 'o/r/'], ['denied_repos[0]', '/r']].map(([at, found]) => `config_updater.maps.a.${at}: expected ORG or ORG/REPO, found "${found}"`)],
];

test.each(CASES)('%s: %s', async (name, _, marked, wants, args = []) => {
  const files = Object.fromEntries(Object.entries(marked).map(([file, text]) => [file, unmarked(text).text]));
  const places = Object.entries(marked).flatMap(([file, text]) => unmarked(text).places.map((place) => `${file}:${place}`));
  expect(places).toHaveLength(wants.length);
  const promised = wants.map((want, at) => `${places[at] ?? ''}: ${want} [${name}]`).sort();
  const lenient = await check(files, [`--warnings=${name}`, ...args]);
  expect({ out: [...lenient.out].sort(), code: lenient.code }).toEqual({ out: promised, code: 0 });
});

test('each warning that files can tell has a case of both kinds here or in the general table', () => {
  expect(CASES.filter(([name]) => !CHECK_NAMES.some((one) => one === name))).toEqual([]);
  expect(CHECK_NAMES.filter((name) => !('asks' in CHECKS[name]) && !['templates', 'unquoted-texts', 'valid-decoration-config'].includes(name) && !CASES.some(([one]) => one === name))).toEqual([]);
});

// A repository's own configuration (config 5.2, 5.3).
const ours = (rest: string) => `presubmits: [{name: a, ${spec}, ${rest}}]`;
test.each<[rule: string, marked: Files, wants: readonly string[]]>([
  ['config 5.2: .prow is a folder', { '.prow': '¶presubmits: []' }, ['expected a folder, found a file']],
  ['config 5.2: syntax', { '.prow.yaml': 'presubmits: [\n¶' }, ['…']],
  ['config 5.2: kinds of values, all of them', { '.prow.yaml': `presubmits: [{name: a, optional: ¶x, ${spec}}, ¶{name: b}, {name: c, spec: {containers: [{volumeMounts: [{name: v, mountPath: /v}]}]}}]\npostsubmits: ¶{o/r: []}\npresets: [{env: ¶x}]` }, ['presubmits[0].optional: expected boolean, found string', 'presubmits[1]: b: the agent kubernetes needs a spec', 'postsubmits: expected array, found object', 'presets[0].env: expected array, found string']],
  ['config 5.2: all files of the folder, but those that are ignored', { '.prow/.prowignore': 'off/', '.prow/a.yaml': ours('always_run: ¶x'), '.prow/sub/b.yml': ours('run_if_changed: ¶"("').replace('name: a', 'name: b'), '.prow/off/c.yaml': '[', '.prow/d.txt': '[' }, ['presubmits[0].always_run: expected boolean, found string', 'presubmits[0].run_if_changed: expected an RE2 expression: error parsing regexp: missing closing ): `(`']],
  ['config 5.2: periodics and unknown keys are ignored', { '.prow.yaml': 'periodics: 5\nplonk: 1\nprow_ignored: {x: 1}' }, []],
  ['config 5.3: a context of a static job', { 'jobs.yaml': jobOf('o/r', spec), '.prow.yaml': ours('context: ¶a').replace('name: a', 'name: b') }, ['presubmits[0].context: the jobs a and b report the same context a on one branch']],
  ['config 5.3: a static job of a branch that is not met', { 'jobs.yaml': jobOf('o/r', `branches: [x], ${spec}`), '.prow.yaml': ours('branches: [z]') }, []],
  ['config 5.3: clusters that are not allowed, all of them', { '.prow.yaml': `presubmits: [{name: a, cluster: ¶c, ${spec}}, {name: b, ${spec}}]\npostsubmits: [{name: d, cluster: ¶e, ${spec}}]` }, ['presubmits[0].cluster: a: the cluster c is not in in_repo_config.allowed_clusters for o/r', 'postsubmits[0].cluster: d: the cluster e is not in in_repo_config.allowed_clusters for o/r']],
  ['config 5.3: nothing is allowed', { 'config.yaml': 'in_repo_config: {allowed_clusters: {"*": []}}', '.prow.yaml': `presubmits: [¶{name: a, ${spec}}]` }, ['presubmits[0].cluster: a: the cluster default is not in in_repo_config.allowed_clusters for o/r']],
  ['config 5.3: presets of its own come after the central ones', { 'config.yaml': 'presets: [{labels: {p: t}, env: [{name: X}]}]', '.prow.yaml': 'presets: [{labels: {p: t}, env: [{name: X}]}]\npresubmits: [{name: a, labels: {p: t}, spec: ¶{containers: [{}]}}]' }, ['presubmits[0].spec: a: a preset adds the environment variable "X", which is there already']],
  ['config 5.4: reserved names, and the namespace', { '.prow.yaml': 'presubmits: [{name: a, namespace: ¶kube-system, spec: {initContainers: [¶{}], volumes: [{name: ¶logs}], containers: [{env: [{name: ¶CI}]}]}}]' }, ['presubmits[0].namespace: a: expected pod_namespace (default), found kube-system', 'presubmits[0].spec.initContainers[0]: a: init containers are not supported, unless with restartPolicy: Always', 'presubmits[0].spec.volumes[0].name: a: the volume name "logs" is reserved for decoration', 'presubmits[0].spec.containers[0].env[0].name: a: the environment variable CI is set by Prow']],
])('%s', async (_, marked, wants) => {
  const files = Object.fromEntries(Object.entries(marked).map(([file, text]) => [file, unmarked(text).text]));
  const places = Object.entries(marked).flatMap(([file, text]) => unmarked(text).places.map((place) => `${file}:${place}`));
  expect(places).toHaveLength(wants.length);
  const { code, out } = await check(files, ['--prow-yaml-repo-name=o/r', '--prow-yaml-path=ROOT/.prow.yaml', '--exclude-warning=non-decorated-jobs']);
  // A library words what is wrong with syntax.
  const worded = (line: string) => (wants.includes('…') ? line.replace(/(:\d+:\d+: ).*/, '$1…') : line);
  expect({ code, out: [...out].map(worded).sort() }).toEqual({ code: wants.length > 0 ? 1 : 0, out: wants.map((want, at) => `${places[at] ?? ''}: ${want}`).sort() });
});

// What contexts say against one another (tide 3.6), with the rules that Tide goes by.
test.each<[rule: string, config: string, jobs: string, want: readonly string[]]>([
  ['a context that is required and optional', 'tide:\n  context_options: {required-contexts: [c], orgs: {o: {repos: {r: {optional-contexts: [c]}}}}}', jobOf('o/r', spec), ['config.yaml:2:67: tide.context_options.orgs.o.repos.r.branches.master: o/r, branch master: contexts in more than one of required, required if present, optional: c [tide-context-policy]']],
  ['a job that is optional, though its context is required', 'tide: {context_options: {required-contexts: [a]}}', jobOf('o/r', `optional: true, branches: [main], ${spec}`), ['config.yaml:1:25: tide.context_options.orgs.o.repos.r.branches.main: o/r, branch main: contexts in more than one of required, required if present, optional: a [tide-context-policy]']],
  ['an expression for optional contexts that is none', 'tide: {context_options: {optional-regex-contexts: ["("]}}', jobOf('o/r', spec), ['config.yaml:1:25: tide.context_options.orgs.o.repos.r.branches.master: o/r, branch master: error parsing regexp: missing closing ): `(` [tide-context-policy]']],
  ['an expression for optional contexts that a required one matches', 'tide: {context_options: {required-contexts: [ci-x], optional-regex-contexts: [^ci-]}}', jobOf('o/r', spec), ['config.yaml:1:25: tide.context_options.orgs.o.repos.r.branches.master: o/r, branch master: required contexts that an optional expression matches: ci-x [tide-context-policy]']],
  ['nothing', 'tide: {context_options: {required-contexts: [c], optional-contexts: [d]}}', jobOf('o/r', spec), []],
])('tide-context-policy: %s', async (_, config, jobs, want) => {
  const { out } = await check({ 'config.yaml': config, 'jobs.yaml': jobs }, ['--warnings=tide-context-policy'], contextFault);
  expect(out).toEqual(want);
});

// Exit codes (config 4.1).
const BROKEN = 'config.yaml:1:12: log_level: expected one of panic, fatal, error, warn, warning, info, debug, trace';
test.each<[about: string, files: Files, args: readonly string[], code: number, out: readonly string[]]>([
  ['nothing is wrong', {}, [], 0, []],
  ['a warning', { 'config.yaml': 'plonk: 1' }, [], 0, ['config.yaml:1:1: plonk: unknown key, it has no effect [unknown-fields]']],
  ['a warning, strictly', { 'config.yaml': 'plonk: 1' }, ['--strict'], 1, ['config.yaml:1:1: plonk: unknown key, it has no effect [unknown-fields]']],
  ['a warning that is excluded, strictly', { 'config.yaml': 'plonk: 1' }, ['--strict', '--exclude-warning=unknown-fields'], 0, []],
  ['a remark, strictly', { 'config.yaml': 'moonraker: {}' }, ['--strict'], 0, []],
  ['a configuration that does not load', { 'config.yaml': 'log_level: loud' }, [], 1, [BROKEN]],
  ['plugins that do not load', { 'plugins.yaml': 'blunderbuss: {request_count: 0}' }, [], 1, ['plugins.yaml:1:30: blunderbuss.request_count: expected 1 or more']],
  ['a plugin that nobody knows', { 'plugins.yaml': enabled('gnu') }, [], 1, ['plugins.yaml:1:25: plugins.o.plugins[0]: there is no plugin "gnu"']],
  ['a plugin that nobody knows, beside a fault', { 'config.yaml': 'log_level: loud', 'plugins.yaml': enabled('gnu') }, [], 1, [BROKEN, 'plugins.yaml:1:25: plugins.o.plugins[0]: there is no plugin "gnu"']],
  ['jobs that do not load', { 'jobs.yaml': jobOf('o/r', 'agent: kubernetes') }, [], 1, ['jobs.yaml:1:20: presubmits["o/r"][0]: a: the agent kubernetes needs a spec']],
  ["a repository's own jobs", { '.prow.yaml': 'presubmits: [{name: a}]' }, ['--prow-yaml-repo-name=o/r', '--prow-yaml-path=ROOT/.prow.yaml'], 1, ['.prow.yaml:1:14: presubmits[0]: a: the agent kubernetes needs a spec']],
])('%s', async (_, files, args, code, out) => expect(await check(files, args)).toMatchObject({ code, out }));
