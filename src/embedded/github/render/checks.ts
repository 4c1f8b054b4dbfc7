import { isPull, nodeId, type Hub } from '../hub.js';
import type { Commit } from '../git.js';
import type { CheckRun, CheckSuite, Status } from '../state/checks.js';
import type { Repo } from '../state.js';
import { renderAccount, renderAppId, type Json } from './accounts.js';
import { renderHeadCommit } from './commit.js';
import { renderRepoShort, repoPage, repoUrl } from './repo.js';

/** Pull requests whose head is that commit, in the short form of checks. Heads in forks are not named, as at GitHub. */
export function renderPullRefs(hub: Hub, repo: Repo, sha: string): readonly Json[] {
  const short = (one: Repo): Json => ({ id: one.id, url: repoUrl(hub, one), name: one.name });
  return [...repo.issues.values()].filter(isPull).filter(({ state, pull }) => state === 'open' && pull.head.sha === sha && pull.head.repoId === repo.id).map(({ number, pull }) => ({
    url: `${repoUrl(hub, repo)}/pulls/${String(number)}`, id: pull.id, number, head: { ref: pull.head.ref, sha: pull.head.sha, repo: short(repo) }, base: { ref: pull.base.ref, sha: pull.base.sha, repo: short(repo) },
  }));
}

export function renderStatus(hub: Hub, repo: Repo, status: Status): Json {
  return {
    url: `${repoUrl(hub, repo)}/statuses/${status.sha}`, avatar_url: renderAccount(hub, status.creator).avatar_url, id: status.id, node_id: nodeId('StatusContext', status.id), state: status.state,
    description: status.description, target_url: status.targetUrl, context: status.context, created_at: status.createdAt, updated_at: status.createdAt, creator: renderAccount(hub, status.creator),
  };
}

/** The newest status of every context of a commit, newest first. */
export function latestStatuses(repo: Repo, sha: string): readonly Status[] {
  const byContext = new Map<string, Status>();
  for (const status of repo.statuses) if (status.sha === sha) { byContext.delete(status.context); byContext.set(status.context, status); }
  return [...byContext.values()].reverse();
}

/** What all statuses come to. */
export function combine(statuses: readonly Status[]): 'failure' | 'pending' | 'success' {
  if (statuses.some(({ state }) => state === 'failure' || state === 'error')) return 'failure';
  return !statuses.length || statuses.some(({ state }) => state === 'pending') ? 'pending' : 'success';
}

export function renderCheckRun(hub: Hub, repo: Repo, run: CheckRun): Json {
  const url = `${repoUrl(hub, repo)}/check-runs/${String(run.id)}`;
  const page = `${repoPage(hub, repo)}/runs/${String(run.id)}`;
  return {
    id: run.id, node_id: nodeId('CheckRun', run.id), head_sha: run.sha, external_id: run.externalId, url, html_url: page, details_url: run.detailsUrl ?? page, status: run.status, conclusion: run.conclusion,
    started_at: run.startedAt, completed_at: run.completedAt,
    output: { title: run.output.title, summary: run.output.summary, text: run.output.text, annotations_count: run.output.annotations.length, annotations_url: `${url}/annotations` },
    name: run.name, check_suite: { id: run.suiteId }, app: renderAppId(hub, run.appId), pull_requests: renderPullRefs(hub, repo, run.sha),
  };
}

function suiteCore(hub: Hub, repo: Repo, suite: CheckSuite): Json {
  const url = `${repoUrl(hub, repo)}/check-suites/${String(suite.id)}`;
  return {
    id: suite.id, node_id: nodeId('CheckSuite', suite.id), head_branch: suite.branch, head_sha: suite.sha, status: suite.status, conclusion: suite.conclusion, url, before: suite.before, after: suite.sha,
    pull_requests: renderPullRefs(hub, repo, suite.sha), app: renderAppId(hub, suite.appId), created_at: suite.createdAt, updated_at: suite.updatedAt,
  };
}

/** A check run inside its webhook: the suite is whole there. */
export function renderCheckRunHook(hub: Hub, repo: Repo, run: CheckRun, suite: CheckSuite): Json {
  return { ...renderCheckRun(hub, repo, run), check_suite: suiteCore(hub, repo, suite) };
}

/** A check suite inside its webhook. */
export function renderSuiteHook(hub: Hub, repo: Repo, suite: CheckSuite, commit: Commit): Json {
  const url = `${repoUrl(hub, repo)}/check-suites/${String(suite.id)}`;
  const runs = repo.checkRuns.filter(({ suiteId }) => suiteId === suite.id);
  return { ...suiteCore(hub, repo, suite), latest_check_runs_count: runs.length, check_runs_url: `${url}/check-runs`, head_commit: renderHeadCommit(commit), rerequestable: true, runs_rerequestable: true };
}

/** `GET …/check-suites/ID`. */
export const renderSuite = (hub: Hub, repo: Repo, suite: CheckSuite, commit: Commit): Json => ({ ...renderSuiteHook(hub, repo, suite, commit), repository: renderRepoShort(hub, repo) });
