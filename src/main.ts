import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createCensor } from './adapters/censor.js';
import { createEventStore } from './adapters/events/store.js';
import { createUnheard } from './adapters/events/unheard.js';
import { watchRedis } from './adapters/events/watch.js';
import { createFeed } from './adapters/feed.js';
import { createGit } from './adapters/git/git.js';
import { createGitHub, type GitHub } from './adapters/github/client.js';
import { createInRepo } from './adapters/inRepo.js';
import { createIntents } from './adapters/intents.js';
import { createLog, LEVELS, setLevel, type Level } from './adapters/log.js';
import { createMetrics } from './adapters/metrics.js';
import { createOwners } from './adapters/owners.js';
import { patientRedis, promptRedis } from './adapters/redis.js';
import { secretFile } from './adapters/secrets.js';
import { createSaid } from './adapters/said.js';
import { createTideMemory } from './adapters/tideMemory.js';
import { createTideViews } from './adapters/tideViews.js';
import type { Settings } from './cli/settings.js';
import { every, configStatus, followRepo, hearOfPushes, restricted, tellOfChanges, watchFiles } from './assembly/config.js';
import { openEventSide } from './assembly/events.js';
import { missingGrants } from './core/grants.js';
import { VERSION } from './core/version.js';
import type { Clock } from './core/ports/clock.js';
import type { Log } from './core/ports/log.js';
import { startRedis } from './embedded/redis/redis.js';
import { createHandling } from './handlers/dispatch.js';
import { openHelp } from './assembly/help.js';
import { openHistory } from './assembly/tideHistory.js';
import { plugins } from './handlers/registry.js';
import { tideJson } from './tide/json.js';
import { tideKeys } from './tide/keys.js';
import type { TideJobs } from './tide/tests.js';
import { measureJobs } from './assembly/measure.js';
import { countJobs, metricsApp } from './assembly/metricsPage.js';
import { createWeb } from './web/app.js';
import { shownHistory, shownTide } from './web/tideShown.js';
import { shownProblem, type ConfigStatus } from './web/configStatus.js';
import type { Check } from './web/health.js';
import { createHook } from './web/hook.js';
import { openJobPages } from './web/jobs/shared.js';
import { listen, type Listener } from './web/listen.js';
import { createProbes } from './web/probes.js';
import { createQueueUi } from './web/queues.js';
import { addKeys, openJobSide, serveSlack } from './assembly/jobs.js';
import { followStatuses } from './assembly/statuses.js';
import { openAdders, openQueues, startWorkers } from './assembly/workers.js';

const clock: Clock = { now: () => Date.now() };
/** So long a start waits for Redis; after that it serves, and says that Redis is away. */
const REDIS_WAIT_MS = 5_000;
/** Every run may be repeated, so one that takes longer is handed back to another worker. */
const HAND_BACK_MS = 5_000;

/** Something to be closed at the end; closed in the reverse order of opening. */
type Closing = (graceMs: number) => PromiseLike<unknown>;

/** A running installation. */
export interface Running {
  readonly port: number | undefined;
  readonly metricsPort: number;
  readonly adminPort: number | undefined;
  /** Takes nothing new, finishes or hands back what runs, closes everything. */
  stop(): Promise<void>;
}

/** Assembles and starts what the settings ask for; `write` takes the log's lines. Throws ConfigError for broken files, UsageError for flags that do not fit. */
export async function start(settings: Settings, { write }: Readonly<{ write?: (line: string) => void }> = {}): Promise<Running> {
  const closings: Closing[] = [];
  const stop = async (): Promise<void> => {
    // One deadline for all of it (K3), whichever part takes long.
    const until = clock.now() + settings.gracePeriodMs;
    for (const closing of closings.splice(0).reverse()) await Promise.resolve(closing(Math.max(until - clock.now(), 0))).catch(() => {});
  };
  try {
    return await assemble(settings, closings, stop, write ? { write } : {});
  } catch (error) {
    await stop();
    throw error;
  }
}

