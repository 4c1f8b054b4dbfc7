import { approveFor } from '../../config/plugins/entries.js';
import type { Action } from '../../core/action.js';
import type { CommentEvent, Pull, PullEvent, ReviewEvent } from '../../core/event.js';
import { pattern } from '../../core/re2.js';
import { isSelf } from '../../core/trusted.js';
import type { Plugin, PluginContext } from '../plugin.js';
import { approveCommands, collectApprovals, isCountingState } from './collect.js';
import { addedByHand, APPROVED, assess, decide, notifications } from './decide.js';
import { notification } from './notification.js';

type Verb = 'approve' | 'remove-approve';
/** `talk`: whether anybody can have said anything yet. */
type Seen = Readonly<{ pull: Pull; talk: 'none' | 'some' }>;

async function onComment(event: CommentEvent, context: PluginContext): Promise<readonly Action[]> {
  const { github, config, signal } = context;
  const { action, source, body, formerBody = '' } = event;
  if (!event.isPull || event.state === 'closed') return [];
  // A description approves nothing: editing it takes nothing back.
  if (action !== 'created' && (!followsAtOnce(context) || source === 'pull_request')) return [];
  const settings = approveFor(config.plugins, event.repo);
  if ([body, formerBody].every((text) => approveCommands(text, settings).length === 0)) return [];
  if (isSelf(await github.identity({ signal }), event.user.login)) return [];
  return handle({ pull: event.pull ?? (await github.pull(event.issue, { signal })), talk: 'some' }, context);
}

async function onReview({ action, repo, review, pull }: ReviewEvent, context: PluginContext): Promise<readonly Action[]> {
  const { github, config, signal } = context;
  const settings = approveFor(config.plugins, repo);
  if ((action !== 'submitted' && action !== 'dismissed') || settings.ignore_review_state || !isCountingState(review.state)) return [];
  // One with a command is the comment handler's, in the upstream style also where that does nothing.
  if (review.user.type === 'Bot' || approveCommands(review.body, settings).length > 0) return [];
  if (isSelf(await github.identity({ signal }), review.user.login)) return [];
  return handle({ pull, talk: 'some' }, context);
}

async function onPull({ action, label, sender, pull, baseChanged, bodyChanged }: PullEvent, context: PluginContext): Promise<readonly Action[]> {
  const settings = approveFor(context.config.plugins, pull);
  switch (action) {
    // Events of a pull request come in order: before its opening is handled, nothing that was said on it counts.
    case 'opened': return handle({ pull, talk: context.delivery.repeated ? 'some' : 'none' }, context);
    case 'reopened': case 'synchronize': return handle({ pull, talk: 'some' }, context);
    case 'labeled':
      if (label !== APPROVED || pull.state === 'closed' || isSelf(await context.github.identity({ signal: context.signal }), sender.login)) return [];
      return handle({ pull, talk: 'some' }, context);
    case 'edited':
      // Another base has other owners, and the description names the issue.
      return followsAtOnce(context) && pull.state !== 'closed' && (baseChanged || (bodyChanged && settings.issue_required)) ? handle({ pull, talk: 'some' }, context) : [];
    case 'unlabeled':
      // Only for people: of two programs that disagree about the label, neither would ever stop.
      if (!followsAtOnce(context) || label !== APPROVED || pull.state === 'closed' || sender.type === 'Bot' || isSelf(await context.github.identity({ signal: context.signal }), sender.login)) return [];
      return handle({ pull, talk: 'some' }, context);
    default: return [];
  }
}

/** Whether what takes an approval back counts at once (K35). Upstream waits for the next event, and so does its style. */
function followsAtOnce({ config }: Pick<PluginContext, 'config'>): boolean {
  return config.plugins.comment_style === 'quiet';
}

/** Works everything out anew: whatever was said, edited or deleted before counts as it is now. */
async function handle({ pull, talk }: Seen, { github, owners, config, signal }: PluginContext): Promise<readonly Action[]> {
  const repo = { org: pull.org, name: pull.name };
  const settings = approveFor(config.plugins, repo);
  const options = { signal };
  const [identity, files, said, repoOwners] = await Promise.all([
    github.identity(options), github.files(pull, options), talk === 'none' ? { comments: [], reviewComments: [], reviews: [], labels: pull.labels } : github.talk(pull, options), owners.load(repo, pull.baseRef, options),
  ]);
  const approvals = collectApprovals({ author: pull.author.login, url: pull.url, ...said }, settings, identity);
  const assessment = assess(pull, files.map((file) => file.path), approvals, repoOwners, settings);
  // A payload may be older than our last change of the label.
  const labelled = said.labels.includes(APPROVED);
  const manual = labelled && !assessment.met && addedByHand(await github.issueEvents(pull, options), identity);
  return decide({
    pull, labelled, approved: assessment.met || manual, former: notifications(said.comments, identity), style: config.plugins.comment_style === 'upstream' ? 'replace' : 'edit',
    body: notification({ pull, assessment, manual, settings, linkUrl: config.prow.github.link_url, fileAt: (folder) => repoOwners.fileAt(folder) }),
  });
}

/** Adds the label `approved` once owners of all changed files have approved, and says who is still missing. */
export const approve: Plugin<Verb> = {
  name: 'approve',
  help: 'Adds the label `approved` to a pull request once people named in the OWNERS files have approved all changed files, and says whose approval is missing.',
  commands: {
    approve: {
      usage: '/approve [no-issue|cancel]', about: 'Approves a pull request, or takes that back with `cancel`; `no-issue` says that no issue belongs to it.', who: 'Approvers in the OWNERS files of the changed files',
      examples: ['/approve', '/approve no-issue', '/approve cancel'], featured: true, pattern: pattern('(?mi)^/approve(?:[\\t ][^\\n\\r]*)?\\s*$'),
    },
    'remove-approve': { usage: '/remove-approve', about: 'Takes an approval back.', who: 'Approvers in the OWNERS files of the changed files', examples: ['/remove-approve'], pattern: pattern('(?mi)^/remove-approve(?:[\\t ][^\\n\\r]*)?\\s*$') },
  },
  on: { comment: onComment, pull_request: onPull, pull_request_review: onReview },
  describe(config, repo) {
    if (!repo) return '';
    const { issue_required, require_self_approval, lgtm_acts_as_approve, ignore_review_state } = approveFor(config.plugins, repo);
    return [
      `Pull requests ${issue_required ? 'need' : 'do not need'} an associated issue.`, `Authors ${require_self_approval ? 'have to approve their own changes' : 'approve their own changes by opening them'}.`,
      `\`/lgtm\` ${lgtm_acts_as_approve ? 'approves' : 'does not approve'}.`, `Reviews on GitHub ${ignore_review_state ? 'do not count' : 'count'}.`,
    ].join(' ');
  },
};
