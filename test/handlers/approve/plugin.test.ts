import { expect, test } from '@jest/globals';
import { noAliases, parseOwners } from '../../../src/core/owners/parse.js';
import { createRepoOwners } from '../../../src/core/owners/queries.js';
import { parseEvents } from '../../../src/handlers/events.js';
import { createHandling } from '../../../src/handlers/dispatch.js';
import { approve } from '../../../src/handlers/approve/plugin.js';
import { BOT, botComment, commentPayload, delivery, pullPayload, signal, snapshot, world } from '../fakes.js';

const file = parseOwners('approvers: [alice]\n', noAliases);
const owners = createRepoOwners(new Map(file ? [['', file]] : []), undefined, 'OWNERS');

function start(plugins: object = {}) {
  const made = world(snapshot({ enabled: ['approve'], plugins: { ...plugins } }), { plugins: [approve], owners: { load: () => Promise.resolve(owners) } });
  made.github.changed = ['x.go'];
  for (const event of parseEvents(delivery('pull_request', pullPayload({ action: 'opened' })))) if (event.kind === 'pull_request') made.github.pulls.set(1, event.pull);
  const handling = createHandling(made.deps);
  const send = async (event: string, payload: object) => {
    made.github.writes.length = 0;
    await handling.run('approve', delivery(event, payload), { signal, attempt: 1 });
    return [...made.github.writes];
  };
  const say = (user: string, body: string, more: object = {}) => {
    const list = made.github.commentsOf.get(1) ?? [];
    made.github.commentsOf.set(1, [...list, { ...botComment(500 + list.length, body), user: { login: user, type: 'User' } }]);
    return send('issue_comment', commentPayload({ body, user, ...more }));
  };
  return { ...made, send, say };
}

test('an approver opens a pull request: label and notification, and the same again changes nothing', async () => {
  const { github, send } = start();
  expect(await send('pull_request', pullPayload({ action: 'opened', author: 'alice' }))).toEqual(['comment', '+approved']);
  const [comment] = github.commentsOf.get(1) ?? [];
  expect(comment?.body).toMatch(/^\[APPROVALNOTIFIER\]/);
  expect(comment?.body).toContain('<!-- META={"approvers":[]} -->');
  expect(await send('pull_request', pullPayload({ action: 'synchronize', author: 'alice', labels: ['approved'] }))).toEqual([]);
});

test('one notification is edited, and the label comes and goes', async () => {
  const { github, send, say } = start();
  expect(await send('pull_request', pullPayload({ action: 'opened' }))).toEqual(['comment']);
  const id = github.commentsOf.get(1)?.[0]?.id ?? 0;
  expect(await say('bob', '/approve')).toEqual([`edit ${id}`]);
  expect(await say('alice', '/approve')).toEqual([`edit ${id}`, '+approved']);
  const [pull] = github.pulls.values();
  if (pull) github.pulls.set(1, { ...pull, labels: ['approved'] });
  github.timeline.push({ event: 'labeled', actor: BOT, label: 'approved', at: '2026-03-01T12:00:00Z' });
  expect(await say('alice', '/approve cancel')).toEqual([`edit ${id}`, '-approved']);
});

test('of a pull request that was just opened only its files are read; late, everything that was said on it, too', async () => {
  const { github, deps, send } = start();
  await send('pull_request', pullPayload({ action: 'opened' }));
  expect(github.reads).toEqual(['files']);
  github.commentsOf.set(1, [{ ...botComment(500, '/approve'), user: { login: 'alice', type: 'User' } }]);
  const late = delivery('pull_request', pullPayload({ action: 'opened' }), { via: 'recovered' });
  github.writes.length = 0;
  await createHandling(deps).run('approve', late, { signal, attempt: 1 });
  expect(github.writes).toEqual(['comment', '+approved']);
});

test('upstream\'s way posts anew', async () => {
  const { github, send, say } = start({ comment_style: 'upstream' });
  await send('pull_request', pullPayload({ action: 'opened' }));
  const id = github.commentsOf.get(1)?.[0]?.id ?? 0;
  expect(await say('alice', '/approve')).toEqual([`delete ${id}`, 'comment', '+approved']);
});

