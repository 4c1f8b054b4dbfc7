import { z } from 'zod';
import { map, text, texts } from './fields.js';

/** A state of a bug; a part that is empty may be anything. */
export const BugState = z.object({
  status: text('The status, such as NEW.'),
  resolution: text('The resolution, such as WONTFIX.'),
}).readonly();
export type BugState = z.infer<typeof BugState>;

const optionalFlag = (description: string) => z.boolean().optional().meta({ description });
const optionalText = (description: string) => z.string().optional().meta({ description });
const optionalTexts = (description: string) => z.array(z.string()).readonly().optional().meta({ description });
const optionalState = (description: string) => BugState.optional().meta({ description });
const optionalStates = (description: string) => z.array(BugState).readonly().optional().meta({ description });

/** What is asked of bugs that pull requests of a branch name. What is missing comes from the wider levels (config 3.6). */
export const BugOptions = z.object({
  exclude_defaults: optionalFlag('Take nothing over from wider levels.'),
  enable_backporting: optionalFlag('Let bugs be cloned for cherry-picks.'),
  validate_by_default: optionalFlag('Label and comment on pull requests that name no bug, too.'),
  is_open: optionalFlag('Whether the bug has to be open.'),
  target_release: optionalText('The release that the bug has to be for.'),
  statuses: optionalTexts('Older form of valid_states: only the statuses.'),
  valid_states: optionalStates('States that the bug may be in.'),
  dependent_bug_statuses: optionalTexts('Older form of dependent_bug_states: only the statuses.'),
  dependent_bug_states: optionalStates('States that the bugs it depends on may be in.'),
  dependent_bug_target_releases: optionalTexts('Releases that the bugs it depends on have to be for.'),
  dependent_bug_target_release: optionalText('One more of dependent_bug_target_releases; say that instead.').meta({ deprecated: true }),
  status_after_validation: optionalText('Older form of state_after_validation: only the status.'),
  state_after_validation: optionalState('The state that a valid bug is put into; it counts as a valid one.'),
  add_external_link: optionalFlag('Add the pull request to the links of the bug.'),
  status_after_merge: optionalText('Older form of state_after_merge: only the status.'),
  state_after_merge: optionalState('The state for when all its pull requests are merged.'),
  state_after_close: optionalState('The state for when all its pull requests are closed.'),
  allowed_groups: texts('Groups of bugs that may be linked; those of all levels count.'),
}).readonly();
export type BugOptions = z.infer<typeof BugOptions>;

const Branches = z.record(z.string(), BugOptions).readonly();

export const Bugzilla = z.object({
  default: Branches.optional().meta({ description: 'By branch, or `*` for all: what holds everywhere.' }),
  orgs: map(z.object({
    default: Branches.optional().meta({ description: 'By branch, or `*` for all: what holds in the organisation.' }),
    repos: map(z.object({
      branches: map(BugOptions, 'By branch, or `*` for all: what holds in the repository.'),
    }).readonly(), 'By name of a repository.'),
  }).readonly(), 'By organisation.'),
}).readonly();
export type Bugzilla = z.infer<typeof Bugzilla>;
