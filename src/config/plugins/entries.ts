import { slug, type Repo } from '../../core/ids.js';
import { pattern } from '../../core/re2.js';
import { entryFor, forRepo, names, own, ownAnyCase } from '../lookup.js';
import { regexFault } from '../scalars.js';
import { DcoEntry, InvalidCommitMsg, type CherryPickApproved } from './commits.js';
import type { MilestoneTeam } from './planning.js';
import { effectiveSizes, type Size } from './review.js';
import { ApproveEntry, LgtmEntry, TriggerEntry, type ExternalPlugin, type PluginsConfig } from './schema.js';
import { Welcome, type MergeWarning } from './talk.js';

type Sections<K extends keyof PluginsConfig> = Pick<PluginsConfig, K>;

/** What `approve` is told about a repository; the defaults where no entry names it. */
export function approveFor(config: Sections<'approve'>, repo: Repo): ApproveEntry {
  return entryFor(config.approve, repo) ?? ApproveEntry.parse({});
}

export function lgtmFor(config: Sections<'lgtm'>, repo: Repo): LgtmEntry {
  return entryFor(config.lgtm, repo) ?? LgtmEntry.parse({});
}

export function triggerFor(config: Sections<'triggers'>, repo: Repo): TriggerEntry {
  return entryFor(config.triggers, repo) ?? TriggerEntry.parse({});
}

/** How newcomers to a repository are greeted. */
export function welcomeFor(config: Sections<'welcome'>, repo: Repo): Welcome {
  return entryFor(config.welcome, repo) ?? Welcome.parse({});
}

export function invalidCommitMsgFor(config: Sections<'invalid_commit_msg'>, repo: Repo): InvalidCommitMsg {
  return entryFor(config.invalid_commit_msg, repo) ?? InvalidCommitMsg.parse({});
}

/** Who need not sign off in a repository: what is said for it, for its organisation, for `*`, never merged. */
export function dcoFor(config: Sections<'dco'>, repo: Repo): DcoEntry {
  return forRepo(config.dco, repo) ?? DcoEntry.parse({});
}

/** The names of OWNERS and OWNERS_ALIASES files in a repository. */
export function ownersFilenames(config: Sections<'owners'>, repo: Repo): Readonly<{ owners: string; owners_aliases: string }> {
  const { filenames } = config.owners;
  return own(filenames, slug(repo)) ?? own(filenames, repo.org) ?? { owners: 'OWNERS', owners_aliases: 'OWNERS_ALIASES' };
}

/** Slugs of the teams that may override in a repository: its own and its organisation's. */
export function overrideTeams(config: Sections<'override'>, repo: Repo): readonly string[] {
  const { allowed_github_teams: teams } = config.override;
  return [...new Set([...(own(teams, slug(repo)) ?? []), ...(own(teams, repo.org) ?? [])])];
}

/** Who may set milestones in a repository: its own team, else its organisation's, else that under the empty key (plugins-policy 4.17, K30). */
export function milestoneTeamFor(config: Sections<'repo_milestone'>, repo: Repo): MilestoneTeam | undefined {
  return own(config.repo_milestone, slug(repo)) ?? own(config.repo_milestone, repo.org) ?? own(config.repo_milestone, '');
}

/** The title of the milestone for pull requests to a branch. */
export function milestoneFor(config: Sections<'milestone_applier'>, { branch, ...repo }: Repo & Readonly<{ branch: string }>): string | undefined {
  return own(own(config.milestone_applier, slug(repo)), branch);
}

/** Who may move cards, and to which columns where none is named. The team is -1 where the organisation is not configured. */
export interface ProjectRights {
  readonly team: number;
  readonly columns: Readonly<Record<string, string>>;
  /** What the organisation says, whatever the repository does. */
  readonly orgColumns: Readonly<Record<string, string>>;
}

export function projectRightsFor(config: Sections<'project_config'>, repo: Repo): ProjectRights {
  const ofOrg = own(config.project_config.project_org_configs, repo.org);
  if (!ofOrg) return { team: -1, columns: {}, orgColumns: {} };
  const ofRepo = own(ofOrg.project_repo_configs, repo.name);
  const orgColumns = ofOrg.org_default_column_map;
  return ofRepo
    ? { team: ofRepo.repo_maintainers_team_id, columns: ofRepo.repo_default_column_map, orgColumns }
    : { team: ofOrg.org_maintainers_team_id, columns: orgColumns, orgColumns };
}

/** Who approves cherry-picks of a repository; the last entry that names it counts. */
export function cherryPickApprovedFor(config: Sections<'cherry_pick_approved'>, repo: Repo): CherryPickApproved | undefined {
  return config.cherry_pick_approved.findLast((entry) => entry.org === repo.org && entry.repo === repo.name);
}

/** The lines at which the size labels begin. */
export function sizesOf(config: Sections<'size'>): Size {
  return effectiveSizes(config.size);
}

/** Who hears of direct pushes to a repository. */
export function mergeWarningFor(config: Sections<'slack'>, repo: Repo): MergeWarning | undefined {
  return entryFor(config.slack.mergewarnings, repo);
}

/** The guards of paths for pull requests to a branch, each with the expressions that are RE2; one without any to block with guards nothing. */
export function blockadesFor(
  config: Sections<'blockades'>, { branch, ...repo }: Repo & Readonly<{ branch: string }>,
): readonly Readonly<{ block: readonly string[]; except: readonly string[]; explanation: string }>[] {
  const sound = (list: readonly string[]) => list.filter((one) => regexFault(one) === undefined);
  return config.blockades
    .filter(({ repos, branchregexp }) => names(repos, repo) && (branchregexp === undefined || pattern(branchregexp).test(branch)))
    .map(({ blockregexps, exceptionregexps, explanation }) => ({ block: sound(blockregexps), except: sound(exceptionregexps), explanation }))
    .filter(({ block }) => block.length > 0);
}

/**
 * The external plugins that get an event: those of the organisation, which may leave repositories out, and the repository's own; one
 * without events gets all. An event of an organisation alone has no repository; without an event all of them are meant.
 */
export function externalPluginsFor(config: Sections<'external_plugins'>, { org, name }: Readonly<{ org: string; name: string | undefined }>, event: string | undefined): readonly ExternalPlugin[] {
  const excludes = ({ excluded_repos }: ExternalPlugin) => name !== undefined && excluded_repos.some((one) => one.toLowerCase() === name.toLowerCase());
  const ofOrg = (ownAnyCase(config.external_plugins, org) ?? []).filter((plugin) => !excludes(plugin));
  const ofRepo = name === undefined ? [] : (ownAnyCase(config.external_plugins, `${org}/${name}`) ?? []);
  return [...ofOrg, ...ofRepo].filter(({ events }) => event === undefined || events.length === 0 || events.includes(event));
}

/** External plugins by name, of the whole installation or those of a repository whatever the event; the last definition of a name counts. */
export function externalPluginsOf(config: Sections<'external_plugins'>, repo?: Repo): ReadonlyMap<string, ExternalPlugin> {
  const all = Object.values(config.external_plugins).flat();
  const here = repo ? [...externalPluginsFor(config, repo, undefined)] : all;
  return new Map(here.map((plugin) => [plugin.name || plugin.endpoint, plugin]));
}
