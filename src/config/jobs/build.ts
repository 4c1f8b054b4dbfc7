import type { Pull, PushEvent } from '../../core/event.js';
import type { ProwJob, ProwJobType, Refs } from '../../core/prowjob.js';
import { isRecord } from '../decode.js';
import { normalized } from '../kube/normalize.js';
import type { ProwConfig } from '../prow/schema.js';
import { field } from './data.js';
import { completedExtraRefs, completedRefs, pullRefs, pushRefs } from './refs.js';
import type { Data, Periodic, Postsubmit, Presubmit } from './schema.js';
import { isLabelValue } from './validate.js';

type Spec = ProwJob['spec'];
type Texts = Readonly<Record<string, string>>;

/** What its creator decides about a ProwJob. */
export interface Making {
  readonly config: Pick<ProwConfig, 'prowjob_namespace' | 'scheduler'>;
  /** Over the job's own: `event-GUID`, `prow.k8s.io/retest`, `created-by-tide`. */
  readonly labels: Texts;
  readonly annotations?: Texts;
  /** A UUIDv5 of what caused the job, so that it is made once. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The ProwJob of a presubmit on a pull request. `baseSha` is the head of the base branch now. */
export function presubmitProwJob(job: Presubmit, { pull, baseSha, ...making }: Making & Readonly<{ pull: Pull; baseSha: string }>): ProwJob {
  return prowJob(presubmitSpec(job, pullRefs(pull, baseSha)), withOptional(job, making), job);
}

/** The ProwJob of a postsubmit on a push. */
export function postsubmitProwJob(
  job: Postsubmit, { push, ...making }: Making & Readonly<{ push: Pick<PushEvent, 'repo' | 'ownerName' | 'repoUrl' | 'ref' | 'after' | 'compareUrl'> }>,
): ProwJob {
  return prowJob(postsubmitSpec(job, pushRefs(push)), making, job);
}

/** The ProwJob of a presubmit on several pull requests at once; it reports nowhere. */
export function batchProwJob(job: Presubmit, { refs, ...making }: Making & Readonly<{ refs: Refs }>): ProwJob {
  return prowJob({ ...spec('batch', job), refs: completedRefs(job, refs), context: job.context }, withOptional(job, making), job);
}

/** The ProwJob of a periodic. */
export function periodicProwJob(job: Periodic, making: Making): ProwJob {
  return prowJob(periodicSpec(job), making, job);
}

export function presubmitSpec(job: Presubmit, refs: Refs): Spec {
  return {
    ...spec('presubmit', job),
    refs: completedRefs(job, refs),
    ...(!job.skip_report && { report: true }),
    context: job.context,
    rerun_command: job.rerun_command,
    ...(job.jenkins_spec && { jenkins_spec: job.jenkins_spec }),
  };
}

export function postsubmitSpec(job: Postsubmit, refs: Refs): Spec {
  return {
    ...spec('postsubmit', job),
    refs: completedRefs(job, refs),
    ...(!job.skip_report && { report: true }),
    context: job.context,
    ...(job.jenkins_spec && { jenkins_spec: job.jenkins_spec }),
  };
}

export function periodicSpec(job: Periodic): Spec {
  return { ...spec('periodic', job), report: true };
}

/** What all types have in common; empty values are left out, as upstream serialises them. */
function spec(type: ProwJobType, job: Presubmit | Postsubmit | Periodic): Spec {
  const optional: Readonly<Record<string, unknown>> = {
    extra_refs: job.extra_refs.length > 0 ? completedExtraRefs(job) : undefined,
    max_concurrency: job.max_concurrency || undefined,
    error_on_eviction: job.error_on_eviction || undefined,
    pod_spec: job.spec && normalized('PodSpec', job.spec),
    pipeline_run_spec: job.pipeline_run_spec,
    tekton_pipeline_run_spec: job.tekton_pipeline_run_spec,
    decoration_config: job.decoration_config && normalized('DecorationConfig', job.decoration_config),
    reporter_config: job.reporter_config && normalized('ReporterConfig', reporterConfig(job.reporter_config)),
    rerun_auth_config: job.rerun_auth_config && normalized('RerunAuthConfig', job.rerun_auth_config),
    hidden: job.hidden || undefined,
    prowjob_defaults: job.prowjob_defaults && normalized('ProwJobDefaults', job.prowjob_defaults),
    job_queue_name: job.job_queue_name || undefined,
  };
  const present = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  // A ProwJob never shares objects with the configuration.
  return { type, agent: job.agent, cluster: job.cluster, namespace: job.namespace, job: job.name, ...structuredClone(present) };
}

/** An empty list of states does not survive upstream's serialisation, so the flag `report` says it (jobs 3.1). */
function reporterConfig(config: Data): Data {
  const slack = field(config, 'slack');
  if (!isRecord(slack) || typeof field(slack, 'report') === 'boolean') return config;
  const states = field(slack, 'job_states_to_report');
  return { ...config, slack: { ...slack, report: !(Array.isArray(states) && states.length === 0) } };
}

function withOptional<T extends Making>(job: Presubmit, making: T): T {
  return { ...making, labels: { ...making.labels, 'prow.k8s.io/is-optional': String(job.optional) } };
}

/** A new ProwJob: the automatic labels and annotations, then the job's, then the creator's (jobs 1.9). */
export function prowJob(spec: Spec, { config, labels, annotations, name, now }: Making, job: Readonly<{ labels: Texts; annotations: Texts }>): ProwJob {
  return {
    apiVersion: 'prow.k8s.io/v1',
    kind: 'ProwJob',
    metadata: {
      name,
      namespace: config.prowjob_namespace,
      labels: labelsFor(spec, { ...job.labels, ...labels }),
      annotations: { 'prow.k8s.io/job': spec.job, 'prow.k8s.io/context': spec.context ?? '', ...job.annotations, ...annotations },
    },
    spec,
    status: { startTime: new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'), state: config.scheduler.enabled ? 'scheduling' : 'triggered' },
  };
}

/** The labels by which ProwJobs are found; values that Kubernetes would refuse are shortened to their last path element or dropped. */
export function labelsFor(spec: Spec, extra: Texts): Texts {
  const refs = spec.refs ?? spec.extra_refs?.[0];
  const pull = refs?.pulls?.[0];
  const wanted: Readonly<Record<string, string>> = {
    'created-by-prow': 'true',
    'prow.k8s.io/type': spec.type,
    'prow.k8s.io/job': truncated(spec.job),
    'prow.k8s.io/context': truncated(spec.context ?? ''),
    ...(refs && { 'prow.k8s.io/refs.org': refs.org, 'prow.k8s.io/refs.repo': refs.repo, 'prow.k8s.io/refs.base_ref': refs.base_ref }),
    ...(pull && { 'prow.k8s.io/refs.pull': String(pull.number) }),
    ...extra,
  };
  return Object.fromEntries(Object.entries(wanted).flatMap(([key, value]) => {
    if (isLabelValue(value)) return [[key, value]];
    const last = value.split('/').at(-1) ?? '';
    return last !== '' && isLabelValue(last) ? [[key, last]] : [];
  }));
}

/** The first 63 bytes, without a tail of `.`, `_` and `-`. */
function truncated(value: string): string {
  const bytes = Buffer.from(value);
  return bytes.length <= 63 ? value : bytes.subarray(0, 63).toString('utf8').replace(/[._-]+$/, '');
}
