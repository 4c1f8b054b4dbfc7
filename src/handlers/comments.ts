import type { CommentEvent } from '../core/event.js';
import { at, integer, text, textOrUndefined, type Json } from './json.js';
import { account, labelNames, logins, openOrClosed, pullOf, repository } from './payload.js';

type Source = CommentEvent['source'];

const COERCED: Readonly<Record<string, CommentEvent['action']>> = {
  created: 'created', opened: 'created', submitted: 'created', edited: 'edited', deleted: 'deleted', dismissed: 'deleted',
};

/** Where each comment-like event has its text (plugins-policy 1.5); the issue or pull request itself where nothing is named. */
const TEXT_AT: Readonly<Record<Source, 'issue' | 'pull_request' | 'comment' | 'review'>> = {
  issues: 'issue', issue_comment: 'comment', pull_request: 'pull_request', pull_request_review: 'review', pull_request_review_comment: 'comment',
};

function isSource(name: string): name is Source {
  return Object.hasOwn(TEXT_AT, name);
}

/** The comment that an event is or holds; undefined for other events and for actions that are no comment. */
export function commentOf(name: string, payload: Json): CommentEvent | undefined {
  if (!isSource(name)) return undefined;
  const wanted = text(payload['action']);
  const action = Object.hasOwn(COERCED, wanted) ? COERCED[wanted] : undefined;
  if (action === undefined) return undefined;
  const onIssue = name === 'issues' || name === 'issue_comment';
  const subject = payload[onIssue ? 'issue' : 'pull_request'];
  const pull = onIssue ? undefined : pullOf(payload);
  const repo = pull ? { org: pull.org, name: pull.name } : repository(payload['repository']);
  const number = integer(at(subject, 'number'));
  if (!repo || number === undefined || (!onIssue && !pull)) return undefined;
  const said = payload[TEXT_AT[name]];
  const labels = at(subject, 'labels');
  return {
    kind: 'comment',
    action,
    source: name,
    repo,
    sender: account(payload['sender']),
    issue: { ...repo, number },
    isPull: !onIssue || at(subject, 'pull_request') !== undefined,
    state: openOrClosed(at(subject, 'state')),
    title: text(at(subject, 'title')),
    body: text(at(said, 'body')),
    formerBody: textOrUndefined(at(payload, 'changes', 'body', 'from')),
    user: account(at(said, 'user')),
    issueAuthor: account(at(subject, 'user')),
    issueBody: text(at(subject, 'body')),
    assignees: logins(at(subject, 'assignees')),
    labels: Array.isArray(labels) ? labelNames(labels) : undefined,
    pull,
    url: text(at(said, 'html_url')),
    commentId: TEXT_AT[name] === 'comment' ? integer(at(said, 'id')) : undefined,
    commentCount: name === 'issue_comment' ? integer(at(subject, 'comments')) : undefined,
    issueCreatedAt: textOrUndefined(at(subject, 'created_at')),
    defaultBranch: textOrUndefined(at(payload['repository'], 'default_branch')),
  };
}
