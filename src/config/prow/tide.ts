import { z } from 'zod';
import { notBoth, rule, rules, type Rule, type RuleFault } from '../rules.js';
import { regexFault, Duration, Strings, Template, UrlText } from '../scalars.js';
import { TideGerrit } from './gerrit.js';

export const MergeMethod = z.enum(['merge', 'squash', 'rebase']);
export type MergeMethod = z.infer<typeof MergeMethod>;

/** Branch expressions with their methods, repositories with either, organisations with any of it. */
const OneOrMap = <T extends z.ZodType>(inside: T) => z.union([z.string(), z.record(z.string(), inside).readonly()]);

/** Keys are `org`, `org/repo` or `org/repo@branch`; see `mergeMethodFor` for which one decides. */
export const MergeMethods = z.record(z.string(), OneOrMap(OneOrMap(z.string()))).readonly().transform((methods, context) => {
  for (const [path, message] of methodFaults(methods)) context.addIssue({ code: 'custom', path: [...path], message });
  return methods as Readonly<Record<string, MergeMethod | '' | Readonly<Record<string, MergeMethod | '' | Readonly<Record<string, MergeMethod>>>>>>;
});

interface MethodTree {
  readonly [key: string]: string | MethodTree;
}

/** Faults at the very place: methods that are none (nothing at all means unset, but not for a branch; tide 3.3), and expressions for branches, which are the keys of the third level. */
function methodFaults(methods: MethodTree, above: readonly string[] = []): readonly RuleFault[] {
  return Object.entries(methods).flatMap(([key, value]): readonly RuleFault[] => {
    const path = [...above, key];
    const fault = above.length === 2 ? regexFault(key) : undefined;
    const inside = typeof value === 'object' ? methodFaults(value, path)
      : MergeMethod.options.some((method) => method === value) || (value === '' && above.length < 2) ? [] : [[path, `expected one of ${MergeMethod.options.join(', ')}, found ${JSON.stringify(value)}`] as const];
    return [...(fault === undefined ? [] : [[path, `expected an RE2 expression as branch: ${fault}`] as const]), ...inside];
  });
}
export type MergeMethods = z.infer<typeof MergeMethods>;

const LISTS = ['orgs', 'repos', 'excludedRepos', 'labels', 'missingLabels', 'includedBranches', 'excludedBranches'] as const;
type QueryLists = Readonly<Record<(typeof LISTS)[number], readonly string[]>>;

/** What a query may not say (config 2.6.3). */
const QUERY_RULES: readonly Rule<QueryLists>[] = [
  ...LISTS.map((key): Rule<QueryLists> => ({ keys: [key], faults: (query) => repeated(query[key]).map((at) => [[key, at], `expected each entry once, found ${JSON.stringify(query[key][at])} again`]) })),
  {
    keys: ['orgs'],
    faults: ({ orgs }) => orgs.flatMap((org, at): readonly RuleFault[] => (org === '' || org.includes('/') ? [[['orgs', at], `expected the name of an organisation, found ${JSON.stringify(org)}`]] : [])),
  },
  repositories('repos', (org, orgs) => (orgs.includes(org) ? `expected a repository outside of orgs, but ${org} is listed there` : undefined)),
  repositories('excludedRepos', (org, orgs) => (orgs.includes(org) ? undefined : `expected a repository of a listed organisation, but ${org} is not in orgs`)),
  rule(['orgs', 'repos'], '', ({ orgs, repos }) => (orgs.length + repos.length === 0 ? 'expected orgs or repos' : undefined)),
  {
    keys: ['labels', 'missingLabels'],
    faults: ({ labels, missingLabels }) => missingLabels.flatMap((label, at): readonly RuleFault[] => (labels.includes(label)
      ? [[['missingLabels', at], `expected a label that is not required as well, found ${JSON.stringify(label)}`]] : [])),
  },
  rule(['includedBranches', 'excludedBranches'], 'excludedBranches', ({ includedBranches, excludedBranches }) => (includedBranches.length > 0 && excludedBranches.length > 0
    ? 'expected includedBranches or excludedBranches, not both' : undefined)),
];