async function assemble(settings: Settings, closings: Closing[], stop: () => Promise<void>, to: Readonly<{ write?: (line: string) => void }>): Promise<Running> {
  const censor = createCensor();
  const log = createLog({ component: 'prow', level: levelOf(settings.logLevel ?? 'info'), censor: censor.censor, ...to });
  // Files are looked at first: what is wrong with them is said before anything starts. A repository can be read only by what starts here.
  const files = settings.configRepo ? undefined : await watchFiles(settings, { log });
  if (files) {
    closings.push(() => files[Symbol.asyncDispose]());
    setLevel(log, levelOf(settings.logLevel ?? files.current().prow.log_level));
  }
  const metrics = createMetrics();
  for (const flag of settings.idle) log.warn({ flag }, 'this flag has no effect here');
  const { role, redisPrefix: prefix, components, mode } = settings;

  const privateRedis = settings.redisUrl === undefined ? await startRedis({ dir: join(settings.stateDir, 'redis') }) : undefined;
  if (privateRedis) closings.push(() => privateRedis.stop());
  const url = settings.redisUrl ?? privateRedis?.url ?? '';
  const patient = patientRedis({ url, log, name: 'prow' });
  const prompt = promptRedis({ url, log, name: 'prow-prompt' });
  closings.push(async () => { patient.disconnect(); prompt.disconnect(); });

  const secrets = { token: (path: string) => secretFile(path, { clock, log, parse: (text) => { censor.add(text); return text; } }) };
  const { auth } = settings.github;
  const authSecret = secrets.token(auth.kind === 'app' ? auth.keyPath : auth.tokenPath);
  const github = createGitHub({
    endpoints: settings.github.endpoints, graphqlEndpoint: settings.github.graphqlEndpoint, userAgent: 'prow', retry: settings.retry, mode: mode === 'dry' ? 'dry' : 'live', redis: patient, prefix, clock, log, metrics, censor, enabled: () => [...config.current().enabled.keys()],
    auth: auth.kind === 'app' ? { kind: 'app', appId: auth.appId, privateKey: () => authSecret.value() } : { kind: 'token', token: () => authSecret.value() },
  });
  const asking = new AbortController();
  closings.push(async () => { asking.abort(new Error('stopping')); });
  void tellMissingGrants(github, { signal: asking.signal, log });
  const gitOptions = { dir: settings.gitDir ?? join(settings.stateDir, 'git'), baseUrl: gitBase(settings.github.host), credentials: (org: string, signal: AbortSignal) => github.gitCredentials(org, signal), clock, env: process.env, log, censor: censor.censor };
  const git = createGit(gitOptions);
  const followed = settings.configRepo ? await followRepo(settings.configRepo, settings, { github, git: gitOptions, log }) : undefined;
  const watched = followed ?? files;
  if (watched === undefined) throw new RangeError('settings without configuration');
  if (followed) {
    closings.push(() => followed[Symbol.asyncDispose]());
    setLevel(log, levelOf(settings.logLevel ?? followed.current().prow.log_level));
  }
  let since = clock.now();
  watched.onChange((now) => {
    since = clock.now();
    setLevel(log, levelOf(settings.logLevel ?? now.prow.log_level));
  });
  const status = (): ConfigStatus => configStatus(watched, followed, since);
  const config = restricted(watched, settings);
  const inRepo = createInRepo({ git, cacheSize: settings.inRepoCacheSize, clock, metrics });
  const owners = createOwners({ git, github: github.forPlugin('owners'), config, log });

  const events = openEventSide(settings, { censor, clock, log, metrics });
  const connection = { redis: patient, prefix, log };
  const jobSide = await openJobSide({ settings, config, github, inRepo, connection, clock, log, metrics, every, env: process.env, version: VERSION, secret: secrets.token });
  closings.push(() => jobSide[Symbol.asyncDispose]());
  const { jobs } = jobSide.kube;
  const adders = openAdders(connection);
  closings.push(() => adders[Symbol.asyncDispose]());
  const feed = createFeed({ redis: patient, prefix, log });
  closings.push(() => feed[Symbol.asyncDispose]());
  if (followed) {
    const ended = new AbortController();
    closings.push(async () => { ended.abort(); });
    void hearOfPushes(followed, { feed, signal: ended.signal });
  }
  if (role !== 'worker') {
    const telling = tellOfChanges(status, { feed, clock });
    closings.push(async () => { telling.stop(); });
  }
  const views = createTideViews({ redis: patient, prefix });
  const hidden = (): ReadonlySet<string> => new Set(config.current().prow.deck.hidden_repos);
  const { history, keep } = openHistory(settings, { redis: patient, log });
  const handling = createHandling({
    config, githubFor: (plugin) => github.forPlugin(plugin), git, owners, inRepo, jobs, intents: createIntents({ redis: patient, prefix, uuid: randomUUID }), said: createSaid({ redis: patient, prefix, uuid: randomUUID }), tide: views, clock, log, metrics, feed, mode, ...events.handling,
    async poke(parsed) {
      for (const event of parsed) {
        await github.observe(event);
        const commit = followed?.concerns(event);
        if (commit !== undefined) feed.publish({ topic: 'config', key: commit, at: clock.now(), text: `push to ${followed?.source() ?? ''}` });
        if (components.has('tide') || components.has('deck')) for (const { delayMs, ...key } of tideKeys(event, config.current())) await adders.tide.add(key, { delayMs });
      }
    },
  });

  let plant: () => Promise<void> = async () => {};
  const watch = watchRedis({
    redis: prompt, prefix, uuid: randomUUID, log,
    async onBack(why) {
      log.info({ why }, 'redis is there: planting ticks, looking for missed deliveries');
      void followed?.look();
      await plant();
      if (components.has('hook')) {
        await adders.repair.add({});
        await adders.recover.add({});
      }
      if (components.has('tide') || components.has('deck')) await adders.tideSync.add({});
    },
  });
  closings.push(() => watch[Symbol.asyncDispose]());

  const measuring = measureJobs({ settings, kube: jobSide.kube, connection, metrics, log });
  closings.push(async () => { measuring.stop(); });
  if (role !== 'web') {
    const tide = { config, merging: github.merging, inRepo, views, history, memory: createTideMemory({ redis: patient, prefix }), unheard: createUnheard({ redis: patient, prefix, clock }), feed, clock, log, metrics, mode: components.has('tide') && mode === 'act' ? 'act' : 'read' } as const;
    const files: TideJobs['files'] = async (ref, options) => (await github.forPlugin('tide').files(ref, options)).map(({ path }) => path);
    // Without a cluster Tide tests nothing by itself and judges by checks alone.
    const tests = jobSide.kube.infrastructure() === 'found' ? { index: jobSide.kube.jobIndex, jobs, git, files } : undefined;
    const workers = await startWorkers({ connection, adders, handling, deliveries: github.deliveries, tide: { ...tide, jobs: tests }, tideSync: { ...tide, pools: adders.tide, keep: tide.mode === 'act' ? keep : undefined }, jobs: jobSide.kube.infrastructure() === 'found' ? jobSide.parts : undefined, clock, log, only: settings.queues, components });
    plant = workers.plant;
    const stopAdding = addKeys({ kube: jobSide.kube, reporters: jobSide.reporters, adders, config, components, log });
    closings.push(async () => { stopAdding(); });
    const stopFollowing = followStatuses({ settings, kube: jobSide.kube, config, onChange: watched.onChange, adders, connection, log });
    closings.push(async () => { stopFollowing(); });
    // What the last round has not kept is kept once nothing is decided any more; closed in reverse order.
    if (keep && tide.mode === 'act') closings.push((graceMs) => keep({ signal: AbortSignal.timeout(Math.max(1, Math.min(graceMs, HAND_BACK_MS))) }));
    closings.push((graceMs) => workers.stop({ graceMs: Math.min(graceMs, HAND_BACK_MS), sendingMs: graceMs }));
  }

  const checks = [{ name: 'redis', problem: () => watch.problem() }];
  const remarks = [{ name: 'config', problem: () => { const { problem } = status(); return problem === undefined ? undefined : shownProblem(problem); } }, { name: 'config repository', problem: () => followed?.remark() }];
  const lookAround = async (): Promise<void> => {
    events.look();
    metrics.set('prow_redis_up', watch.problem() === undefined ? 1 : 0);
    const { source, revision, problem, remark } = status();
    metrics.set('prow_config_broken', problem === undefined ? 0 : 1);
    metrics.set('prow_config_stale', remark === undefined ? 0 : 1);
    metrics.set('prow_config_loaded_timestamp_seconds', since / 1_000);
    metrics.set('prow_config_revision', 1, { source, revision });
    measuring.look();
    if (watch.problem() === undefined) await countJobs(adders, metrics);
  };
  const metricsServer = await listen(metricsApp(metrics, lookAround), settings.metricsPort, settings.host);
  closings.push((graceMs) => metricsServer.close(graceMs));
  const health = await listenForProbes(settings, { checks, remarks }, log);
  if (health) closings.push((graceMs) => health.close(graceMs));
  if (role === 'worker') {
    await watch.look();
    health?.declareReady();
    return { port: undefined, metricsPort: metricsServer.port, adminPort: undefined, stop };
  }

  const jobPages = jobSide.kube.infrastructure() !== 'found' ? undefined : openJobPages({
    index: jobSide.kube.jobIndex, jobs, clusters: jobSide.kube.clusters, storage: jobSide.storage, resultsOf: jobSide.resultsOf, config, linkUrl: () => config.current().prow.github.link_url, clock, uuid: randomUUID, mode, log,
  });
  if (jobPages) closings.push(async () => { jobPages.stop(); });
  const admin = settings.adminPort < 0 ? undefined : await listen(createQueueUi({ queues: openQueues(connection), mode, jobs: jobPages }), settings.adminPort, '127.0.0.1');
  if (admin) closings.push((graceMs) => admin.close(graceMs));
  const promptStore = createEventStore({
    redis: prompt, prefix, uuid: randomUUID,
    wake: (lane, priority) => { void adders.event.add({ lane }, { priority }).catch((err: unknown) => { log.warn({ err, lane }, 'lane not woken; the repair tick will'); }); },
  });
  const hook = components.has('hook') && events.secrets
    ? createHook({ store: promptStore, handling, secrets: events.secrets, clock, log, metrics })
    : undefined;
  const help = openHelp({ config, plugins, settings, repositories: (org, options) => github.repositories(org, options), external: events.plugins, clock, log });
  closings.push(async () => { help.stop(); });
  const web = createWeb({
    webhookPath: settings.webhookPath, hook, events: promptStore, tide: shownTide(createTideViews({ redis: prompt, prefix }), hidden), feed,
    help: () => help.document(), inRepo: help.inRepo,
    tideHistory: async () => shownHistory(await history.all(), hidden()),
    tideQueries: () => tideJson(config.current(), []), tideJson: async () => tideJson(config.current(), await shownTide(views, hidden).pools()), checks, remarks, configStatus: status, jobs: jobPages, linkUrl: () => config.current().prow.github.link_url,
    adminUrl: admin ? `http://127.0.0.1:${admin.port}/queues` : undefined, clock, log,
  });
  await serveSlack(web.app, { settings, kube: jobSide.kube, views: createTideViews({ redis: prompt, prefix }), secret: secrets.token, clock, log });
  const main = await listen(web.app, settings.port, settings.host);
  closings.push((graceMs) => main.close(graceMs));
  if (prompt.status !== 'ready') await once(prompt, 'ready', { signal: AbortSignal.timeout(REDIS_WAIT_MS) }).catch(() => {});
  await watch.look();
  web.declareReady();
  health?.declareReady();
  log.info({ port: main.port, metricsPort: metricsServer.port, adminPort: admin?.port, components: [...components], role, mode, redis: privateRedis ? 'private' : 'given' }, 'prow serves');
  return { port: main.port, metricsPort: metricsServer.port, adminPort: admin?.port, stop };
}

