import { z } from 'zod';
import type { InRepoReads } from '../config/jobs/inRepo.js';
import type { Presubmit } from '../config/jobs/schema.js';
import type { Snapshot } from '../config/snapshot.js';
import { NotFoundError } from '../core/errors.js';
import { toError } from '../core/retry.js';
import { issueKey, type IssueRef } from '../core/ids.js';
import type { Clock } from '../core/ports/clock.js';
import type { GitMerges } from '../core/ports/git.js';
import type { ProwJobs } from '../core/ports/jobs.js';
import type { Index, ProwJobLookup } from '../core/ports/kube.js';
import type { Log } from '../core/ports/log.js';
import type { PoolMember, PoolRead, TideMemory } from '../core/ports/merging.js';
import type { ProwJob } from '../core/prowjob.js';
import type { Group, Tests } from './batches.js';
import { poolName } from './names.js';
import type { Policies } from './policies.js';
import { parsed } from './recall.js';
import { needsFiles, requiredJobs, type Requiring } from './required.js';
import { pullsKey, runsOf, type Run } from './runs.js';

/** What Tide needs to test by itself; without a cluster there is none of it. */
export interface TideJobs {
  readonly index: Pick<Index<ProwJob, ProwJobLookup>, 'by' | 'get' | 'synced'>;
  readonly jobs: Pick<ProwJobs, 'create' | 'abort' | 'find'>;
  readonly git: Pick<GitMerges, 'tryMerge'>;
  /** Paths that a pull request changes. */
  files(ref: IssueRef, options: Readonly<{ signal: AbortSignal }>): Promise<readonly string[]>;
}

