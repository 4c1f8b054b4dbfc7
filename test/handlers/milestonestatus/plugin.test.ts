import { expect, test } from '@jest/globals';
import { decideStatus, wantedStatus } from '../../../src/handlers/milestonestatus/plugin.js';
import { commentPayload } from '../fakes.js';
import { ran, texts } from '../policy.js';

const issue = { org: 'o', name: 'r', number: 1 };
const run = (body: string, had: readonly string[] = [], user = 'alice', plugins: Readonly<Record<string, unknown>> = { repo_milestone: { '': { maintainers_team: 'leads' } } }) =>
  ran('milestonestatus', {
    event: 'issue_comment', payload: commentPayload({ body, user, on: 'issue' }), plugins,
    prepare: ({ github }) => { github.teams.set('leads', ['alice']); github.labelsOf.set(1, new Set(had)); },
  });

test.each<{ values: readonly string[]; want: string | undefined }>([
  { values: ['in-progress'], want: 'in-progress' },
  { values: [' in-review \r'], want: 'in-review' },
  { values: ['in-progress', 'in-review'], want: 'in-review' },
  { values: ['in-progress', 'nonsense'], want: 'in-progress' },
  { values: ['In-Progress'], want: undefined },
  { values: [], want: undefined },
])('$values means $want', ({ values, want }) => expect(wantedStatus(values)).toBe(want));

test.each<{ had: readonly string[]; want: readonly string[] }>([
  { had: [], want: ['label.add status/in-review'] },
  { had: ['status/in-review'], want: [] },
  { had: ['status/in-progress', 'kind/bug', 'Status/Approved-for-Milestone'], want: ['label.add status/in-review', 'label.remove status/approved-for-milestone', 'label.remove status/in-progress'] },
])('in-review with $had: there is one status (K30)', ({ had, want }) =>
  expect(decideStatus('in-review', issue, had).map((action) => `${action.kind} ${'label' in action ? action.label : ''}`)).toEqual(want));

test.each<{ body: string; had?: readonly string[]; writes: readonly string[] }>([
  { body: '/status in-progress\r\n', writes: ['+status/in-progress'] },
  { body: '/status nonsense\n/status in-review', had: ['status/in-progress'], writes: ['+status/in-review', '-status/in-progress'] },
  { body: '/status nonsense', writes: [] },
  { body: '/Status in-progress', writes: [] },
  { body: '/status\nin-progress', writes: [] },
  { body: '> /status in-progress', writes: [] },
])('$body', async ({ body, had, writes }) => expect((await run(body, had)).github.writes).toEqual(writes));

test('others are told plainly who may, without being called', async () => {
  const [text = ''] = texts(await run('/status in-progress', [], 'bob'));
  expect(text).toContain('Only members of the team [o/leads]');
  expect(text).toContain('Ask SIG Chairs/TLs');
  expect(text).not.toContain('@bob');
});

test('without a team nobody may', async () => expect(texts(await run('/status in-progress', [], 'alice', {}))[0]).toContain('names no team'));
