import { expect, test } from '@jest/globals';
import { RemoteError } from '../../../src/core/errors.js';
import type { Comment } from '../../../src/core/ports/github.js';
import { ACTION_REQUIRED, DEPRECATION, NEEDED, NONE, NOTE } from '../../../src/handlers/releasenote/note.js';
import { parseEvents } from '../../../src/handlers/events.js';
import { botComment, commentPayload, type World } from '../fakes.js';
import { pull, ran, texts } from '../policy.js';

const fenced = (text: string): string => `\`\`\`release-note\r\n${text}\r\n\`\`\`\r\n`;
const by = (login: string, body: string): Comment => ({ ...botComment(50, body), user: { login, type: 'User' } });
const UPSTREAM = 'Adding the label because no release-note block was detected, please follow it.';

type Over = Readonly<{ action?: string; body?: string; had?: readonly string[]; said?: readonly (string | Comment)[]; base?: string; defaultBranch?: string; more?: object; over?: object; style?: string; prepare?: (world: World) => void }>;
const run = ({ action = 'edited', body = '', had = [], said = [], base = 'main', defaultBranch = 'main', more = {}, over = {}, style = 'quiet', prepare }: Over = {}) =>
  ran('release-note', {
    event: 'pull_request', plugins: { comment_style: style },
    payload: pull({ action, body, labels: had, base, more: { repository: { name: 'r', owner: { login: 'o' }, default_branch: defaultBranch }, ...more } }, over),
    prepare: (world) => {
      world.github.labelsOf.set(1, new Set(had));
      world.github.commentsOf.set(1, said.map((one, n) => (typeof one === 'string' ? botComment(n + 1, one) : one)));
      prepare?.(world);
    },
  });
const labelled = (label: string, action = 'labeled') => ({ action, more: { label: { name: label } } });

test.each<{ name: string; it: Over; writes: readonly string[] }>([
  { name: 'opened with a note', it: { action: 'opened', body: fenced('A note.') }, writes: [`+${NOTE}`] },
  { name: 'opened without', it: { action: 'opened' }, writes: [`+${NEEDED}`, 'comment'] },
  { name: 'NONE', it: { action: 'opened', body: fenced('NONE') }, writes: [`+${NONE}`] },
  { name: 'action required', it: { body: fenced('ACTION REQUIRED: x') }, writes: [`+${ACTION_REQUIRED}`] },
  { name: 'written later: the others go, and what was said', it: { body: fenced('A note.'), had: [NEEDED, NONE], said: [UPSTREAM, 'else'] }, writes: [`+${NOTE}`, `-${NONE}`, `-${NEEDED}`, 'delete 1'] },
  { name: 'as it should be', it: { body: fenced('A note.'), had: [NOTE] }, writes: [] },
  { name: 'taken out', it: { had: [NOTE] }, writes: [`+${NEEDED}`, `-${NOTE}`, 'comment'] },
  { name: 'merged without', it: { over: { merged: true } }, writes: [] },
  { name: 'merged with', it: { body: fenced('A note.'), over: { merged: true } }, writes: [`+${NOTE}`] },
  { name: 'no draft any more', it: { action: 'ready_for_review', body: fenced('A note.') }, writes: [`+${NOTE}`] },
  { name: 'pushed to', it: { action: 'synchronize', body: fenced('A note.') }, writes: [] },
  { name: 'another label', it: { ...labelled('kind/bug'), body: fenced('A note.') }, writes: [] },
  { name: 'a wrong label by hand', it: { ...labelled(NONE), body: fenced('A note.'), had: [NONE] }, writes: [`+${NOTE}`, `-${NONE}`] },
  { name: 'release-note-none by hand', it: { ...labelled(NONE), had: [NONE, NEEDED], said: [UPSTREAM] }, writes: [`-${NEEDED}`, 'delete 1'] },
  { name: 'a deprecation (K29)', it: { ...labelled(DEPRECATION), body: fenced('NONE'), had: [NONE, DEPRECATION] }, writes: [`+${NEEDED}`, `-${NONE}`, 'comment'] },
  { name: 'no deprecation after all (K29)', it: { ...labelled(DEPRECATION, 'unlabeled'), body: fenced('NONE'), had: [NEEDED] }, writes: [`+${NONE}`, `-${NEEDED}`] },
  { name: 'the author said that there is none', it: { said: [by('author', 'ok\r\n/release-note-none \r\n')] }, writes: [`+${NONE}`] },
  { name: 'what is quoted as code says nothing (K6)', it: { said: [by('author', '```\r\n/release-note-none\r\n```\r\n')] }, writes: [`+${NEEDED}`, 'comment'] },
  { name: 'so did a member', it: { said: [by('alice', '/release-note-none')] }, writes: [`+${NONE}`] },
  { name: 'anybody else may not (K29)', it: { said: [by('mallory', '/release-note-none')] }, writes: [`+${NEEDED}`, 'comment'] },
  { name: 'not with a deprecation', it: { had: [DEPRECATION], said: [by('author', '/release-note-none')] }, writes: [`+${NEEDED}`, 'comment'] },
])('$name', async ({ it, writes }) => expect((await run(it)).github.writes).toEqual(writes));

