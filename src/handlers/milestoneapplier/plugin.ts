import { own } from '../../config/lookup.js';
import { milestoneFor } from '../../config/plugins/entries.js';
import type { Action } from '../../core/action.js';
import { NotFoundError } from '../../core/errors.js';
import type { PullEvent } from '../../core/event.js';
import { slug } from '../../core/ids.js';
import type { Plugin, PluginContext } from '../plugin.js';

/** Whether an event is the time to set the milestone: what goes to the default branch may be merged into another release than the present one. */
export function isTime({ action, pull, defaultBranch }: Pick<PullEvent, 'action' | 'pull' | 'defaultBranch'>): boolean {
  const merged = action === 'closed' && pull.merged;
  return merged || (action === 'opened' && pull.baseRef !== defaultBranch);
}

async function onPull(event: PullEvent, { github, config, signal }: PluginContext): Promise<readonly Action[]> {
  const { repo, pull } = event;
  const title = milestoneFor(config.plugins, { ...repo, branch: pull.baseRef });
  if (title === undefined || pull.milestone === title || !isTime(event)) return [];
  const found = (await github.milestones(repo, { signal })).find((milestone) => milestone.title === title);
  if (!found) throw new NotFoundError(`milestone_applier wants the milestone ${JSON.stringify(title)} for ${pull.baseRef}, but ${slug(repo)} has no open milestone of that title`, { service: 'github' });
  return [{ kind: 'issue.edit', issue: { ...repo, number: pull.number }, change: { milestone: found.number } }];
}

/** Gives pull requests the milestone of their branch (plugins-policy 4.17). */
export const milestoneapplier: Plugin<never> = {
  name: 'milestoneapplier',
  help: 'Gives pull requests the milestone that is configured for their base branch: when they are merged, and to other branches than the default one as soon as they are opened.',
  commands: {},
  on: { pull_request: onPull },
  describe(config, repo) {
    const branches = repo && own(config.plugins.milestone_applier, slug(repo));
    return Object.entries(branches ?? {}).map(([branch, title]) => `Pull requests to ${branch} get the milestone ${title}.`).join(' ');
  },
};
