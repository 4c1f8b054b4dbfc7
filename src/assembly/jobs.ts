import { randomUUID } from 'node:crypto';
import type { Hono } from 'hono';
import { createFirstSeen } from '../adapters/firstSeen.js';
import { createGates } from '../adapters/gates.js';
import type { GitHub } from '../adapters/github/client.js';
import { createIntents } from '../adapters/intents.js';
import { openKube, type OpenedKube } from '../adapters/kube/kube.js';
import { createSlackMessages } from '../adapters/slackMessages.js';
import { createTopics } from '../adapters/topics.js';
import { openStorage } from '../adapters/storage/open.js';
import type { QueueConnection } from '../adapters/queue/jobs.js';
import type { Settings } from '../cli/settings.js';
import type { InRepoReads } from '../config/jobs/inRepo.js';
import { decorationEntries, decorationFor } from '../config/jobs/layers.js';
import { isRecord } from '../config/decode.js';
import type { ConfigSource } from '../config/snapshot.js';
import type { Ticker } from '../config/watch.js';
import { findAnswer } from '../core/answer.js';
import { prowJobOf } from '../core/kube.js';
import type { Clock } from '../core/ports/clock.js';
import type { Change, Kube } from '../core/ports/kube.js';
import type { Log } from '../core/ports/log.js';
import type { Metrics } from '../core/ports/metrics.js';
import type { Storage } from '../core/ports/storage.js';
import type { TideViews } from '../core/ports/tide.js';
import { isComplete, type ProwJob } from '../core/prowjob.js';
import type { Place } from '../jobs/artifactPath.js';
import { createBuildIds } from '../jobs/buildId.js';
import { codeBlock, failingLines } from '../jobs/report/excerpt.js';
import { githubReporter } from '../jobs/report/github.js';
import { jobUrlPrefix } from '../jobs/jobUrl.js';
import { dueReporters, type Reporter } from '../jobs/report/reporter.js';
import { pubsubReporter } from '../jobs/report/pubsub.js';
import { slackReporter } from '../jobs/report/slack.js';
import { resultsOf, storageReporter } from '../jobs/report/storage.js';
import { startable } from '../jobs/run/gate.js';
import { statusParts } from './statuses.js';
import type { JobAdders, JobParts } from './workers.js';

export interface JobSideDeps {
  readonly settings: Settings;
  readonly config: ConfigSource;
  readonly github: GitHub;
  readonly inRepo: InRepoReads;
  readonly connection: QueueConnection;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly every: Ticker;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly secret: (path: string) => Readonly<{ value(): string }>;
}

/** Everything about jobs that an installation has: the clusters, where results are, who is told. */
export interface JobSide extends AsyncDisposable {
  readonly kube: OpenedKube;
  readonly storage: Storage;
  /** Where a job's results are, as an address; undefined when it leaves none. */
  readonly resultsOf: (job: ProwJob) => string | undefined;
  readonly reporters: readonly Reporter[];
  /** What the queues about jobs need. */
  readonly parts: JobParts;
}

const TAIL_BYTES = 256 * 1024;
/** A pod is mostly there within a second, and then one report says both. */
const TRIGGERED_MS = 1_000;

