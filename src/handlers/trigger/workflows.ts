import type { Action } from '../../core/action.js';
import { RemoteError } from '../../core/errors.js';
import type { Pull } from '../../core/event.js';
import type { WorkflowRun } from '../../core/ports/github.js';
import { isFinal } from '../../core/retry.js';
import type { PluginContext } from '../plugin.js';

type Reads = Pick<PluginContext, 'github' | 'delivery' | 'log' | 'signal'>;

/** None where GitHub does not show them, for want of a permission or after a second try: jobs of ours do not wait for that (plugins-policy 4.1.4). */
async function runsOf(pull: Pull, events: readonly string[], status: string | undefined, { github, delivery, log, signal }: Reads): Promise<readonly WorkflowRun[]> {
  const filter = { headSha: pull.headSha, branch: pull.headRef, ...(status === undefined ? {} : { status }) };
  try {
    return (await Promise.all(events.map((event) => github.workflowRuns(pull, { ...filter, event }, { signal })))).flat();
  } catch (error) {
    if (!(error instanceof RemoteError) || !(isFinal(error) || delivery.repeated)) throw error;
    log.warn({ err: error }, 'the workflow runs of a pull request cannot be listed');
    return [];
  }
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
