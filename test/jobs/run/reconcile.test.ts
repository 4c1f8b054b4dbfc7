import { expect, test } from '@jest/globals';
import type { ProwJob } from '../../../src/core/prowjob.js';
import { podFacts } from '../../../src/jobs/run/podFacts.js';
import { reconcile, type Observed, type Plan } from '../../../src/jobs/run/reconcile.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const ago = (ms: number): string => new Date(NOW - ms).toISOString();
const limits = { unscheduledMs: 300_000, pendingMs: 600_000, runningMs: 3_600_000, revivals: 3 };
const open = { open: true } as const;

function jobOf(status: Partial<ProwJob['status']>, spec: Record<string, unknown> = {}): ProwJob {
  return { apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name: 'j' }, spec: { type: 'presubmit', agent: 'kubernetes', job: 'unit', ...spec }, status: { state: 'pending', ...status } };
}

interface PodOf {
  readonly phase: string;
  readonly reason?: string;
  readonly created?: number;
  readonly started?: number;
  readonly deleting?: true;
  readonly exits?: readonly (number | 'running' | 'OOMKilled')[];
  readonly inits?: readonly number[];
  readonly sidecars?: readonly string[];
}

function podOf({ phase, reason, created = 0, started, deleting, exits = [], inits = [], sidecars = [] }: PodOf): Observed['pod'] {
  const state = (exit: number | 'running' | 'OOMKilled') => (exit === 'running' ? { running: {} } : { terminated: { exitCode: exit === 'OOMKilled' ? 137 : exit, finishedAt: ago(0), ...(exit === 'OOMKilled' && { reason: exit }) } });
  return podFacts({
    metadata: { labels: { 'prow.k8s.io/build-id': '42' }, creationTimestamp: ago(created), ...(deleting && { deletionTimestamp: ago(0) }) },
    spec: { initContainers: sidecars.map((name) => ({ name, restartPolicy: 'Always' })) },
    status: {
      phase, reason, ...(started !== undefined && { startTime: ago(started) }),
      containerStatuses: exits.map((exit, n) => ({ name: `c${n}`, state: state(exit) })), initContainerStatuses: inits.map((exit, n) => ({ name: `i${n}`, state: state(exit) })),
    },
  });
}

const told = (plan: Plan): unknown => (plan.kind === 'finish' ? { kind: plan.kind, state: plan.state, deletePod: plan.deletePod } : plan.kind === 'wait' ? { kind: plan.kind, in: plan.until - NOW } : plan);
const end = (state: string, deletePod = false) => ({ kind: 'finish', state, deletePod });

