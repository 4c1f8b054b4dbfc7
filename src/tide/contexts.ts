import { contextOptionsFor } from '../config/prow/tideLookup.js';
import type { Tide } from '../config/prow/tide.js';
import type { BranchProtection } from '../config/prow/branchProtection.js';
import { mergeProtectionFor } from '../config/prow/protectionLookup.js';
import type { Presubmit } from '../config/jobs/schema.js';
import { baseShaIn } from '../core/baseSha.js';
import type { Repo } from '../core/ids.js';
import { saysOverridden, SKIP_RETEST } from '../core/override.js';
import type { BranchRules, CheckMark, Mark, PoolMember, RequiredCheck, SuiteMark } from '../core/ports/merging.js';
import { pattern, type Pattern } from '../core/re2.js';
import { TIDE, sameName } from './names.js';

/** Which contexts matter on a branch. Names are compared without case. */
export interface ContextPolicy {
  readonly required: readonly string[];
  readonly ifPresent: readonly string[];
  readonly optional: readonly string[];
  readonly optionalPatterns: readonly Pattern[];
  readonly skipUnknown: boolean;
  /** What GitHub itself requires; nothing in the configuration makes these optional. */
  readonly byGitHub: readonly RequiredCheck[];
  /** Contexts of our own jobs, whose success must have been on the present base. */
  readonly ours: readonly string[];
  /** Our jobs that run only when somebody asks are required, too (`require_manually_triggered_jobs`). */
  readonly manual: boolean;
}

export interface PolicyInput {
  readonly tide: Pick<Tide, 'context_options'>;
  readonly protection: BranchProtection;
  readonly presubmits: readonly Presubmit[];
  readonly rules: Pick<BranchRules, 'required'>;
  readonly repo: Repo;
  readonly branch: string;
}

const has = (names: readonly string[], name: string) => names.some((one) => sameName(one, name));
const sorted = (names: Iterable<string>) => [...new Set(names)].sort();

function runsOn(job: Presubmit, branch: string): boolean {
  const { branches, skipBranches } = job.compiled;
  if (skipBranches?.test(branch)) return false;
  return branches === undefined || branches.test(branch);
}

/** The rules of a branch, or what is wrong with them: a branch whose rules contradict one another merges nothing (tide 3.6). */
export function contextPolicy({ tide, protection, presubmits, rules, repo, branch }: PolicyInput): Readonly<{ policy: ContextPolicy } | { fault: string }> {
  const options = contextOptionsFor(tide.context_options, repo, branch);
  const required = [...options['required-contexts']];
  const ifPresent = [...options['required-if-present-contexts']];
  const optional = [...options['optional-contexts']];
  const ours: string[] = [];
  const jobs = presubmits.filter((one) => runsOn(one, branch));
  const always = jobs.filter((job) => job.always_run && !job.optional && !job.skip_report).map((job) => job.context);
  const protectedBy = options['from-branch-protection'] ? mergeProtectionFor(protection, { ...repo, branch }, always) : undefined;
  if (protectedBy?.protect === true) required.push(...protectedBy.requiredContexts);
  for (const job of jobs) {
    const manual = !job.always_run && job.run_if_changed === '' && job.skip_if_only_changed === '';
    const counts = (!job.optional && !job.skip_report) || job.run_before_merge;
    // Tide must see these pass, and who has not run cannot have passed.
    if (job.run_before_merge) required.push(job.context);
    else if (job.optional || job.skip_report) optional.push(job.context);
    else if (manual ? protectedBy?.requireManuallyTriggeredJobs : job.always_run) required.push(job.context);
    else ifPresent.push(job.context);
    if (counts) ours.push(job.context);
  }
  const policy: ContextPolicy = {
    required: sorted(required), ifPresent: sorted(ifPresent), optional: sorted(optional),
    optionalPatterns: options['optional-regex-contexts'].map(pattern),
    skipUnknown: options['skip-unknown-contexts'] ?? false,
    byGitHub: rules.required.filter(({ context }) => !sameName(context, TIDE)),
    ours: sorted(ours),
    manual: protectedBy?.requireManuallyTriggeredJobs === true,
  };
  const fault = contradiction(policy);
  return fault === undefined ? { policy } : { fault };
}

