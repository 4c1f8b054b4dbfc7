import type { Snapshot } from '../config/snapshot.js';
import type { TideViews, PoolPull, PoolView } from '../core/ports/tide.js';
import { toError } from '../core/retry.js';
import { explain, type Explained } from './answer.js';
import { readPace } from './answerRead.js';
import { act, stopVoid, tell, type Acted, type ActDeps } from './act.js';
import { decideOn, survey, wantsBatch, type Batch, type Decided, type Survey } from './decide.js';
import type { PoolRead } from '../core/ports/merging.js';
import { holds, factsOf } from './refusals.js';
import type { Judged, World } from './judge.js';
import { listed, poolName, type PoolKey } from './names.js';
import { pickBatch } from './pick.js';
import { queriesFor } from './query.js';
import { plainReason } from './reasons.js';
import { readySince, readWorld, recoverMerges } from './world.js';

export interface PoolDeps extends Omit<ActDeps, 'identity' | 'views' | 'readyAt' | 'config'> {
  readonly views: TideViews;
  /** `read`: looks and shows, and writes nothing to GitHub. */
  readonly mode: 'act' | 'read';
}

/** Looks at one branch: reads, decides, acts, shows. The answer says when to look again; undefined: when something happens. */
export async function runPool(key: PoolKey, config: Snapshot, deps: PoolDeps): Promise<Readonly<{ lookAgainAt: number }> | undefined> {
  const { merging, views, clock, metrics, signal } = deps;
  const labels = { org: key.org, repo: key.name, branch: key.branch };
  const covered = queriesFor(config.prow.tide.queries, key).length > 0;
  const read = covered ? await merging.readPool(key, key.branch, { signal }) : undefined;
  if (!read) {
    await views.dropPool(key.org, key.name, key.branch);
    for (const gauge of ['pooledprs', 'tide_pool_successful_prs', 'tide_pool_pending_prs', 'tide_pool_missing_prs', 'tide_pool_batch_pending_prs']) metrics.set(gauge, 0, labels);
    return undefined;
  }
  const identity = await merging.identity({ signal });
  if (deps.mode === 'act') await recoverMerges(read, deps);
  const found = await readWorld(read, config, { ...deps, identity });
  if ('fault' in found) {
    await views.putPool(faultView(read, found.fault, clock.now()));
    return undefined;
  }
  const { world } = found;
  const seen = survey(world);
  const next = await pick(seen, config, deps);
  const decided = decideOn(seen, next.batch);
  measure(decided, labels, deps);
  const said = explain(decided, world, await readPace(decided, world, deps));
  const acted = await perform(decided, world, said, { ...deps, config, identity });
  await views.putPool(viewOf(decided, world, acted.error ?? next.error, said));
  deps.feed.publish({ topic: 'pool', key: poolName(key), at: world.now, text: describe(decided) });
  if (acted.again !== undefined) return { lookAgainAt: clock.now() + acted.again };
  return lookAgain(decided, world);
}

/** A batch that cannot be put together keeps nobody from being tested alone (tide F-27). */
async function pick(seen: Survey, config: Snapshot, deps: PoolDeps): Promise<Readonly<{ batch?: Batch | undefined; error?: string }>> {
  if (!deps.jobs || !wantsBatch(seen)) return {};
  try {
    return { batch: await pickBatch(seen, config, deps.jobs, deps) };
  } catch (error) {
    deps.signal.throwIfAborted();
    const { repo, branch } = seen.world.read;
    deps.log.warn({ err: error, pool: poolName({ ...repo, branch }) }, 'no batch could be put together');
    return { error: `No batch could be put together: ${toError(error).message}` };
  }
}

function measure({ judged, running }: Decided, labels: Readonly<{ org: string; repo: string; branch: string }>, { metrics, clock }: Pick<PoolDeps, 'metrics' | 'clock'>): void {
  const of = (bucket: 'success' | 'pending' | 'missing') => judged.filter((one) => one.bucket === bucket).length;
  metrics.set('pooledprs', judged.filter(({ state }) => state !== 'waiting').length, labels);
  metrics.set('tide_pool_successful_prs', of('success'), labels);
  metrics.set('tide_pool_pending_prs', of('pending'), labels);
  metrics.set('tide_pool_missing_prs', of('missing'), labels);
  metrics.set('tide_pool_batch_pending_prs', running.length, labels);
  metrics.set('updatetime', Math.floor(clock.now() / 1_000), labels);
}

