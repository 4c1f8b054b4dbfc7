import { randomBytes, randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { prowJobLookups } from '../../src/adapters/kube/lookups.js';
import { openMemory } from '../../src/adapters/kube/memory.js';
import { trimProwJobs } from '../../src/adapters/kube/trim.js';
import { silentLog } from '../../src/core/ports/log.js';
import type { ProwJob } from '../../src/core/prowjob.js';

const RUNS = 50_000;
const JOBS = 2_000;
const REPO = 'https://github.com/kubernetes/kubernetes';

/** Run `n` of 2,000 jobs as a large installation has them: about 3.7 kB as JSON. */
function run(n: number): string {
  const job = `pull-kubernetes-e2e-${n % JOBS}`;
  const number = 100_000 + (n % 3_000);
  const sha = () => randomBytes(20).toString('hex');
  const name = randomUUID();
  const env = Array.from({ length: 12 }, (_, at) => ({ name: `VARIABLE_${at}`, value: `value-${n % JOBS}-${at}` }));
  const about = { 'prow.k8s.io/job': job, 'prow.k8s.io/context': job };
  return JSON.stringify({
    apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob',
    metadata: {
      name, namespace: 'default', uid: randomUUID(), resourceVersion: String(1e9 + n), generation: 4, creationTimestamp: '2026-01-02T03:04:05Z',
      labels: { 'created-by-prow': 'true', 'event-GUID': randomUUID(), ...about, 'prow.k8s.io/is-optional': 'false', 'prow.k8s.io/refs.base_ref': 'master', 'prow.k8s.io/refs.org': 'kubernetes', 'prow.k8s.io/refs.pull': String(number), 'prow.k8s.io/refs.repo': 'kubernetes', 'prow.k8s.io/type': 'presubmit' },
      annotations: { ...about, 'testgrid-dashboards': 'presubmits-kubernetes', description: 'Runs the end-to-end tests with everything that is needed for them.' },
      managedFields: [{ manager: 'prow', operation: 'Update', fieldsV1: { 'f:metadata': { 'f:labels': { '.': {}, 'f:event-GUID': {} } }, 'f:spec': { '.': {}, 'f:agent': {} } } }],
    },
    spec: {
      type: 'presubmit', agent: 'kubernetes', cluster: 'build-cluster', namespace: 'test-pods', job, context: job, report: true, rerun_command: `/test ${job}`,
      refs: { org: 'kubernetes', repo: 'kubernetes', repo_link: REPO, base_ref: 'master', base_sha: sha(), base_link: `${REPO}/commit/${sha()}`, pulls: [{ number, author: `author-${number}`, sha: sha(), title: `Mend what is broken in place ${number}`, head_ref: `branch-${number}`, link: `${REPO}/pull/${number}`, commit_link: `${REPO}/pull/${number}/commits/${sha()}`, author_link: `https://github.com/author-${number}` }] },
      pod_spec: { containers: [{ name: 'test', image: 'registry.test/kubekins-e2e:v1', command: ['runner.sh'], args: ['make', 'test', `JOB=${job}`], env, resources: { requests: { cpu: '4', memory: '8Gi' }, limits: { cpu: '4', memory: '8Gi' } }, securityContext: { privileged: true }, volumeMounts: [{ name: 'x', mountPath: '/x' }] }], volumes: [{ name: 'x', emptyDir: {} }] },
      decoration_config: { timeout: '2h0m0s', grace_period: '15m0s', utility_images: { clonerefs: 'registry.test/clonerefs:v1', initupload: 'registry.test/initupload:v1', entrypoint: 'registry.test/entrypoint:v1', sidecar: 'registry.test/sidecar:v1' }, gcs_configuration: { bucket: 'jobs', path_strategy: 'legacy', default_org: 'kubernetes', default_repo: 'kubernetes' } },
    },
    status: {
      startTime: '2026-01-02T03:04:05Z', pendingTime: '2026-01-02T03:04:06Z', completionTime: '2026-01-02T03:34:05Z', state: 'success', description: 'Job succeeded.', pod_name: name, build_id: `19${String(n).padStart(17, '0')}`,
      url: `https://prow.test/view/gs/jobs/pr-logs/pull/${number}/${job}/19${String(n).padStart(17, '0')}`, prev_report_states: { gcsreporter: 'success', 'github-reporter': 'success' },
    },
  });
}

test('50,000 ProwJobs fit well under 300 MB', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const before = process.memoryUsage().heapUsed;
  const memory = openMemory(prowJobLookups, silentLog);
  const trim = trimProwJobs();
  for (let n = 0; n < RUNS; n++) memory.put(trim(JSON.parse(run(n)) as ProwJob));
  collect();
  const bytes = process.memoryUsage().heapUsed - before;
  process.stderr.write(`• ${RUNS} ProwJobs in memory: ${Math.round(bytes / 1e6)} MB, ${Math.round(bytes / RUNS)} bytes each\n`);
  expect(memory.by('pull', 'kubernetes/kubernetes#100007').length).toBeGreaterThan(10);
  expect(bytes).toBeLessThan(230e6);
});
