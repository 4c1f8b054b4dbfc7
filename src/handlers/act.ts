import { createHash } from 'node:crypto';
import type { Action, ActionKind } from '../core/action.js';
import { isComplete } from '../core/prowjob.js';
import { isFinal, toError } from '../core/retry.js';
import { NotFoundError, RemoteError } from '../core/errors.js';
import { replyMarker, standingMarker, withMarker, withoutMarker } from '../core/marker.js';
import { isSelf } from '../core/trusted.js';
import type { Delivery } from '../core/event.js';
import { issueKey, type IssueRef } from '../core/ids.js';
import type { Comment, GitHubReads, GitHubWrites, Priority } from '../core/ports/github.js';
import type { Intents } from '../core/ports/intents.js';
import type { ProwJobs } from '../core/ports/jobs.js';
import type { Log } from '../core/ports/log.js';
import { formatLate, judge, parseLate, type LabelAction } from './stale.js';

/**
 * Performs what plugins decided. Every action may be repeated: it has an identity of its own at its service, or its intent is
 * stored first and an unknown outcome looked up (design decision 17). `repeated` runs (recovered deliveries, later attempts)
 * also look whether a label or a job has been changed by somebody since.
 */
export interface ActDeps {
  readonly github: GitHubReads & GitHubWrites;
  readonly jobs: ProwJobs;
  readonly intents: Intents;
  readonly log: Log;
  /** `dry`: says what it would do and writes nothing. */
  readonly mode: 'act' | 'dry';
}

export interface ActContext {
  readonly plugin: string;
  readonly delivery: Pick<Delivery, 'id' | 'at' | 'via'>;
  readonly repeated: boolean;
  readonly signal: AbortSignal;
}

/** Performs a list in order and gives the kinds of what was done. The first failure ends the list, except inside `each`. */
export async function perform(actions: readonly Action[], context: ActContext, deps: ActDeps): Promise<readonly ActionKind[]> {
  const done: ActionKind[] = [];
  for (const action of actions) {
    context.signal.throwIfAborted();
    if (action.kind === 'each') {
      done.push(...(await performEach(action.actions, context, deps)));
    } else if (deps.mode === 'dry') {
      deps.log.info({ action }, 'dry run: would have done');
    } else {
      if (await performOne(action, context, deps)) done.push(action.kind);
      deps.log.debug({ action: action.kind }, 'action performed');
    }
  }
  return done;
}

async function performEach(actions: readonly Action[], context: ActContext, deps: ActDeps): Promise<readonly ActionKind[]> {
  const done: ActionKind[] = [];
  const errors: Error[] = [];
  for (const action of actions) {
    context.signal.throwIfAborted();
    try {
      done.push(...(await perform([action], context, deps)));
    } catch (error) {
      errors.push(toError(error));
    }
  }
  if (errors.length > 0) throw combined(errors);
  return done;
}

/** One error for several, which is tried again if any of them may be, after the longest wait that any asks for. */
export function combined(errors: readonly Error[]): Error {
  const [first] = errors;
  if (first && errors.length === 1) return first;
  const all = new AggregateError(errors, errors.map((error) => error.message).join('; '));
  const again = errors.filter((error) => !isFinal(error));
  const [remote] = errors.filter((error) => error instanceof RemoteError);
  if (again.length === 0 && first) return remote ? new RemoteError(all.message, { service: remote.service, retry: 'never', cause: all }) : first;
  const waits = again.map((error) => (error instanceof RemoteError ? error.retryAfterMs : undefined)).filter((ms) => ms !== undefined);
  if (remote && waits.length > 0) return new RemoteError(all.message, { service: remote.service, retryAfterMs: Math.max(...waits), cause: all });
  return all;
}

type Simple = Exclude<Action, { kind: 'each' }>;