export interface TestDeps {
  readonly inRepo: InRepoReads;
  readonly memory: TideMemory;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

const DAY = 24 * 60 * 60_000;
/** So long an index may take to show what was created. */
const SHOWS_MS = 60_000;

/** The group of what was started in a pool, by ProwJob: another worker's index may not show it yet. */
export const startedGroup = (read: Pick<PoolRead, 'repo' | 'branch'>): string => `started:${poolName({ ...read.repo, branch: read.branch })}`;
/** What is left of a batch that merges. */
export const landingKey = (read: Pick<PoolRead, 'repo' | 'branch'>): string => `landing:${poolName({ ...read.repo, branch: read.branch })}`;

const Landing = z.strictObject({ tip: z.string(), left: z.array(z.strictObject({ number: z.number(), sha: z.string() })) });

/** Everything about our own jobs that a decision needs (tide 5.2, 7, 8). */
export async function readTests(read: PoolRead, config: Snapshot, { policy, own, presubmits }: Policies, jobs: TideJobs, deps: TestDeps): Promise<Tests | 'unknown'> {
  if (!jobs.index.synced()) return 'unknown';
  const runs = runsOf(await prowJobs(read, config, jobs, deps));
  const required = new Map<number, readonly Presubmit[]>();
  const faults = new Map<number, string>();
  for (const member of read.members) {
    const some = presubmits.pulls.get(member.number);
    if (!some) continue;
    const rules = own.get(member.number);
    const requiring = { branch: read.branch, manual: rules && 'policy' in rules ? rules.policy.manual : policy.manual };
    try {
      required.set(member.number, requiredJobs(some, requiring, await filesFor(some, requiring, [member], read, jobs, deps)));
    } catch (error) {
      // One whose changes cannot be read costs nobody else the round (tide F-7).
      deps.signal.throwIfAborted();
      deps.log.warn({ err: error, pull: issueKey(member) }, 'changed files not read');
      faults.set(member.number, toError(error).message);
    }
  }
  const batches = runs.filter(({ kind, byTide }) => kind === 'batch' && byTide);
  const landing = parsed(Landing, await deps.memory.get(landingKey(read)));
  return {
    required, faults, serial: runs.filter(({ kind }) => kind === 'serial'), batches, landing: landing?.tip === read.baseSha ? landing.left : [],
    groups: await groupsOf(batches, read, config, { branch: read.branch, manual: policy.manual }, jobs, deps),
  };
}

/** The branch's ProwJobs: what the index shows, and what was started so lately that it may not. */
async function prowJobs(read: PoolRead, config: Snapshot, { index, jobs }: TideJobs, { memory, clock, signal }: TestDeps): Promise<readonly ProwJob[]> {
  const shown = index.by('branch', `${read.repo.org}/${read.repo.name}@${read.branch}`);
  const found: ProwJob[] = [];
  for (const [name, at] of await memory.entries(startedGroup(read))) {
    if (shown.some(({ metadata }) => metadata.name === name) || index.get(config.prow.prowjob_namespace, name) || clock.now() > Number(at) + SHOWS_MS) {
      await memory.deleteEntry(startedGroup(read), name);
      continue;
    }
    const job = await jobs.find(name, { signal });
    if (job) found.push(job);
  }
  return [...shown, ...found];
}

/** Remembers what is about to be started. */
export async function noteStarted(read: PoolRead, name: string, { memory, clock }: Pick<TestDeps, 'memory' | 'clock'>): Promise<void> {
  await memory.setEntry(startedGroup(read), name, String(clock.now()), DAY);
}

/** The batches on the present base whose members are still there at the heads that are tested. */
async function groupsOf(batches: readonly Run[], read: PoolRead, config: Snapshot, requiring: Requiring, jobs: TideJobs, deps: TestDeps): Promise<readonly Group[]> {
  const byPulls = new Map<string, Run[]>();
  for (const run of batches.filter(({ baseSha }) => baseSha === read.baseSha)) {
    const key = pullsKey(run.pulls);
    byPulls.set(key, [...(byPulls.get(key) ?? []), run]);
  }
  const groups: Group[] = [];
  for (const runs of byPulls.values()) {
    const pulls = runs[0]?.pulls ?? [];
    const members = pulls.flatMap(({ number, sha }) => read.members.filter((member) => member.number === number && member.headSha === sha));
    if (members.length !== pulls.length) continue;
    const required = await requiredTogether(members, read, config, requiring, jobs, deps);
    // Whoever requires nothing together has proved nothing together.
    if (required && required.length > 0) groups.push({ pulls, required, runs });
  }
  return groups;
}

/** What must pass on several pull requests together (tide 8.4); undefined where it cannot be told, so that they are not tested together. */
export async function requiredTogether(members: readonly PoolMember[], read: PoolRead, config: Snapshot, requiring: Requiring, jobs: TideJobs, deps: TestDeps): Promise<readonly Presubmit[] | undefined> {
  const { repo, branch, baseSha } = read;
  try {
    const { presubmits, fault } = await deps.inRepo.jobsAt(config, { repo, branch, baseSha, heads: members.map(({ headSha }) => headSha) }, deps);
    return fault ? undefined : requiredJobs(presubmits, requiring, await filesFor(presubmits, requiring, members, read, jobs, deps));
  } catch (error) {
    deps.signal.throwIfAborted();
    if (!(error instanceof NotFoundError)) deps.log.warn({ err: error, pulls: members.map(issueKey) }, 'jobs of a batch not read');
    return undefined;
  }
}

const Paths = z.array(z.string());

/** The files that some pull requests change together; asked for only where a job hangs on them, and once a head and base (tide 21). */
async function filesFor(presubmits: readonly Presubmit[], requiring: Requiring, members: readonly PoolMember[], { baseSha }: PoolRead, jobs: TideJobs, { memory, signal }: TestDeps): Promise<readonly string[]> {
  if (!needsFiles(presubmits, requiring)) return [];
  const all = new Set<string>();
  for (const member of members) {
    const key = `files:${issueKey(member)}:${member.headSha}:${baseSha}`;
    let paths = parsed(Paths, await memory.get(key));
    if (!paths) {
      paths = [...(await jobs.files(member, { signal }))];
      await memory.set(key, JSON.stringify(paths), DAY);
    }
    for (const path of paths) all.add(path);
  }
  return [...all].sort();
}
