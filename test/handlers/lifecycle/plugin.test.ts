import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RemoteError } from '../../../src/core/errors.js';
import { createHandling } from '../../../src/handlers/dispatch.js';
import { decideLabels } from '../../../src/handlers/lifecycle/decide.js';
import { commentPayload, delivery, signal, snapshot, world } from '../fakes.js';

const CLOSE = 'issue {"state":"closed","reason":"completed"}';
const CLOSE_PULL = 'issue {"state":"closed"}';
const NOT_PLANNED = 'issue {"state":"closed","reason":"not_planned"}';
const OPEN = 'issue {"state":"open"}';

interface Case {
  readonly name: string;
  readonly said: Parameters<typeof commentPayload>[0];
  readonly had?: readonly string[];
  readonly config?: object;
  readonly writes: readonly string[];
  readonly says?: string;
}

async function play({ said, had = said.labels ?? [], config = {} }: Case) {
  const { github, deps } = world(snapshot({ enabled: ['lifecycle'], plugins: { ...config } }));
  github.labelsOf.set(1, new Set(had));
  await createHandling(deps).run('lifecycle', delivery('issue_comment', commentPayload(said)), { signal, attempt: 1 });
  return { github, said: github.commentsOf.get(1)?.map(({ body }) => body).join('\n') ?? '' };
}

test.each<Case>([
  { name: 'the author closes an issue', said: { body: '/close', user: 'author', on: 'issue' }, writes: [CLOSE, 'comment'], says: '@author: this issue is closed' },
  { name: 'a collaborator closes a pull request', said: { body: '/CLOSE\r\n', user: 'carol' }, writes: [CLOSE_PULL, 'comment'], says: 'this pull request is closed' },
  { name: 'a stranger does not', said: { body: '/close', user: 'mallory' }, writes: ['comment'], says: 'only its author and collaborators' },
  { name: 'anybody closes what is stale', said: { body: '/close', user: 'mallory', labels: ['lifecycle/stale'] }, writes: [CLOSE_PULL, 'comment'] },
  { name: 'or rotten, though the payload does not know it yet', said: { body: '/close', user: 'mallory' }, had: ['lifecycle/rotten'], writes: [CLOSE_PULL, 'comment'] },
  { name: 'closed already', said: { body: '/close', user: 'author', state: 'closed' }, writes: [] },
  { name: 'not planned', said: { body: '/close not-planned', user: 'author', on: 'issue' }, writes: [NOT_PLANNED, 'comment'], says: 'not planned' },
  { name: 'a pull request cannot be', said: { body: '/close not-planned', user: 'author' }, writes: ['comment'], says: 'cannot be closed as not planned' },
  { name: 'both forms mean not planned', said: { body: '/close\n/close not-planned', user: 'author', on: 'issue' }, writes: [NOT_PLANNED, 'comment'] },
  { name: 'a stranger is refused first', said: { body: '/close not-planned', user: 'mallory' }, writes: ['comment'], says: 'only its author' },
  { name: 'two spaces are no command', said: { body: '/close  not-planned', user: 'author', on: 'issue' }, writes: [] },
  { name: 'the author reopens', said: { body: '/reopen', user: 'author', on: 'issue', state: 'closed' }, writes: [OPEN, 'comment'], says: 'is open again' },
  { name: 'a stranger does not reopen', said: { body: '/reopen', user: 'mallory', state: 'closed' }, writes: ['comment'], says: 'only its author and collaborators of this repository may reopen' },
  { name: 'nor what is stale', said: { body: '/reopen', user: 'mallory', state: 'closed', labels: ['lifecycle/stale'] }, writes: ['comment'] },
  { name: 'open already', said: { body: '/reopen', user: 'author' }, writes: [] },
  { name: 'closing and reopening in one comment is what the state allows', said: { body: '/reopen\n/close', user: 'author', on: 'issue' }, writes: [CLOSE, 'comment'] },
  { name: 'labels and state', said: { body: '/lifecycle rotten\n/close', user: 'mallory', labels: ['lifecycle/stale'] }, writes: ['-lifecycle/stale', '+lifecycle/rotten', CLOSE_PULL, 'comment'] },
  { name: 'edited comments do nothing', said: { body: '/close', user: 'author', action: 'edited' }, writes: [] },

  { name: 'a label', said: { body: '/lifecycle stale', user: 'mallory', on: 'issue' }, writes: ['+lifecycle/stale'] },
  { name: 'in place of the others', said: { body: '/lifecycle active', labels: ['lifecycle/stale', 'lifecycle/frozen', 'kind/bug'], on: 'issue' }, writes: ['-lifecycle/stale', '-lifecycle/frozen', '+lifecycle/active'] },
  { name: 'there already', said: { body: '/lifecycle stale', labels: ['lifecycle/stale', 'lifecycle/rotten'] }, writes: [] },
  { name: 'away', said: { body: '/remove-lifecycle stale', labels: ['lifecycle/stale'] }, writes: ['-lifecycle/stale'] },
  { name: 'not there', said: { body: '/remove-lifecycle stale' }, writes: [] },
  { name: 'line after line', said: { body: '/lifecycle stale\n/lifecycle rotten\n/remove-lifecycle rotten' }, writes: ['+lifecycle/stale', '-lifecycle/stale', '+lifecycle/rotten', '-lifecycle/rotten'] },
  { name: 'closed ones, too', said: { body: '/lifecycle stale', state: 'closed' }, writes: ['+lifecycle/stale'] },
  { name: 'frozen', said: { body: '/lifecycle frozen', on: 'issue' }, writes: ['+lifecycle/frozen'] },
  { name: 'frozen is not for pull requests; later lines are', said: { body: '/lifecycle frozen\n/lifecycle active' }, writes: ['+lifecycle/active', 'comment'], says: 'is for issues only' },
  { name: 'however it is written (K37)', said: { body: '/lifecycle FROZEN' }, writes: ['comment'], says: 'is for issues only' },
  { name: 'and away from one it goes', said: { body: '/remove-lifecycle frozen', labels: ['lifecycle/frozen'] }, writes: ['-lifecycle/frozen'] },
  { name: 'two names', said: { body: '/lifecycle frozen stale' }, writes: [] },
  { name: 'an unknown name', said: { body: '/lifecycle random' }, writes: [] },
  { name: 'no name', said: { body: '/lifecycle' }, writes: [] },
  { name: 'trusted_only: a stranger (K37)', said: { body: '/lifecycle stale', user: 'mallory' }, config: { trusted_only: ['lifecycle'] }, writes: ['comment'], says: 'only people whom I trust' },
  { name: 'trusted_only: a member', said: { body: '/lifecycle stale' }, config: { trusted_only: ['lifecycle'] }, writes: ['+lifecycle/stale'] },
  { name: 'trusted_only of another plugin', said: { body: '/lifecycle stale', user: 'mallory' }, config: { trusted_only: ['hold'] }, writes: ['+lifecycle/stale'] },
])('$name', async (it) => {
  const { github, said } = await play(it);
  expect(github.writes).toEqual(it.writes);
  if (it.says !== undefined) expect(said).toContain(it.says);
});

