import { forRepo } from '../config/lookup.js';
import type { Presubmit } from '../config/jobs/schema.js';
import type { Tide } from '../config/prow/tide.js';
import type { BlockerIssue } from '../core/ports/merging.js';
import { bySize, groupState, smallestFailed, type Group } from './batches.js';
import type { CheckState } from './contexts.js';
import { judge, type Judged, type World } from './judge.js';
import { hasLabel, sameName } from './names.js';
import type { Tested } from './runs.js';

/** Why nothing is done. */
export type Waiting = 'checks run' | 'a batch is tested' | 'nothing is ready' | 'nothing is open' | 'jobs are not known yet';

/** What to do about a branch now. Who acts on it must handle every kind. */
export type Decision = Readonly<
  | { kind: 'blocked'; by: readonly BlockerIssue[] }
  | { kind: 'merge'; pull: Judged }
  /** Merges what was tested together, in this order. */
  | { kind: 'merge_batch'; pulls: readonly Judged[] }
  /** Has checks run again that ran before the base moved. */
  | { kind: 'freshen'; pull: Judged; checks: readonly CheckState[] }
  /** Starts the jobs of one pull request that have not passed on the present base. */
  | { kind: 'test'; pull: Judged; jobs: readonly Presubmit[] }
  | ({ kind: 'test_batch' } & Batch)
  | { kind: 'wait'; why: Waiting }
>;

/** Pull requests that merge onto one another, and the jobs of theirs that are to be started. */
export interface Batch {
  readonly pulls: readonly Judged[];
  readonly jobs: readonly Presubmit[];
}

export interface Decided {
  readonly decision: Decision;
  /** Every open pull request of the branch, ascending. */
  readonly judged: readonly Judged[];
  /** Those that are ready, in the order in which they merge. */
  readonly line: readonly Judged[];
  /** The batch that is being tested. */
  readonly running: readonly number[];
}

/** All that a decision is chosen from. */
export interface Survey extends Omit<Decided, 'decision' | 'running'> {
  readonly world: World;
  /** A batch that has passed, members in order. */
  readonly green: readonly Judged[] | undefined;
  /** Of the green batch: members whose own checks run, which GitHub wants to see finished. */
  readonly unfinished: boolean;
  /** The batch that is tested, or that has jobs to be started. */
  readonly batch: Readonly<{ pulls: readonly Judged[]; jobs: readonly Presubmit[] }> | undefined;
  /** Who may be tested together, in order, and how many at most; empty where no batch is to be started. */
  readonly candidates: Readonly<{ pulls: readonly Judged[]; limit: number }>;
}

/** The order in which pull requests merge and are tested: the first priority level that fits, then the smallest number (tide 3.8). */
export function inOrder(priority: Tide['priority'], ready: readonly Judged[]): readonly Judged[] {
  const level = ({ member }: Judged) => {
    const at = priority.findIndex(({ labels }) => labels.every((label) => hasLabel(member, label)));
    return at === -1 ? priority.length : at;
  };
  return [...ready].sort((a, b) => level(a) - level(b) || a.member.number - b.member.number);
}

/** A pull request that lacks nothing but fresh results of jobs that Tide may start (tide 11). */
function isEligible({ bucket, outdated, tests }: Judged): boolean {
  return bucket !== undefined && outdated.length === 0 && tests.every(({ state, byTide }) => state !== 'running' || byTide);
}

/** Judges everybody, and finds out how the batches stand. */
export function survey(world: World): Survey {
  const judged = world.read.members.map((member) => judge(member, world)).sort((a, b) => a.member.number - b.member.number);
  const line = inOrder(world.tide.priority, judged.filter(({ state }) => state === 'ready'));
  const { tests } = world;
  if (tests === undefined || tests === 'unknown') return { world, judged, line, green: undefined, unfinished: false, batch: undefined, candidates: { pulls: [], limit: 0 } };
  const members = (pulls: readonly Tested[]): readonly Judged[] => pulls.flatMap(({ number, sha }) => judged.filter(({ member, bucket }) => member.number === number && member.headSha === sha && bucket !== undefined));
  const whole = (group: Group) => members(group.pulls).length === group.pulls.length;
  const groups = bySize(tests.groups.filter(whole));
  const landing = leading(tests.landing, members);
  const passed = groups.find((group) => groupState(group).kind === 'green');
  const green = landing.length > 0 ? landing : passed && members(passed.pulls);
  const unfinished = green?.some((one) => one.tests.some(({ job, state }) => state === 'running' && world.policy.byGitHub.some(({ context }) => sameName(context, job.context)))) === true;
  return { world, judged, line, green, unfinished, batch: under(groups, members, world), candidates: candidates(judged, tests.groups, world) };
}

