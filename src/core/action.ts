import type { IssueRef, Repo } from './ids.js';
import type { IssueChange, ReviewDraft } from './ports/github.js';
import type { ProwJob } from './prowjob.js';

/**
 * Everything a plugin can do to the world, as data. A plugin returns a list; the list is performed in order.
 * Each action is safe to repeat: labels and assignees are idempotent at GitHub, comments carry a hidden marker of
 * (plugin, purpose, delivery), ProwJobs are named by a UUID of what caused them.
 */
export type Action = Readonly<
  | { kind: 'label.add'; issue: IssueRef; label: string }
  | { kind: 'label.remove'; issue: IssueRef; label: string }
  /** A comment that answers this delivery: at most one per (plugin, purpose, delivery). */
  | { kind: 'comment.reply'; issue: IssueRef; purpose: string; body: string }
  /**
   * The plugin's one standing comment of this purpose. `edit`: edited in place (quiet). `replace`: all former ones that
   * `matches` finds are deleted and the new one posted (upstream's way); nothing happens when the newest equals `body`.
   */
  | { kind: 'comment.upsert'; issue: IssueRef; purpose: string; body: string; style: 'edit' | 'replace'; formerIds: readonly number[] }
  | { kind: 'comment.delete'; issue: IssueRef; commentId: number }
  | { kind: 'assign'; issue: IssueRef; logins: readonly string[]; complaint?: Complaint }
  | { kind: 'unassign'; issue: IssueRef; logins: readonly string[] }
  | { kind: 'review.request'; issue: IssueRef; reviewers: readonly string[]; complaint?: Complaint }
  | { kind: 'review.unrequest'; issue: IssueRef; reviewers: readonly string[] }
  | { kind: 'status.set'; repo: Repo; sha: string; context: string; state: 'success' | 'failure' | 'pending' | 'error'; description: string; url: string }
  | { kind: 'prowjob.create'; job: ProwJob }
  /** Asks for the end of every unfinished presubmit ProwJob of a pull request. */
  | { kind: 'prowjob.abort'; issue: IssueRef; description: string }
  /** A ProwJob that passed only because somebody overrode it passes no more: it counts as aborted. */
  | { kind: 'prowjob.withdraw'; name: string; description: string }
  | { kind: 'issue.edit'; issue: IssueRef; change: IssueChange }
  | { kind: 'pull.edit'; issue: IssueRef; change: Readonly<{ title: string } | { body: string }> }
  /** A check run of this name that passed or failed, one per (plugin, delivery, commit, name, outcome). */
  | { kind: 'check.pass' | 'check.fail'; repo: Repo; sha: string; name: string; title: string; summary: string }
  /** A review with comments on lines: at most one per (plugin, purpose, delivery). */
  | { kind: 'review.comment'; issue: IssueRef; purpose: string; review: ReviewDraft }
  | { kind: 'workflow.approve'; repo: Repo; runId: number }
  | { kind: 'workflow.rerunFailed'; repo: Repo; runId: number }
  /** The list goes on after a failure of what is inside; errors are gathered and thrown at the end. */
  | { kind: 'each'; actions: readonly Action[] }
  /** In order; the first failure ends this list. */
  | { kind: 'list'; actions: readonly Action[] }
>;
export type ActionKind = Action['kind'];

/** An answer that is posted where GitHub did not take everybody; their names stand between the two parts. */
export interface Complaint {
  readonly purpose: string;
  readonly before: string;
  readonly after: string;
}