function contradiction({ required, ifPresent, optional, optionalPatterns }: ContextPolicy): string | undefined {
  const twice = [...required.filter((name) => has(ifPresent, name) || has(optional, name)), ...ifPresent.filter((name) => has(optional, name))];
  if (twice.length > 0) return `contexts in more than one of required, required if present, optional: ${sorted(twice).join(', ')}`;
  const matched = [...required, ...ifPresent].filter((name) => optionalPatterns.some((one) => one.test(name)));
  return matched.length > 0 ? `required contexts that an optional expression matches: ${sorted(matched).join(', ')}` : undefined;
}

/** Whether a context never matters (tide 3.6); what GitHub requires always does. */
export function isOptional(policy: ContextPolicy, name: string): boolean {
  if (policy.byGitHub.some(({ context }) => sameName(context, name))) return false;
  if (has(policy.optional, name) || policy.optionalPatterns.some((one) => one.test(name))) return true;
  if (has(policy.required, name) || has(policy.ifPresent, name)) return false;
  return policy.skipUnknown;
}

/** One required check of a head, all who report under its name together. */
export interface CheckState {
  readonly name: string;
  /** `stale`: one of our jobs passed, but on another base. */
  readonly state: 'success' | 'failure' | 'pending' | 'missing' | 'stale';
  /** What is known beyond the state, as a clause; may be empty. */
  readonly detail: string;
  readonly since: number | undefined;
  /** The newest attempt of each reporter. */
  readonly newest: readonly Mark[];
}

const GOOD = ['success', 'neutral', 'skipped'];

/** What one attempt came to; neutral and skipped are green. */
export function resultOf(mark: Mark): 'success' | 'failure' | 'pending' {
  if (mark.source === 'check') return !mark.completed ? 'pending' : GOOD.includes(mark.conclusion ?? '') ? 'success' : 'failure';
  return mark.state === 'success' ? 'success' : mark.state === 'pending' || mark.state === 'expected' ? 'pending' : 'failure';
}

const startOf = (mark: CheckMark) => mark.startedAt ?? mark.completedAt ?? 0;

/**
 * The newest attempt of each reporter of each name: the best of several attempts has merged failing code (design decision 12).
 * Two workflows, or one workflow on two events, are two reporters, and all of them count.
 */
export function newestAttempts(marks: readonly Mark[]): ReadonlyMap<string, readonly Mark[]> {
  const byReporter = new Map<string, Mark>();
  for (const mark of marks) {
    const reporter = mark.source === 'status' ? ['status', mark.name] : ['check', mark.name, mark.app, mark.workflow?.name ?? '', mark.workflow?.event ?? ''];
    const key = JSON.stringify(reporter.map((part) => part.toLowerCase()));
    const known = byReporter.get(key);
    if (known?.source === 'check' && mark.source === 'check' && (startOf(known) - startOf(mark) || known.id - mark.id) > 0) continue;
    byReporter.set(key, mark);
  }
  const byName = new Map<string, Mark[]>();
  for (const mark of byReporter.values()) {
    const name = mark.name.toLowerCase();
    const same = byName.get(name);
    if (same) same.push(mark);
    else byName.set(name, [mark]);
  }
  return byName;
}

/** Whether a success of one of our jobs is proved for a base: by its base SHA, or by the mark that says it holds for any (tide 6.2). */
export function proves(mark: Mark, baseSha: string): boolean {
  if (resultOf(mark) !== 'success') return false;
  return skipsRetest(mark) || baseShaIn(saying(mark))?.toLowerCase() === baseSha.toLowerCase();
}

const saying = (mark: Mark) => (mark.source === 'status' ? mark.description : mark.title);

/** Whether a success holds for its head whatever the base, as a person who may say so has said (tide 6.2). */
export function skipsRetest(mark: Mark): boolean {
  return resultOf(mark) === 'success' && saying(mark).includes(SKIP_RETEST);
}

export interface CheckInput {
  readonly member: Pick<PoolMember, 'marks' | 'suites'>;
  readonly policy: ContextPolicy;
  readonly baseSha: string;
  /** Slug of our own App: its suites stay open while the `tide` check does. */
  readonly self: string;
}

/**
 * The marks without what people have overridden. Nobody can change a check run of another App, so an override is one of ours of the same name; it speaks
 * for those that began before it, as long as it is our newest.
 */