/** The members of a batch up to the first that is no longer what was tested. */
function leading(pulls: readonly Tested[], members: (pulls: readonly Tested[]) => readonly Judged[]): readonly Judged[] {
  const first = pulls.findIndex((pull) => members([pull]).length === 0);
  return members(first === -1 ? pulls : pulls.slice(0, first));
}

/** The batch that runs; else, with `prioritize_existing_batches`, one that was begun and whose jobs have got lost (tide 10). */
function under(groups: readonly Group[], members: (pulls: readonly Tested[]) => readonly Judged[], { tide, read }: World): Survey['batch'] {
  const states = groups.map((group) => ({ group, state: groupState(group) }));
  const found = states.find(({ state }) => state.kind === 'running') ?? ((forRepo(tide.prioritize_existing_batches, read.repo) ?? true) ? states.find(({ state }) => state.kind === 'due') : undefined);
  return found && { pulls: members(found.group.pulls), jobs: found.state.kind === 'due' ? found.state.jobs : [] };
}

/** After a batch has failed, half as many are tried on the same base, so that whoever broke it is found (tide 28.2). */
function candidates(judged: readonly Judged[], groups: readonly Group[], { tide, read }: World): Survey['candidates'] {
  const configured = forRepo(tide.batch_size_limit, read.repo) ?? 0;
  const failed = smallestFailed(groups);
  const limit = Math.min(configured === 0 ? Number.POSITIVE_INFINITY : configured, failed === undefined ? Number.POSITIVE_INFINITY : Math.floor(failed / 2));
  const some = limit < 2 || !judged.some(({ bucket, tests }) => bucket !== undefined && tests.length > 0);
  return { pulls: some ? [] : inOrder(tide.priority, judged.filter(isEligible)), limit };
}

/** Decides one branch: at most one thing is done at a time, and everything is decided afresh afterwards. */
export function decide(world: World, next?: Batch): Decided {
  return decideOn(survey(world), next);
}

/** Chooses among what a survey has found; `next` are those of its candidates that merge onto one another. */
export function decideOn(seen: Survey, next: Batch | undefined): Decided {
  const { judged, line, batch } = seen;
  const decision = choose(seen, next);
  const under = decision.kind === 'test_batch' ? decision.pulls : batch?.pulls;
  return { decision, judged, line, running: under?.map(({ member }) => member.number) ?? [] };
}

/** Whether the choice hangs on which candidates merge onto one another; to find that out takes a clone. */
export function wantsBatch(seen: Survey): boolean {
  return seen.candidates.pulls.length > 1 && before(seen) === undefined;
}

function choose(seen: Survey, next: Batch | undefined): Decision {
  return before(seen) ?? (next && next.pulls.length > 1 && next.jobs.length > 0 ? { kind: 'test_batch', ...next } : after(seen));
}

/** What goes before a new batch (tide 9, rows 1 to 4). Merging a single pull request would void the batch that runs, so it waits. */
function before(seen: Survey): Decision | undefined {
  const { world: { blockers, asked, tests }, line, green, unfinished, batch } = seen;
  if (blockers.length > 0) return { kind: 'blocked', by: blockers };
  if (tests === 'unknown') return { kind: 'wait', why: 'jobs are not known yet' };
  if (green) return unfinished ? { kind: 'wait', why: 'checks run' } : { kind: 'merge_batch', pulls: green };
  if (batch && batch.jobs.length > 0) return { kind: 'test_batch', ...batch };
  if (batch) return serial(seen) ?? { kind: 'wait', why: 'a batch is tested' };
  const next = line.find(({ outdated }) => outdated.length === 0);
  if (next) return { kind: 'merge', pull: next };
  // One whose checks cannot be asked again keeps nobody else waiting.
  const first = line.find(({ member }) => !asked.has(member.number));
  return first && { kind: 'freshen', pull: first, checks: first.outdated };
}

/** What is left when no batch is to be started. */
function after(seen: Survey): Decision {
  const { judged, line } = seen;
  const test = serial(seen);
  if (test) return test;
  if (line.length > 0 || judged.some(({ state }) => state === 'pending')) return { kind: 'wait', why: 'checks run' };
  return { kind: 'wait', why: judged.length > 0 ? 'nothing is ready' : 'nothing is open' };
}

/** One pull request is tested by itself, also beside a batch, unless another one is or has passed and only waits to merge (tide 9, row 7). */
function serial({ world: { tide }, judged }: Survey): Decision | undefined {
  const pool = judged.filter(({ bucket, outdated }) => bucket !== undefined && outdated.length === 0);
  if (pool.some(({ bucket }) => bucket !== 'missing')) return undefined;
  const [pull] = inOrder(tide.priority, pool.filter(isEligible));
  return pull && { kind: 'test', pull, jobs: pull.tests.filter(({ state }) => state === 'due').map(({ job }) => job) };
}
