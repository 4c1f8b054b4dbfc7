import type { Ticker } from '../../config/watch.js';
import { ConfigError } from '../../core/errors.js';
import type { Clock } from '../../core/ports/clock.js';
import type { ClusterState, Kube } from '../../core/ports/kube.js';
import type { Log } from '../../core/ports/log.js';
import type { ProwJob } from '../../core/prowjob.js';
import { openClusters } from './clusters.js';
import { printOf, readContexts, type Context, type Contexts, type KubeSources } from './contexts.js';
import { openCredentials } from './credentials.js';
import { openHttp, type KubeHttp } from './http.js';
import { prowJobLookups } from './lookups.js';
import { openMemory } from './memory.js';
import type { Opening } from './opening.js';
import { noProwJobs, openProwJobs, prowJobsPath } from './prowjobs.js';
import { reflect, usualTimings, type Timings } from './reflector.js';
import { trimProwJobs } from './trim.js';

export interface KubeOptions {
  readonly sources: KubeSources;
  /** Of the configuration as it is now. */
  readonly settings: () => Readonly<{ prowJobNamespace: string; podNamespace: string; disabledClusters: readonly string[] }>;
  readonly mode: 'act' | 'dry';
  /** A process that only answers pages needs no pods; a command needs no index at all. */
  readonly watching: Opening['watching'];
  /** What is done with pods, and so has to be allowed; whoever watches them runs jobs unless said. A dry run only reads. */
  readonly pods?: Opening['pods'];
  /** How this program calls itself, e.g. `prow/1.2`. */
  readonly userAgent: string;
  /** Looks at the kubeconfigs again; undefined: they are read once. */
  readonly every: Ticker | undefined;
  readonly onClusterState?: (alias: string, state: ClusterState) => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly timings?: Partial<Timings>;
  /** How long opening waits at most for the build clusters' first answers. */
  readonly patienceMs?: number;
  readonly log: Log;
}

export interface OpenedKube extends Kube {
  /** `none` when no kubeconfig and no cluster around was found: then there are no jobs. */
  readonly infrastructure: () => 'found' | 'none';
  /** Looks at the kubeconfigs, `disabled_clusters` and the namespaces now; resolves when what they say is in force, or known to be broken. */
  reload(): Promise<void>;
}

/**
 * Opens the clusters that the kubeconfigs describe, and follows their changes: unlike upstream, which exits. A broken version leaves the
 * last good one in force; the first must be good, else ConfigError. A cluster that is down is no error: it is tried until it answers.
 */
export async function openKube(options: KubeOptions): Promise<OpenedKube> {
  const { sources, settings, mode, watching, clock, random, log, patienceMs = 5_000 } = options;
  const library = await import('@kubernetes/client-node');
  const reflecting = { clock, random, log, timings: { ...usualTimings, ...options.timings } };
  const connect = ({ load }: Context) => openHttp(openCredentials(load, clock), { userAgent: options.userAgent });
  const pods = mode === 'dry' ? 'read' : options.pods ?? (watching === 'jobs and pods' ? 'run' : 'read');
  const clusters = openClusters({ podNamespace: () => settings().podNamespace, mode, watching, pods, askMs: 15_000, connect, reflecting, onState: options.onClusterState, log });
  const jobIndex = openMemory(prowJobLookups, log);
  let main: { http: KubeHttp; print: string; close(): Promise<void> } | undefined;

  const openMain = (context: Context): NonNullable<typeof main> => {
    const http = connect(context);
    const over = new AbortController();
    const path = () => prowJobsPath(settings().prowJobNamespace);
    const done = watching === 'nothing' ? Promise.resolve() : reflect<ProwJob>({ ...reflecting, what: 'ProwJobs', http, path, trim: trimProwJobs(), memory: jobIndex, onState: () => undefined }, over.signal);
    return {
      http, print: context.print,
      async close() {
        over.abort(new Error('the cluster of ProwJobs was closed'));
        await done;
        http[Symbol.dispose]();
      },
    };
  };
  const apply = async ({ infrastructure, clusters: wanted, warnings }: Contexts): Promise<void> => {
    for (const warning of warnings) log.warn({ warning }, 'kubeconfig left out');
    // A namespace of the configuration is part of what is watched.
    const { prowJobNamespace, podNamespace } = settings();
    const placed = (context: Context, namespace: string): Context => ({ ...context, print: `${context.print} ${namespace}` });
    const next = infrastructure && placed(infrastructure, prowJobNamespace);
    if (main?.print !== next?.print) {
      const before = main;
      main = next && openMain(next);
      await before?.close();
    }
    await clusters.follow(new Map([...wanted].map(([alias, context]) => [alias, placed(context, podNamespace)])));
  };

  let seen = '';
  const look = async (): Promise<void> => {
    const { disabledClusters, prowJobNamespace, podNamespace } = settings();
    const now = JSON.stringify([printOf(sources), [...disabledClusters].sort(), prowJobNamespace, podNamespace]);
    if (now === seen) return;
    const first = seen === '';
    seen = now;
    const contexts = readContexts(sources, disabledClusters, library);
    await apply(contexts);
    if (!first) log.info({ clusters: clusters.names() }, 'kubeconfig or namespaces changed, clusters follow');
  };
  let running: Promise<void> = look();
  const reload = (): Promise<void> => {
    running = running.then(look).catch((err: unknown) => {
      if (err instanceof ConfigError) log.error({ problems: err.problems }, 'kubeconfig is broken, the clusters stay as they were');
      else log.error({ err }, 'kubeconfig cannot be looked at');
    });
    return running;
  };
  running.catch(() => undefined);
  let late: NodeJS.Timeout | undefined;
  try {
    await Promise.race([running, new Promise((resolve) => { late = setTimeout(resolve, patienceMs); })]);
  } finally {
    clearTimeout(late);
  }
  const ticker = options.every?.(reload);

  const jobs = openProwJobs({ http: () => main?.http, namespace: () => settings().prowJobNamespace, mode, log });
  return {
    jobs: bySource(() => (main ? jobs : noProwJobs)),
    jobIndex,
    clusters,
    infrastructure: () => (main ? 'found' : 'none'),
    reload,
    async [Symbol.asyncDispose]() {
      ticker?.stop();
      await running.catch(() => undefined);
      await Promise.all([main?.close(), clusters[Symbol.asyncDispose]()]);
    },
  };
}

/** ProwJobs of whatever is there at the time of the call. */
function bySource(now: () => Kube['jobs']): Kube['jobs'] {
  return {
    find: (...call) => now().find(...call),
    list: (...call) => now().list(...call),
    create: (...call) => now().create(...call),
    abort: (...call) => now().abort(...call),
    replace: (...call) => now().replace(...call),
    remove: (...call) => now().remove(...call),
  };
}
