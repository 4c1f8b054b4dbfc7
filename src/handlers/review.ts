import type { Action } from '../core/action.js';
import { issueKey } from '../core/ids.js';
import { isReplyOf, replyMarker, withMarker } from '../core/marker.js';
import { isSelf } from '../core/trusted.js';
import type { ActContext, ActDeps } from './performing.js';

/** Posts a review, once for a delivery. False where it is there already. */
export async function review({ issue, purpose, review: draft }: Extract<Action, { kind: 'review.comment' }>, { plugin, delivery, repeated, signal }: ActContext, { github, intents }: Pick<ActDeps, 'github' | 'intents'>): Promise<boolean> {
  const key = `review:${issueKey(issue)}/${plugin}/${purpose}/${delivery.id}`;
  const begun = await intents.begin(key, delivery);
  if (begun.state === 'done') return false;
  const marker = replyMarker(plugin, purpose, delivery.id);
  if (begun.state === 'unknown' || repeated) {
    const [me, reviews] = await Promise.all([github.identity({ signal }), github.reviews(issue, { signal })]);
    if (reviews.some(({ user, body }) => isSelf(me, user.login) && isReplyOf(body, plugin, purpose) && body.includes(marker))) {
      await intents.finish(key, 'found');
      return false;
    }
  }
  await github.createReview(issue, { ...draft, body: withMarker(draft.body, marker) }, { signal, priority: 'comment' });
  await intents.finish(key, 'made');
  return true;
}

/** Makes a check run that passed or failed; it is found again by the delivery. */
export async function concludeCheck({ kind, repo, sha, name, title, summary }: Extract<Action, { kind: 'check.pass' | 'check.fail' }>, { plugin, delivery, repeated, signal }: ActContext, { github }: Pick<ActDeps, 'github'>): Promise<boolean> {
  const conclusion = kind === 'check.pass' ? 'success' : 'failure';
  const externalId = `${plugin}/${delivery.id}/${conclusion}`;
  if (repeated && (await github.checkRuns(repo, sha, { signal })).some((run) => run.name === name && run.externalId === externalId)) return false;
  await github.concludeCheck(repo, sha, { name, conclusion, title, summary, externalId }, { signal, priority: 'status' });
  return true;
}