test('a pull request that GitHub does not reopen: the reason is told, and the label lines have been followed', async () => {
  const { github, deps } = world(snapshot({ enabled: ['lifecycle'] }));
  github.editIssue = () => Promise.reject(new RemoteError('GitHub refused PATCH x: 422 Validation Failed ([{"message":"state cannot be changed. The branch is gone."}])', { service: 'github', status: 422, retry: 'never' }));
  await createHandling(deps).run('lifecycle', delivery('issue_comment', commentPayload({ body: '/reopen\n/lifecycle active', user: 'author', state: 'closed' })), { signal, attempt: 1 });
  expect(github.writes).toEqual(['+lifecycle/active', 'comment']);
  expect(github.commentsOf.get(1)?.[0]?.body).toContain('state cannot be changed. The branch is gone.');
});

test('that somebody is a collaborator cannot be found out: nothing is said, and it is tried again', async () => {
  const { github, deps } = world(snapshot({ enabled: ['lifecycle'] }));
  github.isCollaborator = () => Promise.reject(new RemoteError('away', { service: 'github' }));
  await expect(createHandling(deps).run('lifecycle', delivery('issue_comment', commentPayload({ body: '/close' })), { signal, attempt: 1 })).rejects.toThrow('away');
  expect(github.writes).toEqual([]);
});

test('whatever lines say, at most one of the labels is there once one was set, and the last set one wins', () => {
  const name = fc.constantFrom('active', 'frozen', 'stale', 'rotten');
  const issue = { org: 'o', name: 'r', number: 1 };
  fc.assert(fc.property(fc.array(fc.record({ remove: fc.boolean(), name })), fc.uniqueArray(name), (lines, before) => {
    const now = new Set(before.map((one) => `lifecycle/${one}`));
    for (const action of decideLabels(lines.map((line) => ({ remove: line.remove, label: `lifecycle/${line.name}` })), { issue, isPull: false }, [...now]).flatMap((one) => (one.kind === 'each' ? one.actions : [one]))) {
      if (action.kind === 'label.add') now.add(action.label);
      if (action.kind === 'label.remove') expect(now.delete(action.label)).toBe(true);
    }
    const last = lines.at(-1);
    if (last) expect(now.has(`lifecycle/${last.name}`)).toBe(!last.remove);
    // Two at once can only be left over from before: setting one that is there changes nothing.
    if (before.length <= 1) expect(now.size).toBeLessThanOrEqual(1);
  }));
});
