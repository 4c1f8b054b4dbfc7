import type { Action } from '../../core/action.js';
import type { Pull } from '../../core/event.js';
import type { WorkflowRun } from '../../core/ports/github.js';
import type { PluginContext } from '../plugin.js';

type Reads = Pick<PluginContext, 'github' | 'signal'>;

async function runsOf(pull: Pull, events: readonly string[], status: string | undefined, { github, signal }: Reads): Promise<readonly WorkflowRun[]> {
  const filter = { headSha: pull.headSha, branch: pull.headRef, ...(status === undefined ? {} : { status }) };
  const lists = await Promise.all(events.map((event) => github.workflowRuns(pull, { ...filter, event }, { signal })));
  return lists.flat();
}

/** GitHub Actions waits for an approval before it runs a stranger's workflows; `/ok-to-test` is one. */
export async function approvals(pull: Pull, reads: Reads): Promise<readonly Action[]> {
  const waiting = await runsOf(pull, ['pull_request', 'pull_request_target'], 'action_required', reads);
  return waiting.map((run) => ({ kind: 'workflow.approve', repo: pull, runId: run.id }));
}

/** Runs that ended otherwise than well are run again. */
export async function reruns(pull: Pull, reads: Reads): Promise<readonly Action[]> {
  const ended = await runsOf(pull, ['pull_request', 'pull_request_target', 'workflow_call'], undefined, reads);
  return ended
    .filter((run) => run.status === 'completed' && run.conclusion !== 'success' && run.conclusion !== 'skipped')
    .map((run) => ({ kind: 'workflow.rerunFailed', repo: pull, runId: run.id }));
}
