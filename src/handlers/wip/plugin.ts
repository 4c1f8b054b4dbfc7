import type { Action } from '../../core/action.js';
import type { Pull, PullEvent } from '../../core/event.js';
import { pattern } from '../../core/re2.js';
import type { Plugin, PluginContext } from '../plugin.js';

export const WIP = 'do-not-merge/work-in-progress';

const TITLE = pattern('(?i)^\\W?WIP\\W');

/** Whether somebody still works on it: a draft, or a title that begins with `WIP` (plugins-policy 4.5). */
export function isInProgress({ draft, title }: Pick<Pull, 'draft' | 'title'>): boolean {
  return draft || TITLE.test(title);
}

/** What is to be done where the label does not say how a pull request stands. */
export function decideWip(pull: Pull, labels: readonly string[]): readonly Action[] {
  const { org, name, number } = pull;
  const wanted = isInProgress(pull);
  if (labels.includes(WIP) === wanted) return [];
  return [{ kind: wanted ? 'label.add' : 'label.remove', issue: { org, name, number }, label: WIP }];
}

/** Whether an event says that somebody began or ended a draft, or renamed the pull request. */
function changesAnswer({ action, titleChanged }: PullEvent): boolean {
  return action === 'ready_for_review' || action === 'converted_to_draft' || (action === 'edited' && titleChanged);
}

async function onPull(event: PullEvent, { github, signal }: PluginContext): Promise<readonly Action[]> {
  const { action, pull } = event;
  if (action !== 'opened' && action !== 'reopened' && action !== 'edited' && !changesAnswer(event)) return [];
  const actions = decideWip(pull, pull.labels);
  // Of two changes in a row the second one's payload may not know yet what the first one did to the label.
  if (actions.length > 0 || !changesAnswer(event)) return actions;
  return decideWip(pull, await github.labels(pull, { signal }));
}

/** Marks what is not to be merged yet because somebody still works on it. */
export const wip: Plugin<never> = {
  name: 'wip',
  help: `Keeps drafts, and pull requests whose title begins with \`WIP\`, from merging with the label \`${WIP}\`.`,
  commands: {},
  on: { pull_request: onPull },
};
