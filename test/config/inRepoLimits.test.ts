import { expect, test } from '@jest/globals';
import { noFindings, type Finding } from '../../src/config/findings.js';
import { inRepoJobs } from '../../src/config/jobs/inRepo.js';
import { configFromText } from '../../src/config/load.js';
import { readYaml } from '../../src/config/yaml/source.js';

const PRESETS = 'presets: [{labels: {cred: "yes"}, volumes: [{name: c, secret: {secretName: central}}], volumeMounts: [{name: c, mountPath: /c}]}, {env: [{name: ALL, value: x}]}]';
const DECORATION = 'plank: {default_decoration_config_entries: [{config: {gcs_credentials_secret: central, gcs_configuration: {bucket: b, path_strategy: explicit}, utility_images: {clonerefs: c, initupload: i, entrypoint: e, sidecar: s}}}]}';

/** What is wrong with a repository's own file where these limits hold for it; without the file's name. */
function faults(limits: string, file: string): readonly string[] {
  const { snapshot } = configFromText({ config: `in_repo_config: {limits: ${limits}}\n${DECORATION}`, jobs: PRESETS });
  const errors: Finding[] = [];
  const source = readYaml('.prow.yaml', file, errors);
  const findings = noFindings();
  if (source) inRepoJobs([source], { repo: { org: 'o', name: 'r' }, snapshot, centralPresets: snapshot.jobs.presets, findings });
  return [...errors, ...findings.errors].map(({ line, column, path, message }) => `${line}:${column}: ${path}: ${message}`);
}

