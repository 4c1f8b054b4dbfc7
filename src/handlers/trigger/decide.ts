import type { Asked } from '../../config/jobs/asked.js';
import { branchMatch, triggerMatches } from '../../config/jobs/match.js';
import type { Presubmit } from '../../config/jobs/schema.js';
import { automatic, picked } from '../../config/jobs/wanted.js';

/** What somebody can ask for on a branch, for the help comment (plugins-policy 4.1.6). */
export interface Available {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** Names of the jobs that `/test all` would run. */
  readonly all: readonly string[];
}

export function available(presubmits: readonly Presubmit[], branch: string, files: readonly string[]): Available {
  const rerunCommands = presubmits.map((job) => job.rerun_command);
  const here = presubmits.filter((job) => branchMatch(job, branch) && rerunCommands.some((command) => triggerMatches(job, command)));
  const commands = (jobs: readonly Presubmit[]) => [...new Set(jobs.map((job) => job.rerun_command))].sort();
  return {
    required: commands(here.filter((job) => !job.optional)),
    optional: commands(here.filter((job) => job.optional)),
    all: [...new Set(picked(automatic(presubmits), branch, files).map((job) => job.name))].sort(),
  };
}

export type HelpNote = 'asked for' | 'no target' | 'retest with target' | 'nothing for all' | 'no such target';

/** Whether a comment is answered with help instead of jobs, and what it is told. */
export function helpDue(asked: Asked, selected: number): HelpNote | undefined {
  if (asked.help) return 'asked for';
  if (asked.emptyTest) return 'no target';
  if (asked.retestTarget) return 'retest with target';
  if (selected === 0 && asked.testAll) return 'nothing for all';
  if (selected === 0 && asked.testTarget) return 'no such target';
  return undefined;
}
