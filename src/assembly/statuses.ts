import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createOpenPulls } from '../adapters/github/openPulls.js';
import type { GitHub } from '../adapters/github/client.js';
import type { OpenedKube } from '../adapters/kube/kube.js';
import type { QueueConnection } from '../adapters/queue/jobs.js';
import { createRemembered } from '../adapters/remembered.js';
import { openStorage } from '../adapters/storage/open.js';
import type { Settings } from '../cli/settings.js';
import type { InRepoReads } from '../config/jobs/inRepo.js';
import type { ConfigSource, Snapshot } from '../config/snapshot.js';
import { mayAct } from './config.js';
import { slug, type Repo } from '../core/ids.js';
import type { Clock } from '../core/ports/clock.js';
import type { ProwJobs } from '../core/ports/jobs.js';
import type { Log } from '../core/ports/log.js';
import type { Permitted } from '../jobs/statuses/reconcileRepo.js';
import type { Adders, JobParts } from './workers.js';

export interface StatusSideDeps {
  readonly settings: Settings;
  readonly config: ConfigSource;
  readonly github: GitHub;
  readonly jobs: ProwJobs;
  readonly inRepo: InRepoReads;
  readonly connection: QueueConnection;
  readonly clock: Clock;
  readonly log: Log;
}

/** Longer than it takes all processes to read a configuration. */
const SETTLED_MS = 2_000;

/** What a dry run has seen to says nothing about what was done. */
function memoryOf(connection: QueueConnection, mode: Settings['mode']) {
  return createRemembered(connection, `statuses:${mode}`);
}

/** What the queue `statusReconcile` needs (jobs 11). */
export function statusParts({ settings, config, github, jobs, inRepo, connection, clock, log }: StatusSideDeps): JobParts['statusReconcile'] {
  const { mode, jobs: { clouds, statuses } } = settings;
  const { uri } = statuses;
  return {
    config, github: github.forPlugin('status-reconciler'), checks: github.checks, openPulls: createOpenPulls(github.http, 'status-reconciler'), inRepo, jobs, clock, log,
    memory: memoryOf(connection, mode), onError: statuses.onError, permitted: permittedBy(settings),
    // The operator named this file, so its folder is as good as one of `--storage-root`.
    file: uri === undefined ? undefined : { uri, mode, storage: openStorage({ roots: uri.startsWith('file:') ? [dirname(fileURLToPath(uri))] : [], clouds }) },
  };
}

/** The lists of places where the component holds back; names are compared as GitHub does, without case. */
export function permittedBy({ enabled, jobs: { statuses } }: Pick<Settings, 'enabled'> & Readonly<{ jobs: Pick<Settings['jobs'], 'statuses'> }>): Permitted {
  const may = mayAct({ enabled });
  const listed = (places: readonly string[], repo: Repo): boolean => places.some((place) => [repo.org, slug(repo)].some((one) => one.toLowerCase() === place.toLowerCase()));
  return (repo) => (!may(repo) || listed(statuses.nothing, repo) ? 'nothing' : listed(statuses.noNewJobs, repo) ? 'no new jobs' : 'all');
}

/** Has the contexts looked at whenever the configuration changes, and at the start: it may have changed meanwhile. Returns how to stop. */
export function followStatuses({ settings, kube, config, onChange, adders, connection, log }: Pick<StatusSideDeps, 'settings' | 'config' | 'connection' | 'log'> & Readonly<{
  kube: Pick<OpenedKube, 'infrastructure'>; onChange: (listener: (now: Snapshot) => void) => () => void; adders: Pick<Adders, 'statusReconcile'>;
}>): () => void {
  if (!settings.components.has('status-reconciler') || kube.infrastructure() !== 'found') return () => {};
  const memory = memoryOf(connection, settings.mode);
  const tell = async ({ revision }: Snapshot, delayMs: number): Promise<void> => {
    try {
      await memory.announce(revision);
      await adders.statusReconcile.add({ kind: 'all' }, { delayMs });
    } catch (err) {
      log.warn({ err }, 'key not added; the next look adds it');
    }
  };
  void tell(config.current(), 0);
  return onChange((now) => { void tell(now, SETTLED_MS); });
}
