import { z } from 'zod';
import type { Pull } from '../../core/event.js';
import { slug, type Repo } from '../../core/ids.js';
import { decodeSound, placesWithout } from '../decode.js';
import type { Finding, Findings } from '../findings.js';
import { own } from '../lookup.js';
import type { ProwConfig } from '../prow/schema.js';
import { Raw } from '../scalars.js';
import type { Snapshot } from '../snapshot.js';
import type { Source } from '../yaml/source.js';
import { finalizeJobs, withoutVolumes, type Read, type ReadJobs } from './finalize.js';
import { presetFinder } from './finalMemo.js';
import { limitFaults, limitedSpec, limitsFor } from './inRepoLimits.js';
import { partOfJob } from './parts.js';
import { applyPresets } from './presets.js';
import { PostsubmitYaml, Preset, PresubmitYaml, type Postsubmit, type Presubmit } from './schema.js';
import { clashes } from './validate.js';

/** A file of a repository's own configuration (config 5.2): jobs for that repository only. */
export const InRepoConfig = z.object({
  presets: z.array(Preset).readonly().default([]).describe('Parts of pods that jobs of this repository get by their labels, besides the central ones.'),
  presubmits: z.array(PresubmitYaml).readonly().default([]).describe('Jobs for pull requests of this repository.'),
  postsubmits: z.array(PostsubmitYaml).readonly().default([]).describe('Jobs for pushes to this repository.'),
  prow_ignored: Raw.describe('Anything; never read.'),
}).readonly();

interface InRepoDeps {
  readonly repo: Repo;
  /** The central configuration, whose presets and defaults hold and whose jobs may not clash. */
  readonly snapshot: Pick<Snapshot, 'prow' | 'presubmits' | 'postsubmits'>;
  readonly centralPresets: ReadJobs['presets'];
  readonly findings: Findings;
}

export interface InRepoJobs {
  readonly presubmits: readonly Presubmit[];
  readonly postsubmits: readonly Postsubmit[];
  /** The place of a key of the presubmit with this index. */
  at(n: number, key: string, message: string): Finding | undefined;
}

/** A repository's own configuration as its files have it: decoded, not defaulted, so that it stays right when the central one changes. */
export interface ReadInRepo {
  readonly presets: readonly Preset[];
  readonly presubmits: readonly Read<PresubmitYaml>[];
  readonly postsubmits: readonly Read<PostsubmitYaml>[];
  /** Presets may be missing, since a file has faults. */
  readonly lacksPresets: boolean;
}

/** Decodes the files of a repository's own configuration; lists are concatenated in their order. Faults go to the findings, and the jobs that have one are left out. */
export function readInRepo(sources: readonly Source[], findings: Findings): ReadInRepo {
  const presets: Preset[] = [];
  const presubmits: Read<PresubmitYaml>[] = [];
  const postsubmits: Read<PostsubmitYaml>[] = [];
  for (const source of sources) {
    const sound = decodeSound(InRepoConfig, source, findings, (fault) => (fault[0] === 'presets' ? fault.slice(0, 2) : partOfJob(fault, 2)));
    if (!sound) continue;
    const placed = <T>(key: string, jobs: readonly T[]): readonly Read<T>[] => {
      const places = placesWithout(sound.cut, [key], jobs.length);
      return jobs.map((job, n) => ({
        job, file: source.file, at: (below, message) => source.finding([key, places[n] ?? n, ...(typeof below === 'string' ? [below] : below)].filter((part) => part !== ''), message),
      }));
    };
    presets.push(...sound.value.presets);
    presubmits.push(...placed('presubmits', sound.value.presubmits));
    postsubmits.push(...placed('postsubmits', sound.value.postsubmits));
  }
  return { presets, presubmits, postsubmits, lacksPresets: findings.errors.length > 0 };
}

/** Defaults and checks a repository's own jobs together with its static ones (config 5.3). Faults go to the findings. */
export function finishInRepo(read: ReadInRepo, { repo, snapshot, centralPresets, findings }: InRepoDeps): InRepoJobs {
  const { presubmits, postsubmits } = read;
  const presets = [...centralPresets, ...read.presets];
  const key = slug(repo);
  const faults: Finding[] = [];
  const done = finalizeJobs({ presets, presubmits: new Map([[key, presubmits]]), postsubmits: new Map([[key, postsubmits]]), periodics: [] }, snapshot.prow, faults);
  findings.errors.push(...(read.lacksPresets ? withoutVolumes(faults) : faults));
  const [ours, theirs] = [done.presubmits.get(key) ?? [], done.postsubmits.get(key) ?? []];
  report(clashes([...snapshot.presubmits(repo), ...ours]), snapshot.presubmits(repo).length, presubmits, findings.errors);
  report(clashes([...snapshot.postsubmits(repo), ...theirs]), snapshot.postsubmits(repo).length, postsubmits, findings.errors);
  const allowed = allowedClusters(snapshot.prow, repo);
  for (const [jobs, places] of [[ours, presubmits], [theirs, postsubmits]] as const) {
    jobs.forEach((job, n) => {
      const finding = allowed.has(job.cluster) ? undefined : places[n]?.at('cluster', `${job.name}: the cluster ${job.cluster} is not in in_repo_config.allowed_clusters for ${key}`);
      if (finding) findings.errors.push(finding);
    });
  }
  refuseBeyondLimits(read, { repo, snapshot, centralPresets, findings });
  return { presubmits: ours, postsubmits: theirs, at: (n, below, message) => presubmits[n]?.at(below, message) };
}

