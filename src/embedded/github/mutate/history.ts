import { appSlug, fullName, isPull, newId, nowIso, record, type Hub } from '../hub.js';
import { renderIssueHook } from '../render/issue.js';
import { renderPull } from '../render/pull.js';
import type { Issue, Repo, Who } from '../state.js';

/** Adds an entry to the history of an issue. */
export function addEvent(hub: Hub, who: Who, issue: Issue, event: string, detail: Readonly<Record<string, unknown>> = {}, commit: string | null = null): void {
  issue.events.push({ id: newId(hub), event, actor: who.login, app: appSlug(hub, who), createdAt: nowIso(hub), commit, detail });
}

/** Marks it as changed just now. */
export function touch(hub: Hub, issue: Issue): void {
  issue.updatedAt = nowIso(hub);
}

/** Sends `issues` or `pull_request`, as the case is. */
export function emitIssue(hub: Hub, who: Who, repo: Repo, issue: Issue, action: string, more: Readonly<Record<string, unknown>> = {}): void {
  const payload = isPull(issue) ? { number: issue.number, pull_request: renderPull(hub, repo, issue), ...more } : { issue: renderIssueHook(hub, repo, issue), ...more };
  hub.emit({ event: issue.pull ? 'pull_request' : 'issues', action, sender: who.login, repo, payload });
}

export const issueTarget = (repo: Repo, { number }: Issue): string => `${fullName(repo)}#${String(number)}`;

export const recordIssue = (hub: Hub, who: Who, repo: Repo, issue: Issue, kind: string, detail: Readonly<Record<string, unknown>> = {}): void => {
  record(hub, who, { kind, target: issueTarget(repo, issue), detail });
};