/** The port of probes alone, where upstream's deployments look for them. A default port that is taken is left to whoever has it. */
async function listenForProbes({ health: { port, asked }, host }: Settings, { checks, remarks }: Readonly<{ checks: readonly Check[]; remarks: readonly Check[] }>, log: Log): Promise<(Listener & { declareReady(): void }) | undefined> {
  if (port < 0) return undefined;
  const probes = createProbes(checks, remarks);
  try {
    return { ...(await listen(probes.app, port, host)), declareReady: probes.declareReady };
  } catch (err) {
    if (asked) throw err;
    log.info({ port }, 'the default health port is taken; probes are on the main port alone');
    return undefined;
  }
}

/** Says once what the App lacks; GitHub being away is no reason not to start. */
async function tellMissingGrants(github: Pick<GitHub, 'granted'>, { signal, log }: Readonly<{ signal: AbortSignal; log: Log }>): Promise<void> {
  try {
    const granted = await github.granted({ signal: AbortSignal.any([signal, AbortSignal.timeout(60_000)]) });
    for (const line of granted ? missingGrants(granted) : []) log.error({ missing: line }, line);
  } catch (err) {
    if (!signal.aborted) log.warn({ err }, 'GitHub did not say what the App may do');
  }
}

function levelOf(text: string): Level {
  const name = text.toLowerCase() === 'warn' ? 'warning' : text.toLowerCase();
  return LEVELS.find((level) => level === name) ?? 'info';
}

/** `--github-host` is a host, or the whole address of where repositories are served. */
function gitBase(host: string): string {
  return /^https?:\/\//.test(host) ? host.replace(/\/+$/, '') : `https://${host}`;
}

/** `prow serve`: runs until SIGINT or SIGTERM; a second signal ends at once. Resolves to the exit code. */
export async function serve(settings: Settings): Promise<number> {
  const running = await start(settings);
  await new Promise<void>((resolve) => { for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { resolve(); }); });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { process.exit(1); });
  const timer = setTimeout(() => { process.exit(1); }, settings.gracePeriodMs + 5_000);
  await running.stop();
  clearTimeout(timer);
  return 0;
}

