import { expect, test } from '@jest/globals';
import type { Kobject } from '../../../src/embedded/cluster/api/object.js';
import { parseLogLine } from '../../../src/embedded/cluster/api/logs.js';
import { imageName } from '../../../src/embedded/cluster/images.js';
import { expand } from '../../../src/embedded/cluster/kubelet/expand.js';
import { rewriter } from '../../../src/embedded/cluster/kubelet/paths.js';
import { lostStatus, plan, type Known } from '../../../src/embedded/cluster/kubelet/plan.js';
import { quantity, resourceField } from '../../../src/embedded/cluster/kubelet/podEnv.js';

const paths = rewriter([{ from: '/logs', to: '/pod/v/logs' }, { from: '/home/prow/go', to: '/pod/v/code' }, { from: '/tools', to: '/pod/v/tools' }, { from: '/logs/artifacts/', to: '/pod/v/art' }]);

test.each<[text: string, want: string]>([
  ['/logs', '/pod/v/logs'],
  ['/logs/x.txt', '/pod/v/logs/x.txt'],
  ['/logs/artifacts/a', '/pod/v/art/a'],
  ['cat /logs/a "/logs/b" --dir=/logs:/tools', 'cat /pod/v/logs/a "/pod/v/logs/b" --dir=/pod/v/logs:/pod/v/tools'],
  ['/logs-2 /logs.txt x/logs /x/logs ./logs $HOME/logs ${HOME}/logs ~/logs', '/logs-2 /logs.txt x/logs /x/logs ./logs $HOME/logs ${HOME}/logs ~/logs'],
  ['https://h/logs gs://b/tools/x', 'https://h/logs gs://b/tools/x'],
  ['cd /home/prow/go/src; ls /home/prow', 'cd /pod/v/code/src; ls /home/prow'],
])('the paths in %s', (text, want) => expect(paths.text(text)).toBe(want));

test('paths inside of JSON are replaced in its strings, and other JSON stays as it is written', () => {
  expect(paths.value('{"args":["sh","-c","a\\n/logs/x"],"timeout":7200000000000,"/logs":1}')).toBe('{"args":["sh","-c","a\\n/pod/v/logs/x"],"timeout":7200000000000,"/logs":1}');
  expect(paths.value('{ "big": 123456789012345678901 }')).toBe('{ "big": 123456789012345678901 }');
  expect(paths.value('{not json /logs')).toBe('{not json /pod/v/logs');
});

test.each<[text: string, want: string]>([
  ['$(A)', 'a'], ['x$(A)y$(B)', 'xay$(B)'], ['$$(A)', '$(A)'], ['$A ${A} $', '$A ${A} $'], ['$$$(A)', '$a'], ['$(', '$('],
])('expanding %s', (text, want) => expect(expand(text, new Map([['A', 'a']]))).toBe(want));

test.each<[text: string, want: number]>([['100m', 0.1], ['1Ki', 1024], ['2', 2], ['1.5G', 1.5e9], ['x', NaN]])('the quantity %s', (text, want) => expect(quantity(text)).toBe(want));

test('a resource is told in units of its divisor, the machine stands in for a limit', () => {
  const pod = { spec: { containers: [] } } as unknown as Kobject;
  const container = { resources: { limits: { memory: '1536Mi', cpu: '1500m' } } };
  const machine = { cpus: 8, memory: 1e9 };
  expect(resourceField(pod, container, { resource: 'limits.memory', divisor: '1Mi' }, machine)).toBe('1536');
  expect(resourceField(pod, container, { resource: 'limits.cpu' }, machine)).toBe('2');
  expect(resourceField(pod, {}, { resource: 'limits.cpu' }, machine)).toBe('8');
  expect(resourceField(pod, {}, { resource: 'requests.cpu', divisor: '1m' }, machine)).toBe('0');
});

test.each<[image: string, name: string]>([['gcr.io/k8s-prow/clonerefs:v2024', 'clonerefs'], ['sidecar', 'sidecar'], ['localhost:5000/entrypoint', 'entrypoint'], ['r/x/initupload@sha256:abc', 'initupload']])('the image %s is %s', (image, name) => expect(imageName(image)).toBe(name));

