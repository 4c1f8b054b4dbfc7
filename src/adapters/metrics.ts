import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Labels, Metrics } from '../core/ports/metrics.js';

const S1 = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Spec {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels?: readonly string[];
  readonly buckets?: readonly number[];
  /** One series at a time: new labels replace the former ones. */
  readonly single?: true;
}

const POOL = ['org', 'repo', 'branch'] as const;
const REPO = ['org', 'repo'] as const;
const PLUGIN = ['event_type', 'action', 'plugin', 'took_action'] as const;

/** Every metric there is: upstream's names and buckets (config 9.3), then our own, which start with `prow_`. */
export const METRICS: Readonly<Record<string, Spec>> = {
  prow_webhook_counter: { type: 'counter', help: 'Webhooks by event type.', labels: ['event_type'] },
  prow_webhook_response_codes: { type: 'counter', help: 'Answers to webhooks by status code.', labels: ['response_code'] },
  prow_plugin_handle_duration_seconds: { type: 'histogram', help: 'Time a plugin took for an event.', labels: PLUGIN, buckets: [...S1, 20, 40, 80, 160, 320, 640] },
  prow_plugin_handle_errors: { type: 'counter', help: 'Failed runs of a plugin.', labels: PLUGIN },
  prow_external_plugin_deliveries: { type: 'counter', help: 'Events sent on to external plugins, by status code of the answer, or `no answer`.', labels: ['plugin', 'result'] },
  prow_external_plugin_duration_seconds: { type: 'histogram', help: 'Time until an external plugin answered.', labels: ['plugin'], buckets: [...S1, 20, 40] },
  prow_configmap_size_bytes: { type: 'gauge', help: 'Sizes of the ConfigMaps that config-updater wrote.', labels: ['name', 'namespace'] },
  prow_webhook_secrets_broken: { type: 'gauge', help: '1 while the newest file of webhook secrets cannot be read and the last good one is in force.' },
  pooledprs: { type: 'gauge', help: 'Pull requests in each Tide pool.', labels: POOL },
  updatetime: { type: 'gauge', help: 'When a pool was last decided, in seconds since the epoch.', labels: POOL },
  merges: { type: 'histogram', help: 'Pull requests per merge.', labels: POOL, buckets: [1, 2, 3, 4, 5, 7, 10, 15, 25] },
  tidepoolerrors: { type: 'counter', help: 'Failed decisions of a pool.', labels: POOL },
  tidequeryresults: { type: 'counter', help: 'Tide queries by result.', labels: ['query_index', 'org_shard', 'result'] },
  tide_retests_total: { type: 'counter', help: 'Pull requests that Tide has tested, by how.', labels: [...POOL, 'action'] },
  tide_pool_missing_prs: { type: 'gauge', help: 'Pull requests of a pool that lack results on the present base.', labels: POOL },
  tide_pool_pending_prs: { type: 'gauge', help: 'Pull requests of a pool whose jobs run on the present base.', labels: POOL },
  tide_pool_successful_prs: { type: 'gauge', help: 'Pull requests of a pool whose jobs have passed on the present base.', labels: POOL },
  tide_pool_batch_pending_prs: { type: 'gauge', help: 'Pull requests of a pool in the batch that is being tested.', labels: POOL },
  syncdur: { type: 'gauge', help: 'Duration of the last sync in seconds.' },
  statusupdatedur: { type: 'gauge', help: 'Duration of the last status update in seconds.' },
  tidesyncheartbeat: { type: 'counter', help: 'Rounds of each Tide controller.', labels: ['controller'] },
  github_user_info: { type: 'gauge', help: 'The identity at GitHub; always 1.', labels: ['token_hash', 'login', 'email'] },
  ghcache_responses: { type: 'counter', help: 'GitHub answers by how the cache served them.', labels: ['mode', 'path', 'user_agent', 'token_hash'] },
  github_token_usage: { type: 'gauge', help: 'Requests left in the rate limit.', labels: ['token_hash', 'api_version', 'ratelimit_resource'] },
  github_token_reset: { type: 'gauge', help: 'Nanoseconds until the rate limit is reset.', labels: ['token_hash', 'api_version', 'ratelimit_resource'] },
  github_request_duration: { type: 'histogram', help: 'Duration of GitHub requests in seconds.', labels: ['token_hash', 'path', 'status', 'user_agent'], buckets: S1 },
  github_request_wait_duration_seconds: {
    type: 'histogram', help: 'How long GitHub requests waited for pacing.', labels: ['token_hash', 'request_type', 'api'], buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 7.5, 10, 15, 20, 25, 30, 45, 60, 90, 120, 150, 180],
  },
  prow_github_requests_total: { type: 'counter', help: 'GitHub calls by plugin; `free` ones cost no rate limit (304, coalesced).', labels: ['plugin', 'cost', 'kind'] },
  sinker_pods_existing: { type: 'gauge', help: 'Pods of ours when old things were last removed.' },
  sinker_prow_jobs_existing: { type: 'gauge', help: 'ProwJobs when old things were last removed.' },
  sinker_loop_duration_seconds: { type: 'gauge', help: 'How long removing old things took.' },
  sinker_pods_removed: { type: 'gauge', help: 'Pods that were removed last time, by reason.', labels: ['reason'] },
  sinker_pod_removal_errors: { type: 'gauge', help: 'Pods that could not be removed last time.', labels: ['reason'] },
  sinker_prow_jobs_cleaned: { type: 'gauge', help: 'ProwJobs that were removed last time, by reason.', labels: ['reason'] },
  sinker_prow_jobs_cleaning_errors: { type: 'gauge', help: 'ProwJobs that could not be removed last time.', labels: ['reason'] },
  crier_report_latency: { type: 'histogram', help: 'Seconds from the end of a job to its report.', labels: ['reporter'], buckets: [1, 10, 20, 30, 60, 120, 180, 300, 600, 1200, 1800, 2700, 3600, 5400, 7200] },
  crier_reporting_results: { type: 'counter', help: 'Reports by result.', labels: ['reporter', 'result'] },
  kubernetes_failed_client_creations: { type: 'counter', help: 'Build clusters that could not be used, each time they were tried.', labels: ['cluster'] },
  prowjobs: { type: 'gauge', help: 'ProwJobs by what they are about and their state.', labels: ['job_namespace', 'job_name', 'type', 'state', 'org', 'repo', 'base_ref', 'cluster', 'retest'] },
  prowjob_state_transitions: { type: 'counter', help: 'Changes of state of ProwJobs.', labels: ['job_namespace', 'job_name', 'type', 'state', 'org', 'repo', 'base_ref', 'cluster', 'retest'] },
  inRepoConfigCache_lookups: { type: 'counter', help: 'In-repo configurations that were asked for.', labels: REPO },
  inRepoConfigCache_hits: { type: 'counter', help: 'In-repo configurations that were in memory.', labels: REPO },
  inRepoConfigCache_misses: { type: 'counter', help: 'In-repo configurations that had to be read.', labels: REPO },
  inRepoConfigCache_evictions_forced: { type: 'counter', help: 'In-repo configurations that made room for others.', labels: REPO },
  inRepoConfigCache_GetProwYAML_duration: { type: 'histogram', help: 'Seconds until an in-repo configuration was there.', labels: REPO, buckets: [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 180, 300, 600] },
  prow_queue_jobs: { type: 'gauge', help: 'Jobs in each queue by state; `failed` ones of `dead` are plugins that gave up on a delivery.', labels: ['queue', 'state'] },
  prow_config_broken: { type: 'gauge', help: '1 while the newest configuration files are broken and the last good ones are in force.' },
  prow_config_stale: { type: 'gauge', help: '1 while the repository of the configuration cannot be asked whether there is something newer.' },
  prow_config_loaded_timestamp_seconds: { type: 'gauge', help: 'When the configuration came into force, in seconds since the epoch.' },
  prow_config_revision: { type: 'gauge', help: 'Always 1; the labels name the configuration in force: the commit of --config-repo, or a hash of the files.', labels: ['source', 'revision'], single: true },
  prow_redis_up: { type: 'gauge', help: '1 while Redis answers.' },
  prow_version: { type: 'gauge', help: 'Unix time of the build, -1 if unknown.' },
};

