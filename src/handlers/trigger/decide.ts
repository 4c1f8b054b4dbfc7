import { branchMatch, needsExplicitTrigger, shouldRun, shouldRunWith, triggerMatches } from '../../config/jobs/match.js';
import type { Presubmit } from '../../config/jobs/schema.js';
import type { ContextState } from '../../core/ports/github.js';
import type { Asked } from './patterns.js';

/** A presubmit that somebody wants: `forced` whatever has changed; `fallback` is the answer where nothing else says yes. */
export interface Wanted {
  readonly job: Presubmit;
  readonly forced: boolean;
  readonly fallback: boolean;
}

/** What is known of the head's contexts; an empty list where no command looks at them. */
export interface Contexts {
  readonly failed: ReadonlySet<string>;
  readonly all: ReadonlySet<string>;
}

export function contextsOf(states: readonly ContextState[]): Contexts {
  return {
    failed: new Set(states.filter(({ state }) => state === 'failure' || state === 'error').map(({ context }) => context)),
    all: new Set(states.map(({ context }) => context)),
  };
}

/** The jobs that a comment asks for (plugins-policy 4.1.5): for each the first row that selects it. */
export function wantedBy(presubmits: readonly Presubmit[], text: string, asked: Asked, contexts: Contexts): readonly Wanted[] {
  return presubmits.flatMap((job) => row(job, text, asked, contexts) ?? []);
}

function row(job: Presubmit, text: string, asked: Asked, { failed, all }: Contexts): Wanted | undefined {
  if (triggerMatches(job, text)) return { job, forced: true, fallback: true };
  const explicit = needsExplicitTrigger(job);
  const again = failed.has(job.context) || (!explicit && !all.has(job.context));
  if (again && (asked.retest || (asked.retestRequired && !job.optional))) return { job, forced: false, fallback: failed.has(job.context) };
  if (asked.manualRequired && !job.optional && explicit) return { job, forced: true, fallback: false };
  if ((asked.testAll || asked.okToTest) && !explicit) return { job, forced: false, fallback: false };
  return undefined;
}

/** The jobs that run without anybody asking. */
export function automatic(presubmits: readonly Presubmit[]): readonly Wanted[] {
  return presubmits.filter((job) => !needsExplicitTrigger(job)).map((job) => ({ job, forced: false, fallback: false }));
}

/** Whether the changed files have to be read before `picked` can be asked. */
export function needsChanges(wanted: readonly Wanted[], branch: string): boolean {
  return wanted.some(({ job, forced, fallback }) => shouldRun(job, { branch, forced, fallback }) === 'needs changes');
}

/** What of the wanted jobs runs on the branch with these changes. */
export function picked(wanted: readonly Wanted[], branch: string, files: readonly string[]): readonly Presubmit[] {
  return wanted.filter(({ job, forced, fallback }) => shouldRunWith(job, { branch, forced, fallback }, files)).map(({ job }) => job);
}

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
