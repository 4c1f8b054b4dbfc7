import { z } from 'zod';
import { notBoth, rule, rules } from '../rules.js';
import { Duration, Regex, Selector, StringMap, Strings, Template } from '../scalars.js';

const NAMED = ['github_team_ids', 'github_team_slugs', 'github_users', 'github_orgs'] as const;
type Named = Readonly<{ allow_anyone: boolean }> & Readonly<Record<(typeof NAMED)[number], readonly unknown[]>>;

/** Who may run a job again (config 2.5.6). */
export const RerunAuth = z.object({
  allow_anyone: z.boolean().default(false).describe('Everybody who is signed in.'),
  github_team_ids: z.array(z.int()).readonly().default([]).describe('Members of these teams, by number.'),
  github_team_slugs: z.array(z.object({ org: z.string().default('').describe('Its organisation.'), slug: z.string().default('').describe('Its name in addresses.') }).readonly()).readonly().default([]).describe('Members of these teams, by name.'),
  github_users: Strings.describe('These people.'),
  github_orgs: Strings.describe('Members of these organisations.'),
}).check(rules(rule<Named>(['allow_anyone', ...NAMED], 'allow_anyone', (auth) => (auth.allow_anyone && NAMED.some((key) => auth[key].length > 0) ? 'excludes users, organisations and teams' : undefined)))).readonly();
export type RerunAuth = z.infer<typeof RerunAuth>;

const RerunAuthEntry = z.object({
  repo: z.string().default('').describe('The org/repo or org whose jobs are meant, compared exactly; "*" or nothing means all.'),
  cluster: z.string().default('').describe('The build cluster whose jobs are meant; "*" or nothing means all.'),
  rerun_auth_configs: RerunAuth.optional().describe('One rule, in spite of the plural.'),
}).readonly();
export type RerunAuthEntry = z.infer<typeof RerunAuthEntry>;

const Lens = z.object({
  required_files: z.array(Regex).readonly().default([]).describe('Expressions for names of artifacts; the lens is shown where each of them finds one.'),
  optional_files: z.array(Regex).readonly().default([]).describe('Expressions for more artifacts that the lens is given where they are there.'),
  lens: z.object({ name: z.string().default('').describe('Its name, such as buildlog, junit or metadata.'), config: z.unknown().optional().describe('Settings of this lens.') }).readonly().prefault({}).describe('Which lens, and its settings.'),
  remote_config: z.object({
    endpoint: z.string().default('').describe('Where the lens answers.'),
    static_root: z.string().default('').describe('Where its files are.'),
    title: z.string().default('').describe('Its heading.'),
    priority: z.int().min(0).optional().describe('Lower ones are shown further up.'),
    hide_title: z.boolean().optional().describe('Leave the heading out.'),
  }).readonly().optional().describe('A lens that runs elsewhere. No effect here: lenses are built in.'),
}).readonly();
export type Lens = z.infer<typeof Lens>;

/** Old names of lenses, which only `viewers` may use. */
const VIEWER_NAMES: Readonly<Record<string, string>> = { 'build-log-viewer': 'buildlog', 'metadata-viewer': 'metadata', 'junit-viewer': 'junit' };

const PREFIXES = ['gcs_browser_prefixes', 'gcs_browser_prefixes_by_bucket'] as const;
type Prefixes = Readonly<{ gcs_browser_prefix: string }> & Readonly<Record<(typeof PREFIXES)[number], Readonly<Record<string, string>>>>;

