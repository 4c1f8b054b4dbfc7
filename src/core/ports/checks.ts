import type { Repo } from '../ids.js';
import type { Opts, WriteOpts } from './github.js';

/** What GitHub shows of a job. */
export interface JobCheck {
  /** The job's context. */
  readonly name: string;
  readonly sha: string;
  /** The ProwJob, by which a run is found again. */
  readonly externalId: string;
  readonly url: string;
  readonly startedAt: string | undefined;
  readonly state: Readonly<{ status: 'queued' | 'in_progress' } | { status: 'completed'; conclusion: 'success' | 'failure' | 'cancelled'; completedAt: string | undefined }>;
  /** One line; ends with the base commit that was tested, which Tide reads. */
  readonly title: string;
  /** Markdown, at most 65,535 characters. */
  readonly summary: string;
  /** Buttons beside GitHub's own "Re-run"; a label has 20 characters at most, a description 40. */
  readonly actions?: readonly Readonly<{ label: string; description: string; identifier: string }>[];
}

/** Results of jobs on GitHub as check runs. */
export interface Checks {
  /** Contexts of the commit statuses of a head (not of its checks). */
  statusContexts(repo: Repo, sha: string, options: Opts): Promise<ReadonlySet<string>>;
  /** Whether a head has a check run of this name by an App, `app` being the App's slug. */
  hasCheck(repo: Repo, check: Readonly<{ name: string; sha: string; app: string }>, options: Opts): Promise<boolean>;
  /** The newest of our check runs that is about this ProwJob. */
  findCheck(repo: Repo, check: Readonly<Pick<JobCheck, 'name' | 'sha' | 'externalId'>>, options: Opts): Promise<number | undefined>;
  /** The id of the new run; undefined when GitHub does not know the commit. */
  createCheck(repo: Repo, check: JobCheck, options: WriteOpts): Promise<number | undefined>;
  /** False when there is no such run any more. */
  updateCheck(repo: Repo, id: number, check: JobCheck, options: WriteOpts): Promise<boolean>;
}
