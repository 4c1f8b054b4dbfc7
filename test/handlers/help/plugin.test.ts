import { expect, test } from '@jest/globals';
import { createHandling } from '../../../src/handlers/dispatch.js';
import { decideHelp, GOOD_FIRST_ISSUE as FIRST, helpMessage, HelpSettings, HELP_WANTED as HELP, type Step } from '../../../src/handlers/help/plugin.js';
import { botComment, commentPayload, delivery, signal, snapshot, world } from '../fakes.js';

const add = (label: string): Step => ({ kind: 'add', label });
const remove = (label: string): Step => ({ kind: 'remove', label });

test.each<{ verb: 'help' | 'remove-help' | 'good-first-issue' | 'remove-good-first-issue'; labels: readonly string[]; want: readonly Step[] }>([
  { verb: 'help', labels: [], want: [{ kind: 'say', what: 'help' }, add(HELP)] },
  { verb: 'help', labels: [HELP], want: [] },
  { verb: 'help', labels: ['Help Wanted'], want: [] },
  { verb: 'remove-help', labels: [HELP], want: [remove(HELP), { kind: 'unsay', what: 'help' }] },
  { verb: 'remove-help', labels: [HELP, FIRST], want: [remove(HELP), { kind: 'unsay', what: 'help' }, remove(FIRST), { kind: 'unsay', what: 'first' }] },
  { verb: 'remove-help', labels: [FIRST], want: [] },
  { verb: 'good-first-issue', labels: [], want: [{ kind: 'say', what: 'first' }, add(FIRST), add(HELP)] },
  { verb: 'good-first-issue', labels: [HELP], want: [{ kind: 'say', what: 'first' }, add(FIRST)] },
  { verb: 'good-first-issue', labels: [FIRST], want: [] },
  { verb: 'remove-good-first-issue', labels: [FIRST, HELP], want: [remove(FIRST), { kind: 'unsay', what: 'first' }] },
  { verb: 'remove-good-first-issue', labels: [HELP], want: [] },
])('/$verb with $labels', ({ verb, labels, want }) => expect(decideHelp(new Set([verb]), labels)).toEqual(want));

test('the message has the guidelines, their summary where there is one, and the way back', () => {
  expect(helpMessage('first', HelpSettings.parse({ help_guidelines_url: 'https://g' }))).toMatch(/\(https:\/\/g#good-first-issue\)[\s\S]*`\/remove-good-first-issue`/);
  expect(helpMessage('help', HelpSettings.parse({ help_guidelines_summary: '- small' }))).toMatch(/Guidelines\n- small[\s\S]*help-wanted\.md\)[\s\S]*`\/remove-help`/);
});

const config = snapshot({ enabled: ['help'] });
const run = async (made: ReturnType<typeof world>, said: Parameters<typeof commentPayload>[0]) => createHandling(made.deps).run('help', delivery('issue_comment', commentPayload({ on: 'issue', ...said })), { signal, attempt: 1 });

test('marks once, and cleans up behind itself and upstream', async () => {
  const made = world(config);
  await run(made, { body: '/help' });
  await run(made, { body: '/help' });
  expect([...(made.github.labelsOf.get(1) ?? [])]).toEqual([HELP]);
  expect(made.github.commentsOf.get(1)).toMatchObject([{ body: expect.stringMatching(/^@alice: This issue is looking for/) }]);
  made.github.commentsOf.get(1)?.push(botComment(1, 'x This request has been marked as needing help from a contributor. y'), botComment(2, 'else'));
  await run(made, { body: '/remove-help' });
  expect([...(made.github.labelsOf.get(1) ?? [])]).toEqual([]);
  expect(made.github.commentsOf.get(1)?.map(({ id }) => id)).toEqual([2]);
});

test.each([
  { name: 'on pull requests', said: { body: '/help', on: 'pull' } }, { name: 'on closed issues', said: { body: '/help', state: 'closed' } }, { name: 'when edited', said: { body: '/help', action: 'edited' } },
  { name: 'with more on the line', said: { body: '/help me' } },
] as const)('nothing $name', async ({ said }) => {
  const made = world(config);
  await run(made, said);
  expect([made.github.reads, made.github.writes]).toEqual([[], []]);
});
