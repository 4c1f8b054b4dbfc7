import { ApiError, getIssue, invalid, isPull, key, notFound } from '../hub.js';
import { addReaction, createComment, deleteComment, editComment, getComment } from '../mutate/comments.js';
import { addAssignees, assignable, closeIssue, createIssue, editText, removeAssignees, reopenIssue, setMilestone } from '../mutate/issues.js';
import { setLabels } from '../mutate/labels.js';
import { setLock } from '../mutate/lock.js';
import { atLeast, rightOf } from '../permissions.js';
import { renderAccount } from '../render/accounts.js';
import { renderComment, renderEvent, renderIssue, renderReaction } from '../render/issue.js';
import type { Issue } from '../state/issues.js';
import type { Repo } from '../state.js';
import { empty, fields, issueNeed, json, list, need, number, repoRoute, required, type RepoAsk, type Route } from './route.js';

const read = { access: issueNeed('read') } as const;
const write = { access: issueNeed('write') } as const;
const triage = { access: issueNeed('write'), right: 'triage' } as const;

export const issueOf = ({ repo, params }: RepoAsk): Issue => getIssue(repo, number(params.number));

/** Refuses whoever is neither the author nor trusted. */
export function mustOwn({ hub, who, repo }: RepoAsk, author: string, right: 'triage' | 'write' = 'triage'): void {
  if (who.kind !== 'user' || key(who.login) === key(author) || atLeast(rightOf(hub.state, who, repo), right)) return;
  throw new ApiError(403, 'Must have admin rights to Repository.');
}

const commentOf = ({ repo, params }: RepoAsk) => getComment(repo, number(params.id));
const bodyIn = (ask: RepoAsk): string => required('IssueComment', 'body', fields(ask.body).text('body'));
const reactionIn = (ask: RepoAsk): unknown => fields(ask.body).raw.content;

/** The number of a milestone in a body: `null` takes it away. */
function milestoneIn(body: unknown): number | null | undefined {
  const { raw } = fields(body);
  if (raw.milestone === undefined) return undefined;
  return raw.milestone === null ? null : Number(raw.milestone);
}

/** Filters and sorts as lists of issues and pull requests do. */
export function sift(ask: RepoAsk, issues: readonly Issue[]): readonly Issue[] {
  const { query } = ask;
  const state = query.get('state') ?? 'open';
  const labels = (query.get('labels') ?? '').split(',').filter(Boolean).map(key);
  const kept = issues.filter((issue) => {
    if (state !== 'all' && issue.state !== state) return false;
    if (!labels.every((name) => [...issue.labels].some((label) => key(label.name) === name))) return false;
    const creator = query.get('creator');
    if (creator && key(creator) !== key(issue.user)) return false;
    const assignee = query.get('assignee');
    if (assignee === 'none' && issue.assignees.size) return false;
    if (assignee && assignee !== 'none' && assignee !== '*' && ![...issue.assignees].some((one) => key(one) === key(assignee))) return false;
    const milestone = query.get('milestone');
    if (milestone && milestone !== '*' && String(issue.milestone?.number ?? 'none') !== milestone) return false;
    const since = query.get('since');
    return !since || Date.parse(issue.updatedAt) >= Date.parse(since);
  });
  const by = query.get('sort') ?? 'created';
  const up = (query.get('direction') ?? (by === 'created' ? 'desc' : 'desc')) === 'asc';
  const rank = (issue: Issue): string | number => (by === 'updated' ? issue.updatedAt : by === 'comments' ? issue.comments.length : issue.number);
  const sorted = [...kept].sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : a.number - b.number));
  return up ? sorted : sorted.reverse();
}

const sinceOf = ({ query }: RepoAsk): number => Date.parse(query.get('since') ?? '1970-01-01T00:00:00Z');

