import type { Repo } from '../../core/ids.js';
import { own } from '../lookup.js';
import type { BugOptions, BugState, Bugzilla } from './bugzilla.js';

const ANY = '*';
const NOTHING: BugOptions = { allowed_groups: [] };

type Branches = Readonly<Record<string, BugOptions>> | undefined;

/**
 * What is asked of bugs for a branch (config 3.6): what holds everywhere, then in the organisation, then in the repository, and at each of
 * them first for `*`, then for the branch itself. Later ones replace what they set; the older keys have become the newer ones.
 */
export function bugOptionsFor({ default: everywhere, orgs }: Bugzilla, { org, name, branch }: Repo & Readonly<{ branch: string }>): BugOptions {
  const ofOrg = own(orgs, org);
  const ofRepo = own(ofOrg?.repos, name);
  const levels: readonly Branches[] = [everywhere, ...(ofOrg ? [ofOrg.default, ...(ofRepo ? [ofRepo.branches] : [])] : [])];
  return levels.map((level) => resolve(own(level, ANY) ?? NOTHING, own(level, branch) ?? NOTHING)).reduce(resolve);
}

/** What is asked for each branch that is named for a repository or above, less those for which `*` says the same; for descriptions. */
export function bugOptionsByBranch(bugzilla: Bugzilla, repo: Repo): ReadonlyMap<string, BugOptions> {
  const ofOrg = own(bugzilla.orgs, repo.org);
  const branches = [bugzilla.default, ofOrg?.default, own(ofOrg?.repos, repo.name)?.branches].flatMap((level) => Object.keys(level ?? {}));
  const all = new Map(branches.map((branch) => [branch, bugOptionsFor(bugzilla, { ...repo, branch })]));
  const wild = JSON.stringify(shown(all.get(ANY) ?? NOTHING));
  return new Map([...all].filter(([branch, options]) => branch === ANY || JSON.stringify(shown(options)) !== wild));
}

/** The parts by which upstream compares the options of two branches. */
function shown({ validate_by_default, is_open, target_release, valid_states, dependent_bug_states, state_after_validation, add_external_link, state_after_merge }: BugOptions): readonly unknown[] {
  return [validate_by_default, is_open, target_release, valid_states && sortedStates(valid_states), dependent_bug_states && sortedStates(dependent_bug_states), state_after_validation, add_external_link, state_after_merge]
    .map((part) => part ?? null);
}

/** A wider level overridden by a closer one, which may exclude it. */
function resolve(parent: BugOptions, child: BugOptions): BugOptions {
  const [above, below] = [current(child.exclude_defaults === true ? NOTHING : parent), current(child)];
  const all: BugOptions = { ...above, ...below, allowed_groups: [...new Set([...above.allowed_groups, ...below.allowed_groups])].sort() };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as BugOptions;
}

/** The options of one level with the older keys turned into the newer ones. */
function current({ statuses, dependent_bug_statuses, status_after_validation, status_after_merge, dependent_bug_target_release, ...rest }: BugOptions): BugOptions {
  return {
    ...rest,
    // A list of statuses takes the place of what wider levels say even when it comes to nothing, hence undefined and not absent.
    ...(statuses && { valid_states: withStatuses(rest.valid_states, statuses) }),
    ...(dependent_bug_statuses && { dependent_bug_states: withStatuses(rest.dependent_bug_states, dependent_bug_statuses) }),
    ...(dependent_bug_target_release !== undefined && { dependent_bug_target_releases: [...new Set([...(rest.dependent_bug_target_releases ?? []), dependent_bug_target_release])] }),
    ...(status_after_validation !== undefined && { state_after_validation: rest.state_after_validation ?? { status: status_after_validation, resolution: '' } }),
    ...(status_after_merge !== undefined && { state_after_merge: rest.state_after_merge ?? { status: status_after_merge, resolution: '' } }),
  };
}

function withStatuses(states: readonly BugState[] | undefined, statuses: readonly string[]): readonly BugState[] | undefined {
  const all = sortedStates([...(states ?? []), ...statuses.map((status) => ({ status, resolution: '' }))]);
  return all.length === 0 ? undefined : all;
}

/** States without repeats, by status, then by resolution. */
function sortedStates(states: readonly BugState[]): readonly BugState[] {
  const key = ({ status, resolution }: BugState) => `${status}\0${resolution}`;
  return [...new Map(states.map((state) => [key(state), state])).values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
