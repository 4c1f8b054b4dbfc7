import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { planKills } from '../cli/chaos.js';
import type { DemoOptions } from '../cli/demo.js';
import { summaryLines, type DemoSummary } from '../cli/demoSummary.js';
import { createNarrator, type Narrator } from '../cli/narrator.js';
import { supervise, type Supervised } from '../cli/supervisor.js';
import { resultsFolder, startDemoCluster } from './cluster.js';
import { claimFolder, writeSecretly } from './files.js';
import { startGitHub, type EmbeddedGitHub, type GitHubOptions } from '../embedded/github/server.js';
import { freePort, startRedis } from '../embedded/redis/redis.js';
import { doubledEffects, summarize } from '../embedded/story/effects.js';
import { APP_SLUG, ORG, REPO } from '../embedded/story/persons.js';
import { seedStory } from '../embedded/story/seed.js';
import { JOBS } from '../embedded/story/jobFiles.js';
import { JOB_STEPS, playJobsStory, type JobsEnd, type JobView } from '../embedded/story/jobsStory.js';
import type { StoryDeps, StoryEnd } from '../embedded/story/stage.js';
import { playStory, STEPS, TEST_CHECK } from '../embedded/story/story.js';
import { openStores, type Stores } from '../assembly/stores.js';

/** The App's manifest lies beside `package.json`; built files lie one folder deeper than sources. */
const MANIFEST = ['../../app.yml', '../../../app.yml'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
const BOT = `${APP_SLUG}[bot]`;
const PREFIX = 'prow';
const KILLS = 3;

export interface DemoIo {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  readonly colours: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted on Ctrl-C. */
  readonly signal: AbortSignal;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });

/** What comes in time; else an error that says what did not. */
function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => { reject(new Error(`${what} does not answer`)); }, ms);
    work.then(resolve, reject).finally(() => { clearTimeout(timer); });
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => { resolve(false); });
    server.listen(port, '127.0.0.1', () => { server.close(() => { resolve(true); }); });
  });
}

/** The port asked for, else the usual one where it is free, else any. */
async function choosePort(asked: number | undefined, usual: number): Promise<number> {
  return asked ?? ((await isFree(usual)) ? usual : freePort());
}

interface Ports { readonly web: number; readonly admin: number; readonly webMetrics: number; readonly workerMetrics: number }

/** Only what a child needs: settings of a real installation must not leak into the demo. */
function childEnv(env: DemoIo['env'], redisUrl: string): Record<string, string | undefined> {
  const { PATH, HOME, TMPDIR, LANG, NODE_OPTIONS } = env;
  return Object.fromEntries(Object.entries({ PATH, HOME, TMPDIR, LANG, NODE_OPTIONS, REDIS_URL: redisUrl }).filter(([, value]) => value !== undefined));
}

