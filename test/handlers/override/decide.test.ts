import { expect, test } from '@jest/globals';
import { overrideText, saysOverridden } from '../../../src/core/override.js';
import type { ContextState } from '../../../src/core/ports/github.js';
import { statusDescription } from '../../../src/core/statusText.js';
import { parseCommands } from '../../../src/handlers/commands.js';
import { argumentsOf, wordsOf, type Verb } from '../../../src/handlers/override/args.js';
import { named, namesOf, overriddenOf, targetsOf, type Head } from '../../../src/handlers/override/decide.js';
import { overriding } from '../../../src/handlers/override/plugin.js';
import type { ParsedCommand } from '../../../src/handlers/plugin.js';
import { presubmits } from '../trigger/jobs.js';

test.each<[line: string, words: readonly string[]]>([
  ['a', ['a']],
  ['a b  c', ['a', 'b', 'c']],
  [' a\tb ', ['a', 'b']],
  ['broken-test "test / Unit Tests" hung-test', ['broken-test', 'test / Unit Tests', 'hung-test']],
  ['"a"', ['a']],
  ['"a b', ['a b']],
  ['""', []],
  ['', []],
])('%j names %j', (line, words) => expect(wordsOf(line)).toEqual(words));

const read = (body: string, verb: Verb) => argumentsOf(parseCommands(overriding.commands, body) as readonly ParsedCommand<Verb>[], verb);
test.each<[body: string, verb: Verb, want: ReturnType<typeof argumentsOf>]>([
  ['/override a', 'override', { names: ['a'], bare: false }],
  ['/OVERRIDE a b\n/override c a', 'override', { names: ['a', 'b', 'c'], bare: false }],
  ['/override job\r\nexplanation', 'override', { names: ['job'], bare: false }],
  ['/override', 'override', { names: [], bare: true }],
  ['/override  \r\n', 'override', { names: [], bare: true }],
  ['/override a\n/override\n', 'override', { names: ['a'], bare: true }],
  ['/override-sticky a', 'override', undefined],
  ['/override-sticky a', 'override-sticky', { names: ['a'], bare: false }],
  ['/override-cancel', 'override-cancel', { names: [], bare: true }],
  ['/overrides a', 'override', undefined],
  [' /override a', 'override', undefined],
])('%j', (body, verb, want) => expect(read(body, verb)).toEqual(want));

const status = (context: string, state: ContextState['state'], description = ''): ContextState => ({ context, state, source: 'status', description, url: '' });
const check = (context: string, state: ContextState['state'], description = ''): ContextState => ({ ...status(context, state, description), source: 'check' });
const OVERRIDDEN = statusDescription(overrideText('erin', 'plain'), 'b'.repeat(40));
const head = (over: Partial<Head>): Head => ({ states: [], required: [], presubmits: [], branch: 'main', ...over });

test.each<{ name: string; head: Partial<Head>; want: readonly string[] }>([
  { name: 'failed, erroneous and pending statuses', head: { states: [status('a', 'failure'), status('b', 'error'), status('c', 'pending'), status('d', 'success')] }, want: ['a', 'b', 'c'] },
  { name: 'by the job of the context as well', head: { states: [status('ci/a', 'failure')], presubmits: presubmits({ name: 'a', context: 'ci/a' }) }, want: ['a', 'ci/a'] },
  { name: 'a job of another branch is not meant (K14)', head: { states: [status('ci/a', 'failure')], presubmits: presubmits({ name: 'a', context: 'ci/a', branches: ['^release-'] }) }, want: ['ci/a'] },
  { name: 'the job of this branch among two (K14)', head: { states: [status('ci/a', 'failure')], presubmits: presubmits({ name: 'a', context: 'ci/a', branches: ['^release-'] }, { name: 'b', context: 'ci/a', branches: ['main'] }) }, want: ['b', 'ci/a'] },
  { name: 'failed check runs, not running ones', head: { states: [check('a', 'failure'), check('b', 'pending'), check('c', 'success')] }, want: ['a'] },
  { name: 'running check runs of our jobs', head: { states: [check('a', 'pending')], presubmits: presubmits({ name: 'a' }) }, want: ['a'] },
  { name: 'one of that name that passed outdoes one that failed', head: { states: [check('a', 'failure'), check('a', 'success')] }, want: [] },
  { name: 'one that runs as well', head: { states: [check('a', 'failure'), check('a', 'pending')] }, want: [] },
  { name: 'a status that failed beside a check that passed', head: { states: [status('a', 'failure'), check('a', 'success')] }, want: ['a'] },
  { name: 'required and never reported', head: { required: ['a', 'a'] }, want: ['a'] },
  { name: 'required and passed (K14)', head: { states: [status('a', 'success'), check('b', 'success')], required: ['a', 'b'] }, want: [] },
  { name: 'overridden before: it may be made sticky', head: { states: [status('a', 'success', OVERRIDDEN), check('b', 'success', OVERRIDDEN)] }, want: ['a', 'b'] },
])('may be overridden: $name', ({ head: over, want }) => expect(namesOf(targetsOf(head(over)))).toEqual(want));

test('naming a job and its context names one target, and what fits nothing is told', () => {
  const targets = targetsOf(head({ states: [status('z', 'failure'), status('ci/a', 'failure')], presubmits: presubmits({ name: 'a', context: 'ci/a' }) }));
  const { found, unknown } = named(targets, ['z', 'a', 'ci/a', 'nonsense']);
  expect(found.map(({ context }) => context)).toEqual(['ci/a', 'z']);
  expect(unknown).toEqual(['nonsense']);
});

test.each<{ name: string; states: readonly ContextState[]; want: readonly string[] }>([
  { name: 'a status', states: [status('a', 'success', OVERRIDDEN), status('b', 'success'), status('c', 'failure', OVERRIDDEN)], want: ['a'] },
  { name: 'a check run (K14)', states: [check('a', 'success', OVERRIDDEN)], want: ['a'] },
  { name: 'sticky ones', states: [status('a', 'success', statusDescription(overrideText('erin', 'sticky'), 'b'.repeat(40)))], want: ['a'] },
  { name: 'without a base', states: [status('a', 'success', 'Overridden by erin')], want: ['a'] },
  { name: 'somebody else’s words (K14)', states: [status('a', 'success', 'Coverage: Overridden by erin’s rules'), status('b', 'success', 'Overridden by the new policy of May')], want: [] },
])('may be cancelled: $name', ({ states, want }) => expect(overriddenOf(targetsOf(head({ states }))).map(({ context }) => context)).toEqual(want));

test.each(['erin', 'a-b', 'user_corp', 'bot-x[bot]'])('an override by %s is known again', (login) => {
  for (const override of ['plain', 'sticky'] as const) {
    for (const base of ['', 'a'.repeat(40), 'a'.repeat(64)]) expect(saysOverridden(statusDescription(overrideText(login, override), base))).toBe(true);
  }
});
