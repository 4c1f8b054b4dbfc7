import { describe, expect, test } from '@jest/globals';
import type { Presubmit } from '../../src/config/jobs/schema.js';
import type { Mark } from '../../src/core/ports/merging.js';
import type { ProwJob } from '../../src/core/prowjob.js';
import { compileMatchers } from '../../src/config/jobs/match.js';
import { evidenceOf } from '../../src/tide/evidence.js';
import { needsFiles, requiredJobs } from '../../src/tide/required.js';
import { runsOf, type Run } from '../../src/tide/runs.js';
import { BASE, check, headOf, member, OTHER, presubmit, run, running, status } from './fixtures.js';

const stale = status('unit', 'success', `Job succeeded. BaseSHA:${OTHER}`);
const fresh = status('unit', 'success', `Job succeeded. BaseSHA:${BASE}`);
const own = (facts: object) => check('unit', { app: 'prow', ...facts });

test.each<{ name: string; marks?: readonly Mark[]; runs?: readonly Run[]; job?: Partial<Presubmit>; want: string }>([
  { name: 'nothing is known', want: 'due' },
  { name: 'S2: a success on an older base', marks: [stale], want: 'due' },
  { name: 'S16: a success on this base whose ProwJob is gone', marks: [fresh], want: 'tested' },
  { name: 'the same in a check', marks: [own({ title: `ok BaseSHA:${BASE}` })], want: 'tested' },
  { name: 'success for any base, by decree', marks: [status('unit', 'success', 'Overridden [prow:skip-retest]')], runs: [run(1, { state: 'failure' })], want: 'tested' },
  { name: 'a ProwJob on this base, its status an older one', marks: [stale], runs: [run(1)], want: 'tested' },
  { name: 'a ProwJob on an older base', marks: [stale], runs: [run(1, { baseSha: OTHER })], want: 'due' },
  { name: 'a ProwJob of an older head', marks: [stale], runs: [run(1, { pulls: [{ number: 1, sha: headOf(1, 7) }] })], want: 'due' },
  { name: "a ProwJob of another pull request", marks: [stale], runs: [run(2)], want: 'due' },
  { name: 'another job', marks: [stale], runs: [run(1, { context: 'lint' })], want: 'due' },
  { name: 'a batch proves nothing of one alone', marks: [stale], runs: [run([1, 2])], want: 'due' },
  { name: 'S3: it runs, by Tide', marks: [status('unit', 'pending')], runs: [run(1, { state: 'running' })], want: 'running by tide' },
  { name: 'it runs, by a person', marks: [status('unit', 'pending')], runs: [run(1, { state: 'running', byTide: false })], want: 'running' },
  { name: 'S5: it runs on an older base, by Tide', marks: [status('unit', 'pending')], runs: [run(1, { state: 'running', baseSha: OTHER })], want: 'due' },
  { name: 'it runs on an older base, by a person', marks: [status('unit', 'pending')], runs: [run(1, { state: 'running', baseSha: OTHER, byTide: false })], want: 'running' },
  { name: 'it has failed here', marks: [status('unit', 'failure')], runs: [run(1, { state: 'failure' })], want: 'failed' },
  { name: 'it has failed here, and GitHub does not show it yet', marks: [stale], runs: [run(1, { state: 'failure' })], want: 'failed' },
  { name: 'the newest attempt decides, for worse', marks: [stale], runs: [run(1), run(1, { name: 'b', startedAt: 9e15, state: 'failure' })], want: 'failed' },
  { name: 'the newest attempt decides, for better', marks: [stale], runs: [run(1, { state: 'failure' }), run(1, { name: 'b', startedAt: 9e15 })], want: 'tested' },
  { name: 'of two of one second the worse counts', marks: [stale], runs: [run(1), run(1, { name: 'b', state: 'failure' })], want: 'failed' },
  { name: 'it was stopped', marks: [status('unit', 'failure')], runs: [run(1, { state: 'aborted' })], want: 'failed' },
  { name: 'it could not be run', marks: [status('unit', 'error')], runs: [run(1, { state: 'error' })], want: 'due' },
  { name: 'it could not be run, by a person', marks: [status('unit', 'error')], runs: [run(1, { state: 'error', byTide: false })], want: 'failed' },
  { name: 'it could not be run three times', marks: [status('unit', 'error')], runs: [1, 2, 3].map((n) => run(1, { name: `u${n}`, state: 'error' })), want: 'failed' },
  { name: 'a failure that no ProwJob explains', marks: [status('unit', 'failure')], want: 'failed' },
  { name: 'F-26: it has passed, and GitHub still shows it running', marks: [status('unit', 'pending')], runs: [run(1)], want: 'running' },
  { name: 'a job that reports nowhere has passed', runs: [run(1)], job: { skip_report: true }, want: 'tested' },
  { name: 'F-13: one that reports nowhere has failed', runs: [run(1, { state: 'failure' })], job: { skip_report: true, run_before_merge: true }, want: 'failed' },
  { name: 'somebody else’s check waits', marks: [check('unit', running)], want: 'running' },
  { name: 'our check waits for a ProwJob that was deleted', marks: [own({ ...running, externalId: 'gone' })], want: 'due' },
  { name: 'our check waits for a ProwJob on an older base', marks: [own({ ...running, externalId: 'old' })], runs: [run(1, { name: 'old', baseSha: OTHER, byTide: false, state: 'running' })], want: 'running' },
  { name: 'contexts are compared as GitHub does', marks: [status('UNIT', 'success', `ok BaseSHA:${BASE}`)], want: 'tested' },
])('$name: $want', ({ marks = [], runs = [], job = {}, want }) => {
  const [found] = evidenceOf([presubmit('unit', job)], { member: member(1, { marks }), baseSha: BASE, branch: 'main', runs, self: 'prow' });
  expect(`${found?.state}${found?.byTide ? ' by tide' : ''}`).toBe(want);
  if (want !== 'tested') expect(found?.text).not.toBe('');
});

