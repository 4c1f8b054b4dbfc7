import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { silentLog } from '../src/core/ports/log.js';
import { startHollowKubelet } from '../src/embedded/cluster/kubelet/hollow.js';
import { buildProw } from './built.js';
import { machine, REPO, startBench, until, type Memory } from './support.js';

/**
 * Resident memory of a whole installation: one `prow serve` that is every component, and its private Redis, at rest, while 2,000 ProwJobs run, and after
 * them. `prow serve` is built and started as in the image. GitHub and the cluster are in this process and do not count; pods are only played.
 */
const PULLS = 20;
const JOBS_EACH = 100;
const TOTAL = PULLS * JOBS_EACH;
/** One job in ten is reported: GitHub takes no more than so many checks a minute. */
const REPORTED = 10;
const SETTLE_MS = 20_000;
const SAMPLE_MS = 250;
const READ_MS = 5_000;
const PATIENCE_MS = 900_000;

const ENV = Array.from({ length: 12 }, (_, n) => ({ name: `VARIABLE_${n}`, value: `value ${n}` }));
const jobs = Array.from({ length: JOBS_EACH }, (_, n) => ({
  name: `pull-shop-${n}`, always_run: true, decorate: true, skip_report: n % REPORTED !== 0, labels: { 'preset-service-account': 'true' }, annotations: { description: `Test ${n} of the shop.` },
  spec: { containers: [{ image: 'registry.test/kubekins:v1', command: ['make'], args: ['test', `N=${n}`], env: ENV, resources: { requests: { cpu: '1', memory: '1Gi' } } }] },
}));

using built = await buildProw();
const results = join(built.dir, 'results');
mkdirSync(results);
const image = 'registry.test/utility:v1';
const config = {
  plank: { default_decoration_configs: { '*': { timeout: '2h', grace_period: '15m', utility_images: { clonerefs: image, initupload: image, entrypoint: image, sidecar: image }, gcs_configuration: { bucket: `file://${join(process.cwd(), results)}`, path_strategy: 'explicit' }, gcs_credentials_secret: 'none' } } },
  tide: { queries: [{ repos: [REPO], labels: ['lgtm'] }] },
};

const sum = ({ prow, redis, others }: Memory): number => prow + redis + others;
const pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });

await using bench = await startBench({
  latencyMs: 20, pulls: 0, cluster: 'embedded', components: 'hook,tide,plank,crier,sinker,horologium,status-reconciler,deck', config, jobs, adminPort: 0,
  flags: ['--storage-root', results], entry: built.entry,
});
const { github, url } = bench;
await pause(SETTLE_MS);
const rest = bench.memory();
const hollow = await startHollowKubelet({ kubeconfigPath: bench.kubeconfig, clock: { now: Date.now }, log: silentLog, part: () => ({ pendingMs: 500, runningMs: 3_000, end: { kind: 'exits', code: 0 } }) });

// Somebody looks at the pages the while, as upstream's Deck was asked as well.
let peak = rest;
const sampling = setInterval(() => { const now = bench.memory(); if (sum(now) > sum(peak)) peak = now; }, SAMPLE_MS);
const look = async (): Promise<void> => { for (const path of ['/jobs', '/prowjobs.js?var=allBuilds&omit=annotations,labels,decoration_config,pod_spec']) await (await fetch(`${url}${path}`, { headers: { 'accept-encoding': 'gzip' } })).arrayBuffer(); };
const looking = setInterval(() => { look().catch(() => undefined); }, READ_MS);
const begun = performance.now();
const mia = github.world.as('mia');
for (let n = 0; n < PULLS; n++) {
  await mia.push(REPO, { branch: `change-${n}`, files: { [`file-${n}.txt`]: `${n}\n` } });
  await mia.openPull(REPO, { title: `Change ${n}`, head: `change-${n}` });
}
const ended = async (): Promise<number> => ((await (await fetch(`${url}/api/jobs?state=success&limit=1`)).json()) as { total: number }).total;
await until(`${TOTAL} jobs have ended`, async () => { await pause(500); return (await ended()) >= TOTAL; }, PATIENCE_MS);
const checks = (): number => github.world.find(REPO).checkRuns.filter(({ name, conclusion }) => name.startsWith('pull-shop-') && conclusion === 'success').length;
await until('all reports are at GitHub', async () => { await pause(500); return checks() >= TOTAL / REPORTED; }, PATIENCE_MS);
const tookMs = Math.round(performance.now() - begun);
await pause(SETTLE_MS);
const after = bench.memory();
clearInterval(looking);
clearInterval(sampling);
const heap = (await bench.metrics()).split('\n').filter((line) => /^nodejs_(heap_size|external)/.test(line));
await hollow.stop();
const said = (memory: Memory) => ({ sumMb: sum(memory), ...memory });
console.log(JSON.stringify({ bench: 'memory', machine: machine(), prowJobs: TOTAL, tookMs, atRest: said(rest), peak: said(peak), after: said(after), heap, upstream: { eightServicesMb: { atRest: 562, with2000ProwJobs: 927 } } }, null, 2));
