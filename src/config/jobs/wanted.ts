import type { ContextState } from '../../core/ports/github.js';
import type { Asked } from './asked.js';
import { needsExplicitTrigger, shouldRun, shouldRunWith, triggerMatches } from './match.js';
import type { Presubmit } from './schema.js';

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

/** What of the wanted jobs runs on a pull request to the branch; the changed files are asked for only where they have a say. */
export async function pickJobs(wanted: readonly Wanted[], { baseRef }: Readonly<{ baseRef: string }>, changes: () => Promise<readonly string[]>): Promise<readonly Presubmit[]> {
  return picked(wanted, baseRef, needsChanges(wanted, baseRef) ? await changes() : []);
}
