import { z } from 'zod';
import { regexFault, Duration, Raw, Strings, UrlText } from '../scalars.js';

export const MergeMethod = z.enum(['merge', 'squash', 'rebase']);
export type MergeMethod = z.infer<typeof MergeMethod>;

/** `branch regex -> method`, below a repository. */
const BranchMethods = z.record(z.string(), MergeMethod).readonly().superRefine((branches, context) => {
  for (const branch of Object.keys(branches)) {
    const fault = regexFault(branch);
    if (fault !== undefined) context.addIssue({ code: 'custom', path: [branch], message: `expected an RE2 expression as branch: ${fault}` });
  }
});
const RepoMethods = z.record(z.string(), z.union([MergeMethod, BranchMethods])).readonly();

/** Keys are `org`, `org/repo` or `org/repo@branch`; see `mergeMethodFor` for which one decides. */
export const MergeMethods = z.record(z.string(), z.union([MergeMethod, RepoMethods])).readonly();
export type MergeMethods = z.infer<typeof MergeMethods>;

/** What a pull request must look like to be merged (config 2.6.3). Keys are camelCase in the file, too. */
export const TideQuery = z.object({
  orgs: Strings,
  repos: Strings,
  excludedRepos: Strings,
  /** All of them; an entry `a,b` is satisfied by either. */
  labels: Strings,
  missingLabels: Strings,
  includedBranches: Strings,
  excludedBranches: Strings,
  author: z.string().default(''),
  milestone: z.string().default(''),
  reviewApprovedRequired: z.boolean().default(false),
}).readonly().superRefine((query, context) => {
  for (const [path, message] of queryFaults(query)) context.addIssue({ code: 'custom', path: [...path], message });
});
export type TideQuery = z.infer<typeof TideQuery>;

type QueryLists = Readonly<Record<'orgs' | 'repos' | 'excludedRepos' | 'labels' | 'missingLabels' | 'includedBranches' | 'excludedBranches', readonly string[]>>;
type Fault = readonly [path: readonly (string | number)[], message: string];

function queryFaults(query: QueryLists): readonly Fault[] {
  const faults: Fault[] = [];
  for (const key of ['orgs', 'repos', 'excludedRepos', 'labels', 'missingLabels', 'includedBranches', 'excludedBranches'] as const) {
    query[key].forEach((value, at, all) => {
      if (all.indexOf(value) !== at) faults.push([[key, at], `expected each entry once, found ${JSON.stringify(value)} again`]);
    });
  }
  query.orgs.forEach((org, at) => {
    if (org === '' || org.includes('/')) faults.push([['orgs', at], `expected the name of an organisation, found ${JSON.stringify(org)}`]);
  });
  for (const key of ['repos', 'excludedRepos'] as const) {
    query[key].forEach((repo, at) => {
      const parts = repo.split('/');
      const [org = ''] = parts;
      if (parts.length !== 2 || parts.includes('')) faults.push([[key, at], `expected ORG/REPO, found ${JSON.stringify(repo)}`]);
      else if (key === 'repos' && query.orgs.includes(org)) faults.push([[key, at], `expected a repository outside of orgs, but ${org} is listed there`]);
      else if (key === 'excludedRepos' && !query.orgs.includes(org)) faults.push([[key, at], `expected a repository of a listed organisation, but ${org} is not in orgs`]);
    });
  }
  if (query.orgs.length + query.repos.length === 0) faults.push([[], 'expected orgs or repos']);
  query.missingLabels.forEach((label, at) => {
    if (query.labels.includes(label)) faults.push([['missingLabels', at], `expected a label that is not required as well, found ${JSON.stringify(label)}`]);
  });
  if (query.includedBranches.length > 0 && query.excludedBranches.length > 0) faults.push([['excludedBranches'], 'expected includedBranches or excludedBranches, not both']);
  return faults;
}

