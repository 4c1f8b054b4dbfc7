import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { freePort } from '../src/embedded/redis/redis.js';
import { startGitHub, type EmbeddedGitHub, type GitHubOptions } from '../src/embedded/github/server.js';
import { silentLog } from '../src/core/ports/log.js';
import type { ProwJob } from '../src/core/prowjob.js';
import { openJournal } from '../src/embedded/cluster/api/journal.js';
import { startCluster } from '../src/embedded/cluster/cluster.js';
import { startFakeKube, type FakeKube } from '../test/support/kube.js';

const REPO = 'acme/shop';
const SETTLED_MS = 4_000;

/** A running `prow serve` before an embedded GitHub and a small Kubernetes API. */
export interface Bench extends AsyncDisposable {
  readonly github: EmbeddedGitHub;
  readonly kube: FakeKube;
  /** Leads to the cluster that the serving process uses. */
  readonly kubeconfig: string;
  readonly url: string;
  /** Pull requests that are open. */
  readonly pulls: readonly number[];
  /** Resident memory of the serving process, in MB. */
  rssMb(): number;
  /** Resident memory of the serving process and of its private Redis, and of what else they started, in MB. */
  memory(): Memory;
  /** Milliseconds that the serving process's main thread has been on a processor (Linux). */
  busyMs(): number;
  /** Deliveries that wait, from the metrics of Redis' own count: none once all is handled. */
  metrics(): Promise<string>;
}

/** Resident memory in MB; `others` are gits and the like, which come and go. */
export interface Memory {
  readonly prow: number;
  readonly redis: number;
  readonly others: number;
}

/** What is measured of `prow serve`, and on what. */
export interface BenchOptions {
  /** GitHub's API waits so long before each answer. */
  readonly latencyMs: number;
  /** Pull requests that are opened and handled before anything is measured. */
  readonly pulls: number;
  readonly plugins?: readonly string[];
  /** Organisations in which the plugins are enabled beside the one with the pull requests. */
  readonly orgs?: readonly string[];
  /** With a fake one jobs are only created; with the embedded one they are run and reported as well. */
  readonly cluster?: 'fake' | 'embedded';
  /** ProwJobs that the embedded cluster has from the beginning. */
  readonly prowJobs?: Iterable<ProwJob>;
  /** What the installation acts as. */
  readonly components?: string;
  /** `config.yaml`, as JSON. */
  readonly config?: object;
  /** Presubmits of the one repository. */
  readonly jobs?: readonly object[];
  readonly flags?: readonly string[];
  /** Port of the queue UI; none unless said. */
  readonly adminPort?: number;
  /** What Node.js runs as `prow`: the checkout, unless said. */
  readonly entry?: readonly string[];
}

/** What a figure was measured on. */
export function machine(): object {
  const [cpu] = cpus();
  return { node: process.version, cpu: cpu?.model ?? 'unknown', cores: cpus().length, memoryGb: Math.round(totalmem() / 2 ** 30) };
}

/** The share `p` (0–1) of sorted samples, in whole milliseconds. */
export function quantile(samples: readonly number[], p: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN);
}

