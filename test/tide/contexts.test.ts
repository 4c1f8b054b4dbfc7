import { describe, expect, test } from '@jest/globals';
import { contextPolicy, outdated, proves, readChecks, type ContextPolicy } from '../../src/tide/contexts.js';
import type { Mark, SuiteMark } from '../../src/core/ports/merging.js';
import { BASE, NOW, REPO, check, freeRules, presubmit, running, snapshot, status, suite } from './fixtures.js';

const policyOf = (options: object = {}, more: Parameters<typeof snapshot>[1] & { required?: readonly { context: string; appId: number | undefined }[] } = {}) => {
  const config = snapshot({ context_options: options }, more);
  return contextPolicy({ tide: config.prow.tide, protection: config.prow['branch-protection'], presubmits: config.presubmits(REPO), rules: { ...freeRules, required: more.required ?? [] }, repo: REPO, branch: 'main' });
};
function policy(...args: Parameters<typeof policyOf>): ContextPolicy {
  const found = policyOf(...args);
  if ('fault' in found) throw new Error(found.fault);
  return found.policy;
}
const states = (marks: readonly Mark[], rules: ContextPolicy = policy(), suites: readonly SuiteMark[] = []) =>
  Object.fromEntries(readChecks({ member: { marks, suites }, policy: rules, baseSha: BASE, self: 'prow' }).map(({ name, state }) => [name, state]));

describe('the newest attempt decides', () => {
  test.each<{ name: string; marks: readonly Mark[]; want: Record<string, string> }>([
    { name: 'one green run', marks: [check('build')], want: { build: 'success' } },
    { name: 'an older success does not hide a newer failure', marks: [check('build', { id: 1, startedAt: 1 }), check('build', { id: 2, startedAt: 2, conclusion: 'failure' })], want: { build: 'failure' } },
    { name: 'a newer success ends an older failure', marks: [check('build', { id: 2, startedAt: 2 }), check('build', { id: 1, startedAt: 1, conclusion: 'failure' })], want: { build: 'success' } },
    { name: 'an older success does not hide a rerun in progress', marks: [check('build', { id: 1, startedAt: 1 }), check('build', { id: 2, startedAt: 2, ...running })], want: { build: 'pending' } },
    { name: 'starts in one second: the greater id is newer', marks: [check('build', { id: 8, startedAt: 5, conclusion: 'failure' }), check('build', { id: 9, startedAt: 5 })], want: { build: 'success' } },
    { name: 'two workflows with one job name both count', marks: [check('build', { id: 2, startedAt: 2 }), check('build', { id: 1, startedAt: 1, conclusion: 'failure', workflow: { runId: 7, name: 'Nightly', event: 'pull_request' } })], want: { build: 'failure' } },
    { name: 'a status and a check of one name both count', marks: [status('build'), check('build', { conclusion: 'failure' })], want: { build: 'failure' } },
    { name: 'neutral and skipped are green', marks: [check('a', { conclusion: 'neutral' }), check('b', { conclusion: 'skipped' })], want: { a: 'success', b: 'success' } },
    { name: 'cancelled, stale and nothing at all are red', marks: [check('a', { conclusion: 'cancelled' }), check('b', { conclusion: 'stale' }), check('c', { conclusion: undefined })], want: { a: 'failure', b: 'failure', c: 'failure' } },
    { name: 'expected statuses wait, errors fail', marks: [status('a', 'expected'), status('b', 'error')], want: { a: 'pending', b: 'failure' } },
    { name: "Tide's own never counts", marks: [status('tide', 'pending'), check('Tide', { conclusion: 'failure' })], want: {} },
  ])('$name', ({ marks, want }) => expect(states(marks)).toEqual(want));
});

