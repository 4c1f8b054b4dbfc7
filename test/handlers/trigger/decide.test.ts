import { expect, test } from '@jest/globals';
import { asksAnything, outdatesHelp, readAsked, withoutFences, type Asked } from '../../../src/config/jobs/asked.js';
import { automatic, contextsOf, needsChanges, picked, wantedBy } from '../../../src/config/jobs/wanted.js';
import { available, helpDue, type HelpNote } from '../../../src/handlers/trigger/decide.js';
import { helpText, invitation, isHelp, untrustedText, welcomeText } from '../../../src/handlers/trigger/text.js';
import { TriggerEntry } from '../../../src/config/plugins/schema.js';
import type { ContextState } from '../../../src/core/ports/github.js';
import { parseEvents } from '../../../src/handlers/events.js';
import { pullPayload } from '../fakes.js';
import { presubmits } from './jobs.js';

test.each<{ text: string; want: readonly (keyof Asked)[] }>([
  { text: '/test all', want: ['testAll', 'testTarget'] },
  { text: '/test all,', want: ['testAll', 'testTarget'] },
  { text: '/test all please\r', want: ['testAll', 'testTarget'] },
  { text: '/test alle', want: ['testTarget'] },
  { text: '/retest', want: ['retest'] },
  { text: '/retest \r\n/other-command', want: ['retest'] },
  { text: '/retest FOO', want: ['retestTarget'] },
  { text: '/retest-required', want: ['retestRequired'] },
  { text: '/test-manual-required', want: ['manualRequired'] },
  { text: 'looks great, thanks!\n/ok-to-test \r', want: ['okToTest'] },
  { text: 'not /ok-to-test', want: [] },
  { text: '/ok-to-test cancel', want: ['cancel'] },
  { text: '/ok-to-test\n  cancel', want: ['cancel', 'okToTest'] },
  { text: '/test ?', want: ['help', 'testTarget'] },
  { text: '/test?', want: ['help'] },
  { text: '/test', want: ['emptyTest'] },
  { text: '/test \r\n?', want: ['emptyTest'] },
  { text: '/test x', want: ['testTarget'] },
  { text: '/TEST x', want: [] },
  { text: ' /test x', want: [] },
  { text: '> /retest', want: [] },
  { text: '/retesting', want: [] },
])('4.1.3: $text asks for $want', ({ text, want }) => {
  const asked = readAsked(text);
  expect(Object.entries(asked).filter(([, yes]) => yes).map(([name]) => name).sort()).toEqual([...want].sort());
  expect(asksAnything(asked)).toBe(want.length > 0);
});

test.each([
  { text: '/test x', want: true }, { text: '/retest', want: true }, { text: '/retest-required', want: true }, { text: '/test-manual-required', want: true }, { text: '/testing', want: false },
  { text: '/ok-to-test', want: false },
])('$text outdates help: $want', ({ text, want }) => expect(outdatesHelp(text)).toBe(want));

test.each<{ name: string; body: string; want: string }>([
  { name: 'a fence', body: 'a\n```\n/test x\n```\nb', want: 'a\n\n\n\nb' },
  { name: 'a fence with CRLF', body: 'a\r\n```\r\n/test x\r\n```\r\nb', want: 'a\n\n\n\nb' },
  { name: 'a template’s hidden comment', body: '<!-- such as\n/test x\n-->\n/retest', want: '\n\n \n/retest' },
  { name: 'no end', body: '```\n/test x', want: '```\n/test x' },
  { name: 'text after the end', body: '```\n/test x\n```ok', want: '```\n/test x\n```ok' },
])('fences: $name', ({ body, want }) => expect(withoutFences(body)).toBe(want));

const jobs = presubmits(
  { name: 'unit', always_run: true },
  { name: 'lint', always_run: true, optional: true },
  { name: 'manual' },
  { name: 'manual-optional', optional: true },
  { name: 'go', run_if_changed: '\\.go$' },
  { name: 'code', skip_if_only_changed: '^docs/' },
  { name: 'old', always_run: true, branches: ['^release$'] },
  { name: 'custom', trigger: '(?m)^/deploy$', rerun_command: '/deploy' },
  { name: 'named', context: 'ci/named', always_run: true },
);
const states = (given: Readonly<Record<string, ContextState['state']>>): readonly ContextState[] =>
  Object.entries(given).map(([context, state]) => ({ context, state, description: '', url: '', source: 'status' }));
const select = (text: string, given: Readonly<Record<string, ContextState['state']>> = {}, files: readonly string[] = ['x.txt'], branch = 'main') =>
  picked(wantedBy(jobs, text, readAsked(text), contextsOf(states(given))), branch, files).map((job) => job.name);
const green = { unit: 'success', lint: 'success', go: 'success', code: 'success', 'ci/named': 'success' } as const;