/** False where there was nothing left to do. */
async function performOne(action: Simple, context: ActContext, { github, jobs, intents, log }: ActDeps): Promise<boolean> {
  const { plugin, delivery, repeated, signal } = context;
  const opts = (priority: Priority) => ({ signal, priority });
  switch (action.kind) {
    case 'label.add': case 'label.remove':
      if (!repeated) return changeLabel(action, context, github);
      return changeLabelLate(action, context, { github, intents, log });
    case 'comment.reply': {
      const marker = replyMarker(plugin, action.purpose, delivery.id);
      return createOnce(action.issue, action.body, marker, `comment:${plugin}/${action.purpose}/${delivery.id}`, (found) => found.body.includes(marker), context, { github, intents });
    }
    case 'comment.upsert': return upsert(action, context, { github, intents });
    case 'comment.delete':
      await github.deleteComment(action.issue, action.commentId, opts('housekeeping'));
      return true;
    case 'assign': {
      const { missing } = await github.assign(action.issue, action.logins, opts('comment'));
      if (missing.length > 0) log.info({ missing }, 'some people could not be assigned');
      return true;
    }
    case 'unassign':
      await github.unassign(action.issue, action.logins, opts('comment'));
      return true;
    case 'review.request': {
      const { missing } = await github.requestReview(action.issue, action.reviewers, opts('comment'));
      if (missing.length > 0) log.info({ missing }, 'some reviewers could not be asked');
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
    case 'workflow.approve': return runOf(log, action.runId, () => github.approveWorkflow(action.repo, action.runId, opts('status')));
    case 'workflow.rerunFailed': return runOf(log, action.runId, () => github.rerunFailedJobs(action.repo, action.runId, opts('status')));
    default: return action satisfies never;
  }
}

async function changeLabel({ kind, issue, label }: LabelAction, { signal }: ActContext, github: GitHubWrites): Promise<true> {
  if (kind === 'label.add') await github.addLabel(issue, label, { signal, priority: 'status' });
  else await github.removeLabel(issue, label, { signal, priority: 'status' });
  return true;
}

async function changeLabelLate(action: LabelAction, context: ActContext, { github, intents, log }: Pick<ActDeps, 'github' | 'intents' | 'log'>): Promise<boolean> {
  const { delivery, signal } = context;
  const key = `late-label:${issueKey(action.issue)}/${action.label.toLowerCase()}`;
  const [begun, timeline] = await Promise.all([intents.begin(key), github.issueEvents(action.issue, { signal })]);
  const late = begun.state === 'done' ? parseLate(begun.outcome) : [];
  const verdict = judge(action, delivery.at, timeline, late);
  if (!verdict.perform) {
    log.info({ action }, 'the label is as it should be, or has changed since; left alone');
    return false;
  }
  await changeLabel(action, context, github);
  if (verdict.entry !== undefined) await intents.finish(key, formatLate([...late, { entry: verdict.entry, deliveredAt: delivery.at }]));
  return true;
}

type CommentPorts = Readonly<{ github: GitHubReads & GitHubWrites; intents: Intents }>;

async function createOnce(
  issue: IssueRef, body: string, marker: string, key: string, isIt: (comment: Comment) => boolean, { delivery, repeated, signal }: ActContext, { github, intents }: CommentPorts, gone: readonly number[] = [],
): Promise<boolean> {
  const begun = await intents.begin(key, delivery);
  // A comment that this very run has just deleted does not count as made.
  if (begun.state === 'done' && !gone.includes(Number(begun.outcome))) return false;
  if (begun.state === 'unknown' || repeated) {
    const me = await github.identity({ signal });
    const found = (await github.comments(issue, { signal })).find((comment) => isSelf(me, comment.user.login) && isIt(comment) && !gone.includes(comment.id));
    if (found) {
      await intents.finish(key, String(found.id));
      return false;
    }
  }
  const { id } = await github.createComment(issue, withMarker(body, marker), { signal, priority: 'comment' });
  await intents.finish(key, String(id));
  return true;
}

async function upsert(action: Extract<Action, { kind: 'comment.upsert' }>, context: ActContext, ports: CommentPorts): Promise<boolean> {
  const { plugin, delivery, signal } = context;
  const { issue, purpose, body, style, formerIds } = action;
  const marker = standingMarker(plugin, purpose);
  const newest = formerIds.at(-1);
  if (style === 'edit' && newest !== undefined) {
    try {
      await ports.github.editComment(issue, newest, withMarker(body, marker), { signal, priority: 'comment' });
      for (const id of formerIds.slice(0, -1)) await ports.github.deleteComment(issue, id, { signal, priority: 'housekeeping' });
      return true;
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
    }
  } else {
    for (const id of formerIds) await ports.github.deleteComment(issue, id, { signal, priority: 'housekeeping' });
  }
  // The body belongs to the identity: a later attempt may have decided something else.
  const digest = createHash('sha256').update(body).digest('hex').slice(0, 16);
  const isIt = (comment: Comment) => comment.body.includes(marker) && withoutMarker(comment.body) === body;
  return createOnce(issue, body, marker, `comment:${plugin}/${purpose}/${delivery.id}/${digest}`, isIt, context, ports, formerIds);
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
