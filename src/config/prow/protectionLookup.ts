import type { Repo } from '../../core/ids.js';
import { own } from '../lookup.js';
import type { BranchProtection, ProtectionPolicy } from './branchProtection.js';

/** What of the branch protection matters to a merge queue. */
export interface MergeProtection {
  readonly protect: boolean | undefined;
  /** Sorted; empty unless the branch is protected. */
  readonly requiredContexts: readonly string[];
  /** Jobs that only run when somebody asks are required, too. */
  readonly requireManuallyTriggeredJobs: boolean;
}

/**
 * The protection of a branch: deeper switches win, lists of contexts are united (config 2.9.2); `requiredByJobs` are the contexts
 * that its presubmits must report, which protect the branch themselves with `protect-tested-repos`. Undefined when the organisation
 * is not listed, which for a merge queue means that there is no policy.
 */
export function mergeProtectionFor(protection: BranchProtection, at: Repo & Readonly<{ branch: string }>, requiredByJobs: readonly string[]): MergeProtection | undefined {
  const org = own(protection.orgs, at.org);
  if (!org) return undefined;
  const ofRepo = own(org.repos, at.name);
  const levels: readonly (ProtectionPolicy | undefined)[] = [protection, org, ofRepo, own(ofRepo?.branches, at.branch)];
  const present = levels.filter((level) => level !== undefined);
  const deepest = (key: 'protect' | 'require_manually_triggered_jobs') => present.reduce<boolean | undefined>((so, level) => level[key] ?? so, undefined);
  const tested = requiredByJobs.length > 0 && protection['protect-tested-repos'] === true;
  const protect = deepest('protect') ?? (tested ? true : undefined);
  const contexts = new Set([...present.flatMap((level) => level.required_status_checks?.contexts ?? []), ...requiredByJobs]);
  return { protect, requiredContexts: protect === true ? [...contexts].sort() : [], requireManuallyTriggeredJobs: deepest('require_manually_triggered_jobs') === true };
}
