import { ApiError, fullName, newId, nowIso, record, type Hub } from '../hub.js';
import { readCommit } from '../gitRead.js';
import { currentAttempt, renderRun, renderWorkflow, workflowOf } from '../render/actions.js';
import type { CheckRun, Conclusion, Workflow, WorkflowAttempt, WorkflowRun } from '../state/checks.js';
import type { Who } from '../state/people.js';
import type { Repo } from '../state.js';
import { createCheckRun, suiteFor, updateCheckRun } from './checks.js';

/** The App that GitHub Actions is. */
export const actionsApp = 15368;
/** Whoever acts in a workflow. */
export const actionsBot: Who = { kind: 'user', login: 'github-actions[bot]' };

function emitRun(hub: Hub, who: Who, repo: Repo, run: WorkflowRun, action: 'requested' | 'in_progress' | 'completed'): void {
  hub.emit({ event: 'workflow_run', action, sender: who.login, repo, payload: { workflow_run: renderRun(hub, repo, run), workflow: renderWorkflow(hub, repo, workflowOf(repo, run)) } });
}

/** The workflow of a file, made known when it is first seen. */
export function workflowAt(hub: Hub, repo: Repo, { path, name }: { readonly path: string; readonly name: string }): Workflow {
  const known = repo.workflows.find((one) => one.path === path);
  if (known) { known.name = name; return known; }
  const workflow: Workflow = { id: newId(hub), name, path, createdAt: nowIso(hub) };
  repo.workflows.push(workflow);
  return workflow;
}

export interface NewRun {
  readonly workflow: Workflow;
  readonly event: string;
  readonly sha: string;
  readonly branch: string;
  readonly headRepoId?: number;
  readonly title: string;
  readonly pulls?: readonly number[];
  /** Held back until somebody approves it, as for a newcomer's pull request. */
  readonly held?: boolean;
}

const newAttempt = (hub: Hub, number: number, actor: string, checkRunIds: number[] = []): WorkflowAttempt =>
  ({ number, status: 'queued', conclusion: null, actor, startedAt: nowIso(hub), updatedAt: nowIso(hub), checkRunIds });

function note(hub: Hub, who: Who, repo: Repo, run: WorkflowRun, kind: string): void {
  const { number, status, conclusion } = currentAttempt(run);
  record(hub, who, { kind: `workflow_run.${kind}`, target: `${fullName(repo)}:${run.sha}`, detail: { id: run.id, attempt: number, status, conclusion } });
}

/** Starts a run of a workflow: queued, without jobs. */
export async function startRun(hub: Hub, who: Who, repo: Repo, wish: NewRun): Promise<WorkflowRun> {
  await readCommit(hub, repo, wish.sha);
  const suite = suiteFor(hub, repo, { appId: actionsApp, sha: wish.sha, fresh: true });
  const runNumber = repo.workflowRuns.filter(({ workflowId }) => workflowId === wish.workflow.id).length + 1;
  const run: WorkflowRun = {
    id: newId(hub), workflowId: wish.workflow.id, runNumber, suiteId: suite.id, event: wish.event, sha: wish.sha, branch: wish.branch, headRepoId: wish.headRepoId ?? repo.id, title: wish.title, actor: who.login,
    pulls: wish.pulls ?? [], createdAt: nowIso(hub), attempts: [newAttempt(hub, 1, who.login)],
  };
  repo.workflowRuns.push(run);
  note(hub, who, repo, run, 'start');
  emitRun(hub, who, repo, run, 'requested');
  if (wish.held) {
    const attempt = currentAttempt(run);
    attempt.status = suite.status = 'completed';
    attempt.conclusion = suite.conclusion = 'action_required';
    emitRun(hub, who, repo, run, 'completed');
  }
  return run;
}

/** Adds a job to the current attempt. */
export async function startJob(hub: Hub, repo: Repo, run: WorkflowRun, { name, status = 'in_progress' }: { readonly name: string; readonly status?: 'queued' | 'in_progress' }): Promise<CheckRun> {
  const attempt = currentAttempt(run);
  const suite = repo.suites.find(({ id }) => id === run.suiteId);
  if (!suite) throw new Error(`no check suite ${String(run.suiteId)}`);
  const job = await createCheckRun(hub, actionsBot, repo, { appId: actionsApp, sha: run.sha, suite, name, status });
  attempt.checkRunIds.push(job.id);
  if (attempt.status !== 'in_progress' && status === 'in_progress') {
    attempt.status = 'in_progress';
    attempt.updatedAt = nowIso(hub);
    emitRun(hub, actionsBot, repo, run, 'in_progress');
  }
  return job;
}

