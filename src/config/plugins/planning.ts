import { z } from 'zod';
import { rule, rules } from '../rules.js';
import { count, list, map, text, texts } from './fields.js';

/** Who may set milestones (plugins milestone and milestonestatus). */
export const MilestoneTeam = z.object({
  maintainers_team: text('The slug of the GitHub team whose members may.'),
  maintainers_friendly_name: text('What the team is called in replies.', 'SIG Chairs/TLs'),
  maintainers_id: count('The number of that team; say maintainers_team instead.').meta({ deprecated: true }),
}).readonly();
export type MilestoneTeam = z.infer<typeof MilestoneTeam>;

export const RepoMilestone = map(MilestoneTeam, 'The plugins milestone and milestonestatus, by `org/repo`, `org` or an empty key for all others: who may set milestones.');

export const MilestoneApplier = map(z.record(z.string(), z.string()).readonly(), 'The plugin milestoneapplier, by `org/repo`, then by branch: the title of the milestone that pull requests get.');

const teamId = 'The number of the GitHub team that may move cards.';
const columns = 'By project: the column that is meant where a command names none.';

/** Classic projects. What a repository says replaces what its organisation says, whole. */
export const ProjectConfig = z.object({
  project_org_configs: map(z.object({
    org_maintainers_team_id: count(teamId),
    org_default_column_map: map(z.string(), columns),
    project_repo_configs: map(z.object({
      repo_maintainers_team_id: count(teamId),
      repo_default_column_map: map(z.string(), columns),
    }).readonly(), 'By name of a repository: replaces what the organisation says, whole.'),
  }).readonly(), 'By organisation.'),
}).readonly();

interface Column {
  readonly id?: number | undefined;
  readonly name: string;
  readonly labels: readonly string[];
  readonly org: string;
}

/** A column that issues are put into, and which issues. */
export const ManagedColumn = z.object({
  id: z.int().optional().meta({ description: 'The number of the column; this or its name is needed.' }),
  name: text('The name of the column.'),
  state: text('The state of the issues: open or closed; any where it is missing or all.'),
  labels: texts('Labels that an issue needs, all of them; at least one.'),
  org: text('The organisation of the issues; needed.'),
}).check(rules<Column>(
  rule(['id', 'name'], '', ({ id, name }) => (id === undefined && name === '' ? 'expected an id or a name' : undefined)),
  rule(['labels'], '', ({ labels }) => (labels.length === 0 ? 'expected labels' : undefined)),
  rule(['org'], '', ({ org }) => (org === '' ? 'expected an org' : undefined)),
)).readonly();
export type ManagedColumn = z.infer<typeof ManagedColumn>;

const ManagedProject = z.object({
  columns: list(ManagedColumn, 'The columns, the first that fits an issue counts.'),
}).superRefine((project, context) => {
  if (project.columns.length === 0) context.addIssue({ code: 'custom', message: 'expected columns' });
  const seen = new Set<string>();
  for (const [at, { labels }] of project.columns.entries()) {
    const set = JSON.stringify([...new Set(labels)].sort());
    if (seen.has(set)) context.addIssue({ code: 'custom', path: ['columns', at, 'labels'], message: 'another column of the project has the same labels' });
    seen.add(set);
  }
}).readonly();

export const ProjectManager = z.object({
  orgsRepos: map(z.object({
    projects: map(ManagedProject, 'By name of the project.'),
  }).superRefine(({ projects }, context) => {
    if (Object.keys(projects).length === 0) context.addIssue({ code: 'custom', message: 'expected projects' });
  }).readonly(), 'By `org` or `org/repo`, whichever has the projects.'),
}).readonly();
