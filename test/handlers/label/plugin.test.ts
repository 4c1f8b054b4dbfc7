import { expect, test } from '@jest/globals';
import { RemoteError } from '../../../src/core/errors.js';
import { createHandling } from '../../../src/handlers/dispatch.js';
import { refusedText } from '../../../src/handlers/label/text.js';
import { BOT, commentPayload, delivery, pullPayload, signal, snapshot, world } from '../fakes.js';

const KNOWN = ['kind/bug', 'kind/feature', 'area/infra', 'area/api', 'sig/testing', 'sig/node', 'priority/low', 'triage/accepted', 'triage/needs-information', 'wg/policy', 'committee/steering', 'language/zh',
  'needs-kind', 'needs-sig', 'api-review', 'Community/Discussion', 'kind/deprecation', 'cherry-pick-approved'];
const LABELS = {
  additional_labels: ['api-review', 'community/discussion', 'not-there'],
  restricted_labels: {
    '*': [{ label: 'cherry-pick-approved', allowed_users: ['Release-Manager'] }],
    'o/r': [{ label: 'kind/deprecation', allowed_users: ['dora'], allowed_teams: ['masters', 'gone'], assign_on: [{ label: 'Area/Api' }] }],
  },
};

interface Case {
  readonly name: string;
  readonly body: string;
  readonly user?: string;
  readonly had?: readonly string[];
  readonly said?: Partial<Parameters<typeof commentPayload>[0]>;
  readonly writes: readonly string[];
  /** In the comments, each. */
  readonly says?: readonly string[];
  readonly style?: 'quiet' | 'upstream';
}

function start(style: 'quiet' | 'upstream' = 'quiet', label: object = LABELS) {
  const made = world(snapshot({ enabled: ['label'], plugins: { comment_style: style, label } }));
  made.github.known = KNOWN;
  made.github.teams.set('masters', ['Bob']);
  return made;
}

async function play({ body, user = 'mallory', had = [], said = {}, style }: Case) {
  const { github, deps } = start(style);
  github.labelsOf.set(1, new Set(had));
  await createHandling(deps).run('label', delivery('issue_comment', commentPayload({ body, user, labels: had, ...said })), { signal, attempt: 1 });
  return { github, answers: (github.commentsOf.get(1) ?? []).map((comment) => comment.body) };
}

const ALL = ['area', 'committee', 'kind', 'language', 'priority', 'sig', 'triage', 'wg'];