export const issueRoutes: readonly Route[] = [
  repoRoute('GET', '/issues/comments', read, (ask) => {
    const all = [...ask.repo.issues.values()].flatMap((issue) => issue.comments.map((comment) => ({ issue, comment })));
    return list(all.filter(({ comment }) => Date.parse(comment.updatedAt) >= sinceOf(ask)), ({ issue, comment }) => renderComment(ask.hub, ask.repo, issue, comment));
  }),
  repoRoute('GET', '/issues/comments/:id', read, (ask) => {
    const { issue, comment } = commentOf(ask);
    return json(renderComment(ask.hub, ask.repo, issue, comment));
  }),
  repoRoute('PATCH', '/issues/comments/:id', write, (ask) => {
    const { issue, comment } = editComment(ask.hub, ask.who, ask.repo, number(ask.params.id), bodyIn(ask));
    return json(renderComment(ask.hub, ask.repo, issue, comment));
  }),
  repoRoute('DELETE', '/issues/comments/:id', write, (ask) => {
    deleteComment(ask.hub, ask.who, ask.repo, number(ask.params.id));
    return empty();
  }),
  repoRoute('GET', '/issues/comments/:id/reactions', read, (ask) => list(commentOf(ask).comment.reactions, (one) => renderReaction(ask.hub, one))),
  repoRoute('POST', '/issues/comments/:id/reactions', write, (ask) => {
    const { issue, comment } = commentOf(ask);
    const { reaction, isNew } = addReaction(ask.hub, ask.who, ask.repo, issue, comment, reactionIn(ask));
    return json(renderReaction(ask.hub, reaction), isNew ? 201 : 200);
  }),
  repoRoute('GET', '/issues', read, (ask) => list(sift(ask, [...ask.repo.issues.values()]), (issue) => renderIssue(ask.hub, ask.repo, issue))),
  repoRoute('POST', '/issues', { access: need('issues=write') }, (ask) => {
    const body = fields(ask.body);
    const trusted = atLeast(rightOf(ask.hub.state, ask.who, ask.repo), 'triage');
    const issue = createIssue(ask.hub, ask.who, ask.repo, {
      title: required('Issue', 'title', body.text('title')), body: body.maybe('body') ?? null,
      ...(trusted ? { labels: body.texts('labels') ?? [], assignees: body.texts('assignees') ?? [], milestone: body.number('milestone') ?? null } : {}),
    });
    return json(renderIssue(ask.hub, ask.repo, issue), 201);
  }),
  repoRoute('GET', '/issues/:number', read, (ask) => json(renderIssue(ask.hub, ask.repo, issueOf(ask)))),
  repoRoute('PATCH', '/issues/:number', write, (ask) => {
    const issue = issueOf(ask);
    mustOwn(ask, issue.user);
    editIssueBy(ask, ask.repo, issue);
    return json(renderIssue(ask.hub, ask.repo, issue));
  }),
  repoRoute('GET', '/issues/:number/comments', read, (ask) =>
    list(issueOf(ask).comments.filter((one) => Date.parse(one.updatedAt) >= sinceOf(ask)), (comment) => renderComment(ask.hub, ask.repo, issueOf(ask), comment))),
  repoRoute('POST', '/issues/:number/comments', write, (ask) => {
    const issue = issueOf(ask);
    const comment = createComment(ask.hub, ask.who, ask.repo, issue, bodyIn(ask));
    return json(renderComment(ask.hub, ask.repo, issue, comment), 201);
  }),
  repoRoute('GET', '/issues/:number/events', read, (ask) =>
    list(issueOf(ask).events.filter(({ event }) => event !== 'reviewed'), (event) => renderEvent(ask.hub, ask.repo, event))),
  repoRoute('GET', '/issues/:number/timeline', read, (ask) => {
    const issue = issueOf(ask);
    const comments = issue.comments.map((comment) => ({ at: comment.createdAt, id: comment.id, show: () => ({ event: 'commented', actor: renderAccount(ask.hub, comment.user), ...renderComment(ask.hub, ask.repo, issue, comment) }) }));
    const events = issue.events.map((event) => ({ at: event.createdAt, id: event.id, show: () => renderEvent(ask.hub, ask.repo, event) }));
    return list([...comments, ...events].sort((a, b) => a.at.localeCompare(b.at) || a.id - b.id), ({ show }) => show());
  }),
  repoRoute('GET', '/issues/:number/reactions', read, (ask) => list(issueOf(ask).reactions, (one) => renderReaction(ask.hub, one))),
  repoRoute('POST', '/issues/:number/reactions', write, (ask) => {
    const issue = issueOf(ask);
    const { reaction, isNew } = addReaction(ask.hub, ask.who, ask.repo, issue, issue, reactionIn(ask));
    return json(renderReaction(ask.hub, reaction), isNew ? 201 : 200);
  }),
  repoRoute('POST', '/issues/:number/assignees', triage, (ask) => {
    const issue = issueOf(ask);
    addAssignees(ask.hub, ask.who, ask.repo, issue, fields(ask.body).texts('assignees') ?? []);
    return json(renderIssue(ask.hub, ask.repo, issue), 201);
  }),
  repoRoute('DELETE', '/issues/:number/assignees', triage, (ask) => {
    const issue = issueOf(ask);
    removeAssignees(ask.hub, ask.who, ask.repo, issue, fields(ask.body).texts('assignees') ?? []);
    return json(renderIssue(ask.hub, ask.repo, issue));
  }),
  repoRoute('PUT', '/issues/:number/lock', { access: issueNeed('write'), right: 'write' }, (ask) => {
    setLock(ask.hub, ask.who, ask.repo, issueOf(ask), fields(ask.body).text('lock_reason') ?? null);
    return empty();
  }),
  repoRoute('DELETE', '/issues/:number/lock', { access: issueNeed('write'), right: 'write' }, (ask) => {
    setLock(ask.hub, ask.who, ask.repo, issueOf(ask), false);
    return empty();
  }),
  repoRoute('GET', '/assignees', read, (ask) =>
    list([...ask.hub.state.accounts.values()].filter(({ login, type }) => type === 'User' && assignable(ask.hub, ask.repo, null, login)), ({ login }) => renderAccount(ask.hub, login))),
  repoRoute('GET', '/assignees/:user', read, (ask) => {
    if (!assignable(ask.hub, ask.repo, null, ask.params.user ?? '')) throw notFound();
    return empty();
  }),
];

