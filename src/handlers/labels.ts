import { issueKey } from '../core/ids.js';
import type { GitHubWrites } from '../core/ports/github.js';
import type { ActContext, ActDeps } from './performing.js';
import { formatLate, judge, parseLate, type LabelAction } from './stale.js';

/** Adds or removes a label; GitHub takes both twice. */
export async function changeLabel({ kind, issue, label }: LabelAction, { signal }: ActContext, github: GitHubWrites): Promise<true> {
  if (kind === 'label.add') await github.addLabel(issue, label, { signal, priority: 'status' });
  else await github.removeLabel(issue, label, { signal, priority: 'status' });
  return true;
}

/** As `changeLabel`, where the delivery is old or was handled before: what has been decided since stays. False where nothing is left to do. */
export async function changeLabelLate(action: LabelAction, context: ActContext, { github, intents, log }: Pick<ActDeps, 'github' | 'intents' | 'log'>): Promise<boolean> {
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
