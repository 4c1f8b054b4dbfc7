import type { Action, ActionKind, Complaint } from '../core/action.js';
import { isComplete } from '../core/prowjob.js';
import { settleAll } from '../core/parallel.js';
import { isFinal, toError } from '../core/retry.js';
import { NotFoundError, NotYet, RemoteError } from '../core/errors.js';
import type { IssueRef } from '../core/ids.js';
import type { Priority } from '../core/ports/github.js';
import type { ProwJobs } from '../core/ports/jobs.js';
import type { Log } from '../core/ports/log.js';
import { changeLabel, changeLabelLate } from './labels.js';
import type { ActContext, ActDeps } from './performing.js';
import { refusable } from './refusal.js';
import { concludeCheck, review } from './review.js';
import { remove, reply, upsert } from './say.js';
import { withdraw } from './withdraw.js';

/** Performs a list in order and gives the kinds of what was done. The first failure ends the list, except inside `each`. */
export async function perform(actions: readonly Action[], context: ActContext, deps: ActDeps): Promise<readonly ActionKind[]> {
  const done: ActionKind[] = [];
  for (const action of actions) {
    context.signal.throwIfAborted();
    if (action.kind === 'each') {
      done.push(...(await performEach(action.actions, context, deps)));
    } else if (action.kind === 'list') {
      done.push(...(await perform(action.actions, context, deps)));
    } else if (deps.mode === 'dry') {
      deps.log.info({ action }, 'dry run: would have done');
    } else {
      if (await performOne(action, context, deps)) done.push(action.kind);
      deps.log.debug({ action: action.kind }, 'action performed');
    }
  }
  return done;
}

/** ProwJobs that are created at one time: a pull request may start a hundred, each of which waits for the API server. */
const CREATIONS = 8;

/** What follows one another within a list: creations of ProwJobs together, everything else by itself. */
function groupsOf(actions: readonly Action[]): readonly (readonly Action[])[] {
  const groups: Action[][] = [];
  for (const action of actions) {
    const last = groups.at(-1);
    if (action.kind === 'prowjob.create' && last?.[0]?.kind === 'prowjob.create') last.push(action);
    else groups.push([action]);
  }
  return groups;
}

async function performEach(actions: readonly Action[], context: ActContext, deps: ActDeps): Promise<readonly ActionKind[]> {
  const done: ActionKind[] = [];
  const errors: Error[] = [];
  for (const group of groupsOf(actions)) {
    const outcomes = await settleAll(group, CREATIONS, (action) => perform([action], context, deps), () => { context.signal.throwIfAborted(); });
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') done.push(...outcome.value);
      else errors.push(toError(outcome.reason));
    }
  }
  if (errors.length > 0) throw combined(errors);
  return done;
}

/** One error for several, which is tried again if any of them may be, after the longest wait that any asks for. */
export function combined(errors: readonly Error[]): Error {
  const [first] = errors;
  if (first && errors.length === 1) return first;
  const waits = errors.filter((error) => error instanceof NotYet);
  if (first && waits.length === errors.length) return waits.reduce((last, one) => (one.until > last.until ? one : last));
  const all = new AggregateError(errors, errors.map((error) => error.message).join('; '));
  const again = errors.filter((error) => !isFinal(error));
  const [remote] = errors.filter((error) => error instanceof RemoteError);
  if (again.length === 0 && first) return remote ? new RemoteError(all.message, { service: remote.service, retry: 'never', cause: all }) : first;
  const asked = again.map((error) => (error instanceof RemoteError ? error.retryAfterMs : undefined)).filter((ms) => ms !== undefined);
  if (remote && asked.length > 0) return new RemoteError(all.message, { service: remote.service, retryAfterMs: Math.max(...asked), cause: all });
  return all;
}

type Simple = Exclude<Action, { kind: 'each' | 'list' }>;

