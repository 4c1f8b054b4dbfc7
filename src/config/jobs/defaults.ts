import type { ProwConfig } from '../prow/schema.js';

/** What of config.yaml decides about jobs. What else would is added here, or a change of it would not reach them. */
export type JobDefaults = Pick<ProwConfig, 'pod_namespace' | 'decorate_all_jobs' | 'prowjob_default_entries'> & Readonly<{
  plank: Pick<ProwConfig['plank'], 'default_decoration_config_entries' | 'default_decoration_configs' | 'job_queue_capacities'>;
}>;

/** That part of config.yaml. */
export function jobDefaults({ pod_namespace, decorate_all_jobs, prowjob_default_entries, plank }: ProwConfig): JobDefaults {
  const { default_decoration_config_entries, default_decoration_configs, job_queue_capacities } = plank;
  return { pod_namespace, decorate_all_jobs, prowjob_default_entries, plank: { default_decoration_config_entries, default_decoration_configs, job_queue_capacities } };
}
