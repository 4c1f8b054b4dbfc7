import type { ProwJob, ProwJobState, ProwJobType } from '../../../src/core/prowjob.js';

export interface Wish {
  readonly name?: string;
  /** Seconds after the beginning of 2026. */
  readonly at?: number;
  readonly version?: number;
  readonly type?: ProwJobType;
  readonly state?: ProwJobState;
  readonly org?: string;
  readonly pulls?: readonly number[];
  readonly spec?: object;
  readonly status?: object;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export const BEGINNING = Date.UTC(2026, 0, 1);

/** A ProwJob as the index would have it. */
export function jobOf(job: string, { name = job, at = 0, version = 1, type = 'presubmit', state = 'success', org = 'acme', pulls = [7], spec = {}, status = {}, labels, annotations }: Wish = {}): ProwJob {
  const time = (seconds: number): string => new Date(BEGINNING + seconds * 1_000).toISOString().replace('.000Z', 'Z');
  const ended = !['scheduling', 'triggered', 'pending'].includes(state);
  return {
    apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob',
    metadata: { namespace: 'ns', name, uid: `uid-${name}`, resourceVersion: String(version), creationTimestamp: time(at), ...(labels && { labels }), ...(annotations && { annotations }) },
    spec: { type, agent: 'kubernetes', job, refs: { org, repo: 'shop', base_ref: 'main', base_sha: 'b'.repeat(40), pulls: pulls.map((number) => ({ number, author: 'ann', sha: 'a'.repeat(40), title: `Change ${number}` })) }, ...spec },
    status: { state, startTime: time(at), ...(ended && { completionTime: time(at + 65) }), build_id: `10${at}`, pod_name: name, ...status },
  };
}
