import { z } from 'zod';
import type { Pattern } from '../../core/re2.js';
import { dataOf } from '../kube/data.js';
import { Raw, Regex, StringMap, Strings } from '../scalars.js';

/** Kubernetes objects stay data: what they mean is decided where pods are built. */
export type Data = Readonly<Record<string, unknown>>;
const Data = z.record(z.string(), z.unknown()).readonly();

const base = {
  name: z.string().default('').describe('What it is called; pull requests see it as the name of a check.'),
  labels: StringMap.default({}).describe('Labels of its ProwJobs and pods; presets go by them.'),
  annotations: StringMap.default({}).describe('Annotations of its ProwJobs and pods.'),
  max_concurrency: z.int().default(0).describe('So many runs of it at most at once; 0 means no limit.'),
  agent: z.string().default('').describe('Who runs it: kubernetes (default), jenkins, tekton-pipeline, or somebody else. Only jobs of kubernetes are run here.'),
  cluster: z.string().default('').describe('The build cluster that it runs on; default where unset.'),
  namespace: z.string().default('').describe('Namespace of its pods; must be pod_namespace.'),
  error_on_eviction: z.boolean().default(false).describe('An evicted pod ends it, instead of being made anew.'),
  spec: dataOf('PodSpec').optional().describe('The pod that it is.'),
  pipeline_run_spec: Data.optional().describe('Deprecated: the Tekton pipeline that it is. No effect here.'),
  tekton_pipeline_run_spec: dataOf('TektonSpec').optional().describe('The Tekton pipeline that it is. No effect here.'),
  reporter_config: dataOf('ReporterConfig').optional().describe('Where it is told of besides GitHub.'),
  rerun_auth_config: dataOf('RerunAuthConfig').optional().describe('Who may run it again.'),
  hidden: z.boolean().default(false).describe('Do not show it on the pages.'),
  prowjob_defaults: dataOf('ProwJobDefaults').optional().describe('Tenant and result store.'),
  job_queue_name: z.string().default('').describe('A queue of plank.job_queue_capacities, which it shares with other jobs.'),
  decorate: z.boolean().optional().describe('Prow clones the code and keeps logs and artifacts; decorate_all_jobs where unset.'),
  decoration_config: dataOf('DecorationConfig').optional().describe('How that is done.'),
  path_alias: z.string().default('').describe('Where its code is put below src; github.com/ORG/REPO where unset.'),
  clone_uri: z.string().default('').describe('Where its code is cloned from.'),
  skip_submodules: z.boolean().default(false).describe('Clone no submodules.'),
  clone_depth: z.int().default(0).describe('Clone so many commits only; 0 means all.'),
  skip_fetch_head: z.boolean().default(false).describe('Do not fetch the default branch.'),
  extra_refs: z.array(dataOf('Refs')).readonly().default([]).describe('More repositories that are cloned.'),
};
const matching = {
  branches: z.array(Regex).readonly().default([]).describe('Only for branches that one of these expressions matches.'),
  skip_branches: z.array(Regex).readonly().default([]).describe('Not for branches that one of these expressions matches.'),
  run_if_changed: Regex.default('').describe('Only when a changed file matches this expression.'),
  skip_if_only_changed: Regex.default('').describe('Not when every changed file matches this expression.'),
  context: z.string().default('').describe('The name of its check or status; its own name where unset.'),
  skip_report: z.boolean().default(false).describe('Tell GitHub nothing of it.'),
  jenkins_spec: dataOf('JenkinsSpec').optional().describe('How it is found on Jenkins. No effect here.'),
};

/** A presubmit as the file has it; defaults that depend on other values come later (config 2.7.2). */
export const PresubmitYaml = z.object({
  ...base,
  ...matching,
  always_run: z.boolean().default(false).describe('For every pull request, whatever changed.'),
  optional: z.boolean().default(false).describe('It need not be green for a merge.'),
  trigger: Regex.default('').describe('Expression for comments that start it; comes together with rerun_command.'),
  rerun_command: z.string().default('').describe('The comment that starts it; comes together with trigger.'),
  run_before_merge: z.boolean().default(false).describe('Tide starts it before a merge, whoever else does.'),
}).readonly();
export type PresubmitYaml = z.infer<typeof PresubmitYaml>;

export const PostsubmitYaml = z.object({ ...base, ...matching, always_run: z.boolean().optional().describe('false: not for every push.') }).readonly();
export type PostsubmitYaml = z.infer<typeof PostsubmitYaml>;

export const PeriodicYaml = z.object({
  ...base,
  interval: z.string().default('').describe('So long after its last start it starts again.'),
  minimum_interval: z.string().default('').describe('So long after its last end it starts again.'),
  cron: z.string().default('').describe('When it starts, as cron writes it; five or six fields, @daily, @every 1h.'),
  tags: Strings.describe('Words for whoever looks.'),
  retry: dataOf('Retry').optional().describe('Run it again when it fails.'),
}).readonly();
export type PeriodicYaml = z.infer<typeof PeriodicYaml>;

export const Preset = z.object({
  labels: StringMap.default({}).describe('Labels of the jobs that are meant; without any, every job.'),
  env: z.array(dataOf('EnvVar')).readonly().default([]).describe('Environment variables for every container.'),
  volumes: z.array(dataOf('Volume')).readonly().default([]).describe('Volumes for the pod.'),
  volumeMounts: z.array(dataOf('VolumeMount')).readonly().default([]).describe('Mounts for every container.'),
  tolerations: z.array(dataOf('Toleration')).readonly().default([]).describe('Tolerations for the pod.'),
}).readonly();
export type Preset = z.infer<typeof Preset>;

/** A job file, or the part of `config.yaml` that is one. */
export const JobConfig = z.object({
  presets: z.array(Preset).readonly().default([]).describe('Parts of pods that jobs get by their labels.'),
  presubmits: z.record(z.string(), z.array(PresubmitYaml).readonly()).readonly().default({}).describe('Jobs for pull requests, by org/repo.'),
  postsubmits: z.record(z.string(), z.array(PostsubmitYaml).readonly()).readonly().default({}).describe('Jobs for pushes, by org/repo.'),
  periodics: z.array(PeriodicYaml).readonly().default([]).describe('Jobs that run by the clock.'),
  decorate_all_jobs: Raw.describe('Only counts in config.yaml.'),
  prow_ignored: Raw.describe('Anything; never read.'),
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
