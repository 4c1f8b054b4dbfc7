import { expect, test } from '@jest/globals';
import { formerNotices, giveNotice, isNotice, together, withdraw, type Notice } from '../../src/core/notice.js';
import { replyMarker, standingMarker, withMarker } from '../../src/core/marker.js';
import type { Comment } from '../../src/core/ports/github.js';
import { BOT, botComment, fakeGitHub, signal } from '../handlers/fakes.js';

const notice: Notice = { plugin: 'p', purpose: 'bad', upstream: ['is bad'] };
const issue = { org: 'o', name: 'r', number: 1 };
const said = (body: string, id = 1): Comment => botComment(id, withMarker(body, standingMarker('p', 'bad')));

test.each([
  { body: `x\n\n${standingMarker('p', 'bad')}`, is: true },
  { body: `x\n\n${replyMarker('p', 'bad', 'd1')}`, is: true },
  { body: 'This is bad, says upstream.', is: true },
  { body: `x\n\n${standingMarker('p', 'worse')}`, is: false },
  { body: 'x', is: false },
])('$body is this notice: $is', ({ body, is }) => expect(isNotice(notice, body)).toBe(is));

test('an empty text of upstream’s is in every comment, and counts for none', () => expect(isNotice({ ...notice, upstream: [''] }, 'x')).toBe(false));

test.each<{ name: string; known: readonly number[] | undefined; reads: readonly string[]; found: readonly number[] }>([
  { name: 'not certain: the comments are listed', known: undefined, reads: ['comments'], found: [1, 3] },
  { name: 'surely never said', known: [], reads: [], found: [] },
  { name: 'said: what it says is read', known: [1], reads: ['comments'], found: [1, 3] },
])('$name', async ({ known, reads, found }) => {
  const github = fakeGitHub();
  github.commentsOf.set(1, [said('x'), { ...said('x', 2), user: { login: 'carol', type: 'User' } }, botComment(3, 'It is bad.'), botComment(4, 'else')]);
  const former = await formerNotices([notice, { plugin: 'p', purpose: 'other' }], issue, undefined, { github, said: { ids: () => Promise.resolve(known) }, signal });
  expect(former.map(({ id }) => id)).toEqual(found);
  expect(former.every(({ user }) => user.login === BOT)).toBe(true);
  expect(github.reads).toEqual(reads);
});

test.each<{ name: string; former: readonly Comment[]; style: 'quiet' | 'upstream'; want: readonly object[] }>([
  { name: 'the first time', former: [], style: 'quiet', want: [{ style: 'edit', formerIds: [] }] },
  { name: 'said already', former: [said('It is bad')], style: 'quiet', want: [] },
  { name: 'said already, in upstream’s style too', former: [said('It is bad')], style: 'upstream', want: [] },
  { name: 'said differently', former: [said('It was bad')], style: 'quiet', want: [{ style: 'edit', formerIds: [1] }] },
  { name: 'said twice', former: [said('It is bad'), said('It is bad', 2)], style: 'upstream', want: [{ style: 'replace', formerIds: [1, 2] }] },
])('$name', ({ former, style, want }) => expect(giveNotice(notice, issue, 'It is bad', former, style)).toMatchObject(want));

test('what is no longer so is deleted', () => expect(withdraw({ ...issue, title: 'more' } as typeof issue, [said('x', 7)])).toEqual([{ kind: 'comment.delete', issue, commentId: 7 }]));

test('one action needs no list around it', () => {
  const [one] = withdraw(issue, [said('x')]);
  if (!one) throw new Error('nothing to delete');
  expect([together([]), together([one]), together([one, one])]).toEqual([[], [one], [{ kind: 'each', actions: [one, one] }]]);
});
