import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { PoolMember } from '../../src/core/ports/merging.js';
import { decide } from '../../src/tide/decide.js';
import { factsOf, refuse } from '../../src/tide/refusals.js';
import type { World } from '../../src/tide/judge.js';
import { TIDE } from '../../src/tide/names.js';
import { BASE, NOW, check, freeRules, headOf, member, poolRead, presubmit, running, snapshot, status, suite, world } from './fixtures.js';

const summary = (of: World) => {
  const { decision } = decide(of);
  return decision.kind === 'merge' || decision.kind === 'freshen' ? `${decision.kind} ${decision.pull.member.number}` : decision.kind === 'wait' ? `wait: ${decision.why}` : decision.kind;
};
const blocker = { org: 'acme', name: 'app', number: 5, title: 'Broken', url: 'https://github.com/acme/app/issues/5' };
const refusal = refuse(undefined, { message: 'no', now: NOW - 1_000, facts: factsOf(member(1), freeRules, 'r1') });

test.each<{ name: string; of: World; want: string }>([
  { name: 'nothing open', of: world([]), want: 'wait: nothing is open' },
  { name: 'one is ready', of: world([member(1)]), want: 'merge 1' },
  { name: 'the smallest number goes first', of: world([member(9), member(4), member(7)]), want: 'merge 4' },
  { name: 'priority labels go before numbers', of: world([member(1), member(7, { labels: ['lgtm', 'approved', 'urgent'] })], {}, snapshot({ priority: [{ labels: ['urgent'] }] })), want: 'merge 7' },
  { name: 'every label of a priority level is needed', of: world([member(1), member(7, { labels: ['lgtm', 'approved', 'bug'] })], {}, snapshot({ priority: [{ labels: ['bug', 'critical'] }] })), want: 'merge 1' },
  { name: 'a label of alternatives', of: world([member(1), member(7, { labels: ['lgtm', 'approved', 'b'] })], {}, snapshot({ priority: [{ labels: ['a,b'] }] })), want: 'merge 7' },
  { name: 'a blocker stops all', of: world([member(1)], { blockers: [blocker] }), want: 'blocked' },
  { name: 'a label is missing', of: world([member(1, { labels: ['lgtm'] })]), want: 'wait: nothing is ready' },
  { name: 'a hold', of: world([member(1, { labels: ['lgtm', 'approved', 'do-not-merge/hold'] }), member(2)]), want: 'merge 2' },
  { name: 'labels are compared as GitHub does (F-38)', of: world([member(1, { labels: ['LGTM', 'Approved'] })]), want: 'merge 1' },
  { name: 'a red check', of: world([member(1, { marks: [check('build', { conclusion: 'failure' })] })]), want: 'wait: nothing is ready' },
  { name: 'a running check', of: world([member(1, { marks: [check('build', running)] })]), want: 'wait: checks run' },
  { name: 'conflict', of: world([member(1, { mergeable: 'conflicting' })]), want: 'wait: nothing is ready' },
  { name: 'S13: mergeability unknown counts as mergeable', of: world([member(1, { mergeable: 'unknown' })]), want: 'merge 1' },
  { name: 'S25: two method labels', of: world([member(1, { labels: ['lgtm', 'approved', 's', 'r'] })], {}, snapshot({ squash_label: 's', rebase_label: 'r' })), want: 'wait: nothing is ready' },
  { name: 'rebase, and it cannot be', of: world([member(1, { canBeRebased: false })], {}, snapshot({ merge_method: { acme: 'rebase' } })), want: 'wait: nothing is ready' },
  { name: 'a method that the repository forbids', of: world([], { read: poolRead([member(1)], { rules: { ...freeRules, methods: ['squash'] } }) }), want: 'wait: nothing is ready' },
  { name: 'a draft (F-25)', of: world([member(1, { draft: true })]), want: 'wait: nothing is ready' },
  { name: 'S26: blocked by GitHub is tried with `permit`', of: world([member(1, { mergeState: 'BLOCKED' })]), want: 'merge 1' },
  { name: 'blocked by GitHub is left with `block`', of: world([member(1, { mergeState: 'BLOCKED' })], {}, snapshot({ github_merge_blocks_policy: { '*': 'block' } })), want: 'wait: nothing is ready' },
  {
    name: 'a block that the missing tide check explains does not count (F-28)',
    of: world([], { read: poolRead([member(1, { mergeState: 'BLOCKED' })], { rules: { ...freeRules, required: [{ context: TIDE, appId: undefined }] } }) }, snapshot({ github_merge_blocks_policy: { '*': 'block' } })), want: 'merge 1',
  },
  { name: 'behind, where branches must be up to date', of: world([], { read: poolRead([member(1, { mergeState: 'BEHIND' })], { rules: { ...freeRules, strict: true } }) }), want: 'wait: nothing is ready' },
  { name: 'behind, where nobody minds', of: world([member(1, { mergeState: 'BEHIND' })]), want: 'merge 1' },
  { name: 'refused a moment ago: the next one', of: world([member(1), member(2)], { refusals: new Map([[1, refusal]]) }), want: 'merge 2' },
  { name: 'refused, and changed since', of: world([member(1, { updatedAt: NOW }), member(2)], { refusals: new Map([[1, refusal]]) }), want: 'merge 1' },
  { name: 'refused, and its time is over', of: world([member(1), member(2)], { refusals: new Map([[1, refusal]]), now: NOW + 3_600_000 }), want: 'merge 1' },
  { name: 'a foreign check of an older base counts', of: world([member(1)], { baseMovedAt: NOW }), want: 'merge 1' },
  { name: 'always fresh: it runs again first', of: world([member(1)], { baseMovedAt: NOW }, snapshot({ prow_freshness: { '*': 'always' } })), want: 'freshen 1' },
  { name: 'always fresh: what is fresh goes first', of: world([member(1), member(2, { marks: [check('build', { startedAt: NOW + 1 })] })], { baseMovedAt: NOW }, snapshot({ prow_freshness: { '*': 'always' } })), want: 'merge 2' },
  { name: 'always fresh: what cannot be asked again holds nobody up', of: world([member(1), member(2)], { baseMovedAt: NOW, asked: new Set([1]) }, snapshot({ prow_freshness: { '*': 'always' } })), want: 'freshen 2' },
  { name: 'always fresh: a head that holds the base is fresh', of: world([member(1)], { baseMovedAt: NOW, current: new Set([1]) }, snapshot({ prow_freshness: { '*': 'always' } })), want: 'merge 1' },
  { name: 'S2 without a runner: our job passed on an older base', of: world([member(1, { marks: [status('unit', 'success', `ok BaseSHA:${'c'.repeat(40)}`)] })], {}, snapshot({}, { presubmits: [presubmit('unit')] })), want: 'wait: checks run' },
  { name: 'S16: our job passed on this base', of: world([member(1, { marks: [status('unit', 'success', `ok BaseSHA:${BASE}`)] })], {}, snapshot({}, { presubmits: [presubmit('unit')] })), want: 'merge 1' },
  { name: 'what could not be read whole never merges', of: world([member(1, { unread: ['labels'] })]), want: 'wait: nothing is ready' },
  { name: 'review required and missing', of: world([member(1)], {}, snapshot({ queries: [{ orgs: ['acme'], reviewApprovedRequired: true }] })), want: 'wait: nothing is ready' },
  { name: 'review required and there', of: world([member(1, { review: 'approved' })], {}, snapshot({ queries: [{ orgs: ['acme'], reviewApprovedRequired: true }] })), want: 'merge 1' },
])('$name', ({ of, want }) => expect(summary(of)).toBe(want));

