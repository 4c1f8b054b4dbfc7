import { ApiError, findRepo, fullName, getAccount, invalid, isPull, key, newId, type Hub, type PullIssue } from '../hub.js';
import { isCollaborator } from '../permissions.js';
import { renderAccount, renderTeam } from '../render/accounts.js';
import type { Pull } from '../state/issues.js';
import type { Who } from '../state/people.js';
import type { Repo } from '../state.js';
import { isAncestor } from '../gitRead.js';
import { makeIssue } from './issues.js';
import { fetchHead, refreshFacts } from './pullGit.js';
import { addEvent, emitIssue, recordIssue, touch } from './timeline.js';

export interface NewPull {
  readonly title: string;
  readonly body?: string | null | undefined;
  /** `branch` or `owner:branch`. */
  readonly head: string;
  readonly base: string;
  readonly draft?: boolean | undefined;
  readonly maintainerCanModify?: boolean | undefined;
}

const wrong = (field: string): ApiError => invalid([{ resource: 'PullRequest', field, code: 'invalid' }]);

function headRepo(hub: Hub, repo: Repo, owner: string): Repo {
  if (key(owner) === key(repo.owner)) return repo;
  const root = repo.forkOf ?? repo.id;
  const found = [...hub.state.repos.values()].find((one) => key(one.owner) === key(owner) && (one.forkOf === root || one.id === root)) ?? findRepo(hub, owner, repo.name);
  if (!found) throw wrong('head');
  return found;
}

/** Opens a pull request from a branch of the repository or of a fork. */
export async function openPull(hub: Hub, who: Who, repo: Repo, wish: NewPull): Promise<PullIssue> {
  if (!wish.title) throw invalid([{ resource: 'PullRequest', code: 'missing_field', field: 'title' }]);
  const [owner, ref] = wish.head.includes(':') ? [wish.head.slice(0, wish.head.indexOf(':')), wish.head.slice(wish.head.indexOf(':') + 1)] : [repo.owner, wish.head];
  const from = headRepo(hub, repo, owner);
  const head = from.heads.get(ref);
  const base = repo.heads.get(wish.base);
  if (!head) throw wrong('head');
  if (!base) throw wrong('base');
  const twin = [...repo.issues.values()].find((one) => one.state === 'open' && one.pull?.head.repoId === from.id && one.pull.head.ref === ref && one.pull.base.ref === wish.base);
  if (twin) throw invalid([{ resource: 'PullRequest', code: 'custom', field: 'head', message: `A pull request already exists for ${from.owner}:${ref}.` }]);
  if (from === repo && (await isAncestor(hub, repo, head, base))) throw invalid([{ resource: 'PullRequest', code: 'custom', field: 'head', message: `No commits between ${wish.base} and ${ref}` }]);
  const pull: Pull = {
    id: newId(hub), head: { repoId: from.id, owner: from.owner, ref, sha: head }, base: { repoId: repo.id, owner: repo.owner, ref: wish.base, sha: base }, draft: wish.draft ?? false,
    maintainerCanModify: wish.maintainerCanModify ?? from !== repo, mergedAt: null, mergedBy: null, mergeCommit: null, reviews: [], reviewComments: [], requestedReviewers: new Set(), requestedTeams: new Set(),
    facts: null, asked: false,
  };
  const issue = makeIssue(hub, who, repo, { title: wish.title, body: wish.body ?? null, pull });
  if (!isPull(issue)) throw new Error('no pull request was made');
  await fetchHead(hub, repo, issue);
  await refreshFacts(hub, repo, issue);
  recordIssue(hub, who, repo, issue, 'pull.open', { title: wish.title, head: `${from.owner}:${ref}`, base: wish.base });
  emitIssue(hub, who, repo, issue, 'opened');
  return issue;
}

export function setDraft(hub: Hub, who: Who, repo: Repo, issue: PullIssue, draft: boolean): void {
  if (issue.pull.draft === draft) return;
  issue.pull.draft = draft;
  touch(hub, issue);
  addEvent(hub, who, issue, draft ? 'convert_to_draft' : 'ready_for_review');
  recordIssue(hub, who, repo, issue, draft ? 'pull.draft' : 'pull.ready');
  emitIssue(hub, who, repo, issue, draft ? 'converted_to_draft' : 'ready_for_review');
}

