import type { Action } from '../../core/action.js';
import type { Pull } from '../../core/event.js';
import { giveNotice, together, withdraw, type Notice } from '../../core/notice.js';
import type { Comment } from '../../core/ports/github.js';
import { plainReply, replyTo } from '../../core/reply.js';
import { emptyAliases, invalidAliases, problemsText, untrustedText, wholeText, type Found } from './text.js';

export const INVALID = 'do-not-merge/invalid-owners-file';
/** The one comment of the quiet style, and upstream's about people. */
export const NOTICES = { quiet: { plugin: 'verify-owners', purpose: 'verified' }, upstream: { plugin: 'verify-owners', purpose: 'untrusted' } } as const satisfies Record<string, Notice>;

export interface Standing {
  readonly pull: Pull;
  readonly found: Found;
  readonly labelled: boolean;
  /** Our former comments of either kind. */
  readonly former: readonly Comment[];
  readonly style: 'quiet' | 'upstream';
}

/** Whether anything keeps a pull request from merging. */
export const isBad = ({ aliases, problems, untrusted }: Pick<Found, 'aliases' | 'problems' | 'untrusted'>): boolean => aliases === 'broken' || problems.length > 0 || untrusted.length > 0;

/** Brings the label and what is said up to date; neither waits for the other (plugins-policy 4.11). */
export function decideVerdict(standing: Standing): readonly Action[] {
  const { pull: { org, name, number }, found, labelled, style } = standing;
  const issue = { org, name, number };
  const bad = isBad(found);
  const label: readonly Action[] = bad === labelled ? [] : [{ kind: bad ? 'label.add' : 'label.remove', issue, label: INVALID }];
  return together([...label, ...(style === 'quiet' ? quietly(standing) : asUpstream(standing))]);
}

function quietly({ pull, found, former }: Standing): readonly Action[] {
  const text = wholeText(found);
  const { org, name, number } = pull;
  return text === '' ? withdraw(pull, former) : giveNotice(NOTICES.quiet, { org, name, number }, text, former, 'quiet');
}

/** One review for the files, one comment for the people, one each for the aliases. */
function asUpstream({ pull, found, former }: Standing): readonly Action[] {
  const { org, name, number } = pull;
  const issue = { org, name, number };
  const { aliases, aliasesFile, problems, untrusted } = found;
  if (aliases === 'broken') return [{ kind: 'comment.reply', issue, purpose: 'aliases-invalid', body: plainReply(invalidAliases(aliasesFile)) }];
  const shown = problems.flatMap(({ path, position, what }) => (position === undefined ? [] : [{ path, position, body: what }]));
  return [
    ...(found.emptyAliases.length > 0 ? [{ kind: 'comment.reply', issue, purpose: 'aliases-empty', body: plainReply(emptyAliases(aliasesFile, found.emptyAliases)) } as const] : []),
    ...(problems.length > 0 ? [{
      kind: 'review.comment', issue, purpose: 'invalid',
      review: { sha: pull.headSha, body: replyTo({ user: pull.author, body: pull.body, url: pull.url }, problemsText(problems)), comments: shown },
    } as const] : []),
    ...(untrusted.length > 0 ? giveNotice(NOTICES.upstream, issue, plainReply(untrustedText(found)), former, 'upstream') : withdraw(pull, former)),
  ];
}
