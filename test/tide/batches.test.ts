import { describe, expect, test } from '@jest/globals';
import type { PoolMember } from '../../src/core/ports/merging.js';
import { groupState, smallestFailed, voidRuns, type Tests } from '../../src/tide/batches.js';
import { decideOn, survey, wantsBatch } from '../../src/tide/decide.js';
import { factsOf, refuse } from '../../src/tide/refusals.js';
import type { Run } from '../../src/tide/runs.js';
import { whyNot } from '../../src/tide/why.js';
import { viewOf } from '../../src/tide/pool.js';
import { poolJson } from '../../src/tide/json.js';
import type { World } from '../../src/tide/judge.js';
import { BASE, check, freeRules, headOf, member, NOW, OTHER, poolRead, presubmit, run, snapshot, status, tests, world } from './fixtures.js';

const stale = (number: number, facts: Partial<PoolMember> = {}) => member(number, { marks: [status('unit', 'success', `ok BaseSHA:${OTHER}`)], ...facts });
const tested = (number: number, facts: Partial<PoolMember> = {}) => member(number, { marks: [status('unit', 'success', `ok BaseSHA:${BASE}`)], ...facts });
const testing = (number: number, facts: Partial<PoolMember> = {}) => member(number, { marks: [status('unit', 'pending')], ...facts });
const jobs = [presubmit('unit')];
const config = (tide: object = {}) => snapshot(tide, { presubmits: jobs });
const on = (members: readonly PoolMember[], runs: readonly Run[] = [], facts: Partial<Tests> = {}, tide: object = {}, more: Partial<World> = {}) => world(members, { tests: tests(members, runs, facts), ...more }, config(tide));

/** The decision where all candidates merge onto one another. */
function summary(of: World): string {
  const seen = survey(of);
  const pulls = wantsBatch(seen) ? seen.candidates.pulls.slice(0, seen.candidates.limit) : [];
  const { decision } = decideOn(seen, pulls.length > 0 ? { pulls, jobs } : undefined);
  switch (decision.kind) {
    case 'merge': case 'freshen': return `${decision.kind} ${decision.pull.member.number}`;
    case 'test': return `test ${decision.pull.member.number}: ${decision.jobs.map(({ context }) => context).join(' ')}`;
    case 'merge_batch': return `merge ${decision.pulls.map((one) => one.member.number).join('+')}`;
    case 'test_batch': return `test ${decision.pulls.map((one) => one.member.number).join('+')}: ${decision.jobs.map(({ context }) => context).join(' ')}`;
    case 'wait': return `wait: ${decision.why}`;
    case 'blocked': return 'blocked';
    default: return decision satisfies never;
  }
}
const batch = (state: Run['state'], numbers: readonly number[] = [1, 2], facts: Partial<Run> = {}) => run(numbers, { state, over: state !== 'running', ...facts });
const blocker = { org: 'acme', name: 'app', number: 5, title: '', url: '' };
const two = [presubmit('unit'), presubmit('e2e')];
const both = (...runs: readonly Run[]) => ({ groups: [{ pulls: [1, 2].map((number) => ({ number, sha: headOf(number) })), required: two, runs }] });

