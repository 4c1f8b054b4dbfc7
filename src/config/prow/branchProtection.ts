import { z } from 'zod';
import { Raw, Strings } from '../scalars.js';

const policyKeys = {
  unmanaged: z.boolean().optional(),
  protect: z.boolean().optional(),
  required_status_checks: z.object({ contexts: Strings, strict: z.boolean().optional() }).readonly().optional(),
  enforce_admins: z.boolean().optional(),
  required_linear_history: z.boolean().optional(),
  allow_force_pushes: z.boolean().optional(),
  allow_deletions: z.boolean().optional(),
  require_signed_commits: z.boolean().optional(),
  require_manually_triggered_jobs: z.boolean().optional(),
  restrictions: Raw,
  required_pull_request_reviews: Raw,
  exclude: Strings,
  include: Strings,
};
/** One level of branch protection (config 2.9.1); what only the protector reads is kept as it stands. */
export const ProtectionPolicy = z.object(policyKeys).readonly();
export type ProtectionPolicy = z.infer<typeof ProtectionPolicy>;
const RepoProtection = z.object({ ...policyKeys, branches: z.record(z.string(), ProtectionPolicy).readonly().default({}) }).readonly();
const OrgProtection = z.object({ ...policyKeys, repos: z.record(z.string(), RepoProtection).readonly().default({}) }).readonly();

export const BranchProtection = z.object({
  ...policyKeys,
  'protect-tested-repos': z.boolean().optional(),
  allow_disabled_policies: z.boolean().optional(),
  allow_disabled_job_policies: z.boolean().optional(),
  protect_repos_with_optional_jobs: z.boolean().optional(),
  orgs: z.record(z.string(), OrgProtection).readonly().default({}),
}).readonly().superRefine((policy, context) => {
  if (policy.include.length > 0 && policy.exclude.length > 0) context.addIssue({ code: 'custom', path: ['include'], message: 'expected include or exclude, not both' });
});
export type BranchProtection = z.infer<typeof BranchProtection>;
