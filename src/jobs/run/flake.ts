import { isComplete, type ProwJob, type Refs } from '../../core/prowjob.js';

/**
 * The finished run on the same commits that contradicts this one, the newest where there are several: what failed and what passed is
 * the same code, so the test, or what it ran on, is to blame. `state`: how this one ends.
 */
export function contradicting(job: ProwJob, state: ProwJob['status']['state'], others: Iterable<ProwJob>): ProwJob | undefined {
  const opposite = state === 'success' ? 'failure' : state === 'failure' ? 'success' : undefined;
  const tree = treeOf(job);
  if (opposite === undefined || tree === undefined) return undefined;
  let newest: ProwJob | undefined;
  for (const other of others) {
    if (other.metadata.name === job.metadata.name || !isComplete(other) || other.status.state !== opposite || treeOf(other) !== tree) continue;
    if (!newest || (other.status.completionTime ?? '') > (newest.status.completionTime ?? '')) newest = other;
  }
  return newest;
}

/** What was tested, down to the commits; undefined where a commit is not named, since a branch may have moved on. */
function treeOf({ spec }: ProwJob): string | undefined {
  const { refs, extra_refs: extra = [], type, job, context = '' } = spec;
  if (!refs) return undefined;
  const repos = [refs, ...extra];
  if (repos.some(({ base_sha: sha = '', pulls = [] }) => sha === '' || pulls.some((pull) => pull.sha === ''))) return undefined;
  return JSON.stringify([type, job, context, ...repos.map(commitsOf)]);
}

function commitsOf({ org, repo, base_ref: base, base_sha: sha, pulls = [] }: Refs): readonly unknown[] {
  return [org, repo, base, sha, ...pulls.map((pull) => `${pull.number}:${pull.sha}`).sort()];
}
