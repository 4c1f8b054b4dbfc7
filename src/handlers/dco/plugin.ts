import type { DcoEntry } from '../../config/plugins/commits.js';
import { dcoFor } from '../../config/plugins/entries.js';
import type { Action } from '../../core/action.js';
import type { PullEvent } from '../../core/event.js';
import type { IssueRef, Repo } from '../../core/ids.js';
import { formerNotices } from '../../core/notice.js';
import type { PullCommit } from '../../core/ports/github.js';
import { pattern } from '../../core/re2.js';
import { trusted } from '../../core/trusted.js';
import type { CommandEvent, Plugin, PluginContext } from '../plugin.js';
import { decideDco, guideUrl, NO, NOTICE, ownStatus, unsigned, YES, type Facts } from './decide.js';

interface Subject {
  readonly issue: IssueRef;
  readonly headSha: string;
  /** As the payload has them, where it is new enough. */
  readonly labels: readonly string[] | undefined;
  readonly created: string | undefined;
  /** Nobody can have said anything yet. */
  readonly fresh: boolean;
}

/** Whether somebody need not sign off. Each switch excuses whom it names, and nobody else. */
async function isExcused(login: string, repo: Repo, entry: DcoEntry, { github, signal }: PluginContext): Promise<boolean> {
  const people = entry.skip_dco_check_for_members || entry.skip_dco_check_for_collaborators;
  const rules = { only_org_members: !entry.skip_dco_check_for_collaborators, trusted_apps: entry.trusted_apps, trusted_org: entry.trusted_org };
  if (people) return (await trusted(login, repo, rules, { github, signal })).trusted;
  return entry.trusted_apps.some((app) => login === `${app}[bot]`);
}

/** Commits that somebody still has to sign off; who wrote a commit without an account at GitHub is nobody who could be excused. */
async function missingIn(commits: readonly PullCommit[], repo: Repo, entry: DcoEntry, context: PluginContext): Promise<readonly PullCommit[]> {
  const without = unsigned(commits);
  if (!entry.skip_dco_check_for_members && !entry.skip_dco_check_for_collaborators && entry.trusted_apps.length === 0) return without;
  const logins = [...new Set(without.flatMap(({ author }) => (author && author.login !== '' ? [author.login] : [])))];
  const excused = new Map(await Promise.all(logins.map(async (login) => [login, await isExcused(login, repo, entry, context)] as const)));
  return without.filter(({ author }) => !(author && excused.get(author.login) === true));
}

async function check({ issue, headSha, labels, created, fresh }: Subject, repo: Repo, comment: Facts['comment'], context: PluginContext): Promise<readonly Action[]> {
  const { github, config, signal } = context;
  const entry = dcoFor(config.plugins, repo);
  const linkUrl = config.prow.github.link_url;
  const [commits, history, present, former] = await Promise.all([
    github.commits(issue, { signal }), github.statuses(repo, headSha, { signal }), labels ?? github.labels(issue, { signal }), fresh ? [] : formerNotices([NOTICE], issue, created, context),
  ]);
  const missing = await missingIn(commits, repo, entry, context);
  return decideDco({ issue, headSha, labels: present, status: ownStatus(history), missing, former, guide: guideUrl(entry, repo, linkUrl), linkUrl, comment, style: config.plugins.comment_style });
}

async function onPull({ action, repo, pull }: PullEvent, context: PluginContext): Promise<readonly Action[]> {
  if (action !== 'opened' && action !== 'reopened' && action !== 'synchronize') return [];
  const fresh = action === 'opened' && !context.delivery.repeated;
  const quiet = context.config.plugins.comment_style === 'quiet';
  const subject = { issue: { ...repo, number: pull.number }, headSha: pull.headSha, labels: fresh ? pull.labels : undefined, created: pull.createdAt, fresh };
  return check(subject, repo, action === 'reopened' && !quiet ? 'not now' : 'allowed', context);
}

async function onCommand({ isPull, state, issue, repo, pull, issueCreatedAt }: CommandEvent<'check-dco'>, context: PluginContext): Promise<readonly Action[]> {
  if (!isPull || state !== 'open') return [];
  // A description with the command in it comes with the pull request's own event.
  const { headSha, labels } = await context.github.pull(issue, { signal: context.signal });
  return check({ issue, headSha, labels, created: pull?.createdAt ?? issueCreatedAt, fresh: false }, repo, 'allowed', context);
}

/** Wants every commit signed off (plugins-policy 4.21). */
export const dco: Plugin<'check-dco'> = {
  name: 'dco',
  help: `Looks whether the commits of pull requests are signed off (Developer Certificate of Origin), and shows it with the status \`dco\` and the labels \`${YES}\` and \`${NO}\`.`,
  commands: {
    'check-dco': { usage: '/check-dco', about: 'Looks at the commits again.', who: 'Anyone', examples: ['/check-dco'], featured: true, pattern: pattern('(?mi)^/check-dco\\s*$') },
  },
  on: { command: onCommand, pull_request: onPull },
  describe(config, repo) {
    if (!repo) return '';
    const { skip_dco_check_for_members: members, skip_dco_check_for_collaborators: collaborators, trusted_apps: apps, trusted_org: org } = dcoFor(config.plugins, repo);
    const excused = [
      ...(members || collaborators ? [`members of ${repo.org}${org === '' || org === repo.org ? '' : ` and ${org}`}`] : []), ...(collaborators ? ['collaborators of the repository'] : []), ...(apps.length > 0 ? [`the apps ${apps.join(', ')}`] : []),
    ];
    return excused.length === 0 ? 'Everybody has to sign off.' : `Commits of ${excused.join(', ')} need no sign-off.`;
  },
};
