import { branchMatch, compileMatchers, contextRequired, needsExplicitTrigger } from '../../config/jobs/match.js';
import type { Presubmit } from '../../config/jobs/schema.js';
import type { KnownJob } from './known.js';

/** What a change of the configuration means for the open pull requests to one branch (jobs 11). */
export interface Decision {
  /** Jobs that nothing would start before the next commit, though a merge waits for them. */
  readonly start: readonly Presubmit[];
  /** Contexts that nobody reports any more. */
  readonly retire: readonly string[];
  /** Contexts whose job reports under another name now; `leave`: another job reports the old one. */
  readonly move: readonly Readonly<{ from: string; to: string; old: 'retire' | 'leave' }>[];
}

/**
 * Compares the static presubmits of a branch before and after. Variants of one name are told apart by the branch (upstream compares the
 * first of a name only, flaw 48), and a context that some job still reports is never retired, though the name of its former job is gone.
 */
export function decideStatuses(old: readonly KnownJob[], now: readonly Presubmit[], branch: string): Decision {
  const before = new Map(old.filter((job) => branchMatch({ compiled: compileMatchers(job) }, branch)).map((job) => [job.name, job]));
  const after = now.filter((job) => branchMatch(job, branch));
  const names = new Set(after.map(({ name }) => name));
  const reported = new Set(after.filter((job) => !job.skip_report).map(({ context }) => context));
  const gone = [...before.values()].filter(({ name }) => !names.has(name)).map(({ context }) => context);
  return {
    start: after.filter((job) => contextRequired(job) && !needsExplicitTrigger(job) && isNews(job, before.get(job.name))),
    retire: [...new Set(gone)].filter((context) => !reported.has(context)),
    move: after.flatMap((job) => {
      const from = before.get(job.name)?.context;
      return from === undefined || from === job.context || !contextRequired(job) ? [] : [{ from, to: job.context, old: reported.has(from) ? 'leave' as const : 'retire' as const }];
    }),
  };
}

export function isNothing({ start, retire, move }: Decision): boolean {
  return start.length === 0 && retire.length === 0 && move.length === 0;
}

/** That a job becomes required, or runs by itself now, is none: whoever wants it can ask for it (jobs 11). */
function isNews(job: Presubmit, was: KnownJob | undefined): boolean {
  return !was || was.skip_report || was.run_if_changed !== job.run_if_changed || was.skip_if_only_changed !== job.skip_if_only_changed;
}
