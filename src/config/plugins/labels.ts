import { z } from 'zod';
import { pattern } from '../../core/re2.js';
import { rule, rules, type Rule } from '../rules.js';
import { regexFault } from '../scalars.js';
import { duration, flag, list, map, regex, text, texts } from './fields.js';

/** A label that only some people may set or take away. */
export const RestrictedLabel = z.object({
  label: text('The name of the label.'),
  allowed_teams: texts('Slugs of the GitHub teams whose members may.'),
  allowed_users: texts('Logins of people who may.'),
  assign_on: list(z.object({ label: text('The name of the label.') }).readonly(), 'Labels that, when set, have all allowed_users assigned.'),
}).readonly();
export type RestrictedLabel = z.infer<typeof RestrictedLabel>;

export const Label = z.object({
  additional_labels: texts('Labels that everybody may set with `/label`, besides the known kinds such as area/ and kind/, which have commands of their own.'),
  restricted_labels: map(z.array(RestrictedLabel).readonly(), 'By `*`, `org` or `org/repo`: labels for some people only. All that fit a repository are merged by name.'),
  enforce_restricted_labels: flag('Not in upstream: undo it when somebody sets or takes away a restricted label by hand who may not.'),
}).readonly();
export type Label = z.infer<typeof Label>;

interface Matching {
  readonly branch: string;
  readonly prs: boolean;
  readonly issues: boolean;
  readonly repo: string;
  readonly regexp: string;
  readonly missing_label: string;
  readonly org: string;
}

const MATCHING_RULES: readonly Rule<Matching>[] = [
  ...(['org', 'regexp', 'missing_label'] as const).map((key) => rule<Matching>([key], key, (entry) => (entry[key] === '' ? 'is needed' : undefined))),
  rule(['prs', 'issues'], '', ({ prs, issues }) => (prs || issues ? undefined : 'expected prs: true or issues: true')),
  rule(['prs', 'branch'], 'branch', ({ prs, branch }) => (prs || branch === '' ? undefined : 'needs prs: true')),
  rule(['repo'], 'repo', ({ repo }) => (repo.includes('/') ? 'expected the name of a repository without its organisation' : undefined)),
  rule(['regexp'], 'regexp', ({ regexp }) => { const fault = regexFault(regexp); return fault === undefined ? undefined : `expected an RE2 expression: ${fault}`; }),
  rule(['regexp', 'missing_label'], 'regexp', ({ regexp, missing_label: label }) => (regexp !== '' && label !== '' && regexFault(regexp) === undefined && pattern(regexp).test(label)
    ? `matches missing_label (${label}) itself` : undefined)),
];

/** A label that an issue or pull request gets for as long as it has none of a kind (config 3.4.8). */
export const RequireMatchingLabel = z.object({
  org: text('The organisation; needed.'),
  repo: text('The repository without its organisation; all where it is missing.'),
  branch: text('The base branch; all where it is missing. Only with `prs: true`.'),
  prs: flag('Look at pull requests.'),
  issues: flag('Look at issues.'),
  regexp: z.string().default('').meta({ description: 'An RE2 expression for the labels of which one has to be there; needed.' }),
  missing_label: text('The label for want of one; needed, and the expression may not match it.'),
  missing_comment: text('A comment that comes with the label; none where it is empty.'),
  grace_period: duration('How long new ones are left alone, so that others may label first.', '5s'),
}).check(rules(...MATCHING_RULES)).readonly();
export type RequireMatchingLabel = z.infer<typeof RequireMatchingLabel>;

export const SigMention = z.object({
  regexp: regex(
    'An RE2 expression for mentions of teams in comments. Its first group is the group of the label sig/…; a second one may be a kind.',
    '(?m)@kubernetes/sig-([\\w-]*)-(misc|test-failures|bugs|feature-requests|proposals|pr-reviews|api-reviews)',
  ),
}).readonly();

export const Help = z.object({
  help_guidelines_url: text('The page that says what makes an issue one for newcomers.', 'https://git.k8s.io/community/contributors/guide/help-wanted.md'),
  help_guidelines_summary: text('A summary of that page; part of the reply to /help and /good-first-issue.'),
}).readonly();
