import { isAwaited } from '../../config/plugins/matching.js';
import { AUTO_CC } from '../../core/reviewers/commands.js';
import { reviewEvents } from '../../core/reviewers/events.js';
import type { Plugin, PluginContext } from '../plugin.js';
import { byAuthorship } from './history.js';

const events = reviewEvents<PluginContext>({
  settings: ({ config }) => config.plugins.rifle,
  isAwaited: (status, { config: { plugins: { rifle: { wait_for_status: wanted } } } }) => wanted !== undefined && isAwaited(wanted, status),
  prefer: byAuthorship,
});

/** Asks those owners of the changed files to review who know the changed lines best. */
export const rifle: Plugin<'auto-cc'> = {
  name: 'rifle',
  help: 'Asks people whom the OWNERS files name for the changed files to review a new pull request, those first who wrote the changed lines; in place of blunderbuss.',
  commands: {
    'auto-cc': { usage: '/auto-cc', about: 'Asks reviewers as for a new pull request.', who: 'Anyone', examples: ['/auto-cc'], pattern: AUTO_CC },
  },
  on: { pull_request: events.opened, command: events.asked, status: events.reported, check: events.reported },
  describe({ plugins: { rifle: { request_count, max_request_count, exclude_approvers, wait_for_status } } }) {
    return [
      `${request_count} ${request_count === 1 ? 'reviewer is' : 'reviewers are'} asked${max_request_count > 0 ? `, ${max_request_count} at most` : ''}, first those who wrote the changed lines.`,
      `Approvers ${exclude_approvers ? 'are asked only where reviewers are too few for that' : 'help out where reviewers are too few'}.`,
      ...(wait_for_status ? [`They are asked once the status \`${wait_for_status.context}\` is \`${wait_for_status.state}\`.`] : []),
    ].join(' ');
  },
};
