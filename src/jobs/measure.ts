import type { Index, ProwJobLookup } from '../core/ports/kube.js';
import type { Labels } from '../core/ports/metrics.js';
import type { ProwJob } from '../core/prowjob.js';

/** What `prowjobs` and `prowjob_state_transitions` say of a ProwJob (jobs 12). */
export function labelsOf({ metadata, spec, status }: ProwJob): Labels {
  const refs = spec.refs ?? spec.extra_refs?.[0];
  return {
    job_namespace: spec.namespace ?? '', job_name: spec.job, type: spec.type, state: status.state, org: refs?.org ?? '', repo: refs?.repo ?? '', base_ref: refs?.base_ref ?? '',
    cluster: spec.cluster ?? '', retest: String(metadata.labels?.['prow.k8s.io/retest'] === 'true'),
  };
}

export interface Series {
  readonly labels: Labels;
  readonly value: number;
}

/** How many ProwJobs there are of each kind and state. */
export function countProwJobs(jobs: readonly ProwJob[]): readonly Series[] {
  const counts = new Map<string, { labels: Labels; value: number }>();
  for (const job of jobs) {
    const labels = labelsOf(job);
    const key = JSON.stringify(Object.values(labels));
    const held = counts.get(key);
    if (held) held.value++;
    else counts.set(key, { labels, value: 1 });
  }
  return [...counts.values()];
}

export interface TransitionDeps {
  readonly index: Pick<Index<ProwJob, ProwJobLookup>, 'onChange' | 'synced'>;
  readonly count: (labels: Labels) => void;
  /** Whether this process is the one to count it; true once for each identity, whichever process asks. */
  readonly claim: (identity: string) => Promise<boolean>;
  /** Told when nobody could say whether it was counted; it is left out then. */
  readonly failed: (error: unknown) => void;
}

/**
 * Counts each state that a ProwJob comes to (jobs 12), once in all processes. What was there when the process began has been counted before, so that
 * no restart shows as a burst (flaw 44). Returns how to stop.
 */
export function followTransitions({ index, count, claim, failed }: TransitionDeps): () => void {
  return index.onChange(({ old, now }) => {
    if (!now || now.status.state === old?.status.state || (!old && !index.synced())) return;
    const { metadata, status } = now;
    claim(`${metadata.uid ?? metadata.name} ${status.state} ${status.build_id ?? ''}`).then((mine) => { if (mine) count(labelsOf(now)); }).catch(failed);
  });
}
