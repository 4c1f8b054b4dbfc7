import { findAnswer, type Found } from '../../core/answer.js';
import { answerComment } from '../../core/answerMarkdown.js';
import type { Action } from '../../core/action.js';
import type { IssueRef } from '../../core/ids.js';
import { formerNotices, giveNotice, type Notice } from '../../core/notice.js';
import type { Comment } from '../../core/ports/github.js';
import { pattern } from '../../core/re2.js';
import type { CommandEvent, Plugin, PluginContext } from '../plugin.js';

const NOTICE: Notice = { plugin: 'why', purpose: 'answer' };

/** One comment that is edited in place; nothing where it says so already. */
export function decideWhy(issue: IssueRef, found: Found, former: readonly Comment[]): readonly Action[] {
  return giveNotice(NOTICE, issue, answerComment(found), former, 'quiet');
}

async function onCommand({ issue, isPull }: CommandEvent<'why'>, { github, said, tide, signal }: PluginContext): Promise<readonly Action[]> {
  if (!isPull) return [];
  const [found, former] = await Promise.all([findAnswer(issue, tide), formerNotices([NOTICE], issue, undefined, { github, said, signal })]);
  return decideWhy(issue, found, former);
}

/** Says on a pull request what keeps it from merging: the answer that the `tide` check, Slack and the pages give as well. */
export const why: Plugin<'why'> = {
  name: 'why',
  help: 'Says what keeps a pull request from merging, who or what clears each of these, and when it will probably merge.',
  commands: {
    why: {
      usage: '/why', about: 'Says what keeps this pull request from merging, in one comment that is edited each time somebody asks.', who: 'Anyone', examples: ['/why'],
      pattern: pattern('(?mi)^/why[\\t\\f\\r ]*$'),
    },
  },
  on: { command: onCommand },
  describe: (_config, repo) => (repo ? 'Anybody may ask.' : ''),
};
