import { issueKey } from '../core/ids.js';
import type { Unheard } from '../core/ports/events.js';
import type { Feed } from '../core/ports/feed.js';
import type { Identity } from '../core/ports/github.js';
import type { MergeOutcome, Merging, PoolMember } from '../core/ports/merging.js';
import type { Metrics } from '../core/ports/metrics.js';
import type { HistoryRecord, TideHistory, TideViews } from '../core/ports/tide.js';
import type { Snapshot } from '../config/snapshot.js';
import type { Explained } from './answer.js';
import { voidRuns } from './batches.js';
import type { Batch, Decided } from './decide.js';
import type { Judged, World } from './judge.js';
import { historyRecord, historyTarget } from './history.js';
import { commitTexts } from './method.js';
import { historyName, poolName } from './names.js';
import { REFUSAL_TTL, factsOf, refusalKey, refuse } from './refusals.js';
import { jobsFor, startJobs, stopRuns } from './start.js';
import { placeOf, verdictOf } from './status.js';
import { landingKey, type TestDeps, type TideJobs } from './tests.js';

export interface ActDeps extends TestDeps {
  readonly merging: Merging;
  readonly config: Pick<Snapshot, 'prow'>;
  /** undefined: there is no cluster. */
  readonly jobs: TideJobs | undefined;
  readonly views: Pick<TideViews, 'putMerge'>;
  readonly history: Pick<TideHistory, 'add' | 'of'>;
  readonly unheard: Unheard;
  readonly feed: Pick<Feed, 'publish'>;
  readonly metrics: Metrics;
  readonly identity: Identity;
  /** Since when each pull request that is ready has been so. */
  readonly readyAt: ReadonlyMap<number, number>;
}

/** What became of a decision. `again`: decide this pool once more after so many milliseconds. */
export interface Acted {
  readonly again: number | undefined;
  /** What a person should know of a merge that did not happen. */
  readonly error: string | undefined;
}

const SETTLED: Acted = { again: undefined, error: undefined };
/** GitHub takes a moment to see a base that has just moved. */
const BASE_SETTLES = 4_000;
/** What we read may be older than what GitHub decides on; asking again at once would read the same. */
const READS_SETTLE = 1_000;
/** Plugins are done with an event within moments. */
const HEARD = 250;
const DAY = 24 * 60 * 60_000;

const place = ({ read }: World) => ({ ...read.repo, branch: read.branch });
const labels = ({ read }: World) => ({ org: read.repo.org, repo: read.repo.name, branch: read.branch });

/** Carries out a decision: it merges or tests one pull request or one batch, then everything is decided afresh. */
export async function act(decided: Decided, world: World, deps: ActDeps): Promise<Acted> {
  const { decision } = decided;
  switch (decision.kind) {
    case 'merge': return mergeAll([decision.pull], world, deps);
    case 'merge_batch': return mergeAll(decision.pulls, world, deps);
    case 'freshen': return freshen(decision.pull, world, deps);
    case 'test': return start({ pulls: [decision.pull], jobs: decision.jobs }, world, deps);
    case 'test_batch': return start(decision, world, deps);
    case 'blocked': return SETTLED;
    case 'wait': return decision.why === 'jobs are not known yet' ? { again: READS_SETTLE, error: 'The cluster has not told yet which jobs there are' } : SETTLED;
    default: return decision satisfies never;
  }
}