describe('an override is a check run of ours that speaks for those of others', () => {
  const override = (over: Parameters<typeof check>[1] = {}) => check('build', { id: 2, app: 'prow', suiteId: 12, workflow: undefined, startedAt: 5, completedAt: 5, title: 'Overridden by ada', ...over });
  const failed = check('build', { id: 1, startedAt: 1, conclusion: 'failure' });
  test.each<{ name: string; marks: readonly Mark[]; want: string }>([
    { name: 'one that failed before', marks: [failed, override()], want: 'success' },
    { name: 'one that began since counts', marks: [check('build', { id: 3, startedAt: 9, conclusion: 'failure' }), override()], want: 'failure' },
    { name: 'cancelled', marks: [failed, override(), override({ id: 3, startedAt: 6, completedAt: 6, conclusion: 'failure', title: 'Override cancelled by ada' })], want: 'failure' },
    { name: 'an override of another name', marks: [failed, override({ name: 'lint' })], want: 'failure' },
    { name: 'the words of another App', marks: [failed, override({ app: 'other' })], want: 'failure' },
    { name: 'a check run of ours that passed by itself', marks: [failed, override({ title: 'Job succeeded.' })], want: 'failure' },
    { name: 'a status of that name still counts', marks: [failed, status('build', 'failure'), override()], want: 'failure' },
  ])('$name', ({ marks, want }) => expect(states(marks)).toMatchObject({ build: want }));
});

describe('what runs again blocks', () => {
  test.each<{ name: string; marks: readonly Mark[]; suites: readonly SuiteMark[]; rules?: ContextPolicy; want: Record<string, string> }>([
    { name: 'a green check whose suite is running again', marks: [check('build')], suites: [suite({ completed: false })], want: { build: 'pending', CI: 'pending' } },
    { name: 'a workflow run that has made no check yet', marks: [check('lint', { suiteId: 11 })], suites: [suite({ completed: false })], want: { lint: 'success', CI: 'pending' } },
    { name: 'the suite of our own App stays open while `tide` waits', marks: [check('build')], suites: [suite({ id: 12, app: 'prow', completed: false, workflow: undefined })], want: { build: 'success' } },
    { name: 'a workflow nobody asked for is skipped with the unknown', marks: [], suites: [suite({ completed: false })], rules: policy({ 'skip-unknown-contexts': true }), want: {} },
    { name: 'a required check that vanished', marks: [], suites: [], rules: policy({ 'required-contexts': ['build'] }), want: { build: 'missing' } },
  ])('$name', ({ marks, suites, rules, want }) => {
    const got = states(marks, rules, suites);
    if (want.build === 'pending') expect(got.build).toBe('pending');
    else expect(got).toEqual(want);
  });
});

