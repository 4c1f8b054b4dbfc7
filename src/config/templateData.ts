import type { ProwJob } from '../core/prowjob.js';
import { isRecord } from './decode.js';
import { fieldList, normalized, type TypeName } from './kube/normalize.js';
import type { Struct, Value } from './template/values.js';

/** Parts of names that Go writes in capitals, or in a way of their own. */
const PARTS: Readonly<Record<string, string>> = {
  api: 'API', dns: 'DNS', gcs: 'GCS', github: 'GitHub', id: 'ID', ids: 'IDs', os: 'OS', pid: 'PID', sha: 'SHA', ssh: 'SSH', uri: 'URI', url: 'URL', workdir: 'WorkDir', s3: 'S3', fs: 'FS',
};

/** `base_sha` is `BaseSHA`, `dnsPolicy` is `DNSPolicy`. */
export function goName(json: string): string {
  const parts = json.split(/_|(?<=[a-z0-9])(?=[A-Z])/);
  return parts.map((part) => PARTS[part] ?? part.charAt(0).toUpperCase() + part.slice(1)).join('');
}

/** An object of the tables with Go's field names and a value in every field. */
function structOf(type: string, value: Readonly<Record<string, unknown>>): Struct {
  return Object.fromEntries((fieldList(type) ?? []).map((field) => [goName(field.name), fieldValue(field.type, value[field.name])]));
}

function fieldValue(type: string, value: unknown): Value {
  const kind = type.replace(/[*!]$/, '');
  if (kind.startsWith('[')) return (Array.isArray(value) ? value : []).map((one: unknown) => fieldValue(kind.slice(1, -1), one));
  if (kind.startsWith('{')) return new Map(Object.entries(isRecord(value) ? value : {}).map(([key, one]) => [key, plain(one)]));
  if (value !== undefined && value !== null) return isRecord(value) && fieldList(kind) ? structOf(kind, value) : plain(value);
  if (type.endsWith('*')) return null;
  return { string: '', number: 0, boolean: false }[kind] ?? null;
}

function plain(value: unknown): Value {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(plain);
  return isRecord(value) ? new Map(Object.entries(value).map(([key, one]) => [key, plain(one)])) : null;
}

function pointer(type: TypeName, value: unknown): Struct | null {
  return isRecord(value) ? structOf(type, normalized(type, value)) : null;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** The way Go prints a point in time. */
function time(value: unknown): string | null {
  const ms = Date.parse(text(value));
  return Number.isNaN(ms) ? null : `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`;
}

/** A ProwJob as upstream's templates see it: Go's names, metadata at the top as well (jobs 3.9). */
export function prowJobData({ apiVersion, kind, metadata, spec, status }: ProwJob): Struct {
  const meta: Struct = {
    Name: metadata.name,
    GenerateName: '',
    SelfLink: '',
    Generation: 0,
    DeletionTimestamp: null,
    DeletionGracePeriodSeconds: null,
    OwnerReferences: [],
    Finalizers: [],
    ManagedFields: [],
    Namespace: metadata.namespace ?? '',
    UID: metadata.uid ?? '',
    ResourceVersion: metadata.resourceVersion ?? '',
    CreationTimestamp: time(metadata.creationTimestamp),
    Labels: new Map(Object.entries(metadata.labels ?? {})),
    Annotations: new Map(Object.entries(metadata.annotations ?? {})),
  };
  return {
    Kind: kind,
    APIVersion: apiVersion,
    TypeMeta: { Kind: kind, APIVersion: apiVersion },
    ObjectMeta: meta,
    ...meta,
    Spec: {
      Type: spec.type,
      Agent: spec.agent,
      Cluster: spec.cluster ?? '',
      Namespace: spec.namespace ?? '',
      Job: spec.job,
      Refs: pointer('Refs', spec.refs),
      ExtraRefs: (spec.extra_refs ?? []).map((refs) => pointer('Refs', refs)),
      Report: spec.report ?? false,
      Context: spec.context ?? '',
      RerunCommand: spec.rerun_command ?? '',
      MaxConcurrency: number(spec['max_concurrency']),
      ErrorOnEviction: spec['error_on_eviction'] === true,
      PipelineRunSpec: isRecord(spec['pipeline_run_spec']) ? plain(spec['pipeline_run_spec']) : null,
      TektonPipelineRunSpec: isRecord(spec['tekton_pipeline_run_spec']) ? plain(spec['tekton_pipeline_run_spec']) : null,
      PodSpec: pointer('PodSpec', spec['pod_spec']),
      JenkinsSpec: isRecord(spec['jenkins_spec']) ? { GitHubBranchSourceJob: spec['jenkins_spec']['github_branch_source_job'] === true } : null,
      DecorationConfig: pointer('DecorationConfig', spec['decoration_config']),
      ReporterConfig: pointer('ReporterConfig', spec['reporter_config']),
      RerunAuthConfig: pointer('RerunAuthConfig', spec['rerun_auth_config']),
      Hidden: spec['hidden'] === true,
      ProwJobDefault: pointer('ProwJobDefaults', spec['prowjob_defaults']),
      JobQueueName: text(spec['job_queue_name']),
    },
    Status: {
      StartTime: time(status.startTime) ?? '0001-01-01 00:00:00 +0000 UTC',
      PendingTime: time(status['pendingTime']),
      CompletionTime: time(status.completionTime),
      State: status.state,
      Description: status.description ?? '',
      URL: status.url ?? '',
      PodName: status.pod_name ?? '',
      BuildID: status.build_id ?? '',
      JenkinsBuildID: text(status['jenkins_build_id']),
      PodRevivalCount: number(status['pod_revival_count']),
      PrevReportStates: new Map(Object.entries(isRecord(status['prev_report_states']) ? status['prev_report_states'] : {}).map(([key, one]) => [key, plain(one)])),
    },
  };
}

/** A ProwJob in which nothing is set, as templates see it: on it upstream tries templates when it loads them (config 1.4). */
export function emptyProwJobData(): Struct {
  const { Spec: spec, Status: status, ...rest } = prowJobData({ apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name: '' }, spec: { type: 'periodic', agent: '', job: '' }, status: { state: 'triggered' } });
  return { ...rest, Kind: '', APIVersion: '', TypeMeta: { Kind: '', APIVersion: '' }, Spec: { ...(spec as Struct), Type: '' }, Status: { ...(status as Struct), State: '' } };
}