/** Starts what is missing on the base as it is now, and ends every batch but this one. */
async function start({ pulls, jobs: wanted }: Batch, world: World, deps: ActDeps): Promise<Acted> {
  const { jobs, config, clock, metrics } = deps;
  const { read, tests } = world;
  if (!jobs || tests === undefined || tests === 'unknown') return SETTLED;
  if (!(await isTip(world, read.baseSha, deps))) return { again: READS_SETTLE, error: undefined };
  const members = pulls.map(({ member }) => member);
  if (members.length > 1) await stopRuns(voidRuns(tests, members.map(({ number, headSha: sha }) => ({ number, sha }))), jobs, deps);
  const started = await startJobs(jobsFor(members, wanted, { read, tests, config, now: clock.now() }), read, jobs, deps);
  if (started > 0) await note(members.length > 1 ? 'TRIGGER_BATCH' : 'TRIGGER', pulls, undefined, world, deps);
  metrics.count('tide_retests_total', { ...labels(world), action: members.length > 1 ? 'TRIGGER_BATCH' : 'TRIGGER' }, members.length);
  return SETTLED;
}

/** Keeps what was done for `/tide-history`. */
async function note(action: HistoryRecord['action'], pulls: readonly Judged[], error: string | undefined, world: World, { history, clock }: ActDeps): Promise<void> {
  await history.add(historyName(place(world)), historyRecord(action, pulls.map(({ member }) => historyTarget(member)), { at: clock.now(), baseSha: world.read.baseSha, error }));
}

/** Ends the batches that cannot be merged any more, whatever else is decided. */
export async function stopVoid(world: World, deps: ActDeps): Promise<void> {
  const { jobs } = deps;
  if (!jobs || world.tests === undefined || world.tests === 'unknown') return;
  const runs = voidRuns(world.tests, undefined);
  // What was read may be older than what another worker has decided on.
  if (runs.length > 0 && (await isTip(world, world.read.baseSha, deps))) await stopRuns(runs, jobs, deps);
}

/** Whether the branch still is at a commit; this is as late as the base can be looked at, as merge calls pin the head alone. */
async function isTip(world: World, sha: string, { merging, log, signal }: ActDeps): Promise<boolean> {
  const now = await merging.baseSha(world.read.repo, world.read.branch, { signal });
  if (now !== sha) log.info({ pool: poolName(place(world)), expected: sha, found: now }, 'base moved meanwhile');
  return now === sha;
}

/** The `tide` check may be required itself, so it turns green first (tide 13, step 3). */
async function sayReady(judged: Judged, world: World, { merging, identity, signal }: ActDeps): Promise<void> {
  const verdict = verdictOf({ ...judged, reasons: [], unmet: [] }, world);
  const where = verdict && placeOf(verdict, judged.member, identity, world.tide);
  if (verdict && where) await merging.setVerdict(world.read.repo, judged.member.headSha, verdict, where, { signal, priority: 'merge' });
}

/** What was begun is remembered, so that a merge whose worker died is still recorded. */
export interface Begun {
  readonly number: number;
  readonly headSha: string;
  readonly baseSha: string;
  readonly method: 'merge' | 'squash' | 'rebase';
  readonly readyAt: number | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** GitHub refused it then, milliseconds since the epoch; another worker's attempt at the same time may have gone through. */
  readonly refusedAt?: number | undefined;
}
/** The group of what was begun in a pool, by number of pull request: workers of one pool must not overwrite one another's. */
export const begunGroup = (world: Pick<World, 'read'>): string => `merging:${poolName({ ...world.read.repo, branch: world.read.branch })}`;

/**
 * Merges what was tested, in order, each onto the merge before it; whatever comes between ends it, as the rest was tested on nothing else
 * (tide 28.11). What is left of a batch is remembered with the commit that it may merge onto.
 */
async function mergeAll(pulls: readonly Judged[], world: World, deps: ActDeps): Promise<Acted> {
  let tip = world.read.baseSha;
  let acted: Acted = SETTLED;
  let merged = 0;
  try {
    for (const [n, judged] of pulls.entries()) {
      deps.signal.throwIfAborted();
      const done = await merge(judged, tip, world, deps);
      acted = done.acted;
      if (done.tip === undefined) break;
      merged++;
      tip = done.tip;
      if (pulls.length > 1) await deps.memory.set(landingKey(world.read), JSON.stringify({ tip, left: pulls.slice(n + 1).map(({ member: { number, headSha: sha } }) => ({ number, sha })) }), DAY);
    }
  } finally {
    if (merged > 0) deps.metrics.observe('merges', merged, labels(world));
    if (merged > 0 || acted.error !== undefined) await note(pulls.length > 1 ? 'MERGE_BATCH' : 'MERGE', pulls, acted.error, world, deps);
  }
  return acted;
}

