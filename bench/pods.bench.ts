import { openKube } from '../src/adapters/kube/kube.js';
import { silentLog } from '../src/core/ports/log.js';
import { startHollowKubelet } from '../src/embedded/cluster/kubelet/hollow.js';
import { REPO, machine, quantile, startBench, until } from './support.js';

/**
 * Comment to pod: from the moment at which the person's comment is stored at GitHub until the API server has the pod; and pod's end to check:
 * until GitHub has the check run's conclusion. GitHub's API answers after 50 ms; the cluster is the embedded one in the bench's own process,
 * its pods are only played. One comment after the other.
 */
const LATENCY_MS = 50;
const ROUNDS = 60;

await using bench = await startBench({ latencyMs: LATENCY_MS, pulls: 20, cluster: 'embedded' });
const { github, pulls, kubeconfig } = bench;
const clock = { now: Date.now };
const restMb = bench.rssMb();
await using kube = await openKube({
  sources: { file: kubeconfig, inCluster: 'ignore', env: {} }, settings: () => ({ prowJobNamespace: 'default', podNamespace: 'default', disabledClusters: [] }), mode: 'act', watching: 'jobs and pods', userAgent: 'bench', every: undefined, clock, random: Math.random, log: silentLog,
});
const cluster = kube.clusters.get('default');
if (cluster.kind === 'fault') throw new Error(cluster.text);
await cluster.index.ready({ signal: AbortSignal.timeout(30_000) });
let podSeen: (() => void) | undefined;
cluster.index.onChange(({ old, now }) => { if (now && !old) podSeen?.(); });
const hollow = await startHollowKubelet({ kubeconfigPath: kubeconfig, clock, log: silentLog, part: () => ({ pendingMs: 0, runningMs: 0, end: { kind: 'exits', code: 0 } }) });
const mia = github.world.as('mia');
const toPod: number[] = [];
const toCheck: number[] = [];
for (let n = 0; n < ROUNDS; n++) {
  const number = pulls[n % pulls.length] ?? 0;
  const { sha } = github.world.pull(REPO, number).pull.head;
  const ended = () => github.world.find(REPO).checkRuns.filter((run) => run.sha === sha && run.name === 'unit' && run.conclusion === 'success').length;
  const before = ended();
  const start = performance.now();
  const seen = new Promise<number>((resolve) => { podSeen = () => { resolve(performance.now()); }; });
  mia.comment(REPO, number, '/test unit');
  const podAt = await seen;
  toPod.push(podAt - start);
  await until(`the check of #${number}`, () => ended() > before);
  toCheck.push(performance.now() - podAt);
}
const loadMb = bench.rssMb();
await hollow.stop();
const summary = (samples: readonly number[]) => ({ p50: quantile(samples, 0.5), p90: quantile(samples, 0.9), p99: quantile(samples, 0.99) });
console.log(JSON.stringify({ bench: 'pods', machine: machine(), githubMs: LATENCY_MS, rounds: ROUNDS, commentToPodMs: summary(toPod), podToCheckMs: summary(toCheck), memoryMb: { atRest: restMb, after: loadMb }, upstream: { memoryMbOfEightServices: { atRest: 562, with2000ProwJobs: 927 } } }, null, 2));
