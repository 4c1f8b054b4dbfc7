import { ApiError, appSlug, findAccount, fullName, invalid, isPull, key, newId, notFound, nowIso, record, type Hub } from '../hub.js';
import { atLeast, isCollaborator, rightOf } from '../permissions.js';
import { renderAccount } from '../render/accounts.js';
import { renderMilestone } from '../render/repo.js';
import type { Issue, Milestone, Pull } from '../state/issues.js';
import type { Who } from '../state/people.js';
import type { Repo } from '../state.js';
import { addEvent, emitIssue, recordIssue, touch } from './timeline.js';
import { addLabels, setLabels } from './labels.js';

export interface IssueWish {
  readonly title: string;
  readonly body?: string | null;
  readonly labels?: readonly (string | { readonly name: string })[];
  readonly assignees?: readonly string[];
  readonly milestone?: number | null;
}

/** The next issue or pull request of a repository, in no history yet. */
export function makeIssue(hub: Hub, who: Who, repo: Repo, { title, body, pull }: { readonly title: string; readonly body?: string | null | undefined; readonly pull: Pull | null }): Issue {
  const now = nowIso(hub);
  const number = (repo.nextNumber += 1) - 1;
  const issue: Issue = {
    id: newId(hub), repoId: repo.id, number, title, body: body ?? null, state: 'open', stateReason: null, user: who.login, app: appSlug(hub, who), labels: new Set(), assignees: new Set(),
    milestone: null, locked: false, lockReason: null, createdAt: now, updatedAt: now, closedAt: null, closedBy: null, comments: [], events: [], reactions: [], pull,
  };
  repo.issues.set(number, issue);
  return issue;
}

export function createIssue(hub: Hub, who: Who, repo: Repo, wish: IssueWish): Issue {
  if (!wish.title) throw invalid([{ resource: 'Issue', code: 'missing_field', field: 'title' }]);
  if (!repo.hasIssues) throw new ApiError(410, 'Issues has been disabled in this repository.');
  const issue = makeIssue(hub, who, repo, { title: wish.title, body: wish.body, pull: null });
  recordIssue(hub, who, repo, issue, 'issue.create', { title: issue.title });
  emitIssue(hub, who, repo, issue, 'opened');
  if (wish.labels) addLabels(hub, who, repo, issue, wish.labels.map((label) => (typeof label === 'string' ? label : label.name)));
  if (wish.assignees) addAssignees(hub, who, repo, issue, wish.assignees);
  if (wish.milestone) setMilestone(hub, who, repo, issue, wish.milestone);
  return issue;
}

/** Whether somebody can be assigned: whoever belongs here, wrote it or commented on it. */
export function assignable(hub: Hub, repo: Repo, issue: Issue | null, login: string): boolean {
  if (!findAccount(hub, login)) return false;
  if (isCollaborator(hub.state, repo, login)) return true;
  return issue !== null && (key(issue.user) === key(login) || issue.comments.some(({ user }) => key(user) === key(login)));
}

/** Assigns; those who cannot be assigned are passed over in silence, as GitHub does. */
export function addAssignees(hub: Hub, who: Who, repo: Repo, issue: Issue, logins: readonly string[]): void {
  for (const wanted of logins) {
    const login = findAccount(hub, wanted)?.login;
    if (!login || issue.assignees.has(login) || issue.assignees.size >= 10 || !assignable(hub, repo, issue, login)) continue;
    issue.assignees.add(login);
    touch(hub, issue);
    addEvent(hub, who, issue, 'assigned', { assignee: renderAccount(hub, login), assigner: renderAccount(hub, who.login) });
    recordIssue(hub, who, repo, issue, 'assignee.add', { login });
    emitIssue(hub, who, repo, issue, 'assigned', { assignee: renderAccount(hub, login) });
  }
}

export function removeAssignees(hub: Hub, who: Who, repo: Repo, issue: Issue, logins: readonly string[]): void {
  for (const login of [...issue.assignees]) {
    if (!logins.some((one) => key(one) === key(login))) continue;
    issue.assignees.delete(login);
    touch(hub, issue);
    addEvent(hub, who, issue, 'unassigned', { assignee: renderAccount(hub, login), assigner: renderAccount(hub, who.login) });
    recordIssue(hub, who, repo, issue, 'assignee.remove', { login });
    emitIssue(hub, who, repo, issue, 'unassigned', { assignee: renderAccount(hub, login) });
  }
}

export function createMilestone(hub: Hub, who: Who, repo: Repo, wish: { readonly title: string; readonly description?: string | null; readonly due_on?: string | null }): Milestone {
  const now = nowIso(hub);
  if (!wish.title) throw invalid([{ resource: 'Milestone', code: 'missing_field', field: 'title' }]);
  const milestone: Milestone = {
    id: newId(hub), number: repo.milestones.length + 1, title: wish.title, description: wish.description ?? null, state: 'open', creator: who.login, dueOn: wish.due_on ?? null, createdAt: now, updatedAt: now, closedAt: null,
  };
  repo.milestones.push(milestone);
  record(hub, who, { kind: 'milestone.create', target: fullName(repo), detail: { title: milestone.title } });
  hub.emit({ event: 'milestone', action: 'created', sender: who.login, repo, payload: { milestone: renderMilestone(hub, repo, milestone) } });
  return milestone;
}

