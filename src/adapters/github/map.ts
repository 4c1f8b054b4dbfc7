import type { Account, Pull } from '../../core/event.js';
import type { ChangedFile, CheckRun, Comment, ContextState, Issue, IssueEventEntry, PullCommit, Review, StatusEntry, WorkflowRun } from '../../core/ports/github.js';
import type { Repo } from '../../core/ids.js';

interface RawAccount { readonly login?: string; readonly type?: string }
const account = (raw: RawAccount | null | undefined): Account => ({ login: raw?.login ?? '', type: raw?.type ?? 'User' });
const names = (list: readonly ({ readonly name?: string } | string)[] | null | undefined): readonly string[] => (list ?? []).map((one) => (typeof one === 'string' ? one : (one.name ?? '')));
const logins = (list: readonly RawAccount[] | null | undefined): readonly string[] => (list ?? []).map((one) => one.login ?? '');

export interface RawPull {
  readonly number: number;
  readonly title?: string;
  readonly body?: string | null;
  readonly state?: string;
  readonly draft?: boolean;
  readonly merged?: boolean;
  readonly merged_at?: string | null;
  readonly merge_commit_sha?: string | null;
  readonly mergeable?: boolean | null;
  readonly user?: RawAccount | null;
  readonly html_url?: string;
  readonly node_id?: string;
  readonly base: { readonly ref: string; readonly sha: string };
  readonly head: { readonly ref: string; readonly sha: string; readonly repo?: { readonly full_name?: string } | null };
  readonly labels?: readonly ({ readonly name?: string } | string)[];
  readonly assignees?: readonly RawAccount[] | null;
  readonly requested_reviewers?: readonly RawAccount[] | null;
  readonly milestone?: { readonly title?: string } | null;
  readonly created_at?: string;
  readonly updated_at?: string;
}

/** A pull request of the REST API. */
export function pullOf({ org, name }: Repo, raw: RawPull): Pull {
  return {
    org, name, number: raw.number, title: raw.title ?? '', body: raw.body ?? '', state: raw.state === 'closed' ? 'closed' : 'open', draft: raw.draft ?? false, merged: raw.merged ?? Boolean(raw.merged_at), mergeable: raw.mergeable ?? null,
    author: account(raw.user), url: raw.html_url ?? '', nodeId: raw.node_id ?? '', baseRef: raw.base.ref, baseSha: raw.base.sha, headRef: raw.head.ref, headSha: raw.head.sha, headRepo: raw.head.repo?.full_name ?? null,
    labels: names(raw.labels), assignees: logins(raw.assignees), requestedReviewers: logins(raw.requested_reviewers), milestone: raw.milestone?.title ?? null, createdAt: raw.created_at ?? '', updatedAt: raw.updated_at ?? '',
  };
}

export interface RawComment {
  readonly id: number;
  readonly user?: RawAccount | null;
  readonly body?: string | null;
  readonly created_at?: string;
  readonly updated_at?: string;
  readonly html_url?: string;
}

/** An issue or review comment. */
export function commentOf(raw: RawComment): Comment {
  return { id: raw.id, user: account(raw.user), body: raw.body ?? '', createdAt: raw.created_at ?? '', updatedAt: raw.updated_at ?? '', url: raw.html_url ?? '' };
}

export function reviewOf(raw: RawComment & { readonly state?: string; readonly submitted_at?: string }): Review {
  return { id: raw.id, user: account(raw.user), state: raw.state ?? '', body: raw.body ?? '', submittedAt: raw.submitted_at ?? '', url: raw.html_url ?? '' };
}

export function fileOf(raw: { readonly filename: string; readonly previous_filename?: string; readonly status?: string; readonly additions?: number; readonly deletions?: number; readonly patch?: string }): ChangedFile {
  return { path: raw.filename, previousPath: raw.previous_filename, status: raw.status ?? '', additions: raw.additions ?? 0, deletions: raw.deletions ?? 0, patch: raw.patch };
}

export function issueEventOf(raw: { readonly event?: string; readonly actor?: RawAccount | null; readonly label?: { readonly name?: string }; readonly created_at?: string }): IssueEventEntry {
  return { event: raw.event ?? '', actor: raw.actor?.login ?? '', label: raw.label?.name, at: raw.created_at ?? '' };
}

