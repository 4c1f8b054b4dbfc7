import type { InRepoReads } from '../config/jobs/inRepo.js';
import type { Snapshot } from '../config/snapshot.js';
import type { Identity } from '../core/ports/github.js';
import type { TideViews, PoolPull, PoolView } from '../core/ports/tide.js';
import { act, tell, type Acted, type ActDeps } from './act.js';
import { decide, type Decided } from './decide.js';
import type { PoolRead } from '../core/ports/merging.js';
import { holds, factsOf } from './refusals.js';
import type { World } from './judge.js';
import { poolName, type PoolKey } from './names.js';
import { queriesFor } from './query.js';
import { plainReason } from './reasons.js';
import { whyNot } from './why.js';
import { readySince, readWorld, recoverMerges } from './world.js';

export interface PoolDeps extends Omit<ActDeps, 'identity' | 'views' | 'readyAt'> {
  readonly views: TideViews;
  readonly inRepo: InRepoReads;
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
    metrics.set('pooledprs', 0, labels);
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
  const decided = decide(world);
  metrics.set('pooledprs', decided.judged.filter(({ state }) => state !== 'waiting').length, labels);
  metrics.set('updatetime', Math.floor(clock.now() / 1_000), labels);
  const acted = await perform(decided, world, { ...deps, identity });
  await views.putPool(viewOf(decided, world, acted.error));
  deps.feed.publish({ topic: 'pool', key: poolName(key), at: world.now, text: describe(decided) });
  if (acted.again !== undefined) return { lookAgainAt: clock.now() + acted.again };
  return lookAgain(decided, world);
}

async function perform(decided: Decided, world: World, deps: PoolDeps & Readonly<{ identity: Identity }>): Promise<Acted> {
  if (deps.mode === 'read') {
    deps.log.info({ pool: poolName({ ...world.read.repo, branch: world.read.branch }), decision: describe(decided) }, 'tide decided, and does not act');
    return { again: undefined, error: undefined };
  }
  const all = { ...deps, readyAt: await readySince(decided, world, deps) };
  const acted = await act(decided, world, all);
  const unsaid = await tell(decided, world, all);
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

/** One line about a decision. */
export function describe({ decision }: Decided): string {
  switch (decision.kind) {
    case 'merge': return `merging #${decision.pull.member.number}`;
    case 'freshen': return `has ${decision.checks.map(({ name }) => name).join(', ')} of #${decision.pull.member.number} run on the present base`;
    case 'blocked': return `blocked by issue ${decision.by.map(({ number }) => `#${number}`).join(', ')}`;
    case 'wait': return `waits: ${decision.why}`;
    default: return decision satisfies never;
  }
}

const ACTIONS = { merge: 'MERGE', freshen: 'WAIT', blocked: 'BLOCKED', wait: 'WAIT' } as const;

/** What pages and `prow tide why` show of a decision. */
export function viewOf(decided: Decided, world: World, error: string | undefined): PoolView {
  const { decision, judged, line } = decided;
  const target = decision.kind === 'merge' ? decision.pull.member.number : undefined;
  const pulls = judged.map((one): PoolPull => {
    const { number, title, author, url, headSha } = one.member;
    const state = number === target ? 'merging' : one.state;
    return { number, title, author: author.login, url, headSha, state, reasons: state === 'merging' ? [] : whyNot(one, line) };
  });
  const { repo, branch, baseSha } = world.read;
  return {
    org: repo.org, repo: repo.name, branch, baseSha, at: world.now, action: ACTIONS[decision.kind], target: target === undefined ? [] : [target],
    blockers: world.blockers.map(({ number, title, url }) => ({ number, title, url })), error, pulls,
  };
}

/** A branch whose rules contradict one another: nothing merges, and everyone can see why. */
function faultView({ repo, branch, baseSha, members }: PoolRead, fault: string, at: number): PoolView {
  const reasons = [plainReason('refused', `The rules for this branch's checks cannot be used: ${fault}`, "whoever mends Tide's context_options")];
  const pulls = members.map(({ number, title, author, url, headSha }): PoolPull => ({ number, title, author: author.login, url, headSha, state: 'waiting', reasons }));
  return { org: repo.org, repo: repo.name, branch, baseSha, at, action: 'WAIT', target: [], blockers: [], error: fault, pulls };
}
