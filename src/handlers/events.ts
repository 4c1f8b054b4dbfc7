import type { CheckEvent, Delivery, Event, IssueEvent, OtherEvent, PullEvent, PushEvent, ReviewEvent, StatusEvent } from '../core/event.js';
import { commentOf } from './comments.js';
import { at, integer, list, parseObject, text, textOrUndefined, texts, type Json } from './json.js';
import { account, labelNames, openOrClosed, pullOf, repository } from './payload.js';

/**
 * What a delivery means: its typed event, then the comment that it holds (plugins-policy 1.4, 1.5). Never throws and never is
 * empty: what has another shape than its type promises is an `other` event.
 */
export function parseEvents(delivery: Pick<Delivery, 'event' | 'body'>): readonly [Event, ...Event[]] {
  const payload = parseObject(delivery.body) ?? {};
  const typed = typedOf(delivery.event, payload);
  const comment = commentOf(delivery.event, payload);
  if (typed) return comment ? [typed, comment] : [typed];
  return [comment ?? other(delivery.event, payload)];
}

function typedOf(name: string, payload: Json): Event | undefined {
  switch (name) {
    case 'pull_request': return pullEvent(payload);
    case 'pull_request_review': return reviewEvent(payload);
    case 'issues': return issueEvent(payload);
    case 'push': return pushEvent(payload);
    case 'status': return statusEvent(payload);
    case 'check_run': case 'check_suite': case 'workflow_run': return checkEvent(name, payload);
    default: return undefined;
  }
}

function pullEvent(payload: Json): PullEvent | undefined {
  const pull = pullOf(payload);
  if (!pull) return undefined;
  const changes = payload['changes'];
  const formerBase = text(at(changes, 'base', 'ref', 'from')) || text(at(changes, 'base', 'sha', 'from'));
  return {
    kind: 'pull_request',
    action: text(payload['action']),
    repo: { org: pull.org, name: pull.name },
    sender: account(payload['sender']),
    pull,
    label: textOrUndefined(at(payload, 'label', 'name')),
    baseChanged: formerBase !== '',
    bodyChanged: at(changes, 'body') !== undefined,
    titleChanged: at(changes, 'title') !== undefined,
    before: textOrUndefined(payload['before']),
    commits: integer(at(payload, 'pull_request', 'commits')),
    defaultBranch: textOrUndefined(at(payload, 'pull_request', 'base', 'repo', 'default_branch')) ?? textOrUndefined(at(payload['repository'], 'default_branch')),
  };
}

function reviewEvent(payload: Json): ReviewEvent | undefined {
  const pull = pullOf(payload);
  const review = payload['review'];
  const id = integer(at(review, 'id'));
  if (!pull || id === undefined) return undefined;
  return {
    kind: 'pull_request_review',
    action: text(payload['action']),
    repo: { org: pull.org, name: pull.name },
    sender: account(payload['sender']),
    pull,
    review: { id, user: account(at(review, 'user')), state: text(at(review, 'state')), body: text(at(review, 'body')), url: text(at(review, 'html_url')) },
  };
}

function issueEvent(payload: Json): IssueEvent | undefined {
  const repo = repository(payload['repository']);
  const issue = payload['issue'];
  const number = integer(at(issue, 'number'));
  if (!repo || number === undefined) return undefined;
  return {
    kind: 'issues',
    action: text(payload['action']),
    repo,
    sender: account(payload['sender']),
    issue: { ...repo, number },
    title: text(at(issue, 'title')),
    body: text(at(issue, 'body')),
    state: openOrClosed(at(issue, 'state')),
    author: account(at(issue, 'user')),
    labels: labelNames(at(issue, 'labels')),
    label: textOrUndefined(at(payload, 'label', 'name')),
    url: text(at(issue, 'html_url')),
  };
}

const MOST_COMMITS = 2048;
const MOST_FILES = 3000;

function pushEvent(payload: Json): PushEvent | undefined {
  const repository_ = payload['repository'];
  const repo = repository(repository_);
  const ref = text(payload['ref']);
  const after = text(payload['after']);
  if (!repo || ref === '' || after === '') return undefined;
  const ownerName = text(at(repository_, 'owner', 'name')) || repo.org;
  const deleted = payload['deleted'] === true || /^0+$/.test(after);
  const commits = list(payload['commits']).map((commit) => ({
    id: text(at(commit, 'id')), added: texts(at(commit, 'added')), removed: texts(at(commit, 'removed')), modified: texts(at(commit, 'modified')),
  }));
  return {
    kind: 'push',
    // Plugins of pushes are looked up by `owner.name` (plugins-policy 1.4).
    repo: { org: ownerName, name: repo.name },
    sender: account(payload['sender']),
    ref,
    before: text(payload['before']),
    after,
    deleted,
    created: payload['created'] === true,
    compareUrl: text(payload['compare']),
    repoUrl: text(at(repository_, 'html_url')) || text(at(repository_, 'url')),
    ownerName,
    commits,
    partial: !deleted && (commits.length === 0 || commits.length >= MOST_COMMITS || commits.some((c) => c.added.length + c.removed.length + c.modified.length >= MOST_FILES)),
  };
}

function statusEvent(payload: Json): StatusEvent | undefined {
  const repo = repository(payload['repository']);
  const sha = text(payload['sha']);
  if (!repo || sha === '') return undefined;
  return {
    kind: 'status',
    repo,
    sender: account(payload['sender']),
    sha,
    context: text(payload['context']),
    state: text(payload['state']),
    description: text(payload['description']),
    targetUrl: text(payload['target_url']),
    branches: labelNames(payload['branches']),
  };
}

function checkEvent(kind: CheckEvent['kind'], payload: Json): CheckEvent | undefined {
  const repo = repository(payload['repository']);
  const check = payload[kind];
  const id = integer(at(check, 'id'));
  const sha = text(at(check, 'head_sha'));
  if (!repo || id === undefined || sha === '') return undefined;
  return {
    kind,
    action: text(payload['action']),
    repo,
    sender: account(payload['sender']),
    sha,
    name: text(at(check, 'name')) || text(at(check, 'app', 'name')),
    id,
    status: text(at(check, 'status')),
    conclusion: text(at(check, 'conclusion')) || null,
    externalId: text(at(check, 'external_id')),
    appSlug: kind === 'workflow_run' ? 'github-actions' : text(at(check, 'app', 'slug')),
    requestedAction: textOrUndefined(at(payload, 'requested_action', 'identifier')),
    pulls: list(at(check, 'pull_requests')).map((pull) => integer(at(pull, 'number'))).filter((number) => number !== undefined),
    title: textOrUndefined(at(check, 'output', 'title')),
  };
}

function other(name: string, payload: Json): OtherEvent {
  const repo = repository(payload['repository']);
  return {
    kind: 'other',
    name,
    action: textOrUndefined(payload['action']),
    repo,
    org: text(at(payload, 'organization', 'login')) || repo?.org,
    sender: payload['sender'] === undefined ? undefined : account(payload['sender']),
  };
}
