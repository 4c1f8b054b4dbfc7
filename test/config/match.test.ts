import { expect, test } from '@jest/globals';
import { branchesIntersect, branchMatch, changeMatch, contextRequired, needsExplicitTrigger, shouldRun, shouldRunPostsubmit, shouldRunWith, triggerMatches } from '../../src/config/jobs/match.js';
import { configFromText } from '../../src/config/load.js';

const repo = { org: 'org', name: 'repo' };

function presubmit(fields: string) {
  const [job] = configFromText({ jobs: `presubmits: {org/repo: [{name: foo, spec: {containers: [{}]}${fields && `, ${fields}`}}]}` }).snapshot.presubmits(repo);
  if (!job) throw new Error('no job');
  return job;
}
function postsubmit(fields: string) {
  const [job] = configFromText({ jobs: `postsubmits: {org/repo: [{name: foo, spec: {containers: [{}]}${fields && `, ${fields}`}}]}` }).snapshot.postsubmits(repo);
  if (!job) throw new Error('no job');
  return job;
}

test.each([
  ['', 'main', true],
  ['branches: [master]', 'master', true],
  ['branches: [master]', 'not-master-2', true],
  ['branches: [^master$]', 'not-master-2', false],
  ['branches: [^a$, ^b$]', 'b', true],
  ['skip_branches: [release]', 'release-1', false],
  ['skip_branches: [release]', 'main', true],
  ['branches: [release], skip_branches: ["release-1$"]', 'release-1', false],
  ['branches: [release], skip_branches: ["release-1$"]', 'release-2', true],
])('a job with {%s} runs on %s: %j', (fields, branch, want) => expect(branchMatch(presubmit(fields), branch)).toBe(want));

test.each([
  ['run_if_changed: "\\\\.go$"', ['a.go', 'b.md'], true],
  ['run_if_changed: "\\\\.go$"', ['b.md'], false],
  ['run_if_changed: "\\\\.go$"', [], false],
  ['skip_if_only_changed: "\\\\.md$"', ['b.md'], false],
  ['skip_if_only_changed: "\\\\.md$"', ['b.md', 'a.go'], true],
  ['skip_if_only_changed: "\\\\.md$"', [], false],
])('a job with {%s} and changes %j: %j', (fields, files, want) => expect(changeMatch(presubmit(fields), files)).toBe(want));

const ask = { branch: 'main', forced: false, fallback: false };
test.each([
  ['always_run: true', ask, true],
  ['always_run: true, branches: [x]', { ...ask, forced: true }, false],
  ['', ask, false],
  ['', { ...ask, forced: true }, true],
  ['', { ...ask, fallback: true }, true],
  ['run_if_changed: x', ask, 'needs changes'],
  ['run_if_changed: x', { ...ask, forced: true }, true],
  ['run_if_changed: x', { ...ask, fallback: true }, true],
])('a presubmit with {%s} asked %j: %j', (fields, asked, want) => expect(shouldRun(presubmit(fields), asked)).toBe(want));

test('with the changed files at hand they decide', () => {
  expect(shouldRunWith(presubmit('run_if_changed: x'), ask, ['xyz'])).toBe(true);
  expect(shouldRunWith(presubmit('run_if_changed: x'), ask, ['abc'])).toBe(false);
});

test.each([
  ['', [], true],
  ['always_run: false', ['a'], false],
  ['always_run: false, run_if_changed: a', ['a'], true],
  ['run_if_changed: a', ['b'], false],
  ['always_run: true, branches: [other]', ['a'], false],
])('a postsubmit with {%s} and changes %j: %j', (fields, files, want) => expect(shouldRunPostsubmit(postsubmit(fields), 'main', files)).toBe(want));

test.each([
  ['/test foo', true], ['/test  foo', true], ['/test foo bar', true], ['/test bar foo', true], ['/test foo, bar', true], ['/test foo\r\n', true], ['words\n/test foo', true],
  ['/test foo-x', false], ['/test xfoo', false], ['/test bar,foo', false], ['/test foo,bar', false], ['/test\tfoo', false], ['/test', false],
])('the default trigger of foo and %j: %j', (comment, want) => expect(triggerMatches(presubmit(''), comment)).toBe(want));

test.each([
  ['', true, true], ['always_run: true', false, true], ['run_if_changed: x', false, true], ['optional: true', true, false], ['skip_report: true', true, false],
])('a job with {%s}: asked for only %j, required for a merge %j', (fields, explicit, required) => {
  expect(needsExplicitTrigger(presubmit(fields))).toBe(explicit);
  expect(contextRequired(presubmit(fields))).toBe(required);
});

test.each([
  ['', 'branches: [a]', true],
  ['branches: [a]', 'branches: [a, b]', true],
  ['branches: [a]', 'branches: [b]', false],
  ['skip_branches: ["release-\\\\d+\\\\.\\\\d+"]', 'branches: [release-1.14, release-1.13]', false],
  ['skip_branches: ["release-\\\\d+\\\\.\\\\d+"]', 'branches: [release-1.14, master]', true],
  ['skip_branches: [a]', 'skip_branches: [b]', true],
])('branches of {%s} and {%s} intersect: %j', (a, b, want) => {
  expect(branchesIntersect(presubmit(a), presubmit(b))).toBe(want);
  expect(branchesIntersect(presubmit(b), presubmit(a))).toBe(want);
});
