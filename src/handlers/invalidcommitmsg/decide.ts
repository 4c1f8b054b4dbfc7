import { closesIssues } from '../../core/closing.js';
import { commitList, subjectOf } from '../../core/escape.js';
import type { Repo } from '../../core/ids.js';
import type { Notice } from '../../core/notice.js';
import type { PullCommit } from '../../core/ports/github.js';
import { pattern } from '../../core/re2.js';
import { plainReply } from '../../core/reply.js';

export const INVALID = 'do-not-merge/invalid-commit-message';

/** Upstream's own marker: its comments are found by it, and it finds ours. */
const MARKER = '<!-- [prow:invalid-commit-message] -->';
export const NOTICE: Notice = { plugin: 'invalidcommitmsg', purpose: 'invalid', upstream: [MARKER, '**The list of commits with invalid commit messages**:', 'which can automatically close issues are not allowed'] };

const TEMPORARY = pattern('^(fixup!|amend!|squash!)');

export interface Checks {
  readonly closing: boolean;
  readonly temporary: boolean;
}

export interface Findings {
  /** Their messages close issues. */
  readonly closing: readonly PullCommit[];
  /** Made to be squashed into others. */
  readonly temporary: readonly PullCommit[];
  readonly titleCloses: boolean;
}

/** What messages and title must not say (plugins-policy 4.22). */
export function findingsOf(commits: readonly PullCommit[], title: string, checks: Checks): Findings {
  return {
    closing: checks.closing ? commits.filter(({ message }) => closesIssues(message)) : [],
    temporary: checks.temporary ? commits.filter(({ message }) => TEMPORARY.test(subjectOf(message))) : [],
    titleCloses: checks.closing && closesIssues(title),
  };
}

export function isClean({ closing, temporary, titleCloses }: Findings): boolean {
  return closing.length === 0 && temporary.length === 0 && !titleCloses;
}

export function findingsText({ closing, temporary, titleCloses }: Findings, repo: Repo, linkUrl: string): string {
  const sections = [
    ...(closing.length === 0 ? [] : [
      'The messages of these commits hold [words that close issues](https://docs.github.com/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue). '
      + `An issue would be closed by every branch or fork that takes the commit. Say it in the description of the pull request instead, and reword the commits (\`git rebase --interactive\`):\n\n${commitList(closing, repo, linkUrl)}`,
    ]),
    ...(temporary.length === 0 ? [] : [`These commits are meant to be squashed into others. \`git rebase --interactive --autosquash\` onto the base branch does it:\n\n${commitList(temporary, repo, linkUrl)}`]),
    ...(titleCloses ? ['The title of the pull request holds words that close issues, and it becomes the message of a merge. Change it with `/retitle NEW TITLE` or by editing it, and name the issue in the description.'] : []),
  ];
  return `${MARKER}\n${plainReply([`This pull request gets the label \`${INVALID}\` until this is mended:`, ...sections].join('\n\n'))}`;
}
