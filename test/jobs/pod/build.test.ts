import { expect, test } from '@jest/globals';
import type { ProwJob } from '../../../src/core/prowjob.js';
import { NoPodSpecError, podOf } from '../../../src/jobs/pod/build.js';
import type { Data, Pod } from '../../../src/jobs/pod/model.js';

const images = { clonerefs: 'i/clonerefs', initupload: 'i/initupload', entrypoint: 'i/entrypoint', sidecar: 'i/sidecar' };
const decoration = { utility_images: images, gcs_configuration: { bucket: 'b', path_strategy: 'explicit' }, timeout: '1h', grace_period: '10s' };
const container = { name: 'a', image: 'x', command: ['run'], args: ['it'] };

function job(spec: object, podSpec: object = { containers: [container] }): ProwJob {
  return {
    apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name: 'id', labels: { own: 'label' }, annotations: { own: 'note' } },
    spec: { type: 'periodic', agent: 'kubernetes', job: 'j', pod_spec: podSpec, ...spec }, status: { state: 'triggered' },
  };
}
const made = (spec: object, podSpec?: object): Pod => podOf(job(spec, podSpec), { buildId: '9' });
const list = (value: unknown): readonly Data[] => value as readonly Data[];
const named = (pod: Pod, name: string): Data | undefined => [...list(pod.spec['initContainers'] ?? []), ...list(pod.spec['containers'])].find((one) => one['name'] === name);
const env = (one: Data | undefined): Readonly<Record<string, string>> => Object.fromEntries(list(one?.['env']).map(({ name, value }) => [name, value])) as Record<string, string>;
const options = (pod: Pod, name: string, variable: string): unknown => JSON.parse(env(named(pod, name))[variable] ?? 'null');
const names = (value: unknown) => list(value).map(({ name }) => name);

test('a plain pod gets the environment, no token and labels that lead to its ProwJob', () => {
  const pod = made({});
  expect(pod.metadata.labels).toMatchObject({ own: 'label', 'prow.k8s.io/id': 'id', 'prow.k8s.io/build-id': '9', 'created-by-prow': 'true' });
  expect(pod.metadata.annotations).toEqual({ own: 'note', 'prow.k8s.io/job': 'j', 'prow.k8s.io/context': '' });
  expect(pod.spec).toMatchObject({ restartPolicy: 'Never', automountServiceAccountToken: false });
  expect(named(pod, 'test')).toMatchObject({ command: ['run'], args: ['it'], terminationMessagePolicy: 'FallbackToLogsOnError' });
  expect(names(named(pod, 'test')?.['env'])).toEqual(['BUILD_ID', 'BUILD_NUMBER', 'CI', 'JOB_NAME', 'JOB_SPEC', 'JOB_TYPE', 'PROW_JOB_ID']);
});

test('a service account or a setting of the job keeps the token as it is', () => {
  expect(made({}, { containers: [container], serviceAccountName: 's' }).spec).not.toHaveProperty('automountServiceAccountToken');
  expect(made({}, { containers: [container], automountServiceAccountToken: true }).spec['automountServiceAccountToken']).toBe(true);
});