test.each<{ name: string; text: string; given?: Readonly<Record<string, ContextState['state']>>; files?: readonly string[]; branch?: string; want: readonly string[] }>([
  { name: 'one by name', text: '/test unit', want: ['unit'] },
  { name: 'two spaces', text: '/test  unit', want: ['unit'] },
  { name: 'with more behind', text: '/test unit bar', want: ['unit'] },
  { name: 'with more before', text: '/test bar unit', want: ['unit'] },
  { name: 'several', text: '/test unit, manual', want: ['unit', 'manual'] },
  { name: 'no space after the comma', text: '/test bar,unit', want: [] },
  { name: 'a comma right behind, with more', text: '/test unit,bar', want: [] },
  { name: 'a tab', text: '/test\tunit', want: [] },
  { name: 'part of a name', text: '/test unit-x', want: [] },
  { name: 'a longer name', text: '/test xunit', want: [] },
  { name: 'CRLF', text: 'Again:\r\n/test unit\r\nthanks', want: ['unit'] },
  { name: 'a context that is no name', text: '/test ci/named', want: [] },
  { name: 'a job of another branch', text: '/test old', want: [] },
  { name: 'a job of this branch', text: '/test old', branch: 'release', want: ['old'] },
  { name: 'conditional, by name, whatever changed', text: '/test go', want: ['go'] },
  { name: 'a custom trigger', text: '/deploy', want: ['custom'] },
  { name: 'all', text: '/test all', want: ['unit', 'lint', 'code', 'named'] },
  { name: 'all, with a Go file', text: '/test all', files: ['a.go'], want: ['unit', 'lint', 'go', 'code', 'named'] },
  { name: 'all, documentation only', text: '/test all', files: ['docs/a'], want: ['unit', 'lint', 'named'] },
  { name: 'all, nothing changed', text: '/test all', files: [], want: ['unit', 'lint', 'named'] },
  { name: 'vouched for', text: '/ok-to-test', want: ['unit', 'lint', 'code', 'named'] },
  { name: 'retest: what failed', text: '/retest', given: { ...green, unit: 'failure', lint: 'error', go: 'pending' }, want: ['unit', 'lint'] },
  { name: 'retest: what never ran', text: '/retest', given: { unit: 'success', lint: 'pending' }, want: ['code', 'named'] },
  { name: 'retest: a conditional one that failed, though it no longer applies', text: '/retest', given: { ...green, go: 'failure' }, want: ['go'] },
  { name: 'retest: a manual one that failed', text: '/retest', given: { ...green, manual: 'failure' }, want: ['manual'] },
  { name: 'retest: all green', text: '/retest', given: green, want: [] },
  { name: 'retest: a conditional one that never ran and applies', text: '/retest', given: { unit: 'success', lint: 'success', code: 'success', 'ci/named': 'success' }, files: ['a.go'], want: ['go'] },
  { name: 'retest: one of another branch never counts', text: '/retest', given: { ...green, old: 'failure' }, want: [] },
  { name: 'what one row leaves, a later one takes', text: '/retest\n/test all', given: green, want: ['unit', 'lint', 'code', 'named'] },
  { name: 'the first row decides: named, though optional', text: '/retest-required\n/test lint', given: { ...green, lint: 'failure' }, want: ['lint'] },
  { name: 'retest-required: optional ones that never ran', text: '/retest-required', given: { go: 'success', code: 'success', 'ci/named': 'success' }, want: ['unit'] },
  { name: 'two commands in one line', text: '/test unit /test manual', want: ['unit', 'manual'] },
  { name: 'all, with a comma and more', text: '/test all, please', want: ['unit', 'lint', 'code', 'named'] },
  { name: 'retest-required', text: '/retest-required', given: { ...green, unit: 'failure', lint: 'failure' }, want: ['unit'] },
  { name: 'manual required', text: '/test-manual-required', want: ['manual', 'custom'] },
  { name: 'a union', text: '/retest\n/test manual', given: { ...green, unit: 'failure' }, want: ['unit', 'manual'] },
])('4.1.5 selection: $name', ({ text, given, files, branch, want }) => expect(select(text, given, files, branch)).toEqual(want));

test.each([
  { text: '/test all', want: true }, { text: '/test unit', want: false }, { text: '/test go', want: false }, { text: '/retest', want: true },
])('$text needs the changed files: $want', ({ text, want }) => expect(needsChanges(wantedBy(jobs, text, readAsked(text), contextsOf([])), 'main')).toBe(want));

test('the same name sharded by branch gives the shard of the branch', () => {
  const shards = presubmits({ name: 'jab', branches: ['master'], context: 'a' }, { name: 'jab', branches: ['release'], context: 'b' });
  const contexts = (branch: string) => picked(wantedBy(shards, '/test jab', readAsked('/test jab'), contextsOf([])), branch, []).map((job) => job.context);
  expect([contexts('master'), contexts('release'), contexts('other')]).toEqual([['a'], ['b'], []]);
});