const job = (rest: string, spec = '{containers: [{command: [x]}]}') => `presubmits:\n- name: a\n  ${rest}\n  spec: ${spec}`;
const not = (what: string, limit: string) => `a: ${what} is not in in_repo_config.limits.${limit}`;
const no = (limit: string) => `a: in_repo_config.limits.${limit} is false`;
const cases: readonly (readonly [limit: string, bad: string, want: readonly string[], fine: string])[] = [
  ['allowed_agents: [kubernetes]', 'presubmits: [{name: a, agent: jenkins}]', [`1:31: presubmits[0].agent: ${not('the agent jenkins', 'allowed_agents')}`], job('agent: kubernetes')],
  ['allowed_presets: []', job('labels: {cred: "yes"}'), [`3:18: presubmits[0].labels.cred: ${not('the preset of the label cred=yes', 'allowed_presets')}`], job('labels: {cred: "no"}')],
  ['allowed_presets: ["cred=no"]', job('labels: {cred: "yes"}'), [`3:18: presubmits[0].labels.cred: ${not('the preset of the label cred=yes', 'allowed_presets')}`], job('labels: {other: "yes"}')],
  ['allowed_presets: [cred]', 'presubmits: [{name: a, labels: {cred: "yes"}, spec: {}}]', ['1:53: presubmits[0].spec.containers: a: expected a container'], job('labels: {cred: "yes"}')],
  ['allowed_secrets: [mine]', job('skip_report: true', '{containers: [{command: [x], env: [{name: X, valueFrom: {secretKeyRef: {name: theirs, key: k}}}], envFrom: [{secretRef: {name: other}}]}], imagePullSecrets: [{name: pull}]}'), [
    `4:87: presubmits[0].spec.containers[0].env[0].valueFrom.secretKeyRef.name: ${not('the secret theirs', 'allowed_secrets')}`, `4:136: presubmits[0].spec.containers[0].envFrom[0].secretRef.name: ${not('the secret other', 'allowed_secrets')}`, `4:167: presubmits[0].spec.imagePullSecrets[0]: ${not('the secret pull', 'allowed_secrets')}`,
  ], job('labels: {cred: "yes"}', '{containers: [{command: [x], env: [{name: X, valueFrom: {secretKeyRef: {name: mine, key: k}}}], volumeMounts: [{name: v, mountPath: /v}]}], volumes: [{name: v, secret: {secretName: mine}}]}')],
  ['allowed_secrets: []', job('skip_report: true', '{containers: [{command: [x]}], volumes: [{name: v, secret: {SecretName: s}}, {name: w, projected: {sources: [{secret: {name: p}}]}}]}'), [
    `4:81: presubmits[0].spec.volumes[0].secret.secretName: ${not('the secret s', 'allowed_secrets')}`, `4:134: presubmits[0].spec.volumes[1].projected.sources[0].secret.name: ${not('the secret p', 'allowed_secrets')}`,
  ], job('decorate: true')],
  ['allowed_secrets: []', job('{decorate: true, decoration_config: {s3_credentials_secret: s, ssh_key_secrets: [k], oauth_token_secret: }}'.slice(1, -1).replace('decorate: true, ', 'decorate: true\n  ')), [
    `4:46: presubmits[0].decoration_config.s3_credentials_secret: ${not('the secret s', 'allowed_secrets')}`, `4:67: presubmits[0].decoration_config.ssh_key_secrets[0]: ${not('the secret k', 'allowed_secrets')}`,
  ], job('decorate: true\n  decoration_config: {timeout: 1h}')],
  ['allowed_secrets: []', job('decorate: true\n  decoration_config: {utility_images: {sidecar: evil}}'), ["4:39: presubmits[0].decoration_config.utility_images: a: utilities of its own would be given the decoration's secrets, and in_repo_config.limits.allowed_secrets is set"], job('decorate: true')],
  ['allowed_secrets: []', job('decorate: true', '{containers: [{command: [x], volumeMounts: [{name: gcs-credentials, mountPath: /g}]}]}'), ["4:60: presubmits[0].spec.containers[0].volumeMounts[0].name: a: the volume is the decoration's, and in_repo_config.limits.allowed_secrets is set"], job('decorate: true', '{containers: [{command: [x], volumeMounts: [{name: own, mountPath: /g}]}], volumes: [{name: own, emptyDir: {}}]}')],
  ['allowed_secrets: []', `presets: [{labels: {p: t}, env: [{name: X, valueFrom: {secretKeyRef: {name: s, key: k}}}]}]\n${job('labels: {p: t}')}`, [`5:23: presubmits[0].spec.containers[0].env[0].valueFrom.secretKeyRef.name: ${not('the secret s', 'allowed_secrets')}`], `presets: [{labels: {p: t}, env: [{name: X, value: y}]}]\n${job('labels: {p: t}')}`],
  ['allowed_service_accounts: [ci]', job('skip_report: true', '{serviceAccountName: root, containers: [{}]}'), [`4:30: presubmits[0].spec.serviceAccountName: ${not('the service account root', 'allowed_service_accounts')}`], job('skip_report: true', '{serviceAccountName: ci, containers: [{}]}')],
  ['allowed_service_accounts: []', job('decorate: true\n  decoration_config: {default_service_account_name: root}'), [`4:53: presubmits[0].decoration_config.default_service_account_name: ${not('the service account root', 'allowed_service_accounts')}`], job('decorate: true')],
  ['allowed_buckets: [gs://logs]', job('decorate: true\n  decoration_config: {gcs_configuration: {bucket: s3://logs}}'), [`4:51: presubmits[0].decoration_config.gcs_configuration.bucket: ${not('the bucket s3://logs', 'allowed_buckets')}`], job('decorate: true\n  decoration_config: {gcs_configuration: {bucket: logs}}')],
  ['allowed_extra_refs: [p, q/r]', job('extra_refs: [{org: p, repo: any}, {org: q, repo: s}, {org: o, repo: r, clone_uri: "https://x/y"}]'), [
    `3:37: presubmits[0].extra_refs[1]: ${not('q/s', 'allowed_extra_refs')}`, '3:85: presubmits[0].extra_refs[2].clone_uri: a: could be any repository, and in_repo_config.limits.allowed_extra_refs is set',
  ], job('extra_refs: [{org: p, repo: any}, {org: q, repo: r}, {org: o, repo: r}]')],
  ['allowed_extra_refs: []', job('clone_uri: https://x/y'), ['3:14: presubmits[0].clone_uri: a: could be any repository, and in_repo_config.limits.allowed_extra_refs is set'], job('path_alias: x')],
  ['allow_privileged: false', job('skip_report: true', '{hostNetwork: true, containers: [{securityContext: {privileged: true, capabilities: {add: [NET_ADMIN]}}, ports: [{containerPort: 1, hostPort: 1}]}], volumes: [{name: v, hostPath: {path: /}}]}'), [
    `4:23: presubmits[0].spec.hostNetwork: ${no('allow_privileged')}`, `4:188: presubmits[0].spec.volumes[0].hostPath: ${no('allow_privileged')}`, `4:73: presubmits[0].spec.containers[0].securityContext.privileged: ${no('allow_privileged')}`,
    `4:99: presubmits[0].spec.containers[0].securityContext.capabilities.add: ${no('allow_privileged')}`, `4:151: presubmits[0].spec.containers[0].ports[0].hostPort: ${no('allow_privileged')}`,
  ], job('skip_report: true', '{hostNetwork: false, containers: [{securityContext: {privileged: false, runAsUser: 1, capabilities: {drop: [ALL]}}}]}')],
  ['allow_node_selection: false', job('skip_report: true', '{nodeSelector: {a: b}, tolerations: [{operator: Exists}], priorityClassName: high, containers: [{}]}'), [`4:24: presubmits[0].spec.nodeSelector: ${no('allow_node_selection')}`, `4:45: presubmits[0].spec.tolerations: ${no('allow_node_selection')}`, `4:86: presubmits[0].spec.priorityClassName: ${no('allow_node_selection')}`], job('skip_report: true', '{nodeSelector: {}, containers: [{}]}')],
  ['allow_rerun_by_anyone: false', job('rerun_auth_config: {allow_anyone: true}'), [`3:37: presubmits[0].rerun_auth_config.allow_anyone: ${no('allow_rerun_by_anyone')}`], job('rerun_auth_config: {github_users: [u]}')],
  ['allow_hidden: false', job('hidden: true'), [`3:11: presubmits[0].hidden: ${no('allow_hidden')}`], job('hidden: false')],
  ['max_concurrency: 5', job('max_concurrency: 6'), ['3:20: presubmits[0].max_concurrency: a: expected 1 to 5, which is in_repo_config.limits.max_concurrency, found 6'], job('max_concurrency: 5')],
  ['max_concurrency: 5', job('skip_report: true'), ['2:3: presubmits[0].max_concurrency: a: expected 1 to 5, which is in_repo_config.limits.max_concurrency, found 0'], job('max_concurrency: 1')],
];

