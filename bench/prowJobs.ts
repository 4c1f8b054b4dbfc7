import { createHash } from 'node:crypto';
import type { ProwJob } from '../src/core/prowjob.js';

const NAMES = 600;
const ORGS = 40;
const HOURS = 48;

/** ProwJob `n` of `all`, older the larger `n` is, as a large installation has them: about 3.5 kB of JSON, runs of one job nearly alike. `now` in milliseconds. */
export function madeProwJob(n: number, { all, now }: Readonly<{ all: number; now: number }>): ProwJob {
  const job = `pull-shop-e2e-${n % NAMES}`;
  const [org, repo] = [`org-${n % ORGS}`, 'shop'];
  const number = 1 + (n % 3_000);
  const hash = createHash('sha256').update(String(n)).digest('hex');
  const sha = (at: number): string => hash.slice(at, at + 40).padEnd(40, '0');
  const name = `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
  const started = now - Math.floor((n * HOURS * 3_600_000) / all);
  const time = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
  const link = `https://github.com/${org}/${repo}`;
  const build = String(1_900_000_000_000_000_000n - BigInt(n));
  const about = { 'prow.k8s.io/job': job, 'prow.k8s.io/context': job };
  const env = Array.from({ length: 12 }, (_, at) => ({ name: `VARIABLE_${at}`, value: `value-${n % NAMES}-${at}` }));
  return {
    apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob',
    metadata: {
      name, namespace: 'default', uid: name, resourceVersion: String(n + 1), creationTimestamp: time(started),
      labels: { 'created-by-prow': 'true', 'event-GUID': `${hash.slice(32, 40)}-0000-11f0-8000-000000000000`, ...about, 'prow.k8s.io/is-optional': 'false', 'prow.k8s.io/refs.base_ref': 'main', 'prow.k8s.io/refs.org': org, 'prow.k8s.io/refs.pull': String(number), 'prow.k8s.io/refs.repo': repo, 'prow.k8s.io/type': 'presubmit' },
      annotations: { ...about, 'testgrid-dashboards': 'presubmits-shop', description: 'Runs the end-to-end tests with everything that is needed for them.' },
    },
    spec: {
      type: 'presubmit', agent: 'kubernetes', cluster: 'build-cluster', namespace: 'test-pods', job, context: job, report: true, rerun_command: `/test ${job}`,
      refs: { org, repo, repo_link: link, base_ref: 'main', base_sha: sha(8), base_link: `${link}/commit/${sha(8)}`, pulls: [{ number, author: `author-${n % 700}`, sha: sha(16), title: `Mend what is broken in place ${number}`, head_ref: `branch-${number}`, link: `${link}/pull/${number}`, commit_link: `${link}/pull/${number}/commits/${sha(16)}`, author_link: `https://github.com/author-${n % 700}` }] },
      pod_spec: { containers: [{ name: '', image: 'registry.test/kubekins-e2e:v1', command: ['runner.sh'], args: ['make', 'test', `JOB=${job}`], env, resources: { requests: { cpu: '4', memory: '8Gi' }, limits: { cpu: '4', memory: '8Gi' } }, securityContext: { privileged: true }, volumeMounts: [{ name: 'x', mountPath: '/x' }] }], volumes: [{ name: 'x', emptyDir: {} }] },
      decoration_config: { timeout: '2h0m0s', grace_period: '15m0s', utility_images: { clonerefs: 'registry.test/clonerefs:v1', initupload: 'registry.test/initupload:v1', entrypoint: 'registry.test/entrypoint:v1', sidecar: 'registry.test/sidecar:v1' }, gcs_configuration: { bucket: 'jobs', path_strategy: 'legacy', default_org: 'acme', default_repo: 'shop' } },
    },
    status: {
      startTime: time(started), pendingTime: time(started + 1_000), completionTime: time(started + 1_800_000), state: n % 9 === 0 ? 'failure' : 'success', description: n % 9 === 0 ? 'Job failed.' : 'Job succeeded.', pod_name: name, build_id: build,
      url: `https://prow.test/view/gs/jobs/pr-logs/pull/${number}/${job}/${build}`, prev_report_states: { gcsreporter: 'success', 'github-reporter': 'success' },
    },
  };
}
