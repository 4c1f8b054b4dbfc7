import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { METRICS, createMetrics } from '../../src/adapters/metrics.js';

/** Rows of docs/metrics.md by the metric that they are about. */
const rows = new Map(readFileSync('docs/metrics.md', 'utf8').split('\n').flatMap((line) => {
  const [, name, kind, labels] = /^\| `([^`{ ]+)` \| (\w+) \| ([^|]*)\|/.exec(line) ?? [];
  return name === undefined ? [] : [[name, { kind, labels: (labels ?? '').trim() }] as const];
}));

test('docs/metrics.md describes every metric that is exported, and none that is not', () => {
  expect([...rows.keys()].sort()).toEqual(Object.keys(METRICS).sort());
});

test.each(Object.entries(METRICS))('%s is described with its kind and its labels', (name, { type, labels = [] }) => {
  const row = rows.get(name);
  const as = /^as `(\w+)`$/.exec(row?.labels ?? '')?.[1];
  const said = as === undefined ? row?.labels : rows.get(as)?.labels;
  expect({ kind: row?.kind, labels: said?.split(', ').filter((label) => label !== '') }).toEqual({ kind: type, labels });
});

test('every metric of ours is in what a process exports; the others are those of Node.js and the process', async () => {
  const exported = [...(await createMetrics().text()).matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name);
  const own = exported.filter((name) => !/^(?:process|nodejs)_/.test(name));
  expect(own.sort()).toEqual(Object.keys(METRICS).sort());
});
