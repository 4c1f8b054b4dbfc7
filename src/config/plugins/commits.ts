import { z } from 'zod';
import { flag, map, regex, REPOS, text, texts } from './fields.js';

/** Who need not sign off commits, and where people are told how to. */
export const DcoEntry = z.object({
  skip_dco_check_for_members: flag('Members of the organisation need not sign off.'),
  skip_dco_check_for_collaborators: flag('Collaborators of the repository need not sign off either.'),
  trusted_apps: texts('Logins of GitHub Apps, without `[bot]`, that need not sign off.'),
  trusted_org: text('A second organisation whose members count.'),
  contributing_repo: text('The repository (`org/repo`) with the guide for contributors; the one of the pull request where it is missing.'),
  contributing_branch: text('The branch of the guide; master where it is missing.'),
  contributing_path: text('The path of the guide; CONTRIBUTING.md where it is missing.'),
}).readonly();
export type DcoEntry = z.infer<typeof DcoEntry>;

/** Keys `*`, `org` and `org/repo`; the closest one counts alone. One that is null counts as missing. */
export const Dco = map(DcoEntry, 'The plugin dco, by `*`, `org` or `org/repo`: how commits are signed off. Only the closest key counts.');

const COMMIT_CHECKS = ['fixupPrefix', 'issueClosingKeywords'] as const;
export type CommitCheck = (typeof COMMIT_CHECKS)[number];

export const InvalidCommitMsg = z.object({
  repos: z.array(z.string().refine((repo) => repo.trim() !== '', { error: 'expected ORG or ORG/REPO' })).readonly().default([]).meta({ description: REPOS }),
  checks: z.array(z.object({
    name: z.enum(COMMIT_CHECKS, { error: ({ input }) => `expected one of ${COMMIT_CHECKS.join(', ')}${input === undefined ? '' : `, found ${JSON.stringify(input)}`}` })
      .meta({ description: 'The check: commits that are to be squashed, or words that close issues.' }),
    disabled: flag('Leave this check out.'),
  }).readonly()).readonly().default([]).meta({ description: 'Checks to leave out; all run where nothing is said.' }),
}).readonly();
export type InvalidCommitMsg = z.infer<typeof InvalidCommitMsg>;

const RELEASE_BRANCH = '^release-.*$';

/** Who approves cherry-picks of one repository by reviewing. */
export const CherryPickApproved = z.object({
  org: text('The organisation.'),
  repo: text('The repository without its organisation.'),
  branchregexp: regex('An RE2 expression for the branches that cherry-picks go to.', RELEASE_BRANCH),
  approvers: texts('Logins whose approving review counts; nobody where it is empty.'),
  allow_missing_approved_label: flag('The label approved is not needed.'),
  allow_missing_lgtm_label: flag('The label lgtm is not needed.'),
}).readonly();
export type CherryPickApproved = z.infer<typeof CherryPickApproved>;

export const CherryPickUnapproved = z.object({
  branchregexp: regex('An RE2 expression for the branches that cherry-picks go to.', RELEASE_BRANCH),
  comment: text(
    'The comment on pull requests that are not approved yet.',
    'This pull request is not for the main branch and lacks the label `cherry-pick-approved`. Until it gets that, `do-not-merge/cherry-pick-not-approved` keeps it from being merged.',
  ),
}).readonly();

export const BranchCleaner = z.object({
  preserved_branches: map(z.array(z.string()).readonly(), 'By `org` or `org/repo`: branches that are kept after their merge, as names or RE2 expressions that match anywhere. Both keys count.'),
}).readonly();

export const ReleaseNote = z.object({
  guidelines_url: text('The page that says how to write release notes.', 'https://git.k8s.io/community/contributors/guide/release-notes.md'),
}).readonly();
