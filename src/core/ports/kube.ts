import type { KubeEvent, KubeObject, NewPod, ObjectKey, Pod } from '../kube.js';
import type { ProwJob } from '../prowjob.js';
import type { LabelSelector, ProwJobs } from './jobs.js';

/*
 * Who uses what
 *
 * `ProwJobs` (ports/jobs.ts) is the truth about jobs and the only way to write them: whoever decides about one job reads it afresh
 * with `find` and writes it whole with `replace`; a conflict means: read, decide again.
 *
 * `Index<ProwJob>` is a copy of all ProwJobs in memory, as old as the watch is slow, usually milliseconds. It never decides:
 *   - queues: `onChange` adds keys: every change to `prowjob` (plank), `report` (crier) and, on completion, to the Tide pools of the
 *     job's branch; before `synced()` nothing that counts on completeness (sinker, horologium, concurrency) may act;
 *   - plank: `by('job', …)`, `by('queue', …)`, `by('state', 'pending')` for duplicates and concurrency limits, confirmed by `find`
 *     before acting, `shows` to hold a limit's lock until the own write is visible here;
 *   - tide: `by('branch', 'org/repo@ref')`; trigger (abort, retest, skip) and Slack: `by('pull', 'org/repo#n')`;
 *   - horologium: `by('job', …)`; sinker: `list()`; Deck: `list()`, `by('repo', …)`, `by('build', 'job/1234')`, `get`.
 *
 * `BuildClusters` leads from `spec.cluster` to the `Pods` of that cluster:
 *   - plank: `get(alias)`: a fault `unknown` ends the job in `error`, `down` is tried again later; `create`, `find`, `remove`;
 *   - crier's pod information: `find`, `events`, `node`, `replace` for the finalizer; sinker: `each()`, `index.list()`, `remove`;
 *   - Deck and `prow job logs`: `logs`; Deck's health page and `build_cluster_status_file`: `health()`;
 *   - queues: `pods.index.onChange` of each cluster adds the key of `prowJobOf(pod)`; `onChange` says that clusters came or went.
 */

type Waiting = Readonly<{ signal: AbortSignal }>;

/** What can be done with the pods of one build cluster, in `pod_namespace`. Methods throw RemoteError for what the API refused or did not answer. */
export interface Pods {
  /** 409 means that a pod of that name is there: look whose it is. Refusals carry the API's status: 4xx but 403, 409 and 429 have `retry: 'never'` (a quota may free up). */
  create(pod: NewPod, options: Waiting): Promise<'created' | 'existed'>;
  find(name: string, options: Waiting): Promise<Pod | undefined>;
  list(selector: LabelSelector, options: Waiting): Promise<readonly Pod[]>;
  /** With a uid nothing but that very pod is deleted. `removed` means that deletion has begun: finalizers and grace may keep the pod for a while. */
  remove(name: string, options: Waiting & Readonly<{ uid?: string | undefined; graceSeconds?: number | undefined }>): Promise<'removed' | 'gone'>;
  /**
   * Adds and removes finalizers of that very pod and leaves the rest to whoever else writes it; conflicts are read again.
   * `unchanged` when it was so already. Nothing can be added to a pod that is being deleted: then it is `unchanged`, too.
   */
  finalizers(name: string, change: Readonly<{ uid?: string | undefined; add?: readonly string[]; remove?: readonly string[] }>, options: Waiting): Promise<'changed' | 'unchanged' | 'gone'>;
  /** The log as bytes, as it stands or followed to its end. Throws NotFoundError when pod or container are not there, RemoteError with status 400 when the container has not started. */
  logs(name: string, container: string, options: Waiting & LogOptions): AsyncIterable<Uint8Array>;
  /** Events about a pod, oldest first. */
  events(pod: Readonly<{ name: string; uid?: string | undefined }>, options: Waiting): Promise<readonly KubeEvent[]>;
  /** The node, where this installation may read it. */
  node(name: string, options: Waiting): Promise<KubeObject | undefined>;
}

export interface LogOptions {
  readonly follow?: boolean;
  readonly tailLines?: number | undefined;
  readonly limitBytes?: number | undefined;
  readonly timestamps?: boolean;
}

