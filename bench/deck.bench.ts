import { mkdirSync } from 'node:fs';
import { get as ask } from 'node:http';
import { join } from 'node:path';
import { loadClient } from '../src/embedded/cluster/kubelet/client.js';
import { buildProw } from './built.js';
import { madeProwJob } from './prowJobs.js';
import { machine, quantile, startBench, until } from './support.js';

/**
 * Deck alone before 50,000 ProwJobs: `prow serve --role web --components deck`, built as for the image. The API server is the embedded one in this process;
 * all is asked over HTTP. Every request comes after a change that Deck has seen, so that nothing that was rendered for the one before can be given again.
 */
const JOBS = 50_000;
const ROUNDS = 40;
const NEW_JOBS = 40;
const BELOW = '/apis/prow.k8s.io/v1/namespaces/default/prowjobs';
const OMIT = 'omit=annotations,labels,decoration_config,pod_spec';
const PROBE_MS = 20;
const SETTLE_MS = 15_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });
const begun = Date.now();
const made = (n: number) => madeProwJob(n, { all: JOBS, now: begun });
using built = await buildProw();
const results = join(built.dir, 'results');
mkdirSync(results);
await using bench = await startBench({
  latencyMs: 0, pulls: 0, cluster: 'embedded', components: 'deck', jobs: [], entry: built.entry, flags: ['--role', 'web', '--storage-root', results],
  prowJobs: (function* () { for (let n = 0; n < JOBS; n++) yield made(n); })(),
});
const { url } = bench;
const kube = await loadClient(bench.kubeconfig);
const signal = new AbortController().signal;
const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> => fetch(`${url}${path}`, { headers, signal });
/** An answer as it comes, packed as it is: unpacking it here would count as Deck's time. */
const raw = (path: string, headers: Readonly<Record<string, string>>): Promise<Readonly<{ status: number; bytes: number; firstMs: number; wholeMs: number; etag: string }>> => new Promise((resolve, reject) => {
  const from = performance.now();
  ask(`${url}${path}`, { headers, agent: false }, (answer) => {
    const firstMs = performance.now() - from;
    let bytes = 0;
    answer.on('data', (part: Buffer) => { bytes += part.length; });
    answer.on('end', () => { resolve({ status: answer.statusCode ?? 0, bytes, firstMs, wholeMs: performance.now() - from, etag: answer.headers.etag ?? '' }); });
    answer.on('error', reject);
  }).on('error', reject);
});
const total = async (): Promise<number> => ((await (await get('/api/jobs?limit=1')).json()) as { total: number }).total;
await until('Deck has read all jobs', async () => { await pause(100); return (await total()) >= JOBS; });
const readMs = Date.now() - begun;
await pause(SETTLE_MS);
const rest = bench.memory();

/** Changes a job and returns once Deck knows. */
let changes = 0;
async function change(): Promise<void> {
  const { name } = made(JOBS - 1 - (changes++ % 1_000)).metadata;
  const description = `Change ${changes}.`;
  const job = await kube.ask({ method: 'GET', path: `${BELOW}/${name}`, signal });
  await kube.ask({ method: 'PATCH', path: `${BELOW}/${name}`, body: { ...job, metadata: { name }, status: { description } }, signal });
  await until('Deck has seen a change', async () => (await (await get(`/prowjob?prowjob=${name}`)).text()).includes(description));
}

/** Milliseconds to the first byte and to the last of requests for a path, and what of it Deck's main thread was on a processor: that does not depend on who else is at work. */
async function pages(path: string, headers: Readonly<Record<string, string>> = {}): Promise<object> {
  const [firsts, wholes, busy]: [number[], number[], number[]] = [[], [], []];
  let kB = 0;
  for (let n = 0; n < ROUNDS; n++) {
    await change();
    const before = bench.busyMs();
    const { bytes, firstMs, wholeMs } = await raw(path, headers);
    busy.push(bench.busyMs() - before);
    firsts.push(firstMs);
    wholes.push(wholeMs);
    kB = Math.round(bytes / 1_000);
  }
  const said = (times: readonly number[]) => ({ first: Math.round(times[0] ?? 0), p50: quantile(times, 0.5), p99: quantile(times, 0.99) });
  return { path, kB, firstByteMs: said(firsts), wholeMs: said(wholes), processorMs: said(busy) };
}