const policyKeys = {
  'skip-unknown-contexts': z.boolean().optional(),
  'from-branch-protection': z.boolean().optional(),
  'overwrite-pending-contexts': z.boolean().optional(),
  'required-contexts': Strings,
  'required-if-present-contexts': Strings,
  'optional-contexts': Strings,
  'optional-regex-contexts': Strings,
};
/** One level of the rules about which contexts matter (config 2.6.5); `contextOptionsFor` merges the levels. */
export const ContextPolicy = z.object(policyKeys).readonly();
export type ContextPolicy = z.infer<typeof ContextPolicy>;
const RepoPolicy = z.object({ ...policyKeys, branches: z.record(z.string(), ContextPolicy).readonly().default({}) }).readonly();
const OrgPolicy = z.object({ ...policyKeys, repos: z.record(z.string(), RepoPolicy).readonly().default({}) }).readonly();
export const ContextOptions = z.object({ ...policyKeys, orgs: z.record(z.string(), OrgPolicy).readonly().default({}) }).readonly();
export type ContextOptions = z.infer<typeof ContextOptions>;

const ByRepo = <T extends z.ZodType>(value: T) => z.record(z.string(), value).readonly();

/** The `tide` section (config 2.6.1). Maps by repository have keys `org/repo`, `org`, `*`; read them with `forRepo`. */
export const Tide = z.object({
  /** Milliseconds. */
  sync_period: Duration.default(60_000).transform((ms) => ms || 60_000),
  /** Milliseconds; `sync_period` where unset. */
  status_update_period: Duration.optional(),
  max_goroutines: z.int().min(0).default(20).transform((n) => n || 20),
  queries: z.array(TideQuery).readonly().default([]),
  merge_method: MergeMethods.default({}),
  /** 0: no limit; negative: no batches. */
  batch_size_limit: ByRepo(z.int()).default({}),
  prioritize_existing_batches: ByRepo(z.boolean()).default({}),
  github_merge_blocks_policy: ByRepo(z.enum(['ignore', 'permit', 'block'])).default({}),
  target_url: z.string().default(''),
  target_urls: ByRepo(z.string()).default({}),
  pr_status_base_url: z.string().default(''),
  pr_status_base_urls: ByRepo(UrlText).default({}),
  blocker_label: z.string().default(''),
  squash_label: z.string().default(''),
  rebase_label: z.string().default(''),
  merge_label: z.string().default(''),
  context_options: ContextOptions.prefault({}),
  priority: z.array(z.object({ labels: Strings }).readonly()).readonly().default([]),
  display_all_tide_queries_in_status: z.boolean().default(false),
  /** Go templates as text; keys `org/repo`, `org`. */
  merge_commit_template: ByRepo(z.object({ title: z.string().default(''), body: z.string().default('') }).readonly()).default({}),
  /**
   * Ours, by repository: whether a green check of another system counts whatever base it ran on (`any`, as upstream has it), or must
   * have started after the base last moved (`always`).
   */
  prow_freshness: ByRepo(z.enum(['any', 'always'])).default({}),
  /** Ours, by repository: whether verdicts are check runs (with every reason) or commit statuses, as upstream writes them. A personal token can only write statuses. */
  report_as: ByRepo(z.enum(['check', 'status'])).default({}),
  gerrit: Raw,
}).transform((tide, context) => {
  if (tide.target_url !== '' && Object.keys(tide.target_urls).length > 0) context.addIssue({ code: 'custom', path: ['target_url'], message: 'expected target_url or target_urls, not both' });
  if (tide.pr_status_base_url !== '' && Object.keys(tide.pr_status_base_urls).length > 0) context.addIssue({ code: 'custom', path: ['pr_status_base_url'], message: 'expected pr_status_base_url or pr_status_base_urls, not both' });
  if (Object.keys(tide.pr_status_base_urls).length > 0 && !('*' in tide.pr_status_base_urls)) context.addIssue({ code: 'custom', path: ['pr_status_base_urls'], message: 'expected an entry "*"' });
  return {
    ...tide,
    status_update_period: tide.status_update_period || tide.sync_period,
    target_urls: tide.target_url === '' ? tide.target_urls : { '*': tide.target_url },
    pr_status_base_urls: tide.pr_status_base_url === '' ? tide.pr_status_base_urls : { '*': tide.pr_status_base_url },
  };
}).readonly();
export type Tide = z.infer<typeof Tide>;
