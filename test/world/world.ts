import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { createEventStore } from '../../src/adapters/events/store.js';
import { openQueue } from '../../src/adapters/queue/adder.js';
import { loadProwJobs } from '../../src/adapters/kube/prowjobs.js';
import { patientRedis } from '../../src/adapters/redis.js';
import { createTideViews } from '../../src/adapters/tideViews.js';
import { COMPONENTS, type Settings } from '../../src/cli/settings.js';
import type { EventSummary } from '../../src/core/ports/events.js';
import { silentLog } from '../../src/core/ports/log.js';
import type { ProwJob } from '../../src/core/prowjob.js';
import { startCluster } from '../../src/embedded/cluster/cluster.js';
import { startHollowKubelet, type Part } from '../../src/embedded/cluster/kubelet/hollow.js';
import type { PlayerOptions } from '../../src/embedded/github/actions.js';
import { startGitHub, type EmbeddedGitHub, type GitHubOptions } from '../../src/embedded/github/server.js';
import type { Effect } from '../../src/embedded/github/state.js';
import { start, type Running } from '../../src/main.js';
import { QUEUES } from '../../src/assembly/workers.js';
import { systemClock } from '../support/path.js';
import { eventually, testRedisUrl } from '../support/redis.js';
import { appKey } from '../support/appKey.js';

export const slug = 'acme/shop';
export const BOT = 'prow[bot]';
const root = new URL('../..', import.meta.url).pathname;
export const manifest = parse(readFileSync(join(root, 'app.yml'), 'utf8')) as { readonly default_permissions: Readonly<Record<string, string>>; readonly default_events: readonly string[] };

const WORKFLOW = `name: Tests
# played: takes 0 s
# played: test fails when src/shop.js contains broken
on: [pull_request]
jobs:
  test: {}
`;

const CONFIG = `tide:
  sync_period: 60s
  queries:
  - repos: [${slug}]
    labels: [lgtm, approved]
    missingLabels: [do-not-merge/hold, needs-ok-to-test]
`;

const PLUGINS = `plugins:
  ${slug}:
    plugins: [trigger, hold, lgtm, approve, help]
`;

export interface WorldOptions {
  readonly config?: string;
  readonly plugins?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly settings?: Partial<Settings>;
  readonly github?: GitHubOptions;
  readonly actions?: PlayerOptions;
  /** Pull requests that are open from the beginning, by Nora, who is nobody in particular. */
  readonly pulls?: number;
  readonly redisUrl?: string;
  /** Job configuration. With it there is a cluster, whose pods are only played. */
  readonly jobs?: string;
  /** How the pods of a job go; they succeed at once unless said. */
  readonly play?: (job: string, type: string) => Partial<Part> | undefined;
  /** `local`: pods are processes of this machine instead. */
  readonly kubelet?: 'played' | 'local';
  /** What of the settings about jobs is another than usual. */
  readonly jobsOver?: Partial<Settings['jobs']>;
  /** Makes the kubeconfig that Prow is given, from the path of the cluster's own. */
  readonly kubeconfig?: (own: string, dir: string) => Promise<string> | string;
}

/** How a pull request stands when nothing moves any more. */
export interface Settled {
  readonly merged: boolean;
  readonly labels: readonly string[];
  /** State of the `tide` check of the head, and what it says. */
  readonly tide: Readonly<{ state: string; title: string; summary: string }> | undefined;
  /** What the bot has written. */
  readonly answers: readonly string[];
}

