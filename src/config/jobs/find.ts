import type { AllJobs } from '../snapshot.js';
import type { Periodic, Postsubmit, Presubmit } from './schema.js';

export type FoundJob = Readonly<
  | { type: 'presubmit'; repo: string; job: Presubmit }
  | { type: 'postsubmit'; repo: string; job: Postsubmit }
  | { type: 'periodic'; job: Periodic }
>;

interface Index {
  readonly byName: ReadonlyMap<string, FoundJob>;
  readonly byCluster: ReadonlyMap<string, readonly FoundJob[]>;
}

/** Made when first asked for; a snapshot never changes. */
const indexes = new WeakMap<AllJobs, Index>();

function indexOf(jobs: AllJobs): Index {
  const known = indexes.get(jobs);
  if (known) return known;
  const byName = new Map<string, FoundJob>();
  const byCluster = new Map<string, FoundJob[]>();
  for (const one of allInOrder(jobs)) {
    if (!byName.has(one.job.name)) byName.set(one.job.name, one);
    const same = byCluster.get(one.job.cluster);
    if (same) same.push(one);
    else byCluster.set(one.job.cluster, [one]);
  }
  const made = { byName, byCluster };
  indexes.set(jobs, made);
  return made;
}

function* allInOrder({ presubmits, postsubmits, periodics }: AllJobs): Generator<FoundJob, void> {
  for (const [repo, jobs] of sortedByKey(presubmits)) for (const job of jobs) yield { type: 'presubmit', repo, job };
  for (const [repo, jobs] of sortedByKey(postsubmits)) for (const job of jobs) yield { type: 'postsubmit', repo, job };
  for (const job of periodics) yield { type: 'periodic', job };
}

/** The first static job of a name: presubmits by repository, then postsubmits, then periodics. */
export function findJob(jobs: AllJobs, name: string): FoundJob | undefined {
  return indexOf(jobs).byName.get(name);
}

/** The static jobs of a build cluster, in the same order. */
export function jobsOnCluster(jobs: AllJobs, cluster: string): readonly FoundJob[] {
  return indexOf(jobs).byCluster.get(cluster) ?? [];
}

/** Organisation and repository of a key of the job files; a Gerrit host keeps its scheme (config 1.6). */
export function orgAndRepo(key: string): Readonly<{ org: string; repo: string }> {
  const [, org = key, repo = ''] = /^((?:https?:\/\/)?[^/]*)(?:\/(.*))?$/.exec(key) ?? [];
  return { org, repo };
}

/** The entries of a map in the order of their keys. */
export function sortedByKey<T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
