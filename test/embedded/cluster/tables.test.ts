import { expect, test } from '@jest/globals';
import type { Kobject } from '../../../src/embedded/cluster/api/object.js';
import { humanSpan, podState } from '../../../src/embedded/cluster/api/tables.js';

test.each<[ms: number, want: string]>([
  [0, '0s'], [119_000, '119s'], [120_000, '2m'], [185_000, '3m5s'], [600_000, '10m'], [10_799_000, '179m'], [3 * 3_600_000, '3h'], [3 * 3_600_000 + 300_000, '3h5m'], [9 * 3_600_000, '9h'], [50 * 3_600_000, '2d2h'], [9 * 86_400_000, '9d'], [800 * 86_400_000, '2y70d'], [-500, '0s'], [-10_000, '<invalid>'],
])('%d ms are %s', (ms, want) => expect(humanSpan(ms)).toBe(want));

const running = { running: { startedAt: 'x' } };
const done = (exitCode: number, more: object = {}): object => ({ terminated: { exitCode, ...more } });
const pod = (status: object, more: { inits?: number; deleted?: boolean } = {}): Kobject => ({
  apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', uid: 'u', resourceVersion: '1', creationTimestamp: '', ...(more.deleted ? { deletionTimestamp: 'x' } : {}) },
  spec: { containers: [{ name: 'a' }, { name: 'b' }], initContainers: Array.from({ length: more.inits ?? 0 }, (_, n) => ({ name: `i${n}` })) }, status,
});

test.each<[name: string, pod: Kobject, ready: string, reason: string]>([
  ['new', pod({ phase: 'Pending' }), '0/2', 'Pending'],
  ['creating', pod({ phase: 'Pending', containerStatuses: [{ state: { waiting: { reason: 'ContainerCreating' } } }] }), '0/2', 'ContainerCreating'],
  ['initializing', pod({ phase: 'Pending', initContainerStatuses: [{ name: 'i0', state: done(0) }, { name: 'i1', state: running }] }, { inits: 2 }), '0/2', 'Init:1/2'],
  ['init failed', pod({ phase: 'Failed', initContainerStatuses: [{ name: 'i0', state: done(1, { reason: 'Error' }) }] }, { inits: 1 }), '0/2', 'Init:Error'],
  ['running', pod({ phase: 'Running', containerStatuses: [{ ready: true, state: running }, { ready: true, state: running }] }), '2/2', 'Running'],
  ['half done', pod({ phase: 'Running', containerStatuses: [{ ready: true, state: running }, { ready: false, state: done(0, { reason: 'Completed' }) }] }), '1/2', 'Running'],
  ['done', pod({ phase: 'Succeeded', containerStatuses: [{ state: done(0, { reason: 'Completed' }) }, { state: done(0, { reason: 'Completed' }) }] }), '0/2', 'Completed'],
  ['failed', pod({ phase: 'Failed', containerStatuses: [{ state: done(3) }, { state: done(0, { reason: 'Completed' }) }] }), '0/2', 'ExitCode:3'],
  ['evicted', pod({ phase: 'Failed', reason: 'Evicted' }), '0/2', 'Evicted'],
  ['leaving', pod({ phase: 'Running', containerStatuses: [{ ready: true, state: running }] }, { deleted: true }), '1/2', 'Terminating'],
])('a pod that is %s', (_name, object, ready, reason) => {
  const state = podState(object);
  expect([`${state.ready}/${state.total}`, state.reason]).toEqual([ready, reason]);
});