test('a payload that is older than our label does not keep the label', async () => {
  const { github, send } = start();
  github.labelsOf.set(1, new Set(['approved']));
  github.timeline.push({ event: 'labeled', actor: BOT, label: 'approved', at: '2026-03-01T12:00:00Z' });
  expect(await send('pull_request', pullPayload({ action: 'synchronize' }))).toEqual(['comment', '-approved']);
});

test('what a person labelled stays', async () => {
  const { github, send } = start();
  github.labelsOf.set(1, new Set(['approved']));
  github.timeline.push({ event: 'labeled', actor: 'erin', label: 'approved', at: '2026-03-01T12:00:00Z' });
  expect(await send('pull_request', pullPayload({ action: 'labeled', sender: 'erin', labels: ['approved'], more: { label: { name: 'approved' } } }))).toEqual(['comment']);
  expect(github.commentsOf.get(1)?.[0]?.body).toContain('**APPROVED**');
});

test.each<[name: string, event: string, payload: object]>([
  ['another command', 'issue_comment', commentPayload({ body: '/lgtm' })],
  ['a closed pull request', 'issue_comment', commentPayload({ body: '/approve', state: 'closed' })],
  ['an issue', 'issue_comment', commentPayload({ body: '/approve', on: 'issue' })],
  ['an edited comment that never held the command', 'issue_comment', { ...commentPayload({ body: 'Nice!', action: 'edited' }), changes: { body: { from: 'Nice' } } }],
  ['our own comment', 'issue_comment', commentPayload({ body: '/approve', user: BOT })],
  ['another label', 'pull_request', pullPayload({ action: 'labeled', more: { label: { name: 'Approved' } } })],
  ['our own label', 'pull_request', pullPayload({ action: 'labeled', sender: BOT, more: { label: { name: 'approved' } } })],
  ['an edited title', 'pull_request', pullPayload({ action: 'edited', more: { changes: { title: { from: 'x' } } } })],
  ['an edited description with the command in it', 'pull_request', pullPayload({ action: 'edited', body: '/approve', more: { changes: { body: { from: '' } } } })],
  ['the label taken away by us', 'pull_request', pullPayload({ action: 'unlabeled', sender: BOT, more: { label: { name: 'approved' } } })],
  ['another label taken away', 'pull_request', pullPayload({ action: 'unlabeled', sender: 'erin', more: { label: { name: 'lgtm' } } })],
])('4.2.2: %s does nothing', async (_name, event, payload) => {
  const { send, github } = start();
  expect(await send(event, payload)).toEqual([]);
  expect(github.reads).toEqual([]);
});

const reviewed = (over: object, action = 'submitted') => ({ ...pullPayload({ action }), review: { id: 5, user: { login: 'alice', type: 'User' }, state: 'approved', body: '', html_url: 'https://r/5', ...over } });

test.each<{ name: string; payload: object; plugins?: object; runs: boolean }>([
  { name: 'approved', payload: reviewed({}), runs: true },
  { name: 'dismissed', payload: reviewed({ state: 'dismissed' }, 'dismissed'), runs: true },
  { name: 'commented', payload: reviewed({ state: 'commented' }), runs: false },
  { name: 'edited', payload: reviewed({}, 'edited'), runs: false },
  { name: 'by an App', payload: reviewed({ user: { login: 'robot[bot]', type: 'Bot' } }), runs: false },
  { name: 'where reviews do not count', payload: reviewed({}), plugins: { approve: [{ repos: ['o'], ignore_review_state: true }] }, runs: false },
])('4.2.2 a review: $name', async ({ payload, plugins = {}, runs }) => {
  const { send } = start(plugins);
  expect(await send('pull_request_review', payload)).toEqual(runs ? ['comment'] : []);
});

test('a review that holds a command is taken once, as a comment', async () => {
  const { send, github } = start();
  await send('pull_request_review', reviewed({ body: '/approve' }));
  expect(github.reads.filter((read) => read === 'files')).toHaveLength(1);
});