test('lines of logs', () => {
  expect(parseLogLine('2026-01-02T03:04:05.000000001Z stdout F hello world')).toEqual({ time: '2026-01-02T03:04:05.000000001Z', whole: true, text: 'hello world' });
  expect(parseLogLine('2026-01-02T03:04:05Z stderr P ')).toEqual({ time: '2026-01-02T03:04:05Z', whole: false, text: '' });
  expect(parseLogLine('rubbish')).toBeUndefined();
});

let n = 0;
const pod = (name: string, { node, phase = 'Pending', started, deleted, finalizers, scheduler = 'default-scheduler' }: { node?: string; phase?: string; started?: boolean; deleted?: number; finalizers?: string[]; scheduler?: string } = {}): Kobject => ({
  apiVersion: 'v1', kind: 'Pod',
  metadata: { name, namespace: 'd', uid: name, resourceVersion: String(++n), creationTimestamp: '2026-01-01T00:00:00Z', ...(deleted === undefined ? {} : { deletionTimestamp: 'x', deletionGracePeriodSeconds: deleted }), ...(finalizers ? { finalizers } : {}) },
  spec: { schedulerName: scheduler, ...(node ? { nodeName: node } : {}) }, status: { phase, ...(started ? { startTime: 'x' } : {}) },
});
const known = (more: Partial<Known> = {}): Known => ({ node: 'n', schedule: 'all', concurrency: 2, running: new Set(), over: new Set(), busy: new Set(), ...more });

test.each<[name: string, pods: readonly Kobject[], known: Known, want: readonly string[]]>([
  ['a pod without node is bound', [pod('a')], known(), ['bind a']],
  ['another scheduler has its pods', [pod('a', { scheduler: 'x' })], known(), []],
  ['a bound pod starts', [pod('a', { node: 'n' })], known(), ['start a']],
  ['another node has its pods', [pod('a', { node: 'm' })], known(), []],
  ['never more than the limit', [pod('a', { node: 'n' }), pod('b'), pod('c')], known(), ['start a', 'bind b']],
  ['what runs counts', [pod('a', { node: 'n', started: true }), pod('b', { node: 'n' }), pod('c', { node: 'n' })], known({ running: new Set(['a']) }), ['start b']],
  ['what waits here goes before what has no node', [pod('x'), pod('a', { node: 'n' }), pod('b', { node: 'n' }), pod('c', { node: 'n' })], known(), ['start a', 'start b']],
  ['a binding on its way counts and is not repeated', [pod('a'), pod('b'), pod('c')], known({ busy: new Set(['a']) }), ['bind b']],
  ['what ran in an earlier life is lost', [pod('a', { node: 'n', phase: 'Running', started: true })], known(), ['lost a']],
  ['what is over is left alone', [pod('a', { node: 'n', phase: 'Running', started: true }), pod('b', { node: 'n', phase: 'Failed', started: true })], known({ over: new Set(['a']) }), []],
  ['a running pod that is deleted is stopped', [pod('a', { node: 'n', deleted: 30 })], known({ running: new Set(['a']) }), ['stop a']],
  ['one that does not run is removed', [pod('a', { node: 'n', deleted: 30 })], known(), ['erase a']],
  ['one with finalizers is told that nothing runs', [pod('a', { node: 'n', deleted: 30, finalizers: ['x'] })], known(), ['erase a']],
  ['and then left alone', [pod('a', { node: 'n', deleted: 0, finalizers: ['x'] })], known(), []],
  ['with a scheduler elsewhere nothing is bound', [pod('a')], known({ schedule: 'own' }), []],
])('%s', (_name, pods, about, want) => expect(plan(pods, about).map(({ kind, pod: { metadata } }) => `${kind} ${metadata.name}`)).toEqual(want));

test('a lost pod has failed, and what had ended keeps its end', () => {
  const lost = lostStatus({ ...pod('a'), status: { containerStatuses: [{ name: 'x', state: { running: { startedAt: 's' } } }, { name: 'y', state: { terminated: { exitCode: 0 } } }] } }, 0);
  expect(lost).toMatchObject({ phase: 'Failed', reason: 'NodeLost', containerStatuses: [{ name: 'x', state: { terminated: { exitCode: 137, startedAt: 's' } } }, { name: 'y', state: { terminated: { exitCode: 0 } } }] });
});
