import { branchMatch } from '../../config/jobs/match.js';
import type { Presubmit } from '../../config/jobs/schema.js';
import { saysOverridden } from '../../core/override.js';
import type { ContextState } from '../../core/ports/github.js';

/** A context of a head that is not successful, or only because somebody has said so. */
export interface Target {
  readonly context: string;
  /** The job that reports it on this branch. */
  readonly job: Presubmit | undefined;
  /** What is there of it, the newest of each kind: neither where a required context has never reported. */
  readonly status: ContextState | undefined;
  readonly check: ContextState | undefined;
}

export interface Head {
  /** The newest state of each context; histories do not count, so that what passes now has passed. */
  readonly states: readonly ContextState[];
  /** Contexts that protection of the branch requires. */
  readonly required: readonly string[];
  readonly presubmits: readonly Presubmit[];
  /** The base branch. */
  readonly branch: string;
}

const isOverridden = ({ state, description }: ContextState) => state === 'success' && saysOverridden(description);

/** What the check runs of one name come to: one that passed outdoes all, one that runs those that failed (plugins-policy 4.6). */
function checkOf(checks: readonly ContextState[]): ContextState | undefined {
  return checks.find(({ state }) => state === 'success') ?? checks.find(({ state }) => state === 'pending') ?? checks[0];
}

/** What somebody may override on a head: what has failed, our jobs that have not ended, and what is required and has never reported. */
export function targetsOf({ states, required, presubmits, branch }: Head): readonly Target[] {
  const contexts = new Set(states.map(({ context }) => context));
  const jobOf = (context: string) => presubmits.find((job) => job.context === context && branchMatch(job, branch));
  const reported = [...contexts].flatMap((context): readonly Target[] => {
    const job = jobOf(context);
    const status = states.find((one) => one.context === context && one.source === 'status');
    const check = checkOf(states.filter((one) => one.context === context && one.source === 'check'));
    const open = (one: ContextState | undefined) => (one && (one.state !== 'success' || isOverridden(one)) ? one : undefined);
    // Of checks of others one that still runs is waited for.
    const target = { context, job, status: open(status), check: check?.state === 'pending' && !job ? undefined : open(check) };
    return target.status || target.check ? [target] : [];
  });
  const missing = [...new Set(required)].filter((context) => !contexts.has(context)).map((context): Target => ({ context, job: jobOf(context), status: undefined, check: undefined }));
  return [...reported, ...missing];
}

const byContext = (a: Target, b: Target) => (a.context < b.context ? -1 : 1);

/** The contexts that are successful because somebody overrode them. */
export function overriddenOf(targets: readonly Target[]): readonly Target[] {
  return [...targets].sort(byContext).flatMap(({ context, job, status, check }) => {
    const target = { context, job, status: status && isOverridden(status) ? status : undefined, check: check && isOverridden(check) ? check : undefined };
    return target.status || target.check ? [target] : [];
  });
}

/** The targets that are named, by context or job, and the names that fit none. */
export function named(targets: readonly Target[], names: readonly string[]): Readonly<{ found: readonly Target[]; unknown: readonly string[] }> {
  const fits = ({ context, job }: Target, name: string) => name === context || name === job?.name;
  return {
    found: targets.filter((target) => names.some((name) => fits(target, name))).sort(byContext),
    unknown: names.filter((name) => !targets.some((target) => fits(target, name))),
  };
}

/** Every name that could be said, sorted. */
export function namesOf(targets: readonly Target[]): readonly string[] {
  return [...new Set(targets.flatMap(({ context, job }) => (job ? [context, job.name] : [context])))].sort();
}
