import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { placeText, whenStanding, whenText } from '../../src/core/answer.js';
import type { HistoryRecord, MergeRange, MergeRecord } from '../../src/core/ports/tide.js';
import type { ProwJob } from '../../src/core/prowjob.js';
import { explain } from '../../src/tide/answer.js';
import { paceOf } from '../../src/tide/answerPace.js';
import { HANDFUL, quantile, rangeOf, type Ahead, type Pace } from '../../src/tide/answerRange.js';
import { decideOn, survey } from '../../src/tide/decide.js';
import { BASE, NOW, OTHER, member, presubmit, run, snapshot, status, tests, world } from './fixtures.js';

const MIN = 60_000;
const minutes = (...some: readonly number[]) => some.map((one) => one * MIN);
const none: Pace = { merges: [], runs: new Map(), batchesLost: undefined };
const unit: Pace = { merges: minutes(1, 1, 1, 2, 3), runs: new Map([['unit', minutes(10, 10, 10, 12, 20)]]), batchesLost: undefined };
const both: Pace = { ...unit, runs: new Map([...unit.runs, ['e2e', minutes(30, 30, 30, 30, 30, 40)]]) };
const ahead = (more: Partial<Ahead> = {}): Ahead => ({ place: 1, ready: false, jobs: ['unit'], runningFor: undefined, together: 1, ...more });
/** From and to in minutes from now. */
const span = (pace: Pace, of: Ahead) => { const range = rangeOf(pace, of, NOW); return range && [(range.from - NOW) / MIN, (range.to - NOW) / MIN, range.basis, range.count]; };

test.each<{ name: string; got: unknown; want: unknown }>([
  { name: 'nothing is known', got: span(none, ahead()), want: undefined },
  { name: 'four runs are too few', got: span({ ...none, runs: new Map([['unit', minutes(1, 1, 1, 1)]]) }, ahead()), want: undefined },
  { name: 'four merges are too few', got: span({ ...none, merges: minutes(1, 1, 1, 1) }, ahead({ jobs: [], ready: true })), want: undefined },
  { name: 'one test away', got: span(unit, ahead()), want: [10, 20, 'runs', 5] },
  { name: 'the slowest job decides, the least known one counts', got: span(both, ahead({ jobs: ['unit', 'e2e'] })), want: [30, 40, 'runs', 5] },
  { name: 'a job that nobody has seen finish', got: span(unit, ahead({ jobs: ['unit', 'new'] })), want: undefined },
  { name: 'names of jobs without case', got: span(unit, ahead({ jobs: ['UNIT'] })), want: [10, 20, 'runs', 5] },
  { name: 'it runs for four minutes already', got: span(unit, ahead({ runningFor: 4 * MIN })), want: [6, 16, 'runs', 5] },
  { name: 'it runs longer than usual', got: span(unit, ahead({ runningFor: 15 * MIN })), want: [0, 5, 'runs', 5] },
  { name: 'it runs longer than ever: nobody knows', got: span(unit, ahead({ runningFor: 21 * MIN })), want: undefined },
  { name: 'third, one tested at a time', got: span(unit, ahead({ place: 3 })), want: [30, 60, 'runs', 5] },
  { name: 'third, all together at best, one by one at worst', got: span(unit, ahead({ place: 3, together: Infinity })), want: [10, 60, 'runs', 5] },
  { name: 'third of batches that all pass', got: span({ ...unit, batchesLost: 0 }, ahead({ place: 3, together: Infinity })), want: [10, 20, 'runs', 5] },
  { name: 'third of batches half of which fail', got: span({ ...unit, batchesLost: 0.5 }, ahead({ place: 3, together: Infinity })), want: [10, 40, 'runs', 5] },
  { name: 'fifth, two at a time', got: span({ ...unit, batchesLost: 0 }, ahead({ place: 5, together: 2 })), want: [30, 60, 'runs', 5] },
  { name: 'ready and next: no test any more', got: span(unit, ahead({ ready: true })), want: [1, 3, 'merges', 5] },
  { name: 'ready and second: the merge before it makes its test run again', got: span(unit, ahead({ ready: true, place: 2 })), want: [10, 20, 'runs', 5] },
  { name: 'without jobs: one merge after the other', got: span(unit, ahead({ jobs: [], ready: true, place: 3 })), want: [3, 9, 'merges', 5] },
])('$name', ({ got, want }) => expect(got).toEqual(want));

