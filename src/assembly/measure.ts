import { createClaims } from '../adapters/claims.js';
import type { MetricsAdapter } from '../adapters/metrics.js';
import type { OpenedKube } from '../adapters/kube/kube.js';
import type { QueueConnection } from '../adapters/queue/jobs.js';
import type { Settings } from '../cli/settings.js';
import type { Log } from '../core/ports/log.js';
import { countProwJobs, followTransitions } from '../jobs/measure.js';

export interface MeasureDeps {
  readonly settings: Pick<Settings, 'role' | 'components'>;
  readonly kube: Pick<OpenedKube, 'infrastructure' | 'jobIndex'>;
  readonly connection: QueueConnection;
  readonly metrics: MetricsAdapter;
  readonly log: Log;
}

/** The metrics about ProwJobs (jobs 12), which plank's workers tell, as upstream's do. `look` brings them up to date before they are read. */
export function measureJobs({ settings: { role, components }, kube, connection, metrics, log }: MeasureDeps): Readonly<{ look(): void; stop(): void }> {
  if (role === 'web' || !components.has('plank') || kube.infrastructure() !== 'found') return { look() {}, stop() {} };
  const index = kube.jobIndex;
  const stop = followTransitions({
    index, claim: createClaims(connection, 'transition'), count: (labels) => { metrics.count('prowjob_state_transitions', labels); }, failed: (err) => { log.debug({ err }, 'a change of state was not counted'); },
  });
  return { stop, look: () => { if (index.synced()) metrics.replace('prowjobs', countProwJobs(index.list())); } };
}