test.each<Case>([
  { name: 'one of each kind', body: '/kind bug\n/area infra\n/priority low\n/sig testing\n/wg policy\n/committee steering\n/language zh\n/triage needs-information', writes: ['+kind/bug', '+area/infra', '+priority/low', '+sig/testing', '+wg/policy', '+committee/steering', '+language/zh', '+triage/needs-information'] },
  { name: 'several at once', body: '/sig testing node', writes: ['+sig/testing', '+sig/node'] },
  { name: 'on issues', body: '/kind bug', said: { on: 'issue' }, writes: ['+kind/bug'] },
  { name: 'on closed ones', body: '/kind bug', said: { on: 'issue', state: 'closed' }, writes: ['+kind/bug'] },
  { name: 'values in any case', body: '/kind BuG   ', writes: ['+kind/bug'] },
  { name: 'commands in one case only', body: '/KIND bug', writes: [] },
  { name: 'CRLF', body: 'ok\r\n/priority low\r\n', writes: ['+priority/low'] },
  { name: 'there already', body: '/kind bug', had: ['Kind/Bug'], writes: [] },
  { name: 'twice', body: '/kind bug\n/kind bug bug', writes: ['+kind/bug'] },
  { name: 'no name', body: '/area', writes: [] },
  { name: 'several spaces and tabs (K12)', body: '/sig   testing\t node', writes: ['+sig/testing', '+sig/node'] },
  { name: 'the next line is another command (K12)', body: '/kind\n/area infra', writes: ['+area/infra'] },
  { name: 'a longer word is another command (K12)', body: '/kindly bug\n/sigh node', writes: [] },
  { name: 'in the upstream style, what several spaces hide is missed', body: '/sig   testing', style: 'upstream', writes: ['+sig/testing', 'comment'], says: ['`sig/`'] },
  { name: 'not in the repository, with one that is', body: '/area lgtm infra', writes: ['+area/infra', 'comment'], says: ['The label `area/lgtm` cannot be set'] },
  { name: 'hidden in comments, which end where they end', body: '<!--\n/kind bug\n-->\n/kind feature\n<!-- /area infra -->', writes: ['+kind/feature'] },
  { name: 'edited', body: '/kind bug', said: { action: 'edited' }, writes: [] },

  { name: 'removed', body: '/remove-kind bug\n/remove-sig testing node', had: ['kind/bug', 'sig/testing', 'sig/node', 'kind/feature'], writes: ['+needs-sig', '-kind/bug', '-sig/testing', '-sig/node'] },
  { name: 'not on the item', body: '/remove-area api', writes: ['comment'], says: ['The label `area/api` cannot be taken away: it is not set here.'] },
  { name: 'not in the repository but on the item', body: '/remove-area gone', had: ['area/gone'], writes: [] },
  { name: 'both of one label: judged by what is there', body: '/remove-area api\n/area api', had: ['area/api'], writes: ['-area/api'] },
  { name: 'the last one of a needed kind', body: '/remove-sig testing', had: ['Sig/Testing'], writes: ['+needs-sig', '-sig/testing'] },
  { name: 'one of several of a needed kind', body: '/remove-sig testing', had: ['sig/testing', 'SIG/Node'], writes: ['-sig/testing'] },
  { name: 'with another one in its place', body: '/remove-sig testing\n/sig node', had: ['sig/testing'], writes: ['+sig/node', '-sig/testing'] },
  { name: 'of a kind that needs none here', body: '/remove-priority low', had: ['priority/low'], writes: ['-priority/low'] },
  { name: 'needed already', body: '/remove-sig testing', had: ['sig/testing', 'needs-sig'], writes: ['-sig/testing'] },
  { name: 'a removal that is refused leaves nothing to need (K39)', body: '/remove-kind deprecation', had: ['kind/deprecation'], writes: ['comment'], says: ['`kind/deprecation` is for some people only'] },

  { name: '/label', body: '/label api-review', writes: ['+api-review'] },
  { name: '/label in any case, as the repository spells it', body: '/label COMMUNITY/discussion\r\n', writes: ['+Community/Discussion'] },
  { name: '/remove-label', body: '/remove-label api-review', had: ['api-review'], writes: ['-api-review'] },
  { name: '/label of what is not configured', body: '/label kind/bug', writes: ['comment'], says: ['do not know `kind/bug`. They can be used with `api-review`, `community/discussion`, `not-there`, `cherry-pick-approved`, `kind/deprecation`.'] },
  { name: '/label with two words', body: '/label api-review kind/bug', writes: [] },
  { name: '/label without any', body: '/label', writes: [] },
  { name: '/label of what the repository lacks', body: '/label not-there', writes: ['comment'], says: ['the repository has no such label'] },

  { name: 'a restricted label, by a stranger', body: '/label cherry-pick-approved', writes: ['comment'], says: ['Please assign somebody who may set it, such as `Release-Manager`'] },
  { name: 'by whom it is for, in any case', body: '/label cherry-pick-approved', user: 'release-manager', writes: ['+cherry-pick-approved'] },
  { name: 'by a member of a team', body: '/kind deprecation', user: 'bob', writes: ['+kind/deprecation'] },
  { name: 'by somebody else: the teams are named', body: '/kind deprecation', user: 'alice', writes: ['comment'], says: ['one of the teams `masters`, `gone`'] },
  { name: 'removing is restricted as well', body: '/remove-label cherry-pick-approved', had: ['cherry-pick-approved'], writes: ['comment'] },
  { name: 'a restricted label that is there needs no right', body: '/label cherry-pick-approved', had: ['cherry-pick-approved'], writes: [] },

  { name: 'accepted, by a stranger', body: '/triage accepted', writes: ['comment'], says: ['`triage/accepted` is for members'] },
  { name: 'accepted, by a collaborator', body: '/triage needs-information accepted', user: 'carol', writes: ['+triage/needs-information', 'comment'] },
  { name: 'accepted, by a member', body: '/triage accepted', user: 'alice', writes: ['+triage/accepted'] },

  {
    name: 'everything that went wrong is told, in one comment (K39)', body: '/label nonsense\n/area none\n/remove-area api\n/triage accepted\n/label cherry-pick-approved\n/kind deprecation bug', writes: ['+kind/bug', 'comment'],
    says: ['`nonsense`', '`area/none`', '`area/api`', '`triage/accepted`', '`cherry-pick-approved` is', '`kind/deprecation` is'],
  },
  { name: 'in the upstream style a comment for each restricted label and one for the rest', body: '/label nonsense\n/area none\n/label cherry-pick-approved\n/kind deprecation', style: 'upstream', writes: ['comment', 'comment', 'comment'] },
])('$name', async (it) => {
  const { github, answers } = await play(it);
  expect(github.writes).toEqual(it.writes);
  for (const text of it.says ?? []) expect(answers.join('\n')).toContain(text);
  if (github.writes.includes('comment')) expect(answers[0]).toContain(`@${it.user ?? 'mallory'}: `);
  // What a command costs: labels of the item and of the repository; rights are remembered by the client.
  expect(github.reads.filter((read) => read === 'labels' || read === 'repoLabels').length).toBeLessThanOrEqual(2);
});