export interface BuildCluster {
  readonly kind: 'cluster';
  /** The kubeconfig's context, or `default`. */
  readonly alias: string;
  readonly pods: Pods;
  /** Pods with `created-by-prow=true`. */
  readonly index: Index<Pod, PodLookup>;
}

/** `unknown`: no context of that name, or a disabled one. `down`: it cannot be used at present, and that may pass. */
export interface ClusterFault {
  readonly kind: 'fault';
  readonly why: 'unknown' | 'down';
  /** For people; names the cluster. */
  readonly text: string;
}

/** The words of upstream's `build_cluster_status_file` (jobs 6.2). */
export type ClusterState = 'Reachable' | 'No-Manager' | 'MissingPermissions' | 'Error';

export interface ClusterHealth {
  readonly alias: string;
  readonly state: ClusterState;
  /** What is wrong, for people. */
  readonly text?: string | undefined;
  /** Whether the index of its pods has been complete at least once since it was opened. */
  readonly synced: boolean;
}

/** The build clusters of the kubeconfigs as they are now: contexts come and go while the process runs. */
export interface BuildClusters {
  /** Aliases, sorted; disabled ones are left out. */
  names(): readonly string[];
  /** An empty alias means `default` (jobs 1.2). Never waits: a cluster that is down holds up no other. */
  get(alias: string): BuildCluster | ClusterFault;
  /** The clusters that can be used now. */
  each(): readonly BuildCluster[];
  health(): readonly ClusterHealth[];
  /** Told after clusters were added, removed, found or lost. Returns how to stop listening. */
  onChange(listener: () => void): () => void;
}

/** How a ProwJob can be found; values come from the spec, since labels are cut at 63 bytes and name the first pull request only. */
export type ProwJobLookup =
  | 'job' // spec.job
  | 'state' // status.state
  | 'complete' // 'true' or 'false'
  | 'repo' // 'org/repo' of refs, else of the first extra_refs
  | 'branch' // 'org/repo@base_ref' of the same
  | 'pull' // 'org/repo#number' of each pull request of refs
  | 'queue' // spec.job_queue_name
  | 'cluster' // spec.cluster, 'default' when empty
  | 'build' // 'job/build_id'
  | 'event'; // label event-GUID

export type PodLookup =
  | 'id' // the ProwJob's name
  | 'phase'; // status.phase

/** One of `old` and `now` may be missing: then the object was added or removed. Never both, and never two equal resourceVersions. */
export interface Change<T> {
  readonly key: ObjectKey;
  readonly old: T | undefined;
  readonly now: T | undefined;
}

/**
 * A copy of one kind of objects of one cluster, kept by one list and watch. What is not read by anyone is left out (managedFields; of
 * pods all but metadata, status and what plank reads of the spec), so an object from here must never be written back.
 */
export interface Index<T extends KubeObject, Lookup extends string> {
  get(namespace: string, name: string): T | undefined;
  list(): readonly T[];
  by(lookup: Lookup, value: string): readonly T[];
  readonly size: number;
  /** Whether it has been complete once; from then on it is never empty by accident, though it may be old while the cluster is down. */
  synced(): boolean;
  /** Milliseconds since the epoch of the last word from the cluster: a page, an event or a bookmark. */
  heardAt(): number | undefined;
  /** Told after the index changed, in the cluster's order; at the first list every object is told as added. A listener that throws is logged. Returns how to stop listening. */
  onChange(listener: (change: Change<T>) => void): () => void;
  /** Resolves once the index shows an object (or none) that suits; rejects with the signal's reason. */
  shows(key: ObjectKey, suits: (now: T | undefined) => boolean, options: Waiting): Promise<void>;
  /** Resolves once `synced()`. */
  ready(options: Waiting): Promise<void>;
}

/** Everything of the Kubernetes adapter, as an entry point hands it out. */
export interface Kube extends AsyncDisposable {
  readonly jobs: ProwJobs;
  readonly jobIndex: Index<ProwJob, ProwJobLookup>;
  readonly clusters: BuildClusters;
}
