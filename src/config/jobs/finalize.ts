import { pattern } from '../../core/re2.js';
import type { Finding, Path } from '../findings.js';
import type { DecorationEntry, ProwConfig } from '../prow/schema.js';
import { canonicalDecoration, decorationEntries, decorationFor, prowjobDefaultsFor, repoOfRefs } from './layers.js';
import { compileMatchers } from './match.js';
import { applyPresets } from './presets.js';
import type { Data, Periodic, PeriodicYaml, Postsubmit, PostsubmitYaml, Preset, Presubmit, PresubmitYaml } from './schema.js';
import { baseFaults, clashes, matchingFaults, periodicFaults, triggerFaults, type Fault } from './validate.js';

/** A job as a file has it, with the file's name and a way to tell the place of its keys. */
export interface Read<T> {
  readonly job: T;
  readonly file: string;
  /** Where a key of the job, or something below one, stands; the job itself for the empty key. */
  at(key: string | Path, message: string): Finding;
}

export interface ReadJobs {
  readonly presets: readonly Preset[];
  readonly presubmits: ReadonlyMap<string, readonly Read<PresubmitYaml>[]>;
  readonly postsubmits: ReadonlyMap<string, readonly Read<PostsubmitYaml>[]>;
  readonly periodics: readonly Read<PeriodicYaml>[];
}

export interface Jobs {
  readonly presubmits: ReadonlyMap<string, readonly Presubmit[]>;
  readonly postsubmits: ReadonlyMap<string, readonly Postsubmit[]>;
  readonly periodics: readonly Periodic[];
}

interface Defaults {
  readonly prow: ProwConfig;
  readonly presets: readonly Preset[];
  readonly decoration: readonly DecorationEntry[];
}

/** Defaults, presets, compilation and validation of all jobs (jobs 2.6–2.8). Faults go to `errors`. */
export function finalizeJobs(read: ReadJobs, prow: ProwConfig, errors: Finding[]): Jobs {
  const defaults: Defaults = { prow, presets: read.presets, decoration: decorationEntries(prow) };
  const presubmits = new Map<string, readonly Presubmit[]>();
  for (const [repo, jobs] of read.presubmits) presubmits.set(repo, jobs.map((one) => presubmit(one, repo, defaults, errors)));
  const postsubmits = new Map<string, readonly Postsubmit[]>();
  for (const [repo, jobs] of read.postsubmits) postsubmits.set(repo, jobs.map((one) => postsubmit(one, repo, defaults, errors)));
  for (const [repo, jobs] of [...presubmits, ...postsubmits]) reportClashes(jobs, (jobs === presubmits.get(repo) ? read.presubmits : read.postsubmits).get(repo) ?? [], errors);
  const periodics = read.periodics.map((one) => periodic(one, defaults, errors));
  const names = new Set<string>();
  for (const { job, at } of read.periodics) {
    if (names.has(job.name)) errors.push(at('name', `the periodic ${job.name} is there twice`));
    names.add(job.name);
  }
  return { presubmits, postsubmits, periodics };
}

function reportClashes(jobs: readonly (Presubmit | Postsubmit)[], read: readonly Read<unknown>[], errors: Finding[]): void {
  for (const { index, key, message } of clashes(jobs)) {
    const one = read[index];
    if (one) errors.push(one.at(key, message));
  }
}

function report(one: Read<Readonly<{ name: string }>>, faults: readonly Fault[], errors: Finding[]): void {
  for (const [key, message] of faults) errors.push(one.at(key, `${one.job.name || 'a job without a name'}: ${message}`));
}

type AnyYaml = PresubmitYaml | PostsubmitYaml | PeriodicYaml;

/** What all kinds of job share, in upstream's order: base fields, decoration, defaults of the ProwJob, presets. */
function base(one: Read<AnyYaml>, repo: string, { prow, presets, decoration }: Defaults, errors: Finding[]): Readonly<{
  agent: string; cluster: string; namespace: string; decorate: boolean; source: string; prowjob_defaults: Data; decoration_config?: Data; spec?: Data;
}> {
  const { job } = one;
  const agent = job.agent || 'kubernetes';
  const cluster = job.cluster || 'default';
  const decorate = job.decorate ?? prow.decorate_all_jobs;
  let decorated: Data | undefined = decorate ? decorationFor(job.decoration_config, decoration, repo, cluster) : job.decoration_config;
  if (decorated) {
    const { config, faults } = canonicalDecoration(decorated);
    decorated = config;
    report(one, faults.map((key): Fault => [['decoration_config', key], `expected a duration like 1h30m, found ${JSON.stringify(config[key])}`]), errors);
  }
  let { spec } = job;
  if (spec) {
    const applied = applyPresets(spec, job.labels, presets);
    spec = applied.spec;
    report(one, applied.faults.map((message): Fault => ['spec', message]), errors);
  }
  return {
    agent,
    cluster,
    namespace: job.namespace || prow.pod_namespace,
    decorate,
    ...(decorated && { decoration_config: decorated }),
    prowjob_defaults: prowjobDefaultsFor(job.prowjob_defaults, prow.prowjob_default_entries, repo, cluster),
    ...(spec && { spec }),
    source: one.file,
  };
}

function presubmit(one: Read<PresubmitYaml>, repo: string, defaults: Defaults, errors: Finding[]): Presubmit {
  const before = triggerFaults(one.job);
  const own = { ...one.job, ...base(one, repo, defaults, errors) };
  const asked = own.trigger !== '' && own.rerun_command !== '';
  const trigger = asked ? own.trigger : `(?m)^/test( | .* )${own.name},?($|\\s.*)`;
  const rerun = asked ? own.rerun_command : `/test ${own.name}`;
  const faults: Fault[] = [...before];
  let compiledTrigger = pattern('');
  try {
    compiledTrigger = pattern(trigger);
    if (asked && !compiledTrigger.test(rerun)) faults.push(['rerun_command', `${JSON.stringify(rerun)} does not match the trigger ${JSON.stringify(trigger)}`]);
  } catch {
    faults.push(['name', 'makes a trigger that is not an RE2 expression']);
  }
  const job: Presubmit = { ...own, context: own.context || own.name, trigger, rerun_command: rerun, compiled: { ...compileMatchers(own), trigger: compiledTrigger } };
  report(one, [...faults, ...baseFaults(job, 'presubmit', defaults.prow), ...matchingFaults(job)], errors);
  return job;
}

function postsubmit(one: Read<PostsubmitYaml>, repo: string, defaults: Defaults, errors: Finding[]): Postsubmit {
  const own = { ...one.job, ...base(one, repo, defaults, errors) };
  const job: Postsubmit = { ...own, context: own.context || own.name, compiled: compileMatchers(own) };
  report(one, [...baseFaults(job, 'postsubmit', defaults.prow), ...matchingFaults(job)], errors);
  return job;
}

function periodic(one: Read<PeriodicYaml>, defaults: Defaults, errors: Finding[]): Periodic {
  const job: Periodic = { ...one.job, ...base(one, repoOfRefs(one.job.extra_refs), defaults, errors) };
  report(one, [...baseFaults(job, 'periodic', defaults.prow), ...periodicFaults(job)], errors);
  return job;
}