test('what runs by itself needs nobody to ask', () => expect(automatic(jobs).map(({ job }) => job.name)).toEqual(['unit', 'lint', 'go', 'code', 'old', 'named']));

test.each<{ text: string; selected: number; want: HelpNote | undefined }>([
  { text: '/test ?', selected: 0, want: 'asked for' },
  { text: '/test ?\n/test unit', selected: 1, want: 'asked for' },
  { text: '/test', selected: 0, want: 'no target' },
  { text: '/test\n/test ?', selected: 1, want: 'asked for' },
  { text: '/test\n/retest x', selected: 0, want: 'no target' },
  { text: '/retest x\n/test unit', selected: 1, want: 'retest with target' },
  { text: '/test all\n/test x', selected: 0, want: 'nothing for all' },
  { text: '/retest unit', selected: 0, want: 'retest with target' },
  { text: '/test all', selected: 0, want: 'nothing for all' },
  { text: '/test all', selected: 2, want: undefined },
  { text: '/test nonsense', selected: 0, want: 'no such target' },
  { text: '/retest', selected: 0, want: undefined },
  { text: '/ok-to-test', selected: 0, want: undefined },
])('4.1.6: $text with $selected jobs: help is $want', ({ text, selected, want }) => expect(helpDue(readAsked(text), selected)).toBe(want));

test('help lists what there is on the branch', () => {
  expect(available(jobs, 'main', ['a.go'])).toEqual({
    required: ['/deploy', '/test code', '/test go', '/test manual', '/test named', '/test unit'], optional: ['/test lint', '/test manual-optional'], all: ['code', 'go', 'lint', 'named', 'unit'],
  });
  expect(available([], 'main', [])).toEqual({ required: [], optional: [], all: [] });
});

test('help says what was wrong, the commands and what /test all runs, and knows itself', () => {
  const text = helpText('no such target', { required: ['/test a'], optional: ['/test b'], all: ['a'] }, 'o/r@main');
  expect(text).toMatch(/^I know no job[\s\S]*Required[\s\S]*```\n\/test a\n```[\s\S]*Optional[\s\S]*```\n\/test b\n```[\s\S]*- `a`$/);
  expect(helpText('asked for', { required: ['/test a'], optional: ['/test b'], all: ['a', 'b'] }, 'o/r@main')).toMatch(/`\/test all` runs all of them\.$/);
  expect(helpText('asked for', { required: ['/test a'], optional: [], all: [] }, 'o/r@main')).not.toContain('/test all');
  expect(helpText('asked for', { required: [], optional: [], all: [] }, 'o/r@main')).toBe('There are no presubmit jobs for o/r@main.');
  expect(isHelp(`${text}\n\n<!-- prow:trigger/help/d1 -->`)).toBe(true);
  expect(isHelp('@x: The `/test` command needs one or more targets.\nThe following…')).toBe(true);
  expect(isHelp('hello <!-- prow:trigger/welcome/d1 -->')).toBe(false);
});

const [opened] = parseEvents({ event: 'pull_request', body: JSON.stringify(pullPayload({ action: 'opened', author: 'newbie' })) });
const GITHUB = 'https://github.com';

test('K28: the welcome leads to the organisation at whatever GitHub it is', () => {
  if (opened.kind !== 'pull_request') throw new Error('not a pull request');
  const entry = TriggerEntry.parse({});
  const text = welcomeText(opened.pull, entry, invitation(entry, opened.pull, 'plain', 'https://ghe.example/'), 'https://ghe.example/');
  expect(text.match(/https:\/\/ghe\.example\/orgs\/o\/people/g)).toHaveLength(2);
  expect(text).not.toContain('github.com/orgs');
});

test('the welcome greets the author, names the command, the invitation and the list', () => {
  if (opened.kind !== 'pull_request') throw new Error('not a pull request');
  const entry = TriggerEntry.parse({});
  const text = welcomeText(opened.pull, entry, invitation(entry, opened.pull, 'plain', GITHUB), GITHUB);
  for (const part of ['@newbie', '`/ok-to-test`', 'https://github.com/orgs/o/people', '?repo=o%2Fr']) expect(text).toContain(part);
  const closed = welcomeText(opened.pull, TriggerEntry.parse({ ignore_ok_to_test: true }), 'INVITED', GITHUB);
  expect(closed).toContain('`/test all`');
  expect(closed).not.toMatch(/INVITED|ok-to-test/);
  expect(invitation(TriggerEntry.parse({ org_invite: { prominent: { message: 'Join {join_org_url} ({join_org_url})!' } }, join_org_url: 'https://j' }), opened.pull, 'prominent', GITHUB)).toBe('Join https://j (https://j)!');
  expect(invitation(TriggerEntry.parse({ trusted_org: 'other' }), opened.pull, 'prominent', GITHUB)).toContain('https://github.com/orgs/other/people');
  expect(untrustedText(TriggerEntry.parse({ ignore_ok_to_test: true }), 'not a member')).not.toContain('/ok-to-test');
});
