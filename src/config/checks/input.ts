import type { Repo } from '../../core/ids.js';
import type { ConfigFiles } from '../configFiles.js';
import type { Finding } from '../findings.js';
import type { Read, ReadJobs } from '../jobs/finalize.js';
import type { Periodic, Postsubmit, Presubmit } from '../jobs/schema.js';
import { tideQueriesIn } from '../prow/decodeProw.js';
import type { TideQuery } from '../prow/tide.js';
import type { Snapshot } from '../snapshot.js';
import type { Source } from '../yaml/source.js';

/** What the file of build clusters and their states says, where there is one. */
export type ClusterStates = Readonly<{ kind: 'unknown' } | { kind: 'known'; states: ReadonlyMap<string, string> } | { kind: 'broken'; why: string }>;

/** Everything that a check may look at. */
export interface CheckInput {
  readonly files: ConfigFiles;
  readonly snapshot: Snapshot;
  readonly jobs: ReadJobs;
  /** What the load warned of. */
  readonly loadWarnings: readonly Finding[];
  readonly prowSources: readonly Source[];
  /** Empty without a plugin configuration. */
  readonly pluginSources: readonly Source[];
  /** Files of jobs besides config.yaml. */
  readonly jobSources: readonly Source[];
  readonly requiredAnnotations: readonly string[];
  readonly clusters: ClusterStates;
  /** Why the contexts of a branch contradict one another, given the presubmits that run on it; undefined when they do not. */
  readonly contextFault: (at: Repo & Readonly<{ branch: string }>, presubmits: readonly Presubmit[]) => string | undefined;
}

export type Check = (input: CheckInput) => readonly Finding[];

/** What is known even where the configuration does not load. */
export type FileInput = Pick<CheckInput, 'files' | 'loadWarnings' | 'prowSources' | 'pluginSources' | 'jobSources'>;

/** A check that looks at each file by itself. */
export type FileCheck = (input: FileInput) => readonly Finding[];

/** A static job with its repository (empty for a periodic) and a way to tell its place. */
export type StaticJob = Readonly<{ at: Read<unknown>['at']; repo: string } & (
  | { type: 'presubmit'; job: Presubmit } | { type: 'postsubmit'; job: Postsubmit } | { type: 'periodic'; job: Periodic }
)>;

/** Tide's queries as the files have them: the snapshot's are united and in another order, so that their places are lost. */
export function fileQueries({ prowSources }: Pick<CheckInput, 'prowSources'>): readonly TideQuery[] {
  return prowSources.flatMap(tideQueriesIn);
}

/** Half of the checks ask for these. */
const jobsOf = new WeakMap<ReadJobs, readonly StaticJob[]>();

const nowhere: Read<unknown>['at'] = (_, message) => ({ file: '', line: 1, column: 1, path: '', message });

/** All static jobs in configuration order. */
export function staticJobs({ snapshot, jobs }: Pick<CheckInput, 'snapshot' | 'jobs'>): readonly StaticJob[] {
  const known = jobsOf.get(jobs) ?? allJobs(snapshot, jobs);
  jobsOf.set(jobs, known);
  return known;
}

function allJobs({ jobs }: Snapshot, read: ReadJobs): readonly StaticJob[] {
  return [
    ...[...jobs.presubmits].flatMap(([repo, list]) => list.map((job, n): StaticJob => ({ type: 'presubmit', repo, job, at: read.presubmits.get(repo)?.[n]?.at ?? nowhere }))),
    ...[...jobs.postsubmits].flatMap(([repo, list]) => list.map((job, n): StaticJob => ({ type: 'postsubmit', repo, job, at: read.postsubmits.get(repo)?.[n]?.at ?? nowhere }))),
    ...jobs.periodics.map((job, n): StaticJob => ({ type: 'periodic', repo: '', job, at: read.periodics[n]?.at ?? nowhere })),
  ];
}
