import { mkdtempSync, openSync, rmSync, writeSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localStorage } from '../src/adapters/storage/local.js';
import { indexLog } from '../src/web/jobs/logIndex.js';
import { openStoredLogs } from '../src/web/jobs/storedLogs.js';
import { jobOf } from '../test/web/jobs/fake.js';
import { openStand } from '../test/web/jobs/stand.js';
import { machine, quantile } from './support.js';

const JOBS = 50_000;
const ROUNDS = 40;
const LOG_MB = 100;

const stand = openStand({ now: () => Date.UTC(2026, 0, 3) });
const made = (n: number, version = 1) => jobOf(`pull-${n % 600}-unit`, {
  name: `job-${n}`, at: Math.floor((n * 172_800) / JOBS), version, org: `org-${n % 40}`, pulls: [n % 900], state: n % 9 === 0 ? 'failure' : 'success', labels: { 'prow.k8s.io/job': 'x', 'created-by-prow': 'true' },
  spec: { pod_spec: { containers: [{ name: 'test', image: 'alpine', command: ['sh', '-c', 'make test'], env: Array.from({ length: 20 }, (_, k) => ({ name: `VARIABLE_${k}`, value: 'value '.repeat(5) })) }] } }, status: { description: 'Job ended.' },
});
stand.index.replaceAll(Array.from({ length: JOBS }, (_, n) => made(n)));

/** Quantiles in milliseconds of requests, each after a change, so that nothing is kept from the one before. */
async function pages(path: string, headers: Readonly<Record<string, string>> = {}): Promise<object> {
  const times: number[] = [];
  let bytes = 0;
  let first = 0;
  for (let n = 0; n <= ROUNDS; n++) {
    stand.put(made(JOBS - 1 - n, 1_000 + n + performance.now()));
    const from = performance.now();
    const answer = await stand.app.request(path, { headers });
    bytes = (await answer.arrayBuffer()).byteLength;
    if (n === 0) first = Math.round(performance.now() - from);
    else times.push(performance.now() - from);
  }
  return { path, firstMs: first, p50: quantile(times, 0.5), p99: quantile(times, 0.99), kB: Math.round(bytes / 1_000) };
}

const figures: object[] = [];
for (const path of ['/jobs', '/jobs?repo=org-3/shop', '/jobs?job=pull-7*', '/jobs?state=failure', '/api/jobs?limit=100']) figures.push(await pages(path));
figures.push(await pages('/prowjobs.js?var=allBuilds&omit=annotations,labels,decoration_config,pod_spec', { 'accept-encoding': 'gzip' }));

// What else waits while the big answer is made.
let longest = 0;
let last = performance.now();
const timer = setInterval(() => { longest = Math.max(longest, performance.now() - last - 5); last = performance.now(); }, 5);
for (let n = 0; n < 5; n++) {
  stand.put(made(JOBS - 1 - n, 9_000 + n));
  await (await stand.app.request('/prowjobs.js', { headers: { 'accept-encoding': 'gzip' } })).arrayBuffer();
}
clearInterval(timer);

const dir = mkdtempSync(join(tmpdir(), 'prow-bench-deck-'));
const file = openSync(join(dir, 'log'), 'w');
const block = Array.from({ length: 10_000 }, (_, n) => `2026-01-01T00:00:00Z ${n % 2_500 === 0 ? 'ERROR: something' : 'an ordinary line of a long log'} ${'x'.repeat(n % 60)}\n`).join('');
for (let written = 0; written < LOG_MB * 1e6; written += block.length) writeSync(file, block);
closeSync(file);
const storage = localStorage({ roots: [dir] });
const at = `file://${join(dir, 'log')}`;
const signal = new AbortController().signal;
const counting = performance.now();
const index = await indexLog(storage.stream(at, { signal }));
const countMs = Math.round(performance.now() - counting);
const stored = openStoredLogs({ storage });
const opening = performance.now();
await stored.window(at, { from: undefined, wanted: 500, signal });
const openMs = Math.round(performance.now() - opening);
const again = performance.now();
await stored.window(at, { from: Math.floor(index.lines / 2), wanted: 500, signal });
const windowMs = Math.round(performance.now() - again);
rmSync(dir, { recursive: true, force: true });
stand[Symbol.dispose]();

console.log(JSON.stringify({ machine: machine(), jobs: JOBS, pages: figures, longestPauseMs: Math.round(longest), log: { mB: LOG_MB, lines: index.lines, failures: index.failures, countMs, openMs, windowMs }, rssMb: Math.round(process.memoryUsage().rss / 1e6) }, undefined, 2));
