import { fullName, nodeId, type Hub } from '../hub.js';
import type { CheckRun, Workflow, WorkflowAttempt, WorkflowRun } from '../state/checks.js';
import type { Repo } from '../state.js';
import { renderAccount, type Json } from './accounts.js';
import { renderPullRefs } from './checks.js';
import { renderHeadCommit } from './commit.js';
import { renderRepoShort, repoPage, repoUrl } from './repo.js';

/** The attempt that counts. */
export function currentAttempt(run: WorkflowRun): WorkflowAttempt {
  const last = run.attempts.at(-1);
  if (!last) throw new Error(`workflow run ${String(run.id)} has no attempt`);
  return last;
}

export function workflowOf(repo: Repo, run: WorkflowRun): Workflow {
  const found = repo.workflows.find(({ id }) => id === run.workflowId);
  if (!found) throw new Error(`no workflow ${String(run.workflowId)}`);
  return found;
}

export function renderWorkflow(hub: Hub, repo: Repo, workflow: Workflow): Json {
  const file = workflow.path.split('/').at(-1) ?? '';
  return {
    id: workflow.id, node_id: nodeId('Workflow', workflow.id), name: workflow.name, path: workflow.path, state: 'active', created_at: workflow.createdAt, updated_at: workflow.createdAt,
    url: `${repoUrl(hub, repo)}/actions/workflows/${String(workflow.id)}`, html_url: `${repoPage(hub, repo)}/blob/${repo.defaultBranch}/${workflow.path}`,
    badge_url: `${repoPage(hub, repo)}/actions/workflows/${file}/badge.svg`,
  };
}

/** A workflow run at one of its attempts; the newest unless another is asked for. */
export function renderRun(hub: Hub, repo: Repo, run: WorkflowRun, attempt: WorkflowAttempt = currentAttempt(run)): Json {
  const url = `${repoUrl(hub, repo)}/actions/runs/${String(run.id)}`;
  const commit = hub.commits.get(run.sha);
  const workflow = workflowOf(repo, run);
  const suiteUrl = `${repoUrl(hub, repo)}/check-suites/${String(run.suiteId)}`;
  const from = hub.state.repos.get(run.headRepoId) ?? repo;
  return {
    id: run.id, name: workflow.name, node_id: nodeId('WorkflowRun', run.id), head_branch: run.branch, head_sha: run.sha, path: workflow.path, display_title: run.title, run_number: run.runNumber,
    event: run.event, status: attempt.status, conclusion: attempt.conclusion, workflow_id: run.workflowId, check_suite_id: run.suiteId, check_suite_node_id: nodeId('CheckSuite', run.suiteId), url,
    html_url: `${repoPage(hub, repo)}/actions/runs/${String(run.id)}`, pull_requests: renderPullRefs(hub, repo, run.sha), created_at: run.createdAt, updated_at: attempt.updatedAt,
    actor: renderAccount(hub, run.actor), run_attempt: attempt.number, referenced_workflows: [], run_started_at: attempt.startedAt, triggering_actor: renderAccount(hub, attempt.actor),
    jobs_url: `${url}/jobs`, logs_url: `${url}/logs`, check_suite_url: suiteUrl, artifacts_url: `${url}/artifacts`, cancel_url: `${url}/cancel`, rerun_url: `${url}/rerun`,
    previous_attempt_url: attempt.number > 1 ? `${url}/attempts/${String(attempt.number - 1)}` : null, workflow_url: `${repoUrl(hub, repo)}/actions/workflows/${String(run.workflowId)}`,
    head_commit: commit ? renderHeadCommit(commit) : null, repository: renderRepoShort(hub, repo), head_repository: renderRepoShort(hub, from),
  };
}

/** A job of a workflow run: its check run, seen from the Actions side. */
export function renderJob(hub: Hub, repo: Repo, run: WorkflowRun, job: CheckRun): Json {
  const attempt = run.attempts.find(({ checkRunIds }) => checkRunIds.includes(job.id)) ?? currentAttempt(run);
  const waiting = job.status === 'queued';
  return {
    id: job.id, run_id: run.id, workflow_name: workflowOf(repo, run).name, head_branch: run.branch, run_url: `${repoUrl(hub, repo)}/actions/runs/${String(run.id)}`, run_attempt: attempt.number,
    node_id: nodeId('CheckRun', job.id), head_sha: run.sha, url: `${repoUrl(hub, repo)}/actions/jobs/${String(job.id)}`, html_url: `${repoPage(hub, repo)}/actions/runs/${String(run.id)}/job/${String(job.id)}`,
    status: job.status, conclusion: job.conclusion, created_at: job.startedAt, started_at: job.startedAt, completed_at: job.completedAt, name: job.name, steps: [],
    check_run_url: `${repoUrl(hub, repo)}/check-runs/${String(job.id)}`, labels: ['ubuntu-latest'], runner_id: waiting ? null : 1, runner_name: waiting ? null : 'embedded', runner_group_id: waiting ? null : 1,
    runner_group_name: waiting ? null : fullName(repo),
  };
}
