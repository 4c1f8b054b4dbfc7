import { triggerFor } from '../../config/plugins/entries.js';
import type { Action } from '../../core/action.js';
import { closesIssues } from '../../core/closing.js';
import { pattern } from '../../core/re2.js';
import { replyTo } from '../../core/reply.js';
import { trusted } from '../../core/trusted.js';
import type { CommandEvent, Plugin, PluginContext } from '../plugin.js';

type Asking = Pick<CommandEvent<'retitle'>, 'issue' | 'isPull' | 'title' | 'user' | 'body' | 'url'>;

/** Gives the title that somebody trusted asks for, or says why it cannot be (plugins-policy 4.16). Nothing but the title is sent. */
export function decideRetitle(event: Asking, title: string): readonly Action[] {
  const { issue, isPull } = event;
  const refuse = (message: string): readonly Action[] => [{ kind: 'comment.reply', issue, purpose: 'refused', body: replyTo(event, message) }];
  if (title === '') return refuse('`/retitle` wants the new title behind it, on the same line.');
  if (closesIssues(title)) return refuse('a title must not close issues when the pull request merges. Please leave the keyword or the number of the issue out.');
  return [isPull ? { kind: 'pull.edit', issue, change: { title } } : { kind: 'issue.edit', issue, change: { title } }];
}

async function onCommand(event: CommandEvent<'retitle'>, { github, config, signal }: PluginContext): Promise<readonly Action[]> {
  if (event.state !== 'open' && !config.plugins.retitle.allow_closed_issues) return [];
  const trust = await trusted(event.user.login, event.repo, triggerFor(config.plugins, event.repo), { github, signal });
  if (!trust.trusted) {
    const message = `only people whom I trust may rename issues and pull requests: you are ${trust.why}. Authors can edit their titles themselves.`;
    return [{ kind: 'comment.reply', issue: event.issue, purpose: 'refused', body: replyTo(event, message) }];
  }
  return decideRetitle(event, event.commands[0].groups[0]?.trim() ?? '');
}

/** Renames issues and pull requests for people who cannot edit them themselves. */
export const retitle: Plugin<'retitle'> = {
  name: 'retitle',
  help: 'Renames issues and pull requests for people who are trusted but may not edit them themselves.',
  commands: {
    retitle: {
      usage: '/retitle <title>',
      about: 'Gives the issue or pull request another title. The first one of a comment counts.',
      who: 'Trusted people: members of the organisation, and collaborators unless that is turned off',
      examples: ['/retitle Say hello more politely'],
      pattern: pattern('(?mi)^/retitle(?:[\\t\\f\\r ]+(.*))?$'),
    },
  },
  on: { command: onCommand },
  describe(config, repo) {
    if (!repo) return '';
    return config.plugins.retitle.allow_closed_issues ? 'Closed issues and pull requests can be renamed as well.' : '';
  },
};
