import { requiredLabelsFor, type Item } from '../../config/plugins/labelLookup.js';
import type { RequireMatchingLabel } from '../../config/plugins/labels.js';
import type { Action } from '../../core/action.js';
import { NotYet } from '../../core/errors.js';
import type { IssueEvent, PullEvent } from '../../core/event.js';
import type { IssueRef } from '../../core/ids.js';
import { formerNotices, giveNotice, isNotice, together, withdraw } from '../../core/notice.js';
import { pattern } from '../../core/re2.js';
import { plainReply } from '../../core/reply.js';
import type { CommandEvent, Plugin, PluginContext } from '../plugin.js';
import { labelActions, noticeOf, plan, type Entry } from './decide.js';

/** Something whose labels are to be looked at. `created`: where the payload says it. */
interface Subject {
  readonly item: Item;
  readonly issue: IssueRef;
  readonly created: string | undefined;
}

/** Waits out the longest grace period, so that others may label first. */
function waitFor(entries: readonly RequireMatchingLabel[], { clock, delivery }: PluginContext): void {
  const until = delivery.at + Math.max(0, ...entries.map(({ grace_period }) => grace_period));
  if (clock.now() < until) throw new NotYet('others may label it first', until);
}

const speaks = ({ missing_comment }: Entry): boolean => missing_comment !== '';

async function check({ issue, created }: Subject, entries: readonly RequireMatchingLabel[], former: readonly RequireMatchingLabel[], context: PluginContext): Promise<readonly Action[]> {
  const { github, config, signal } = context;
  const todo = plan(entries, former, await github.labels(issue, { signal }));
  const [saying, unsaying] = [todo.add.filter(speaks), todo.remove.filter(speaks)];
  const notices = [...saying, ...unsaying].map(noticeOf);
  const comments = notices.length === 0 ? [] : await formerNotices(notices, issue, created, context);
  const of = (entry: Entry) => comments.filter(({ body }) => isNotice(noticeOf(entry), body));
  return together([
    ...labelActions(todo, issue),
    ...saying.flatMap((entry) => giveNotice(noticeOf(entry), issue, plainReply(entry.missing_comment), of(entry), config.plugins.comment_style)),
    ...unsaying.flatMap((entry) => withdraw(issue, of(entry))),
  ]);
}

async function onLabels(action: string, label: string | undefined, subject: Subject, context: PluginContext): Promise<readonly Action[]> {
  const entries = requiredLabelsFor(context.config.plugins, subject.item);
  switch (action) {
    case 'opened': case 'reopened':
      if (entries.length === 0) return [];
      waitFor(entries, context);
      return check(subject, entries, [], context);
    case 'labeled': case 'unlabeled': {
      const concerned = entries.filter(({ regexp }) => label !== undefined && pattern(regexp).test(label));
      return concerned.length === 0 ? [] : check(subject, withSharers(concerned, entries), [], context);
    }
    default: return [];
  }
}

/** Entries that share the label for want of another are judged together. */
function withSharers(concerned: readonly RequireMatchingLabel[], all: readonly RequireMatchingLabel[]): readonly RequireMatchingLabel[] {
  return all.filter(({ missing_label }) => concerned.some((one) => one.missing_label.toLowerCase() === missing_label.toLowerCase()));
}

function onIssue({ action, repo, issue, label }: IssueEvent, context: PluginContext): Promise<readonly Action[]> {
  return onLabels(action, label, { item: { ...repo, kind: 'issue' }, issue, created: undefined }, context);
}

/** Entries for pull requests of a repository, to whatever branch. */
function anyBranch({ config }: PluginContext, { org, name }: IssueRef): readonly RequireMatchingLabel[] {
  return config.plugins.require_matching_label.filter((entry) => entry.prs && entry.org === org && (entry.repo === '' || entry.repo === name));
}

async function onPull({ action, repo, pull, label, baseChanged }: PullEvent, context: PluginContext): Promise<readonly Action[]> {
  const subject: Subject = { item: { ...repo, kind: 'pull', branch: pull.baseRef }, issue: { ...repo, number: pull.number }, created: pull.createdAt };
  if (action !== 'edited') return onLabels(action, label, subject, context);
  // Another base: what only the former one wanted is wanted no more.
  const all = anyBranch(context, subject.issue);
  if (!baseChanged || !all.some(({ branch }) => branch !== '')) return [];
  const entries = requiredLabelsFor(context.config.plugins, subject.item);
  return check(subject, entries, all.filter((entry) => !entries.includes(entry)), context);
}

async function onCommand({ isPull, state, repo, issue, pull, issueCreatedAt }: CommandEvent<'check-required-labels'>, context: PluginContext): Promise<readonly Action[]> {
  if (state !== 'open') return [];
  const entries = isPull ? anyBranch(context, issue) : requiredLabelsFor(context.config.plugins, { ...repo, kind: 'issue' });
  if (entries.length === 0) return [];
  waitFor(entries, context);
  const branch = !isPull || entries.every((entry) => entry.branch === '') ? '' : (pull ?? (await context.github.pull(issue, { signal: context.signal }))).baseRef;
  const item: Item = isPull ? { ...repo, kind: 'pull', branch } : { ...repo, kind: 'issue' };
  return check({ item, issue, created: issueCreatedAt }, requiredLabelsFor(context.config.plugins, item), [], context);
}

/** Labels what lacks a label of some kind (plugins-policy 4.18). */
export const requireMatchingLabel: Plugin<'check-required-labels'> = {
  name: 'require-matching-label',
  help: 'Adds a label to issues and pull requests that lack a label of a required kind, and removes it once they have one.',
  commands: {
    'check-required-labels': { usage: '/check-required-labels', about: 'Looks at the required labels again.', who: 'Anyone', examples: ['/check-required-labels'], featured: true, pattern: pattern('(?mi)^/check-required-labels\\s*$') },
  },
  on: { command: onCommand, issues: onIssue, pull_request: onPull },
  describe(config, repo) {
    const entries = config.plugins.require_matching_label.filter(({ org, repo: name }) => repo && org === repo.org && (name === '' || name === repo.name));
    return entries.map(({ regexp, missing_label, prs, issues, branch }) => {
      const what = prs && issues ? 'Issues and pull requests' : prs ? 'Pull requests' : 'Issues';
      return `${what}${branch === '' ? '' : ` (to ${branch})`} without a label that matches ${regexp} get the label ${missing_label}.`;
    }).join(' ');
  },
};
