import { z } from 'zod';
import { notBoth, rules } from '../rules.js';
import { Regex, Strings } from '../scalars.js';

/** Unset and empty differ here: an empty list takes everybody's right away, an unset one keeps what the level above says. */
const Names = z.array(z.string()).readonly().optional();

const policyKeys = {
  unmanaged: z.boolean().optional().describe('true: this level is left as GitHub has it.'),
  protect: z.boolean().optional().describe('Whether branches are protected; false removes the protection.'),
  required_status_checks: z.object({
    contexts: Strings.describe('Contexts that must be green before a merge.'),
    strict: z.boolean().optional().describe('A pull request must be on the newest base. Tide does without it.'),
  }).readonly().optional().describe('What must be green.'),
  enforce_admins: z.boolean().optional().describe('The rules hold for administrators as well.'),
  required_linear_history: z.boolean().optional().describe('No merge commits.'),
  allow_force_pushes: z.boolean().optional().describe('Branches may be pushed to by force.'),
  allow_deletions: z.boolean().optional().describe('Branches may be deleted.'),
  require_signed_commits: z.boolean().optional().describe('Commits must be signed.'),
  require_manually_triggered_jobs: z.boolean().optional().describe('Jobs that only run when somebody asks are required, too.'),
  restrictions: z.object({
    apps: Names.describe('Apps, by slug.'),
    users: Names.describe('People.'),
    teams: Names.describe('Teams, by slug.'),
  }).readonly().optional().describe('Only these may push.'),
  required_pull_request_reviews: z.object({
    dismissal_restrictions: z.object({ users: Names.describe('People.'), teams: Names.describe('Teams, by slug.') }).readonly().optional().describe('Only these may dismiss reviews.'),
    dismiss_stale_reviews: z.boolean().optional().describe('A push makes earlier approvals void.'),
    require_code_owner_reviews: z.boolean().optional().describe('Code owners must approve.'),
    required_approving_review_count: z.int().optional().describe('So many approvals are needed.'),
    bypass_pull_request_allowances: z.object({ users: Names.describe('People.'), teams: Names.describe('Teams, by slug.') }).readonly().optional().describe('These may push without a pull request.'),
  }).readonly().optional().describe('What reviews are needed.'),
  exclude: z.array(Regex).readonly().default([]).describe('Expressions for branches that are left as they are.'),
  include: z.array(Regex).readonly().default([]).describe('Expressions for the branches that are meant; all where unset.'),
};
/** One level of branch protection (config 2.9.1). */
export const ProtectionPolicy = z.object(policyKeys).readonly();
export type ProtectionPolicy = z.infer<typeof ProtectionPolicy>;
const RepoProtection = z.object({ ...policyKeys, branches: z.record(z.string(), ProtectionPolicy).readonly().default({}).describe('Single branches, by name.') }).readonly();
const OrgProtection = z.object({ ...policyKeys, repos: z.record(z.string(), RepoProtection).readonly().default({}).describe('Single repositories, by name.') }).readonly();

export const BranchProtection = z.object({
  ...policyKeys,
  'protect-tested-repos': z.boolean().optional().describe('Protect branches for which jobs are required.'),
  allow_disabled_policies: z.boolean().optional().describe('protect: false may stand beside settings of a protection.'),
  allow_disabled_job_policies: z.boolean().optional().describe('protect: false may stand where jobs are required.'),
  protect_repos_with_optional_jobs: z.boolean().optional().describe('Optional jobs make protect-tested-repos protect, too.'),
  orgs: z.record(z.string(), OrgProtection).readonly().default({}).describe('Single organisations, by name.'),
}).check(rules(notBoth('include', 'exclude'))).readonly();
export type BranchProtection = z.infer<typeof BranchProtection>;