function serveArgs({ dir, github, ports, role, kubeconfig }: Readonly<{ dir: string; github: EmbeddedGitHub; ports: Ports; role: 'web' | 'worker'; kubeconfig: string | undefined }>): readonly string[] {
  const web = role === 'web';
  const flags: Readonly<Record<string, string>> = {
    'config-path': join(dir, 'config.yaml'), 'plugin-config': join(dir, 'plugins.yaml'), 'hmac-secret-file': join(dir, 'hmac'), 'github-app-id': String(github.appId), 'github-app-private-key-path': join(dir, 'app-key.pem'),
    'github-endpoint': github.url, 'github-graphql-endpoint': github.graphqlUrl, 'github-host': github.gitUrl, 'state-dir': dir, 'redis-prefix': PREFIX, 'role': role, 'host': '127.0.0.1', 'health-port': '-1', 'grace-period': '5s',
    'port': String(web ? ports.web : 0), 'admin-port': String(web ? ports.admin : -1), 'metrics-port': String(web ? ports.webMetrics : ports.workerMetrics), 'github-client.initial-delay': '500ms',
    ...(kubeconfig === undefined ? {} : { kubeconfig, 'job-config-path': join(dir, 'jobs.yaml'), 'storage-root': resultsFolder(dir).root }),
  };
  // Started as this process was: from a checkout by bin/prow, else from what was built.
  return [...process.execArgv, process.argv[1] ?? '', 'serve', ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`)];
}

/** Waits for a page that answers 200. */
async function answering(url: string, { signal, name, logFile }: Readonly<{ signal: AbortSignal; name: string; logFile: string }>): Promise<void> {
  const until = performance.now() + 60_000;
  for (let said = 'nothing'; ; await pause(100)) {
    signal.throwIfAborted();
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
      if (answer.ok) return;
      said = `${String(answer.status)} ${(await answer.text()).trim()}`;
    } catch (error) {
      said = error instanceof Error ? error.message : String(error);
    }
    if (performance.now() > until) throw new Error(`${name} is not ready after a minute: ${said}; see ${logFile}`);
  }
}

/** Why Tide does not merge a pull request, as last decided. */
async function whyNot({ tide }: Pick<Stores, 'tide'>, number: number): Promise<readonly string[]> {
  const pools = await tide.pools();
  return pools.flatMap(({ error, pulls }) => [
    ...pulls.filter((pull) => pull.number === number).flatMap(({ state, reasons }) => (reasons.length > 0 ? reasons.map(({ text, clearedBy }) => `${text} (cleared by ${clearedBy})`) : [`it is ${state}`])),
    ...(error === undefined ? [] : [error]),
  ]);
}

/** Until nothing that arrived waits to be handled and no delivery is under way. */
async function settled({ events }: Pick<Stores, 'events'>, github: EmbeddedGitHub, signal: AbortSignal): Promise<void> {
  const until = performance.now() + 60_000;
  for (let calm = 0; calm < 3; await pause(100)) {
    signal.throwIfAborted();
    const waiting = (await within(10_000, 'Redis', events.recent(500))).filter(({ state }) => state === 'waiting');
    const under = github.hub.state.deliveries.filter(({ statusCode }) => statusCode === 0);
    calm = waiting.length + under.length === 0 ? calm + 1 : 0;
    if (performance.now() > until) throw new Error(`${String(waiting.length)} deliveries are still being handled: ${waiting.map(({ event, lane }) => `${event} ${lane}`).join(', ')}`);
  }
}

async function gitLog(path: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)('git', ['-C', path, 'log', '--graph', '--pretty=format:%h %an: %s', 'main'], { env: { PATH: process.env.PATH, HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' } });
  return stdout.split('\n').map((line) => line.trimEnd());
}

/** Kills the worker at planned instants of the story. */
function createChaos({ seed, steps, worker, narrator }: Readonly<{ seed: number; steps: number; worker: Supervised; narrator: Narrator }>) {
  // The last step is the end; a kill after it would prove nothing.
  const plan = planKills({ seed, kills: KILLS, steps: steps - 1, withinMs: 1_500 });
  const kills: Promise<void>[] = [];
  const kill = async (afterMs: number): Promise<void> => {
    await pause(afterMs);
    while (!worker.kill()) await pause(50);
    narrator.wait('chaos: the worker process was killed');
  };
  return {
    step: (at: number): void => { for (const { step, afterMs } of plan) if (step === at) kills.push(kill(afterMs)); },
    done: async (): Promise<number> => (await Promise.all(kills)).length,
  };
}

/** Which runs tested what was merged, on what. */
function jobsOf({ end, runs, github }: Readonly<{ end: JobsEnd; runs: readonly JobView[]; github: EmbeddedGitHub }>): NonNullable<DemoSummary['jobs']> {
  const asked = github.effects.find(({ kind, detail }) => kind === 'comment.create' && detail.body === '/ok-to-test');
  const pods = runs.flatMap(({ podAt }) => (podAt === undefined || !asked || podAt < Date.parse(asked.at) ? [] : [podAt]));
  return {
    secondsFromCommentToPod: asked && pods.length > 0 ? (Math.min(...pods) - Date.parse(asked.at)) / 1_000 : null,
    tested: end.merged.map(({ number }) => {
      const batch = end.batch.filter(({ pulls }) => pulls.some((pull) => pull.number === number));
      const by = batch.length > 0 ? batch : runs.filter(({ type, state, pulls }) => type === 'presubmit' && state === 'success' && pulls[0]?.number === number);
      return { number, by: by.map(({ job, type, name, baseSha }) => ({ job, type, name, baseSha })) };
    }),
  };
}

function summary({ github, end, log, begun, restarts, kills, jobs, options }: Readonly<{ github: EmbeddedGitHub; end: StoryEnd; jobs: DemoSummary['jobs']; log: readonly string[]; begun: number; restarts: number; kills: number; options: DemoOptions }>): DemoSummary {
  const { effects } = github;
  const repo = `${ORG}/${REPO}`;
  const doubled = doubledEffects(effects, BOT);
  if (doubled.length > 0) throw new Error(`Effects happened more than once:\n  ${doubled.join('\n  ')}`);
  return {
    ok: true, seconds: Math.round(performance.now() - begun) / 1_000,
    pulls: end.merged.map((pull) => {
      const merges = effects.find(({ kind, target }) => kind === 'pull.merge' && target === `${repo}#${String(pull.number)}`);
      return summarize(effects, { ...pull, bot: BOT, repo, headSha: String(merges?.detail.head), check: jobs ? JOBS.smoke : TEST_CHECK });
    }),
    jobs, repository: { url: `${github.gitUrl}/${repo}.git`, path: github.hub.git.dir(repo), log },
    effects: effects.filter(({ who }) => who === BOT).length, kills, restarts, seed: options.chaos ? options.seed : undefined,
  };
}

