import { branchMatch, contextRequired } from '../../config/jobs/match.js';
import type { Presubmit } from '../../config/jobs/schema.js';
import type { ContextState } from '../../core/ports/github.js';

export interface SkipInput {
  readonly presubmits: readonly Presubmit[];
  /** The base branch; jobs of other branches have no say here. */
  readonly branch: string;
  readonly states: readonly ContextState[];
  /** Contexts of the jobs that the same comment starts. */
  readonly started: ReadonlySet<string>;
}

/** The contexts to be passed over (plugins-policy 4.7): of optional jobs, reported and not successful, and not just about to run. */
export function decideSkip({ presubmits, branch, states, started }: SkipInput): readonly ContextState[] {
  const here = presubmits.filter((job) => branchMatch(job, branch));
  const required = new Set(here.filter(contextRequired).map(({ context }) => context));
  const optional = new Set(here.map(({ context }) => context).filter((context) => !required.has(context) && !started.has(context)));
  return states.filter(({ context, state }) => state !== 'success' && optional.has(context));
}