export interface MetricsAdapter extends Metrics {
  /** Sets a gauge to these series alone: what is not named any more is no longer told. */
  replace(name: string, series: readonly Readonly<{ labels: Labels; value: number }>[]): void;
  /** The Prometheus text of all metrics of this process. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** prom-client behind the Metrics port, with the process's own metrics. */
export function createMetrics(): MetricsAdapter {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  for (const [name, { type, help, labels = [], buckets }] of Object.entries(METRICS)) {
    const base = { name, help, labelNames: labels, registers: [registry] };
    if (type === 'counter') counters.set(name, new Counter(base));
    else if (type === 'gauge') gauges.set(name, new Gauge(base));
    else histograms.set(name, new Histogram({ ...base, ...(buckets ? { buckets: [...buckets] } : {}) }));
  }
  gauges.get('prow_version')?.set(-1);
  const get = <T>(map: Map<string, T>, name: string): T => {
    const found = map.get(name);
    if (!found) throw new RangeError(`no such metric: ${name}`);
    return found;
  };
  return {
    count: (name, labels: Labels = {}, by = 1) => { get(counters, name).inc({ ...labels }, by); },
    set: (name, value, labels: Labels = {}) => {
      const gauge = get(gauges, name);
      if (METRICS[name]?.single) gauge.reset();
      gauge.set({ ...labels }, value);
    },
    replace: (name, series) => {
      const gauge = get(gauges, name);
      gauge.reset();
      for (const { labels, value } of series) gauge.set({ ...labels }, value);
    },
    observe: (name, value, labels: Labels = {}) => { get(histograms, name).observe({ ...labels }, value); },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
