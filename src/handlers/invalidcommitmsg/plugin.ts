import { invalidCommitMsgFor } from '../../config/plugins/entries.js';
import { runsCommitCheck } from '../../config/plugins/matching.js';
import type { Action } from '../../core/action.js';
import type { PullEvent } from '../../core/event.js';
import { formerNotices, giveNotice, together, withdraw } from '../../core/notice.js';
import type { Plugin, PluginContext } from '../plugin.js';
import { findingsOf, findingsText, INVALID, isClean, NOTICE } from './decide.js';

async function onPull({ action, repo, pull }: PullEvent, context: PluginContext): Promise<readonly Action[]> {
  if (action !== 'opened' && action !== 'reopened' && action !== 'synchronize' && action !== 'edited') return [];
  const { github, config, delivery, signal } = context;
  const issue = { ...repo, number: pull.number };
  const settings = invalidCommitMsgFor(config.plugins, repo);
  const fresh = action === 'opened' && !delivery.repeated;
  const [commits, labels, former] = await Promise.all([
    github.commits(issue, { signal }), fresh ? pull.labels : github.labels(issue, { signal }), fresh ? [] : formerNotices([NOTICE], issue, pull.createdAt, context),
  ]);
  const findings = findingsOf(commits, pull.title, { closing: runsCommitCheck(settings, 'issueClosingKeywords'), temporary: runsCommitCheck(settings, 'fixupPrefix') });
  const clean = isClean(findings);
  const labelled = labels.some((label) => label.toLowerCase() === INVALID);
  const change: readonly Action[] = labelled === clean ? [{ kind: clean ? 'label.remove' : 'label.add', issue, label: INVALID }] : [];
  const said = clean ? withdraw(issue, former) : giveNotice(NOTICE, issue, findingsText(findings, repo, config.prow.github.link_url), former, config.plugins.comment_style);
  return together([...change, ...said]);
}

/** Keeps commits out whose messages close issues or are only temporary (plugins-policy 4.22). */
export const invalidcommitmsg: Plugin<never> = {
  name: 'invalidcommitmsg',
  help: `Keeps pull requests from merging with the label \`${INVALID}\` while commit messages or the title hold words that close issues, or commits are yet to be squashed.`,
  commands: {},
  on: { pull_request: onPull },
  describe(config, repo) {
    if (!repo) return '';
    const settings = invalidCommitMsgFor(config.plugins, repo);
    const on = [...(runsCommitCheck(settings, 'issueClosingKeywords') ? ['words that close issues'] : []), ...(runsCommitCheck(settings, 'fixupPrefix') ? ['commits that are to be squashed'] : [])];
    return on.length === 0 ? 'All checks are switched off.' : `Looks for ${on.join(' and ')}.`;
  },
};