test('a later place is never expected earlier, and a range never ends before it begins', () => {
  const durations = fc.array(fc.integer({ min: 0, max: 10_000_000 }), { minLength: HANDFUL, maxLength: 20 });
  const pace = fc.record({ merges: durations, runs: durations.map((some) => new Map([['unit', some]])), batchesLost: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }) });
  fc.assert(fc.property(pace, fc.record({ place: fc.integer({ min: 2, max: 50 }), ready: fc.boolean(), jobs: fc.constantFrom(['unit'], []), together: fc.constantFrom(1, 2, 5, Infinity) }), (seen, at) => {
    const [one, next] = [at.place, at.place + 1].map((place) => rangeOf(seen, { ...at, place, runningFor: undefined }, NOW));
    if (!one || !next) throw new Error('enough was seen');
    expect(one.from).toBeLessThanOrEqual(one.to);
    expect(next.from).toBeGreaterThanOrEqual(one.from);
    expect(next.to).toBeGreaterThanOrEqual(one.to);
  }));
});

test.each([
  { values: [3, 1, 2], share: 0.5, want: 2 }, { values: [1, 2, 3, 4], share: 0.5, want: 2 }, { values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], share: 0.9, want: 9 }, { values: [7], share: 0.9, want: 7 }, { values: [], share: 0.5, want: 0 },
])('quantile $share of $values', ({ values, share, want }) => expect(quantile(values, share)).toBe(want));

const T0 = Date.UTC(2029, 11, 31);
const merge = (mergedAt: number, readyAt: number | undefined): MergeRecord => ({ org: 'acme', repo: 'app', branch: 'main', number: mergedAt, headSha: 'h', mergeSha: `m${mergedAt}`, baseSha: 'b', method: 'merge', readyAt: readyAt === undefined ? undefined : T0 + readyAt, mergedAt: T0 + mergedAt });
const record = (action: HistoryRecord['action'], err?: string): HistoryRecord => ({ time: '2030-01-01T00:00:00Z', action, ...(err === undefined ? {} : { err }), tenantids: null });
const job = (state: ProwJob['status']['state'], took: number, end: number, spec: object = {}): ProwJob => ({ apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name: `j${end}` }, spec: { type: 'presubmit', agent: 'kubernetes', job: 'pull-unit', context: 'Unit', ...spec }, status: { state, startTime: new Date(T0 + end - took).toISOString(), completionTime: new Date(T0 + end).toISOString() } });
const pace = (seen: Partial<Parameters<typeof paceOf>[0]>) => paceOf({ merges: [], records: [], jobs: [], ...seen });

describe('the pace of a branch', () => {
  test('a merge counts from when it was ready and the one before it had merged', () => {
    expect(pace({ merges: [merge(100, 90), merge(103, 91), merge(250, 240), merge(260, undefined)] }).merges).toEqual([10, 3, 10]);
  });
  test('the last twenty count', () => {
    const many = Array.from({ length: 50 }, (_, n) => merge(1_000 * n + n, 1_000 * n));
    expect(pace({ merges: many }).merges).toEqual(Array.from({ length: 20 }, (_, n) => 49 - n));
  });
  test('runs that passed, alone or together, by context, the newest twenty', () => {
    const runs = [job('success', 5_000, 100_000), job('success', 7_000, 200_000, { type: 'batch', context: 'unit' }), job('failure', 1_000, 300_000), job('success', 9_000, 400_000, { type: 'postsubmit' }), job('pending', 1_000, 500_000)];
    expect([...pace({ jobs: runs }).runs]).toEqual([['unit', [7_000, 5_000]]]);
    const many = Array.from({ length: 30 }, (_, n) => job('success', n * 1_000, n * 100_000));
    expect(pace({ jobs: many }).runs.get('unit')).toEqual(Array.from({ length: 20 }, (_, n) => (29 - n) * 1_000));
  });
  test('a run without times says nothing', () => {
    const { status: { state }, ...rest } = job('success', 1, 1);
    expect(pace({ jobs: [{ ...rest, status: { state } }] }).runs.size).toBe(0);
  });
  test.each([
    { records: [], want: undefined },
    { records: Array.from({ length: 4 }, () => record('TRIGGER_BATCH')), want: undefined },
    { records: [...Array.from({ length: 8 }, () => record('TRIGGER_BATCH')), record('MERGE_BATCH'), record('MERGE_BATCH'), record('MERGE_BATCH', 'no'), record('MERGE')], want: 0.75 },
    { records: [...Array.from({ length: 5 }, () => record('TRIGGER_BATCH')), ...Array.from({ length: 9 }, () => record('MERGE_BATCH'))], want: 0 },
  ])('batches that were lost: $want', ({ records, want }) => expect(pace({ records }).batchesLost).toBe(want));
});

