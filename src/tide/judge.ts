import type { Tide, TideQuery } from '../config/prow/tide.js';
import { forRepo } from '../config/lookup.js';
import type { BlockerIssue, BranchRules, Method, PoolMember, PoolRead } from '../core/ports/merging.js';
import type { Reason } from '../core/ports/tide.js';
import { besides, evidenceOf, type Evidence } from './evidence.js';
import { outdated, readChecks, type CheckState, type ContextPolicy } from './contexts.js';
import { methodFor } from './method.js';
import { TIDE, sameName } from './names.js';
import { mismatches, queriesFor, type Mismatch } from './query.js';
import type { OwnPolicy } from './policies.js';
import { factsOf, holds, type Refusal } from './refusals.js';
import { blockerReason, checkReason, mismatchReason, plainReason, refusalReason, testReason } from './reasons.js';
import { batchOf, type Tests } from './batches.js';

/** Everything that a decision about one branch depends on, read before it. */
export interface World {
  readonly tide: Tide;
  /** Changes when the configuration does. */
  readonly revision: string;
  readonly read: PoolRead;
  readonly policy: ContextPolicy;
  /** Pull requests that change the repository's own jobs, by number, with the rules that hold for them instead. */
  readonly own: ReadonlyMap<number, OwnPolicy>;
  /** Issues that stop this branch. */
  readonly blockers: readonly BlockerIssue[];
  /** What GitHub refused before, by `refusalKey`'s number and method. */
  readonly refusals: ReadonlyMap<number, Refusal>;
  /** Slug of our App, or the login of our token. */
  readonly self: string;
  /** Since when the base is what it is; milliseconds since the epoch. */
  readonly baseMovedAt: number;
  /** Pull requests whose outdated checks were asked to run again at their present head and base. */
  readonly asked: ReadonlySet<number>;
  /** Pull requests whose head is known to hold the present base, whatever their checks' times say. */
  readonly current: ReadonlySet<number>;
  /** What is known of our own jobs; undefined: there is no cluster to run any, `unknown`: it has not told yet. */
  readonly tests: Tests | 'unknown' | undefined;
  readonly now: number;
}

/** What stands between a pull request and its merge, by classes in upstream's order of precedence (tide 17.3). */
export interface Judged {
  readonly member: PoolMember;
  readonly method: Method | 'contradictory';
  /** Why GitHub cannot merge it, whatever the queries say. */
  readonly unmergeable: readonly Reason[];
  /** The query that is nearest to being met, and what is missing; undefined where no query is about the repository. */
  readonly nearest: Readonly<{ query: TideQuery; missing: readonly Mismatch[] }> | undefined;
  /** Every query about the repository, with what is missing. */
  readonly queries: readonly Readonly<{ query: TideQuery; missing: readonly Mismatch[] }>[];
  /** Checks that are not green, and jobs that must pass again. */
  readonly unmet: readonly CheckState[];
  /** The jobs that must have passed on the present base; empty where nothing is known of them. */
  readonly tests: readonly Evidence[];
  /**
   * Where it stands in the pool (tide 7): all its jobs have passed on the present base, some run, or some are missing. undefined: something
   * else keeps it from merging, so it is not tested either.
   */
  readonly bucket: 'success' | 'pending' | 'missing' | undefined;
  /** Green checks that must run again, as they ran before the base moved. */
  readonly outdated: readonly CheckState[];
  /** Everything, for people; empty exactly when it is ready. */
  readonly reasons: readonly Reason[];
  /** `ready`: may merge now. `pending`: only checks that run are missing. `waiting`: somebody must do something. */
  readonly state: 'ready' | 'pending' | 'waiting';
}

const METHOD_WORDS: Readonly<Record<Method, string>> = { merge: 'merge commits', squash: 'squash merging', rebase: 'rebase merging' };

