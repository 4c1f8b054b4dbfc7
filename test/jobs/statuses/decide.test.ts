import { expect, test } from '@jest/globals';
import { configFromText } from '../../../src/config/load.js';
import type { Presubmit } from '../../../src/config/jobs/schema.js';
import { decideStatuses, isNothing } from '../../../src/jobs/statuses/decide.js';
import { knownOf, readKnown } from '../../../src/jobs/statuses/known.js';

/** Presubmits with these fields; a name and a pod are given to each. */
const jobs = (...fields: readonly string[]): readonly Presubmit[] =>
  configFromText({ jobs: `presubmits: {org/repo: [${fields.map((one) => `{spec: {containers: [{}]}, ${one}}`).join(', ')}]}` }).snapshot.presubmits({ org: 'org', name: 'repo' });
/** As they come back from where they were remembered. */
const remembered = (...fields: readonly string[]) => readKnown(JSON.stringify({ generation: 0, jobs: jobs(...fields).map(knownOf) })).jobs;

interface Case {
  readonly name: string;
  readonly old: readonly string[];
  readonly now: readonly string[];
  readonly branch?: string;
  readonly start?: readonly string[];
  readonly retire?: readonly string[];
  readonly move?: readonly string[];
}
const always = 'name: a, always_run: true';
test.each<Case>([
  { name: 'nothing changed', old: [always], now: [always] },
  { name: 'a new required job', old: [], now: [always], start: ['a'] },
  { name: 'a new one that looks at changes', old: [], now: ['name: a, run_if_changed: x'], start: ['a'] },
  { name: 'a new optional job', old: [], now: [`${always}, optional: true`] },
  { name: 'a new job that does not report', old: [], now: [`${always}, skip_report: true`] },
  { name: 'a new job that must be asked for', old: [], now: ['name: a'] },
  { name: 'a new job for another branch', old: [], now: [`${always}, branches: [^release$]`] },
  { name: 'optional to required', old: [`${always}, optional: true`], now: [always] },
  { name: 'required to optional', old: [always], now: [`${always}, optional: true`] },
  { name: 'it reports now', old: [`${always}, skip_report: true`], now: [always], start: ['a'] },
  { name: 'it reports no longer', old: [always], now: [`${always}, skip_report: true`] },
  { name: 'it reports now, but nobody waits for it', old: [`${always}, skip_report: true`], now: [`${always}, optional: true`] },
  { name: 'run_if_changed is another', old: ['name: a, run_if_changed: x'], now: ['name: a, run_if_changed: y'], start: ['a'] },
  { name: 'skip_if_only_changed is another', old: ['name: a, skip_if_only_changed: x'], now: ['name: a, skip_if_only_changed: y'], start: ['a'] },
  { name: 'run_if_changed to always', old: ['name: a, run_if_changed: x'], now: [always], start: ['a'] },
  { name: 'asked for to always', old: ['name: a'], now: [always] },
  { name: 'gone', old: [always], now: [], retire: ['a'] },
  { name: 'gone, though optional and silent', old: [`${always}, optional: true`, 'name: b, skip_report: true'], now: [], retire: ['a', 'b'] },
  { name: 'gone, with a context of its own', old: [`${always}, context: ci/a`], now: [], retire: ['ci/a'] },
  { name: 'gone, but not from this branch, where it never ran', old: [`${always}, branches: [^release$]`], now: [] },
  { name: 'gone from the branch where it ran, known by its expression after a restart', old: [`${always}, branches: [^release]`], now: [], branch: 'release-1', retire: ['a'] },
  { name: 'another job reports the context now', old: [`${always}, context: ci`], now: ['name: b, always_run: true, context: ci'], start: ['b'] },
  { name: 'another job has the context, but tells nobody', old: [`${always}, context: ci`], now: ['name: b, always_run: true, context: ci, skip_report: true'], retire: ['ci'] },
  { name: 'another context', old: [always], now: [`${always}, context: ci/a`], move: ['a to ci/a, retire'] },
  { name: 'another context of an optional job', old: [always], now: [`${always}, context: ci/a, optional: true`] },
  { name: 'another context, and the old one is another job\'s now', old: [always], now: [`${always}, context: ci/a`, 'name: b, always_run: true, context: a'], start: ['b'], move: ['a to ci/a, leave'] },
  { name: 'two jobs change contexts', old: [`${always}, context: p`, 'name: b, always_run: true, context: q'], now: [`${always}, context: q`, 'name: b, always_run: true, context: p'], move: ['p to q, leave', 'q to p, leave'] },
  { name: 'the second variant of a name is compared with the second', old: [`${always}, branches: [^main$]`, 'name: a, run_if_changed: x, branches: [^release$]'], now: [`${always}, branches: [^main$]`, 'name: a, run_if_changed: x, branches: [^release$]'], branch: 'release' },
  { name: 'a variant that changed', old: [`${always}, branches: [^main$]`, 'name: a, run_if_changed: x, branches: [^release$]'], now: [`${always}, branches: [^main$]`, 'name: a, run_if_changed: y, branches: [^release$]'], branch: 'release', start: ['a'] },
  { name: 'it comes to a branch', old: [`${always}, branches: [^main$]`], now: [`${always}, branches: [^main$, ^release$]`], branch: 'release', start: ['a'] },
  { name: 'it leaves a branch', old: [always], now: [`${always}, branches: [^main$]`], branch: 'release', retire: ['a'] },
])('$name', ({ old, now, branch = 'main', start = [], retire = [], move = [] }) => {
  const decision = decideStatuses(remembered(...old), jobs(...now), branch);
  expect({ start: decision.start.map(({ name }) => name), retire: decision.retire, move: decision.move.map((one) => `${one.from} to ${one.to}, ${one.old}`) }).toEqual({ start, retire, move });
  expect(isNothing(decision)).toBe(start.length + retire.length + move.length === 0);
});

test('what was not remembered by us is an error, never an empty memory', () => {
  expect(() => readKnown('{}')).toThrow();
  expect(() => readKnown(JSON.stringify({ generation: 0, jobs: [{ ...jobs(always).map(knownOf)[0], branches: ['('] }] }))).toThrow(/RE2/);
});
