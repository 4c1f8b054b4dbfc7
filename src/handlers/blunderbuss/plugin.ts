import { isAwaited } from '../../config/plugins/matching.js';
import { byChance } from '../../core/reviewers/ask.js';
import { AUTO_CC } from '../../core/reviewers/commands.js';
import { reviewEvents } from '../../core/reviewers/events.js';
import type { Plugin, PluginContext } from '../plugin.js';

const events = reviewEvents<PluginContext>({
  settings: ({ config }) => config.plugins.blunderbuss,
  isAwaited: (status, { config: { plugins: { blunderbuss: { wait_for_status: wanted } } } }) => wanted !== undefined && isAwaited(wanted, status),
  prefer: () => byChance,
});

/** Asks owners of the changed files to review, by lot. */
export const blunderbuss: Plugin<'auto-cc'> = {
  name: 'blunderbuss',
  help: 'Asks people whom the OWNERS files name for the changed files to review a new pull request, chosen by lot among the nearest ones.',
  commands: {
    'auto-cc': { usage: '/auto-cc', about: 'Asks reviewers as for a new pull request.', who: 'Anyone', examples: ['/auto-cc'], pattern: AUTO_CC },
  },
  on: { pull_request: events.opened, command: events.asked, status: events.reported, check: events.reported },
  describe({ plugins: { blunderbuss: { request_count, max_request_count, exclude_approvers, wait_for_status } } }) {
    return [
      `${request_count} ${request_count === 1 ? 'reviewer is' : 'reviewers are'} asked${max_request_count > 0 ? `, ${max_request_count} at most` : ''}.`,
      `Approvers ${exclude_approvers ? 'are never asked in place of reviewers' : 'help out where reviewers are too few'}.`,
      ...(wait_for_status ? [`They are asked once the status \`${wait_for_status.context}\` is \`${wait_for_status.state}\`.`] : []),
    ].join(' ');
  },
};
