import { expect, test } from '@jest/globals';
import { RemoteError } from '../../../src/core/errors.js';
import { noAliases, parseOwners } from '../../../src/core/owners/parse.js';
import { createRepoOwners } from '../../../src/core/owners/queries.js';
import { createHandling } from '../../../src/handlers/dispatch.js';
import { parseEvents } from '../../../src/handlers/events.js';
import { wantOf } from '../../../src/handlers/lgtm/decide.js';
import { lgtm } from '../../../src/handlers/lgtm/plugin.js';
import { BOT, botComment, commentPayload, delivery, pullPayload, signal, snapshot, world } from '../fakes.js';

test.each<[body: string, want: 'add' | 'remove' | undefined]>([
  ['/lgtm', 'add'], ['/LGTM', 'add'], ['/lgtm ', 'add'], ['/lgtm no-issue \r', 'add'], ['Nice!\r\n/lgtm\r\n', 'add'], ['```\n/lgtm\n```', undefined], ['<!-- /lgtm -->', undefined], ['/lgtm cancel\n/lgtm', 'add'],
  ['/lgtm cancel', 'remove'], ['/remove-lgtm', 'remove'], ['/lgtm cancel please', undefined], ['> /lgtm', undefined], ['please /lgtm', undefined], ['/lgtm it', undefined], ['/lgtmcancel', undefined],
])('4.3: %j asks for %s', (body, want) => expect(wantOf(body)).toBe(want));

const file = parseOwners('approvers: [ann]\nreviewers: [Rob]\n', noAliases);
const owners = createRepoOwners(new Map(file ? [['', file]] : []), undefined, 'OWNERS');
const tree = (hash: string) => `LGTM label has been added.  <details>Git tree hash: ${hash}</details>`;

function start(plugins: object = {}) {
  const made = world(snapshot({ enabled: ['lgtm'], plugins: { ...plugins } }), { plugins: [lgtm], owners: { load: () => Promise.resolve(owners) } });
  made.github.collaborating.add('bob');
  made.github.changed = ['x.go'];
  for (const event of parseEvents(delivery('pull_request', pullPayload({ action: 'opened' })))) if (event.kind === 'pull_request') made.github.pulls.set(1, event.pull);
  const handling = createHandling(made.deps);
  const send = async (event: string, payload: object) => {
    made.github.writes.length = 0;
    await handling.run('lgtm', delivery(event, payload), { signal, attempt: 1 });
    return [...made.github.writes];
  };
  const say = (user: string, body: string, more: object = {}) => send('issue_comment', commentPayload({ body, user, ...more }));
  return { ...made, send, say, bodies: () => (made.github.commentsOf.get(1) ?? []).map((comment) => comment.body) };
}

test.each<{ name: string; user: string; body: string; had?: boolean; labels?: readonly string[]; style?: 'upstream'; writes: readonly string[]; reply?: RegExp }>([
  { name: 'a collaborator', user: 'bob', body: '/lgtm', writes: ['assign bob', '+lgtm'] },
  { name: 'a collaborator cancels, and is no reviewer for that (K33)', user: 'bob', body: '/lgtm cancel', had: true, labels: ['LGTM'], writes: ['-lgtm'] },
  { name: 'a collaborator, for nothing (K33)', user: 'bob', body: '/lgtm', had: true, labels: ['lgtm'], writes: [] },
  { name: 'a payload that knows too little', user: 'bob', body: '/lgtm cancel', had: true, writes: ['-lgtm'] },
  { name: '4.3.4: who cancels is assigned in the upstream style', user: 'bob', body: '/lgtm cancel', had: true, labels: ['lgtm'], style: 'upstream', writes: ['assign bob', '-lgtm'] },
  { name: '4.3.4: so is who changes nothing', user: 'bob', body: '/lgtm', had: true, labels: ['lgtm'], style: 'upstream', writes: ['assign bob'] },
  { name: '4.3.4: and who cancels what is not there', user: 'bob', body: '/remove-lgtm', style: 'upstream', writes: ['assign bob'] },
  { name: '4.3.8: nothing to cancel', user: 'bob', body: '/lgtm cancel', writes: [] },
  { name: '4.3.1: an author is compared exactly', user: 'Author', body: '/lgtm', writes: ['comment'], reply: /only collaborators/ },
  { name: 'the author', user: 'author', body: '/lgtm', writes: ['comment'], reply: /^@author: authors cannot/ },
  { name: 'the author cancels', user: 'author', body: '/remove-lgtm', had: true, labels: ['lgtm'], writes: ['-lgtm'] },
  { name: 'a stranger', user: 'stranger', body: '/lgtm', writes: ['comment'], reply: /^@stranger: only collaborators/ },
  { name: 'a stranger cancels', user: 'stranger', body: '/lgtm cancel', had: true, labels: ['lgtm'], writes: ['comment'], reply: /only collaborators/ },
])('$name', async ({ user, body, had = false, labels = [], style, writes, reply }) => {
  const { github, say, bodies } = start(style ? { comment_style: style } : {});
  if (had) github.labelsOf.set(1, new Set(['lgtm']));
  expect(await say(user, body, { labels })).toEqual(writes);
  if (reply) expect(bodies()[0]).toMatch(reply);
});

