import { expect, test } from '@jest/globals';
import { dataFaults, jobDataFaults } from '../../../src/config/kube/check.js';

test.each<[about: string, type: string, value: unknown]>([
  ['nothing', 'PodSpec', undefined], ['null anywhere', 'PodSpec', { containers: null, volumes: [null], nodeSelector: { a: null } }],
  ['keys in other letters', 'PodSpec', { Containers: [{ NAME: 'a', securitycontext: { RunAsUser: 0 } }] }],
  ['numbers and names of ports', 'Container', { livenessProbe: { httpGet: { port: 80 } }, readinessProbe: { httpGet: { port: 'http' } } }],
  ['quantities of all kinds', 'ResourceRequirements', { limits: { cpu: 1.5, memory: '1Gi', 'nvidia.com/gpu': '1', x: '1e3', y: '-.5m' } }],
  ['durations, two of them in nanoseconds', 'DecorationConfig', { timeout: 3_600_000_000_000, grace_period: '15s', pod_pending_timeout: '1h30m' }],
  ['what the tables leave open', 'TektonSpec', { v1beta1: { anything: [1] } }],
])('%s is fine', (_, type, value) => expect(dataFaults(type, value)).toEqual({ wrong: [], unknown: [], unquoted: [] }));

test('everything that is wrong is named at its place', () => {
  expect(dataFaults('PodSpec', {
    containers: [{ image: ['i'], args: [1, { a: 1 }], tty: 'yes', ports: [{ containerPort: 1.5 }], env: { name: 'X' } }, 'text'], nodeSelector: ['a'], priority: true, nope: { deep: 1 }, overhead: { cpu: '1 Gi', memory: [] },
  })).toEqual({
    wrong: [
      [['containers', 0, 'image'], 'expected a text, found a list'], [['containers', 0, 'args', 1], 'expected a text, found a map'], [['containers', 0, 'tty'], 'expected true or false, found "yes"'],
      [['containers', 0, 'ports', 0, 'containerPort'], 'expected a whole number of 32 bits, found 1.5'], [['containers', 0, 'env'], 'expected a list, found a map'], [['containers', 1], 'expected a map, found "text"'],
      [['nodeSelector'], 'expected a map, found a list'], [['priority'], 'expected a whole number of 32 bits, found true'], [['overhead', 'cpu'], 'expected a quantity such as 500m or 2Gi, found "1 Gi"'], [['overhead', 'memory'], 'expected a quantity such as 500m or 2Gi, found a list'],
    ],
    unknown: [['nope']],
    unquoted: [['containers', 0, 'args', 0]],
  });
});

test('a job says at which of its keys; durations of its decoration are looked at where it is put together', () => {
  expect(jobDataFaults({ name: 5, spec: { containers: 'c' }, extra_refs: [{ workdir: 1 }], decoration_config: { timeout: 'soon', skip_cloning: 'no' }, retry: { attempts: 'x' } })).toEqual([
    [['spec', 'containers'], 'expected a list, found "c"'], [['decoration_config', 'skip_cloning'], 'expected true or false, found "no"'], [['extra_refs', 0, 'workdir'], 'expected true or false, found 1'], [['retry', 'attempts'], 'expected a whole number, found "x"'],
  ]);
});