/** Where a list has an entry that it had before. */
function repeated(list: readonly string[]): readonly number[] {
  const seen = new Set<string>();
  return list.flatMap((value, at) => {
    const again = seen.has(value);
    seen.add(value);
    return again ? [at] : [];
  });
}

/** A list of repositories: how they are written, and how they stand to the organisations. */
function repositories(key: 'repos' | 'excludedRepos', besideOrgs: (org: string, orgs: readonly string[]) => string | undefined): Rule<QueryLists> {
  return {
    keys: [key, 'orgs'],
    faults: (query) => query[key].flatMap((repo, at): readonly RuleFault[] => {
      const parts = repo.split('/');
      const message = parts.length !== 2 || parts.includes('') ? `expected ORG/REPO, found ${JSON.stringify(repo)}` : besideOrgs(parts[0] ?? '', query.orgs);
      return message === undefined ? [] : [[[key, at], message]];
    }),
  };
}

/** What a pull request must look like to be merged (config 2.6.3). Keys are camelCase in the file, too. */
export const TideQuery = z.object({
  orgs: Strings.describe('Organisations, whole.'),
  repos: Strings.describe('Repositories (org/repo).'),
  excludedRepos: Strings.describe('Repositories of these organisations that are not meant.'),
  labels: Strings.describe('Labels that are needed, all of them; an entry a,b is satisfied by either.'),
  missingLabels: Strings.describe('Labels that are forbidden.'),
  includedBranches: Strings.describe('Only these base branches.'),
  excludedBranches: Strings.describe('Not these base branches.'),
  author: z.string().default('').describe('Who must have opened it.'),
  milestone: z.string().default('').describe('The milestone that it must have.'),
  reviewApprovedRequired: z.boolean().default(false).describe("GitHub's own review must be an approval."),
}).check(rules<QueryLists>(...QUERY_RULES)).readonly();
export type TideQuery = z.infer<typeof TideQuery>;

const policyKeys = {
  'skip-unknown-contexts': z.boolean().optional().describe('Contexts that are named nowhere do not matter.'),
  'from-branch-protection': z.boolean().optional().describe('What branch-protection requires is required here, too.'),
  'overwrite-pending-contexts': z.boolean().optional().describe('Contexts of jobs that are only pending may be set anew.'),
  'required-contexts': Strings.describe('Must be green.'),
  'required-if-present-contexts': Strings.describe('Must be green where they are there.'),
  'optional-contexts': Strings.describe('Do not matter.'),
  'optional-regex-contexts': Strings.describe('RE2 expressions for contexts that do not matter.'),
};
/** One level of the rules about which contexts matter (config 2.6.5); `contextOptionsFor` merges the levels. */
export const ContextPolicy = z.object(policyKeys).readonly();
export type ContextPolicy = z.infer<typeof ContextPolicy>;
const RepoPolicy = z.object({ ...policyKeys, branches: z.record(z.string(), ContextPolicy).readonly().default({}).describe('Single branches, by name.') }).readonly();
const OrgPolicy = z.object({ ...policyKeys, repos: z.record(z.string(), RepoPolicy).readonly().default({}).describe('Single repositories, by name.') }).readonly();
export const ContextOptions = z.object({ ...policyKeys, orgs: z.record(z.string(), OrgPolicy).readonly().default({}).describe('Single organisations, by name.') }).readonly();
export type ContextOptions = z.infer<typeof ContextOptions>;

const ByRepo = <T extends z.ZodType>(value: T) => z.record(z.string(), value).readonly();