/** Limits are for what the repository says itself: presets of its own count, the central ones are named by the limits. */
function refuseBeyondLimits(read: ReadInRepo, { repo, snapshot, centralPresets, findings }: InRepoDeps): void {
  const limits = limitsFor(snapshot.prow, repo);
  if (Object.keys(limits).length === 0) return;
  const presetsFor = presetFinder(centralPresets);
  for (const { job, at } of [...read.presubmits, ...read.postsubmits]) {
    const spec = job.spec && limitedSpec(applyPresets(job.spec, job.labels, read.presets).spec);
    const central = job.spec ? presetsFor(job.labels) : [];
    for (const [key, message] of limitFaults(limits, { job, spec, central, repo })) findings.errors.push(at(key, `${job.name}: ${message}`));
  }
}

/** Reads and finishes a repository's own configuration. Faults go to the findings. */
export function inRepoJobs(sources: readonly Source[], deps: InRepoDeps): InRepoJobs {
  return finishInRepo(readInRepo(sources, deps.findings), deps);
}

/** Clashes among the repository's own jobs were reported when they were finalized; these are the ones with static jobs. */
function report(found: ReturnType<typeof clashes>, statics: number, read: readonly Read<unknown>[], errors: Finding[]): void {
  for (const { index, key, message } of found) {
    const finding = read[index - statics]?.at(key, message);
    if (finding && !errors.some((one) => one.file === finding.file && one.path === finding.path)) errors.push(finding);
  }
}

/** The clusters of all levels together; `default` where nothing is said for everybody. */
export function allowedClusters(prow: Pick<ProwConfig, 'in_repo_config'>, repo: Repo): ReadonlySet<string> {
  const { allowed_clusters: allowed } = prow.in_repo_config;
  return new Set([slug(repo), repo.org, '*'].flatMap((key) => own(allowed, key) ?? []));
}

/** Whether a repository's own configuration counts; the closest key decides. */
export function inRepoEnabled(prow: Pick<ProwConfig, 'in_repo_config'>, repo: Repo): boolean {
  const { enabled } = prow.in_repo_config;
  // A key without a value is as good as none.
  const set = [slug(repo), repo.org, '*'].map((key) => own(enabled, key)).find((value) => typeof value === 'boolean');
  return set === true;
}

/** Which commits a repository's own configuration is asked for. */
export interface JobsAt {
  readonly repo: Repo;
  /** The base branch, which says how the heads are merged. */
  readonly branch: string;
  readonly baseSha: string;
  /** Heads of pull requests, merged onto the base in this order; none: the base as it is. */
  readonly heads: readonly string[];
}

/** Why there are no in-repo jobs. */
export type InRepoFault = Readonly<
  | { kind: 'conflict'; message: string }
  /** `inherited`: the base has the very same configuration, so the heads are not to blame. */
  | { kind: 'broken'; findings: readonly Finding[]; inherited: boolean }
>;

/** The jobs of a repository: its static ones followed by its own; with a fault the static ones alone (config 5.3). */
export interface RepoJobs {
  readonly presubmits: readonly Presubmit[];
  readonly postsubmits: readonly Postsubmit[];
  readonly fault: InRepoFault | undefined;
}

/** Reads jobs with the configuration that the repository itself holds. Here and not in core because it speaks of jobs. */
export interface InRepoReads {
  /** Costs nothing where in-repo configuration is off. Throws RemoteError when git fails, NotFoundError for a commit that is gone. */
  jobsAt(config: Snapshot, at: JobsAt, options: Readonly<{ signal: AbortSignal }>): Promise<RepoJobs>;
}

/** The jobs for a pull request on the tip of its base, which is asked for only where the repository's own configuration counts. */
export async function jobsForPull(config: Snapshot, pull: Pull, baseSha: () => Promise<string>, { inRepo, signal }: Readonly<{ inRepo: InRepoReads; signal: AbortSignal }>): Promise<RepoJobs> {
  const repo = { org: pull.org, name: pull.name };
  if (!inRepoEnabled(config.prow, repo)) return { presubmits: config.presubmits(repo), postsubmits: config.postsubmits(repo), fault: undefined };
  return inRepo.jobsAt(config, { repo, branch: pull.baseRef, baseSha: await baseSha(), heads: [pull.headSha] }, { signal });
}
