import type { ProwJob, Refs } from '../../core/prowjob.js';
import { isComplete } from '../../core/prowjob.js';

/**
 * Which unfinished presubmits a newer run of the same job on the same pull requests replaces (jobs 3.5). Commits do not matter, the base
 * branch does. Of runs that started at once the first one met stays.
 */
export function superseded(jobs: readonly ProwJob[]): readonly ProwJob[] {
  const newest = new Map<string, ProwJob>();
  const old: ProwJob[] = [];
  for (const job of jobs) {
    if (job.spec.type !== 'presubmit' || isComplete(job) || job.status.state === 'aborted') continue;
    const key = keyOf(job);
    const other = newest.get(key);
    if (!other) newest.set(key, job);
    else if (startOf(job) > startOf(other)) {
      old.push(other);
      newest.set(key, job);
    } else old.push(job);
  }
  return old;
}

/** What one job on one set of pull requests is told by. */
function keyOf({ spec }: ProwJob): string {
  const extra = (spec.extra_refs ?? []).map(digest).sort();
  return [spec.type, spec.job, spec.refs ? digest(spec.refs) : '', ...extra].join(',');
}

function digest({ org, repo, base_ref: base, pulls = [] }: Refs): string {
  return `${org}/${repo}@${base} [${pulls.map(({ number }) => number).sort((a, b) => a - b).join(' ')}]`;
}

const startOf = ({ status }: ProwJob): number => Date.parse(status.startTime ?? '') || 0;
