import type { Snapshot } from '../../config/snapshot.js';
import { prowJobOf, type Pod } from '../../core/kube.js';
import type { Clock } from '../../core/ports/clock.js';
import type { ProwJobs } from '../../core/ports/jobs.js';
import type { BuildCluster, BuildClusters, Index, ProwJobLookup } from '../../core/ports/kube.js';
import type { Log } from '../../core/ports/log.js';
import type { Metrics } from '../../core/ports/metrics.js';
import { isComplete, type ProwJob } from '../../core/prowjob.js';
import type { Outcome } from '../../core/queue.js';
import { decideCollect, POD_REPORT_FINALIZER, type CollectedPod, type Removal } from './decide.js';

export interface CollectDeps {
  readonly config: Pick<Snapshot, 'jobs' | 'prow'>;
  readonly jobs: Pick<ProwJobs, 'find' | 'remove'>;
  readonly index: Pick<Index<ProwJob, ProwJobLookup>, 'list' | 'synced'>;
  readonly clusters: Pick<BuildClusters, 'each'>;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

const UNSYNCED_MS = 5_000;

/** Throws away what is old (jobs 8). What cannot be removed is logged and left to the next pass. */
export async function runCollect({ config, jobs, index, clusters, metrics, clock, log, signal }: CollectDeps): Promise<Outcome> {
  const now = clock.now();
  if (!index.synced()) return { lookAgainAt: now + UNSYNCED_MS };
  const { sinker } = config.prow;
  const allowed = clusters.each().filter(({ alias, index: pods }) => !sinker.exclude_clusters.includes(alias) && pods.synced());
  // Several aliases may lead to the same pods.
  const open = [...new Map(allowed.map((cluster) => [cluster.index, cluster])).values()];
  const removals = decideCollect({
    jobs: index.list(),
    pods: open.flatMap(({ alias, index: pods }) => pods.list().map((pod) => collected(alias, pod))),
    periodics: new Set(config.jobs.periodics.map(({ name }) => name)),
    ages: { prowJobMs: sinker.max_prowjob_age, podMs: sinker.max_pod_age, terminatedPodMs: sinker.terminated_pod_ttl },
    now,
  });
  const byAlias = new Map(open.map((cluster) => [cluster.alias, cluster]));
  const count = new Map<string, number>(METERS.map((meter) => [`${meter.name} ${meter.reason}`, 0]));
  for (const removal of removals) {
    signal.throwIfAborted();
    const [done, failed] = METERS.filter(({ of }) => of === reasonOf(removal));
    try {
      const removed = await remove(removal, { jobs, cluster: removal.kind === 'job' ? undefined : byAlias.get(removal.pod.cluster), signal });
      if (removed && done) add(count, done);
    } catch (error) {
      signal.throwIfAborted();
      if (failed) add(count, failed);
      log.warn({ err: error, removal: nameOf(removal) }, 'not removed');
    }
  }
  for (const meter of METERS) metrics.set(meter.name, count.get(`${meter.name} ${meter.reason}`) ?? 0, { reason: meter.reason });
  metrics.set('sinker_prow_jobs_existing', index.list().length);
  metrics.set('sinker_pods_existing', open.reduce((sum, { index: pods }) => sum + pods.list().length, 0));
  metrics.set('sinker_loop_duration_seconds', (clock.now() - now) / 1_000);
  const removed = Object.fromEntries([...count].filter(([, times]) => times > 0));
  if (Object.keys(removed).length > 0) log.info({ removed }, 'old things removed');
  return { lookAgainAt: now + sinker.resync_period };
}

type Reason = 'aged job' | 'aged-periodic job' | 'aged pod' | 'ttled pod' | 'orphaned pod';
type Meter = Readonly<{ of: Reason; name: string; reason: string }>;
/** Upstream's gauges (jobs 12); of each reason the one of what was removed, then the one of what could not be. */
const METERS: readonly Meter[] = (['aged job', 'aged-periodic job', 'aged pod', 'ttled pod', 'orphaned pod'] as const).flatMap((of) => {
  const [reason = '', kind] = of.split(' ');
  const pair = kind === 'job' ? ['sinker_prow_jobs_cleaned', 'sinker_prow_jobs_cleaning_errors'] : ['sinker_pods_removed', 'sinker_pod_removal_errors'];
  return pair.map((name) => ({ of, name, reason }));
});

function reasonOf(removal: Removal): Reason | undefined {
  if (removal.kind === 'job') return removal.job.spec.type === 'periodic' ? 'aged-periodic job' : 'aged job';
  return removal.kind === 'pod' ? `${removal.why} pod` : undefined;
}

const add = (count: Map<string, number>, { name, reason }: Meter): void => void count.set(`${name} ${reason}`, (count.get(`${name} ${reason}`) ?? 0) + 1);

const nameOf = (removal: Removal): string => (removal.kind === 'job' ? `ProwJob ${removal.job.metadata.name}` : `${removal.kind} of ${removal.pod.cluster}/${removal.pod.name}`);

/** Does one thing; false when it was gone or is not to go after all. */
async function remove(removal: Removal, { jobs, cluster, signal }: Readonly<{ jobs: CollectDeps['jobs']; cluster: BuildCluster | undefined; signal: AbortSignal }>): Promise<boolean> {
  switch (removal.kind) {
    case 'job': {
      const { name, uid } = removal.job.metadata;
      return (await jobs.remove(name, { uid, signal })) === 'removed';
    }
    case 'finalizer':
      await cluster?.pods.finalizers(removal.pod.name, { uid: removal.pod.uid, remove: [POD_REPORT_FINALIZER] }, { signal });
      return false;
    case 'pod': {
      // The copy may be old; nothing that runs may be thrown away.
      const job = await jobs.find(removal.pod.job, { signal });
      if (removal.why === 'orphaned' ? job !== undefined : job !== undefined && !isComplete(job)) return false;
      return (await cluster?.pods.remove(removal.pod.name, { uid: removal.pod.uid, signal })) === 'removed';
    }
    default: return removal satisfies never;
  }
}

function collected(cluster: string, pod: Pod): CollectedPod {
  const { name, namespace = '', uid, creationTimestamp, finalizers = [] } = pod.metadata;
  const started = pod.status?.startTime;
  return { cluster, namespace, name, uid, job: prowJobOf(pod), createdAt: Date.parse(creationTimestamp ?? '') || 0, startedAt: started === undefined ? undefined : Date.parse(started), finalizers };
}