/** Waits until something holds; throws what was missing after `ms`. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, ms = 60_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${ms / 1_000} s: ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
}

const UNIT = { name: 'unit', always_run: false, decorate: false, spec: { containers: [{ image: 'alpine', command: ['true'] }] } };

/** Starts everything, each in its own process but for GitHub and the cluster, which are in this one. */
export async function startBench({
  latencyMs, pulls, plugins = ['trigger', 'hold', 'lgtm', 'approve', 'help'], orgs = [], cluster: wanted = 'fake', components = wanted === 'fake' ? 'hook' : 'hook,plank,crier,sinker,horologium', config = {}, jobs = [UNIT], prowJobs = [], flags = [], adminPort = -1, entry = ['bin/prow'],
}: BenchOptions): Promise<Bench> {
  const dir = mkdtempSync(join(tmpdir(), 'prow-bench-'));
  const manifest = parse(readFileSync('app.yml', 'utf8')) as NonNullable<GitHubOptions['manifest']>;
  const github = await startGitHub({ latencyMs, manifest, webhookSecret: 'bench-secret', limits: { core: 1_000_000, graphql: 1_000_000, search: 1_000_000 } });
  const kube = await startFakeKube();
  if (wanted === 'embedded') await fill(join(dir, 'cluster'), prowJobs);
  const cluster = wanted === 'fake' ? undefined : await startCluster({ dir: join(dir, 'cluster'), images: () => undefined, kubelet: 'none', clock: { now: Date.now }, log: silentLog });
  const kubeconfig = cluster?.kubeconfigPath ?? kube.writeKubeconfig(join(dir, 'kubeconfig'));
  const { world } = github;
  world.org('acme', { members: ['mia', 'max'] });
  await world.repo({ owner: 'acme', name: 'shop', collaborators: { mia: 'write', max: 'write' } });
  world.install('acme');
  const mia = world.as('mia');
  await mia.push(REPO, { branch: 'main', files: { 'README.md': '# shop\n', OWNERS: 'approvers: [max]\nreviewers: [mia]\n' } });
  const file = (name: string, text: string) => { const path = join(dir, name); writeFileSync(path, text, { mode: 0o600 }); return path; };
  const [port, metricsPort] = [await freePort(), await freePort()];
  const args = [
    'serve', '--config-path', file('config.yaml', JSON.stringify(config)), '--job-config-path', file('jobs.yaml', JSON.stringify({ presubmits: { [REPO]: jobs } })), '--plugin-config', file('plugins.yaml', JSON.stringify({ plugins: Object.fromEntries(['acme', ...orgs].map((org) => [org, { plugins }])) })),
    '--hmac-secret-file', file('hmac', 'bench-secret'), '--github-endpoint', github.url, '--github-graphql-endpoint', github.graphqlUrl, '--github-host', github.gitUrl, '--github-app-id', String(github.appId),
    '--github-app-private-key-path', file('key.pem', github.appKey), '--kubeconfig', kubeconfig, '--port', String(port), '--metrics-port', String(metricsPort), '--admin-port', String(adminPort), '--health-port', '-1', '--host', '127.0.0.1',
    '--components', components, '--state-dir', join(dir, 'state'), '--log-level', 'error', '--grace-period', '5s', ...flags,
  ];
  const child: ChildProcess = spawn(process.execPath, [...entry, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
  const ended = new Promise<void>((resolve) => { child.once('exit', () => { resolve(); }); });
  const url = `http://127.0.0.1:${port}`;
  await until('prow serve is ready', async () => {
    if (child.exitCode !== null) throw new Error(`prow serve ended with code ${child.exitCode}`);
    return (await fetch(`${url}/healthz/ready`).catch(() => undefined))?.status === 200;
  });
  github.setWebhook(`${url}/hook`);
  // Of what is as old as an installation's memory, its own comments are not certain: that is another case than the usual one.
  await new Promise((resolve) => { setTimeout(resolve, SETTLED_MS); });
  const opened: number[] = [];
  for (let n = 0; n < pulls; n++) {
    await mia.push(REPO, { branch: `change-${n}`, files: { [`file-${n}.txt`]: `${n}\n` } });
    opened.push((await mia.openPull(REPO, { title: `Change ${n}`, head: `change-${n}` })).number);
  }
  await github.idle();
  const held = (number: number): boolean => [...world.issue(REPO, number).labels].some(({ name }) => name === 'do-not-merge/hold');
  const last = opened.at(-1);
  if (last !== undefined) {
    mia.comment(REPO, last, '/hold');
    await until('the first hold shows', () => held(last));
    mia.comment(REPO, last, '/unhold');
    await until('the first hold is gone', () => !held(last));
  }
  return {
    github, kube, kubeconfig, url, pulls: opened,
    rssMb: () => residentMb(child.pid ?? 0),
    memory: () => memoryBelow(child.pid ?? 0),
    busyMs: () => Number(readFileSync(`/proc/${child.pid ?? 0}/schedstat`, 'utf8').split(' ')[0]) / 1e6,
    metrics: async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text(),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
      await cluster?.stop();
      await github.stop();
      await kube[Symbol.asyncDispose]();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Writes ProwJobs into the files that an embedded cluster begins with. */
async function fill(dir: string, jobs: Iterable<ProwJob>): Promise<void> {
  const journal = await openJournal({ dir: join(dir, 'state'), log: silentLog });
  for await (const _record of journal.read()) { /* There is none yet; reading opens the file. */ }
  let version = 0;
  for (const job of jobs) journal.append({ version: ++version, plural: 'prowjobs', key: `${job.metadata.namespace ?? ''}/${job.metadata.name}`, kind: 'put', json: JSON.stringify({ ...job, metadata: { ...job.metadata, resourceVersion: String(version) } }) });
  await journal.close();
}

function residentMb(pid: number): number {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024);
}

/** A process and all that descends from it; one that ends meanwhile counts for nothing. */
function memoryBelow(prow: number): Memory {
  const parents = new Map<number, { readonly parent: number; readonly name: string }>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      parents.set(Number(pid), { parent: Number(/PPid:\s+(\d+)/.exec(status)?.[1]), name: /Name:\s+(\S+)/.exec(status)?.[1] ?? '' });
    } catch { /* it ended */ }
  }
  const below = (pid: number): boolean => { const { parent = 0 } = parents.get(pid) ?? {}; return parent === prow || (parent > 1 && below(parent)); };
  const sum = (wanted: (name: string) => boolean): number => [...parents].filter(([pid, { name }]) => wanted(name) && below(pid)).reduce((all, [pid]) => {
    try { return all + residentMb(pid); } catch { return all; }
  }, 0);
  return { prow: residentMb(prow), redis: sum((name) => name === 'redis-server'), others: sum((name) => name !== 'redis-server') };
}

export { REPO };
