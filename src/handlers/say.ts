import { createHash } from 'node:crypto';
import type { Action } from '../core/action.js';
import { NotFoundError } from '../core/errors.js';
import type { IssueRef } from '../core/ids.js';
import { replyMarker, standingMarker, withMarker, withoutMarker } from '../core/marker.js';
import type { Comment } from '../core/ports/github.js';
import { isSelf } from '../core/trusted.js';
import type { ActContext, ActDeps } from './performing.js';

type CommentPorts = Pick<ActDeps, 'github' | 'intents' | 'said'>;

/** Answers a delivery, once. False where the answer is there already. */
export function reply({ issue, purpose, body }: Extract<Action, { kind: 'comment.reply' }>, context: ActContext, ports: CommentPorts): Promise<boolean> {
  const { plugin, delivery } = context;
  const marker = replyMarker(plugin, purpose, delivery.id);
  return createOnce({ issue, purpose, body, marker, key: `comment:${plugin}/${purpose}/${delivery.id}`, isIt: (found) => found.body.includes(marker) }, context, ports);
}

interface Creation {
  readonly issue: IssueRef;
  readonly purpose: string;
  readonly body: string;
  readonly marker: string;
  /** Of the intent. */
  readonly key: string;
  readonly isIt: (comment: Comment) => boolean;
  /** What this very run has deleted. */
  readonly gone?: readonly number[];
}

async function createOnce({ issue, purpose, body, marker, key, isIt, gone = [] }: Creation, { plugin, delivery, repeated, signal }: ActContext, { github, intents, said }: CommentPorts): Promise<boolean> {
  const saying = { plugin, purpose, issue, delivery: delivery.id };
  // The intent comes last: whatever dies before it is looked for in the next run, and remembered then.
  const finish = async (id: number): Promise<void> => { await said.finish(saying, id); await intents.finish(key, String(id)); };
  const begun = await intents.begin(key, delivery);
  // What was just deleted does not count as made.
  if (begun.state === 'done' && !gone.includes(Number(begun.outcome))) return false;
  if (begun.state === 'unknown' || repeated) {
    const me = await github.identity({ signal });
    const found = (await github.comments(issue, { signal })).find((comment) => isSelf(me, comment.user.login) && isIt(comment) && !gone.includes(comment.id));
    if (found) {
      await finish(found.id);
      return false;
    }
  }
  await said.begin(saying);
  const { id } = await github.createComment(issue, withMarker(body, marker), { signal, priority: 'comment' });
  await finish(id);
  return true;
}

/** Deletes a comment; one that is gone already counts. */
export async function remove(issue: IssueRef, id: number, { signal }: ActContext, { github, said }: Pick<CommentPorts, 'github' | 'said'>): Promise<void> {
  await github.deleteComment(issue, id, { signal, priority: 'housekeeping' });
  await said.forget(issue, id);
}

/** Brings a plugin's standing comment up to date. */
export async function upsert(action: Extract<Action, { kind: 'comment.upsert' }>, context: ActContext, ports: CommentPorts): Promise<boolean> {
  const { plugin, delivery, signal } = context;
  const { issue, purpose, body, style, formerIds } = action;
  const marker = standingMarker(plugin, purpose);
  const newest = formerIds.at(-1);
  if (style === 'edit' && newest !== undefined) {
    try {
      await ports.github.editComment(issue, newest, withMarker(body, marker), { signal, priority: 'comment' });
      for (const id of formerIds.slice(0, -1)) await remove(issue, id, context, ports);
      return true;
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
    }
  } else {
    for (const id of formerIds) await remove(issue, id, context, ports);
  }
  // The body belongs to the identity: a later attempt may have decided something else.
  const digest = createHash('sha256').update(body).digest('hex').slice(0, 16);
  const isIt = (comment: Comment) => comment.body.includes(marker) && withoutMarker(comment.body) === body;
  return createOnce({ issue, purpose, body, marker, key: `comment:${plugin}/${purpose}/${delivery.id}/${digest}`, isIt, gone: formerIds }, context, ports);
}