test.each([
  ['a closed pull request', { state: 'closed' }], ['an issue', { on: 'issue' }], ['an edited comment', { action: 'edited' }],
])('%s: nothing', async (_name, more) => expect(await start().say('bob', '/lgtm', more)).toEqual([]));

test('somebody who is assigned already is not assigned again', async () => {
  const { send } = start();
  const payload = commentPayload({ body: '/lgtm', user: 'bob' }) as { issue: object };
  expect(await send('issue_comment', { ...payload, issue: { ...payload.issue, assignees: [{ login: 'Bob' }] } })).toEqual(['+lgtm']);
});

test('that GitHub cannot say who is a collaborator is an error', async () => {
  const { github, say } = start();
  github.isCollaborator = () => Promise.reject(new RemoteError('down', { service: 'github' }));
  await expect(say('bob', '/lgtm')).rejects.toThrow('down');
  expect(github.writes).toEqual([]);
});

test.each<[user: string, writes: readonly string[]]>([['rob', ['+lgtm']], ['Ann', ['+lgtm']], ['bob', ['comment']]])('where only owners count, %s', async (user, writes) => {
  const { say } = start({ owners: { skip_collaborators: ['o'] } });
  expect(await say(user, '/lgtm')).toEqual(writes);
});

const reviewed = (review: object, labels: readonly string[] = []) => ({ ...pullPayload({ action: 'submitted', labels }), review: { id: 5, user: { login: 'bob', type: 'User' }, state: 'approved', body: '', html_url: 'https://r/5', ...review } });
const acting = { lgtm: [{ repos: ['o/r'], review_acts_as_lgtm: true }] };

test.each<{ name: string; review: object; labels?: readonly string[]; plugins?: object; writes: readonly string[] }>([
  { name: 'approved', review: {}, writes: ['assign bob', '+lgtm'] },
  { name: 'changes requested', review: { state: 'changes_requested' }, labels: ['lgtm'], writes: ['-lgtm'] },
  { name: 'changes requested, as upstream has it', review: { state: 'changes_requested' }, labels: ['lgtm'], plugins: { ...acting, comment_style: 'upstream' }, writes: ['assign bob', '-lgtm'] },
  { name: 'by the author', review: { user: { login: 'author', type: 'User' } }, writes: ['comment'] },
  { name: 'dismissed', review: { state: 'dismissed' }, labels: ['lgtm'], writes: [] },
  { name: 'commented', review: { state: 'commented' }, writes: [] },
  { name: 'commented with a command', review: { state: 'commented', body: '/lgtm' }, writes: ['assign bob', '+lgtm'] },
  { name: 'approved, but the command says otherwise', review: { body: '/lgtm cancel' }, labels: ['lgtm'], writes: ['-lgtm'] },
  { name: 'by an App', review: { user: { login: 'robot[bot]', type: 'Bot' } }, writes: [] },
  { name: 'where reviews do not count', review: {}, plugins: {}, writes: [] },
])('4.3 a review: $name', async ({ review, labels = [], plugins = acting, writes }) => {
  const { github, send } = start(plugins);
  github.labelsOf.set(1, new Set(labels));
  expect(await send('pull_request_review', reviewed(review, labels))).toEqual(writes);
});

const push = (labels: readonly string[], more: object = {}) => pullPayload({ action: 'synchronize', labels, ...more });
const storing = { lgtm: [{ repos: ['o'], store_tree_hash: true }] };

test('a push takes the label away, says so once, and the next /lgtm tidies up', async () => {
  const { send, say, bodies } = start();
  expect(await send('pull_request', push(['lgtm']))).toEqual(['-lgtm', 'comment']);
  expect(bodies()[0]).not.toMatch(/@|<details/);
  expect(await say('bob', '/lgtm')).toEqual(['assign bob', '+lgtm', expect.stringMatching(/^delete /)]);
  expect(bodies()).toEqual([]);
});

test('a push without the label does nothing; a label that the payload does not know yet goes', async () => {
  const { github, send } = start();
  expect(await send('pull_request', push([]))).toEqual([]);
  github.labelsOf.set(1, new Set(['lgtm']));
  expect(await send('pull_request', push([]))).toEqual(['-lgtm', 'comment']);
});

test.each<{ name: string; comments: readonly (readonly [body: string, edited: boolean])[]; kept: boolean }>([
  { name: 'the same tree', comments: [[tree('tree'), false]], kept: true },
  { name: 'the same tree, with more around it', comments: [[`${tree('tree')}\r\n\r\n<!-- prow:lgtm/tree-hash -->`, false]], kept: true },
  { name: 'another tree', comments: [[tree('other'), false]], kept: false },
  { name: 'the last one counts', comments: [[tree('tree'), false], [tree('other'), false]], kept: false },
  { name: 'an edited one proves nothing', comments: [[tree('tree'), true]], kept: false },
  { name: 'none', comments: [], kept: false },
])('4.3 a push with remembered trees: $name', async ({ comments, kept }) => {
  const { github, send } = start(storing);
  github.commentsOf.set(1, comments.map(([body, edited], n) => ({ ...botComment(n + 1, body), ...(edited ? { updatedAt: '2026-03-01T13:00:00Z' } : {}) })));
  // The news of the removal takes the place of what was remembered: one comment at a time.
  expect(await send('pull_request', push(['lgtm']))).toEqual(kept ? [] : ['-lgtm', 'comment', ...comments.map((_, n) => `delete ${n + 1}`)]);
  if (!kept) expect((github.commentsOf.get(1) ?? []).map(({ body }) => body)).toEqual([expect.stringContaining('has been removed. A reviewer adds it again with `/lgtm`.')]);
});

