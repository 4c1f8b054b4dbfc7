import type { ApproveEntry } from '../../config/plugins/schema.js';
import type { Action } from '../../core/action.js';
import type { Pull } from '../../core/event.js';
import { withoutMarker } from '../../core/marker.js';
import type { RepoOwners } from '../../core/owners/port.js';
import type { Comment, Identity, IssueEventEntry } from '../../core/ports/github.js';
import { pattern } from '../../core/re2.js';
import { isSelf } from '../../core/trusted.js';
import { associatedIssue, type Approval, type Approvals } from './collect.js';
import { approversOf, coverageOf, suggestApprovers, unapproved, type Coverage } from './coverage.js';

export const APPROVED = 'approved';
export const NOTIFICATION = 'notification';
const OURS = pattern('(?is)^\\[ApprovalNotifier\\] *?([^\\n]*)(?:\\n\\n(.*))?');

export type PullFacts = Pick<Pull, 'org' | 'name' | 'number' | 'body' | 'baseRef' | 'assignees'>;

/** Where a pull request stands; what a person added by hand is not in here. */
export interface Assessment {
  readonly approvals: Approvals;
  readonly coverage: Coverage;
  /** Places that nobody has approved yet. */
  readonly open: ReadonlySet<string>;
  readonly filesApproved: boolean;
  readonly issue: number | undefined;
  /** Approvers who said that no issue is needed, and may. */
  readonly noIssue: readonly Approval[];
  readonly met: boolean;
  /** Whom to ask, lower case. */
  readonly cc: readonly string[];
}

/** Whether the owners' rules are met, and by whom. */
export function assess(pull: PullFacts, paths: readonly string[], approvals: Approvals, owners: RepoOwners, { issue_required }: Pick<ApproveEntry, 'issue_required'>): Assessment {
  const coverage = coverageOf(paths, owners);
  const current = new Set(approvals.keys());
  const open = unapproved(coverage, current);
  const filesApproved = paths.length > 0 && open.length === 0;
  const issue = associatedIssue(pull.org, pull.body);
  const able = new Set([...coverage.values()].flatMap((files) => [...approversOf(files, current)]));
  const noIssue = [...approvals].filter(([login, approval]) => approval.noIssue && able.has(login)).map(([, approval]) => approval);
  const cc = suggestApprovers(coverage, { current, assigned: new Set(pull.assignees.map((login) => login.toLowerCase())), number: pull.number });
  return { approvals, coverage, open: new Set(open), filesApproved, issue, noIssue, met: filesApproved && (!issue_required || issue !== undefined || noIssue.length > 0), cc };
}

/** Whether a person was the last to add the label. */
export function addedByHand(timeline: readonly IssueEventEntry[], identity: Identity): boolean {
  const last = timeline.findLast((entry) => entry.event === 'labeled' && entry.label === APPROVED);
  return last !== undefined && last.actor !== '' && !isSelf(identity, last.actor);
}

/** Our former notifications, oldest first. */
export function notifications(comments: readonly Comment[], identity: Identity): readonly Comment[] {
  return comments.filter((comment) => isSelf(identity, comment.user.login) && OURS.test(comment.body)).sort((a, b) => (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : a.id - b.id));
}

export interface Standing {
  readonly pull: PullFacts;
  readonly labelled: boolean;
  /** The rules are met, or somebody bypassed them. */
  readonly approved: boolean;
  readonly body: string;
  readonly former: readonly Comment[];
  readonly style: 'edit' | 'replace';
}

/** Brings notification and label up to date; a comment that cannot be written does not hold up the label. */
export function decide({ pull: { org, name, number }, labelled, approved, body, former, style }: Standing): readonly Action[] {
  const issue = { org, name, number };
  const newest = former.at(-1);
  const same = newest !== undefined && withoutMarker(newest.body).includes(body) && (style === 'replace' || former.length === 1);
  const actions: Action[] = [];
  if (!same) actions.push({ kind: 'comment.upsert', issue, purpose: NOTIFICATION, body, style, formerIds: former.map((comment) => comment.id) });
  if (approved !== labelled) actions.push({ kind: approved ? 'label.add' : 'label.remove', issue, label: APPROVED });
  return actions.length > 1 ? [{ kind: 'each', actions }] : actions;
}
