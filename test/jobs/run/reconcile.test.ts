import { expect, test } from '@jest/globals';
import type { ProwJob } from '../../../src/core/prowjob.js';
import { HELD_BY, podFacts } from '../../../src/jobs/run/podFacts.js';
import { reconcile, type Observed, type Plan } from '../../../src/jobs/run/reconcile.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const ago = (ms: number): string => new Date(NOW - ms).toISOString();
const limits = { unscheduledMs: 300_000, pendingMs: 600_000, runningMs: 3_600_000, revivals: 3 };
const open = { open: true } as const;

function jobOf(status: Partial<ProwJob['status']>, spec: Record<string, unknown> = {}): ProwJob {
  return { apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name: 'j' }, spec: { type: 'presubmit', agent: 'kubernetes', job: 'unit', ...spec }, status: { state: 'pending', build_id: '42', ...status } };
}

interface PodOf {
  readonly phase: string;
  readonly reason?: string;
  readonly created?: number;
  readonly started?: number;
  readonly deleting?: true;
  readonly held?: true;
  readonly build?: string;
  readonly exits?: readonly (number | 'running' | 'OOMKilled')[];
  readonly initOom?: true;
  readonly inits?: readonly number[];
  readonly sidecars?: readonly string[];
}

function podOf({ phase, reason, created = 0, started, deleting, held, build = '42', exits = [], inits = [], initOom, sidecars = [] }: PodOf): Observed['pod'] {
  const state = (exit: number | 'running' | 'OOMKilled') => (exit === 'running' ? { running: {} } : { terminated: { exitCode: exit === 'OOMKilled' ? 137 : exit, finishedAt: ago(0), ...(exit === 'OOMKilled' && { reason: exit }) } });
  return podFacts({
    metadata: { uid: 'u1', labels: { 'prow.k8s.io/build-id': build }, ...(held && { finalizers: [HELD_BY] }), creationTimestamp: ago(created), ...(deleting && { deletionTimestamp: ago(0) }) },
    spec: { initContainers: sidecars.map((name) => ({ name, restartPolicy: 'Always' })) },
    status: {
      phase, reason, ...(started !== undefined && { startTime: ago(started) }),
      containerStatuses: exits.map((exit, n) => ({ name: `c${n}`, state: state(exit) })), initContainerStatuses: (initOom ? ['OOMKilled' as const] : inits).map((exit, n) => ({ name: `i${n}`, state: state(exit) })),
    },
  });
}

const told = (plan: Plan): unknown => (plan.kind === 'finish' ? { kind: plan.kind, state: plan.state, deletePod: plan.deletePod } : plan.kind === 'wait' ? { kind: plan.kind, in: plan.until - NOW } : plan.kind === 'revive' ? { kind: plan.kind, count: plan.count, cause: plan.cause } : plan);
const end = (state: string, deletePod = false) => ({ kind: 'finish', state, deletePod });

const counted: ProwJob = { ...jobOf({ pod_revival_count: 1 }), metadata: { name: 'j', annotations: { 'prow.k8s.io/revived-pod': 'u1' } } };

