import type { ApproveEntry } from '../../config/plugins/schema.js';
import type { Comment, Identity, Review } from '../../core/ports/github.js';
import { commandText } from '../../core/markdown.js';
import { pattern } from '../../core/re2.js';
import { isSelf } from '../../core/trusted.js';
import { withoutCarriage } from './text.js';

/** Somebody said that a pull request is fine; whether that counts is up to the owners. */
export interface Approval {
  /** As GitHub writes it. */
  readonly login: string;
  readonly how: string;
  readonly url: string;
  readonly noIssue: boolean;
}

/** By login in lower case. */
export type Approvals = ReadonlyMap<string, Approval>;

const COMMAND = pattern('(?m)^/([^\\s]+)[\\t ]*([^\\n\\r]*)');
const STATES: ReadonlySet<string> = new Set(['APPROVED', 'CHANGES_REQUESTED', 'DISMISSED']);

/** What the comment says about approval, in order. */
export function approveCommands(body: string, { lgtm_acts_as_approve }: Pick<ApproveEntry, 'lgtm_acts_as_approve'>): readonly Readonly<{ verb: 'approve' | 'lgtm' | 'remove'; noIssue: boolean }>[] {
  return COMMAND.matchAll(commandText(body)).flatMap(({ groups: [name = '', rest = ''] }) => {
    const verb = name.toLowerCase();
    const args = rest.trim().toLowerCase();
    if (verb === 'remove-approve') return [{ verb: 'remove', noIssue: false } as const];
    if (verb !== 'approve' && !(verb === 'lgtm' && lgtm_acts_as_approve)) return [];
    return [args.includes('cancel') ? ({ verb: 'remove', noIssue: false } as const) : ({ verb, noIssue: args === 'no-issue' } as const)];
  });
}

export interface Said {
  readonly author: string;
  readonly url: string;
  readonly comments: readonly Comment[];
  readonly reviewComments: readonly Comment[];
  readonly reviews: readonly Review[];
}

/** Who approves, from everything that has been said (plugins-policy 4.2.3). A later word replaces an earlier one. */
export function collectApprovals({ author, url, comments, reviewComments, reviews }: Said, settings: ApproveEntry, identity: Identity): Approvals {
  const approvals = new Map<string, Approval>();
  const add = (login: string, how: string, from: string, noIssue: boolean) => {
    const before = approvals.get(login.toLowerCase());
    if (!before?.noIssue || noIssue) approvals.set(login.toLowerCase(), { login, how, url: from, noIssue });
  };
  if (!settings.require_self_approval && author !== '') add(author, 'Author self-approved', `${url}#`, false);
  const bots = new Set(reviews.filter(({ user }) => user.type === 'Bot').map(({ user }) => user.login));
  const all = [
    ...[...reviewComments, ...comments].map((comment) => ({ ...comment, at: comment.createdAt, state: '' })),
    ...reviews.map((review) => ({ ...review, at: review.submittedAt, state: settings.ignore_review_state ? '' : review.state.toUpperCase() })),
  ].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  for (const { user: { login }, body, state, url: from } of all) {
    if (login === '' || isSelf(identity, login) || bots.has(login)) continue;
    if (state === 'APPROVED') add(login, 'Approved', from, false);
    if (state === 'CHANGES_REQUESTED') approvals.delete(login.toLowerCase());
    for (const { verb, noIssue } of approveCommands(body, settings)) {
      if (verb === 'remove') approvals.delete(login.toLowerCase());
      else add(login, verb === 'lgtm' ? 'LGTM' : 'Approved', from, noIssue);
    }
  }
  return approvals;
}

/** Whether a review's state says anything about approval. */
export function isCountingState(state: string): boolean {
  return STATES.has(state.toUpperCase());
}

/** The issue that a description names, in the same organisation; undefined where it names none. */
export function associatedIssue(org: string, body: string): number | undefined {
  const found = pattern(`(?:${org}/[^/]+/issues/|#)(\\d+)`).first(withoutCarriage(body));
  const number = Number(found?.groups[0] ?? 0);
  return number === 0 ? undefined : number;
}
