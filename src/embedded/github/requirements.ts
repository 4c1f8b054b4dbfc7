import { key, type Hub, type PullIssue } from './hub.js';
import { atLeast, permissionOf } from './permissions.js';
import type { Protection, RequiredCheck, Rule, Ruleset } from './state/checks.js';
import type { Review } from './state/issues.js';
import type { Repo } from './state.js';

const glob = (pattern: string): RegExp => new RegExp(`^${pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`);

function matches(repo: Repo, patterns: readonly string[], branch: string): boolean {
  return patterns.some((pattern) => pattern === '~ALL' || (pattern === '~DEFAULT_BRANCH' ? branch === repo.defaultBranch : glob(pattern).test(`refs/heads/${branch}`)));
}

/** The rules of rulesets that hold for a branch. */
export function rulesFor(repo: Repo, branch: string): readonly { readonly ruleset: Ruleset; readonly rule: Rule }[] {
  const active = repo.rulesets.filter(({ enforcement, include, exclude }) => enforcement === 'active' && matches(repo, include, branch) && !matches(repo, exclude, branch));
  return active.flatMap((ruleset) => ruleset.rules.map((rule) => ({ ruleset, rule })));
}

/** The protection of a branch: an exact entry first, then a pattern. */
export function protectionOf(repo: Repo, branch: string): Protection | undefined {
  return repo.protections.get(branch) ?? [...repo.protections].find(([pattern]) => pattern.includes('*') && glob(pattern).test(branch))?.[1];
}

/** Everything that must be green on a branch, by protection and rulesets. */
export function requiredChecks(repo: Repo, branch: string): readonly RequiredCheck[] {
  const ruled = rulesFor(repo, branch).flatMap(({ rule }) => {
    if (rule.type !== 'required_status_checks') return [];
    const list = (rule.parameters?.required_status_checks ?? []) as readonly { context: string; integration_id?: number }[];
    return list.map(({ context, integration_id }) => ({ context, appId: integration_id ?? null }));
  });
  return [...(protectionOf(repo, branch)?.checks?.required ?? []), ...ruled];
}

/** How many approvals a branch asks for. */
export function requiredApprovals(repo: Repo, branch: string): number {
  const ruled = rulesFor(repo, branch).map(({ rule }) => (rule.type === 'pull_request' ? Number(rule.parameters?.required_approving_review_count ?? 0) : 0));
  return Math.max(0, protectionOf(repo, branch)?.reviews?.count ?? 0, ...ruled);
}

export type CheckVerdict = 'expected' | 'pending' | 'failing' | 'green';

/** The newest word on one context of a commit: check runs and statuses alike. */
export function verdictOf(repo: Repo, sha: string, { context, appId }: RequiredCheck): CheckVerdict {
  const run = repo.checkRuns.filter((one) => one.sha === sha && one.name === context && (appId === null || one.appId === appId)).at(-1);
  const status = appId === null ? repo.statuses.filter((one) => one.sha === sha && one.context === context).at(-1) : undefined;
  const said: CheckVerdict[] = [];
  if (run) said.push(run.status !== 'completed' ? 'pending' : ['success', 'neutral', 'skipped'].includes(run.conclusion ?? '') ? 'green' : 'failing');
  if (status) said.push(status.state === 'success' ? 'green' : status.state === 'pending' ? 'pending' : 'failing');
  if (!said.length) return 'expected';
  return said.find((one) => one === 'failing') ?? said.find((one) => one === 'pending') ?? 'green';
}

/** Each reviewer's last word that counts. */
export function lastWords(reviews: readonly Review[]): ReadonlyMap<string, Review> {
  const last = new Map<string, Review>();
  for (const review of reviews) {
    if (review.state === 'APPROVED' || review.state === 'CHANGES_REQUESTED') last.set(key(review.user), review);
    else if (review.state === 'DISMISSED' && last.get(key(review.user))?.id === review.id) last.delete(key(review.user));
  }
  return last;
}

export type ReviewVerdict = 'approved' | 'changes requested' | 'review required' | 'none required';

/** What the reviews say against what the branch asks for. */
export function reviewVerdict(hub: Hub, repo: Repo, { pull }: PullIssue): ReviewVerdict {
  const needed = requiredApprovals(repo, pull.base.ref);
  const words = [...lastWords(pull.reviews).values()].filter(({ user }) => atLeast(permissionOf(hub.state, repo, user), 'write'));
  if (!needed) return 'none required';
  if (words.some(({ state }) => state === 'CHANGES_REQUESTED')) return 'changes requested';
  return words.filter(({ state }) => state === 'APPROVED').length >= needed ? 'approved' : 'review required';
}

/** Why a merge is refused, in GitHub's words; undefined when nothing stands against it. */
export function obstacle(hub: Hub, repo: Repo, issue: PullIssue): string | undefined {
  const { pull } = issue;
  const review = reviewVerdict(hub, repo, issue);
  const needed = requiredApprovals(repo, pull.base.ref);
  if (review === 'changes requested') return 'Changes have been requested.';
  if (review === 'review required') return `At least ${String(needed)} approving review${needed === 1 ? ' is' : 's are'} required by reviewers with write access.`;
  const checks = requiredChecks(repo, pull.base.ref).map((check) => ({ context: check.context, verdict: verdictOf(repo, pull.head.sha, check) }));
  const open = checks.filter(({ verdict }) => verdict !== 'green');
  const [first] = open;
  if (first && open.length === 1) return `Required status check "${first.context}" is ${first.verdict === 'failing' ? 'failing' : first.verdict === 'pending' ? 'in progress' : 'expected'}.`;
  if (first) return `${String(open.length)} of ${String(checks.length)} required status checks ${open.every(({ verdict }) => verdict === 'failing') ? 'are failing' : 'have not succeeded'}: ${open.map(({ context, verdict }) => `"${context}" is ${verdict}`).join(', ')}.`;
  const strict = protectionOf(repo, pull.base.ref)?.checks?.strict && pull.facts && pull.facts.mergeBase !== pull.facts.base;
  return strict ? 'The head branch is not up to date with the base branch.' : undefined;
}

/** `mergeable_state` of an open pull request whose mergeability is known. */
export function mergeableState(hub: Hub, repo: Repo, issue: PullIssue): 'clean' | 'dirty' | 'blocked' | 'behind' | 'draft' | 'unstable' {
  if (!issue.pull.facts?.mergeable) return 'dirty';
  if (issue.pull.draft) return 'draft';
  const why = obstacle(hub, repo, issue);
  if (why) return why.startsWith('The head branch') ? 'behind' : 'blocked';
  const { sha } = issue.pull.head;
  const names = new Set([...repo.checkRuns.filter((one) => one.sha === sha).map(({ name }) => name), ...repo.statuses.filter((one) => one.sha === sha).map(({ context }) => context)]);
  return [...names].some((context) => verdictOf(repo, sha, { context, appId: null }) !== 'green') ? 'unstable' : 'clean';
}
