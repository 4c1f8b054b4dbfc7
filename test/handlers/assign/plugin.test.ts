import { expect, test } from '@jest/globals';
import { RemoteError } from '../../../src/core/errors.js';
import { assign } from '../../../src/handlers/assign/plugin.js';
import { createHandling } from '../../../src/handlers/dispatch.js';
import { commentPayload, delivery, signal, snapshot, world } from '../fakes.js';

function start(refused: readonly string[] = [], style: 'quiet' | 'upstream' = 'quiet') {
  const made = world(snapshot({ enabled: ['assign'], plugins: { comment_style: style } }), { plugins: [assign] });
  const { github } = made;
  const { assign: taking, requestReview: asking } = github;
  github.assign = async (ref, logins, options) => { await taking(ref, logins, options); return { missing: logins.filter((one) => refused.includes(one)) }; };
  github.requestReview = async (ref, logins, options) => { await asking(ref, logins, options); return { missing: logins.filter((one) => refused.includes(one)) }; };
  const handling = createHandling(made.deps);
  return { ...made, handling, say: (body: string, more: object = {}) => handling.run('assign', delivery('issue_comment', commentPayload({ body, user: 'carol', ...more })), { signal, attempt: 1 }), answers: () => (github.commentsOf.get(1) ?? []).map(({ body }) => body) };
}

test.each<{ name: string; body: string; more?: object; writes: readonly string[] }>([
  { name: 'nobody named: whoever comments', body: '/assign', writes: ['assign carol'] },
  { name: 'nobody named, with a blank', body: '/assign \r\n', writes: ['assign carol'] },
  { name: 'with and without @', body: '/assign @bob ann', writes: ['assign bob,ann'] },
  { name: 'blanks and tabs between', body: '/assign  @bob\tann', writes: ['assign bob,ann'] },
  { name: 'commas between names with @', body: '/assign @bob, @ann,@zoe', writes: ['assign bob,ann,zoe'] },
  { name: 'an App', body: '/assign @copilot[bot]', writes: ['assign copilot[bot]'] },
  { name: 'each once', body: '/assign @evil @evil @merlin', writes: ['assign evil,merlin'] },
  { name: 'upper case of the command', body: '/UNassign bob\n/ASSIGN ann', writes: ['unassign bob', 'assign ann'] },
  { name: 'unassign', body: '/unassign', writes: ['unassign carol'] },
  { name: 'removals come first', body: '/assign bob\n/unassign ann', writes: ['unassign ann', 'assign bob'] },
  { name: 'what is said last of somebody counts', body: '/assign bob ann\n/unassign @BOB', writes: ['unassign bob', 'assign ann'] },
  { name: 'reviews', body: '/cc @bob', writes: ['review bob'] },
  { name: 'reviews of teams', body: '/cc @o/core bob', writes: ['review o/core,bob'] },
  { name: 'whoever comments, and somebody less', body: '/cc \n/uncc @x ', writes: ['unreview x', 'review carol'] },
  { name: 'both in one comment', body: '/assign bob\r\n/unassign alice\r\n/cc zoe', writes: ['unassign alice', 'assign bob', 'review zoe'] },
  { name: 'no reviews on issues', body: '/cc bob\n/assign bob', more: { on: 'issue' }, writes: ['assign bob'] },
  { name: 'closed ones, too', body: '/assign bob', more: { state: 'closed' }, writes: ['assign bob'] },
  { name: 'edited comments do nothing', body: '/assign bob', more: { action: 'edited' }, writes: [] },
  { name: 'no name', body: '/assign @a$b', writes: [] },
  { name: 'prose', body: '/assign me, please', writes: [] },
  { name: 'a command within a line', body: 'please /assign bob', writes: [] },
  { name: 'punctuation', body: '/assign bob!', writes: [] },
  { name: 'names do not cross lines', body: '/assign\nbob', writes: ['assign carol'] },
  { name: 'quoted', body: '> /assign bob', writes: [] },
])('$name', async ({ body, more = {}, writes }) => {
  const { github, say } = start();
  await say(body, more);
  expect(github.writes).toEqual(writes);
  expect(github.reads).toEqual([]);
});

test('whom GitHub does not take is named, with what can be done', async () => {
  const { say, answers } = start(['evil', 'x']);
  await say('/assign @evil @merlin');
  await say('/cc x\n/assign bob');
  expect(answers()).toEqual([expect.stringMatching(/^@carol: GitHub does not let me assign: evil\. It takes people who can read.*>\/assign @evil @merlin/s), expect.stringMatching(/^@carol: GitHub does not let me ask for a review from: x\. It takes members.*author/s)]);
});

test('a delivery that is handled again complains once', async () => {
  const { handling, answers, github } = start(['evil']);
  const again = delivery('issue_comment', commentPayload({ body: '/assign evil', user: 'carol' }));
  await handling.run('assign', again, { signal, attempt: 1 });
  await handling.run('assign', again, { signal, attempt: 2 });
  expect(answers()).toHaveLength(1);
  expect(github.writes).toEqual(['assign evil', 'comment', 'assign evil']);
});

test('a failed removal stops the addition, not the reviews', async () => {
  const { github, say } = start();
  github.unassign = () => Promise.reject(new RemoteError('down', { service: 'github' }));
  await expect(say('/unassign a\n/assign b\n/cc z')).rejects.toThrow('down');
  expect(github.writes).toEqual(['review z']);
});

test.each<[style: 'quiet' | 'upstream', on: 'pull' | 'issue', answers: readonly RegExp[]]>([
  ['quiet', 'pull', [/only people can be assigned, not `o\/core`\. To ask a team for a review, comment `\/cc @o\/core`/]], ['quiet', 'issue', [/Name people instead/]], ['upstream', 'pull', []],
])('teams cannot be assigned: %s, on %s', async (style, on, want) => {
  const { github, say, answers } = start([], style);
  await say('/assign @o/core bob', { on });
  expect(github.writes[0]).toBe('assign bob');
  expect(answers()).toEqual(want.map((text) => expect.stringMatching(text)));
});
