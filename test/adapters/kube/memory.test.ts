import { expect, test } from '@jest/globals';
import { podLookups, prowJobLookups } from '../../../src/adapters/kube/lookups.js';
import { openMemory } from '../../../src/adapters/kube/memory.js';
import { trimPods, trimProwJobs } from '../../../src/adapters/kube/trim.js';
import type { Pod } from '../../../src/core/kube.js';
import { silentLog } from '../../../src/core/ports/log.js';
import type { ProwJob } from '../../../src/core/prowjob.js';

const signal = new AbortController().signal;

function job(name: string, version: number, more: Readonly<{ spec?: object; status?: object; labels?: Record<string, string> }> = {}): ProwJob {
  return {
    apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { namespace: 'ns', name, uid: `uid-${name}`, resourceVersion: String(version), ...(more.labels && { labels: more.labels }) },
    spec: { type: 'presubmit', agent: 'kubernetes', job: 'unit', refs: { org: 'o', repo: 'r', base_ref: 'main', pulls: [{ number: 7, author: 'a', sha: 's' }] }, ...more.spec },
    status: { state: 'triggered', ...more.status },
  };
}

test.each<{ name: string; job: ProwJob; want: Partial<Record<keyof typeof prowJobLookups, readonly string[]>> }>([
  { name: 'a presubmit', job: job('a', 1), want: { job: ['unit'], state: ['triggered'], complete: ['false'], repo: ['o/r'], branch: ['o/r@main'], pull: ['o/r#7'], queue: [], cluster: ['default'], build: [], event: [] } },
  { name: 'a batch', job: job('a', 1, { spec: { type: 'batch', refs: { org: 'o', repo: 'r', base_ref: 'main', pulls: [{ number: 7, author: '', sha: '' }, { number: 8, author: '', sha: '' }] } } }), want: { pull: ['o/r#7', 'o/r#8'] } },
  { name: 'a periodic', job: job('a', 1, { spec: { refs: undefined, extra_refs: [{ org: 'x', repo: 'y', base_ref: 'dev' }] } }), want: { repo: ['x/y'], branch: ['x/y@dev'], pull: [] } },
  { name: 'one without any repository', job: job('a', 1, { spec: { refs: undefined } }), want: { repo: [], branch: [], pull: [] } },
  { name: 'one that ended', job: job('a', 1, { spec: { cluster: 'big', job_queue_name: 'q' }, status: { state: 'success', completionTime: 'x', build_id: '12' }, labels: { 'event-GUID': 'e' } }), want: { complete: ['true'], state: ['success'], cluster: ['big'], queue: ['q'], build: ['unit/12'], event: ['e'] } },
])('$name is found by what it is', ({ job: one, want }) => {
  for (const [lookup, values] of Object.entries(want)) expect([lookup, prowJobLookups[lookup as keyof typeof prowJobLookups](one)]).toEqual([lookup, values]);
});

test('look-ups follow every change', () => {
  const memory = openMemory(prowJobLookups, silentLog);
  memory.put(job('a', 1));
  expect(memory.by('pull', 'o/r#7').map(({ metadata }) => metadata.name)).toEqual(['a']);
  memory.put(job('b', 2));
  memory.put(job('c', 3));
  memory.put(job('b', 4, { status: { state: 'pending' } }));
  expect(memory.by('state', 'triggered').map(({ metadata }) => metadata.name)).toEqual(['a', 'c']);
  expect(memory.by('state', 'pending').map(({ metadata }) => metadata.resourceVersion)).toEqual(['4']);
  expect(memory.by('pull', 'o/r#7')).toHaveLength(3);
  memory.drop(job('a', 5));
  memory.drop(job('a', 5));
  memory.drop(job('c', 6));
  expect(memory.by('state', 'triggered')).toEqual([]);
  expect(memory.size).toBe(1);
  memory.replaceAll([job('d', 7)]);
  expect(memory.by('state', 'pending')).toEqual([]);
  expect(memory.by('pull', 'o/r#7').map(({ metadata }) => metadata.name)).toEqual(['d']);
});