describe('which contexts matter', () => {
  test.each<{ name: string; rules: ContextPolicy; marks: readonly Mark[]; want: Record<string, string> }>([
    { name: 'everything, by default', rules: policy(), marks: [status('cla', 'failure')], want: { cla: 'failure' } },
    { name: 'unknown ones skipped', rules: policy({ 'skip-unknown-contexts': true }), marks: [status('cla', 'failure')], want: {} },
    { name: 'required ones count among the skipped', rules: policy({ 'skip-unknown-contexts': true, 'required-contexts': ['cla'] }), marks: [status('CLA', 'failure')], want: { CLA: 'failure' } },
    { name: 'required if present: absent', rules: policy({ 'skip-unknown-contexts': true, 'required-if-present-contexts': ['cla'] }), marks: [], want: {} },
    { name: 'required if present: red', rules: policy({ 'skip-unknown-contexts': true, 'required-if-present-contexts': ['cla'] }), marks: [status('cla', 'failure')], want: { cla: 'failure' } },
    { name: 'optional by name and by expression', rules: policy({ 'optional-contexts': ['cla'], 'optional-regex-contexts': ['^ci/'] }), marks: [status('cla', 'failure'), status('ci/x', 'failure'), status('my ci/x', 'failure')], want: { 'my ci/x': 'failure' } },
    { name: "GitHub's own requirement beats an optional one", rules: policy({ 'optional-contexts': ['cla'] }, { required: [{ context: 'cla', appId: undefined }] }), marks: [], want: { cla: 'missing' } },
    { name: 'a requirement of one App is not met by another', rules: policy({}, { required: [{ context: 'build', appId: 99 }] }), marks: [check('build')], want: { build: 'missing' } },
    { name: 'a requirement of one App is met by it', rules: policy({}, { required: [{ context: 'build', appId: 15368 }] }), marks: [check('build')], want: { build: 'success' } },
    { name: 'Tide itself required by GitHub does not wait for itself', rules: policy({}, { required: [{ context: 'tide', appId: undefined }] }), marks: [], want: {} },
    { name: 'from branch protection', rules: policy({ 'from-branch-protection': true }, { prow: { 'branch-protection': { orgs: { acme: { protect: true, required_status_checks: { contexts: ['cla'] } } } } } }), marks: [], want: { cla: 'missing' } },
    { name: 'branch protection of Prow alone, not asked for', rules: policy({}, { prow: { 'branch-protection': { orgs: { acme: { protect: true, required_status_checks: { contexts: ['cla'] } } } } } }), marks: [], want: {} },
    { name: 'optional jobs and silent ones', rules: policy({}, { presubmits: [presubmit('lint', { optional: true }), presubmit('quiet', { skip_report: true })] }), marks: [status('lint', 'failure'), status('quiet', 'failure')], want: {} },
    { name: 'a job that runs before the merge must have run, even an optional one', rules: policy({}, { presubmits: [presubmit('e2e', { always_run: false, optional: true, run_before_merge: true })] }), marks: [], want: { e2e: 'missing' } },
    { name: 'a job for some files, absent', rules: policy({}, { presubmits: [presubmit('docs', { always_run: false, run_if_changed: '^docs/' })] }), marks: [], want: {} },
  ])('$name', ({ rules, marks, want }) => expect(states(marks, rules)).toEqual(want));

  test.each([
    { name: 'required and optional', options: { 'required-contexts': ['cla'], 'optional-contexts': ['cla'] } },
    { name: 'required and matched by an optional expression', options: { 'required-contexts': ['ci/x'], 'optional-regex-contexts': ['^ci/'] } },
  ])('contradiction: $name', ({ options }) => expect(policyOf(options)).toHaveProperty('fault'));
});

describe('our own jobs must have passed on the present base', () => {
  const rules = policy({}, { presubmits: [presubmit('unit')] });
  test.each<{ name: string; mark: Mark; want: string }>([
    { name: 'on this base', mark: status('unit', 'success', `Job succeeded. BaseSHA:${BASE}`), want: 'success' },
    { name: 'old spelling', mark: status('unit', 'success', `Job succeeded. Basesha:${BASE}`), want: 'success' },
    { name: 'in a check run', mark: check('unit', { title: `Job succeeded. BaseSHA:${BASE}` }), want: 'success' },
    { name: 'for any base', mark: status('unit', 'success', 'Overridden [prow:skip-retest]'), want: 'success' },
    { name: 'on another base', mark: status('unit', 'success', `Job succeeded. BaseSHA:${'c'.repeat(40)}`), want: 'stale' },
    { name: 'without a base (S18: 39 digits)', mark: status('unit', 'success', `ok BaseSHA:${BASE.slice(1)}`), want: 'stale' },
    { name: 'two bases (S18)', mark: status('unit', 'success', `ok BaseSHA:${BASE} BaseSHA:${BASE}`), want: 'stale' },
    { name: 'a failure proves nothing', mark: status('unit', 'failure', `BaseSHA:${BASE} [prow:skip-retest]`), want: 'failure' },
  ])('$name', ({ mark, want }) => expect(states([mark], rules)).toEqual({ unit: want }));

  test('64 digits are a base as well (F-36)', () => {
    expect(proves(status('unit', 'success', `ok BaseSHA:${'d'.repeat(64)}`), 'd'.repeat(64))).toBe(true);
  });
});

test('a check that started before the base moved is outdated', () => {
  const checks = readChecks({ member: { marks: [check('old', { startedAt: NOW - 10 }), check('new', { startedAt: NOW + 10 })], suites: [] }, policy: policy(), baseSha: BASE, self: 'prow' });
  expect(outdated(checks, policy(), NOW).map(({ name }) => name)).toEqual(['old']);
});