test('somebody else\'s words about a tree prove nothing', async () => {
  const { github, send } = start(storing);
  github.commentsOf.set(1, [{ ...botComment(1, tree('tree')), user: { login: 'author', type: 'User' } }]);
  expect(await send('pull_request', push(['lgtm']))).toEqual(['-lgtm', 'comment']);
});

test('a tree is remembered once, and forgotten when the label is taken back', async () => {
  const { github, say, send, bodies } = start(storing);
  expect(await say('bob', '/lgtm')).toEqual(['assign bob', '+lgtm', 'comment']);
  expect(bodies()).toEqual([expect.stringContaining(tree('tree'))]);
  github.labelsOf.clear();
  expect(await say('bob', '/lgtm')).toEqual(['assign bob', '+lgtm', expect.stringMatching(/^delete /), 'comment']);
  const payload = commentPayload({ body: '/lgtm cancel', user: 'bob', labels: ['lgtm'] }) as { issue: object };
  const assigned = { ...payload, issue: { ...payload.issue, assignees: [{ login: 'bob' }, { login: 'author' }] } };
  expect(await send('issue_comment', assigned)).toEqual(['-lgtm', 'review bob', expect.stringMatching(/^delete /)]);
  expect(bodies()).toEqual([]);
});

test.each<{ name: string; member: boolean | Error; writes: readonly string[] }>([
  { name: 'a member', member: true, writes: [] }, { name: 'somebody else', member: false, writes: ['-lgtm', 'comment'] }, { name: 'nobody can say', member: new RemoteError('down', { service: 'github' }), writes: ['-lgtm', 'comment'] },
])('sticky for a team: $name', async ({ member, writes }) => {
  const { github, send } = start({ lgtm: [{ repos: ['o'], trusted_team_for_sticky_lgtm: 'Trusted' }] });
  github.isTeamMember = (org, team, login) => (member instanceof Error ? Promise.reject(member) : Promise.resolve(member && org === 'o' && team === 'Trusted' && login === 'author'));
  expect(await send('pull_request', push(['lgtm']))).toEqual(writes);
});

test('4.3: with upstream\'s style a tree is noted with each /lgtm, and a push leaves the notes', async () => {
  const { github, say, send, bodies } = start({ ...storing, comment_style: 'upstream' });
  await say('bob', '/lgtm');
  github.labelsOf.clear();
  expect(await say('bob', '/lgtm')).toEqual(['assign bob', '+lgtm', 'comment']);
  github.treeSha = () => Promise.resolve('other');
  expect(await send('pull_request', push(['lgtm']))).toEqual(['-lgtm', 'comment']);
  expect(bodies()).toEqual([expect.stringContaining(tree('tree')), expect.stringContaining(tree('tree')), expect.stringContaining('has been removed')]);
});

test('4.3: on a push assignees are asked again; that this fails keeps nobody from knowing (K33)', async () => {
  const { github, send } = start(storing);
  const payload = push(['lgtm']) as { pull_request: object };
  const assigned = { ...payload, pull_request: { ...payload.pull_request, assignees: [{ login: 'bob' }, { login: 'author' }] } };
  expect(await send('pull_request', assigned)).toEqual(['-lgtm', 'review bob', 'comment']);
  github.commentsOf.clear();
  github.requestReview = () => Promise.reject(new RemoteError('no', { service: 'github' }));
  await expect(send('pull_request', assigned)).rejects.toThrow('no');
  expect(github.writes).toEqual(['-lgtm', 'comment']);
});

test('4.3: a merged pull request keeps its label', async () => {
  const { send } = start();
  const payload = push(['lgtm']) as { pull_request: object };
  expect(await send('pull_request', { ...payload, pull_request: { ...payload.pull_request, merged: true, state: 'closed' } })).toEqual([]);
});

test('4.3.7: the label of a member of the sticky team has no note of its tree', async () => {
  const { github, say } = start({ lgtm: [{ repos: ['o'], store_tree_hash: true, trusted_team_for_sticky_lgtm: 'Trusted' }] });
  github.isTeamMember = () => Promise.resolve(true);
  expect(await say('bob', '/lgtm')).toEqual(['assign bob', '+lgtm']);
});

test('our own review does not count', async () => {
  const { send } = start(acting);
  expect(await send('pull_request_review', reviewed({ user: { login: BOT, type: 'User' } }))).toEqual([]);
});