export function runOf(raw: { readonly id: number; readonly name?: string | null; readonly status?: string | null; readonly conclusion?: string | null; readonly event?: string }): WorkflowRun {
  return { id: raw.id, name: raw.name ?? '', status: raw.status ?? '', conclusion: raw.conclusion ?? null, event: raw.event ?? '' };
}

export interface RawStatus { readonly context?: string; readonly state?: string; readonly description?: string | null; readonly target_url?: string | null }
export function statusOf(raw: RawStatus): StatusEntry {
  return { context: raw.context ?? '', state: raw.state ?? '', description: raw.description ?? '', url: raw.target_url ?? '' };
}

export interface RawIssue {
  readonly number: number;
  readonly title?: string;
  readonly body?: string | null;
  readonly state?: string;
  readonly user?: RawAccount | null;
  readonly labels?: readonly ({ readonly name?: string } | string)[];
  readonly assignees?: readonly RawAccount[] | null;
  readonly milestone?: { readonly title?: string } | null;
  readonly pull_request?: object | null;
  readonly html_url?: string;
}

/** An issue of the REST API; pull requests are issues, too. */
export function issueOf({ org, name }: Repo, raw: RawIssue): Issue {
  return {
    org, name, number: raw.number, title: raw.title ?? '', body: raw.body ?? '', state: raw.state === 'closed' ? 'closed' : 'open', author: account(raw.user),
    labels: names(raw.labels), assignees: logins(raw.assignees), milestone: raw.milestone?.title ?? null, isPull: Boolean(raw.pull_request), url: raw.html_url ?? '',
  };
}

export interface RawCommit {
  readonly sha: string;
  readonly commit?: { readonly message?: string };
  readonly parents?: readonly { readonly sha: string }[];
  readonly author?: RawAccount | null;
}

export function commitOf(raw: RawCommit): PullCommit {
  return { sha: raw.sha, message: raw.commit?.message ?? '', parents: (raw.parents ?? []).map(({ sha }) => sha), author: raw.author?.login === undefined ? undefined : account(raw.author) };
}

export interface RawCheckRun {
  readonly id: number;
  readonly external_id?: string | null;
  readonly name: string;
  readonly status?: string;
  readonly conclusion?: string | null;
  readonly started_at?: string | null;
  readonly completed_at?: string | null;
  readonly details_url?: string | null;
  readonly html_url?: string | null;
  readonly output?: { readonly title?: string | null } | null;
  readonly app?: { readonly id?: number } | null;
}

const STATUS_STATES = new Set(['success', 'failure', 'error', 'pending']);
const isState = (state: string | undefined): state is ContextState['state'] => state !== undefined && STATUS_STATES.has(state);

export function contextOf(raw: RawStatus): ContextState {
  return { context: raw.context ?? '', state: isState(raw.state) ? raw.state : 'pending', description: raw.description ?? '', url: raw.target_url ?? '', source: 'status' };
}

/** A check run as upstream counts it: success, neutral and skipped pass. */
function checkOf(raw: RawCheckRun): ContextState {
  const state = raw.status !== 'completed' ? 'pending' : ['success', 'neutral', 'skipped'].includes(raw.conclusion ?? '') ? 'success' : 'failure';
  return { context: raw.name, state, description: raw.output?.title ?? '', url: raw.html_url ?? raw.details_url ?? '', source: 'check' };
}

/** The newest attempt of each check run, by App and name (design decision 12). */
export function newestChecks(runs: readonly RawCheckRun[]): readonly ContextState[] {
  return newestRuns(runs).map(checkOf);
}

export function checkRunOf(raw: RawCheckRun): CheckRun {
  return { id: raw.id, name: raw.name, status: raw.status ?? '', conclusion: raw.conclusion ?? null, externalId: raw.external_id ?? '' };
}

/** As `newestChecks`, as GitHub shows them. */
export function newestRuns(runs: readonly RawCheckRun[]): readonly RawCheckRun[] {
  const newest = new Map<string, RawCheckRun>();
  for (const run of runs) {
    const key = `${run.app?.id ?? 0} ${run.name}`;
    const held = newest.get(key);
    if (!held || run.id > held.id) newest.set(key, run);
  }
  return [...newest.values()];
}