test('an object of the same name that was made anew is told as a change', () => {
  const memory = openMemory(prowJobLookups, silentLog);
  memory.replaceAll([job('a', 1)]);
  const told: unknown[] = [];
  memory.onChange(({ old, now }) => told.push([old?.metadata.uid, now?.metadata.uid]));
  memory.put(job('a', 1));
  memory.put({ ...job('a', 1), metadata: { ...job('a', 1).metadata, uid: 'other' } });
  expect(told).toEqual([['uid-a', 'other']]);
});

test('a listener that throws harms nobody; one that left hears nothing', () => {
  const memory = openMemory(prowJobLookups, silentLog);
  const told: string[] = [];
  memory.onChange(() => { throw new Error('oops'); });
  const leave = memory.onChange(({ key }) => told.push(key.name));
  memory.put(job('a', 1));
  leave();
  memory.put(job('b', 2));
  expect(told).toEqual(['a']);
});

test('who waits is told when it shows, or why not', async () => {
  const memory = openMemory(prowJobLookups, silentLog);
  const pending = memory.shows({ namespace: 'ns', name: 'a' }, (now) => now?.status.state === 'pending', { signal });
  const ready = memory.ready({ signal });
  const over = new AbortController();
  const never = memory.shows({ namespace: 'ns', name: 'z' }, (now) => now !== undefined, { signal: over.signal });
  memory.replaceAll([job('a', 1)]);
  await ready;
  memory.put(job('a', 2, { status: { state: 'pending' } }));
  await pending;
  over.abort(new Error('too late'));
  await expect(never).rejects.toThrow('too late');
  await expect(memory.ready({ signal: over.signal })).rejects.toThrow('too late');
});

test('what many ProwJobs have alike is kept once', () => {
  const trim = trimProwJobs();
  const make = (name: string) => JSON.parse(JSON.stringify({
    ...job(name, 1, { spec: { pod_spec: { containers: [{ name: 'test', image: 'x' }] }, novel: 'kept' } }),
    metadata: { ...job(name, 1).metadata, managedFields: [{ manager: 'x' }], annotations: { a: 'b' } },
  })) as ProwJob;
  const [one, two] = [trim(make('a')), trim(make('b'))];
  expect(one.spec['pod_spec']).toBe(two.spec['pod_spec']);
  expect(one.metadata.annotations).toBe(two.metadata.annotations);
  expect(one).toEqual({ ...make('a'), metadata: { ...job('a', 1).metadata, annotations: { a: 'b' } } });
});

test("somebody's ProwJob without spec and status breaks nothing", () => {
  const memory = openMemory(prowJobLookups, silentLog);
  const { spec: _, status: __, ...bare } = job('a', 1);
  memory.put(trimProwJobs()(bare as ProwJob));
  expect(memory.by('complete', 'false')).toHaveLength(1);
  expect(memory.by('job', '')).toEqual([]);
});

test('of pods remains what is read', () => {
  const pod: Pod = {
    apiVersion: 'v1', kind: 'Pod',
    metadata: { namespace: 'ns', name: 'p', labels: { 'prow.k8s.io/id': 'job' }, annotations: { 'prow.k8s.io/job': 'unit', 'cni/x': 'long' }, managedFields: [] },
    spec: { nodeName: 'n', volumes: [{ name: 'v' }], initContainers: [{ name: 'i', args: ['x'] }], containers: [{ name: 'test', image: 'x', env: [{ name: 'BUILD_ID', value: '1' }, { name: 'JOB_SPEC', value: '{}' }] }] },
    status: { phase: 'Running', novel: true },
  };
  const trimmed = trimPods()(pod);
  expect(trimmed).toEqual({
    apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'ns', name: 'p', labels: { 'prow.k8s.io/id': 'job' }, annotations: { 'prow.k8s.io/job': 'unit' } },
    spec: { nodeName: 'n', initContainers: [{ name: 'i' }], containers: [{ name: 'test', image: 'x', env: [{ name: 'BUILD_ID', value: '1' }] }] }, status: { phase: 'Running', novel: true },
  });
  const memory = openMemory(podLookups, silentLog);
  memory.put(trimmed);
  expect(memory.by('id', 'job')).toEqual([trimmed]);
  expect(memory.by('phase', 'Running')).toEqual([trimmed]);
});
