import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ProwJob } from '../../../src/core/prowjob.js';
import { utilityImages } from '../../../src/embedded/utilities/images.js';
import { podOf } from '../../../src/jobs/pod/build.js';
import { eventually } from '../../support/redis.js';
import { testCluster, type TestCluster } from '../cluster/support/cluster.js';
import { createIn, createPod, phaseOf, podOver, stateOf } from '../cluster/support/pods.js';
import { startSeeded } from '../github/support/seed.js';
import { folder, git, type Folder } from './support/utilities.js';

let place: Folder;
let github: Awaited<ReturnType<typeof startSeeded>>;
let [uri, base, head] = ['', '', ''];
/** One sees its mounts as they are, the other one has them rewritten. */
const clusters = new Map<string, TestCluster>();
beforeAll(async () => {
  place = await folder();
  github = await startSeeded();
  uri = `${github.url}/org/repo.git`;
  base = (await git(place.dir, 'ls-remote', uri, 'refs/heads/main')).split('\t')[0] ?? '';
  head = await github.world.as('mia').push('org/repo', { branch: 'feature', files: { 'hello.txt': 'hello\n' } });
  for (const sight of ['own', 'rewrite'] as const) {
    const cluster = await testCluster({ images: await utilityImages(), ...(sight === 'rewrite' && { pods: { sight } }) });
    clusters.set(sight, cluster);
    await createIn(cluster, 'secrets', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key' }, stringData: { token: 'sesame-open' } });
  }
});
afterAll(async () => {
  for (const cluster of clusters.values()) await cluster[Symbol.asyncDispose]();
  await github[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});
const clusterOf = (sight: string): TestCluster => {
  const cluster = clusters.get(sight);
  if (!cluster) throw new Error(`no cluster ${sight}`);
  return cluster;
};
const sights = test.each(['own', 'rewrite']);

const images = Object.fromEntries(['clonerefs', 'initupload', 'entrypoint', 'sidecar'].map((name) => [name, `registry.example/${name}:v1`]));
/** The pod that Prow makes of a decorated presubmit. */
function podFor(name: string, buildId: string, script: string, { decoration = {}, sha = head }: { decoration?: object; sha?: string } = {}) {
  const job: ProwJob = {
    apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name }, status: { state: 'triggered', startTime: '2024-01-01T00:00:00Z' },
    spec: {
      type: 'presubmit', agent: 'kubernetes', job: name, refs: { org: 'org', repo: 'repo', base_ref: 'main', base_sha: base, clone_uri: uri, pulls: [{ number: 1, author: 'a', sha }] },
      decoration_config: { utility_images: images, gcs_configuration: { bucket: `file://${place.path('bucket')}`, path_strategy: 'explicit' }, timeout: '1h', grace_period: '5s', censor_secrets: true, ...decoration },
      pod_spec: { containers: [{ image: 'alpine', command: ['sh', '-c', script], volumeMounts: [{ name: 'key', mountPath: '/etc/key' }] }], volumes: [{ name: 'key', secret: { secretName: 'key' } }] },
    },
  };
  return podOf(job, { buildId }) as unknown as Parameters<typeof createPod>[1];
}
const at = (job: string, build: string): string => `bucket/pr-logs/pull/org_repo/1/${job}/${build}`;

sights('a job runs from the clone to the upload (mounts: %s)', async (sight) => {
  const cluster = clusterOf(sight);
  const where = at('good', sight === 'own' ? '100' : '200');
  await createPod(cluster, podFor('good', where.slice(-3), 'cat hello.txt $PWD/README.md /etc/key/token; echo; echo x > $ARTIFACTS/x; echo $PULL_REFS'));
  const pod = await podOver(cluster, 'good');
  expect([phaseOf(pod), ...['clonerefs', 'initupload', 'place-entrypoint', 'test', 'sidecar'].map((name) => stateOf(pod, name))]).toMatchObject(['Succeeded', ...Array<object>(5).fill({ terminated: { exitCode: 0 } })]);
  expect(await place.tree(where)).toEqual(['artifacts/x', 'build-log.txt', 'clone-log.txt', 'clone-records.json', 'finished.json', 'sidecar-logs.json', 'started.json']);
  expect(await place.text(`${where}/build-log.txt`)).toBe(`hello\nhello\nXXXXXXXXXXX\nmain:${base},1:${head}\n`);
  expect(await place.json(`${where}/finished.json`)).toMatchObject({ passed: true, result: 'SUCCESS', revision: head });
});

sights('a deleted pod uploads what there is, as aborted (mounts: %s)', async (sight) => {
  const cluster = clusterOf(sight);
  const where = at('aborted', sight === 'own' ? '101' : '201');
  await createPod(cluster, podFor('aborted', where.slice(-3), 'echo begun; sleep 600'));
  await eventually('the start', async () => (await cluster.core.readNamespacedPodLog({ namespace: 'default', name: 'aborted', container: 'test' }).catch(() => '')).includes('begun'));
  await eventually('the sidecar', async () => (await cluster.core.readNamespacedPodLog({ namespace: 'default', name: 'aborted', container: 'sidecar' }).catch(() => '')).includes('waiting for the job'));
  await cluster.core.deleteNamespacedPod({ namespace: 'default', name: 'aborted' });
  await eventually('the end of the pod', () => cluster.core.readNamespacedPod({ namespace: 'default', name: 'aborted' }).then(() => undefined, () => true));
  expect(await place.json(`${where}/finished.json`)).toMatchObject({ passed: false, result: 'ABORTED' });
  expect(await place.text(`${where}/build-log.txt`)).toMatch(/^begun\n/);
});

sights('a job that runs too long, and one whose pull request is in conflict (mounts: %s)', async (sight) => {
  const cluster = clusterOf(sight);
  const [late, torn] = sight === 'own' ? ['102', '103'] : ['202', '203'];
  const mia = github.world.as('mia');
  const [mine, theirs] = [await mia.push('org/repo', { branch: `mine-${sight}`, from: 'main', files: { 'README.md': 'mine\n' } }), await mia.push('org/repo', { branch: `theirs-${sight}`, from: 'main', files: { 'README.md': 'theirs\n' } })];
  const conflict = JSON.parse(JSON.stringify(podFor('torn', torn, 'echo never', { sha: mine })).replaceAll(base, theirs)) as Parameters<typeof createPod>[1];
  await Promise.all([createPod(cluster, podFor('late', late, 'sleep 600', { decoration: { timeout: '200ms' } })), createPod(cluster, conflict)]);
  const pods = await Promise.all([podOver(cluster, 'late'), podOver(cluster, 'torn')]);
  expect(pods.map((pod) => phaseOf(pod))).toEqual(['Failed', 'Failed']);
  expect(pods.map((pod) => [stateOf(pod), stateOf(pod, 'initupload')])).toMatchObject([[{ terminated: { exitCode: 127 } }, { terminated: { exitCode: 0 } }], [{ waiting: {} }, { terminated: { exitCode: 1 } }]]);
  expect(await place.text(`${at('late', late)}/build-log.txt`)).toContain('timed out after 200ms');
  expect(await place.json(`${at('late', late)}/finished.json`)).toMatchObject({ passed: false, result: 'FAILURE' });
  expect(await place.text(`${at('torn', torn)}/build-log.txt`)).toContain('CONFLICT');
});
