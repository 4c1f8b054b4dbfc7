import { slug, type Repo } from '../../core/ids.js';
import { pattern } from '../../core/re2.js';
import { own } from '../lookup.js';
import { regexFault } from '../scalars.js';
import type { CommitCheck, InvalidCommitMsg } from './commits.js';
import type { ManagedColumn } from './planning.js';
import type { WaitForStatus } from './review.js';
import type { PluginsConfig } from './schema.js';
import type { MergeWarning } from './talk.js';

type Sections<K extends keyof PluginsConfig> = Pick<PluginsConfig, K>;

/** Whether a check of commit messages runs; the first word about it counts. */
export function runsCommitCheck({ checks }: Pick<InvalidCommitMsg, 'checks'>, name: CommitCheck): boolean {
  return checks.find((check) => check.name === name)?.disabled !== true;
}

/** Whether a merged branch is kept: named, or matched anywhere, by a list of the repository or of its organisation. What is not RE2 is a name only. */
export function isPreservedBranch(config: Sections<'branch_cleaner'>, repo: Repo, branch: string): boolean {
  const { preserved_branches: kept } = config.branch_cleaner;
  return [...(own(kept, slug(repo)) ?? []), ...(own(kept, repo.org) ?? [])]
    .some((entry) => entry === branch || (regexFault(entry) === undefined && pattern(entry).test(branch)));
}

/** Whether a commit status is the one that reviews are waiting for. */
export function isAwaited({ context, state, description }: WaitForStatus, status: Readonly<{ context: string; state: string; description: string }>): boolean {
  return status.context === context && status.state === state && pattern(description).test(status.description);
}

/** Whether one of these logins may push to a branch without a warning; upper and lower case, and an `@` before the name, make no difference. */
export function mayPush({ exempt_users, exempt_branches }: MergeWarning, branch: string, logins: readonly string[]): boolean {
  const plain = (login: string) => login.toLowerCase().replace(/^@/, '');
  const exempt = new Set([...exempt_users, ...(own(exempt_branches, branch) ?? [])].map(plain));
  return logins.some((login) => exempt.has(plain(login)));
}

/** Whether a comment is one that gets a heart; nobody's does without an expression. Upper and lower case of logins make no difference, unlike upstream. */
export function isAdored(config: Sections<'heart'>, { login, body }: Readonly<{ login: string; body: string }>): boolean {
  const { adorees, commentregexp } = config.heart;
  return commentregexp !== '' && adorees.some((one) => one.toLowerCase() === login.toLowerCase()) && pattern(commentregexp).test(body);
}

/** Whether an issue of Jira (`ABC-1`) may be linked. A project that is turned off is meant whole: upstream takes `ent` for `enterprise` as well. */
export function mayLinkJira(config: Sections<'jira'>, issue: string): boolean {
  return !config.jira.disabled_jira_projects.some((project) => issue.toLowerCase().startsWith(`${project.toLowerCase()}-`));
}

/** A column that an issue belongs to, and whose project it is of: an organisation's (`org`) or a repository's (`org/repo`). */
export interface ColumnOf {
  readonly owner: string;
  readonly project: string;
  readonly column: ManagedColumn;
}

/** The columns that an issue belongs to, at most one of a project: the first that has its organisation, its state and only labels of its. */
export function managedColumnsFor(config: Sections<'project_manager'>, issue: Readonly<{ org: string; state: string; labels: readonly string[] }>): readonly ColumnOf[] {
  const labels = new Set(issue.labels.map((label) => label.toLowerCase()));
  const fits = ({ org, state, labels: wanted }: ManagedColumn) =>
    org === issue.org && (state === '' || state === 'all' || state === issue.state) && wanted.every((label) => labels.has(label.toLowerCase()));
  return Object.entries(config.project_manager.orgsRepos).flatMap(([owner, { projects }]) => Object.entries(projects).flatMap(([project, { columns }]) => {
    const column = columns.find(fits);
    return column ? [{ owner, project, column }] : [];
  }));
}