// The big answer first: what it costs when nobody has asked for it before.
const zipped = { 'accept-encoding': 'gzip' };
const script = `/prowjobs.js?var=allBuilds&${OMIT}`;
const figures: object[] = [await pages(script, zipped)];
const { etag } = await raw(script, zipped);
const same = { times: [] as number[], busy: [] as number[] };
for (let n = 0; n < ROUNDS; n++) {
  const before = bench.busyMs();
  const { status, wholeMs } = await raw(script, { ...zipped, 'if-none-match': etag });
  if (status !== 304) continue;
  same.times.push(wholeMs);
  same.busy.push(bench.busyMs() - before);
}
for (const path of ['/jobs', '/jobs?repo=org-3/shop', '/jobs?job=pull-shop-e2e-7*', '/jobs?state=failure', '/api/jobs?limit=100']) figures.push(await pages(path));

/** From the API server having a new job until a page that is open hears of it, and until it shows there. */
async function live(): Promise<object> {
  const [heard, shown]: [number[], number[]] = [[], []];
  const stream = await get('/jobs/live');
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) throw new Error('no stream');
  const next = async (): Promise<void> => { while (!(await reader.read()).value?.includes('data: changed')) { /* a beat */ } };
  for (let n = 0; n < NEW_JOBS; n++) {
    await pause(100 + (n * 37) % 400);
    const { metadata, ...job } = made(JOBS + n);
    const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    await kube.ask({ method: 'POST', path: BELOW, body: { ...job, metadata: { name: `new-${n}`, labels: metadata.labels }, status: { state: 'triggered', startTime: now } }, signal });
    const from = performance.now();
    await next();
    heard.push(performance.now() - from);
    while (!(await (await get('/parts/jobs')).text()).includes(`j-new-${n}"`)) await next();
    shown.push(performance.now() - from);
  }
  await reader.cancel();
  return { heardMs: { p50: quantile(heard, 0.5), p99: quantile(heard, 0.99) }, shownMs: { p50: quantile(shown, 0.5), p99: quantile(shown, 0.99) } };
}
const newJob = await live();

// What others wait while the largest answer is made: everything of every job, first of all and after changes.
let longest = 0;
let probing = true;
const probes = (async () => { while (probing) { const from = performance.now(); await (await get('/healthz')).text(); longest = Math.max(longest, performance.now() - from); await pause(PROBE_MS); } })();
const whole: object[] = [];
for (let n = 0; n < 3; n++) {
  await change();
  const { bytes, firstMs, wholeMs } = await raw('/prowjobs.js', zipped);
  whole.push({ kB: Math.round(bytes / 1_000), firstByteMs: Math.round(firstMs), wholeMs: Math.round(wholeMs) });
}
probing = false;
await probes;
const load = bench.memory();
await pause(SETTLE_MS);
console.log(JSON.stringify({
  bench: 'deck', machine: machine(), jobs: JOBS, readMs, memoryMb: { atRest: rest, afterRequests: load, later: bench.memory() }, pages: figures, notModified: { rounds: same.times.length, wholeMs: { p50: quantile(same.times, 0.5), p99: quantile(same.times, 0.99) }, processorMs: { p50: quantile(same.busy, 0.5), p99: quantile(same.busy, 0.99) } },
  newJob, whole, longestWaitMs: Math.round(longest), heap: (await bench.metrics()).split('\n').filter((line) => /^nodejs_(heap_size|external)/.test(line)),
}, undefined, 2));