const Spyglass = z.object({
  lenses: z.array(Lens).readonly().default([]).describe("Parts of a job's page, and the artifacts for which they are shown."),
  viewers: z.record(z.string(), Strings).readonly().default({}).describe('Deprecated: lists of lenses by an expression for the artifact that they need.').superRefine((viewers, context) => {
    for (const source of Object.keys(viewers)) {
      const result = Regex.safeParse(source);
      if (!result.success) context.addIssue({ code: 'custom', path: [source], message: result.error.issues[0]?.message ?? 'expected an RE2 expression' });
    }
  }),
  size_limit: z.number().int().min(0, { error: 'expected 0 or more' }).default(100_000_000).transform((bytes) => bytes || 100_000_000).describe('So many bytes of an artifact are read at most.'),
  gcs_browser_prefix: z.string().default('').describe('Address of a browser for artifacts; the path in the storage is added to it.'),
  gcs_browser_prefixes: StringMap.default({}).describe('The same by org/repo, org or "*".'),
  gcs_browser_prefixes_by_bucket: StringMap.default({}).describe('The same by bucket or "*".'),
  announcement: z.string().default('').describe("HTML template of a line at the top of each job's page."),
  testgrid_config: z.string().default('').describe('Where the configuration of TestGrid is stored; without it nothing links there.'),
  testgrid_root: z.string().default('').describe('Address of TestGrid.'),
  hide_pr_history_link: z.boolean().default(false).describe("Leave out the link to a pull request's history."),
  pr_history_link_template: z.string().default('').transform((text) => text || '/pr-history?org={{.Org}}&repo={{.Repo}}&pr={{.Number}}').describe("HTML template of the link to a pull request's history."),
  bucket_aliases: StringMap.default({}).describe('Other names of buckets, as addresses may have them.'),
}).check(rules(...PREFIXES.map((key) => rule<Prefixes>(['gcs_browser_prefix', key], 'gcs_browser_prefix', (spyglass) => (
  spyglass.gcs_browser_prefix !== '' && (spyglass[key]['*'] ?? '') !== '' ? `excludes an entry "*" of ${key}` : undefined))))).transform((spyglass) => {
  const everywhere = { '*': spyglass.gcs_browser_prefix };
  return {
    ...spyglass,
    lenses: [...spyglass.lenses, ...lensesOfViewers(spyglass.viewers)],
    gcs_browser_prefixes: { ...everywhere, ...spyglass.gcs_browser_prefixes },
    gcs_browser_prefixes_by_bucket: { ...everywhere, ...spyglass.gcs_browser_prefixes_by_bucket },
  };
}).readonly();

function lensesOfViewers(viewers: Readonly<Record<string, readonly string[]>>): readonly Lens[] {
  const all = Object.entries(viewers).flatMap(([file, names]) => names.map((name): Lens => ({ required_files: [file], optional_files: [], lens: { name: VIEWER_NAMES[name] ?? name } })));
  return all.sort((a, b) => (a.lens.name < b.lens.name ? -1 : a.lens.name > b.lens.name ? 1 : 0));
}

/** The `deck` section (config 2.5.6). Durations are milliseconds. */
export const Deck = z.object({
  spyglass: Spyglass.prefault({}).describe("A job's page."),
  tide_update_period: Duration.default(10_000).describe('How often pages about Tide are brought up to date.'),
  hidden_repos: Strings.describe('Repositories (org or org/repo) whose jobs are not shown.'),
  external_agent_logs: z.array(z.object({
    agent: z.string().default('').describe('The agent of the jobs that are meant.'),
    selector: Selector.default('').describe('Labels that their ProwJobs must have.'),
    url_template: Template.default('').describe('Go template of the address of their logs; its data is the ProwJob.'),
  }).readonly()).readonly().default([]).describe('Where logs are of jobs that run elsewhere.'),
  branding: z.object({
    logo: z.string().default('').describe('Address of the logo.'),
    favicon: z.string().default('').describe("Address of the tab's icon."),
    background_color: z.string().default('').describe('CSS colour behind everything.'),
    header_color: z.string().default('').describe('CSS colour of the head line.'),
  }).readonly().optional().describe('How the pages look.'),
  google_analytics: z.string().default('').describe('Number of a Google Analytics property.'),
  rerun_auth_configs: z.record(z.string(), RerunAuth).readonly().default({}).describe('The older form of default_rerun_auth_configs, by "*", org or org/repo.'),
  default_rerun_auth_configs: z.array(RerunAuthEntry).readonly().default([]).describe('Who may run jobs again; the last entry that matches a job counts.'),
  skip_storage_path_validation: z.boolean().optional().describe('false: only artifacts in known buckets are shown.'),
  additional_allowed_buckets: Strings.describe('Known buckets besides those of the configured jobs.'),
}).check(rules(
  notBoth('rerun_auth_configs', 'default_rerun_auth_configs'),
  rule<Readonly<{ additional_allowed_buckets: readonly string[]; skip_storage_path_validation?: boolean | undefined }>>(
    ['additional_allowed_buckets', 'skip_storage_path_validation'], 'additional_allowed_buckets',
    (deck) => (deck.additional_allowed_buckets.length > 0 && deck.skip_storage_path_validation !== false ? 'needs skip_storage_path_validation: false' : undefined),
  ),
)).transform((deck) => ({
  ...deck, default_rerun_auth_configs: Object.keys(deck.rerun_auth_configs).length > 0 ? rerunEntries(deck.rerun_auth_configs) : deck.default_rerun_auth_configs,
})).readonly();
export type Deck = z.infer<typeof Deck>;

/** The map as a list, in which later entries win: for everything first, then organisations, then repositories. */
function rerunEntries(map: Readonly<Record<string, RerunAuth>>): readonly RerunAuthEntry[] {
  const rank = (key: string) => (key === '' ? 0 : key === '*' ? 1 : key.includes('/') ? 3 : 2);
  return Object.keys(map).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)).map((repo) => ({ repo, cluster: '*', rerun_auth_configs: map[repo] }));
}