test.each(cases)('%s: %s', (limit, bad, want, fine) => {
  expect(faults(`{"*": {${limit}}}`, bad)).toEqual(want);
  expect(faults(`{"*": {${limit}}}`, fine)).toEqual([]);
  // Without limits, and with those of somebody else, whatever only the limits forbid is fine.
  for (const other of ['{}', `{p: {${limit}}, o/x: {${limit}}}`]) expect(faults(other, bad)).toEqual(faults(`{"*": {${limit}}}`, bad).filter((one) => !/in_repo_config\.limits/.test(one)));
});

test('of each limit the closest level counts', () => {
  const bad = job('hidden: true\n  max_concurrency: 7');
  const counts = (limits: string) => faults(limits, bad).length;
  expect([counts('{"*": {allow_hidden: false}, o: {max_concurrency: 5}}'), counts('{"*": {allow_hidden: false, max_concurrency: 5}, o: {max_concurrency: 9}, o/r: {allow_hidden: true}}'), counts('{o/r: {max_concurrency: 6}}')]).toEqual([2, 0, 1]);
});

test.each([['{"*": {max_concurrency: 0}}', 'expected 1 or more'], ['{o: {allow_hidden: maybe}}', 'expected boolean, found string'], ['{o: {allowed_secrets: s}}', 'expected array, found string']])('limits that cannot be: %s', (limits, want) => {
  expect(() => configFromText({ config: `in_repo_config: {limits: ${limits}}` })).toThrow(want);
});
