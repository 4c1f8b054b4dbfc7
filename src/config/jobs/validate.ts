import type { ProwJobType } from '../../core/prowjob.js';
import { parseCron } from '../cron.js';
import { isRecord } from '../decode.js';
import { findDuration } from '../duration.js';
import type { Path } from '../findings.js';
import { goUrlScheme } from '../goUrl.js';
import type { JobDefaults } from './defaults.js';
import { field, listAt, textAt } from './data.js';
import { commandFaults, decorationFaults } from './decoration.js';
import { branchesIntersect } from './match.js';
import { pipelineFaults, pipelineOf } from './pipeline.js';
import { podSpecFaults, type PlacedFault } from './podSpec.js';
import type { Compiled, Data, Periodic, Postsubmit, PresubmitYaml, Presubmit } from './schema.js';

/** What is wrong with a job, and at which of its keys (empty: the job as a whole). */
export type Fault = readonly [at: string | Path, message: string];

const NAME = /^[A-Za-z0-9-._]+$/;
const JENKINS_NAME = /^[A-Za-z0-9-._]([A-Za-z0-9-._/]*[A-Za-z0-9-_])?$/;
const QUALIFIED = /^(?:(?=[^/]{1,253}\/)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?)?$/;
const RESERVED_LABELS = ['created-by-prow', 'prow.k8s.io/type', 'prow.k8s.io/id'];
const AGENTS = ['kubernetes', 'jenkins', 'tekton-pipeline'];

/** Whether a text may be the value of a Kubernetes label. */
export function isLabelValue(value: string): boolean {
  return LABEL_VALUE.test(value);
}

/** Faults of what all kinds of job have in common (config 2.7.4). */
export function baseFaults(job: Presubmit | Postsubmit | Periodic, type: ProwJobType, prow: JobDefaults): readonly Fault[] {
  const faults: Fault[] = [];
  const nameOk = job.agent === 'jenkins' ? JENKINS_NAME : NAME;
  if (!nameOk.test(job.name)) faults.push(['name', `expected a name of letters, digits, "-", "." and "_", found ${JSON.stringify(job.name)}`]);
  if (job.max_concurrency < 0) faults.push(['max_concurrency', 'expected 0 or more']);
  if (job.job_queue_name !== '' && !Object.hasOwn(prow.plank.job_queue_capacities, job.job_queue_name)) {
    faults.push(['job_queue_name', `expected a queue of plank.job_queue_capacities, found ${JSON.stringify(job.job_queue_name)}`]);
  }
  const agent = agentFault(job, prow);
  if (agent) faults.push(agent);
  if (job.spec && job.agent === 'kubernetes') faults.push(...below('spec', podSpecFaults(job.spec, type, job.decoration_config)));
  if (job.agent === 'tekton-pipeline') faults.push(...pipelineFaults(job, type));
  for (const [key, value] of Object.entries(job.labels)) {
    if (RESERVED_LABELS.includes(key)) faults.push([['labels', key], `the label ${key} is reserved`]);
    else if (!QUALIFIED.test(key)) faults.push([['labels', key], `not the name of a label: ${JSON.stringify(key)}`]);
    else if (!isLabelValue(value)) faults.push([['labels', key], `not the value of a label: ${JSON.stringify(value)} of ${key}`]);
  }
  for (const key of Object.keys(job.annotations)) if (!QUALIFIED.test(key)) faults.push([['annotations', key], `not the name of an annotation: ${JSON.stringify(key)}`]);
  if (listAt(job.spec, 'containers').length > 0) faults.push(...containerJobFaults(job));
  return faults;
}

function below(key: string, faults: readonly PlacedFault[]): readonly Fault[] {
  return faults.map(([path, message]): Fault => [[key, ...path], message]);
}

/** What is only looked at when a job has containers. */
function containerJobFaults(job: Presubmit | Postsubmit | Periodic): readonly Fault[] {
  const faults: Fault[] = [...rerunFaults(job.rerun_auth_config), ...cloneFaults(job)];
  if (!job.decoration_config || !job.spec) return faults;
  return [...faults, ...below('decoration_config', decorationFaults(job.decoration_config)), ...below('spec', commandFaults(job.spec))];
}

/** Whoever may rerun is anyone, or somebody who is named. */
function rerunFaults(auth: Data | undefined): readonly Fault[] {
  if (field(auth, 'allow_anyone') !== true) return [];
  const named = ['github_team_ids', 'github_team_slugs', 'github_users', 'github_orgs'].filter((key) => [field(auth, key)].flat().some((one) => one !== undefined));
  return named.map((key): Fault => [['rerun_auth_config', key], 'excludes allow_anyone: true']);
}

/** Extra refs are looked at only if the job says itself where it is cloned from, as upstream has it. */
function cloneFaults(job: Presubmit | Postsubmit | Periodic): readonly Fault[] {
  if (job.clone_uri === '') return [];
  const withToken = isRecord(field(job.decoration_config, 'oauth_token_secret'));
  const refs = listAt(job, 'extra_refs').map((ref, at): readonly [Path, string] => [['extra_refs', at, 'clone_uri'], textAt(ref, 'clone_uri')]);
  return [[['clone_uri'], job.clone_uri] as const, ...refs].flatMap(([path, uri]): readonly Fault[] => {
    const plain = uri.slice(uri.indexOf('@') + 1);
    if (uri === '') return [];
    const scheme = goUrlScheme(plain);
    if (scheme === undefined) return [[path, `expected a URL, found ${JSON.stringify(uri)}`]];
    return withToken && !/^https?$/.test(scheme) ? [[path, `expected http or https, since oauth_token_secret is set, found ${JSON.stringify(uri)}`]] : [];
  });
}