test('quiet: one comment, whose text follows', async () => {
  const [text = ''] = texts(await run({ action: 'opened' }));
  expect(text).toContain('lacks a release note');
  expect(text).toContain('(https://git.k8s.io/community/contributors/guide/release-notes.md)');
  expect((await run({ had: [NEEDED], said: [text] })).github.writes).toEqual([]);
  const changed = await run({ had: [NEEDED, DEPRECATION], said: [text] });
  expect(changed.github.writes).toEqual(['edit 1']);
  expect(texts(changed)[0]).toContain('deprecates something');
});

test('upstream’s style: a comment each time the label comes, and that about a deprecation stays', async () => {
  expect((await run({ style: 'upstream' })).github.writes).toEqual([`+${NEEDED}`, 'comment']);
  expect((await run({ style: 'upstream', had: [NEEDED] })).github.writes).toEqual([]);
  const [about = ''] = texts(await run({ style: 'upstream', had: [DEPRECATION] }));
  expect(about).toContain('deprecates something');
  expect((await run({ style: 'upstream', body: fenced('A note.'), had: [NEEDED, DEPRECATION], said: [about, UPSTREAM] })).github.writes).toEqual([`+${NOTE}`, `-${NEEDED}`, 'delete 2']);
});

const PICKS = 'Cherry pick of #11 on release-1.2.\r\nCherry pick of #12 on release-1.2.';
const parents = (...labels: readonly (readonly string[] | 'gone' | 'away')[]) => ({ github }: World): void => {
  const own = github.labels.bind(github);
  github.labels = (ref, options) => {
    const of = labels[ref.number - 11];
    if (of === 'gone' || of === 'away') return Promise.reject(new RemoteError(of, { service: 'github', retry: of === 'gone' ? 'never' : 'later' }));
    return of ? Promise.resolve(of) : own(ref, options);
  };
};

test.each<{ name: string; it: Over; writes: readonly string[]; says?: readonly string[] }>([
  { name: 'all that it picks have notes', it: { prepare: parents([NOTE], [ACTION_REQUIRED]), had: [NEEDED], said: [UPSTREAM] }, writes: [`-${NEEDED}`, 'delete 1'] },
  { name: 'one lacks it', it: { prepare: parents([NOTE], [NONE]) }, writes: [`+${NEEDED}`, 'comment'], says: ['#12', 'lacks a release note'] },
  { name: 'one that cannot be read is left out', it: { prepare: parents([NOTE], 'gone') }, writes: [] },
  { name: 'the default branch always needs one (K29)', it: { prepare: parents([NOTE], [NOTE]), base: 'main' }, writes: [`+${NEEDED}`, 'comment'] },
  { name: 'so does master', it: { prepare: parents([NOTE], [NOTE]), base: 'master' }, writes: [`+${NEEDED}`, 'comment'] },
])('a cherry-pick: $name', async ({ it, writes, says = [] }) => {
  const made = await run({ body: PICKS, base: 'release-1.2', ...it });
  expect(made.github.writes).toEqual(writes);
  for (const part of says) expect(texts(made)[0]).toContain(part);
});

test('a cherry-pick of what cannot be read just now is tried again', async () => {
  await expect(run({ body: PICKS, base: 'release-1.2', prepare: parents([NOTE], 'away') })).rejects.toThrow('away');
});

test('upstream’s style has a comment about the parents and one about the note', async () => {
  const made = await run({ body: PICKS, base: 'release-1.2', prepare: parents([], []), style: 'upstream' });
  expect(texts(made)).toEqual([expect.stringContaining('#11, #12'), expect.stringContaining('lacks a release note')]);
});

