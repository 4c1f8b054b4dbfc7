import type { Action } from '../../core/action.js';
import type { Pull, PullEvent } from '../../core/event.js';
import { formerNotices, giveNotice, together, withdraw, type Notice } from '../../core/notice.js';
import { plainReply } from '../../core/reply.js';
import type { Plugin, PluginContext } from '../plugin.js';

export const MERGE_COMMITS = 'do-not-merge/contains-merge-commits';
const NOTICE: Notice = { plugin: 'mergecommitblocker', purpose: 'merges', upstream: ['because PR contains merge commits, which are not allowed in this repository'] };

/** GitHub lists no more commits of a pull request than this. */
const LISTED = 250;

const TEXT = plainReply(
  `There are merge commits in this pull request, and this repository does not take any: it gets the label \`${MERGE_COMMITS}\`.\n\n`
  + 'Use `git rebase` to put your commits on top of the base branch, then push with `--force-with-lease`. The label goes by itself.',
);

/** Whether a commit of the pull request is a merge, by the list that GitHub gives, and by git where that ends too early. */
async function hasMerges(pull: Pull, { github, git, signal }: PluginContext): Promise<boolean> {
  const commits = await github.commits(pull, { signal });
  if (commits.some(({ parents }) => parents.length > 1)) return true;
  return commits.length >= LISTED && git.hasMerges({ org: pull.org, name: pull.name }, pull.baseSha, pull.headSha, { signal });
}

async function onPull({ action, repo, pull }: PullEvent, context: PluginContext): Promise<readonly Action[]> {
  if (action !== 'opened' && action !== 'reopened' && action !== 'synchronize') return [];
  const { github, config, delivery, signal } = context;
  const issue = { ...repo, number: pull.number };
  const fresh = action === 'opened' && !delivery.repeated;
  const [merges, labels] = await Promise.all([hasMerges(pull, context), fresh ? pull.labels : github.labels(issue, { signal })]);
  const labelled = labels.some((label) => label.toLowerCase() === MERGE_COMMITS);
  if (merges === labelled) return [];
  const former = fresh ? [] : await formerNotices([NOTICE], issue, pull.createdAt, context);
  return together(
    merges
      ? [{ kind: 'label.add', issue, label: MERGE_COMMITS }, ...giveNotice(NOTICE, issue, TEXT, former, config.plugins.comment_style)]
      : [{ kind: 'label.remove', issue, label: MERGE_COMMITS }, ...withdraw(issue, former)],
  );
}

/** Keeps merge commits out (plugins-policy 4.19). */
export const mergecommitblocker: Plugin<never> = {
  name: 'mergecommitblocker',
  help: `Keeps pull requests with merge commits from merging with the label \`${MERGE_COMMITS}\` until they are rebased.`,
  commands: {},
  on: { pull_request: onPull },
};