/** Opens the clusters and whatever jobs are told to. Nothing of it acts: that is the queues' part. */
export async function openJobSide({ settings, config, github, inRepo, connection, clock, log, metrics, every, env, version, secret }: JobSideDeps): Promise<JobSide> {
  const { components, role, mode, jobs } = settings;
  const pods = podsUse(role, components);
  const kube = await openKube({
    sources: {
      file: settings.kubeconfig, dir: jobs.kubeconfigDir, suffix: jobs.kubeconfigSuffix, projectedTokenFile: jobs.projectedTokenFile, inCluster: jobs.inCluster,
      env: { KUBERNETES_SERVICE_HOST: env['KUBERNETES_SERVICE_HOST'], KUBERNETES_SERVICE_PORT: env['KUBERNETES_SERVICE_PORT'] },
    },
    settings: () => {
      const { prow } = config.current();
      return { prowJobNamespace: prow.prowjob_namespace, podNamespace: prow.pod_namespace, disabledClusters: prow.disabled_clusters };
    },
    mode, watching: pods === 'read' ? 'jobs' : 'jobs and pods', pods, userAgent: `prow/${version}`, every, clock, random: Math.random, log,
    onClusterState: (cluster, state) => { if (state !== 'Reachable') metrics.count('kubernetes_failed_client_creations', { cluster }); },
  });
  const storage = openStorage({ roots: jobs.storageRoots, clouds: jobs.clouds });
  const guessed = (job: ProwJob): Place | undefined => {
    const refs = job.spec.refs ?? job.spec.extra_refs?.[0];
    const { gcs_configuration: gcs } = decorationFor(undefined, decorationEntries(config.current().prow), refs ? `${refs.org}/${refs.repo}` : '', job.spec.cluster ?? '');
    return isRecord(gcs) && typeof gcs['bucket'] === 'string' ? { ...gcs, bucket: gcs['bucket'] } : undefined;
  };
  const place = (job: ProwJob): string | undefined => resultsOf(job, guessed);
  const gates = createGates(connection);
  const topics = components.has('crier') && jobs.pubsub === 'report' ? createTopics({ mode }) : undefined;
  const reporters: Reporter[] = components.has('crier') ? [
    githubReporter({
      config: () => config.current(), checks: github.checks, github: github.forPlugin('report'), identity: (options) => github.identity(options), gates, index: kube.jobIndex, agent: jobs.reportAgent, log,
      intents: createIntents({ redis: connection.redis, prefix: connection.prefix, uuid: randomUUID }),
      async excerpt(job, options) {
        const folder = place(job);
        const bytes = folder === undefined ? undefined : await storage.read(`${folder}/build-log.txt`, { ...options, start: -TAIL_BYTES });
        return bytes ? codeBlock(failingLines(Buffer.from(bytes).toString('utf8'))) : '';
      },
    }),
    storageReporter({ storage, guessed, log }),
    ...(jobs.slack.tokenFile !== undefined || jobs.slack.more.size > 0 ? [slackReporter({ config: () => config.current(), slack: slackFor(jobs.slack, mode, secret), log })] : []),
    ...(topics ? [pubsubReporter({ topics, urlPrefix: (job) => jobUrlPrefix(job, config.current().prow.plank), log })] : []),
  ] : [];
  const index = kube.jobIndex;
  return {
    kube, storage, reporters, resultsOf: place,
    parts: {
      prowjob: { config, jobs: kube.jobs, index, clusters: kube.clusters, gates, buildId: createBuildIds({ clock, random: Math.random }), version, mode, clock, log },
      report: { jobs: kube.jobs, reporters, log, metrics, clock },
      periodics: { config, jobs: kube.jobs, index, seen: createFirstSeen(connection), clock, log },
      collect: { config, jobs: kube.jobs, index, clusters: kube.clusters, metrics, clock, log },
      statusReconcile: statusParts({ settings, config, github, jobs: kube.jobs, inRepo, connection, clock, log }),
    },
    async [Symbol.asyncDispose]() { await Promise.all([kube[Symbol.asyncDispose](), topics?.[Symbol.asyncDispose]()]); },
  };
}

/** What this process does with pods: only workers of plank and sinker touch them, all others show their logs at most. */
function podsUse(role: Settings['role'], components: ReadonlySet<string>): 'run' | 'collect' | 'read' {
  if (role === 'web') return 'read';
  return components.has('plank') ? 'run' : components.has('sinker') ? 'collect' : 'read';
}

function slackFor({ endpoint, tokenFile, more }: Settings['jobs']['slack'], mode: 'act' | 'dry', secret: JobSideDeps['secret']) {
  const files = new Map([...more, ...(tokenFile === undefined ? [] : [['*', tokenFile] as const])].map(([host, path]) => [host, secret(path)]));
  return createSlackMessages({ endpoint, mode, token: (host) => files.get(host)?.value() });
}