test.each([
  { name: 'a presubmit', spec: { type: 'presubmit', refs: { org: 'o', repo: 'r', base_ref: 'main', base_sha: 's', pulls: [{ number: 1, author: 'a', sha: 'h', title: 'T <b>', head_ref: 'f' }] } }, want: { REPO_OWNER: 'o', SRC_HOST: 'github.com', SRC_BASE: 'o/r', PULL_REFS: 'main:s,1:h', PULL_NUMBER: '1', PULL_PULL_SHA: 'h', PULL_HEAD_REF: 'f', PULL_TITLE: 'T <b>' } },
  { name: 'a batch', spec: { type: 'batch', refs: { org: 'o', repo: 'r', base_ref: 'main', pulls: [{ number: 1, author: 'a', sha: 'h', ref: 'x/1' }, { number: 2, author: 'a', sha: '' }] } }, want: { PULL_REFS: 'main,1:h:x/1,2:', PULL_NUMBER: undefined } },
  { name: 'a postsubmit with an alias of one word', spec: { type: 'postsubmit', refs: { org: 'o', repo: 'r', base_ref: 'main', path_alias: 'alone' } }, want: { SRC_HOST: 'alone', SRC_BASE: 'o/r' } },
  { name: 'an alias with doubled slashes', spec: { type: 'postsubmit', refs: { org: 'o', repo: 'r', base_ref: 'main', path_alias: 'a.example//b/' } }, want: { SRC_HOST: 'a.example', SRC_BASE: '/b/' } },
  { name: 'a Gerrit host', spec: { type: 'postsubmit', refs: { org: 'https://g.example', repo: 'a/b', base_ref: 'main' } }, want: { REPO_OWNER: 'https://g.example', REPO_NAME: 'a/b', SRC_HOST: 'github.com', SRC_BASE: 'https://g.example/a/b' } },
  { name: 'a repository elsewhere', spec: { type: 'postsubmit', refs: { org: 'o', repo: 'r', base_ref: 'main', repo_link: 'https://git.example/o/r' } }, want: { SRC_HOST: 'git.example', SRC_BASE: 'o/r' } },
  { name: 'another agent', spec: { agent: 'other' }, want: { BUILD_ID: '9', BUILD_NUMBER: undefined } },
])('the environment of $name', ({ spec, want }) => {
  const found = env(named(made(spec), 'test'));
  for (const [name, value] of Object.entries(want)) expect([name, found[name]]).toEqual([name, value]);
});

test('JSON in the environment has no characters that mean something in HTML', () => {
  const found = env(named(made({ job: 'a<&>' }), 'test'))['JOB_SPEC'] ?? '';
  expect(found).not.toMatch(/[<>&]/);
  expect(JSON.parse(found)).toMatchObject({ job: 'a<&>' });
});

test('several containers keep their names, and so do their files', () => {
  const pod = made({ decoration_config: decoration }, { containers: [container, { ...container, name: 'b' }] });
  expect(names(pod.spec['containers'])).toEqual(['a', 'b', 'sidecar']);
  expect(options(pod, 'sidecar', 'SIDECAR_OPTIONS')).toMatchObject({ entries: [{ container_name: 'a', process_log: '/logs/a-log.txt', marker_file: '/logs/a-marker.txt', metadata_file: '/logs/artifacts/a-metadata.json' }, { container_name: 'b' }] });
});

test('nothing is cloned without refs or when cloning is off; a native sidecar runs before the utilities and stays as it is', () => {
  const native = { name: 'n', image: 'n', restartPolicy: 'Always' };
  const pod = made({ decoration_config: { ...decoration, skip_cloning: true }, extra_refs: [{ org: 'o', repo: 'r' }] }, { containers: [container], initContainers: [native] });
  expect(names(pod.spec['initContainers'])).toEqual(['n', 'initupload', 'place-entrypoint']);
  expect(named(pod, 'n')).toEqual({ ...native, terminationMessagePolicy: 'FallbackToLogsOnError' });
  expect(names(pod.spec['volumes'])).toEqual(['logs', 'tools']);
  expect(named(pod, 'test')).not.toHaveProperty('workingDir');
  expect(options(pod, 'initupload', 'INITUPLOAD_OPTIONS')).toEqual({ bucket: 'b', path_strategy: 'explicit', dry_run: false });
});