export function setMilestone(hub: Hub, who: Who, repo: Repo, issue: Issue, number: number | null): void {
  const milestone = number === null ? null : repo.milestones.find((one) => one.number === number);
  if (milestone === undefined) throw invalid([{ resource: 'Issue', code: 'invalid', field: 'milestone', value: number }]);
  const before = issue.milestone;
  if (before === milestone) return;
  issue.milestone = milestone;
  touch(hub, issue);
  recordIssue(hub, who, repo, issue, 'milestone.set', { milestone: milestone?.title ?? null });
  if (before) { addEvent(hub, who, issue, 'demilestoned', { milestone: { title: before.title } }); emitIssue(hub, who, repo, issue, 'demilestoned', { milestone: renderMilestone(hub, repo, before) }); }
  if (milestone) { addEvent(hub, who, issue, 'milestoned', { milestone: { title: milestone.title } }); emitIssue(hub, who, repo, issue, 'milestoned', { milestone: renderMilestone(hub, repo, milestone) }); }
}

/** Closes it. */
export function closeIssue(hub: Hub, who: Who, repo: Repo, issue: Issue, reason: 'completed' | 'not_planned' = 'completed', commit: string | null = null): void {
  if (issue.state === 'closed') return;
  issue.state = 'closed';
  issue.closedAt = nowIso(hub);
  issue.closedBy = who.login;
  issue.stateReason = issue.pull ? null : reason;
  touch(hub, issue);
  addEvent(hub, who, issue, 'closed', issue.pull ? {} : { state_reason: reason }, commit);
  recordIssue(hub, who, repo, issue, issue.pull ? 'pull.close' : 'issue.close');
  emitIssue(hub, who, repo, issue, 'closed');
}

/** Why a closed pull request stays closed. */
function unopenable(hub: Hub, repo: Repo, issue: Issue, { mergedAt, head, base }: Pull): string | undefined {
  if (mergedAt) return 'The pull request cannot be reopened.';
  const tip = hub.state.repos.get(head.repoId)?.heads.get(head.ref);
  if (!tip) return `The ${head.ref} branch has been deleted.`;
  if (tip !== head.sha) return `The ${head.ref} branch was force-pushed or recreated.`;
  const rival = [...repo.issues.values()].find((one) => one !== issue && one.state === 'open' && one.pull?.head.repoId === head.repoId && one.pull.head.ref === head.ref && one.pull.base.ref === base.ref);
  return rival && `There is already an open pull request from ${head.owner}:${head.ref}.`;
}

/** Opens it again; a pull request only where its branch still is as it was. */
export function reopenIssue(hub: Hub, who: Who, repo: Repo, issue: Issue): void {
  if (issue.state === 'open') return;
  const why = issue.pull ? unopenable(hub, repo, issue, issue.pull) : undefined;
  if (why) throw invalid([{ resource: 'PullRequest', code: 'custom', field: 'state', message: `state cannot be changed. ${why}` }]);
  issue.state = 'open';
  issue.closedAt = null;
  issue.closedBy = null;
  issue.stateReason = issue.pull ? null : 'reopened';
  touch(hub, issue);
  addEvent(hub, who, issue, 'reopened');
  recordIssue(hub, who, repo, issue, issue.pull ? 'pull.reopen' : 'issue.reopen');
  emitIssue(hub, who, repo, issue, 'reopened');
}

export interface IssueEdit {
  readonly title?: string;
  readonly body?: string | null;
  readonly state?: 'open' | 'closed';
  readonly state_reason?: 'completed' | 'not_planned' | 'reopened' | null;
  readonly labels?: readonly (string | { readonly name: string })[];
  readonly assignees?: readonly string[];
  readonly milestone?: number | null;
}

/** What a caller without write access may still do to what it wrote itself. */
export function checkMayEdit(hub: Hub, who: Who, repo: Repo, issue: Issue): void {
  if (key(issue.user) !== key(who.login) && !atLeast(rightOf(hub.state, who, repo), 'triage') && who.kind !== 'installation') throw notFound();
}

/** Changes title and text and tells what they were. */
export function editText(hub: Hub, who: Who, repo: Repo, issue: Issue, wish: Pick<IssueEdit, 'title' | 'body'>, more: Readonly<Record<string, { readonly from: unknown } | object>> = {}): void {
  const changes: Record<string, unknown> = { ...more };
  if (wish.title !== undefined && wish.title !== issue.title) {
    changes.title = { from: issue.title };
    addEvent(hub, who, issue, 'renamed', { rename: { from: issue.title, to: wish.title } });
    issue.title = wish.title;
  }
  if (wish.body !== undefined && wish.body !== issue.body) { changes.body = { from: issue.body ?? '' }; issue.body = wish.body; }
  if (!Object.keys(changes).length) return;
  touch(hub, issue);
  recordIssue(hub, who, repo, issue, isPull(issue) ? 'pull.edit' : 'issue.edit', { changes });
  emitIssue(hub, who, repo, issue, 'edited', { changes });
}

/** `PATCH …/issues/N`. */
export function editIssue(hub: Hub, who: Who, repo: Repo, issue: Issue, wish: IssueEdit): void {
  checkMayEdit(hub, who, repo, issue);
  editText(hub, who, repo, issue, wish);
  if (wish.labels) setLabels(hub, who, repo, issue, wish.labels.map((label) => (typeof label === 'string' ? label : label.name)));
  if (wish.assignees) {
    const wanted = wish.assignees.map(key);
    removeAssignees(hub, who, repo, issue, [...issue.assignees].filter((login) => !wanted.includes(key(login))));
    addAssignees(hub, who, repo, issue, wish.assignees);
  }
  if (wish.milestone !== undefined) setMilestone(hub, who, repo, issue, wish.milestone);
  if (wish.state === 'closed') closeIssue(hub, who, repo, issue, wish.state_reason === 'not_planned' ? 'not_planned' : 'completed');
  if (wish.state === 'open') reopenIssue(hub, who, repo, issue);
}