test.each<{ name: string; job: ProwJob; pod?: PodOf; gate?: Observed['gate']; limits?: Observed['limits']; want: unknown }>([
  { name: '6.4, 3: triggered: starts', job: jobOf({ state: 'triggered' }), want: { kind: 'start' } },
  { name: '6.4, 2: triggered: waits at the gate', job: jobOf({ state: 'triggered' }), gate: { open: false, why: 'full' }, want: { kind: 'wait', in: 10_000 } },
  { name: '6.4, 1: triggered: takes the pod that is there, whatever the gate', job: jobOf({ state: 'triggered' }), gate: { open: false, why: 'full' }, pod: { phase: 'Pending' }, want: { kind: 'adopt', buildId: '42' } },
  { name: '6.3, 3: scheduling is not ours', job: jobOf({ state: 'scheduling' }), want: { kind: 'nothing' } },
  { name: '6.1: another agent is not ours', job: jobOf({ state: 'triggered' }, { agent: 'jenkins' }), want: { kind: 'nothing' } },
  { name: '1.8: complete', job: jobOf({ state: 'success', completionTime: ago(1) }), pod: { phase: 'Running' }, want: { kind: 'nothing' } },
  { name: '6.6: aborted: the pod goes', job: jobOf({ state: 'aborted' }), pod: { phase: 'Running' }, want: end('aborted', true) },
  { name: '6.5, 1: pending: the pod is gone', job: jobOf({}), want: { kind: 'restart' } },
  { name: '6.5, 5: evicted: again', job: jobOf({}), pod: { phase: 'Failed', reason: 'Evicted' }, want: { kind: 'revive', count: 1, cause: 'evicted' } },
  { name: '6.5, 5: evicted, deleted already', job: jobOf({ pod_revival_count: 2 }), pod: { phase: 'Failed', reason: 'Evicted', deleting: true }, want: { kind: 'revive', count: 3, cause: 'evicted' } },
  { name: '6.5, 4: evicted too often', job: jobOf({ pod_revival_count: 3 }), pod: { phase: 'Failed', reason: 'Evicted' }, want: end('error') },
  { name: '6.5, 3, error_on_eviction: evicted, which is an error for this job', job: jobOf({}, { error_on_eviction: true }), pod: { phase: 'Failed', reason: 'Evicted' }, want: end('error') },
  { name: '6.5, 5: node lost', job: jobOf({}), pod: { phase: 'Running', reason: 'NodeLost', deleting: true }, want: { kind: 'revive', count: 1, cause: 'unreachable' } },
  { name: '6.5, 15: node reported lost, pod still wanted', job: jobOf({}), pod: { phase: 'Running', reason: 'NodeLost', started: 1_000 }, want: { kind: 'wait', in: 3_599_000 } },
  { name: '6.5, 5: phase unknown', job: jobOf({}), pod: { phase: 'Unknown' }, want: { kind: 'revive', count: 1, cause: 'unknown' } },
  { name: '6.5, 2: out of memory while it runs', job: jobOf({}), pod: { phase: 'Running', exits: ['OOMKilled', 'running'] }, want: end('error', true) },
  { name: '6.5, 2 and flaw 3: out of memory, found at its end', job: jobOf({}), pod: { phase: 'Failed', exits: ['OOMKilled', 0] }, want: end('error') },
  { name: '6.5, 8, pinned: a node that was shut down is an ordinary failure', job: jobOf({}), pod: { phase: 'Failed', reason: 'Terminated' }, want: end('failure') },
  { name: '6.5, 6: success', job: jobOf({}), pod: { phase: 'Succeeded', exits: [0, 0], inits: [0] }, want: end('success') },
  { name: '6.5, 7: success with a container that did not end', job: jobOf({}), pod: { phase: 'Succeeded', exits: [0, 'running'] }, want: end('error') },
  { name: '6.5, 6 and flaw 11: success with a native sidecar that did not end well', job: jobOf({}), pod: { phase: 'Succeeded', exits: [0], inits: [143], sidecars: ['i0'] }, want: end('success') },
  { name: '6.5, 7: success with an init container that did not end well', job: jobOf({}), pod: { phase: 'Succeeded', exits: [0], inits: [1] }, want: end('error') },
  { name: '6.5, 8: failure', job: jobOf({}), pod: { phase: 'Failed', exits: [1] }, want: end('failure') },
  { name: '6.5, 12: no node yet', job: jobOf({}), pod: { phase: 'Pending', created: 299_000 }, want: { kind: 'wait', in: 1_000 } },
  { name: '6.5, 9: no node in time', job: jobOf({}), pod: { phase: 'Pending', created: 300_000 }, want: end('error', true) },
  { name: '6.5, 12: being prepared', job: jobOf({}), pod: { phase: 'Pending', created: 900_000, started: 599_000 }, want: { kind: 'wait', in: 1_000 } },
  { name: '6.5, 10: not prepared in time', job: jobOf({}), pod: { phase: 'Pending', created: 900_000, started: 600_000 }, want: end('error', true) },
  { name: '6.5, 11: deleted before it ran', job: jobOf({}), pod: { phase: 'Pending', deleting: true, created: 400_000 }, want: end('error') },
  { name: '6.5, 13: deleted while it ran', job: jobOf({}), pod: { phase: 'Running', deleting: true, started: 1 }, want: end('error') },
  { name: '6.5, 15 and flaw 2: running', job: jobOf({}), pod: { phase: 'Running', started: 3_599_000 }, want: { kind: 'wait', in: 1_000 } },
  { name: '6.5, 14: running too long', job: jobOf({}), pod: { phase: 'Running', started: 3_600_000 }, want: end('aborted', true) },
  { name: '6.5, 5: the finalizer of a counted pod goes with it', job: counted, pod: { phase: 'Failed', reason: 'Evicted', held: true }, want: { kind: 'clear', deletePod: true } },
  { name: '6.5, 5: a counted pod that only its finalizer keeps', job: counted, pod: { phase: 'Running', reason: 'NodeLost', deleting: true, held: true }, want: { kind: 'clear', deletePod: false } },
  { name: '6.5, 5: a counted pod that takes long to go is not counted again', job: counted, pod: { phase: 'Running', reason: 'NodeLost', deleting: true }, want: { kind: 'wait', in: 10_000 } },
  { name: '6.5, 5: the last revival is one as well', job: { ...counted, status: { ...counted.status, pod_revival_count: 3 } }, pod: { phase: 'Failed', reason: 'Evicted' }, want: { kind: 'clear', deletePod: true } },
  { name: '6.5, 1: made again, but never written down', job: jobOf({ build_id: '41' }), pod: { phase: 'Running', started: 1 }, want: { kind: 'adopt', buildId: '42' } },
  { name: '6.5, 1: a pod that tells no build', job: jobOf({ build_id: '41' }), pod: { phase: 'Running', started: 0, build: '' }, want: { kind: 'wait', in: 3_600_000 } },
  { name: '6.5, 4: no revivals are allowed', job: jobOf({}), limits: { ...limits, revivals: 0 }, pod: { phase: 'Unknown' }, want: end('error') },
  { name: '6.5, 4: lost too often, before the pod is gone', job: jobOf({ pod_revival_count: 3 }), pod: { phase: 'Running', reason: 'NodeLost', deleting: true }, want: end('error') },
  { name: '6.5, 3: error_on_eviction says nothing of lost nodes', job: jobOf({}, { error_on_eviction: true }), pod: { phase: 'Running', reason: 'NodeLost', deleting: true }, want: { kind: 'revive', count: 1, cause: 'unreachable' } },
  { name: '6.5, 3: evicted counts before out of memory', job: jobOf({}), pod: { phase: 'Failed', reason: 'Evicted', exits: ['OOMKilled'] }, want: { kind: 'revive', count: 1, cause: 'evicted' } },
  { name: '6.5, 2: an init container out of memory', job: jobOf({}), pod: { phase: 'Running', initOom: true }, want: end('error', true) },
  { name: '6.5, 16: another phase, being deleted', job: jobOf({}), pod: { phase: 'Odd', deleting: true }, want: end('error') },
  { name: '6.5, 16: another phase', job: jobOf({}), pod: { phase: 'Odd' }, want: { kind: 'nothing' } },
  { name: '6.6: aborted before there was a pod', job: jobOf({ state: 'aborted' }), want: end('aborted', true) },
])('$name', ({ job, pod, gate = open, limits: its = limits, want }) => expect(told(reconcile(job, { pod: pod && podOf(pod), now: NOW, limits: its, gate }))).toEqual(want));

test('the build ID of a pod without the label is what its container is told', () => {
  expect(podFacts({ metadata: {}, spec: { containers: [{ env: [{ name: 'BUILD_ID', value: '7' }] }] }, status: {} }).buildId).toBe('7');
});

test('6.5, 4: too many revivals are told with their number and causes', () => {
  const job: ProwJob = { ...jobOf({ pod_revival_count: 3 }), metadata: { name: 'j', annotations: { 'prow.k8s.io/revival-reasons': 'evicted,unreachable,evicted' } } };
  const plan = reconcile(job, { pod: podOf({ phase: 'Unknown' }), now: NOW, limits, gate: open });
  expect(plan).toMatchObject({ state: 'error', description: 'The pod stopped unexpectedly (unknown) and had been made again 3 times, the most that is allowed (evicted, unreachable, evicted).' });
});
