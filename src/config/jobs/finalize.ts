import { pattern, type Pattern } from '../../core/re2.js';
import type { Finding, Path } from '../findings.js';
import { jobDataFaults } from '../kube/check.js';
import { isPlainlyRe2, lazyPattern } from '../regex.js';
import type { ProwConfig } from '../prow/schema.js';
import { createFinalMemo, presetFinder, type Defaults, type Final, type FinalMemo, type IsProven } from './finalMemo.js';
import { jobsByName, type Finished } from './finished.js';
import { canonicalDecoration, decorationFor, prowjobDefaultsFor, repoOfRefs } from './layers.js';
import { compileMatchers } from './match.js';
import { applyPresets } from './presets.js';
import { NO_VOLUME } from './podSpec.js';
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

/**
 * Defaults, presets, compilation and validation of all jobs (jobs 2.6–2.8). Faults go to `errors`. With the memo of an earlier call a
 * job whose file, defaults and presets are the same as then stays the same object, and so does a repository's list of jobs. Jobs that
 * are proven to have no fault, with these very defaults and presets, are not checked again, and finished when somebody asks for them.
 */
export function finalizeJobs(read: ReadJobs, prow: ProwConfig, errors: Finding[], memo: FinalMemo = createFinalMemo(), jobsAre: 'proven' | 'unproven' = 'unproven'): Jobs {
  const on = { defaults: memo.defaults(prow), presets: memo.presets(read.presets) };
  const round: Round = { defaults: on.defaults, presetsFor: presetFinder(on.presets), memo };
  const all = <Y extends AnyYaml, J extends Presubmit | Postsubmit>(kind: Kind<Y, J>, map: ReadonlyMap<string, readonly Read<Y>[]>): ReadonlyMap<string, Finished<J>> =>
    new Map([...map].map(([repo, reads]) => [repo, memo.finished(`${kind.name} ${repo}`, reads, on, jobsAre, (isProven) => finishedList(kind, reads, () => repo, round, isProven))]));
  const presubmits = all(PRESUBMIT, read.presubmits);
  const postsubmits = all(POSTSUBMIT, read.postsubmits);
  const periodics = memo.finished('periodic', read.periodics, on, jobsAre, (isProven) => finishedList(PERIODIC, read.periodics, ({ job }) => repoOfRefs(job.extra_refs), round, isProven));
  const add = (findings: readonly Finding[]) => { for (const finding of findings) errors.push(finding); };
  const lists = [...presubmits.values(), ...postsubmits.values()];
  for (const { faults } of lists) add(faults);
  for (const { clashes: found } of lists) add(found);
  add(periodics.faults);
  add(periodics.clashes);
  memo.endRound();
  return { presubmits: jobsByName(presubmits), postsubmits: jobsByName(postsubmits), get periodics() { return periodics.jobs; } };
}

/** Faults of jobs where presets are not known, as their file has a fault: a volume that is missing may be one of theirs. */
export function withoutVolumes(faults: readonly Finding[]): readonly Finding[] {
  return faults.filter(({ message }) => !message.includes(`: ${NO_VOLUME} `));
}

type AnyYaml = PresubmitYaml | PostsubmitYaml | PeriodicYaml;

/** How jobs of a kind are finished: a pure function of the job as its file has it, the defaults and the presets whose labels it carries. */
interface Kind<Y extends AnyYaml, J> {
  readonly name: string;
  make(job: Y, about: About): Final<J>;
  /** What jobs of one list do to one another. */
  clashes(jobs: readonly J[]): readonly Readonly<{ index: number; key: string; message: string }>[];
}

interface About {
  readonly file: string;
  readonly repo: string;
  readonly defaults: Defaults;
  readonly presets: readonly Preset[];
  readonly jobIs: 'proven' | 'unproven';
}

/** What all jobs of one load are finished with. */
interface Round {
  readonly defaults: Defaults;
  readonly presetsFor: ReturnType<typeof presetFinder>;
  readonly memo: FinalMemo;
}

function finishedList<Y extends AnyYaml, J>(kind: Kind<Y, J>, reads: readonly Read<Y>[], repoOf: (one: Read<Y>) => string, { defaults, presetsFor, memo }: Round, isProven: IsProven): Finished<J> {
  const faults: Finding[] = [];
  const jobs = reads.map((one) => {
    const { job: yaml, file } = one;
    const repo = repoOf(one);
    const presets = yaml.spec ? presetsFor(yaml.labels) : [];
    const { job, faults: found } = memo.final(yaml, { repo, defaults, presets }, () => kind.make(yaml, { file, repo, defaults, presets, jobIs: isProven(one) ? 'proven' : 'unproven' }));
    for (const [key, message] of found) faults.push(one.at(key, `${yaml.name || 'a job without a name'}: ${message}`));
    return job;
  });
  const clashing = reads.every(isProven) ? [] : kind.clashes(jobs);
  return { jobs, faults, clashes: clashing.flatMap(({ index, key, message }) => reads[index]?.at(key, message) ?? []) };
}

