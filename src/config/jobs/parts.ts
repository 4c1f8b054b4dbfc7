import type { Path } from '../findings.js';

/** Keys without which a job breaks no rule that it keeps with them. */
const APART: ReadonlySet<PropertyKey | undefined> = new Set([
  'always_run', 'annotations', 'clone_depth', 'clone_uri', 'error_on_eviction', 'hidden', 'job_queue_name', 'jenkins_spec', 'max_concurrency', 'namespace', 'optional', 'path_alias', 'prowjob_defaults', 'reporter_config', 'rerun_auth_config', 'retry',
  'run_before_merge', 'run_if_changed', 'skip_fetch_head', 'skip_if_only_changed', 'skip_report', 'skip_submodules', 'tags',
]);

/** The part of a file that falls with a fault: a key of a job that no rule misses, else the job. `depth`: how many steps lead to a job. */
export function partOfJob(fault: Path, depth: number): Path {
  return fault.slice(0, APART.has(fault[depth]) ? depth + 1 : depth);
}
