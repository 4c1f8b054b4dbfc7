import type { Snapshot } from '../../config/snapshot.js';
import type { ProwJob } from '../../core/prowjob.js';

/** The tenant of jobs that belong to nobody in particular. */
const DEFAULT_TENANT = 'GlobalDefaultID';

/** Which jobs pages may show. */
export interface Visibility {
  /** `deck.hidden_repos`. */
  readonly hidden: ReadonlySet<string>;
}

/** What the configuration says about visibility. */
export function visibilityOf({ prow }: Pick<Snapshot, 'prow'>): Visibility {
  return { hidden: new Set(prow.deck.hidden_repos) };
}

/** Whether a job, or any repository that it checks out, is hidden (deck 4.2). */
export function isHidden({ spec }: Pick<ProwJob, 'spec'>, { hidden }: Visibility): boolean {
  if (spec['hidden'] === true) return true;
  if (hidden.size === 0) return false;
  return [spec.refs, ...(spec.extra_refs ?? [])].some((refs) => refs !== undefined && (hidden.has(refs.org) || hidden.has(`${refs.org}/${refs.repo}`)));
}

/** Whether this installation's pages show a job: it is not hidden and belongs to the default tenant (deck 4.2). The same rule holds for its log and its files. */
export function isVisible(job: Pick<ProwJob, 'spec'>, visibility: Visibility): boolean {
  const defaults = job.spec['prowjob_defaults'] as { readonly tenant_id?: unknown } | null | undefined;
  const tenant = defaults?.tenant_id ?? '';
  return (tenant === '' || tenant === DEFAULT_TENANT) && !isHidden(job, visibility);
}