test.each<{ name: string; of: World; want: string }>([
  { name: 'S1: tested on this base', of: on([tested(1)]), want: 'merge 1' },
  { name: 'S2: tested on an older base', of: on([stale(1)]), want: 'test 1: unit' },
  { name: 'S3: its test runs', of: on([testing(1)], [run(1, { state: 'running' })]), want: 'wait: checks run' },
  { name: 'S4: a second one appears', of: on([testing(1), stale(2)], [run(1, { state: 'running' })]), want: 'test 1+2: unit' },
  { name: 'S5: the base moves during the test', of: on([testing(1)], [run(1, { state: 'running', baseSha: OTHER })]), want: 'test 1: unit' },
  { name: 'a person’s test runs: no batch, no test', of: on([testing(1)], [run(1, { state: 'running', byTide: false })]), want: 'wait: checks run' },
  { name: 'a person’s test of one keeps the others from being tested alone', of: on([testing(1), stale(2)], [run(1, { state: 'running', byTide: false })]), want: 'wait: checks run' },
  { name: 'two that are stale are tested together', of: on([stale(1), stale(2)]), want: 'test 1+2: unit' },
  { name: 'S6: beside a batch one is tested alone', of: on([stale(1), stale(2)], [batch('running')]), want: 'test 1: unit' },
  { name: 'S23: by priority', of: on([stale(1), stale(2), stale(9, { labels: ['lgtm', 'approved', 'urgent'] })], [batch('running')], {}, { priority: [{ labels: ['urgent'] }] }), want: 'test 9: unit' },
  { name: 'beside a batch not a second one', of: on([testing(1), stale(2)], [batch('running'), run(1, { state: 'running' })]), want: 'wait: a batch is tested' },
  { name: 'I8: no single merge while a batch is tested', of: on([tested(1), stale(2)], [batch('running')]), want: 'wait: a batch is tested' },
  { name: 'a green batch merges', of: on([stale(1), stale(2)], [batch('success')]), want: 'merge 1+2' },
  { name: 'a green batch goes before a single one', of: on([stale(1), stale(2), tested(3)], [batch('success')]), want: 'merge 1+2' },
  { name: 'I6: a blocker stops a green batch, too', of: on([stale(1), stale(2)], [batch('success')], {}, {}, { blockers: [blocker] }), want: 'blocked' },
  { name: 'I6: and every test', of: on([stale(1), stale(2)], [], {}, {}, { blockers: [blocker] }), want: 'blocked' },
  { name: 'the larger of two green batches', of: on([stale(1), stale(2), stale(3)], [batch('success'), batch('success', [1, 2, 3])]), want: 'merge 1+2+3' },
  { name: 'S7: a batch whose member was pushed to', of: on([stale(1), stale(2, { headSha: headOf(2, 1) })], [batch('success')]), want: 'test 1+2: unit' },
  { name: 'a green batch whose member lost a label', of: on([stale(1), stale(2, { labels: [] })], [batch('success')]), want: 'test 1: unit' },
  { name: 'a green batch of an older base', of: on([stale(1), stale(2)], [batch('success', [1, 2], { baseSha: OTHER })]), want: 'test 1+2: unit' },
  { name: 'S24: a batch has failed, one alone has passed', of: on([tested(1), stale(2)], [batch('failure')]), want: 'merge 1' },
  { name: 'S21: a failed batch is not tried again; one alone is', of: on([stale(1), stale(2)], [batch('failure')]), want: 'test 1: unit' },
  { name: 'F-4: half of a failed batch is tried', of: on([1, 2, 3, 4].map((n) => stale(n)), [batch('failure', [1, 2, 3, 4])]), want: 'test 1+2: unit' },
  { name: 'a batch that could not be run is run again', of: on([stale(1), stale(2)], [batch('error')]), want: 'test 1+2: unit' },
  { name: 'three times at most', of: on([stale(1), stale(2)], [1, 2, 3].map((n) => batch('error', [1, 2], { name: `e${n}` }))), want: 'test 1: unit' },
  { name: 'a batch that somebody stopped is tried anew', of: on([stale(1), stale(2)], [batch('aborted')]), want: 'test 1+2: unit' },
  { name: 'a batch one of whose jobs is gone gets it again', of: on([stale(1), stale(2)], [batch('success')], both(batch('success'))), want: 'test 1+2: e2e' },
  { name: 'one red job of a batch decides', of: on([stale(1), stale(2)], [], both(batch('running'), batch('failure', [1, 2], { context: 'e2e' }))), want: 'test 1: unit' },
  { name: 'a batch is green when all its jobs are', of: on([stale(1), stale(2)], [], both(batch('success'), batch('running', [1, 2], { context: 'e2e' }))), want: 'test 1: unit' },
  { name: 'S20: no batches wanted', of: on([stale(1), stale(2)], [], {}, { batch_size_limit: { '*': -1 } }), want: 'test 1: unit' },
  { name: 'F-43: batches of one', of: on([stale(1), stale(2)], [], {}, { batch_size_limit: { '*': 1 } }), want: 'test 1: unit' },
  { name: 'a limit', of: on([1, 2, 3].map((n) => stale(n)), [], {}, { batch_size_limit: { acme: 2 } }), want: 'test 1+2: unit' },
  { name: 'F-22: a batch keeps to the priority', of: on([stale(1), stale(2), stale(3, { labels: ['lgtm', 'approved', 'urgent'] })], [], {}, { batch_size_limit: { acme: 2 }, priority: [{ labels: ['urgent'] }] }), want: 'test 3+1: unit' },
  { name: 'who failed is in no batch', of: on([stale(1), stale(2), member(3, { marks: [status('unit', 'failure')] })], [run(3, { state: 'failure' })]), want: 'test 1+2: unit' },
  { name: 'who never ran an ordinary job is not started by Tide', of: on([member(1, { marks: [] })]), want: 'wait: nothing is ready' },
  { name: 'S31: what runs before the merge is', of: world([member(1, { marks: [] })], { tests: tests([member(1)], [], { jobs: [presubmit('e2e', { always_run: false, run_before_merge: true })] }) }, snapshot({}, { presubmits: [presubmit('e2e', { always_run: false, run_before_merge: true })] })), want: 'test 1: e2e' },
  { name: 'a red check of others keeps it from being tested', of: on([stale(1, { marks: [...stale(1).marks, check('build', { conclusion: 'failure' })] })]), want: 'wait: nothing is ready' },
  { name: 'nobody has jobs: one merges after the other', of: world([member(1), member(2)], { tests: tests([member(1), member(2)], [], { jobs: [] }) }), want: 'merge 1' },
  { name: 'one has passed and lacks a label: another is tested', of: on([tested(1, { labels: [] }), stale(2)]), want: 'test 2: unit' },
  { name: 'refused by GitHub: in no batch', of: on([stale(1), stale(2)], [], {}, {}, { refusals: new Map([[1, refuse(undefined, { message: 'no', now: NOW - 1_000, facts: factsOf(stale(1), freeRules, 'r1') })]]) }), want: 'test 2: unit' },
  { name: 'jobs are not known yet', of: world([tested(1)], { tests: 'unknown' }, config()), want: 'wait: jobs are not known yet' },
  { name: 'the rest of a batch that merges', of: on([stale(2), stale(3)], [], { landing: [2, 3].map((number) => ({ number, sha: headOf(number) })) }), want: 'merge 2+3' },
  { name: 'the rest up to who was pushed to', of: on([stale(2), stale(3, { headSha: headOf(3, 1) }), stale(4)], [], { landing: [2, 3, 4].map((number) => ({ number, sha: headOf(number) })) }), want: 'merge 2' },
  { name: 'nothing left of it', of: on([stale(2, { headSha: headOf(2, 1) }), stale(3)], [], { landing: [2, 3].map((number) => ({ number, sha: headOf(number) })) }), want: 'test 2+3: unit' },
  { name: 'members whose check GitHub waits for', of: world([], { read: poolRead([testing(1), stale(2)], { rules: { ...freeRules, required: [{ context: 'unit', appId: undefined }] } }), tests: tests([testing(1), stale(2)], [batch('success'), run(1, { state: 'running' })]) }, config()), want: 'wait: checks run' },
  { name: 'changed files that cannot be read stop their pull request alone', of: on([stale(1), stale(2)], [], { faults: new Map([[1, 'GitHub is away']]) }), want: 'test 2: unit' },
])('$name: $want', ({ of, want }) => expect(summary(of)).toBe(want));

