import { findDuration } from '../../config/duration.js';
import { isRecord } from '../../config/decode.js';
import type { ProwConfig } from '../../config/prow/schema.js';
import type { ProwJob } from '../../core/prowjob.js';
import type { PodLimits } from './reconcile.js';

/** How long the pod of a job may take: what the job is decorated with says, else what `plank` says (jobs 2.9). */
export function limitsOf({ spec }: ProwJob, plank: Pick<ProwConfig['plank'], 'pod_pending_timeout' | 'pod_running_timeout' | 'pod_unscheduled_timeout' | 'max_revivals'>): PodLimits {
  const decoration = isRecord(spec['decoration_config']) ? spec['decoration_config'] : {};
  const own = (key: string, general: number): number => {
    const value = decoration[key];
    return (typeof value === 'string' ? findDuration(value) : undefined) ?? general;
  };
  return {
    unscheduledMs: own('pod_unscheduled_timeout', plank.pod_unscheduled_timeout),
    pendingMs: own('pod_pending_timeout', plank.pod_pending_timeout),
    runningMs: own('pod_running_timeout', plank.pod_running_timeout),
    revivals: plank.max_revivals,
  };
}
