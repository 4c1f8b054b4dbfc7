import { createHash } from 'node:crypto';
import type { Action } from '../core/action.js';
import { NotFoundError } from '../core/errors.js';
import type { IssueRef } from '../core/ids.js';
import { replyMarker, standingMarker, withMarker, withoutMarker } from '../core/marker.js';
import type { Comment } from '../core/ports/github.js';
import { isSelf } from '../core/trusted.js';
import type { ActContext, ActDeps } from './performing.js';

type CommentPorts = Pick<ActDeps, 'github' | 'intents'>;

/** Answers a delivery, once. False where the answer is there already. */
export function reply({ issue, purpose, body }: Extract<Action, { kind: 'comment.reply' }>, context: ActContext, ports: CommentPorts): Promise<boolean> {
  const { plugin, delivery } = context;
  const marker = replyMarker(plugin, purpose, delivery.id);
  return createOnce(issue, body, marker, `comment:${plugin}/${purpose}/${delivery.id}`, (found) => found.body.includes(marker), context, ports);
}

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

/** Brings a plugin's standing comment up to date. */
export async function upsert(action: Extract<Action, { kind: 'comment.upsert' }>, context: ActContext, ports: CommentPorts): Promise<boolean> {
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
