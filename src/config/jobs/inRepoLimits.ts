import { slug, type Repo } from '../../core/ids.js';
import { isRecord } from '../decode.js';
import { normalized } from '../kube/normalize.js';
import { own } from '../lookup.js';
import type { InRepoLimits } from '../prow/inRepoLimits.js';
import type { ProwConfig } from '../prow/schema.js';
import { field, listAt, textAt, textsAt } from './data.js';
import { listOf } from './presets.js';
import type { Data, PostsubmitYaml, Preset, PresubmitYaml } from './schema.js';
import type { Fault } from './validate.js';

type Yaml = PresubmitYaml | PostsubmitYaml;

/** A repository's own job as its file has it, with what it takes from presets of its own files, and the central presets that it uses. */
export interface Limited {
  readonly job: Yaml;
  /** Its pod with presets of the repository, and without the central ones. */
  readonly spec: Data | undefined;
  readonly central: readonly Preset[];
  readonly repo: Repo;
}

/** The limits for a repository: of each, what the closest level says (config 5.4). Empty where nothing is limited. */
export function limitsFor({ in_repo_config: { limits } }: Pick<ProwConfig, 'in_repo_config'>, repo: Repo): InRepoLimits {
  return ['*', repo.org, slug(repo)].reduce<InRepoLimits>((so, key) => ({ ...so, ...Object.fromEntries(Object.entries(own(limits, key) ?? {}).filter(([, value]) => value !== undefined)) }), {});
}

/** What a repository's own job does although the limits forbid it, and at which of its keys. */
export function limitFaults(limits: InRepoLimits, limited: Limited): readonly Fault[] {
  const { job } = limited;
  const faults: Fault[] = [];
  if (limits.allowed_agents && !limits.allowed_agents.includes(job.agent || 'kubernetes')) faults.push(['agent', `the agent ${job.agent || 'kubernetes'} is not in in_repo_config.limits.allowed_agents`]);
  if (limits.max_concurrency !== undefined && (job.max_concurrency < 1 || job.max_concurrency > limits.max_concurrency)) {
    faults.push(['max_concurrency', `expected 1 to ${limits.max_concurrency}, which is in_repo_config.limits.max_concurrency, found ${job.max_concurrency}`]);
  }
  if (limits.allow_hidden === false && job.hidden) faults.push(['hidden', 'in_repo_config.limits.allow_hidden is false']);
  if (limits.allow_rerun_by_anyone === false && field(job.rerun_auth_config, 'allow_anyone') === true) faults.push([['rerun_auth_config', 'allow_anyone'], 'in_repo_config.limits.allow_rerun_by_anyone is false']);
  return [...faults, ...presetFaults(limits, limited), ...refFaults(limits, limited), ...secretFaults(limits, limited), ...accountFaults(limits, limited), ...bucketFaults(limits, job), ...podFaults(limits, limited)];
}

function presetFaults({ allowed_presets: allowed }: InRepoLimits, { central }: Limited): readonly Fault[] {
  if (!allowed) return [];
  return central.flatMap(({ labels }): readonly Fault[] => {
    const pairs = Object.entries(labels);
    const [first] = pairs;
    if (!first || pairs.some(([name, value]) => allowed.includes(name) || allowed.includes(`${name}=${value}`))) return [];
    return [[['labels', first[0]], `the preset of the label ${first.join('=')} is not in in_repo_config.limits.allowed_presets`]];
  });
}

/** Where code comes from: an address of its own could be that of any repository. */
function refFaults({ allowed_extra_refs: allowed }: InRepoLimits, { job, repo }: Limited): readonly Fault[] {
  if (!allowed) return [];
  const why = 'and in_repo_config.limits.allowed_extra_refs is set';
  const faults: Fault[] = job.clone_uri === '' ? [] : [['clone_uri', `could be any repository, ${why}`]];
  listAt(job, 'extra_refs').forEach((ref, at) => {
    const [org, name] = [textAt(ref, 'org'), textAt(ref, 'repo')];
    const full = `${org}/${name}`;
    if (full !== slug(repo) && !allowed.includes(org) && !allowed.includes(full)) faults.push([['extra_refs', at], `${full} is not in in_repo_config.limits.allowed_extra_refs`]);
    if (textAt(ref, 'clone_uri') !== '') faults.push([['extra_refs', at, 'clone_uri'], `could be any repository, ${why}`]);
  });
  return faults;
}

const SECRET_KEYS = ['gcs_credentials_secret', 's3_credentials_secret', 'cookiefile_secret'];
const SECRET_OBJECTS = ['oauth_token_secret', 'github_app_private_key_secret'];

