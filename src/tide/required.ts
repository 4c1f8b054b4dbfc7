import { contextRequired, needsExplicitTrigger, shouldRun, shouldRunWith, type Ask } from '../config/jobs/match.js';
import type { Presubmit } from '../config/jobs/schema.js';
import { sameName } from './names.js';

/** What decides, besides a job itself, whether Tide requires it. */
export interface Requiring {
  readonly branch: string;
  /** Jobs that only run when somebody asks are required, too. */
  readonly manual: boolean;
}

const asking = (job: Presubmit, { branch, manual }: Requiring): Ask => ({
  branch, forced: job.run_before_merge || (manual && contextRequired(job) && needsExplicitTrigger(job)), fallback: false,
});

const counts = (job: Presubmit) => contextRequired(job) || job.run_before_merge;

/** Whether the changed files have a say in which jobs are required; only then are they worth fetching. */
export function needsFiles(presubmits: readonly Presubmit[], requiring: Requiring): boolean {
  return presubmits.some((job) => counts(job) && shouldRun(job, asking(job, requiring)) === 'needs changes');
}

/** The presubmits that must have passed on the base on which a change merges (tide 5.2), the first of each context. */
export function requiredJobs(presubmits: readonly Presubmit[], requiring: Requiring, files: readonly string[]): readonly Presubmit[] {
  const required = presubmits.filter((job) => counts(job) && shouldRunWith(job, asking(job, requiring), files));
  return required.filter((job, n) => required.findIndex((other) => sameName(other.context, job.context)) === n);
}

/** Whether Tide may be the first to run a job; others must have been started by somebody who trusts the change. */
export function tideStartsFirst(job: Presubmit): boolean {
  return !(job.always_run && contextRequired(job));
}