test('cloning with all kinds of credentials', () => {
  const pod = made({
    extra_refs: [{ org: 'o', repo: 'r' }, { org: 'o', repo: 'w', workdir: true }],
    decoration_config: { ...decoration, ssh_key_secrets: ['k1', 'k2'], oauth_token_secret: { name: 'oauth', key: 't' }, github_app_id: '7', github_app_private_key_secret: { name: 'app', key: 'pem' }, cookiefile_secret: 'c/file', gcs_credentials_secret: 'g', s3_credentials_secret: 's' },
  });
  expect(names(pod.spec['volumes'])).toEqual(['logs', 'tools', 'gcs-credentials', 's3-credentials', 'ssh-keys-k1', 'ssh-keys-k2', 'oauth', 'app', 'clonerefs-tmp', 'cookiefile', 'code']);
  const clone = named(pod, 'clonerefs');
  expect(clone?.['args']).toEqual(['--cookiefile=/secrets/cookiefile/file']);
  expect(names(clone?.['volumeMounts'])).toEqual(['logs', 'code', 'ssh-keys-k1', 'ssh-keys-k2', 'oauth', 'app', 'clonerefs-tmp', 'cookiefile']);
  expect(options(pod, 'clonerefs', 'CLONEREFS_OPTIONS')).toMatchObject({
    key_files: ['/secrets/ssh/k1', '/secrets/ssh/k2'], oauth_token_file: '/secrets/oauth/t', cookie_path: '/secrets/cookiefile/file', github_app_id: '7',
    github_app_private_key_file: '/secrets/github-app/pem', github_api_endpoints: ['https://api.github.com'],
  });
  expect(named(pod, 'test')?.['workingDir']).toBe('/home/prow/go/src/github.com/o/w');
});

test('pod-level settings fill gaps and replace nothing', () => {
  const more = {
    ...decoration, default_memory_request: '2048Mi', set_limit_equals_memory_request: true, run_as_user: 1, fs_group: 2, default_service_account_name: 'd',
    scheduling_options: { affinity: { nodeAffinity: {} }, tolerations: [{ key: 'k' }] },
  };
  const pod = made({ decoration_config: more }, { containers: [{ ...container, resources: { limits: { memory: '8Gi', cpu: 1 } } }], securityContext: { runAsUser: 5 }, tolerations: [{ key: 'own' }] });
  expect(named(pod, 'test')?.['resources']).toEqual({ requests: { memory: '2Gi' }, limits: { memory: '2Gi', cpu: '1' } });
  expect(named(pod, 'sidecar')?.['resources']).toEqual({});
  expect(pod.spec).toMatchObject({ securityContext: { runAsUser: 5, fsGroup: 2 }, affinity: { nodeAffinity: {} }, tolerations: [{ key: 'own' }], serviceAccountName: 'd', automountServiceAccountToken: false, terminationGracePeriodSeconds: 12 });
});

test('secrets of the job itself are censored, other volumes are not', () => {
  const mounts = [{ name: 's', mountPath: '/s', subPath: 'x' }, { name: 'e', mountPath: '/e' }];
  const pod = made({ decoration_config: { ...decoration, censor_secrets: true, censoring_options: { minimum_secret_length: 3 } } }, { containers: [{ ...container, volumeMounts: mounts }], volumes: [{ name: 's', secret: { secretName: 'x' } }, { name: 'e', emptyDir: {} }] });
  expect(options(pod, 'sidecar', 'SIDECAR_OPTIONS')).toMatchObject({ censoring_options: { secret_directories: ['/s'], minimum_secret_length: 3 } });
  expect(names(named(pod, 'sidecar')?.['volumeMounts'])).toEqual(['logs', 's']);
});

test('a local run writes into a folder and takes no credentials', () => {
  const pod = podOf(job({ decoration_config: { ...decoration, gcs_credentials_secret: 'g' } }), { buildId: '9', localOutput: '/out/9' });
  expect(list(pod.spec['volumes'])).toContainEqual({ name: 'output', hostPath: { path: '/out/9', type: '' } });
  expect(options(pod, 'initupload', 'INITUPLOAD_OPTIONS')).toEqual({ bucket: 'b', path_strategy: 'explicit', local_output_dir: '/output', dry_run: false });
  expect(names(named(pod, 'sidecar')?.['volumeMounts'])).toEqual(['logs', 'output']);
});

test('without a pod spec there is no pod', () => {
  expect(() => podOf({ ...job({}), spec: { type: 'periodic', agent: 'tekton-pipeline', job: 'j' } }, { buildId: '9' })).toThrow(NoPodSpecError);
});