/** The first rule that the agent breaks; an agent that nobody here knows has none. */
function agentFault(job: Presubmit | Postsubmit | Periodic, prow: JobDefaults): Fault | undefined {
  const pipeline = pipelineOf(job);
  if (!AGENTS.includes(job.agent)) return undefined;
  if (job.spec && job.agent !== 'kubernetes') return ['spec', `a pod spec needs the agent kubernetes, found ${job.agent}`];
  if (!job.spec && job.agent === 'kubernetes') return ['', 'the agent kubernetes needs a spec'];
  if (pipeline && job.agent !== 'tekton-pipeline') return ['agent', `a pipeline spec needs the agent tekton-pipeline, found ${job.agent}`];
  if (!pipeline && job.agent === 'tekton-pipeline') return ['agent', 'the agent tekton-pipeline needs a pipeline spec'];
  if (job.decoration_config && job.agent !== 'kubernetes') return ['decorate', 'decoration needs the agent kubernetes; say decorate: false'];
  if (job.error_on_eviction && job.agent !== 'kubernetes') return ['error_on_eviction', 'needs the agent kubernetes'];
  if (job.namespace !== prow.pod_namespace && job.agent !== 'tekton-pipeline') return ['namespace', `expected pod_namespace (${prow.pod_namespace}), found ${job.namespace}`];
  return undefined;
}

/** Faults of when a job runs and how it reports. */
export function matchingFaults(job: Presubmit | Postsubmit): readonly Fault[] {
  const faults: Fault[] = [];
  if (job.always_run === true && job.run_if_changed !== '') faults.push(['run_if_changed', 'excludes always_run: true']);
  if (job.always_run === true && job.skip_if_only_changed !== '') faults.push(['skip_if_only_changed', 'excludes always_run: true']);
  if (job.run_if_changed !== '' && job.skip_if_only_changed !== '') faults.push(['skip_if_only_changed', 'excludes run_if_changed']);
  if (job.skip_report && (job.labels['prow.k8s.io/gerrit-report-label'] ?? '') !== '') faults.push(['skip_report', 'excludes the label prow.k8s.io/gerrit-report-label']);
  return faults;
}

/** Trigger and rerun command come together; that they fit is seen once the trigger is compiled. */
export function triggerFaults(job: PresubmitYaml): readonly Fault[] {
  if (job.trigger === '' && job.rerun_command !== '') return [['rerun_command', 'needs a trigger that matches it']];
  if (job.trigger !== '' && job.rerun_command === '') return [['trigger', 'needs a rerun_command that it matches']];
  return [];
}

export function periodicFaults(job: Periodic): readonly Fault[] {
  const faults: Fault[] = [];
  const given = (['cron', 'interval', 'minimum_interval'] as const).filter((key) => job[key] !== '');
  if (given.length !== 1) faults.push([given[1] ?? '', `expected one of cron, interval and minimum_interval, found ${given.length === 0 ? 'none' : given.join(' and ')}`]);
  for (const key of ['interval', 'minimum_interval'] as const) {
    if (job[key] !== '' && findDuration(job[key]) === undefined) faults.push([key, `expected a duration like 1h30m, found ${JSON.stringify(job[key])}`]);
  }
  if (job.cron !== '') {
    try {
      parseCron(job.cron);
    } catch (err) {
      faults.push(['cron', `${JSON.stringify(job.cron)} is no cron text: ${err instanceof Error ? err.message : String(err)}`]);
    }
  }
  if (job.retry && findDuration(textAt(job.retry, 'interval')) === undefined) faults.push([['retry', 'interval'], 'expected an interval like 5m']);
  return faults;
}

type Listed = Readonly<{ name: string; context: string; branches: readonly string[]; skip_branches: readonly string[]; compiled: Compiled }>;

/** Pairs of a repository's jobs that cannot live together: one name, or one context, on one branch. */
export function clashes(jobs: readonly Listed[]): readonly Readonly<{ index: number; key: 'name' | 'context'; message: string }>[] {
  const found: Readonly<{ index: number; key: 'name' | 'context'; message: string }>[] = [];
  for (const key of ['name', 'context'] as const) {
    const seen = new Map<string, Seen>();
    jobs.forEach((job, index) => {
      const before = seen.get(job[key]) ?? { all: [], elsewhere: [], byBranch: new Map() };
      const other = metBefore(job, before, (one) => key === 'name' || one.name !== job.name);
      if (other) {
        const message = key === 'name' ? `the job ${job.name} is there twice for one branch` : `the jobs ${other.name} and ${job.name} report the same context ${job.context} on one branch`;
        found.push({ index, key, message });
      }
      remember(job, before);
      seen.set(job[key], before);
    });
  }
  return found;
}

/** Jobs with one name or one context, so that not every one has to be compared with every other. */
interface Seen {
  readonly all: Listed[];
  /** Those that do not list branches. */
  readonly elsewhere: Listed[];
  /** The others by what they list: of each the first one, and the first one of another name. */
  readonly byBranch: Map<string, readonly Listed[]>;
}

function metBefore(job: Listed, { all, elsewhere, byBranch }: Seen, counts: (one: Listed) => boolean): Listed | undefined {
  if (job.branches.length === 0) return all.find((one) => counts(one) && branchesIntersect(one, job));
  for (const branch of job.branches) {
    const one = byBranch.get(branch)?.find(counts);
    if (one) return one;
  }
  return elsewhere.find((one) => counts(one) && branchesIntersect(one, job));
}

function remember(job: Listed, { all, elsewhere, byBranch }: Seen): void {
  all.push(job);
  if (job.branches.length === 0) elsewhere.push(job);
  for (const branch of job.branches) {
    const known = byBranch.get(branch) ?? [];
    if (known.every(({ name }) => name !== job.name)) byBranch.set(branch, [...known, job].slice(0, 2));
  }
}