/** Secrets that it names, that its utilities would be given, or that it would mount although they are the decoration's. */
function secretFaults({ allowed_secrets: allowed }: InRepoLimits, { job: { decoration_config: decoration }, spec, central }: Limited): readonly Fault[] {
  if (!allowed) return [];
  const faults: Fault[] = [];
  const look = (at: Fault[0], name: string) => {
    if (name !== '' && !allowed.includes(name)) faults.push([at, `the secret ${name} is not in in_repo_config.limits.allowed_secrets`]);
  };
  for (const key of SECRET_KEYS) look(['decoration_config', key], textAt(decoration, key));
  for (const key of SECRET_OBJECTS) look(['decoration_config', key], textAt(field(decoration, key), 'name'));
  textsAt(decoration, 'ssh_key_secrets').forEach((name, at) => { look(['decoration_config', 'ssh_key_secrets', at], name); });
  if (isRecord(field(decoration, 'utility_images'))) faults.push([['decoration_config', 'utility_images'], "utilities of its own would be given the decoration's secrets, and in_repo_config.limits.allowed_secrets is set"]);
  if (!spec) return faults;
  for (const [path, name] of namedSecrets(spec, [])) look(['spec', ...path], name);
  const volumes = new Set([...listOf(spec['volumes']), ...central.flatMap((preset) => preset.volumes)].map((volume) => textAt(volume, 'name')));
  for (const kind of ['containers', 'initContainers'] as const) {
    listAt(spec, kind).forEach((container, at) => {
      listAt(container, 'volumeMounts').forEach((mount, n) => {
        if (!volumes.has(textAt(mount, 'name'))) faults.push([['spec', kind, at, 'volumeMounts', n, 'name'], "the volume is the decoration's, and in_repo_config.limits.allowed_secrets is set"]);
      });
    });
  }
  return faults;
}

/** All secrets that a pod in normal form names, with their places. */
function namedSecrets(value: unknown, path: readonly (string | number)[]): readonly (readonly [path: readonly (string | number)[], name: string])[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown, at) => (path.at(-1) === 'imagePullSecrets' ? [[[...path, at], textAt(item, 'name')] as const] : namedSecrets(item, [...path, at])));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = [...path, key];
    if (key === 'secretName' && typeof inner === 'string') return [[here, inner] as const];
    const names = ['secretRef', 'secretKeyRef', 'nodePublishSecretRef', 'secret'].includes(key) && isRecord(inner) && typeof inner['name'] === 'string' ? [[[...here, 'name'], inner['name']] as const] : [];
    return [...names, ...namedSecrets(inner, here)];
  });
}

function accountFaults({ allowed_service_accounts: allowed }: InRepoLimits, { job, spec }: Limited): readonly Fault[] {
  if (!allowed) return [];
  const named: readonly (readonly [Fault[0], string])[] = [
    ...['serviceAccountName', 'serviceAccount'].map((key) => [['spec', key], textAt(spec, key)] as const), [['decoration_config', 'default_service_account_name'], textAt(job.decoration_config, 'default_service_account_name')],
  ];
  return named.filter(([, name]) => name !== '' && !allowed.includes(name)).map(([at, name]): Fault => [at, `the service account ${name} is not in in_repo_config.limits.allowed_service_accounts`]);
}

function bucketFaults({ allowed_buckets: allowed }: InRepoLimits, { decoration_config: decoration }: Yaml): readonly Fault[] {
  const bucket = textAt(field(decoration, 'gcs_configuration'), 'bucket');
  const plain = (name: string) => name.replace(/^gs:\/\//, '');
  return !allowed || bucket === '' || allowed.map(plain).includes(plain(bucket)) ? [] : [[['decoration_config', 'gcs_configuration', 'bucket'], `the bucket ${bucket} is not in in_repo_config.limits.allowed_buckets`]];
}

/** What reaches beyond its own containers, and what says where it runs. */
function podFaults(limits: InRepoLimits, { job: { decoration_config: decoration }, spec }: Limited): readonly Fault[] {
  const faults: Fault[] = [];
  const isSet = (of: unknown, key: string) => { const value = field(of, key); return value !== undefined && value !== null && value !== false && value !== '' && value !== 'Default' && !(typeof value === 'object' && Object.keys(value).length === 0); };
  const refuse = (of: unknown, key: string, path: readonly (string | number)[], limit: string) => { if (isSet(of, key)) faults.push([[...path, key], `in_repo_config.limits.${limit} is false`]); };
  if (limits.allow_node_selection === false) {
    for (const key of ['nodeName', 'nodeSelector', 'affinity', 'tolerations', 'schedulerName', 'priorityClassName', 'runtimeClassName']) refuse(spec, key, ['spec'], 'allow_node_selection');
    refuse(decoration, 'scheduling_options', ['decoration_config'], 'allow_node_selection');
  }
  if (limits.allow_privileged !== false || !spec) return faults;
  const look = (of: unknown, key: string, path: readonly (string | number)[]) => { refuse(of, key, path, 'allow_privileged'); };
  for (const key of ['hostNetwork', 'hostPID', 'hostIPC']) look(spec, key, ['spec']);
  look(field(field(spec, 'securityContext'), 'windowsOptions'), 'hostProcess', ['spec', 'securityContext', 'windowsOptions']);
  look(field(spec, 'securityContext'), 'sysctls', ['spec', 'securityContext']);
  listAt(spec, 'volumes').forEach((volume, at) => { look(volume, 'hostPath', ['spec', 'volumes', at]); });
  for (const kind of ['containers', 'initContainers', 'ephemeralContainers'] as const) {
    listAt(spec, kind).forEach((container, at) => {
      const [security, path] = [field(container, 'securityContext'), ['spec', kind, at, 'securityContext'] as const];
      for (const key of ['privileged', 'procMount']) look(security, key, path);
      look(field(security, 'capabilities'), 'add', [...path, 'capabilities']);
      look(field(security, 'windowsOptions'), 'hostProcess', [...path, 'windowsOptions']);
      listAt(container, 'ports').forEach((port, n) => { look(port, 'hostPort', ['spec', kind, at, 'ports', n]); });
    });
  }
  return faults;
}

/** A pod in the form in which its fields have the names of Kubernetes. */
export function limitedSpec(spec: Data | undefined): Data | undefined {
  return spec && normalized('PodSpec', spec);
}
