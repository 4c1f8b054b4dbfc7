import { z } from 'zod';
import type { Snapshot } from '../config/snapshot.js';
import { forRepo } from '../config/lookup.js';
import { slug } from '../core/ids.js';
import type { Clock } from '../core/ports/clock.js';
import type { Identity } from '../core/ports/github.js';
import type { Merging, PoolMember, PoolRead, TideMemory } from '../core/ports/merging.js';
import { CURRENT, begunGroup, freshKey, recordMerge, type ActDeps } from './act.js';
import { blockersOf } from './blockers.js';
import type { Decided } from './decide.js';
import type { World } from './judge.js';
import { hasMerge, historyRecord } from './history.js';
import { methodFor } from './method.js';
import { historyName, poolName } from './names.js';
import { readPolicies } from './policies.js';
import { parsed } from './recall.js';
import { Refusal, refusalKey } from './refusals.js';
import { readTests, type TestDeps, type TideJobs } from './tests.js';

interface Deps extends TestDeps {
  readonly merging: Pick<Merging, 'searchBlockers'>;
  readonly identity: Identity;
  /** undefined: there is no cluster. */
  readonly jobs: TideJobs | undefined;
}

/** All that a decision about a branch needs besides the branch itself; `fault`: its rules cannot be known, so nothing merges. */
export async function readWorld(read: PoolRead, config: Snapshot, deps: Deps): Promise<Readonly<{ world: World } | { fault: string }>> {
  const { merging, memory, clock, identity, signal } = deps;
  const { tide } = config.prow;
  const { repo, branch } = read;
  const found = await readPolicies(read, config, deps);
  if ('fault' in found) return found;
  const issues = tide.blocker_label === '' ? [] : await merging.searchBlockers(repo.org, `is:issue state:open label:"${tide.blocker_label}" repo:"${slug(repo)}"`, { signal });
  const refusals = new Map<number, Refusal>();
  const asked = new Set<number>();
  const current = new Set<number>();
  const always = forRepo(tide.prow_freshness, repo) === 'always';
  for (const member of read.members) {
    const method = methodFor(tide, member);
    const refusal = method === 'contradictory' ? undefined : parsed(Refusal, await memory.get(refusalKey(member, method)));
    if (refusal) refusals.set(member.number, refusal);
    const freshened = always ? await memory.get(freshKey(member, read.baseSha)) : undefined;
    if (freshened === CURRENT) current.add(member.number);
    else if (freshened !== undefined) asked.add(member.number);
  }
  return {
    world: {
      tide, revision: config.revision, read, policy: found.policy, own: found.own, blockers: blockersOf(issues, { ...repo, branch }), refusals, asked, current,
      self: identity.slug, baseMovedAt: await movedAt(read, memory, clock), now: clock.now(),
      tests: deps.jobs && (await readTests(read, config, found, deps.jobs, deps)),
    },
  };
}

const Base = z.strictObject({ sha: z.string(), at: z.number() });
const WEEK = 7 * 24 * 60 * 60_000;

/** When the base became what it is: when it was first seen so, or when its commit was made where no other was seen before. */
async function movedAt({ repo, branch, baseSha, baseAt }: PoolRead, memory: TideMemory, clock: Clock): Promise<number> {
  const key = `base:${poolName({ ...repo, branch })}`;
  const known = parsed(Base, await memory.get(key));
  if (known?.sha === baseSha) return known.at;
  const at = known ? clock.now() : baseAt;
  await memory.set(key, JSON.stringify({ sha: baseSha, at }), WEEK);
  return at;
}

const Ready = z.record(z.string(), z.strictObject({ sha: z.string(), at: z.number() }));

/** Since when each ready pull request has been ready at its head without a break. */
export async function readySince({ line }: Decided, { read, now }: World, { memory }: Pick<Deps, 'memory'>): Promise<ReadonlyMap<number, number>> {
  const key = `ready:${poolName({ ...read.repo, branch: read.branch })}`;
  const text = await memory.get(key);
  const known = parsed(Ready, text) ?? {};
  const ready = line.map(({ member: { number, headSha: sha } }) => {
    const before = known[String(number)];
    return [number, { sha, at: before?.sha === sha ? before.at : now }] as const;
  });
  const next = JSON.stringify(Object.fromEntries(ready));
  if (next !== (text ?? '{}')) await memory.set(key, next, WEEK);
  return new Map(ready.map(([number, { at }]) => [number, at]));
}

const BegunText = z.strictObject({
  number: z.number(), headSha: z.string(), baseSha: z.string(), method: z.enum(['merge', 'squash', 'rebase']),
  readyAt: z.number().optional().transform((at) => at), at: z.number(), refusedAt: z.number().optional(),
});

/** A merge call is over after so long, whatever came of it; one that was refused, in other workers that tried it at the same time as well. */
const BEGUN_MS = 600_000;
const REFUSED_MS = 60_000;

/** Merges that were begun and whose outcome nobody wrote down are looked up, and recorded if they happened. */
export async function recoverMerges(read: PoolRead, deps: Pick<ActDeps, 'merging' | 'memory' | 'views' | 'history' | 'feed' | 'clock' | 'metrics' | 'signal'>): Promise<void> {
  const group = begunGroup({ read });
  for (const [field, text] of await deps.memory.entries(group)) {
    const begun = parsed(BegunText, text);
    if (begun && read.members.some(({ number, headSha }: PoolMember) => number === begun.number && headSha === begun.headSha)) continue;
    const over = !begun || deps.clock.now() > (begun.refusedAt === undefined ? begun.at + BEGUN_MS : begun.refusedAt + REFUSED_MS);
    const doubtful = begun?.refusedAt !== undefined && over; // whoever merged it since then is somebody else
    const sha = begun && !doubtful ? await deps.merging.landed({ ...read.repo, number: begun.number }, { signal: deps.signal }) : undefined;
    if (begun && sha !== undefined) {
      await recordMerge({ ...begun, readyAt: begun.readyAt }, sha, { read }, deps);
      const pool = historyName({ ...read.repo, branch: read.branch });
      // What the worker that died knew of it besides is gone.
      const target = { number: begun.number, author: '', sha: begun.headSha, title: '', head_ref: '' };
      if (!hasMerge(await deps.history.of(pool), begun.number, begun.headSha)) await deps.history.add(pool, historyRecord('MERGE', [target], { at: deps.clock.now(), baseSha: begun.baseSha }));
      deps.metrics.observe('merges', 1, { org: read.repo.org, repo: read.repo.name, branch: read.branch });
    }
    if (over || sha !== undefined) await deps.memory.deleteEntry(group, field);
  }
}
