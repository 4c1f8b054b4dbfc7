import { lazyPattern } from '../regex.js';
import type { Compiled, Postsubmit, Presubmit } from './schema.js';

/** The patterns of a job, which are known to compile and do so when they are first asked; lists become one alternation, as upstream searches them. */
export function compileMatchers(job: Readonly<{ branches: readonly string[]; skip_branches: readonly string[]; run_if_changed: string; skip_if_only_changed: string }>): Compiled {
  const joined = (list: readonly string[]) => (list.length === 0 ? undefined : lazyPattern(list.join('|')));
  const one = (source: string) => (source === '' ? undefined : lazyPattern(source));
  return {
    branches: joined(job.branches),
    skipBranches: joined(job.skip_branches),
    runIfChanged: one(job.run_if_changed),
    skipIfOnlyChanged: one(job.skip_if_only_changed),
  };
}

type Matching = Readonly<{ compiled: Compiled }>;

/** Whether a job is for a branch: `skip_branches` wins, and no list means every branch. Patterns are not anchored. */
export function branchMatch({ compiled }: Matching, branch: string): boolean {
  if (compiled.skipBranches?.test(branch)) return false;
  return compiled.branches?.test(branch) ?? true;
}

/** Whether a job has a say about changed files at all; without one `changeMatch` is not to be asked. */
export function hasChangeMatcher({ compiled }: Matching): boolean {
  return compiled.runIfChanged !== undefined || compiled.skipIfOnlyChanged !== undefined;
}

/** Whether the changed files want the job. No changed files: no. */
export function changeMatch({ compiled }: Matching, files: readonly string[]): boolean {
  const { runIfChanged, skipIfOnlyChanged } = compiled;
  if (runIfChanged) return files.some((file) => runIfChanged.test(file));
  return skipIfOnlyChanged !== undefined && files.some((file) => !skipIfOnlyChanged.test(file));
}

/** Runs only when somebody asks for it. */
export function needsExplicitTrigger(job: Presubmit): boolean {
  return !job.always_run && !hasChangeMatcher(job);
}

/** Does not run on every change: asked for, or depending on changed files. */
export function isConditional(job: Presubmit): boolean {
  return needsExplicitTrigger(job) || hasChangeMatcher(job);
}

/** Whether its context must be green for a merge. */
export function contextRequired(job: Presubmit): boolean {
  return !job.optional && !job.skip_report;
}

/** Whether a comment asks for the job. */
export function triggerMatches(job: Presubmit, comment: string): boolean {
  return job.trigger !== '' && job.compiled.trigger.test(comment);
}

/** What the caller knows about a presubmit before the branch and the changed files are looked at. */
export interface Ask {
  readonly branch: string;
  /** Run whatever has changed. */
  readonly forced: boolean;
  /** What holds when neither `always_run` nor the changed files say yes. */
  readonly fallback: boolean;
}

/**
 * Whether a presubmit is to run (config 2.7.3). `needs changes`: the answer hangs on the changed files; fetch them and ask
 * `shouldRunWith`.
 */
export function shouldRun(job: Presubmit, { branch, forced, fallback }: Ask): boolean | 'needs changes' {
  if (!branchMatch(job, branch)) return false;
  if (job.always_run || forced) return true;
  return hasChangeMatcher(job) && !fallback ? 'needs changes' : fallback;
}

/** As `shouldRun`, with the changed files at hand. */
export function shouldRunWith(job: Presubmit, ask: Ask, files: readonly string[]): boolean {
  const answer = shouldRun(job, ask);
  return answer === 'needs changes' ? changeMatch(job, files) || ask.fallback : answer;
}

/** Whether a push starts a postsubmit: the branch, then the changed files, then `always_run`. */
export function shouldRunPostsubmit(job: Postsubmit, branch: string, files: readonly string[]): boolean {
  if (!branchMatch(job, branch)) return false;
  return hasChangeMatcher(job) ? changeMatch(job, files) : (job.always_run ?? true);
}

/** Whether two jobs can run on one branch, as upstream tells for duplicates: list entries are compared as texts. */
export function branchesIntersect(a: Matching & Readonly<{ branches: readonly string[]; skip_branches: readonly string[] }>, b: typeof a): boolean {
  const everywhere = (job: typeof a) => job.branches.length === 0 && job.skip_branches.length === 0;
  if (everywhere(a) || everywhere(b)) return true;
  if (a.branches.length > 0 && b.branches.length > 0) return a.branches.some((branch) => b.branches.includes(branch));
  if (a.branches.length > 0) return a.branches.some((branch) => branchMatch(b, branch));
  if (b.branches.length > 0) return b.branches.some((branch) => branchMatch(a, branch));
  return true;
}