test('with prioritize_existing_batches off a batch that lacks jobs is not completed', () => {
  const of = (value: boolean) => on([1, 2, 3].map((n) => stale(n)), [], { groups: [{ pulls: [1, 2].map((number) => ({ number, sha: headOf(number) })), required: two, runs: [batch('success')] }] }, { prioritize_existing_batches: { '*': value } });
  expect(summary(of(true))).toBe('test 1+2: e2e');
  expect(summary(of(false))).toBe('test 1+2+3: unit');
});

describe('what people see', () => {
  const of = on([stale(1), stale(2), testing(3)], [batch('running'), run(3, { state: 'running' })]);
  test('reasons name the job, the base and the batch', () => {
    const { judged, line } = survey(of);
    expect(judged.map((one) => whyNot(one, line).map(({ text }) => text))).toEqual([
      [`unit runs on main at ${BASE.slice(0, 7)} (batch of #1 and #2)`], [`unit runs on main at ${BASE.slice(0, 7)} (batch of #1 and #2)`], [`unit runs on main at ${BASE.slice(0, 7)}`],
    ]);
    const [alone] = survey(on([stale(1)])).judged;
    expect(alone && whyNot(alone, [])).toMatchObject([{ kind: 'context_pending', text: `unit must run on main at ${BASE.slice(0, 7)}`, clearedBy: expect.stringContaining('Tide') }]);
  });
  test('/tide.js shows the batch and the buckets', () => {
    const seen = survey(of);
    const json = poolJson(viewOf(decideOn(seen, undefined), of, undefined));
    const numbers = (list: readonly Readonly<{ Number: number }>[]) => list.map(({ Number: n }) => n);
    expect([json.Action, numbers(json.BatchPending), numbers(json.MissingPRs), numbers(json.PendingPRs), numbers(json.SuccessPRs)]).toEqual(['WAIT', [1, 2], [1, 2], [3], []]);
  });
});

test('batches that can never merge are ended, and when one is started every other one', () => {
  const members = [1, 2, 3].map((n) => stale(n));
  const of = tests(members, [batch('running'), batch('running', [1, 3], { name: 'other' }), batch('running', [1, 2], { name: 'old', baseSha: OTHER }), batch('success', [2, 3], { baseSha: OTHER }), run([1, 2], { name: 'pushed', state: 'running', over: false, pulls: [{ number: 1, sha: headOf(1, 9) }] })]);
  const names = (keep?: readonly number[]) => voidRuns(of, keep?.map((number) => ({ number, sha: headOf(number) }))).map(({ name }) => name);
  expect(names()).toEqual(['old', 'pushed']);
  expect(names([1, 2])).toEqual(['other', 'old', 'pushed']);
});

test('only a failure makes the next batch smaller', () => {
  const [failed, stopped] = (['failure', 'aborted'] as const).map((state) => tests([stale(1), stale(2)], [batch(state)]).groups);
  expect([groupState(failed?.[0] ?? { pulls: [], required: [], runs: [] }).kind, smallestFailed(failed ?? []), smallestFailed(stopped ?? [])]).toEqual(['failed', 2, undefined]);
});
