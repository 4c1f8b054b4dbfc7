import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { valuesAt } from '../../../src/embedded/cluster/api/jsonpath.js';
import { loadProwjobCrd, ownProwjobCrd } from '../../../src/embedded/cluster/api/prowjobCrd.js';
import { fillDefaults, prune, schemaFaults, unknownFields } from '../../../src/embedded/cluster/api/schema.js';

const chart = await loadProwjobCrd(fileURLToPath(new URL('../../../helm/crds/prowjob.yaml', import.meta.url)));
const job = (spec: object = {}, status?: object): object => ({ apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name: 'a', anything: 1 }, spec: { type: 'periodic', job: 'j', ...spec }, ...(status ? { status } : {}) });

test.each([['the chart', chart], ['our own', ownProwjobCrd]] as const)('%s definition prunes what upstream does not know', (_name, { schema }) => {
  const full = job({ bogus: 1, refs: { org: 'o', repo: 'r', nope: 1, pulls: [{ number: 1, author: 'a', sha: 's', extra: true }] }, pipeline_run_spec: { whatever: { it: 'is' } }, decoration_config: { timeout: '1h', x: 1 } }, { state: 'triggered', ours: 1, prev_report_states: { slack: 'pending' } });
  expect(prune({ ...full, top: 1 }, schema)).toEqual(job({ refs: { org: 'o', repo: 'r', pulls: [{ number: 1, author: 'a', sha: 's' }] }, pipeline_run_spec: { whatever: { it: 'is' } }, decoration_config: { timeout: '1h' } }, { state: 'triggered', prev_report_states: { slack: 'pending' } }));
  expect(unknownFields(full, schema)).toEqual(['spec.bogus', 'spec.refs.nope', 'spec.refs.pulls[0].extra', 'spec.decoration_config.x', 'status.ours']);
});

test('both definitions show the same columns and know the same fields of a spec', () => {
  expect(ownProwjobCrd.columns.map(({ name, jsonPath, type }) => [name, jsonPath, type])).toEqual(chart.columns.map(({ name, jsonPath, type }) => [name, jsonPath, type]));
  const names = ({ schema }: typeof chart) => Object.fromEntries(['spec', 'status'].map((part) => [part, Object.keys(((schema.properties as Record<string, { properties: object }>)[part] ?? { properties: {} }).properties).sort()]));
  expect(names(ownProwjobCrd)).toEqual(names(chart));
});

test.each<[name: string, object: object, fields: readonly string[]]>([
  ['a good one', job({}, { state: 'triggered' }), []],
  ['no job', { metadata: {}, spec: { type: 'periodic' } }, ['spec.job']],
  ['a wrong type', job({ type: 'sometimes' }), ['spec.type']],
  ['a text for a number', job({ max_concurrency: '3' }), ['spec.max_concurrency']],
  ['a negative number', job({ max_concurrency: -1 }), ['spec.max_concurrency']],
  ['an unknown state', job({}, { state: 'done' }), ['status.state']],
  ['success without its time', job({}, { state: 'success' }), ['status']],
  ['aborted without its time', job({}, { state: 'aborted' }), []],
  ['a time that is none', job({}, { state: 'triggered', startTime: 'yesterday' }), ['status.startTime']],
  ['a pull without author', job({ refs: { org: 'o', repo: 'r', pulls: [{ number: 1, sha: 'x' }] } }), ['spec.refs.pulls[0].author']],
])('%s has its faults named', (_name, object, fields) => {
  for (const { schema } of [chart, ownProwjobCrd]) expect(schemaFaults(object, schema).map(({ field }) => field)).toEqual(fields);
});

test('defaults are filled in where there is a parent', () => {
  const filled = fillDefaults(job({ pod_spec: { containers: [{ name: 'a', ports: [{ containerPort: 1 }] }] } }), chart.schema);
  expect(filled).toMatchObject({ spec: { pod_spec: { containers: [{ ports: [{ containerPort: 1, protocol: 'TCP' }] }] } } });
});

test.each<[path: string, want: readonly unknown[]]>([
  ['.a.b', [1]],
  ['.list[*].n', [1, 2]],
  ['.list[1].n', [2]],
  [".a['x/y']", ['z']],
  ['.nothing.there', []],
])('the JSONPath %s', (path, want) => expect(valuesAt({ a: { b: 1, 'x/y': 'z' }, list: [{ n: 1 }, { n: 2 }] }, path)).toEqual(want));
