import { nodeId, type Hub } from '../hub.js';
import { associationOf } from '../permissions.js';
import { reactionContents, type Comment, type Issue, type Reaction, type TimelineEvent } from '../state/issues.js';
import type { Repo } from '../state.js';
import { renderAccount, renderAppSlug, renderMaybe, type Json } from './accounts.js';
import { renderLabel, renderMilestone, repoPage, repoUrl } from './repo.js';

export function renderReactions(url: string, reactions: readonly Reaction[]): Json {
  const counts = Object.fromEntries(reactionContents.map((content) => [content, reactions.filter((one) => one.content === content).length]));
  return { url: `${url}/reactions`, total_count: reactions.length, ...counts };
}

export const renderReaction = (hub: Hub, reaction: Reaction): Json => ({
  id: reaction.id, node_id: nodeId('Reaction', reaction.id), user: renderAccount(hub, reaction.user), content: reaction.content, created_at: reaction.createdAt,
});

/** The page of an issue or a pull request. */
export const issuePage = (hub: Hub, repo: Repo, { number, pull }: Issue): string => `${repoPage(hub, repo)}/${pull ? 'pull' : 'issues'}/${String(number)}`;

/** An issue, or a pull request as the issues API sees it. */
export function renderIssue(hub: Hub, repo: Repo, issue: Issue): Json {
  const url = `${repoUrl(hub, repo)}/issues/${String(issue.number)}`;
  const page = issuePage(hub, repo, issue);
  const assignees = [...issue.assignees].map((login) => renderAccount(hub, login));
  const { pull } = issue;
  return {
    url, repository_url: repoUrl(hub, repo), labels_url: `${url}/labels{/name}`, comments_url: `${url}/comments`, events_url: `${url}/events`, html_url: page, id: issue.id,
    node_id: nodeId(pull ? 'PullRequest' : 'Issue', issue.id), number: issue.number, title: issue.title, user: renderAccount(hub, issue.user), labels: [...issue.labels].map((label) => renderLabel(hub, repo, label)),
    state: issue.state, locked: issue.locked, assignee: assignees[0] ?? null, assignees, milestone: issue.milestone && renderMilestone(hub, repo, issue.milestone), comments: issue.comments.length,
    created_at: issue.createdAt, updated_at: issue.updatedAt, closed_at: issue.closedAt, author_association: associationOf(hub.state, repo, issue.user), active_lock_reason: issue.lockReason,
    body: issue.body, closed_by: renderMaybe(hub, issue.closedBy), reactions: renderReactions(url, issue.reactions), timeline_url: `${url}/timeline`, performed_via_github_app: renderAppSlug(hub, issue.app),
    state_reason: issue.stateReason,
    ...(pull ? {
      draft: pull.draft,
      pull_request: { url: `${repoUrl(hub, repo)}/pulls/${String(issue.number)}`, html_url: page, diff_url: `${page}.diff`, patch_url: `${page}.patch`, merged_at: pull.mergedAt },
    } : { draft: false }),
  };
}

/** The issue inside a webhook: GitHub leaves `closed_by` out there. */
export function renderIssueHook(hub: Hub, repo: Repo, issue: Issue): Json {
  const { closed_by: _, ...rest } = renderIssue(hub, repo, issue);
  return rest;
}

export function renderComment(hub: Hub, repo: Repo, issue: Issue, comment: Comment): Json {
  const url = `${repoUrl(hub, repo)}/issues/comments/${String(comment.id)}`;
  return {
    url, html_url: `${issuePage(hub, repo, issue)}#issuecomment-${String(comment.id)}`, issue_url: `${repoUrl(hub, repo)}/issues/${String(issue.number)}`, id: comment.id,
    node_id: nodeId('IssueComment', comment.id), user: renderAccount(hub, comment.user), created_at: comment.createdAt, updated_at: comment.updatedAt,
    author_association: associationOf(hub.state, repo, comment.user), body: comment.body, reactions: renderReactions(url, comment.reactions), performed_via_github_app: renderAppSlug(hub, comment.app),
  };
}

/** An entry of `GET …/issues/N/events`. */
export function renderEvent(hub: Hub, repo: Repo, event: TimelineEvent): Json {
  return {
    id: event.id, node_id: nodeId('Event', event.id), url: `${repoUrl(hub, repo)}/issues/events/${String(event.id)}`, actor: renderAccount(hub, event.actor), event: event.event,
    commit_id: event.commit, commit_url: event.commit && `${repoUrl(hub, repo)}/commits/${event.commit}`, created_at: event.createdAt, ...event.detail, performed_via_github_app: renderAppSlug(hub, event.app),
  };
}
