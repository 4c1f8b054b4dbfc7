import type { AllJobs } from '../snapshot.js';
import type { Periodic, Postsubmit, Presubmit } from './schema.js';

export type FoundJob = Readonly<
  | { type: 'presubmit'; repo: string; job: Presubmit }
  | { type: 'postsubmit'; repo: string; job: Postsubmit }
  | { type: 'periodic'; job: Periodic }
>;

/** The first static job of a name: presubmits by repository, then postsubmits, then periodics. */
export function findJob({ presubmits, postsubmits, periodics }: AllJobs, name: string): FoundJob | undefined {
  for (const [repo, jobs] of sortedByKey(presubmits)) {
    const job = jobs.find((one) => one.name === name);
    if (job) return { type: 'presubmit', repo, job };
  }
  for (const [repo, jobs] of sortedByKey(postsubmits)) {
    const job = jobs.find((one) => one.name === name);
    if (job) return { type: 'postsubmit', repo, job };
  }
  const job = periodics.find((one) => one.name === name);
  return job && { type: 'periodic', job };
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
