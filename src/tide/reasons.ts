import type { BlockerIssue, PoolRead } from '../core/ports/merging.js';
import type { Reason } from '../core/ports/tide.js';
import { resultOf, type CheckState } from './contexts.js';
import type { Evidence } from './evidence.js';
import { listed, short } from './names.js';
import type { Mismatch } from './query.js';

/** A reason whose beginning nobody knows. */
export function plainReason(kind: Reason['kind'], text: string, clearedBy: string): Reason {
  return { kind, text, clearedBy, since: undefined };
}

/** An issue that stops the branch. */
export function blockerReason(issue: BlockerIssue): Reason {
  return { ...plainReason('blocker', `Merging is blocked by issue #${issue.number}${issue.title.trim() === '' ? '' : ` (${issue.title.trim()})`}`, 'whoever closes that issue'), url: issue.url };
}

const GITHUB_WANTS: readonly Readonly<{ says: RegExp; clearedBy: string }>[] = [
  { says: /conversation/i, clearedBy: 'whoever resolves the conversations' },
  { says: /lock(?:ed)? branch|branch is (?:locked|read-only)/i, clearedBy: 'an administrator who unlocks the branch' },
  { says: /changes (?:were |have been )?requested|requested changes/i, clearedBy: 'the reviewer who requested changes' },
  { says: /review/i, clearedBy: 'reviewers with an approving GitHub review' },
  { says: /status check|required check/i, clearedBy: 'the checks that GitHub names' },
  { says: /signature|signed/i, clearedBy: 'the author, with signed commits' },
  { says: /merge commits are not allowed|(?:squash|rebase) merges? (?:are|is) not allowed|linear history/i, clearedBy: "somebody who changes the repository's settings or `merge_method`" },
];

/** A refusal of GitHub, word for word, and who its words ask for. */
export function refusalReason({ message, at }: Readonly<{ message: string; at: number }>, { url }: Readonly<{ url: string }>): Reason {
  const who = GITHUB_WANTS.find(({ says }) => says.test(message))?.clearedBy ?? 'a change of the pull request or of the rules of its branch';
  return { ...plainReason('refused', `GitHub refused to merge: ${message}`, `${who}; Tide tries again later`), since: at, url };
}

/** How people get the labels that plugins give, by name. */
const GIVEN: Readonly<Record<string, string>> = { lgtm: 'a reviewer with /lgtm', approved: 'an approver of the changed files with /approve', 'ok-to-test': 'a member with /ok-to-test' };
const TAKEN: Readonly<Record<string, string>> = {
  'do-not-merge/hold': 'somebody with /hold cancel', 'needs-ok-to-test': 'a member with /ok-to-test', 'do-not-merge/work-in-progress': 'the author, with a title without WIP',
  'needs-rebase': 'the author, with a rebase', 'do-not-merge/invalid-owners-file': 'the author, with valid OWNERS files',
};

/** What a query wants, as a sentence. */
export function mismatchReason(missing: Mismatch): Reason {
  switch (missing.kind) {
    case 'branch': return plainReason('branch', `Merging to branch ${missing.branch} is forbidden`, 'another base branch, or a Tide query for this one');
    case 'author': return plainReason('author', `Must be by author ${missing.author}`, 'nobody: this query is for another author');
    case 'milestone': return plainReason('milestone', `Must be in milestone ${missing.milestone}`, 'somebody with /milestone');
    case 'label_missing': return plainReason('label_missing', `Needs the label ${missing.label.split(',').join(' or ')}`, GIVEN[missing.label] ?? 'somebody who adds the label');
    case 'label_forbidden': return plainReason('label_forbidden', `Must not have the label ${missing.label}`, TAKEN[missing.label] ?? 'somebody who removes the label');
    case 'review': return plainReason('review_missing', 'PullRequest is missing sufficient approving GitHub review(s)', 'reviewers with an approving GitHub review');
    default: return missing satisfies never;
  }
}

const KIND = { failure: 'context_failing', pending: 'context_pending', stale: 'context_pending', missing: 'context_missing' } as const;

/** A check that is not green. */
export function checkReason({ name, state, detail, since, newest }: CheckState, { baseSha }: Pick<PoolRead, 'baseSha'>): Reason {
  if (state === 'success') throw new RangeError(`the check ${name} is green`);
  const text = {
    failure: `The check ${name} has failed: ${detail}`, pending: `The check ${name} has not finished: ${detail}`,
    missing: `The check ${name} is required, and ${detail}`, stale: `The check ${name} must pass again on ${short(baseSha)}: ${detail}`,
  }[state];
  // In code, where a back quote of its own would end it.
  const code = `\`${name.replaceAll('`', "'")}\``;
  const clearedBy = { failure: `the check ${code}, run again or after a fix`, pending: `the check ${code}`, missing: `the check ${code}`, stale: `somebody with /test, or a new run of ${code}` }[state];
  const url = newest.find((mark) => resultOf(mark) !== 'success')?.url ?? newest[0]?.url;
  return { kind: KIND[state], text, clearedBy, since, ...(url ? { url } : {}) };
}

const STARTED: Readonly<Record<'running' | 'due' | 'failed', string>> = {
  running: 'the job, once it has finished', due: 'Tide, which tests one pull request at a time, and several together', failed: 'somebody with /test, after a fix where one is needed',
};

/** A job of ours that has not passed on the present base; `batch`: the pull requests with which it is being tested. */
export function testReason({ job, state, text, since }: Evidence, batch: Readonly<{ numbers: readonly number[]; where: string }> | undefined): Reason {
  if (state === 'tested') throw new RangeError(`the job ${job.context} has passed`);
  const together = batch && ` (batch of ${listed(batch.numbers.map((number) => `#${number}`))})`;
  if (together !== undefined && state === 'due') return plainReason('context_pending', `${job.context} runs on ${batch?.where ?? ''}${together}`, STARTED.running);
  return { ...plainReason(state === 'failed' ? 'context_failing' : 'context_pending', text + (state === 'running' ? (together ?? '') : ''), STARTED[state]), since };
}
