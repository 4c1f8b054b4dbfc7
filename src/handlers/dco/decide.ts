import type { DcoEntry } from '../../config/plugins/commits.js';
import type { Action } from '../../core/action.js';
import { commitList } from '../../core/escape.js';
import type { IssueRef, Repo } from '../../core/ids.js';
import { giveNotice, together, withdraw, type Notice } from '../../core/notice.js';
import type { Comment, PullCommit, StatusEntry } from '../../core/ports/github.js';
import { pattern } from '../../core/re2.js';
import { plainReply } from '../../core/reply.js';

export const YES = 'dco-signoff: yes';
export const NO = 'dco-signoff: no';
const CONTEXT = 'dco';
export const NOTICE: Notice = { plugin: 'dco', purpose: 'unsigned', upstream: ["you'll need to add a 'DCO signoff' to your commits"] };

const SIGNED = pattern('(?mi)^signed-off-by:');

/** Commits without a sign-off; merges need none. */
export function unsigned(commits: readonly PullCommit[]): readonly PullCommit[] {
  return commits.filter(({ parents, message }) => parents.length <= 1 && !SIGNED.test(message));
}

/** Where people read how to sign off. */
export function guideUrl({ contributing_repo, contributing_branch, contributing_path }: DcoEntry, { org, name }: Repo, linkUrl: string): string {
  return `${linkUrl}/${contributing_repo || `${org}/${name}`}/blob/${contributing_branch || 'master'}/${contributing_path || 'CONTRIBUTING.md'}`;
}

export function unsignedText(commits: readonly PullCommit[], repo: Repo, about: Readonly<{ guide: string; linkUrl: string }>): string {
  return plainReply([
    'Thank you for this pull request. Some of its commits lack a line `Signed-off-by: NAME <EMAIL>`, by which you certify the [Developer Certificate of Origin](https://developercertificate.org/).',
    `The [guide for contributors](${about.guide}) says how to sign off. As a rule \`git rebase --signoff\` onto the base branch and \`git push --force-with-lease\` are all it takes; I look again at every push.`,
    `These commits are not signed off:\n\n${commitList(commits, repo, about.linkUrl)}`,
  ].join('\n\n'));
}

/** What is known of a pull request. `status`: the newest of our context at the head. */
export interface Facts {
  readonly issue: IssueRef;
  readonly headSha: string;
  readonly labels: readonly string[];
  readonly status: StatusEntry | undefined;
  readonly missing: readonly PullCommit[];
  readonly former: readonly Comment[];
  readonly guide: string;
  readonly linkUrl: string;
  /** Whether this event may make a comment. */
  readonly comment: 'allowed' | 'not now';
  readonly style: 'quiet' | 'upstream';
}

/** Labels, status and comment as the commits have it (plugins-policy 4.21); one that fails does not hold up the others. */
export function decideDco({ issue, headSha, labels, status, missing, former, guide, linkUrl, comment, style }: Facts): readonly Action[] {
  const signed = missing.length === 0;
  const [right, wrong] = signed ? [YES, NO] : [NO, YES];
  const state = signed ? 'success' : 'failure';
  const repo = { org: issue.org, name: issue.name };
  const said = (): readonly Action[] => {
    if (signed) return withdraw(issue, former);
    return comment === 'allowed' ? giveNotice(NOTICE, issue, unsignedText(missing, repo, { guide, linkUrl }), former, style) : [];
  };
  return together([
    ...(labels.includes(wrong) ? [{ kind: 'label.remove', issue, label: wrong } as const] : []),
    ...(labels.includes(right) ? [] : [{ kind: 'label.add', issue, label: right } as const]),
    ...(status?.state === state ? [] : [{ kind: 'status.set', repo, sha: headSha, context: CONTEXT, state, description: signed ? 'All commits have Signed-off-by' : 'Commits in PR missing Signed-off-by', url: guide } as const]),
    ...said(),
  ]);
}

/** The newest status of our context. */
export function ownStatus(history: readonly StatusEntry[]): StatusEntry | undefined {
  return history.find(({ context }) => context === CONTEXT);
}
