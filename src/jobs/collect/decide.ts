import { isComplete, type ProwJob } from '../../core/prowjob.js';

/** How old things may get, in milliseconds (config 2.5.5). */
export interface Ages {
  /** Of a ProwJob, from its start. */
  readonly prowJobMs: number;
  /** Of a pod, from its start. */
  readonly podMs: number;
  /** Of a pod, from the end of its ProwJob. */
  readonly terminatedPodMs: number;
}

/** A pod of ours in some build cluster. */
export interface CollectedPod {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string | undefined;
  /** The ProwJob that it belongs to: its label, else its own name. */
  readonly job: string;
  readonly createdAt: number;
  readonly startedAt: number | undefined;
  readonly finalizers: readonly string[];
}

export interface CollectView {
  readonly jobs: readonly ProwJob[];
  readonly pods: readonly CollectedPod[];
  /** Names of the periodics that are configured now: the newest run of each is what their schedule counts from. */
  readonly periodics: ReadonlySet<string>;
  readonly ages: Ages;
  readonly now: number;
}

export type Removal = Readonly<
  | { kind: 'job'; job: ProwJob }
  /** An orphan's ProwJob is looked for afresh before the pod goes. */
  | { kind: 'pod'; pod: CollectedPod; why: 'aged' | 'ttled' | 'orphaned' }
  | { kind: 'finalizer'; pod: CollectedPod }
>;

/** The finalizer by which upstream's pod reporter keeps a pod until its data are saved. */
export const POD_REPORT_FINALIZER = 'prow.x-k8s.io/gcsk8sreporter';
const POD_REPORTER = 'gcsk8sreporter';
/** A pod so young may be there before the index shows its ProwJob. */
const ORPHAN_MS = 30_000;

/** What of finished work is to be thrown away (jobs 8). Jobs that are not complete stay, whatever their age, and so do their pods. */
export function decideCollect({ jobs, pods, periodics, ages, now }: CollectView): readonly Removal[] {
  const newest = newestOf(jobs, periodics);
  const gone = jobs.filter((job) => isComplete(job) && now - startOf(job) > ages.prowJobMs && !newest.has(job.metadata.name));
  const names = new Set(gone.map(({ metadata }) => metadata.name));
  const left = new Map(jobs.filter(({ metadata }) => !names.has(metadata.name)).map((job) => [job.metadata.name, job]));
  return [...gone.map((job): Removal => ({ kind: 'job', job })), ...pods.flatMap((pod) => ofPod(pod, left.get(pod.job), { ages, now }))];
}

function ofPod(pod: CollectedPod, job: ProwJob | undefined, { ages, now }: Pick<CollectView, 'ages' | 'now'>): readonly Removal[] {
  const kept = pod.finalizers.includes(POD_REPORT_FINALIZER);
  const reported = job !== undefined && isComplete(job) && prevReports(job)[POD_REPORTER] === job.status.state;
  const why = reasonFor(pod, job, { ages, now });
  return [
    // Whoever was to save its data has had its time when the pod goes; a finalizer that nobody removes would keep it for ever.
    ...(kept && (job === undefined || reported || why !== undefined) ? [{ kind: 'finalizer', pod } as const] : []),
    ...(why === undefined ? [] : [{ kind: 'pod', pod, why } as const]),
  ];
}

function reasonFor(pod: CollectedPod, job: ProwJob | undefined, { ages, now }: Pick<CollectView, 'ages' | 'now'>): 'aged' | 'ttled' | 'orphaned' | undefined {
  if (job === undefined) return now - pod.createdAt > ORPHAN_MS ? 'orphaned' : undefined;
  if (!isComplete(job)) return undefined;
  if (pod.startedAt !== undefined && now - pod.startedAt > ages.podMs) return 'aged';
  return now - Date.parse(job.status.completionTime ?? '') > ages.terminatedPodMs ? 'ttled' : undefined;
}

/** Names of the ProwJobs that are the newest run of a configured periodic. */
function newestOf(jobs: readonly ProwJob[], periodics: ReadonlySet<string>): ReadonlySet<string> {
  const newest = new Map<string, ProwJob>();
  for (const job of jobs) {
    if (job.spec.type !== 'periodic' || !periodics.has(job.spec.job)) continue;
    const other = newest.get(job.spec.job);
    if (!other || startOf(job) > startOf(other)) newest.set(job.spec.job, job);
  }
  return new Set([...newest.values()].map(({ metadata }) => metadata.name));
}

function prevReports({ status }: ProwJob): Readonly<Record<string, unknown>> {
  return Object(status['prev_report_states'] ?? {}) as Readonly<Record<string, unknown>>;
}

const startOf = ({ status }: ProwJob): number => Date.parse(status.startTime ?? '') || 0;
