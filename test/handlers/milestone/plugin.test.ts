import { expect, test } from '@jest/globals';
import { NotFoundError } from '../../../src/core/errors.js';
import { commentPayload } from '../fakes.js';
import { ran, texts } from '../policy.js';

const plugins = { repo_milestone: { 'o/r': { maintainers_team: 'leads', maintainers_friendly_name: 'the leads' }, '': { maintainers_team: 'all' } } };

const run = (body: string, over: Partial<Parameters<typeof ran>[1]> & Readonly<{ user?: string; on?: 'pull' | 'issue'; state?: 'open' | 'closed'; action?: string }> = {}) =>
  ran('milestone', {
    event: 'issue_comment', payload: commentPayload({ body, user: over.user ?? 'Alice', on: over.on ?? 'issue', state: over.state ?? 'open', action: over.action ?? 'created' }), plugins,
    prepare: ({ github }) => {
      github.teams.set('leads', ['alice']);
      github.teams.set('all', ['bob']);
      github.teams.set('7', ['dora']);
      github.openMilestones = [{ number: 4, title: 'v1.1' }, { number: 3, title: 'The next `big` one' }];
    },
    ...over,
  });

test.each<{ name: string; body: string; over?: Parameters<typeof run>[1]; writes: readonly string[] }>([
  { name: 'sets it by title', body: '/milestone v1.1', writes: ['issue {"milestone":4}'] },
  { name: 'titles have spaces', body: 'Well.\r\n/milestone The next `big` one  \r\nThanks', writes: ['issue {"milestone":3}'] },
  { name: 'clears it', body: '/milestone clear', writes: ['issue {"milestone":null}'] },
  { name: 'on pull requests too, whatever their state', body: '/milestone v1.1', over: { on: 'pull', state: 'closed' }, writes: ['issue {"milestone":4}'] },
  { name: 'the first command counts', body: '/milestone v1.1\n/milestone clear', writes: ['issue {"milestone":4}'] },
  { name: 'titles have their case', body: '/milestone V1.1', writes: ['comment'] },
  { name: 'so has the command', body: '/Milestone v1.1', writes: [] },
  { name: 'a title on the next line is none (K12)', body: '/milestone\nv1.1', writes: [] },
  { name: 'edited comments do not count', body: '/milestone v1.1', over: { action: 'edited' }, writes: [] },
  { name: 'a team by its number', body: '/milestone v1.1', over: { user: 'dora', plugins: { repo_milestone: { 'o/r': { maintainers_id: 7 } } } }, writes: ['issue {"milestone":4}'] },
  { name: 'the team under the empty key', body: '/milestone v1.1', over: { user: 'bob', plugins: { repo_milestone: { '': { maintainers_team: 'all' } } } }, writes: ['issue {"milestone":4}'] },
  { name: 'the team of the organisation (K30)', body: '/milestone v1.1', over: { user: 'bob', plugins: { repo_milestone: { o: { maintainers_team: 'all' }, '': { maintainers_team: 'leads' } } } }, writes: ['issue {"milestone":4}'] },
])('$name', async ({ body, over, writes }) => expect((await run(body, over)).github.writes).toEqual(writes));

test('others are told whom to ask', async () => {
  const [text = ''] = texts(await run('/milestone v1.1', { user: 'bob' }));
  expect(text).toMatch(/^@bob: only members of the team \[o\/leads\]\(https:\/\/github\.com\/orgs\/o\/teams\/leads\/members\)/);
  expect(text).toContain('Ask the leads');
});

test('an unknown title is answered with the open ones, in order and as code', async () => {
  const [text = ''] = texts(await run('/milestone @everybody'));
  expect(text).toContain('no open milestone `@everybody`');
  expect(text.indexOf('- `` The next `big` one ``')).toBeGreaterThan(0);
  expect(text.indexOf('- `v1.1`')).toBeGreaterThan(text.indexOf('- `` The next'));
  expect(text).toContain('/milestone clear');
});

test.each([{}, { repo_milestone: { 'o/r': {} } }])('without a team nobody may, and is told so: %j (K30)', async (none) => {
  const made = await run('/milestone v1.1', { plugins: none });
  expect(texts(made)[0]).toContain('names no team');
  expect(made.github.reads).toEqual([]);
});

test('a team that cannot be read is an error, not a refusal', async () => {
  await expect(run('/milestone v1.1', { plugins: { repo_milestone: { '': { maintainers_team: 'nobody' } } } })).rejects.toThrow(NotFoundError);
});

test('what it costs', async () => {
  expect((await run('/milestone v1.1')).github.reads).toEqual(['teamMembers', 'milestones']);
  expect((await run('/milestone clear')).github.reads).toEqual(['teamMembers']);
});