/** Merges one onto a commit; `tip` is what the branch is at then, undefined when nothing may be merged onto it for now. */
async function merge(judged: Judged, onto: string, world: World, deps: ActDeps): Promise<Readonly<{ acted: Acted; tip: string | undefined }>> {
  const { merging, memory, log, signal } = deps;
  const { member, method } = judged;
  const { repo } = world.read;
  if (method === 'contradictory') throw new RangeError(`${issueKey(member)} has no merge method`);
  await sayReady(judged, world, deps);
  if (!(await isTip(world, onto, deps))) return { acted: { again: READS_SETTLE, error: undefined }, tip: undefined };
  // Somebody may just have said `/hold`: what is stored and not handled yet comes first.
  if (await deps.unheard.waits(member)) return { acted: { again: HEARD, error: undefined }, tip: undefined };
  const begun: Begun = { number: member.number, headSha: member.headSha, baseSha: onto, method, readyAt: deps.readyAt.get(member.number), at: deps.clock.now() };
  const field = String(member.number);
  await memory.setEntry(begunGroup(world), field, JSON.stringify(begun), DAY);
  const outcome = await merging.merge(member, { sha: member.headSha, method, ...commitTexts(world.tide.merge_commit_template, repo, member) }, { signal, priority: 'merge' });
  log.info({ pool: poolName(place(world)), pull: member.number, sha: member.headSha, method, outcome }, 'merge requested');
  const acted = await settle(outcome, judged, begun, world, deps);
  if (outcome.kind === 'merged' || outcome.kind === 'already_merged') await memory.deleteEntry(begunGroup(world), field);
  else await memory.setEntry(begunGroup(world), field, JSON.stringify({ ...begun, refusedAt: deps.clock.now() } satisfies Begun), DAY);
  return { acted, tip: outcome.kind === 'merged' ? outcome.sha : undefined };
}

async function settle(outcome: MergeOutcome, judged: Judged, begun: Begun, world: World, deps: ActDeps): Promise<Acted> {
  const { member } = judged;
  const failed = `#${member.number}: `;
  switch (outcome.kind) {
    case 'merged': case 'already_merged':
      await recordMerge(begun, outcome.sha, world, deps);
      return { again: outcome.kind === 'merged' ? 0 : READS_SETTLE, error: undefined };
    case 'base_changed': return { again: BASE_SETTLES, error: `${failed}the base was modified meanwhile (${outcome.message}); tried again` };
    case 'head_changed': return { again: READS_SETTLE, error: `${failed}the pull request was modified meanwhile (${outcome.message})` };
    case 'unmergeable': return refused(outcome.message, `${failed}GitHub refused the merge; compare Tide's requirements with the rules of the branch: ${outcome.message}`, judged, world, deps);
    case 'unauthorized': return refused(outcome.message, `${failed}the bot may not push to this branch: ${outcome.message}`, judged, world, deps);
    case 'method_forbidden': return refused(outcome.message, `${failed}merge commits are not allowed; set merge_method to rebase or squash, or allow them: ${outcome.message}`, judged, world, deps);
    default: return outcome satisfies never;
  }
}

/** Records a merge; repeating it changes nothing. */
export async function recordMerge(begun: Begun, mergeSha: string, world: Pick<World, 'read'>, deps: Pick<ActDeps, 'views' | 'feed' | 'clock'>): Promise<void> {
  const { repo, branch } = world.read;
  const mergedAt = deps.clock.now();
  await deps.views.putMerge({
    org: repo.org, repo: repo.name, branch, number: begun.number, headSha: begun.headSha, mergeSha, baseSha: begun.baseSha, method: begun.method, readyAt: begun.readyAt, mergedAt,
  });
  deps.feed.publish({ topic: 'merge', key: issueKey({ ...repo, number: begun.number }), at: mergedAt, text: `#${begun.number} was merged into ${branch} as ${mergeSha.slice(0, 7)}` });
}