/** GitHub's own obstacles, in the order in which upstream looks (tide 15), then ours: drafts, outdated branches, remembered refusals. */
function obstacles(member: PoolMember, method: Method | 'contradictory', world: World): readonly Reason[] {
  const { rules } = world.read;
  const found: Reason[] = [];
  for (const part of member.unread) found.push(plainReason('refused', `Its ${part} could not be read to the end`, 'Tide, once they can be read'));
  if (member.mergeable === 'conflicting') found.push(plainReason('conflict', 'PR has a merge conflict', 'the author, with a rebase or a merge of the base'));
  if (method === 'contradictory') found.push(plainReason('refused', 'PR has conflicting merge method override labels', 'somebody who removes all but one of them'));
  else {
    if (method === 'rebase' && !member.canBeRebased) found.push(plainReason('conflict', 'PR can not be rebased', 'the author, or another merge method'));
    if (!allows(rules, method)) found.push(plainReason('refused', `Merge type ${JSON.stringify(method)} disallowed by repo settings (${METHOD_WORDS[method]})`, "somebody who changes the repository's settings or `merge_method`"));
  }
  if (blockedByGitHub(member, world)) found.push(plainReason('refused', 'PR is blocked from merging by GitHub (branch protection, reviews or rulesets)', 'whoever GitHub asks for on the pull request'));
  if (member.draft) found.push(plainReason('draft', 'PR is a draft', 'the author, with "Ready for review"'));
  if (rules.strict && member.mergeState === 'BEHIND') found.push(plainReason('behind', `Branch is out of date with ${member.baseRef}`, 'somebody with "Update branch"'));
  const own = world.own.get(member.number);
  if (own && 'fault' in own) found.push(plainReason('refused', `The repository's own job configuration cannot be used: ${own.fault}`, 'a commit that mends `.prow/` or `.prow.yaml`'));
  const unfit = world.tests === undefined || world.tests === 'unknown' ? undefined : world.tests.faults.get(member.number);
  if (unfit !== undefined) found.push(plainReason('refused', `Its jobs cannot be told: ${unfit}`, 'Tide, once they can be read'));
  const refusal = world.refusals.get(member.number);
  if (holds(refusal, world.now, factsOf(member, rules, world.revision))) {
    found.push(refusalReason(refusal, member));
  }
  return found;
}

function allows(rules: BranchRules, method: Method): boolean {
  return rules.methods.includes(method) && !(rules.linearHistory && method === 'merge');
}

/** With the policy `block`; a block that the missing `tide` check explains does not count, or it would never go away. */
function blockedByGitHub(member: PoolMember, { tide, read }: World): boolean {
  if ((forRepo(tide.github_merge_blocks_policy, member) ?? 'permit') !== 'block' || member.mergeState !== 'BLOCKED') return false;
  const tideRequired = read.rules.required.some(({ context }) => sameName(context, TIDE));
  const tideGreen = member.marks.some((mark) => sameName(mark.name, TIDE) && (mark.source === 'status' ? mark.state === 'success' : mark.conclusion === 'success'));
  return !tideRequired || tideGreen;
}

const weight = (missing: readonly Mismatch[]) => missing.reduce((sum, { score }) => sum + score, 0);

/** Judges one pull request. Whatever cannot be known counts against it. */
export function judge(member: PoolMember, world: World): Judged {
  const method = methodFor(world.tide, member);
  const unmergeable = obstacles(member, method, world);
  const queries = queriesFor(world.tide.queries, member).map((query) => ({ query, missing: mismatches(query, member) }));
  const nearest = queries.reduce<(typeof queries)[number] | undefined>((best, one) => (best && weight(best.missing) <= weight(one.missing) ? best : one), undefined);
  const own = world.own.get(member.number);
  const policy = own && 'policy' in own ? own.policy : world.policy;
  const checks = readChecks({ member, policy, baseSha: world.read.baseSha, self: world.self });
  const jobs = world.tests === undefined || world.tests === 'unknown' ? undefined : world.tests.required.get(member.number);
  const tests = jobs ? evidenceOf(jobs, { member, baseSha: world.read.baseSha, branch: world.read.branch, runs: world.tests === undefined || world.tests === 'unknown' ? [] : world.tests.serial, self: world.self }) : [];
  const others = jobs ? besides(checks, tests) : checks.filter(({ state }) => state !== 'success');
  const untested = tests.filter(({ job, state }) => state !== 'tested' && !others.some(({ name }) => sameName(name, job.context)));
  const unmet = [...others, ...untested.map(asCheck)];
  const fresh = forRepo(world.tide.prow_freshness, member) ?? 'any';
  const old = fresh === 'always' && !world.current.has(member.number) ? outdated(checks, policy, world.baseMovedAt) : [];
  const batch = batchOf(world, member.number);
  const besidesTests = [
    ...unmergeable,
    ...world.blockers.map(blockerReason),
    ...(nearest ? nearest.missing.map((one) => mismatchReason(one)) : [plainReason('no_query', 'No Tide query is about this repository', 'somebody who adds one to the configuration')]),
    ...others.map((check) => checkReason(check, world.read)),
  ];
  const reasons = [...besidesTests, ...untested.map((one) => testReason(one, batch))];
  const running = unmet.length > 0 && unmet.every(({ state }) => state === 'pending' || state === 'stale');
  const pooled = besidesTests.length === 0 && tests.every(({ state }) => state !== 'failed');
  const some = (state: Evidence['state']) => tests.some((one) => one.state === state);
  return {
    member, method, unmergeable, nearest, queries, unmet, tests, outdated: old, reasons,
    bucket: !pooled ? undefined : some('due') ? 'missing' : some('running') ? 'pending' : 'success',
    state: reasons.length === 0 ? 'ready' : running && reasons.length === unmet.length ? 'pending' : 'waiting',
  };
}

/** A job that must pass, among the checks that a status can name. */
function asCheck({ job, state, text }: Evidence): CheckState {
  return { name: job.context, state: state === 'failed' ? 'failure' : 'stale', detail: text, since: undefined, newest: [] };
}
