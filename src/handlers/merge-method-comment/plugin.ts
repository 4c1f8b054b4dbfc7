import type { Tide } from '../../config/prow/tide.js';
import { mergeMethodFor } from '../../config/prow/tideLookup.js';
import type { Action } from '../../core/action.js';
import type { PullEvent } from '../../core/event.js';
import type { Repo } from '../../core/ids.js';
import { inlineCode } from '../../core/escape.js';
import { formerNotices, giveNotice, type Notice } from '../../core/notice.js';
import { plainReply } from '../../core/reply.js';
import type { Plugin, PluginContext } from '../plugin.js';

const NOTICE: Notice = { plugin: 'merge-method-comment', purpose: 'method', upstream: ['and the default merge method is:'] };

type Options = Pick<Tide, 'merge_method' | 'squash_label' | 'merge_label'>;

/** How the commits of a pull request will come into a branch, and which label asks for another way. */
export function methodText(tide: Options, repo: Repo, branch: string): string {
  const method = mergeMethodFor(tide.merge_method, repo, branch);
  const first = `This pull request has more than one commit, and the merge method of its branch is **${method}**.`;
  const other = (label: string, wish: string) => (label === '' ? `No label is configured by which you could ask to have them ${wish}.` : `Add the label ${inlineCode(label)} to have them ${wish}.`);
  switch (method) {
    case 'squash': return `${first} The commits will be squashed into one. ${other(tide.merge_label, 'merged as they are')}`;
    case 'merge': return `${first} The commits will stay as they are. ${other(tide.squash_label, 'squashed into one')}`;
    case 'rebase': return `${first} The commits will be put on top of the branch one by one.`;
    default: return method satisfies never;
  }
}

async function onPull({ action, repo, pull, commits }: PullEvent, context: PluginContext): Promise<readonly Action[]> {
  if (action !== 'opened' && action !== 'reopened' && action !== 'synchronize' && action !== 'edited') return [];
  const { github, config, delivery, signal } = context;
  const issue = { ...repo, number: pull.number };
  if ((commits ?? (await github.commits(issue, { signal })).length) <= 1) return [];
  const former = action === 'opened' && !delivery.repeated ? [] : await formerNotices([NOTICE], issue, pull.createdAt, context);
  return giveNotice(NOTICE, issue, plainReply(methodText(config.prow.tide, repo, pull.baseRef)), former, config.plugins.comment_style);
}

/** Says how several commits will be merged (plugins-policy 4.20). */
export const mergeMethodComment: Plugin<never> = {
  name: 'merge-method-comment',
  help: 'Says on pull requests with more than one commit how they will be merged, and which label asks for another way.',
  commands: {},
  on: { pull_request: onPull },
  describe: (config, repo) => (repo ? `The merge method is ${mergeMethodFor(config.prow.tide.merge_method, repo, '')} unless a branch has another one.` : ''),
};
