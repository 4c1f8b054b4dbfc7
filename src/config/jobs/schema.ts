import { z } from 'zod';
import type { Pattern } from '../../core/re2.js';
import { dataOf } from '../kube/data.js';
import { Raw, Regex, StringMap, Strings } from '../scalars.js';

/** Kubernetes objects stay data: what they mean is decided where pods are built. */
export type Data = Readonly<Record<string, unknown>>;
const Data = z.record(z.string(), z.unknown()).readonly();

const base = {
  name: z.string().default(''),
  labels: StringMap.default({}),
  annotations: StringMap.default({}),
  max_concurrency: z.int().default(0),
  agent: z.string().default(''),
  cluster: z.string().default(''),
  namespace: z.string().default(''),
  error_on_eviction: z.boolean().default(false),
  spec: dataOf('PodSpec').optional(),
  pipeline_run_spec: Data.optional(),
  tekton_pipeline_run_spec: dataOf('TektonSpec').optional(),
  reporter_config: dataOf('ReporterConfig').optional(),
  rerun_auth_config: dataOf('RerunAuthConfig').optional(),
  hidden: z.boolean().default(false),
  prowjob_defaults: dataOf('ProwJobDefaults').optional(),
  job_queue_name: z.string().default(''),
  decorate: z.boolean().optional(),
  decoration_config: dataOf('DecorationConfig').optional(),
  path_alias: z.string().default(''),
  clone_uri: z.string().default(''),
  skip_submodules: z.boolean().default(false),
  clone_depth: z.int().default(0),
  skip_fetch_head: z.boolean().default(false),
  extra_refs: z.array(dataOf('Refs')).readonly().default([]),
};
const matching = {
  branches: z.array(Regex).readonly().default([]),
  skip_branches: z.array(Regex).readonly().default([]),
  run_if_changed: Regex.default(''),
  skip_if_only_changed: Regex.default(''),
  context: z.string().default(''),
  skip_report: z.boolean().default(false),
  jenkins_spec: dataOf('JenkinsSpec').optional(),
};

/** A presubmit as the file has it; defaults that depend on other values come later (config 2.7.2). */
export const PresubmitYaml = z.object({
  ...base,
  ...matching,
  always_run: z.boolean().default(false),
  optional: z.boolean().default(false),
  trigger: Regex.default(''),
  rerun_command: z.string().default(''),
  run_before_merge: z.boolean().default(false),
}).readonly();
export type PresubmitYaml = z.infer<typeof PresubmitYaml>;

export const PostsubmitYaml = z.object({ ...base, ...matching, always_run: z.boolean().optional() }).readonly();
export type PostsubmitYaml = z.infer<typeof PostsubmitYaml>;

export const PeriodicYaml = z.object({
  ...base,
  interval: z.string().default(''),
  minimum_interval: z.string().default(''),
  cron: z.string().default(''),
  tags: Strings,
  retry: dataOf('Retry').optional(),
}).readonly();
export type PeriodicYaml = z.infer<typeof PeriodicYaml>;

export const Preset = z.object({
  labels: StringMap.default({}),
  env: z.array(dataOf('EnvVar')).readonly().default([]),
  volumes: z.array(dataOf('Volume')).readonly().default([]),
  volumeMounts: z.array(dataOf('VolumeMount')).readonly().default([]),
  tolerations: z.array(dataOf('Toleration')).readonly().default([]),
}).readonly();
export type Preset = z.infer<typeof Preset>;

/** A job file, or the part of `config.yaml` that is one. */
export const JobConfig = z.object({
  presets: z.array(Preset).readonly().default([]),
  presubmits: z.record(z.string(), z.array(PresubmitYaml).readonly()).readonly().default({}),
  postsubmits: z.record(z.string(), z.array(PostsubmitYaml).readonly()).readonly().default({}),
  periodics: z.array(PeriodicYaml).readonly().default([]),
  decorate_all_jobs: Raw,
  prow_ignored: Raw,
}).readonly();
export type JobConfig = z.infer<typeof JobConfig>;

/** Which branches and changes a job is for, compiled once at load. */
export interface Compiled {
  readonly branches: Pattern | undefined;
  readonly skipBranches: Pattern | undefined;
  readonly runIfChanged: Pattern | undefined;
  readonly skipIfOnlyChanged: Pattern | undefined;
}

interface Loaded {
  /** The file that the job came from. */
  readonly source: string;
  readonly decorate: boolean;
}
/** A static presubmit with all its defaults; the empty text means unset. `compiled` and `source` are ours, the rest is YAML's. */
export type Presubmit = PresubmitYaml & Loaded & Readonly<{ compiled: Compiled & Readonly<{ trigger: Pattern }> }>;
export type Postsubmit = PostsubmitYaml & Loaded & Readonly<{ compiled: Compiled }>;
export type Periodic = PeriodicYaml & Loaded;
