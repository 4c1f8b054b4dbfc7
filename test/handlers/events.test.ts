import { expect, test } from '@jest/globals';
import type { CommentEvent, Event } from '../../src/core/event.js';
import { parseEvents } from '../../src/handlers/events.js';
import { laneOf } from '../../src/handlers/lane.js';
import { examples } from './examples.js';
import { commentPayload, pullPayload } from './fakes.js';

const KINDS: Readonly<Record<string, Event['kind']>> = {
  pull_request: 'pull_request', pull_request_review: 'pull_request_review', issues: 'issues', push: 'push', status: 'status', check_run: 'check_run', check_suite: 'check_suite', workflow_run: 'workflow_run',
};

test('every published example of a known event is understood, and every other one is named', () => {
  expect(examples.length).toBeGreaterThan(500);
  for (const { name, payload, body } of examples) {
    const [first] = parseEvents({ event: name, body });
    const wanted = KINDS[name] ?? ((name === 'issue_comment' || name === 'pull_request_review_comment') ? 'comment' : 'other');
    expect({ name, action: payload['action'], kind: first.kind }).toEqual({ name, action: payload['action'], kind: wanted });
  }
});

test('every published example has a lane, and those of one thing have one lane', () => {
  for (const { name, body } of examples) expect(laneOf({ event: name, body })).toMatch(/^[\w.-]+(\/[\w.-]+([#@:].+)?)?$/);
});

test('mutilated payloads become other events, whatever is missing or has another type', () => {
  const junk = [null, 0, 'x', [], {}, [null], { login: 1 }];
  const firsts = [...new Map(examples.map((example) => [example.name, example])).values()];
  for (const { name, payload } of firsts) {
    for (const key of Object.keys(payload)) {
      for (const value of junk) {
        const body = JSON.stringify({ ...payload, [key]: value });
        expect(parseEvents({ event: name, body }).length).toBeGreaterThan(0);
        expect(laneOf({ event: name, body })).not.toBe('');
      }
    }
  }
  for (const body of ['', 'null', '[]', '17', '{', '"x"']) {
    expect(parseEvents({ event: 'push', body })).toEqual([{ kind: 'other', name: 'push', action: undefined, repo: undefined, org: undefined, sender: undefined }]);
    expect(laneOf({ event: 'push', body })).toBe('-');
  }
});

const comment = (event: string, payload: object): CommentEvent | undefined => parseEvents({ event, body: JSON.stringify(payload) }).find((one): one is CommentEvent => one.kind === 'comment');
const reviewPayload = (action: string): object => ({ ...pullPayload({ action }), review: { id: 9, state: 'approved', body: '/lgtm', user: { login: 'bob', type: 'User' }, html_url: 'https://github.com/o/r/pull/1#r9' } });
const reviewCommentPayload = (action: string): object => ({ ...pullPayload({ action }), comment: { id: 8, body: 'nit', user: { login: 'bob', type: 'User' }, html_url: 'https://github.com/o/r/pull/1#c8' } });
const issuePayload = (action: string, more: object = {}): object => ({
  action, repository: { name: 'r', owner: { login: 'o' } }, sender: { login: 'carol', type: 'User' },
  issue: { number: 7, title: 'Broken', body: '/kind bug', state: 'open', user: { login: 'author', type: 'User' }, html_url: 'https://github.com/o/r/issues/7', labels: [], assignees: [{ login: 'dave' }], ...more },
});

test.each<{ event: string; payload: object; want: Partial<CommentEvent> }>([
  { event: 'issues', payload: issuePayload('opened'), want: { action: 'created', body: '/kind bug', user: { login: 'author', type: 'User' }, isPull: false, commentId: undefined, assignees: ['dave'], url: 'https://github.com/o/r/issues/7' } },
  { event: 'issues', payload: issuePayload('edited'), want: { action: 'edited', user: { login: 'author', type: 'User' }, sender: { login: 'carol', type: 'User' } } },
  { event: 'issues', payload: issuePayload('deleted'), want: { action: 'deleted' } },
  { event: 'issue_comment', payload: commentPayload({ body: '/hold' }), want: { action: 'created', body: '/hold', isPull: true, commentId: 500, labels: [], pull: undefined } },
  { event: 'issue_comment', payload: commentPayload({ body: 'x', on: 'issue', labels: ['a'] }), want: { isPull: false, labels: ['a'] } },
  { event: 'pull_request', payload: pullPayload({ action: 'opened', body: '/test all', sender: 'other' }), want: { action: 'created', body: '/test all', user: { login: 'author', type: 'User' }, isPull: true, commentId: undefined } },
  { event: 'pull_request_review', payload: reviewPayload('submitted'), want: { action: 'created', body: '/lgtm', user: { login: 'bob', type: 'User' }, issueAuthor: { login: 'author', type: 'User' }, commentId: undefined } },
  { event: 'pull_request_review', payload: reviewPayload('dismissed'), want: { action: 'deleted' } },
  { event: 'pull_request_review_comment', payload: reviewCommentPayload('created'), want: { action: 'created', body: 'nit', commentId: 8, isPull: true } },
])('$event becomes a comment: $want', ({ event, payload, want }) => expect(comment(event, payload)).toMatchObject(want));

test.each([
  ...['assigned', 'unassigned', 'labeled', 'unlabeled', 'milestoned', 'demilestoned', 'closed', 'reopened', 'pinned', 'transferred', 'locked', 'constructor'].map((action) => ({ event: 'issues', payload: issuePayload(action) })),
  ...['assigned', 'review_requested', 'labeled', 'closed', 'reopened', 'synchronize', 'ready_for_review', 'converted_to_draft', 'auto_merge_enabled'].map((action) => ({ event: 'pull_request', payload: pullPayload({ action }) })),
  { event: 'push', payload: { action: 'created' } },
])('$event $payload.action is no comment', ({ event, payload }) => expect(comment(event, payload)).toBeUndefined());

test('a review says who, what and on which pull request', () => {
  const [first] = parseEvents({ event: 'pull_request_review', body: JSON.stringify(reviewPayload('submitted')) });
  expect(first).toMatchObject({ kind: 'pull_request_review', action: 'submitted', review: { id: 9, state: 'approved' }, pull: { org: 'o', name: 'r', number: 1, headSha: 'head-sha', baseRef: 'main' } });
});

test.each([
  { name: 'another base', changes: { base: { ref: { from: 'main' } } }, want: { baseChanged: true, bodyChanged: false, titleChanged: false } },
  { name: 'another base commit', changes: { base: { sha: { from: 'abc' } } }, want: { baseChanged: true } },
  { name: 'another title', changes: { title: { from: 'old' } }, want: { baseChanged: false, titleChanged: true } },
  { name: 'another text', changes: { body: { from: '' } }, want: { bodyChanged: true } },
  { name: 'nonsense', changes: { base: 'x' }, want: { baseChanged: false } },
])('edited: $name', ({ changes, want }) => {
  expect(parseEvents({ event: 'pull_request', body: JSON.stringify(pullPayload({ action: 'edited', more: { changes } })) })[0]).toMatchObject(want);
});

const push = (over: object): object => ({
  ref: 'refs/heads/main', before: 'a'.repeat(40), after: 'b'.repeat(40), deleted: false, created: false, compare: 'https://github.com/o/r/compare/a...b',
  repository: { name: 'r', owner: { login: 'o', name: 'o-name' }, html_url: 'https://github.com/o/r' }, commits: [{ id: 'b', added: ['x'], removed: [], modified: ['y'] }], ...over,
});

test.each([
  { name: 'a usual one', payload: push({}), want: { deleted: false, partial: false, ownerName: 'o-name', repo: { org: 'o-name', name: 'r' }, commits: [{ added: ['x'], modified: ['y'] }] } },
  { name: 'a deletion', payload: push({ deleted: true }), want: { deleted: true } },
  { name: 'a deletion by zeros', payload: push({ after: '0'.repeat(40) }), want: { deleted: true } },
  { name: 'no commits listed', payload: push({ commits: [] }), want: { partial: true } },
  { name: 'too many commits to list', payload: push({ commits: Array.from({ length: 2048 }, () => ({ id: 'x' })) }), want: { partial: true } },
])('push: $name', ({ payload, want }) => expect(parseEvents({ event: 'push', body: JSON.stringify(payload) })[0]).toMatchObject({ kind: 'push', ...want }));

test.each<{ event: string; payload: object; lane: string }>([
  { event: 'issue_comment', payload: commentPayload({ body: 'x' }), lane: 'o/r#1' },
  { event: 'pull_request', payload: pullPayload({ action: 'opened' }), lane: 'o/r#1' },
  { event: 'pull_request_review_thread', payload: pullPayload({ action: 'resolved' }), lane: 'o/r#1' },
  { event: 'issues', payload: issuePayload('opened'), lane: 'o/r#7' },
  { event: 'push', payload: push({}), lane: 'o/r@main' },
  { event: 'push', payload: push({ ref: 'refs/tags/v1' }), lane: 'o/r@refs/tags/v1' },
  { event: 'status', payload: { sha: 'abc', repository: { name: 'r', owner: { login: 'o' } } }, lane: 'o/r:abc' },
  { event: 'check_run', payload: { check_run: { head_sha: 'abc' }, repository: { name: 'r', owner: { login: 'o' } } }, lane: 'o/r:abc' },
  { event: 'workflow_run', payload: { workflow_run: { head_sha: 'abc' }, repository: { name: 'r', owner: { login: 'o' } } }, lane: 'o/r:abc' },
  { event: 'label', payload: { repository: { name: 'r', owner: { login: 'o' } } }, lane: 'o' },
  { event: 'organization', payload: { organization: { login: 'o' } }, lane: 'o' },
  { event: 'ping', payload: { zen: '…' }, lane: '-' },
])('lane of $event is $lane', ({ event, payload, lane }) => expect(laneOf({ event, body: JSON.stringify(payload) })).toBe(lane));