async function perform(decided: Decided, world: World, said: ReadonlyMap<number, Explained>, deps: PoolDeps & Pick<ActDeps, 'config' | 'identity'>): Promise<Acted> {
  if (deps.mode === 'read') {
    deps.log.info({ pool: poolName({ ...world.read.repo, branch: world.read.branch }), decision: describe(decided) }, 'tide decided, and does not act');
    return { again: undefined, error: undefined };
  }
  const all = { ...deps, readyAt: await readySince(decided, world, deps) };
  await stopVoid(world, all);
  const acted = await act(decided, world, all);
  const unsaid = await tell(decided, world, said, all);
  return { again: acted.again, error: acted.error ?? unsaid };
}

/** A refused pull request is tried again when its time has come, even if nothing happens. */
function lookAgain({ judged }: Decided, world: World): Readonly<{ lookAgainAt: number }> | undefined {
  const times = judged.flatMap(({ member }) => {
    const refusal = world.refusals.get(member.number);
    return holds(refusal, world.now, factsOf(member, world.read.rules, world.revision)) ? [refusal.until] : [];
  });
  return times.length > 0 ? { lookAgainAt: Math.min(...times) } : undefined;
}

const numbered = (pulls: readonly Judged[]) => listed(pulls.map(({ member }) => `#${member.number}`));

/** One line about a decision. */
export function describe({ decision }: Decided): string {
  switch (decision.kind) {
    case 'merge': return `merging #${decision.pull.member.number}`;
    case 'merge_batch': return `merging ${numbered(decision.pulls)}, tested together`;
    case 'freshen': return `has ${decision.checks.map(({ name }) => name).join(', ')} of #${decision.pull.member.number} run on the present base`;
    case 'test': return `tests #${decision.pull.member.number} on the present base`;
    case 'test_batch': return `tests ${numbered(decision.pulls)} together`;
    case 'blocked': return `blocked by issue ${decision.by.map(({ number }) => `#${number}`).join(', ')}`;
    case 'wait': return `waits: ${decision.why}`;
    default: return decision satisfies never;
  }
}

const ACTIONS = { merge: 'MERGE', merge_batch: 'MERGE_BATCH', freshen: 'WAIT', test: 'TRIGGER', test_batch: 'TRIGGER_BATCH', blocked: 'BLOCKED', wait: 'WAIT' } as const;

/** The pull requests that a decision is about. */
export function targetOf({ decision }: Pick<Decided, 'decision'>): readonly Judged[] {
  switch (decision.kind) {
    case 'merge': case 'test': return [decision.pull];
    case 'merge_batch': case 'test_batch': return decision.pulls;
    case 'freshen': case 'blocked': case 'wait': return [];
    default: return decision satisfies never;
  }
}

/** What pages and `prow tide why` show of a decision. */
export function viewOf(decided: Decided, world: World, error: string | undefined, said = explain(decided, world, undefined)): PoolView {
  const { decision, judged, running } = decided;
  const target = targetOf(decided);
  const pulls = judged.map((one): PoolPull => {
    const { number, title, author, url, headSha, headRef } = one.member;
    const answer = said.get(number) ?? { state: one.state, reasons: one.reasons, queue: undefined, merge: undefined };
    return { number, title, author: author.login, url, headSha, headRef, bucket: one.bucket, ...answer };
  });
  const { repo, branch, baseSha } = world.read;
  return {
    org: repo.org, repo: repo.name, branch, baseSha, at: world.now, action: ACTIONS[decision.kind], target: target.map(({ member }) => member.number), batchPending: running,
    blockers: world.blockers.map(({ number, title, url }) => ({ number, title, url })), error, pulls,
  };
}

/** A branch whose rules contradict one another: nothing merges, and everyone can see why. */
function faultView({ repo, branch, baseSha, members }: PoolRead, fault: string, at: number): PoolView {
  const reasons = [plainReason('refused', `The rules for this branch's checks cannot be used: ${fault}`, "whoever mends Tide's context_options")];
  const pulls = members.map(({ number, title, author, url, headSha, headRef }): PoolPull => ({ number, title, author: author.login, url, headSha, headRef, state: 'waiting', reasons }));
  return { org: repo.org, repo: repo.name, branch, baseSha, at, action: 'WAIT', target: [], blockers: [], error: fault, pulls };
}