describe('which jobs are required (tide 5.2)', () => {
  const job = (facts: Partial<Presubmit>) => {
    const whole = { branches: [], skip_branches: [], run_if_changed: '', skip_if_only_changed: '', always_run: false, ...facts };
    return presubmit('unit', { ...whole, compiled: { ...compileMatchers(whole), trigger: compileMatchers({ ...whole, run_if_changed: 'x' }).runIfChanged ?? (undefined as never) } });
  };
  test.each<{ name: string; of: Partial<Presubmit>; manual?: boolean; files?: readonly string[]; want: boolean; asks?: true }>([
    { name: 'always', of: { always_run: true }, want: true },
    { name: 'always, and optional', of: { always_run: true, optional: true }, want: false },
    { name: 'always, and tells nobody', of: { always_run: true, skip_report: true }, want: false },
    { name: 'when asked', of: {}, want: false },
    { name: 'when asked, and the branch requires those', of: {}, manual: true, want: true },
    { name: 'when asked, optional, and the branch requires those', of: { optional: true }, manual: true, want: false },
    { name: 'before the merge', of: { run_before_merge: true }, want: true },
    { name: 'before the merge, and optional', of: { run_before_merge: true, optional: true }, want: true },
    { name: 'before the merge, on other branches', of: { run_before_merge: true, branches: ['^dev$'] }, want: false },
    { name: 'changed files fit', of: { run_if_changed: '^src/' }, files: ['src/a'], want: true, asks: true },
    { name: 'changed files do not fit', of: { run_if_changed: '^src/' }, files: ['docs/a'], want: false, asks: true },
    { name: 'changed files of an optional job are nobody’s business', of: { run_if_changed: '^src/', optional: true }, files: ['src/a'], want: false },
  ])('$name', ({ of, manual = false, files = [], want, asks = false }) => {
    const requiring = { branch: 'main', manual };
    expect(needsFiles([job(of)], requiring)).toBe(asks);
    expect(requiredJobs([job(of)], requiring, files)).toHaveLength(want ? 1 : 0);
  });
  test('one job of each context', () => expect(requiredJobs([presubmit('a'), presubmit('A', { name: 'b' })], { branch: 'main', manual: false }, []).map(({ name }) => name)).toEqual(['a']));
});

test('attempts are read from ProwJobs; what tests no pull request is none (F-30)', () => {
  const job = (type: string, pulls: readonly number[] | undefined, state = 'success', refs = true): ProwJob => ({
    apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name: `${type}-${pulls?.length ?? 0}`, creationTimestamp: '2030-01-01T00:00:00Z', labels: { 'created-by-tide': 'true' } },
    spec: { type: type as 'batch', agent: 'kubernetes', job: 'unit', context: 'ci/unit', ...(refs && { refs: { org: 'acme', repo: 'app', base_ref: 'main', base_sha: BASE, ...(pulls && { pulls: pulls.map((number) => ({ number, author: 'a', sha: headOf(number) })) }) } }) },
    status: { state: state as 'success', ...(state === 'success' && { completionTime: '2030-01-01T00:01:00Z' }) },
  });
  const found = runsOf([job('presubmit', [1]), job('presubmit', undefined), job('presubmit', [1, 2]), job('batch', [1, 2], 'scheduling'), job('postsubmit', undefined), job('periodic', undefined, 'pending', false)]);
  expect(found.map(({ kind, context, pulls, state, over, byTide }) => [kind, context, pulls.map(({ number }) => number), state, over, byTide])).toEqual([
    ['serial', 'ci/unit', [1], 'success', true, true], ['batch', 'ci/unit', [1, 2], 'running', false, true],
  ]);
});