describe('who is told when', () => {
  const stale = (number: number) => member(number, { marks: [status('unit', 'success', `ok BaseSHA:${OTHER}`)] });
  const jobs = [presubmit('unit')];
  const told = (members: readonly ReturnType<typeof member>[], runs: Parameters<typeof tests>[1], limit = 0) => {
    const of = world(members, { tests: tests(members, runs) }, snapshot({ batch_size_limit: { '*': limit } }, { presubmits: jobs }));
    const said = explain(decideOn(survey(of), undefined), of, { ...unit, batchesLost: 0 });
    return members.map(({ number }) => { const one = said.get(number); return [one?.queue?.place, one?.queue?.behind, one?.merge && [(one.merge.from - NOW) / MIN, (one.merge.to - NOW) / MIN]]; });
  };
  test('who waits for somebody has no place and no time', () => expect(told([member(1, { labels: [], marks: [] })], [])).toEqual([[undefined, undefined, undefined]]));
  test('the one whose job has run for four minutes', () => expect(told([stale(1)], [run(1, { state: 'running', startedAt: NOW - 4 * MIN })])).toEqual([[1, undefined, [6, 16]]]));
  test('a batch goes first, and the rest after it', () => {
    const batch = run([2, 3], { state: 'running', startedAt: NOW - 4 * MIN });
    expect(told([stale(1), stale(2), stale(3)], [batch])).toEqual([[3, 3, [10, 20]], [1, undefined, [6, 16]], [2, 2, [6, 16]]]);
  });
  test('no batches: one by one', () => expect(told([stale(1), stale(2)], [], -1)).toEqual([[1, undefined, [10, 20]], [2, 1, [20, 40]]]));
  test('who merges now needs no estimate, and the next one does', () => {
    const tested = (number: number) => member(number, { marks: [status('unit', 'success', `ok BaseSHA:${BASE}`)] });
    expect(told([tested(1), tested(2)], [])).toEqual([[undefined, undefined, undefined], [2, 1, [10, 20]]]);
  });
});

const range = (from: number, to: number, basis: MergeRange['basis'] = 'runs', count = 20): MergeRange => ({ from: NOW + from * MIN, to: NOW + to * MIN, basis, count });
test.each<{ range: MergeRange | undefined; now: string | undefined; later: string | undefined }>([
  { range: undefined, now: undefined, later: undefined },
  { range: range(12.4, 24.2), now: 'It will probably merge in 12–25 minutes, from the last 20 runs of its jobs.', later: 'It will probably merge between 2030-01-01 12:12 and 2030-01-01 12:24 UTC, from the last 20 runs of its jobs.' },
  { range: range(0.2, 0.4, 'merges', 7), now: 'It will probably merge within a minute, from the last 7 merges.', later: 'It will probably merge by 2030-01-01 12:00 UTC, from the last 7 merges.' },
  { range: range(0.5, 8), now: 'It will probably merge within 8 minutes, from the last 20 runs of its jobs.', later: 'It will probably merge between 2030-01-01 12:00 and 2030-01-01 12:08 UTC, from the last 20 runs of its jobs.' },
  { range: range(5, 5), now: 'It will probably merge in about 5 minutes, from the last 20 runs of its jobs.', later: 'It will probably merge by 2030-01-01 12:05 UTC, from the last 20 runs of its jobs.' },
  { range: range(130, 250), now: 'It will probably merge in 2–5 hours, from the last 20 runs of its jobs.', later: 'It will probably merge between 2030-01-01 14:10 and 2030-01-01 16:10 UTC, from the last 20 runs of its jobs.' },
  { range: range(30, 200), now: 'It will probably merge within 4 hours, from the last 20 runs of its jobs.', later: 'It will probably merge between 2030-01-01 12:30 and 2030-01-01 15:20 UTC, from the last 20 runs of its jobs.' },
  { range: range(-20, -10), now: 'It was expected by 2030-01-01 11:50 UTC and takes longer than usual (from the last 20 runs of its jobs).', later: 'It will probably merge between 2030-01-01 11:40 and 2030-01-01 11:50 UTC, from the last 20 runs of its jobs.' },
])('$now', (one) => {
  expect(whenText(one.range, NOW)).toBe(one.now);
  expect(whenStanding(one.range)).toBe(one.later);
});

test.each([
  { queue: { place: 2, of: 3, behind: 7 }, reasons: [], want: 'It is number 2 of 3 in line, behind #7.' },
  { queue: { place: 1, of: 3, behind: undefined }, reasons: [], want: 'It is number 1 of 3 in line.' },
  { queue: undefined, reasons: [], want: undefined },
  { queue: { place: 2, of: 3, behind: 7 }, reasons: [{ kind: 'queue', text: 'x', clearedBy: 'y', since: undefined } as const], want: undefined },
])('$want', ({ queue, reasons, want }) => expect(placeText({ queue, reasons })).toBe(want));