/** False where there was nothing left to do. */
async function performOne(action: Simple, context: ActContext, { github, jobs, intents, said, log }: ActDeps): Promise<boolean> {
  const { repeated, signal } = context;
  const opts = (priority: Priority) => ({ signal, priority });
  switch (action.kind) {
    case 'label.add': case 'label.remove':
      if (!repeated) return changeLabel(action, context, github);
      return changeLabelLate(action, context, { github, intents, log });
    case 'comment.reply': return reply(action, context, { github, intents, said });
    case 'comment.upsert': return upsert(action, context, { github, intents, said });
    case 'comment.delete':
      await remove(action.issue, action.commentId, context, { github, said });
      return true;
    case 'assign': {
      const { missing } = await github.assign(action.issue, action.logins, opts('comment'));
      if (missing.length > 0) log.info({ missing }, 'some people could not be assigned');
      await complain(action, missing, context, { github, intents, said });
      return true;
    }
    case 'unassign':
      await github.unassign(action.issue, action.logins, opts('comment'));
      return true;
    case 'review.request': {
      const { missing } = await github.requestReview(action.issue, action.reviewers, opts('comment'));
      if (missing.length > 0) log.info({ missing }, 'some reviewers could not be asked');
      await complain(action, missing, context, { github, intents, said });
      return true;
    }
    case 'review.unrequest':
      await github.unrequestReview(action.issue, action.reviewers, opts('comment'));
      return true;
    case 'status.set': {
      const { repo, sha, context: name, state, description, url } = action;
      await github.setStatus(repo, sha, { context: name, state, description, url }, opts('status'));
      return true;
    }
    case 'prowjob.create': return (await jobs.create(action.job, { signal })) === 'created';
    case 'prowjob.abort': return abort(action.issue, action.description, context, jobs);
    case 'prowjob.withdraw': return withdraw(action, signal, jobs);
    case 'issue.edit': return refusable(() => github.editIssue(action.issue, action.change, opts('status')));
    case 'pull.edit': return refusable(() => github.editPull(action.issue, action.change, opts('status')));
    case 'check.pass': case 'check.fail': return concludeCheck(action, context, { github });
    case 'review.comment': return review(action, context, { github, intents });
    case 'workflow.approve': return runOf(log, action.runId, () => github.approveWorkflow(action.repo, action.runId, opts('status')));
    case 'workflow.rerunFailed': return runOf(log, action.runId, () => github.rerunFailedJobs(action.repo, action.runId, opts('status')));
    default: return action satisfies never;
  }
}

/** Tells whoever asked whom GitHub did not take. */
async function complain({ issue, complaint }: Readonly<{ issue: IssueRef; complaint?: Complaint }>, missing: readonly string[], context: ActContext, ports: Pick<ActDeps, 'github' | 'intents' | 'said'>): Promise<void> {
  if (!complaint || missing.length === 0) return;
  const { purpose, before, after } = complaint;
  await reply({ kind: 'comment.reply', issue, purpose, body: `${before}${missing.join(', ')}${after}` }, context, ports);
}

async function abort(issue: IssueRef, description: string, { delivery, repeated, signal }: ActContext, jobs: ProwJobs): Promise<boolean> {
  const selector = { 'prow.k8s.io/refs.org': issue.org, 'prow.k8s.io/refs.repo': issue.name, 'prow.k8s.io/refs.pull': String(issue.number), 'prow.k8s.io/type': 'presubmit' };
  const errors: Error[] = [];
  let any = false;
  for (const job of await jobs.list(selector, { signal })) {
    if (isComplete(job) || job.status.state === 'aborted') continue;
    // What this delivery started, and in a repetition what came after it, is not what it wanted to end.
    if (job.metadata.labels?.['event-GUID'] === delivery.id) continue;
    if (repeated && Date.parse(job.status.startTime ?? '') > delivery.at) continue;
    try {
      any = (await jobs.abort(job.metadata.name, description, { signal })) === 'aborted' || any;
    } catch (error) {
      errors.push(toError(error));
    }
  }
  if (errors.length > 0) throw combined(errors);
  return any;
}

/** A workflow run that cannot be helped on must not keep anything else from happening; what may succeed later is tried again. */
async function runOf(log: Log, runId: number, act: () => Promise<void>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (!isFinal(error)) throw error;
    if (error instanceof NotFoundError) log.info({ runId }, 'the workflow run was dealt with already');
    else log.warn({ err: error, runId }, 'the workflow run was refused');
    return false;
  }
}