const edited = (from: string, body: string, more: object = {}) => ({ ...commentPayload({ body, action: 'edited', ...more }), changes: { body: { from } } });

test.each<{ name: string; event: string; payload: object; plugins?: object; upstream?: boolean }>([
  { name: 'an approval is edited away', event: 'issue_comment', payload: edited('/approve', 'Never mind.') },
  { name: 'a comment becomes an approval', event: 'issue_comment', payload: edited('Nice!', '/approve') },
  { name: 'an approval is deleted', event: 'issue_comment', payload: commentPayload({ body: '/approve', action: 'deleted' }) },
  { name: 'an /lgtm that counted is deleted', event: 'issue_comment', payload: commentPayload({ body: '/lgtm', action: 'deleted' }), plugins: { approve: [{ repos: ['o'], lgtm_acts_as_approve: true }] } },
  { name: 'an approving review with a command is dismissed', event: 'pull_request_review', payload: reviewed({ state: 'dismissed', body: '/approve' }, 'dismissed') },
  { name: 'an approving review is dismissed', event: 'pull_request_review', payload: reviewed({ state: 'dismissed' }, 'dismissed'), upstream: true },
  { name: 'the base changes', event: 'pull_request', payload: pullPayload({ action: 'edited', more: { changes: { base: { ref: { from: 'main' }, sha: { from: 'x' } } } } }) },
  { name: 'the description names another issue', event: 'pull_request', payload: pullPayload({ action: 'edited', more: { changes: { body: { from: 'Fixes #1' } } } }), plugins: { approve: [{ repos: ['o'], issue_required: true }] } },
  { name: 'somebody takes the label away', event: 'pull_request', payload: pullPayload({ action: 'unlabeled', sender: 'erin', more: { label: { name: 'approved' } } }) },
])('K35: $name: counts at once, in the upstream style only where it does there', async ({ event, payload, plugins = {}, upstream = false }) => {
  expect(await start(plugins).send(event, payload)).toEqual(['comment']);
  expect(await start({ ...plugins, comment_style: 'upstream' }).send(event, payload)).toEqual(upstream ? ['comment'] : []);
});

test('K35: an approval that is deleted, or edited away, takes label and verdict with it', async () => {
  const { github, send, say } = start();
  await send('pull_request', pullPayload({ action: 'opened' }));
  const id = github.commentsOf.get(1)?.[0]?.id ?? 0;
  expect(await say('alice', '/approve')).toEqual([`edit ${id}`, '+approved']);
  github.commentsOf.set(1, (github.commentsOf.get(1) ?? []).map((one) => (one.user.login === 'alice' ? { ...one, body: 'Not yet.' } : one)));
  expect(await send('issue_comment', edited('/approve', 'Not yet.'))).toEqual([`edit ${id}`, '-approved']);
  expect(github.commentsOf.get(1)?.[0]?.body).toContain('**NOT APPROVED**');
  expect(await say('alice', '/approve')).toEqual([`edit ${id}`, '+approved']);
  github.commentsOf.set(1, (github.commentsOf.get(1) ?? []).filter((one) => one.id === id));
  expect(await send('issue_comment', commentPayload({ body: '/approve', action: 'deleted' }))).toEqual([`edit ${id}`, '-approved']);
});

test('K35: a label that somebody took away comes back while the rules are met; a program that took it away is let be', async () => {
  const { github, send } = start();
  await send('pull_request', pullPayload({ action: 'opened', author: 'alice' }));
  github.labelsOf.clear();
  expect(await send('pull_request', pullPayload({ action: 'unlabeled', author: 'alice', sender: 'erin', more: { label: { name: 'approved' } } }))).toEqual(['+approved']);
  github.labelsOf.clear();
  expect(await send('pull_request', pullPayload({ action: 'unlabeled', author: 'alice', more: { label: { name: 'approved' }, sender: { login: 'robot[bot]', type: 'Bot' } } }))).toEqual([]);
});