/** Lets Slack's `/prow` be answered; nothing without a signing secret. Bolt is loaded only then. */
export async function serveSlack(app: Hono, { settings, kube, views, secret, clock, log }: Readonly<{ settings: Settings; kube: Pick<Kube, 'jobIndex'>; views: Pick<TideViews, 'pools' | 'merges'>; secret: JobSideDeps['secret']; clock: Clock; log: Log }>): Promise<void> {
  const { signingSecretFile, tokenFile, endpoint } = settings.jobs.slack;
  if (signingSecretFile === undefined) return;
  const [{ createSlackApp }, { slackRoutes }] = await Promise.all([import('../slack/app.js'), import('../slack/route.js')]);
  const [signing, token] = [secret(signingSecretFile), tokenFile === undefined ? undefined : secret(tokenFile)];
  const slack = await createSlackApp({
    signingSecret: () => signing.value(), token: () => token?.value() ?? 'none', endpoint: `${endpoint}/`, clock, log,
    known: async (question) => ({
      found: question.kind === 'help' ? undefined : await findAnswer(question.issue, views), now: clock.now(),
      jobs: question.kind === 'help' ? [] : kube.jobIndex.by('pull', `${question.issue.org}/${question.issue.name}#${question.issue.number}`).filter(({ spec }) => spec['hidden'] !== true),
    }),
  });
  app.route('/', slackRoutes(slack));
}

export interface KeyDeps {
  readonly kube: Pick<Kube, 'jobIndex' | 'clusters'>;
  readonly reporters: readonly Reporter[];
  readonly adders: JobAdders;
  readonly config: ConfigSource;
  readonly components: ReadonlySet<string>;
  readonly log: Log;
}

/** Turns what the watches see into keys on queues (design decisions 3 and 4); decides nothing. Returns how to stop. */
export function addKeys({ kube, reporters, adders, config, components, log }: KeyDeps): () => void {
  const add = (what: Promise<void>): void => { what.catch((err: unknown) => { log.warn({ err }, 'key not added; the next change or look adds it'); }); };
  const plank = components.has('plank');
  const { jobIndex, clusters } = kube;

  const wake = (job: ProwJob): void => {
    if (!isComplete(job) && job.spec.agent === 'kubernetes' && job.status.state !== 'scheduling') add(adders.prowjob.add({ name: job.metadata.name }));
  };
  /** Those for whom there is room now. */
  const wakeWaiting = (): void => {
    const { max_concurrency: all, job_queue_capacities: queues } = config.current().prow.plank;
    for (const name of startable([...jobIndex.by('state', 'triggered'), ...jobIndex.by('state', 'pending')], { all, queues })) add(adders.prowjob.add({ name }));
  };
  const onJob = ({ old, now }: Change<ProwJob>): void => {
    const job = now ?? old;
    if (!job) return;
    if (now && plank) wake(now);
    if (now) for (const reporter of dueReporters(now, reporters)) add(adders.report.add({ reporter, name: now.metadata.name }, { delayMs: now.status.state === 'triggered' ? TRIGGERED_MS : 0 }));
    const ended = old !== undefined && !isComplete(old) && (now === undefined || isComplete(now));
    if (ended && plank) wakeWaiting();
    if (ended && job.spec.type === 'periodic' && components.has('horologium')) add(adders.periodics.add({}));
    const { refs } = job.spec;
    const changed = old?.status.state !== now?.status.state;
    if (changed && refs && (job.spec.type === 'presubmit' || job.spec.type === 'batch') && (old !== undefined || jobIndex.synced()) && components.has('tide')) add(adders.tide.add({ org: refs.org, name: refs.repo, branch: refs.base_ref }));
  };
  const stops = [jobIndex.onChange(onJob)];
  // What was there before anybody listened.
  for (const now of jobIndex.list()) onJob({ key: { namespace: now.metadata.namespace ?? '', name: now.metadata.name }, old: undefined, now });

  const followed = new Map<object, () => void>();
  let reachable: ReadonlySet<string> = new Set();
  const followPods = (): void => {
    const now = clusters.each();
    for (const { index } of now) {
      if (followed.has(index)) continue;
      followed.set(index, index.onChange(({ old, now: there }) => {
        const pod = there ?? old;
        if (pod) add(adders.prowjob.add({ name: prowJobOf(pod) }));
      }));
    }
    // Jobs that waited for a cluster to come, or to come back.
    for (const { alias } of now) if (!reachable.has(alias)) for (const job of jobIndex.by('cluster', alias)) wake(job);
    reachable = new Set(now.map(({ alias }) => alias));
  };
  if (plank) {
    stops.push(clusters.onChange(followPods));
    followPods();
  }
  return () => { for (const stop of [...stops, ...followed.values()]) stop(); };
}

