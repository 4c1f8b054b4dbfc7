import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openKube } from '../adapters/kube/kube.js';
import { silentLog } from '../core/ports/log.js';
import { isComplete, type ProwJob } from '../core/prowjob.js';
import { VERSION } from '../core/version.js';
import { startCluster } from '../embedded/cluster/cluster.js';
import type { ClusterView, JobView } from '../embedded/story/jobsStory.js';
import { utilityImages } from '../embedded/utilities/images.js';

/** The cluster of a demo, in the demo's own process. */
export interface DemoCluster extends AsyncDisposable {
  readonly kubeconfigPath: string;
  readonly view: ClusterView;
}

const clock = { now: () => Date.now() };

/** The folder of jobs' results, and its bucket. */
export function resultsFolder(dir: string): Readonly<{ root: string; bucket: string }> {
  const root = join(dir, 'storage');
  return { root, bucket: pathToFileURL(join(root, 'results')).href };
}

/** Starts the embedded cluster; its pods are processes of this machine. */
export async function startDemoCluster(dir: string): Promise<DemoCluster> {
  const cluster = await startCluster({ dir: join(dir, 'cluster'), images: await utilityImages(), kubeconfigPath: join(dir, 'kubeconfig'), clock, log: silentLog });
  const kube = await openKube({
    sources: { file: cluster.kubeconfigPath, inCluster: 'ignore', env: {} }, settings: () => ({ prowJobNamespace: 'default', podNamespace: 'default', disabledClusters: [] }),
    mode: 'act', watching: 'jobs and pods', userAgent: `prow-demo/${VERSION}`, every: undefined, clock, random: Math.random, log: silentLog,
  });
  // Pods go when they are collected; when each came is remembered.
  const podAt = new Map<string, number>();
  const pods = () => kube.clusters.each().flatMap(({ alias, index }) => (alias === 'default' ? index.list() : []));
  const stops: (() => void)[] = [];
  for (const { alias, index } of kube.clusters.each()) {
    if (alias !== 'default') continue;
    // Kubernetes' own times have whole seconds.
    stops.push(index.onChange(({ now }) => { if (now && !podAt.has(now.metadata.name)) podAt.set(now.metadata.name, clock.now()); }));
  }
  return {
    kubeconfigPath: cluster.kubeconfigPath,
    view: {
      jobs: () => Promise.resolve(kube.jobIndex.list().map((job) => viewOf(job, podAt.get(job.metadata.name)))),
      pods: () => Promise.resolve(pods().map(({ metadata }) => metadata.name)),
    },
    async [Symbol.asyncDispose]() {
      for (const stop of stops) stop();
      await kube[Symbol.asyncDispose]();
      await cluster.stop({ graceMs: 2_000 });
    },
  };
}

function viewOf(job: ProwJob, podAt: number | undefined): JobView {
  const { spec, status, metadata } = job;
  return {
    name: metadata.name, job: spec.job, type: spec.type, state: status.state, complete: isComplete(job), baseSha: spec.refs?.base_sha ?? '',
    pulls: (spec.refs?.pulls ?? []).map(({ number, sha }) => ({ number, sha })), startedAt: Date.parse(metadata.creationTimestamp ?? status.startTime ?? ''), podAt,
  };
}
