import { formatFinding } from '../config/findings.js';
import { inRepoEnabled, type InRepoFault, type InRepoReads } from '../config/jobs/inRepo.js';
import type { Presubmit } from '../config/jobs/schema.js';
import type { Snapshot } from '../config/snapshot.js';
import { NotFoundError } from '../core/errors.js';
import type { PoolMember, PoolRead } from '../core/ports/merging.js';
import { contextPolicy, type ContextPolicy } from './contexts.js';
import { mismatches, queriesFor } from './query.js';

/** The rules for the checks of one pull request that brings jobs of its own; `fault`: they cannot be known, so it does not merge. */
export type OwnPolicy = Readonly<{ policy: ContextPolicy } | { fault: string }>;

/** The rules for the checks of a branch, and those of the pull requests for which others hold. */
export interface Policies {
  readonly policy: ContextPolicy;
  readonly own: ReadonlyMap<number, OwnPolicy>;
  /** The presubmits of the branch's tip, and those of the pull requests that could merge but for their checks, where they are known. */
  readonly presubmits: Readonly<{ base: readonly Presubmit[]; pulls: ReadonlyMap<number, readonly Presubmit[]> }>;
}

interface Deps {
  readonly inRepo: InRepoReads;
  readonly signal: AbortSignal;
}

/**
 * The rules of a branch with the jobs that its tip configures; and as a change of them counts from the pull request that makes it on,
 * the rules of those whose merge would have other jobs (tide 5.2, 21). Only pull requests that could merge but for their checks are asked.
 */
export async function readPolicies(read: PoolRead, config: Snapshot, deps: Deps): Promise<Policies | Readonly<{ fault: string }>> {
  const { repo, branch, baseSha, rules } = read;
  const { tide } = config.prow;
  const policyOf = (presubmits: readonly Presubmit[]) => contextPolicy({ tide, protection: config.prow['branch-protection'], presubmits, rules, repo, branch });
  const base = await deps.inRepo.jobsAt(config, { repo, branch, baseSha, heads: [] }, deps);
  const found = policyOf(base.presubmits);
  if ('fault' in found) return found;
  const own = new Map<number, OwnPolicy>();
  const pulls = new Map<number, readonly Presubmit[]>();
  for (const member of read.members.filter((one) => isCandidate(one, config))) {
    const jobs = inRepoEnabled(config.prow, repo) ? await jobsOf(member, read, config, deps) : { presubmits: base.presubmits };
    if ('fault' in jobs) {
      own.set(member.number, jobs);
      continue;
    }
    pulls.set(member.number, jobs.presubmits);
    if (differ(jobs.presubmits, base.presubmits)) own.set(member.number, policyOf(jobs.presubmits));
  }
  return { policy: found.policy, own, presubmits: { base: base.presubmits, pulls } };
}

/** Whether nothing but checks can keep it from merging. */
function isCandidate(member: PoolMember, { prow: { tide } }: Snapshot): boolean {
  return !member.draft && member.mergeable !== 'conflicting' && queriesFor(tide.queries, member).some((query) => mismatches(query, member).length === 0);
}

async function jobsOf({ headSha }: PoolMember, { repo, branch, baseSha }: PoolRead, config: Snapshot, { inRepo, signal }: Deps): Promise<Readonly<{ presubmits: readonly Presubmit[] } | { fault: string }>> {
  try {
    const { presubmits, fault } = await inRepo.jobsAt(config, { repo, branch, baseSha, heads: [headSha] }, { signal });
    return fault ? { fault: textOf(fault, branch) } : { presubmits };
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    return { fault: `its commit cannot be read: ${error.message}` };
  }
}

/** Jobs of one file that was read once are the same objects. */
function differ(one: readonly Presubmit[], other: readonly Presubmit[]): boolean {
  return one.length !== other.length || one.some((job, n) => job !== other[n]);
}

function textOf(fault: InRepoFault, branch: string): string {
  if (fault.kind === 'conflict') return fault.message;
  const [first, ...more] = fault.findings;
  return `${fault.inherited ? `already on ${branch}, ` : ''}${first ? formatFinding(first).slice(0, 300) : 'it is broken'}${more.length > 0 ? ` (and ${more.length} more)` : ''}`;
}
