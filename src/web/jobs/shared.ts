import { LRUCache } from 'lru-cache';
import type { ConfigSource } from '../../config/snapshot.js';
import type { Clock } from '../../core/ports/clock.js';
import type { ProwJobs } from '../../core/ports/jobs.js';
import type { BuildClusters, Index, ProwJobLookup } from '../../core/ports/kube.js';
import type { Log } from '../../core/ports/log.js';
import type { Storage } from '../../core/ports/storage.js';
import type { ProwJob } from '../../core/prowjob.js';
import { openLiveLogs, type LiveLogs } from './liveLogs.js';
import { openRuns, type Runs } from './runs.js';
import { openStoredLogs, type StoredLogs } from './storedLogs.js';
import { openView, type JobView } from './view.js';
import { visibilityOf } from './visible.js';
import { openWire, type Wire } from './snapshots.js';

export interface JobPagesDeps {
  readonly index: Pick<Index<ProwJob, ProwJobLookup>, 'get' | 'list' | 'by' | 'onChange' | 'synced' | 'shows'>;
  readonly jobs: Pick<ProwJobs, 'find' | 'create' | 'abort'>;
  readonly clusters: Pick<BuildClusters, 'get'>;
  readonly storage: Pick<Storage, 'stat' | 'read' | 'stream' | 'list'>;
  readonly resultsOf: (job: ProwJob) => string | undefined;
  readonly config: ConfigSource;
  readonly linkUrl: () => string;
  readonly clock: Clock;
  readonly uuid: () => string;
  /** So long a request for `/prowjobs.js` waits for what is newest, in milliseconds, before it gets what is ready; a few unless said. */
  readonly patienceMs?: number;
  /** `dry`: nothing is created or ended. */
  readonly mode: 'act' | 'dry';
  readonly log: Log;
}

/** What the pages about jobs share between listeners and requests; all of it can be built again. */
export interface JobPages extends JobPagesDeps {
  readonly view: JobView;
  readonly wire: Wire;
  /** Tells apart what processes say. */
  readonly boot: string;
  readonly runs: Runs;
  readonly stored: StoredLogs;
  readonly live: LiveLogs;
  /** Parts of pages by what they show; one made for somebody serves all who ask while nothing has changed. */
  readonly parts: LRUCache<string, Readonly<{ version: number; at: number; html: string }>>;
  stop(): void;
}

const PATIENCE_MS = 10;

/** Opens them on an index; `stop` lets it go. */
export function openJobPages(deps: JobPagesDeps): JobPages {
  const { index, storage, resultsOf, config, clusters, clock, patienceMs = PATIENCE_MS, log } = deps;
  const view = openView({ index, visibility: () => visibilityOf(config.current()) });
  const wire = openWire({ view, synced: () => index.synced(), clock, patienceMs, log });
  return {
    ...deps, view, wire, boot: deps.uuid().slice(0, 8),
    runs: openRuns({ index, storage, resultsOf, config }),
    stored: openStoredLogs({ storage }),
    live: openLiveLogs({ clusters, log, find: (job) => index.get(job.metadata.namespace ?? '', job.metadata.name) }),
    parts: new LRUCache({ max: 200 }),
    stop: () => { wire.stop(); view.stop(); },
  };
}