/** The `tide` section (config 2.6.1). Maps by repository have keys `org/repo`, `org`, `*`; read them with `forRepo`. */
export const Tide = z.object({
  /** Milliseconds. */
  sync_period: Duration.default(60_000).transform((ms) => ms || 60_000).describe('How often everything is looked at anew, whatever happened.'),
  /** Milliseconds. */
  status_update_period: Duration.optional().describe("How often Tide's own statuses are brought up to date; sync_period where unset."),
  max_goroutines: z.int().min(0, { error: 'expected 0 or more' }).default(20).transform((n) => n || 20).describe('So many branches are looked at at once.'),
  queries: z.array(TideQuery).readonly().default([]).describe('What is merged: whatever one of these finds.'),
  merge_method: MergeMethods.default({}).describe('merge, squash or rebase, by org, org/repo, org/repo@branch, or nested: org, repository or "*", expression for branches.'),
  batch_size_limit: ByRepo(z.int()).default({}).describe('So many pull requests are tested together at most, by org/repo, org or "*"; 0 means no limit, a negative number no batches.'),
  prioritize_existing_batches: ByRepo(z.boolean()).default({}).describe('Wait for a batch that runs already instead of starting another one, by org/repo, org or "*"; true where unset.'),
  github_merge_blocks_policy: ByRepo(z.enum(['ignore', 'permit', 'block'])).default({}).describe('What it means that GitHub calls a pull request blocked, by org/repo, org or "*"; permit where unset.'),
  target_url: z.string().default('').describe('The same as an entry "*" of target_urls.'),
  target_urls: ByRepo(z.string()).default({}).describe("Where Tide's statuses lead, by org/repo, org or \"*\"."),
  pr_status_base_url: z.string().default('').describe('Deprecated: the same as an entry "*" of pr_status_base_urls.'),
  pr_status_base_urls: ByRepo(UrlText).default({}).describe('The page about a pull request, by org/repo, org or "*"; "*" is needed.'),
  blocker_label: z.string().default('').describe('Open issues with this label stop all merges of their repository.'),
  squash_label: z.string().default('').describe('Pull requests with this label are squashed.'),
  rebase_label: z.string().default('').describe('Pull requests with this label are rebased.'),
  merge_label: z.string().default('').describe('Pull requests with this label get a merge commit.'),
  context_options: ContextOptions.prefault({}).describe('Which contexts matter.'),
  priority: z.array(z.object({ labels: Strings.describe('All of them.') }).readonly()).readonly().default([]).describe('Pull requests with these labels come first, in this order.'),
  display_all_tide_queries_in_status: z.boolean().default(false).describe('Say what each query lacks, not only the closest one.'),
  merge_commit_template: ByRepo(z.object({ title: Template.default('').describe('Its first line.'), body: Template.default('').describe('The rest.') }).readonly()).default({})
    .describe('Go templates of the text of merge commits, by org/repo or org; their data is the pull request.'),
  /** Ours. */
  prow_freshness: ByRepo(z.enum(['any', 'always'])).default({})
    .describe('Whether a green check of another system counts whatever base it ran on (any), or must have started after the base last moved (always), by org/repo, org or "*".'),
  /** Ours. */
  report_as: ByRepo(z.enum(['check', 'status'])).default({})
    .describe("Whether Tide's verdicts are check runs or commit statuses, by org/repo, org or \"*\". A personal token can only write statuses."),
  gerrit: TideGerrit.optional().describe('Gerrit. No effect here.'),
}).check(rules(
  notBoth('target_url', 'target_urls'), notBoth('pr_status_base_url', 'pr_status_base_urls'),
  rule<Readonly<{ pr_status_base_urls: object }>>(['pr_status_base_urls'], 'pr_status_base_urls', ({ pr_status_base_urls: urls }) => (Object.keys(urls).length > 0 && !('*' in urls) ? 'expected an entry "*"' : undefined)),
)).transform((tide) => {
  return {
    ...tide,
    status_update_period: tide.status_update_period || tide.sync_period,
    target_urls: tide.target_url === '' ? tide.target_urls : { '*': tide.target_url },
    pr_status_base_urls: tide.pr_status_base_url === '' ? tide.pr_status_base_urls : { '*': tide.pr_status_base_url },
  };
}).readonly();
export type Tide = z.infer<typeof Tide>;
