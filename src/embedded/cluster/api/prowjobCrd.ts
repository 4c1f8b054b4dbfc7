import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { at, isFields, listOf, type Fields } from './object.js';
import type { Schema } from './schema.js';

/** A column of `kubectl get` as a CRD declares it. */
export interface PrinterColumn { readonly name: string; readonly type: string; readonly jsonPath: string; readonly description?: string; readonly priority?: number; readonly format?: string }

/** A custom resource's definition, read-only. */
export interface Crd {
  /** The definition as `kubectl get crd` shows it. */
  readonly document: Fields;
  readonly schema: Schema;
  readonly columns: readonly PrinterColumn[];
  readonly shortNames: readonly string[];
}

const text = { type: 'string' };
const flag = { type: 'boolean' };
const whole = { type: 'integer' };
const texts = { type: 'array', items: text };
const time = { type: 'string', format: 'date-time' };
const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const obj = (properties: Fields, required?: readonly string[]): Fields => ({ type: 'object', properties, ...(required ? { required } : {}) });
/** Fields of one type, by their names. */
const all = (type: Fields, names: string): Fields => Object.fromEntries(names.split(' ').map((name) => [name, type]));

const pull = obj({ ...all(text, 'author author_link commit_link head_ref link ref sha title'), number: whole }, ['author', 'number', 'sha']);
const refs = obj(
  { ...all(text, 'base_link base_ref base_sha clone_uri org path_alias repo repo_link'), ...all(flag, 'auxiliary blobless_fetch skip_fetch_head skip_submodules workdir'), clone_depth: whole, sparse_checkout_files: texts, pulls: { type: 'array', items: pull } },
  ['org', 'repo'],
);
const storage = obj({ ...all(text, 'bucket default_org default_repo job_url_prefix local_output_dir path_prefix path_strategy'), compress_file_types: texts, mediaTypes: { type: 'object', additionalProperties: text } });
const censoring = obj({ ...all(whole, 'censoring_buffer_size censoring_concurrency minimum_secret_length'), ...all(texts, 'exclude_directories include_directories') });
const decoration = obj({
  ...all(flag, 'blobless_fetch censor_secrets set_limit_equals_memory_request skip_cloning upload_ignores_interrupts'),
  ...all(text, 'cookiefile_secret default_service_account_name gcs_credentials_secret github_app_id grace_period pod_pending_timeout pod_running_timeout pod_unscheduled_timeout s3_credentials_secret timeout'),
  ...all(whole, 'fs_group run_as_group run_as_user'),
  ...all(texts, 'github_api_endpoints sparse_checkout_files ssh_host_fingerprints ssh_key_secrets'),
  ...all(obj({ key: text, name: text }), 'github_app_private_key_secret oauth_token_secret'),
  default_memory_request: { 'x-kubernetes-int-or-string': true },
  censoring_options: censoring,
  gcs_configuration: storage,
  resources: obj(all(open, 'clonerefs initupload place_entrypoint sidecar')),
  scheduling_options: open,
  utility_images: obj(all(text, 'clonerefs entrypoint initupload sidecar')),
});
const team = obj({ org: text, slug: text }, ['org', 'slug']);
const spec = obj(
  {
    ...all(text, 'agent cluster context job job_queue_name namespace rerun_command'),
    ...all(flag, 'error_on_eviction hidden report'),
    ...all(open, 'pipeline_run_spec pod_spec tekton_pipeline_run_spec'),
    type: { type: 'string', enum: ['presubmit', 'postsubmit', 'periodic', 'batch'] },
    max_concurrency: { type: 'integer', minimum: 0 },
    decoration_config: decoration,
    refs,
    extra_refs: { type: 'array', items: refs },
    jenkins_spec: obj({ github_branch_source_job: flag }),
    prowjob_defaults: obj({ resultstore_config: obj({ project_id: text }), tenant_id: text }),
    reporter_config: obj({ slack: obj({ ...all(text, 'channel host report_template'), report: flag, job_states_to_report: texts }) }),
    rerun_auth_config: obj({ allow_anyone: flag, github_orgs: texts, github_team_ids: { type: 'array', items: whole }, github_team_slugs: { type: 'array', items: team }, github_users: texts }),
  },
  ['job', 'type'],
);
const status = {
  ...obj(
    {
      ...all(text, 'build_id description jenkins_build_id pod_name url'),
      ...all(time, 'completionTime pendingTime startTime'),
      pod_revival_count: whole,
      prev_report_states: { type: 'object', additionalProperties: text },
      state: { type: 'string', enum: ['scheduling', 'triggered', 'pending', 'success', 'failure', 'aborted', 'error'] },
    },
    ['state'],
  ),
  // A job that has ended needs its time (jobs 1.8).
  anyOf: [{ not: { properties: { state: { enum: ['success', 'failure', 'error'] } } } }, { required: ['completionTime'] }],
};
const column = (name: string, jsonPath: string, type = 'string'): PrinterColumn => ({ name, jsonPath, type });

/** The definition that is used where the chart's is not at hand; pod specs are kept as they are. */
const own: Fields = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'prowjobs.prow.k8s.io' },
  spec: {
    group: 'prow.k8s.io', names: { kind: 'ProwJob', listKind: 'ProwJobList', plural: 'prowjobs', singular: 'prowjob' }, scope: 'Namespaced', preserveUnknownFields: false,
    versions: [{
      name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: obj({ apiVersion: text, kind: text, metadata: { type: 'object' }, spec, status }) },
      additionalPrinterColumns: [
        column('Job', '.spec.job'), column('BuildId', '.status.build_id'), column('Type', '.spec.type'), column('Org', '.spec.refs.org'), column('Repo', '.spec.refs.repo'), column('Pulls', '.spec.refs.pulls[*].number'),
        column('StartTime', '.status.startTime', 'date'), column('CompletionTime', '.status.completionTime', 'date'), column('State', '.status.state'),
      ],
    }],
  },
};

/** A definition's schema and columns of version v1. Throws when the document is no such definition. */
export function readCrd(document: unknown): Crd {
  const version = listOf(at(document, 'spec', 'versions')).find((one) => at(one, 'name') === 'v1');
  const schema = at(version, 'schema', 'openAPIV3Schema');
  if (!isFields(document) || at(document, 'spec', 'names', 'kind') !== 'ProwJob' || !isFields(schema)) throw new Error('this is no definition of prow.k8s.io/v1 ProwJob');
  return { document, schema, columns: listOf(at(version, 'additionalPrinterColumns')) as readonly PrinterColumn[], shortNames: listOf(at(document, 'spec', 'names', 'shortNames')).map(String) };
}

/** The chart's definition of ProwJob, or one of our own where the chart is not at hand. Throws when the chart's cannot be read. */
export async function loadProwjobCrd(path: string | URL): Promise<Crd> {
  let source: string;
  try {
    source = await readFile(path, 'utf8');
  } catch {
    return readCrd(own);
  }
  return readCrd(parse(source, { maxAliasCount: -1 }) as unknown);
}

/** Our own definition, for tests and where there is no chart. */
export const ownProwjobCrd: Crd = readCrd(own);