/** `prow demo`: plays the story and says what happens. Resolves to the exit code. */
export async function runDemo(options: DemoOptions, io: DemoIo): Promise<number> {
  const { stateDir: dir, once, json } = options;
  const { signal } = io;
  const write = json ? io.err : io.out;
  const narrator = createNarrator({ write, colours: io.colours, now: () => performance.now() });
  const release = claimFolder(dir);
  // Closed in the reverse order of opening, whatever happens.
  const closings: (() => unknown)[] = [release];
  try {
    const begun = performance.now();
    narrator.title('Prow plays a story on an embedded GitHub; nothing leaves this machine.');
    const redis = await startRedis({ dir: join(dir, 'redis') });
    closings.push(() => redis.stop());
    const ports: Ports = { web: await choosePort(options.port, 8888), admin: await choosePort(options.adminPort, 8889), webMetrics: await freePort(), workerMetrics: await freePort() };
    const pagesUrl = `http://127.0.0.1:${String(ports.web)}/`;
    const manifest = parse(readFileSync(MANIFEST.find((path) => existsSync(path)) ?? 'app.yml', 'utf8')) as NonNullable<GitHubOptions['manifest']>;
    const github = await startGitHub({ stateDir: join(dir, 'github'), port: options.githubPort ?? 0, latencyMs: options.latencyMs, manifest, appSlug: APP_SLUG, webhookUrl: `${pagesUrl}hook`, actions: { newcomers: 'held' } });
    closings.push(() => github.stop());
    const cluster = options.botOnly ? undefined : await startDemoCluster(dir);
    if (cluster) closings.push(() => cluster[Symbol.asyncDispose]());
    const seeded = await seedStory(github.hub, { app: github.app, pagesUrl, ...(cluster && { bucket: resultsFolder(dir).bucket }) });
    writeSecretly(dir, { 'config.yaml': seeded.configYaml, 'plugins.yaml': seeded.pluginsYaml, 'hmac': `${github.webhookSecret}\n`, 'app-key.pem': github.appKey, ...(seeded.jobsYaml !== undefined && { 'jobs.yaml': seeded.jobsYaml }) });
    mkdirSync(join(dir, 'people'), { recursive: true });

    const child = (role: 'web' | 'worker'): Supervised => supervise({
      name: role, command: process.execPath, args: serveArgs({ dir, github, ports, role, kubeconfig: cluster?.kubeconfigPath }), env: childEnv(io.env, redis.url), logFile: join(dir, `${role}.log`), graceMs: 7_000,
      onDeath: ({ code, signal: by }) => { narrator.wait(`the ${role} process ended (${by ?? `code ${String(code)}`}) and is started again`); },
    });
    const [web, worker] = [child('web'), child('worker')];
    closings.push(async () => { await Promise.all([web.stop(), worker.stop()]); });
    const stores = await openStores({ redisUrl: redis.url, prefix: PREFIX, stateDir: dir });
    closings.push(() => stores[Symbol.asyncDispose]());
    const ready = { web: { name: 'the web process', logFile: join(dir, 'web.log'), signal }, worker: { name: 'the worker process', logFile: join(dir, 'worker.log'), signal } };
    const workerReady = (): Promise<void> => answering(`http://127.0.0.1:${String(ports.workerMetrics)}/healthz`, ready.worker);
    await Promise.all([answering(`${pagesUrl}healthz/ready`, ready.web), workerReady()]);
    narrator.see(`Prow serves at ${pagesUrl}; GitHub's pages are at ${github.url}/${ORG}/${REPO}/pulls`);
    if (cluster) narrator.see(`jobs run on an embedded cluster: kubectl --kubeconfig ${cluster.kubeconfigPath} get prowjobs,pods`);
    const chaos = options.chaos ? createChaos({ seed: options.seed, steps: cluster ? JOB_STEPS : STEPS, worker, narrator }) : undefined;
    if (chaos) narrator.say(`Chaos: the worker is killed three times, with --seed ${String(options.seed)}.`);

    const stage: StoryDeps = {
      api: github.url, git: github.gitUrl, tokens: seeded.tokens, workDir: join(dir, 'people'), why: (number) => whyNot(stores, number), signal, step: (at) => chaos?.step(at),
      tell: ({ kind, who, text }) => { if (kind === 'act') narrator.act(who, text); else if (kind === 'see') narrator.see(text); else narrator.wait(text); },
    };
    const jobsEnd = cluster && (await playJobsStory({ ...stage, cluster: cluster.view }));
    const end: StoryEnd = jobsEnd ?? (await playStory(stage));
    const kills = (await chaos?.done()) ?? 0;
    // Whoever was started again last must not do again what is done.
    await workerReady();
    await settled(stores, github, signal);
    const jobs = cluster && jobsEnd ? jobsOf({ end: jobsEnd, runs: await cluster.view.jobs(), github }) : undefined;
    const told = summary({ github, end, jobs, log: await gitLog(github.hub.git.dir(`${ORG}/${REPO}`)), begun, restarts: worker.restarts, kills, options });
    write('');
    for (const line of summaryLines(told)) write(line);
    if (json) io.out(JSON.stringify(told, undefined, 2));
    if (once) return 0;
    write('');
    for (const line of [
      'It goes on until Ctrl-C:', `  Prow's front page   ${pagesUrl}`, `  queues              http://127.0.0.1:${String(ports.admin)}/queues`, `  GitHub              ${github.url}/${ORG}/${REPO}/pulls`,
      `  clone               git clone ${github.gitUrl}/${ORG}/${REPO}.git`, ...(cluster ? [`  cluster             kubectl --kubeconfig ${cluster.kubeconfigPath} get prowjobs,pods`, `  jobs                bin/prow job list --kubeconfig ${cluster.kubeconfigPath}`] : []), `  logs                ${dir}/{web,worker}.log`,
    ]) write(line);
    await new Promise<void>((resolve) => { if (signal.aborted) resolve(); else signal.addEventListener('abort', () => { resolve(); }, { once: true }); });
    return 0;
  } catch (error) {
    if (signal.aborted) {
      narrator.say('Interrupted.');
      return 130;
    }
    narrator.fail(error instanceof Error ? error.message : String(error));
    narrator.say(`Logs: ${dir}/web.log, ${dir}/worker.log`);
    if (json) io.out(JSON.stringify({ ok: false, error: error instanceof Error ? error.message : String(error) }));
    return 1;
  } finally {
    for (const close of closings.reverse()) await within(15_000, 'what was started', Promise.resolve(close())).catch((error: unknown) => { narrator.fail(String(error)); });
  }
}