/** The next pull request is tried at once; this one waits until something about it changes, or for a while. */
async function refused(message: string, error: string, { member, method }: Judged, world: World, { memory, clock }: ActDeps): Promise<Acted> {
  if (method !== 'contradictory') {
    const facts = factsOf(member, world.read.rules, world.revision);
    await memory.set(refusalKey(member, method), JSON.stringify(refuse(world.refusals.get(member.number), { message, now: clock.now(), facts })), REFUSAL_TTL);
  }
  return { again: 0, error };
}

/** What is remembered of a head that has turned out to hold the base already: its checks were never older. */
export const CURRENT = 'current';

/** Remembers that checks were asked to run again at a head and base. */
export function freshKey(member: Pick<PoolMember, 'org' | 'name' | 'number' | 'headSha'>, baseSha: string): string {
  return `fresh:${issueKey(member)}:${member.headSha}:${baseSha}`;
}

/**
 * Has checks run on the present base. A rerun of a workflow run repeats it on the merge commit of its first attempt, so for
 * Actions the base is merged into the head; other Apps are asked to run their suite again; a status cannot be asked for.
 */
async function freshen(judged: Judged, world: World, { merging, memory, log, signal }: ActDeps): Promise<Acted> {
  const { member, outdated } = judged;
  const marks = outdated.flatMap(({ newest }) => newest).filter((mark) => mark.source === 'check');
  log.info({ pool: poolName(place(world)), pull: member.number, checks: outdated.map(({ name }) => name) }, 'checks ran before the base moved');
  let result = 'asked';
  if (marks.some(({ workflow }) => workflow !== undefined)) result = await merging.updateBranch(member, member.headSha, { signal, priority: 'merge' });
  else for (const suite of new Set(marks.map(({ suiteId }) => suiteId))) await merging.rerequestSuite(world.read.repo, suite, { signal, priority: 'merge' });
  await memory.set(freshKey(member, world.read.baseSha), result, DAY);
  if (result === CURRENT) return { again: 0, error: undefined };
  if (result === 'refused') return { again: undefined, error: `#${member.number}: GitHub could not bring the branch up to date` };
  return marks.length > 0 ? SETTLED : { again: undefined, error: `#${member.number}: ${outdated.map(({ name }) => name).join(', ')} ran on an older base and cannot be asked to run again` };
}

/**
 * Writes the verdict of every pull request that says something new, apart from the one that the decision has dealt with.
 * The answer is what went wrong, if anything did.
 */
export async function tell(decided: Decided, world: World, said: ReadonlyMap<number, Explained>, deps: ActDeps): Promise<string | undefined> {
  let error: string | undefined;
  const { merging, identity, signal, log } = deps;
  const { decision } = decided;
  const dealtWith = decision.kind === 'merge' ? [decision.pull] : decision.kind === 'merge_batch' ? decision.pulls : [];
  for (const judged of decided.judged) {
    if (dealtWith.includes(judged)) continue;
    const verdict = verdictOf(judged, world, said.get(judged.member.number));
    const where = verdict && placeOf(verdict, judged.member, identity, world.tide);
    if (!verdict || !where) continue;
    try {
      await merging.setVerdict(world.read.repo, judged.member.headSha, verdict, where, { signal, priority: 'status' });
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      // One head that cannot be written to must not keep the others from theirs.
      log.warn({ err: thrown, ...labels(world), pull: judged.member.number }, 'tide check not written');
      error ??= `#${judged.member.number}: the tide check could not be written: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
    }
  }
  return error;
}