/** A whole installation against an embedded GitHub: an organisation with Ada (approver), Ben (reviewer), and Nora, a stranger. */
export async function startWorld({ config = CONFIG, plugins = PLUGINS, files = {}, settings = {}, github: wish = {}, actions = {}, pulls = 0, redisUrl = testRedisUrl(), jobs, play = () => undefined, kubelet: runner = 'played', kubeconfig = (own) => own, jobsOver = {} }: WorldOptions = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'prow-world-'));
  const prefix = `w-${randomUUID()}`;
  const github = await startGitHub({ ...appKey(), manifest, appSlug: 'prow', webhookSecret: 'hook-secret', actions: { jobMs: 0, ...actions }, ...wish });
  const { world } = github;
  world.org('acme', { admins: ['ada'], members: ['ben'], defaultPermission: 'write' });
  const seed = { 'src/shop.js': 'fine\n', 'OWNERS': 'approvers: [ada]\nreviewers: [ada, ben]\n', '.github/workflows/test.yml': WORKFLOW };
  await world.repo({ owner: 'acme', name: 'shop', files: { ...seed, ...files }, labels: ['lgtm', 'approved', 'do-not-merge/hold'] });
  world.install('acme');
  const path = (name: string, content: string): string => { writeFileSync(join(dir, name), content, { mode: 0o600 }); return join(dir, name); };
  const cluster = jobs === undefined ? undefined : await startCluster({ dir: join(dir, 'cluster'), images: () => undefined, kubelet: runner === 'local' ? 'local' : 'none', clock: systemClock, log: silentLog });
  const kubelet = cluster && runner === 'played' ? await startHollowKubelet({
    kubeconfigPath: cluster.kubeconfigPath, clock: systemClock, log: silentLog,
    part: (pod) => ({ pendingMs: 0, runningMs: 0, end: { kind: 'exits', code: 0 }, ...play(pod.metadata.annotations?.['prow.k8s.io/job'] ?? '', pod.metadata.labels?.['prow.k8s.io/type'] ?? '') }),
  }) : undefined;
  const whole: Settings = {
    configPath: path('config.yaml', config), jobConfigPath: jobs === undefined ? undefined : path('jobs.yaml', jobs), pluginConfigPath: path('plugins.yaml', plugins), hmacSecretFile: path('hmac', 'hook-secret\n'),
    github: { endpoints: [github.url], graphqlEndpoint: github.graphqlUrl, host: github.gitUrl, auth: { kind: 'app', appId: String(github.appId), keyPath: path('key.pem', github.appKey) } },
    kubeconfig: cluster && (await kubeconfig(cluster.kubeconfigPath, dir)), jobs: { kubeconfigDir: undefined, kubeconfigSuffix: undefined, projectedTokenFile: undefined, inCluster: 'ignore', reportAgent: '', slack: { endpoint: 'http://127.0.0.1:1', tokenFile: undefined, more: new Map(), signingSecretFile: undefined }, storageRoots: [join(dir, 'storage')], clouds: undefined, pubsub: 'off', statuses: { uri: undefined, onError: 'stop', noNewJobs: [], nothing: [] }, ...jobsOver },
    port: 0, metricsPort: 0, adminPort: -1, health: { port: -1, asked: false }, gitDir: undefined, inRepoCacheSize: 200, idle: [], supplemental: { prowDirs: [], prowSuffix: '_prowconfig.yaml', pluginDirs: [], pluginSuffix: '_pluginconfig.yaml' }, host: '127.0.0.1', webhookPath: '/hook', mode: 'act', components: new Set(COMPONENTS), redisUrl, redisPrefix: prefix, stateDir: join(dir, 'state'), role: 'all', queues: [],
    gracePeriodMs: 5_000, logLevel: 'info', enabled: { orgs: [], repos: [], notOrgs: [], notRepos: [] }, retry: { maxRetries: 8, max404Retries: 2, initialDelayMs: 20, maxSleepMs: 5_000, requestTimeoutMs: 10_000 }, ...settings,
  };
  const logs: string[] = [];
  const running: Running = await start(whole, { write: (line) => { logs.push(line); } });
  const url = `http://127.0.0.1:${running.port ?? 0}`;
  github.setWebhook(`${url}/hook`);

  const redis = patientRedis({ url: redisUrl, log: silentLog });
  const store = createEventStore({ redis, prefix, uuid: randomUUID, wake: () => {} });
  const views = createTideViews({ redis, prefix });
  const queues = QUEUES.map((name) => openQueue(name, { redis, prefix, log: silentLog }));

  /** Whether nothing is under way: no delivery, no job that runs or is due within a moment. */
  const calm = async (): Promise<boolean> => {
    await github.idle();
    for (const queue of queues) {
      if ((await queue.getJobCountByTypes('active', 'waiting', 'prioritized')) > 0) return false;
      const soon = await queue.getDelayed();
      if (soon.some((job) => job.timestamp + job.delay < Date.now() + 5_000)) return false;
    }
    return (await store.recent(500)).every(({ state }) => state !== 'waiting');
  };

  const self = {
    github, url, prefix, logs, running, settings: whole, redis, views,
    /** Of the cluster, for who may do anything there. */
    kubeconfigPath: cluster?.kubeconfigPath ?? '',
    events: (): Promise<readonly EventSummary[]> => store.recent(500),
    as: (login: string) => world.as(login),
    /** Opens a pull request from a fork's branch. */
    async open({ by = 'nora', title = 'Change the shop', files: changed = { 'src/new.js': 'new\n' }, branch = `change-${randomUUID().slice(0, 8)}` }: Readonly<{ by?: string; title?: string; files?: Readonly<Record<string, string>>; branch?: string }> = {}): Promise<number> {
      const person = world.as(by);
      await person.fork(slug);
      await person.push(`${by}/shop`, { branch, files: changed });
      return (await person.openPull(slug, { title, head: `${by}:${branch}` })).number;
    },
    comment(by: string, number: number, body: string): void { world.as(by).comment(slug, number, body); },
    push: (by: string, number: number, changed: Readonly<Record<string, string>>): Promise<string> => world.as(by).push(`${by}/shop`, { branch: world.pull(slug, number).pull.head.ref, files: changed }),
    view(number: number): Settled {
      if (!world.find(slug).issues.has(number)) return { merged: false, labels: [], tide: undefined, answers: [] };
      const { labels, pull, comments } = world.pull(slug, number);
      const check = world.find(slug).checkRuns.filter(({ name, sha }) => name === 'tide' && sha === pull.head.sha).at(-1);
      return {
        merged: pull.mergedAt !== null, labels: [...labels].map(({ name }) => name).sort(),
        tide: check && { state: check.conclusion ?? check.status, title: check.output.title ?? '', summary: check.output.summary ?? '' },
        answers: comments.filter(({ user }) => user === BOT).map(({ body }) => body),
      };
    },
    /** Waits until everything is handled and decided, and says how the pull request stands. */
    async settled(number = 1): Promise<Settled> {
      let quiet = 0;
      await eventually('the world to settle', async () => { quiet = (await calm()) ? quiet + 1 : 0; return quiet >= 2; }, 120_000);
      return self.view(number);
    },
    /** All ProwJobs. */
    async prowjobs(): Promise<readonly ProwJob[]> {
      if (!cluster) return [];
      const kube = await loadProwJobs({ kubeconfig: cluster.kubeconfigPath, namespace: () => 'default', mode: 'act', log: silentLog });
      return kube.list({}, { signal: AbortSignal.timeout(30_000) });
    },
    /** The newest check runs of a pull request's head, by name. */
    checks(number: number): Readonly<Record<string, string>> {
      const { sha } = world.pull(slug, number).pull.head;
      return Object.fromEntries(world.find(slug).checkRuns.filter((run) => run.sha === sha && run.name !== 'tide' && run.name !== 'test').map((run) => [run.name, run.conclusion ?? run.status]));
    },
    /** What the bot did, of these kinds. */
    effects: (...kinds: readonly string[]): readonly Effect[] => github.effects.filter(({ who, kind }) => who === BOT && (kinds.length === 0 || kinds.includes(kind))),
    logged: (text: string): readonly string[] => logs.filter((line) => line.includes(text)),
    async [Symbol.asyncDispose](): Promise<void> {
      await running.stop();
      await kubelet?.stop();
      await cluster?.stop();
      await github.stop();
      await Promise.all(queues.map((queue) => queue.close()));
      for await (const keys of redis.scanStream({ match: `${prefix}:*`, count: 1000 }) as AsyncIterable<string[]>) if (keys.length > 0) await redis.unlink(...keys);
      redis.disconnect();
      rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  for (let n = 0; n < pulls; n++) await self.open({ title: `Change ${n + 1}`, files: { [`src/new-${n + 1}.js`]: 'new\n' } });
  return self;
}
export type StoryWorld = Awaited<ReturnType<typeof startWorld>>;

/** The GitHub of a world. */
export type { EmbeddedGitHub };