test.each<{ name: string; job: ProwJob; pod?: PodOf; gate?: Observed['gate']; want: unknown }>([
  { name: 'triggered: starts', job: jobOf({ state: 'triggered' }), want: { kind: 'start' } },
  { name: 'triggered: waits at the gate', job: jobOf({ state: 'triggered' }), gate: { open: false, why: 'full' }, want: { kind: 'wait', in: 10_000 } },
  { name: 'triggered: takes the pod that is there, whatever the gate', job: jobOf({ state: 'triggered' }), gate: { open: false, why: 'full' }, pod: { phase: 'Pending' }, want: { kind: 'adopt', buildId: '42' } },
  { name: 'scheduling is not ours', job: jobOf({ state: 'scheduling' }), want: { kind: 'nothing' } },
  { name: 'another agent is not ours', job: jobOf({ state: 'triggered' }, { agent: 'jenkins' }), want: { kind: 'nothing' } },
  { name: 'complete', job: jobOf({ state: 'success', completionTime: ago(1) }), pod: { phase: 'Running' }, want: { kind: 'nothing' } },
  { name: 'aborted: the pod goes', job: jobOf({ state: 'aborted' }), pod: { phase: 'Running' }, want: end('aborted', true) },
  { name: 'pending: the pod is gone', job: jobOf({}), want: { kind: 'restart' } },
  { name: 'evicted: again', job: jobOf({}), pod: { phase: 'Failed', reason: 'Evicted' }, want: { kind: 'revive', count: 1, cause: 'evicted', deletePod: true } },
  { name: 'evicted, deleted already', job: jobOf({ pod_revival_count: 2 }), pod: { phase: 'Failed', reason: 'Evicted', deleting: true }, want: { kind: 'revive', count: 3, cause: 'evicted', deletePod: false } },
  { name: 'evicted too often', job: jobOf({ pod_revival_count: 3 }), pod: { phase: 'Failed', reason: 'Evicted' }, want: end('error') },
  { name: 'evicted, which is an error for this job', job: jobOf({}, { error_on_eviction: true }), pod: { phase: 'Failed', reason: 'Evicted' }, want: end('error') },
  { name: 'node lost', job: jobOf({}), pod: { phase: 'Running', reason: 'NodeLost', deleting: true }, want: { kind: 'revive', count: 1, cause: 'unreachable', deletePod: false } },
  { name: 'node reported lost, pod still wanted', job: jobOf({}), pod: { phase: 'Running', reason: 'NodeLost', started: 1_000 }, want: { kind: 'wait', in: 3_599_000 } },
  { name: 'phase unknown', job: jobOf({}), pod: { phase: 'Unknown' }, want: { kind: 'revive', count: 1, cause: 'unknown', deletePod: true } },
  { name: 'out of memory while it runs', job: jobOf({}), pod: { phase: 'Running', exits: ['OOMKilled', 'running'] }, want: end('error', true) },
  { name: 'out of memory, found at its end', job: jobOf({}), pod: { phase: 'Failed', exits: ['OOMKilled', 0] }, want: end('error') },
  { name: 'a node that was shut down is an ordinary failure', job: jobOf({}), pod: { phase: 'Failed', reason: 'Terminated' }, want: end('failure') },
  { name: 'success', job: jobOf({}), pod: { phase: 'Succeeded', exits: [0, 0], inits: [0] }, want: end('success') },
  { name: 'success with a container that did not end', job: jobOf({}), pod: { phase: 'Succeeded', exits: [0, 'running'] }, want: end('error') },
  { name: 'success with a native sidecar that did not end well', job: jobOf({}), pod: { phase: 'Succeeded', exits: [0], inits: [143], sidecars: ['i0'] }, want: end('success') },
  { name: 'success with an init container that did not end well', job: jobOf({}), pod: { phase: 'Succeeded', exits: [0], inits: [1] }, want: end('error') },
  { name: 'failure', job: jobOf({}), pod: { phase: 'Failed', exits: [1] }, want: end('failure') },
  { name: 'no node yet', job: jobOf({}), pod: { phase: 'Pending', created: 299_000 }, want: { kind: 'wait', in: 1_000 } },
  { name: 'no node in time', job: jobOf({}), pod: { phase: 'Pending', created: 300_000 }, want: end('error', true) },
  { name: 'being prepared', job: jobOf({}), pod: { phase: 'Pending', created: 900_000, started: 599_000 }, want: { kind: 'wait', in: 1_000 } },
  { name: 'not prepared in time', job: jobOf({}), pod: { phase: 'Pending', created: 900_000, started: 600_000 }, want: end('error', true) },
  { name: 'deleted before it ran', job: jobOf({}), pod: { phase: 'Pending', deleting: true, created: 400_000 }, want: end('error') },
  { name: 'deleted while it ran', job: jobOf({}), pod: { phase: 'Running', deleting: true, started: 1 }, want: end('error') },
  { name: 'running', job: jobOf({}), pod: { phase: 'Running', started: 3_599_000 }, want: { kind: 'wait', in: 1_000 } },
  { name: 'running too long', job: jobOf({}), pod: { phase: 'Running', started: 3_600_000 }, want: end('aborted', true) },
])('$name', ({ job, pod, gate = open, want }) => expect(told(reconcile(job, { pod: pod && podOf(pod), now: NOW, limits, gate }))).toEqual(want));

test('the build ID of a pod without the label is what its container is told', () => {
  expect(podFacts({ metadata: {}, spec: { containers: [{ env: [{ name: 'BUILD_ID', value: '7' }] }] }, status: {} }).buildId).toBe('7');
});
