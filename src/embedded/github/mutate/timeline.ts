import { appSlug, fullName, newId, nowIso, record, type Hub } from '../hub.js';
import { renderIssueHook } from '../render/issue.js';
import { renderPull } from '../render/pull.js';
import { isPull } from '../hub.js';
import type { Issue } from '../state/issues.js';
import type { Who } from '../state/people.js';
import type { Repo } from '../state.js';

/** Where something was done, for the effects log. */
export const targetOf = (repo: Repo, { number }: Pick<Issue, 'number'>): string => `${fullName(repo)}#${String(number)}`;

/** Adds to an issue's history. */
export function addEvent(hub: Hub, who: Who, issue: Issue, event: string, detail: Readonly<Record<string, unknown>> = {}, commit: string | null = null): void {
  issue.events.push({ id: newId(hub), event, actor: who.login, app: appSlug(hub, who), createdAt: nowIso(hub), commit, detail });
}

export function touch(hub: Hub, issue: Issue): void { issue.updatedAt = nowIso(hub); }

/** Tells of a change of an issue, or of a pull request where it is one. */
export function emitIssue(hub: Hub, who: Who, repo: Repo, issue: Issue, action: string, more: Readonly<Record<string, unknown>> = {}): void {
  const about = isPull(issue) ? { number: issue.number, pull_request: renderPull(hub, repo, issue) } : { issue: renderIssueHook(hub, repo, issue) };
  hub.emit({ event: issue.pull ? 'pull_request' : 'issues', action, sender: who.login, repo, payload: { ...about, ...more } });
}

/** Writes down what was done to an issue. */
export function recordIssue(hub: Hub, who: Who, repo: Repo, issue: Issue, kind: string, detail: Readonly<Record<string, unknown>> = {}): void {
  record(hub, who, { kind, target: targetOf(repo, issue), detail });
}
