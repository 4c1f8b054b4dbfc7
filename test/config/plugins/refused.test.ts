import { expect, test } from '@jest/globals';
import { readPlugins } from './read.js';

test.each<{ name: string; text: string; want: readonly string[] }>([
  { name: 'a list of plugins that is none', text: 'plugins:\n  o:\n    plugins: hold\n', want: ['3:14: plugins.o.plugins: expected array, found string'] },
  { name: 'both forms of plugins', text: 'plugins:\n  o: [hold]\n  p:\n    plugins: [wip]\n', want: ['2:6: plugins.o: expected object, found array'] },
  { name: 'a plugin of an organisation again', text: 'plugins:\n  o:\n    plugins: [hold, wip]\n  o/r:\n    plugins: [wip, size]\n', want: ['5:5: plugins["o/r"]: enabled for o already: wip'] },
  { name: 'an external plugin again', text: 'external_plugins:\n  o:\n  - name: a\n  o/r:\n  - name: a\n', want: ['5:3: external_plugins["o/r"]: enabled for o already: a'] },
  { name: 'an external plugin without a name', text: 'external_plugins:\n  o:\n  - events: [push]\n', want: ['3:5: external_plugins.o[0]: expected a name'] },
  { name: 'reviews by nobody', text: 'blunderbuss:\n  request_count: 0\n', want: ['2:18: blunderbuss.request_count: expected 1 or more'] },
  { name: 'reviews by nobody, of rifle', text: 'rifle:\n  request_count: -1\n', want: ['2:18: rifle.request_count: expected 1 or more'] },
  { name: 'a status that is no expression', text: 'blunderbuss:\n  wait_for_status:\n    description: "("\n', want: ['3:18: blunderbuss.wait_for_status.description: expected an RE2 expression: '] },
  { name: 'blunderbuss and rifle', text: 'plugins:\n  o:\n    plugins: [blunderbuss, rifle]\n', want: ['3:5: plugins.o: blunderbuss and rifle exclude each other'] },
  { name: 'blunderbuss above rifle', text: 'plugins:\n  o:\n    plugins: [blunderbuss]\n  o/r:\n    plugins: [rifle]\n', want: ['5:5: plugins["o/r"]: blunderbuss and rifle exclude each other'] },
  { name: 'a ConfigMap with two kinds of names', text: 'config_updater:\n  maps:\n    a:\n      name: x\n      partitioned_names: [p]\n', want: ['5:26: config_updater.maps.a.partitioned_names: excludes name'] },
  {
    name: 'too many partitions', text: `config_updater:\n  maps:\n    a:\n      partitioned_names: [${Array.from({ length: 257 }, (_, n) => `n${n}`).join(', ')}]\n`,
    want: ['4:26: config_updater.maps.a.partitioned_names: expected at most 256, found 257'],
  },
  { name: 'clusters and groups', text: 'config_updater:\n  cluster_groups:\n    g: {}\n  maps:\n    a:\n      name: x\n      clusters: {c: [n]}\n      cluster_groups: [g]\n', want: ['8:23: config_updater.maps.a.cluster_groups: excludes clusters'] },
  { name: 'a group that is not there', text: 'config_updater:\n  maps:\n    a:\n      name: x\n      cluster_groups:\n      - g\n', want: ['6:9: config_updater.maps.a.cluster_groups[0]: there is no group "g" in config_updater.cluster_groups'] },
  {
    name: 'two files for one key', text: 'config_updater:\n  maps:\n    a/*.yaml:\n      name: x\n    b/*.yaml:\n      name: x\n      use_full_path_as_key: true\n',
    want: ['6:7: config_updater.maps["b/*.yaml"]: writes the key *.yaml of the ConfigMap x as "a/*.yaml" does'],
  },
  {
    name: 'two files for one key of partitions', text: 'config_updater:\n  maps:\n    a:\n      partitioned_names: [p, q]\n      key: k\n    b:\n      partitioned_names: [p, q]\n      key: k\n',
    want: ['7:7: config_updater.maps.b: writes the key k of the ConfigMap p,q as "a" does'],
  },
  { name: 'sizes that descend', text: 'size:\n  s: 5\n  m: 4\n  l: 6\n  xl: 7\n  xxl: 8\n', want: ['2:6: size.s: expected no more than size.m (4), found 5'] },
  { name: 'a size above the default of the next', text: 'size:\n  s: 31\n', want: ['2:6: size.s: expected no more than size.m (30, the default), found 31'] },
  { name: 'a matching label without anything', text: 'require_matching_label:\n- branch: b\n  repo: o/r\n', want: [
    '2:3: require_matching_label[0].org: is needed', '2:3: require_matching_label[0].regexp: is needed', '2:3: require_matching_label[0].missing_label: is needed',
    '2:3: require_matching_label[0]: expected prs: true or issues: true', '2:11: require_matching_label[0].branch: needs prs: true',
    '3:9: require_matching_label[0].repo: expected the name of a repository without its organisation',
  ] },
  { name: 'a matching label that fits itself', text: 'require_matching_label:\n- org: o\n  prs: true\n  regexp: ^kind/\n  missing_label: kind/none\n', want: ['4:11: require_matching_label[0].regexp: matches missing_label (kind/none) itself'] },
  { name: 'a matching label that is no expression', text: 'require_matching_label:\n- org: o\n  prs: true\n  regexp: "(?=x)"\n  missing_label: m\n', want: ['4:11: require_matching_label[0].regexp: expected an RE2 expression: '] },
  { name: 'a grace period that is none', text: 'require_matching_label:\n- org: o\n  prs: true\n  regexp: x\n  missing_label: m\n  grace_period: soon\n', want: ['6:17: require_matching_label[0].grace_period: expected a duration like 1h30m or 90s, found "soon"'] },
  { name: 'projects without projects', text: 'project_manager:\n  orgsRepos:\n    o: {}\n', want: ['3:8: project_manager.orgsRepos.o: expected projects'] },
  { name: 'a project without columns', text: 'project_manager:\n  orgsRepos:\n    o:\n      projects:\n        p: {}\n', want: ['5:12: project_manager.orgsRepos.o.projects.p: expected columns'] },
  { name: 'a column without anything', text: 'project_manager:\n  orgsRepos:\n    o:\n      projects:\n        p:\n          columns:\n          - state: open\n', want: [
    '7:13: project_manager.orgsRepos.o.projects.p.columns[0]: expected an id or a name', '7:13: project_manager.orgsRepos.o.projects.p.columns[0]: expected labels',
    '7:13: project_manager.orgsRepos.o.projects.p.columns[0]: expected an org',
  ] },
  {
    name: 'two columns of the same labels',
    text: 'project_manager:\n  orgsRepos:\n    o:\n      projects:\n        p:\n          columns:\n          - id: 0\n            labels: [a, b]\n            org: o\n          - name: n\n            labels: [b, a, b]\n            org: o\n',
    want: ['11:21: project_manager.orgsRepos.o.projects.p.columns[1].labels: another column of the project has the same labels'],
  },
  { name: 'a repository twice in approve', text: 'approve:\n- repos: [o, o/r]\n- repos: [o/r]\n', want: ['3:11: approve[1].repos[0]: o/r is in approve[0] already'] },
  { name: 'a repository twice in one entry', text: 'approve:\n- repos: [o, o]\n', want: ['2:14: approve[0].repos[1]: o is in approve[0] already'] },
  { name: 'a repository twice in welcome', text: 'welcome:\n- repos: [o]\n- repos: [o]\n', want: ['3:11: welcome[1].repos[0]: o is in welcome[0] already'] },
  { name: 'a repository twice in invalid_commit_msg', text: 'invalid_commit_msg:\n- repos: [o]\n- repos: [o]\n', want: ['3:11: invalid_commit_msg[1].repos[0]: o is in invalid_commit_msg[0] already'] },
  { name: 'a blank repository', text: 'invalid_commit_msg:\n- repos: [" "]\n', want: ['2:11: invalid_commit_msg[0].repos[0]: expected ORG or ORG/REPO'] },
  { name: 'a check of commits that is none', text: 'invalid_commit_msg:\n- checks:\n  - name: spelling\n', want: ['3:11: invalid_commit_msg[0].checks[0].name: expected one of fixupPrefix, issueClosingKeywords, found "spelling"'] },
  { name: 'a check of commits without a name', text: 'invalid_commit_msg:\n- checks:\n  - disabled: true\n', want: ['3:5: invalid_commit_msg[0].checks[0].name: expected one of fixupPrefix, issueClosingKeywords'] },
  ...[
    ['blockades:\n- branchregexp: "("\n', '2:17: blockades[0].branchregexp'], ['cherry_pick_approved:\n- branchregexp: "("\n', '2:17: cherry_pick_approved[0].branchregexp'],
    ['cherry_pick_unapproved:\n  branchregexp: "("\n', '2:17: cherry_pick_unapproved.branchregexp'], ['heart:\n  commentregexp: "(?<!x)"\n', '2:18: heart.commentregexp'],
    ['sigmention:\n  regexp: "\\\\1"\n', '2:11: sigmention.regexp'], ['rifle:\n  wait_for_status:\n    description: "["\n', '3:18: rifle.wait_for_status.description'],
  ].map(([text = '', place = '']) => ({ name: `${place.replace(/.*: /, '')} that is no expression`, text, want: [`${place}: expected an RE2 expression: `] })),
])('$name is refused', ({ text, want }) => {
  const { errors } = readPlugins(text);
  expect(errors).toHaveLength(want.length);
  want.forEach((line, at) => { expect(errors[at]?.slice(0, `plugins.yaml:${line}`.length)).toBe(`plugins.yaml:${line}`); });
});