/** Periodics are told apart by their names alone. */
function repeatedNames(jobs: readonly Periodic[]): ReturnType<Kind<PeriodicYaml, Periodic>['clashes']> {
  const names = new Set<string>();
  return jobs.flatMap(({ name }, index) => {
    const repeated = names.has(name);
    names.add(name);
    return repeated ? [{ index, key: 'name', message: `the periodic ${name} is there twice` }] : [];
  });
}

/** What all kinds of job share, in upstream's order: base fields, decoration, defaults of the ProwJob, presets. */
function base(job: AnyYaml, { file, repo, defaults: { prow, decoration }, presets, jobIs }: About, faults: Fault[]): Readonly<{
  agent: string; cluster: string; namespace: string; decorate: boolean; source: string; prowjob_defaults: Data; decoration_config?: Data; spec?: Data;
}> {
  const agent = job.agent || 'kubernetes';
  const cluster = job.cluster || 'default';
  const decorate = job.decorate ?? prow.decorate_all_jobs;
  let decorated: Data | undefined = decorate ? decorationFor(job.decoration_config, decoration, repo, cluster) : job.decoration_config;
  if (decorated) {
    const { config, faults: durations } = canonicalDecoration(decorated);
    decorated = config;
    faults.push(...durations.map((key): Fault => [['decoration_config', key], `expected a duration like 1h30m, found ${JSON.stringify(config[key])}`]));
  }
  if (jobIs === 'unproven') faults.push(...jobDataFaults(job));
  let { spec } = job;
  if (spec) {
    const applied = applyPresets(spec, job.labels, presets);
    spec = applied.spec;
    faults.push(...applied.faults.map((message): Fault => ['spec', message]));
  }
  return {
    agent,
    cluster,
    namespace: job.namespace || prow.pod_namespace,
    decorate,
    ...(decorated && { decoration_config: decorated }),
    prowjob_defaults: prowjobDefaultsFor(job.prowjob_defaults, prow.prowjob_default_entries, repo, cluster),
    ...(spec && { spec }),
    source: file,
  };
}

const PRESUBMIT: Kind<PresubmitYaml, Presubmit> = {
  name: 'presubmit',
  clashes,
  make(yaml, about) {
    const faults: Fault[] = [];
    const own = { ...yaml, ...base(yaml, about, faults) };
    faults.push(...triggerFaults(yaml));
    const asked = own.trigger !== '' && own.rerun_command !== '';
    const trigger = asked ? own.trigger : `(?m)^/test( | .* )${own.name},?($|\\s.*)`;
    const rerun = asked ? own.rerun_command : `/test ${own.name}`;
    const compiled = compiledTrigger(trigger, faults);
    if (asked && compiled.source !== '' && !compiled.test(rerun)) faults.push(['rerun_command', `${JSON.stringify(rerun)} does not match the trigger ${JSON.stringify(trigger)}`]);
    const job: Presubmit = Object.assign(own, { context: own.context || own.name, trigger, rerun_command: rerun, compiled: { ...compileMatchers(own), trigger: compiled } });
    if (about.jobIs === 'proven') return { job, faults };
    return { job, faults: [...faults, ...baseFaults(job, 'presubmit', about.defaults.prow), ...matchingFaults(job)] };
  },
};

/** Thousands of triggers differ in the job's name only and are rarely asked, so they are compiled when they are. */
function compiledTrigger(trigger: string, faults: Fault[]): Pattern {
  if (isPlainlyRe2(trigger)) return lazyPattern(trigger);
  try {
    return pattern(trigger);
  } catch {
    faults.push(['name', 'makes a trigger that is not an RE2 expression']);
    return pattern('');
  }
}

const POSTSUBMIT: Kind<PostsubmitYaml, Postsubmit> = {
  name: 'postsubmit',
  clashes,
  make(yaml, about) {
    const faults: Fault[] = [];
    const own = { ...yaml, ...base(yaml, about, faults) };
    const job: Postsubmit = Object.assign(own, { context: own.context || own.name, compiled: compileMatchers(own) });
    if (about.jobIs === 'proven') return { job, faults };
    return { job, faults: [...faults, ...baseFaults(job, 'postsubmit', about.defaults.prow), ...matchingFaults(job)] };
  },
};

const PERIODIC: Kind<PeriodicYaml, Periodic> = {
  name: 'periodic',
  clashes: repeatedNames,
  make(yaml, about) {
    const faults: Fault[] = [];
    const job: Periodic = { ...yaml, ...base(yaml, about, faults) };
    if (about.jobIs === 'proven') return { job, faults };
    return { job, faults: [...faults, ...baseFaults(job, 'periodic', about.defaults.prow), ...periodicFaults(job)] };
  },
};