type Said = Readonly<{ body: string; user?: string; issueBody?: string; had?: readonly string[]; payloadLabels?: readonly string[]; on?: 'pull' | 'issue'; state?: 'open' | 'closed'; action?: string }>;
const say = ({ body, user = 'author', issueBody = '', had = [], on = 'pull', state = 'open', action = 'created' }: Said) => {
  const payload = commentPayload({ body, user, on, state, action, labels: had }) as { readonly issue: object };
  return ran('release-note', {
    event: 'issue_comment', payload: { ...payload, issue: { ...payload.issue, body: issueBody } },
    prepare: ({ github }) => {
      github.labelsOf.set(1, new Set(had));
      const [event] = parseEvents({ event: 'pull_request', body: JSON.stringify(pull({ action: 'opened', body: issueBody })) });
      if (event.kind === 'pull_request') github.pulls.set(1, event.pull);
    },
  });
};

test.each<{ name: string; said: Said; writes: readonly string[]; says?: string }>([
  { name: 'none, by the author', said: { body: '/release-note-none', had: [NEEDED, NOTE] }, writes: [`+${NONE}`, `-${NOTE}`, `-${NEEDED}`] },
  { name: 'none, by a member, on a closed one', said: { body: '/Release-Note-None \r\n', user: 'alice', state: 'closed' }, writes: [`+${NONE}`] },
  { name: 'none, by somebody else', said: { body: '/release-note-none', user: 'bob' }, writes: ['comment'], says: '@bob: only the author' },
  { name: 'none beside a note', said: { body: '/release-note-none', issueBody: fenced('A note.') }, writes: ['comment'], says: 'has a release note' },
  { name: 'none beside NONE', said: { body: '/release-note-none', issueBody: fenced('NONE') }, writes: [`+${NONE}`] },
  { name: 'none with a deprecation', said: { body: '/release-note-none', had: [DEPRECATION, NEEDED] }, writes: ['comment'], says: DEPRECATION },
  { name: 'none already', said: { body: '/release-note-none', had: [NONE] }, writes: [] },
  { name: 'the old commands', said: { body: '/release-note' }, writes: ['comment'], says: 'does nothing any more' },
  { name: 'the other old one', said: { body: '/release-note-action-required' }, writes: ['comment'], says: 'does nothing any more' },
  { name: 'the old one wins', said: { body: '/release-note-none\n/release-note' }, writes: ['comment'], says: 'does nothing any more' },
  { name: 'on issues', said: { body: '/release-note-none', on: 'issue' }, writes: [] },
  { name: 'edited', said: { body: '/release-note-none', action: 'edited' }, writes: [] },
  { name: 'another note', said: { body: `/release-note-edit\r\n${fenced('New.')}`, user: 'alice', issueBody: `Text\r\n${fenced('Old.')}End` }, writes: [`pull ${JSON.stringify({ body: `Text\r\n${fenced('New.')}End` })}`] },
  { name: 'another note, by the author who is no member', said: { body: `/release-note-edit\r\n${fenced('New.')}`, issueBody: fenced('Old.') }, writes: ['comment'], says: 'only members' },
  { name: 'another note without one', said: { body: '/release-note-edit', user: 'alice', issueBody: fenced('Old.') }, writes: ['comment'], says: 'below the command' },
  { name: 'another note where there is none', said: { body: `/release-note-edit\r\n${fenced('New.')}`, user: 'alice' }, writes: ['comment'], says: 'no block' },
  { name: 'editing comes first', said: { body: `/release-note-none\r\n/release-note-edit\r\n${fenced('New.')}`, user: 'alice', issueBody: fenced('Old.') }, writes: [`pull ${JSON.stringify({ body: fenced('New.') })}`] },
])('$name', async ({ said, writes, says }) => {
  const made = await say(said);
  expect(made.github.writes).toEqual(writes);
  if (says !== undefined) expect(texts(made)[0]).toContain(says);
  expect(made.github.reads.length).toBeLessThanOrEqual(2);
});

test('a description and a review are no comments', async () => {
  expect((await run({ action: 'opened', body: `/release-note-none\n${fenced('A note.')}` })).github.writes).toEqual([`+${NOTE}`]);
});