/** What `PATCH …/issues/N` can change, and `PATCH …/pulls/N` of it. */
export function editIssueBy(ask: RepoAsk, repo: Repo, issue: Issue): void {
  const { hub, who } = ask;
  const body = fields(ask.body);
  const state = body.text('state');
  if (state !== undefined && state !== 'open' && state !== 'closed') throw invalid([{ resource: 'Issue', code: 'invalid', field: 'state', value: state }]);
  const title = body.text('title');
  const text = body.maybe('body');
  editText(hub, who, repo, issue, { ...(title === undefined ? {} : { title }), ...(text === undefined ? {} : { body: text }) });
  if (state === 'closed') closeIssue(hub, who, repo, issue, body.text('state_reason') === 'not_planned' ? 'not_planned' : 'completed');
  if (state === 'open') reopenIssue(hub, who, repo, issue);
  const labels = body.texts('labels');
  if (labels) setLabels(hub, who, repo, issue, labels);
  const assignees = body.texts('assignees');
  if (assignees) {
    removeAssignees(hub, who, repo, issue, [...issue.assignees].filter((one) => !assignees.some((wanted) => key(wanted) === key(one))));
    addAssignees(hub, who, repo, issue, assignees);
  }
  const milestone = milestoneIn(ask.body);
  if (milestone !== undefined && !(isPull(issue) && ask.params.kind === 'pull')) setMilestone(hub, who, repo, issue, milestone);
}