test.each(ALL)('/%s and /remove-%s are one kind', async (kind) => {
  const { github, deps } = start();
  github.known = [`${kind}/x`];
  const handling = createHandling(deps);
  await handling.run('label', delivery('issue_comment', commentPayload({ body: `/${kind} x` })), { signal, attempt: 1 });
  await handling.run('label', delivery('issue_comment', commentPayload({ body: `/remove-${kind} x` })), { signal, attempt: 1 });
  expect(github.writes).toEqual([`+${kind}/x`, `-${kind}/x`]);
});

test('a label that cannot be set does not keep the others away, and is tried again', async () => {
  const { github, deps } = start();
  const add = github.addLabel;
  github.addLabel = (ref, label, options) => (label === 'kind/bug' ? Promise.reject(new RemoteError('away', { service: 'github' })) : add(ref, label, options));
  await expect(createHandling(deps).run('label', delivery('issue_comment', commentPayload({ body: '/kind bug\n/area infra' })), { signal, attempt: 1 })).rejects.toThrow('away');
  expect(github.writes).toEqual(['+area/infra']);
});

test('words of strangers stay code', async () => {
  const { answers } = await play({ name: '', body: '/label `@all`', writes: [] });
  expect(answers[0]).toContain("do not know `'@all'`");
});

test('whoever may set a label is asked in turn, twenty at most', () => {
  const rule = { label: 'x', allowed_teams: [], allowed_users: Array.from({ length: 30 }, (_, n) => `u${n}`), assign_on: [] };
  const named = (turn: number) => [...refusedText(rule, turn).matchAll(/`(u\d+)`/g)].map(([, user]) => user);
  expect(named(0)).toHaveLength(20);
  expect(named(25).slice(0, 6)).toEqual(['u25', 'u26', 'u27', 'u28', 'u29', 'u0']);
  expect(refusedText({ ...rule, allowed_users: [] }, 3)).toContain('names nobody');
});

test.each<{ name: string; label: string; assignees?: readonly string[]; writes: readonly string[] }>([
  { name: 'the label that asks for them', label: 'area/api', writes: ['assign dora'] },
  { name: 'another one', label: 'area/infra', writes: [] },
  { name: 'assigned already', label: 'area/api', assignees: ['Dora'], writes: [] },
])('assign_on: $name', async ({ label, assignees = [], writes }) => {
  const { github, deps } = start();
  const payload = pullPayload({ action: 'labeled', more: { label: { name: label } } }) as { pull_request: { assignees: readonly object[] } };
  payload.pull_request.assignees = assignees.map((login) => ({ login }));
  await createHandling(deps).run('label', delivery('pull_request', payload), { signal, attempt: 1 });
  expect(github.writes).toEqual(writes);
});

const issuePayload = (action: string, label: string, sender: string) => ({
  action, label: { name: label }, sender: { login: sender, type: 'User' }, repository: { name: 'r', owner: { login: 'o' } },
  issue: { number: 1, title: 't', state: 'open', body: '', user: { login: 'author' }, labels: [], assignees: [] },
});

test.each<{ name: string; on: 'issues' | 'pull_request'; action: string; label?: string; sender: string; enforce?: boolean; writes: readonly string[] }>([
  { name: 'set by hand', on: 'issues', action: 'labeled', sender: 'mallory', writes: ['-cherry-pick-approved', 'comment'] },
  { name: 'set by hand on a pull request', on: 'pull_request', action: 'labeled', sender: 'mallory', writes: ['-cherry-pick-approved', 'comment'] },
  { name: 'taken away by hand', on: 'issues', action: 'unlabeled', sender: 'mallory', writes: ['+cherry-pick-approved', 'comment'] },
  { name: 'by somebody who may', on: 'issues', action: 'labeled', sender: 'Release-manager', writes: [] },
  { name: 'by the bot', on: 'issues', action: 'unlabeled', sender: BOT, writes: [] },
  { name: 'another label', on: 'issues', action: 'labeled', label: 'kind/bug', sender: 'mallory', writes: [] },
  { name: 'not asked for', on: 'issues', action: 'labeled', sender: 'mallory', enforce: false, writes: [] },
  { name: 'another action', on: 'issues', action: 'edited', sender: 'mallory', writes: [] },
])('enforce_restricted_labels (K39): $name', async ({ on, action, label = 'cherry-pick-approved', sender, enforce = true, writes }) => {
  const { github, deps } = start('quiet', { ...LABELS, enforce_restricted_labels: enforce });
  const payload = on === 'issues' ? issuePayload(action, label, sender) : pullPayload({ action, sender, more: { label: { name: label } } });
  await createHandling(deps).run('label', delivery(on, payload), { signal, attempt: 1 });
  expect(github.writes).toEqual(writes);
});