describe('invariants', () => {
  const mark = fc.oneof(
    fc.record({ name: fc.constantFrom('build', 'lint', 'opt', 'unit', 'tide'), id: fc.nat(50), startedAt: fc.nat(5), done: fc.boolean(), conclusion: fc.constantFrom('success', 'failure', 'neutral', 'cancelled') })
      .map(({ name, id, startedAt, done, conclusion }) => check(name, { id, startedAt, ...(done ? { conclusion } : running) })),
    fc.record({ name: fc.constantFrom('build', 'opt', 'unit', 'tide'), state: fc.constantFrom('success', 'failure', 'pending', 'expected', 'error'), base: fc.constantFrom(BASE, 'c'.repeat(40)) })
      .map(({ name, state, base }) => status(name, state as 'success', `ok BaseSHA:${base}`)),
  );
  const marks = fc.array(mark, { maxLength: 6 }).map((all) => all.filter((one, at) => one.source === 'check' || all.findIndex((other) => other.source === 'status' && other.name === one.name) === at));
  const green = marks.map((some) => [...some.filter((one) => one.source === 'check' && one.name === 'opt'), check('build', { id: 60, startedAt: 9 }), status('unit', 'success', `ok BaseSHA:${BASE}`)]);
  const pull = fc.record({
    labels: fc.oneof(fc.constant(['lgtm', 'approved']), fc.subarray(['lgtm', 'approved', 'do-not-merge/hold', 's', 'r', 'urgent'])), mergeable: fc.constantFrom<PoolMember['mergeable']>('mergeable', 'conflicting', 'unknown'), draft: fc.nat(3).map((n) => n === 0), marks: fc.oneof(green, marks), open: fc.nat(3).map((n) => n === 0),
  });
  const pulls = fc.array(pull, { maxLength: 6 }).map((all) => all.map((one, at) => member(at + 1, { ...one, suites: [suite({ completed: !one.open })] })));
  const config = snapshot({ squash_label: 's', rebase_label: 'r', priority: [{ labels: ['urgent'] }], context_options: { 'optional-contexts': ['opt'], 'required-contexts': ['build'] } }, { presubmits: [presubmit('unit')] });
  const forAll = (property: (members: readonly PoolMember[]) => void) => fc.assert(fc.property(pulls, property), { numRuns: 1_000 });

  test('I1, I20, I22: what merges fits a query, has no conflict, one method, and every required check green, ours at this base', () => {
    let merges = 0;
    forAll((members) => {
      const { decision } = decide(world(members, {}, config));
      if (decision.kind !== 'merge') return;
      merges++;
      const { member: chosen } = decision.pull;
      expect(chosen.labels).toEqual(expect.arrayContaining(['lgtm', 'approved']));
      expect(chosen.labels).not.toContain('do-not-merge/hold');
      expect(chosen.mergeable).not.toBe('conflicting');
      expect(chosen.draft).toBe(false);
      expect(chosen.labels.filter((label) => label === 's' || label === 'r').length).toBeLessThan(2);
      const newestBuild = chosen.marks.filter((one) => one.source === 'check' && one.name === 'build').sort((a, b) => (a.source === 'check' && b.source === 'check' ? (b.startedAt ?? 0) - (a.startedAt ?? 0) || b.id - a.id : 0))[0];
      if (newestBuild?.source === 'check') expect(['success', 'neutral']).toContain(newestBuild.conclusion);
      expect(chosen.marks.some(({ name }) => name === 'build')).toBe(true);
      expect(chosen.marks.some((one) => one.name === 'unit' && one.source === 'status' && one.state === 'success' && one.description.endsWith(BASE))).toBe(true);
    });
    expect(merges).toBeGreaterThan(50);
  });
  test('I6: nothing merges in a blocked pool', () => forAll((members) => expect(decide(world(members, { blockers: [blocker] }, config)).decision.kind).toBe('blocked')));
  test('I11: optional contexts and `tide` change nothing', () => forAll((members) => {
    const without = members.map((one) => ({ ...one, marks: one.marks.filter(({ name }) => name !== 'opt' && name !== TIDE) }));
    expect(summary(world(members, {}, config))).toBe(summary(world(without, {}, config)));
  }));
  test('I15: the order of the answer changes nothing', () => forAll((members) => expect(summary(world([...members].reverse(), {}, config))).toBe(summary(world(members, {}, config)))));
  test('I16: a success more never makes a ready one wait; a new head is judged by its own checks alone', () => forAll((members) => {
    const before = decide(world(members, {}, config));
    const ready = before.line[0]?.member;
    if (!ready) return;
    const more = members.map((one) => (one.number === ready.number ? { ...one, marks: [...one.marks, check('extra')] } : one));
    expect(decide(world(more, {}, config)).line[0]?.member.number).toBe(ready.number);
    const pushed = members.map((one) => (one.number === ready.number ? { ...one, headSha: headOf(one.number, 1), marks: [] } : one));
    expect(decide(world(pushed, {}, config)).line.map(({ member: { number } }) => number)).not.toContain(ready.number);
  }));
  test('ready means no reasons, and not ready means some', () => forAll((members) => {
    for (const { state, reasons } of decide(world(members, {}, config)).judged) expect(state === 'ready').toBe(reasons.length === 0);
  }));
});