/** Points a pull request at another branch. */
export async function changeBase(hub: Hub, who: Who, repo: Repo, issue: PullIssue, base: string): Promise<void> {
  const { pull } = issue;
  if (pull.base.ref === base) return;
  const sha = repo.heads.get(base);
  if (!sha) throw invalid([{ resource: 'PullRequest', field: 'base', code: 'invalid', message: `Proposed base branch '${base}' was not found` }]);
  const from = { ref: pull.base.ref, sha: pull.base.sha };
  pull.base.ref = base;
  pull.base.sha = sha;
  pull.asked = false;
  await refreshFacts(hub, repo, issue);
  touch(hub, issue);
  addEvent(hub, who, issue, 'base_ref_changed');
  recordIssue(hub, who, repo, issue, 'pull.base', { from: from.ref, to: base });
  emitIssue(hub, who, repo, issue, 'edited', { changes: { base: { ref: { from: from.ref }, sha: { from: from.sha } } } });
}

function teamOf(hub: Hub, repo: Repo, slug: string) {
  const org = hub.state.orgs.get(key(repo.owner));
  const team = org?.teams.get(key(slug));
  return org && team ? { org, team } : undefined;
}

/** Asks people and teams for a review: all of them, or with one who cannot none. */
export function requestReviewers(hub: Hub, who: Who, repo: Repo, issue: PullIssue, { users, teams }: { users: readonly string[]; teams: readonly string[] }): void {
  for (const login of users) {
    if (key(login) === key(issue.user)) throw new ApiError(422, 'Review cannot be requested from pull request author.');
    if (!hub.state.accounts.has(key(login)) || !isCollaborator(hub.state, repo, login)) throw new ApiError(422, `Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the ${fullName(repo)} repository.`);
  }
  for (const slug of teams) if (!teamOf(hub, repo, slug)) throw new ApiError(422, `Could not resolve to a node with the global id of '${slug}'.`);
  for (const wanted of users) {
    const { login } = getAccount(hub, wanted);
    if (issue.pull.requestedReviewers.has(login)) continue;
    issue.pull.requestedReviewers.add(login);
    touch(hub, issue);
    addEvent(hub, who, issue, 'review_requested', { review_requester: renderAccount(hub, who.login), requested_reviewer: renderAccount(hub, login) });
    recordIssue(hub, who, repo, issue, 'reviewer.add', { login });
    emitIssue(hub, who, repo, issue, 'review_requested', { requested_reviewer: renderAccount(hub, login) });
  }
  for (const slug of teams) {
    const found = teamOf(hub, repo, slug);
    if (!found || issue.pull.requestedTeams.has(found.team.slug)) continue;
    issue.pull.requestedTeams.add(found.team.slug);
    addEvent(hub, who, issue, 'review_requested', { review_requester: renderAccount(hub, who.login), requested_team: renderTeam(hub, found.org, found.team) });
    recordIssue(hub, who, repo, issue, 'reviewer.add', { team: slug });
    emitIssue(hub, who, repo, issue, 'review_requested', { requested_team: renderTeam(hub, found.org, found.team) });
  }
}

export function unrequestReviewers(hub: Hub, who: Who, repo: Repo, issue: PullIssue, { users, teams }: { users: readonly string[]; teams: readonly string[] }): void {
  for (const wanted of users) {
    const login = [...issue.pull.requestedReviewers].find((one) => key(one) === key(wanted));
    if (!login) continue;
    issue.pull.requestedReviewers.delete(login);
    addEvent(hub, who, issue, 'review_request_removed', { review_requester: renderAccount(hub, who.login), requested_reviewer: renderAccount(hub, login) });
    recordIssue(hub, who, repo, issue, 'reviewer.remove', { login });
    emitIssue(hub, who, repo, issue, 'review_request_removed', { requested_reviewer: renderAccount(hub, login) });
  }
  for (const slug of teams) {
    const found = teamOf(hub, repo, slug);
    if (!found || !issue.pull.requestedTeams.delete(found.team.slug)) continue;
    recordIssue(hub, who, repo, issue, 'reviewer.remove', { team: slug });
    emitIssue(hub, who, repo, issue, 'review_request_removed', { requested_team: renderTeam(hub, found.org, found.team) });
  }
}