test('a repository that an organisation leaves out may have the same plugins, or the other assigner', () => {
  const { errors, warnings } = readPlugins('plugins:\n  o:\n    plugins: [hold, blunderbuss]\n    excluded_repos: [r]\n  o/r:\n    plugins: [hold, rifle]\n');
  expect({ errors, warnings }).toEqual({ errors: [], warnings: [] });
});

const some = 'plugins:\n  o:\n    plugins: [hold]\n';
test.each<{ name: string; text: string; want: readonly string[] }>([
  { name: 'no plugins', text: 'cat: {}\n', want: ['1:1: no plugins are configured'] },
  { name: 'an older form', text: 'plugins:\n  o: [hold]\n  p: null\n', want: ['1:1: plugins: the form "org: [plugin]" is deprecated, say "org: {plugins: [plugin]}"'] },
  { name: 'a second organisation', text: `${some}triggers:\n- repos: [o]\n  trusted_org: p\n`, want: ['6:3: triggers[0].trusted_org: trusted_org is deprecated'] },
  { name: 'the number of a team', text: `${some}repo_milestone:\n  o/r:\n    maintainers_id: 7\n`, want: ['6:5: repo_milestone["o/r"].maintainers_id: maintainers_id is deprecated, say maintainers_team'] },
  { name: 'one more release', text: `${some}bugzilla:\n  orgs:\n    o:\n      repos:\n        r:\n          branches:\n            main:\n              dependent_bug_target_release: "1"\n`, want: [
    '11:15: bugzilla.orgs.o.repos.r.branches.main.dependent_bug_target_release: dependent_bug_target_release is deprecated, say dependent_bug_target_releases',
  ] },
  { name: 'exclusions at a repository', text: 'plugins:\n  o/r:\n    excluded_repos: [x]\n  o:\n    excluded_repos: [o/x]\n', want: [
    '3:5: plugins["o/r"].excluded_repos: has no effect at a repository', '5:22: plugins.o.excluded_repos[0]: expected the name of a repository without its organisation, found "o/x"',
  ] },
  { name: 'lgtm and triggers twice', text: `${some}lgtm:\n- repos: [o]\n- repos: [o]\ntriggers:\n- repos: [o]\n- repos: [o]\n`, want: [
    '6:11: lgtm[1].repos[0]: o is in lgtm[0] already, and the first one counts', '9:11: triggers[1].repos[0]: o is in triggers[0] already, and the first one counts',
  ] },
  { name: 'expressions that never match', text: `${some}blockades:\n- repos: [o]\n  blockregexps: ["("]\n  exceptionregexps: ["["]\nbranch_cleaner:\n  preserved_branches:\n    o: ["*"]\n`, want: [
    '6:18: blockades[0].blockregexps[0]: is not an RE2 expression and blocks nothing: ', '7:22: blockades[0].exceptionregexps[0]: is not an RE2 expression and frees nothing: ',
    '10:9: branch_cleaner.preserved_branches.o[0]: is not an RE2 expression and keeps only the branch of this name: ',
  ] },
  { name: 'mentions without a group', text: `${some}sigmention:\n  regexp: '@o/sig-\\w+'\n`, want: ['5:11: sigmention.regexp: has no group that names a label and finds nothing'] },
  { name: 'a greeting that cannot be read', text: `${some}welcome:\n- repos: [o]\n  message_template: "Hi {{.Org"\n`, want: ['6:21: welcome[0].message_template: expected a Go template: '] },
  { name: 'a size below the default of the one before', text: `${some}size:\n  xxl: 5\n`, want: ['5:8: size.xxl: expected no less than size.xl (500, the default), found 5'] },
  {
    name: 'two files for one key by way of a group', text: `${some}config_updater:\n  cluster_groups:\n    g: {clusters: [c], namespaces: [n]}\n  maps:\n    a/x:\n      name: m\n      cluster_groups: [g]\n    b/x:\n      name: m\n      clusters: {c: [n]}\n`,
    want: ['11:5: config_updater.maps["b/x"]: writes the key x of the ConfigMap m as "a/x" does'],
  },
  { name: 'keys that nothing reads', text: `${some}approve:\n- repo: o\nconfig_updater:\n  maps:\n    a: {name: x, nmae: y}\n`, want: [
    '5:3: approve[0].repo: unknown key, it has no effect', '8:18: config_updater.maps.a.nmae: unknown key, it has no effect',
  ] },
])('$name: a warning', ({ text, want }) => {
  const { errors, warnings } = readPlugins(text);
  expect(errors).toEqual([]);
  expect(warnings).toHaveLength(want.length);
  want.forEach((line, at) => { expect(warnings[at]?.slice(0, `plugins.yaml:${line}`.length)).toBe(`plugins.yaml:${line}`); });
});
