import { createHash } from 'node:crypto';

/** `prow.k8s.io/v1` ProwJob, as far as this side writes and reads it; unknown fields are kept. */
export type ProwJobType = 'presubmit' | 'postsubmit' | 'periodic' | 'batch';
export type ProwJobState = 'scheduling' | 'triggered' | 'pending' | 'success' | 'failure' | 'aborted' | 'error';

export interface PullRefs {
  readonly number: number;
  readonly author: string;
  readonly sha: string;
  readonly title?: string;
  /** What to fetch, where it is not the pull request's usual ref. */
  readonly ref?: string;
  readonly head_ref?: string;
  readonly link?: string;
  readonly commit_link?: string;
  readonly author_link?: string;
}

export interface Refs {
  readonly org: string;
  readonly repo: string;
  readonly repo_link?: string;
  readonly base_ref: string;
  readonly base_sha?: string;
  readonly base_link?: string;
  readonly pulls?: readonly PullRefs[];
  readonly [key: string]: unknown;
}

export interface ProwJob {
  readonly apiVersion: 'prow.k8s.io/v1';
  readonly kind: 'ProwJob';
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly resourceVersion?: string;
    readonly uid?: string;
    readonly creationTimestamp?: string;
  };
  readonly spec: {
    readonly type: ProwJobType;
    readonly agent: string;
    readonly cluster?: string;
    readonly namespace?: string;
    readonly job: string;
    readonly refs?: Refs;
    readonly extra_refs?: readonly Refs[];
    readonly report?: boolean;
    readonly context?: string;
    readonly rerun_command?: string;
    readonly [key: string]: unknown;
  };
  readonly status: {
    readonly startTime?: string;
    readonly completionTime?: string;
    readonly state: ProwJobState;
    readonly description?: string;
    readonly url?: string;
    readonly pod_name?: string;
    readonly build_id?: string;
    readonly [key: string]: unknown;
  };
}

/** A ProwJob is complete once it has a completion time; its state never changes after that (jobs 1.8), unless it passed on somebody's word that is taken back. */
export function isComplete(job: ProwJob): boolean {
  return job.status.completionTime !== undefined;
}

const NAMESPACE = 'a6c4a3a0-6a5e-4a53-9d0c-6f9a6c6c2f4e';

/** UUIDv5 (RFC 9562) of an ordered list of parts, so that one cause always gives one name. */
export function uuidOf(parts: readonly string[]): string {
  const namespace = Buffer.from(NAMESPACE.replaceAll('-', ''), 'hex');
  // Lengths keep ['a','bc'] and ['ab','c'] apart.
  const name = parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join('|');
  const hash = createHash('sha1').update(namespace).update(name).digest().subarray(0, 16);
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
