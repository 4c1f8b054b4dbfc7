import { expect, test } from '@jest/globals';
import { RemoteError } from '../../../src/core/errors.js';
import { createHandling } from '../../../src/handlers/dispatch.js';
import { commentPayload, delivery, signal, snapshot, world } from '../fakes.js';

const pull = (title: string) => `pull ${JSON.stringify({ title })}`;
const REFUSED = ['comment'];

interface Case {
  readonly name: string;
  readonly said: Parameters<typeof commentPayload>[0];
  readonly config?: object;
  readonly writes: readonly string[];
  readonly says?: string;
}

test.each<Case>([
  { name: 'a pull request gets its title and nothing else (K27)', said: { body: '/retitle A better title' }, writes: [pull('A better title')] },
  { name: 'so does an issue', said: { body: '/retitle A better title', on: 'issue' }, writes: ['issue {"title":"A better title"}'] },
  { name: 'white space around it', said: { body: '/RETITLE \t Also better  \r\nthanks' }, writes: [pull('Also better')] },
  { name: 'the first one counts', said: { body: '/retitle one\n/retitle two' }, writes: [pull('one')] },
  { name: 'collaborators are trusted', said: { body: '/retitle x', user: 'carol' }, writes: [pull('x')] },
  { name: 'unless only members are', said: { body: '/retitle x', user: 'carol' }, config: { triggers: [{ repos: ['o'], only_org_members: true }] }, writes: REFUSED, says: 'only people whom I trust' },
  { name: 'a stranger', said: { body: '/retitle x', user: 'mallory' }, writes: REFUSED, says: 'only people whom I trust' },
  { name: 'a stranger who is the author', said: { body: '/retitle x', user: 'author' }, writes: REFUSED, says: 'Authors can edit their titles' },
  { name: 'no title', said: { body: '/retitle' }, writes: REFUSED, says: 'wants the new title' },
  { name: 'only white space', said: { body: '/retitle  \r\n' }, writes: REFUSED, says: 'wants the new title' },
  { name: 'a title on the next line is none (K12)', said: { body: '/retitle\nx' }, writes: REFUSED, says: 'wants the new title' },
  { name: 'a longer word is another command (K12)', said: { body: '/retitled x' }, writes: [] },
  { name: 'a title that closes issues', said: { body: '/retitle fixes #12' }, writes: REFUSED, says: 'must not close issues' },
  { name: 'one that only looks like it (K26)', said: { body: '/retitle A prefix #12' }, writes: [pull('A prefix #12')] },
  { name: 'closed', said: { body: '/retitle x', state: 'closed' }, writes: [] },
  { name: 'closed, where that is allowed', said: { body: '/retitle x', state: 'closed' }, config: { retitle: { allow_closed_issues: true } }, writes: [pull('x')] },
  { name: 'edited', said: { body: '/retitle x', action: 'edited' }, writes: [] },
  { name: 'in the middle of a line', said: { body: 'do /retitle x' }, writes: [] },
])('$name', async ({ said, config = {}, writes, says }) => {
  const { github, deps } = world(snapshot({ enabled: ['retitle'], plugins: { ...config } }));
  await createHandling(deps).run('retitle', delivery('issue_comment', commentPayload(said)), { signal, attempt: 1 });
  expect(github.writes).toEqual(writes);
  if (says !== undefined) expect(github.commentsOf.get(1)?.[0]?.body).toContain(says);
});

test('what GitHub refuses is told to whoever asked', async () => {
  const { github, deps } = world(snapshot({ enabled: ['retitle'] }));
  github.editPull = () => Promise.reject(new RemoteError('GitHub refused PATCH x: 422 Validation Failed ([{"field":"title","message":"title is too long (maximum is 256 characters)"}])', { service: 'github', status: 422, retry: 'never' }));
  await createHandling(deps).run('retitle', delivery('issue_comment', commentPayload({ body: `/retitle ${'x'.repeat(300)}` })), { signal, attempt: 1 });
  expect(github.writes).toEqual(['comment']);
  expect(github.commentsOf.get(1)?.[0]?.body).toContain('@alice: GitHub refuses this: title is too long (maximum is 256 characters)');
});

test('that trust cannot be found out is an error, and nobody is told otherwise', async () => {
  const { github, deps } = world(snapshot({ enabled: ['retitle'] }));
  github.isMember = () => Promise.reject(new RemoteError('away', { service: 'github' }));
  await expect(createHandling(deps).run('retitle', delivery('issue_comment', commentPayload({ body: '/retitle x' })), { signal, attempt: 1 })).rejects.toThrow('away');
  expect(github.writes).toEqual([]);
});