function withoutOverridden(marks: readonly Mark[], self: string): readonly Mark[] {
  const ours = marks.filter((mark): mark is CheckMark => mark.source === 'check' && sameName(mark.app, self));
  const overrides = [...newestAttempts(ours).values()].flat().filter((mark): mark is CheckMark => mark.source === 'check' && resultOf(mark) === 'success' && saysOverridden(mark.title));
  if (overrides.length === 0) return marks;
  return marks.filter((mark) => mark.source === 'status' || sameName(mark.app, self) || !overrides.some((one) => sameName(one.name, mark.name) && startOf(mark) <= (one.completedAt ?? startOf(one))));
}

/** Every check that matters for a head, by name; only when each is `success` may it merge. */
export function readChecks({ member, policy, baseSha, self }: CheckInput): readonly CheckState[] {
  const newest = newestAttempts(withoutOverridden(member.marks, self));
  const open = new Map(member.suites.filter((suite) => !suite.completed && suite.app !== self).map((suite) => [suite.id, suite]));
  const states = new Map<string, CheckState>();
  for (const [key, marks] of newest) {
    const name = marks[0]?.name ?? key;
    if (key === TIDE || isOptional(policy, name)) continue;
    states.set(key, stateOf(name, marks, { policy, baseSha, open }));
  }
  for (const name of [...policy.required, ...policy.byGitHub.map(({ context }) => context)]) {
    const key = name.toLowerCase();
    if (key !== TIDE && !states.has(key)) states.set(key, { name, state: 'missing', detail: 'it has not reported yet', since: undefined, newest: [] });
  }
  for (const suite of open.values()) {
    const name = suite.workflow?.name;
    if (name === undefined || isOptional(policy, name) || [...states.values()].some(({ newest: marks, state }) => state === 'pending' && marks.some((mark) => inSuite(mark, suite)))) continue;
    states.set(`workflow ${suite.id}`, { name, state: 'pending', detail: 'its workflow run has not finished', since: undefined, newest: [] });
  }
  return [...states.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

const inSuite = (mark: Mark, suite: SuiteMark) => mark.source === 'check' && mark.suiteId === suite.id;

function stateOf(name: string, marks: readonly Mark[], { policy, baseSha, open }: Readonly<{ policy: ContextPolicy; baseSha: string; open: ReadonlyMap<number, SuiteMark> }>): CheckState {
  const at = marks.map((mark) => (mark.source === 'status' ? mark.at : (mark.completedAt ?? mark.startedAt))).filter((time) => time !== undefined);
  const say = (state: CheckState['state'], detail: string): CheckState => ({ name, state, detail, since: at.length > 0 ? Math.max(...at) : undefined, newest: marks });
  const results = marks.map(resultOf);
  if (results.includes('failure')) return say('failure', failureDetail(marks));
  if (results.includes('pending')) return say('pending', 'it is running or waits to run');
  if (marks.some((mark) => mark.source === 'check' && open.has(mark.suiteId))) return say('pending', 'its workflow run has not finished and may replace it');
  const rule = policy.byGitHub.find((one) => sameName(one.context, name) && one.appId !== undefined);
  if (rule && !marks.some((mark) => mark.source === 'status' || mark.appId === rule.appId)) return say('missing', 'another App than the one GitHub requires has reported it');
  if (has(policy.ours, name) && !marks.some((mark) => proves(mark, baseSha))) return say('stale', 'it passed on another base');
  return say('success', '');
}

function failureDetail(marks: readonly Mark[]): string {
  const bad = marks.find((mark) => resultOf(mark) === 'failure');
  if (bad?.source === 'check') return `it ended with ${bad.conclusion ?? 'no conclusion'}`;
  return bad?.description ? `it says: ${bad.description}` : 'it failed';
}

/** The checks that ran before the base moved, where a foreign check must have run on the present base (`tide.prow_freshness: always`). */
export function outdated(checks: readonly CheckState[], policy: ContextPolicy, baseMovedAt: number): readonly CheckState[] {
  return checks.filter(({ name, state, newest }) => state === 'success' && !has(policy.ours, name) && newest.some((mark) => ranAt(mark) < baseMovedAt));
}

const ranAt = (mark: Mark) => (mark.source === 'status' ? (mark.at ?? 0) : startOf(mark));
