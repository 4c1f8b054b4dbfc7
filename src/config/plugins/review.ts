import { z } from 'zod';
import { Regex } from '../scalars.js';
import { count, flag, list, map, regex, REPOS, text, texts } from './fields.js';

/** Tide's description of a pull request that only lacks reviews. */
const LACKS_REVIEW = '(PullRequest is missing sufficient approving GitHub review\\(s\\)|Needs (lgtm|approved|approved, lgtm) labels?)';

/** A commit status that has to arrive before reviews are asked for; the three parts all have to fit. */
export const WaitForStatus = z.object({
  context: text('The name of the status.', 'tide'),
  state: text('Its state.', 'pending'),
  description: regex('An RE2 expression that its description has to match.', `Not mergeable. ${LACKS_REVIEW}\\.?`),
}).readonly();
export type WaitForStatus = z.infer<typeof WaitForStatus>;

/** How reviewers are chosen; `blunderbuss` and `rifle` have the same keys (config 3.4.5). */
export const ReviewRequests = z.object({
  request_count: z.int().min(1, { error: 'expected 1 or more' }).default(2).meta({ description: 'How many reviewers a pull request gets.' }),
  max_request_count: count('How many reviewers are asked at most; 0 means no limit.'),
  exclude_approvers: flag('Never fill up with approvers where reviewers are too few.'),
  use_status_availability: flag('Skip people whose GitHub status says that they are busy; costs requests.'),
  ignore_drafts: flag('Ask nobody to review a draft.'),
  ignore_authors: texts('Logins whose pull requests get no reviewers.'),
  wait_for_status: WaitForStatus.optional().meta({ description: 'Ask for reviews only when a commit status like this arrives.' }),
}).readonly();
export type ReviewRequests = z.infer<typeof ReviewRequests>;

/** Paths that pull requests may not touch. Expressions in the two lists that are not RE2 are warned of and never match. */
export const Blockade = z.object({
  repos: texts(REPOS),
  branchregexp: Regex.optional().meta({ description: 'An RE2 expression for the branches that are guarded; all where it is missing.' }),
  blockregexps: texts('RE2 expressions for the paths that are blocked.'),
  exceptionregexps: texts('RE2 expressions for paths that are free all the same.'),
  explanation: text('Why these paths are guarded; part of the comment.'),
}).readonly();
export type Blockade = z.infer<typeof Blockade>;

export const Blockades = list(Blockade, 'The plugin blockade: paths that pull requests may not touch. All entries that fit count.');

export const Override = z.object({
  allow_top_level_owners: flag('Let the approvers of the root OWNERS file override, besides administrators.'),
  allowed_github_teams: map(z.array(z.string()).readonly(), 'By `org` or `org/repo`: slugs of the GitHub teams that may override.'),
}).readonly();

/** The default steps of the size labels, for steps that are missing or 0. */
export const SIZES = { s: 10, m: 30, l: 100, xl: 500, xxl: 1000 } as const;
const STEPS = ['s', 'm', 'l', 'xl', 'xxl'] as const;

/** The number of changed lines at which each size label begins; 0 stands for the default. */
export const Size = z.object({
  s: count(`Lines at which size/S begins; ${SIZES.s} where 0.`),
  m: count(`Lines at which size/M begins; ${SIZES.m} where 0.`),
  l: count(`Lines at which size/L begins; ${SIZES.l} where 0.`),
  xl: count(`Lines at which size/XL begins; ${SIZES.xl} where 0.`),
  xxl: count(`Lines at which size/XXL begins; ${SIZES.xxl} where 0.`),
}).superRefine((size, context) => {
  // Upstream compares what the file has, before the defaults: such files are taken, too, and warned of.
  if (ascends(size)) return;
  for (const { step, message } of disorder(size)) context.addIssue({ code: 'custom', path: [step], message });
}).readonly();
export type Size = z.infer<typeof Size>;

/** The steps with their defaults. */
export function effectiveSizes(size: Size): Size {
  return { s: size.s || SIZES.s, m: size.m || SIZES.m, l: size.l || SIZES.l, xl: size.xl || SIZES.xl, xxl: size.xxl || SIZES.xxl };
}

/** Whether no step is larger than the next one, missing ones taken for 0. */
export function ascends(size: Size): boolean {
  return STEPS.every((step, at) => size[step] <= size[STEPS[at + 1] ?? step]);
}

/** Steps that are larger than the next one once they have their defaults; equal ones are fine. A step that the file has is blamed. */
export function disorder(size: Size): readonly Readonly<{ step: keyof Size; message: string }>[] {
  const lines = effectiveSizes(size);
  const shown = (step: keyof Size) => `size.${step} (${lines[step]}${size[step] === 0 ? ', the default' : ''})`;
  return STEPS.flatMap((step, at) => {
    const next = STEPS[at + 1];
    if (!next || lines[step] <= lines[next]) return [];
    return size[step] === 0 ? [{ step: next, message: `expected no less than ${shown(step)}, found ${size[next]}` }] : [{ step, message: `expected no more than ${shown(next)}, found ${size[step]}` }];
  });
}