/** Lets a job of the current attempt go on or end. */
export async function updateJob(hub: Hub, repo: Repo, job: CheckRun, wish: { readonly status?: 'in_progress'; readonly conclusion?: Conclusion; readonly title?: string; readonly summary?: string }): Promise<void> {
  const { title, summary, ...rest } = wish;
  await updateCheckRun(hub, actionsBot, repo, job, { ...rest, ...(title === undefined && summary === undefined ? {} : { output: { title: title ?? null, summary: summary ?? null } }) });
}

const worst: readonly Conclusion[] = ['failure', 'timed_out', 'startup_failure', 'cancelled', 'action_required', 'success', 'skipped', 'neutral'];

/** The check runs of an attempt. */
export const jobsOf = (repo: Repo, attempt: WorkflowAttempt): readonly CheckRun[] => repo.checkRuns.filter(({ id }) => attempt.checkRunIds.includes(id));

/** Ends the current attempt with what its jobs came to. */
export function finishRun(hub: Hub, repo: Repo, run: WorkflowRun, conclusion?: Conclusion): void {
  const attempt = currentAttempt(run);
  if (attempt.status === 'completed') return;
  const said = jobsOf(repo, attempt).map((job) => job.conclusion);
  attempt.status = 'completed';
  attempt.conclusion = conclusion ?? worst.find((one) => said.includes(one)) ?? 'success';
  attempt.updatedAt = nowIso(hub);
  note(hub, actionsBot, repo, run, 'finish');
  emitRun(hub, actionsBot, repo, run, 'completed');
}

/** Runs it again: all jobs, or those that failed; the others keep their result in the new attempt. */
export function rerun(hub: Hub, who: Who, repo: Repo, run: WorkflowRun, which: 'all' | 'failed'): void {
  const last = currentAttempt(run);
  if (last.status !== 'completed') throw new ApiError(403, 'This workflow is already running');
  if (last.conclusion === 'action_required') throw new ApiError(403, 'Unable to rerun this workflow run because it has not been approved');
  const jobs = jobsOf(repo, last);
  const kept = which === 'all' ? [] : jobs.filter(({ conclusion }) => conclusion === 'success' || conclusion === 'skipped' || conclusion === 'neutral');
  if (which === 'failed' && kept.length === jobs.length) throw new ApiError(403, 'This workflow run cannot be retried');
  run.attempts.push(newAttempt(hub, last.number + 1, who.login, kept.map(({ id }) => id)));
  reopenSuite(hub, repo, run);
  note(hub, who, repo, run, which === 'all' ? 'rerun' : 'rerun-failed');
  emitRun(hub, who, repo, run, 'requested');
}

function reopenSuite(hub: Hub, repo: Repo, run: WorkflowRun): void {
  const suite = repo.suites.find(({ id }) => id === run.suiteId);
  if (!suite) return;
  suite.status = 'queued';
  suite.conclusion = null;
  suite.updatedAt = nowIso(hub);
}

/** Lets a run go that was held back. */
export function approve(hub: Hub, who: Who, repo: Repo, run: WorkflowRun): void {
  const attempt = currentAttempt(run);
  if (attempt.conclusion !== 'action_required') throw new ApiError(403, 'This run is not from a fork pull request or is not waiting for approval');
  attempt.status = 'queued';
  attempt.conclusion = null;
  attempt.updatedAt = nowIso(hub);
  reopenSuite(hub, repo, run);
  note(hub, who, repo, run, 'approve');
  emitRun(hub, who, repo, run, 'requested');
}

/** Stops a run and what it has going. */
export async function cancel(hub: Hub, who: Who, repo: Repo, run: WorkflowRun): Promise<void> {
  const attempt = currentAttempt(run);
  if (attempt.status === 'completed') throw new ApiError(409, 'Cannot cancel a workflow run that is completed.');
  note(hub, who, repo, run, 'cancel');
  for (const job of jobsOf(repo, attempt)) if (job.status !== 'completed') await updateJob(hub, repo, job, { conclusion: 'cancelled' });
  finishRun(hub, repo, run, 'cancelled');
}
