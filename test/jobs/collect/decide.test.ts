import { expect, test } from '@jest/globals';
import type { ProwJob } from '../../../src/core/prowjob.js';
import { decideCollect, POD_REPORT_FINALIZER, type CollectedPod } from '../../../src/jobs/collect/decide.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const HOUR = 3_600_000;
const ages = { prowJobMs: 48 * HOUR, podMs: 24 * HOUR, terminatedPodMs: 2 * HOUR };
const ago = (hours: number): string => new Date(NOW - hours * HOUR).toISOString();

interface Of { readonly name: string; readonly type?: ProwJob['spec']['type']; readonly job?: string; readonly started: number; readonly ended?: number; readonly reported?: string }
const jobOf = ({ name, type = 'presubmit', job = 'unit', started, ended, reported }: Of): ProwJob => ({
  apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name }, spec: { type, agent: 'kubernetes', job },
  status: { state: 'success', startTime: ago(started), ...(ended !== undefined && { completionTime: ago(ended) }), ...(reported && { prev_report_states: { gcsk8sreporter: reported } }) },
});
const podOf = (name: string, more: Partial<CollectedPod> = {}): CollectedPod => ({ cluster: 'default', namespace: 'test-pods', name, uid: 'u', job: name, createdAt: NOW - HOUR, startedAt: NOW - HOUR, finalizers: [], ...more });

test.each<{ name: string; jobs?: readonly Of[]; pods?: readonly CollectedPod[]; want: readonly string[] }>([
  { name: 'an old job goes, a younger one and one that is not complete stay', jobs: [{ name: 'old', started: 49, ended: 48 }, { name: 'young', started: 47, ended: 46 }, { name: 'runs', started: 99 }], want: ['job old'] },
  {
    name: 'of a configured periodic the newest stays, of a removed one nothing',
    jobs: [{ name: 'p1', type: 'periodic', job: 'nightly', started: 99, ended: 98 }, { name: 'p2', type: 'periodic', job: 'nightly', started: 98, ended: 97 }, { name: 'gone', type: 'periodic', job: 'removed', started: 99, ended: 98 }],
    want: ['job p1', 'job gone'],
  },
  { name: 'the pod of a job that runs stays, however old', jobs: [{ name: 'a', started: 99 }], pods: [podOf('a', { startedAt: NOW - 99 * HOUR })], want: [] },
  { name: 'a pod some time after its job ended', jobs: [{ name: 'a', started: 4, ended: 3 }], pods: [podOf('a')], want: ['pod a ttled'] },
  { name: 'a pod soon after its job ended', jobs: [{ name: 'a', started: 4, ended: 1 }], pods: [podOf('a')], want: [] },
  { name: 'an old pod', jobs: [{ name: 'a', started: 30, ended: 1 }], pods: [podOf('a', { startedAt: NOW - 25 * HOUR })], want: ['pod a aged'] },
  { name: 'an orphan', pods: [podOf('x')], want: ['pod x orphaned'] },
  { name: 'a pod so young that its job may not be seen yet', pods: [podOf('x', { createdAt: NOW - 20_000 })], want: [] },
  { name: 'the pod of a job that goes now', jobs: [{ name: 'old', started: 49, ended: 48 }], pods: [podOf('old')], want: ['job old', 'pod old orphaned'] },
  { name: 'a pod is its label’s, not its name’s', jobs: [{ name: 'a', started: 4 }], pods: [podOf('other', { job: 'a' })], want: [] },
  { name: 'the finalizer of an orphan goes first', pods: [podOf('x', { finalizers: [POD_REPORT_FINALIZER] })], want: ['finalizer x', 'pod x orphaned'] },
  { name: 'the finalizer goes once the pod is reported', jobs: [{ name: 'a', started: 2, ended: 1, reported: 'success' }], pods: [podOf('a', { finalizers: [POD_REPORT_FINALIZER] })], want: ['finalizer a'] },
  { name: 'the finalizer goes with a pod whose time is over, reported or not', jobs: [{ name: 'a', started: 4, ended: 3, reported: 'pending' }], pods: [podOf('a', { finalizers: [POD_REPORT_FINALIZER] })], want: ['finalizer a', 'pod a ttled'] },
  { name: 'the finalizer stays until then', jobs: [{ name: 'a', started: 2, ended: 1, reported: 'pending' }], pods: [podOf('a', { finalizers: [POD_REPORT_FINALIZER] })], want: [] },
])('$name', ({ jobs = [], pods = [], want }) => {
  const removals = decideCollect({ jobs: jobs.map(jobOf), pods, periodics: new Set(['nightly']), ages, now: NOW });
  expect(removals.map((one) => (one.kind === 'job' ? `job ${one.job.metadata.name}` : one.kind === 'pod' ? `pod ${one.pod.name} ${one.why}` : `finalizer ${one.pod.name}`))).toEqual(want);
});
