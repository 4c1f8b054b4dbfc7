import { join, resolve } from 'node:path';
import { isRecord } from '../config/decode.js';
import type { Finding } from '../config/findings.js';
import { loadConfig } from '../config/load.js';
import type { JobCache } from '../config/read/cache.js';
import type { Snapshot } from '../config/snapshot.js';
import { readYaml } from '../config/yaml/source.js';
import type { ProwJob } from '../core/prowjob.js';
import { CONFIG_FLAGS, configFiles } from './configFlags.js';
import { UsageError, parseFlags, reader, type FlagReader, type FlagTable } from './flags.js';
import { printedPodSpec, yamlOf } from '../config/yaml/print.js';

const SAMPLE_BUILD_ID = '1700000000000000000';

export const MKPOD_FLAGS = {
  'prow-job': { kind: 'string', about: 'File with a ProwJob, - for standard input. Required without --all.' },
  'build-id': { kind: 'string', about: `Build id; by default the ProwJob's (${SAMPLE_BUILD_ID} with --all), snowflake makes one from the time.` },
  local: { kind: 'bool', about: 'Write results into a folder of this host instead of uploading them.', default: 'false' },
  'out-dir': { kind: 'string', about: 'That folder, below which one is made for the build; by default a temporary one.' },
  all: { kind: 'bool', about: 'Print ProwJob and pod of every job of the configuration, one JSON object a line.', default: 'false' },
  ...CONFIG_FLAGS,
  'base-ref': { kind: 'string', about: 'With --all: the base branch.', default: 'main' },
  'base-sha': { kind: 'string', about: 'With --all: the base commit.', default: 'a'.repeat(40) },
  'pull-number': { kind: 'int', about: "With --all: the presubmits' pull request.", default: '7' },
  'pull-author': { kind: 'string', about: 'With --all: its author.', default: 'contributor' },
  'pull-sha': { kind: 'string', about: 'With --all: its head commit.', default: 'b'.repeat(40) },
  'pull-head-ref': { kind: 'string', about: 'With --all: its branch.', default: 'feature' },
  'prow-job-id': { kind: 'string', about: 'With --all: the name of every ProwJob.', default: '00000000-0000-4000-8000-000000000000' },
  'start-time': { kind: 'int', about: 'With --all: when the jobs were created, in Unix seconds.', default: '1700000000' },
} as const satisfies FlagTable;

interface PodLike {
  readonly metadata: Readonly<{ labels: Readonly<Record<string, string>> }>;
  readonly spec: Readonly<Record<string, unknown>>;
}
interface Sample {
  readonly baseRef: string;
  readonly baseSha: string;
  readonly pull: Readonly<{ number: number; author: string; sha: string; head_ref: string }>;
  readonly name: string;
  readonly buildId: string;
  readonly startTime: number;
}

interface Deps {
  readonly print: (line: string) => void;
  /** What earlier runs decoded. */
  readonly cache?: JobCache | undefined;
  readonly warn: (line: string) => void;
  readonly ask: (question: string) => Promise<string>;
  /** Text of a file, of standard input for `-`. */
  readonly read: (path: string) => Promise<string>;
  readonly makeTempDir: (prefix: string) => Promise<string>;
  readonly now: () => number;
  /** The part that builds pods. */
  readonly pods: Readonly<{
    podOf(job: ProwJob, building: Readonly<{ buildId: string; localOutput: string | undefined }>): PodLike;
    everyJob(snapshot: Snapshot, sample: Sample): Iterable<unknown>;
    snowflake(ms: number): string;
  }>;
}

/** `prow mkpod`: prints the pod of a ProwJob as YAML, or with `--all` what every configured job would be. */
export async function mkpod(args: readonly string[], deps: Deps): Promise<number> {
  const flags = reader(parseFlags(args, MKPOD_FLAGS, {}), MKPOD_FLAGS);
  if (flags.flag('all')) return all(flags, deps);
  const path = flags.text('prow-job');
  if (path === undefined || path === '') throw new UsageError('--prow-job is missing (or --all)');
  const outDir = flags.text('out-dir');
  if (outDir !== undefined && outDir !== '' && !flags.flag('local')) throw new UsageError('--out-dir is only for --local');
  const job = prowJobIn(await deps.read(path), path);
  const buildId = buildIdOf(flags.text('build-id') || job.status.build_id || '', deps);
  if (buildId === '') deps.warn('no build id: give --build-id, or a ProwJob with status.build_id');
  const localOutput = flags.flag('local') ? await outputFolder(outDir, { job: job.spec.job, buildId }, deps) : undefined;
  const pod = deps.pods.podOf(job, { buildId, localOutput });
  // A cleaner of pods that finds no ProwJob for this one leaves it alone.
  const { 'created-by-prow': _, ...labels } = pod.metadata.labels;
  const spec = localOutput === undefined ? pod.spec : { ...pod.spec, volumes: await localVolumes(pod.spec['volumes'], deps) };
  deps.print(yamlOf({ ...pod, metadata: { ...pod.metadata, labels }, spec: printedPodSpec(spec), status: {} }) + '\n');
  return 0;
}

async function all(flags: FlagReader, { print, now, pods, cache }: Deps): Promise<number> {
  if (flags.given('prow-job') || flags.given('local') || flags.given('out-dir')) throw new UsageError('--all excludes --prow-job, --local and --out-dir');
  const { snapshot } = await loadConfig(configFiles(flags), { cache });
  const text = (flag: keyof typeof MKPOD_FLAGS) => flags.text(flag) ?? '';
  const sample: Sample = {
    baseRef: text('base-ref'),
    baseSha: text('base-sha'),
    pull: { number: flags.int('pull-number'), author: text('pull-author'), sha: text('pull-sha'), head_ref: text('pull-head-ref') },
    name: text('prow-job-id'),
    buildId: buildIdOf(text('build-id') || SAMPLE_BUILD_ID, { now, pods }),
    startTime: flags.int('start-time') * 1_000,
  };
  for (const line of pods.everyJob(snapshot, sample)) print(JSON.stringify(line));
  return 0;
}

function buildIdOf(given: string, { now, pods }: Pick<Deps, 'now' | 'pods'>): string {
  return given.toLowerCase() === 'snowflake' ? pods.snowflake(now()) : given;
}

/** Reads just enough to be sure that this is a ProwJob; the rest is looked at where it is used. */
function prowJobIn(text: string, path: string): ProwJob {
  const wrong = (why: string) => new Error(`${path === '-' ? 'standard input' : path} is not a ProwJob: ${why}`);
  const faults: Finding[] = [];
  const value = readYaml(path, text, faults)?.value;
  if (faults[0]) throw wrong(`line ${faults[0].line}: ${faults[0].message}`);
  if (!isRecord(value)) throw wrong('expected an object');
  const { kind, metadata, spec, status } = value;
  if (kind !== undefined && kind !== 'ProwJob') throw wrong(`its kind is ${JSON.stringify(kind)}`);
  if (!isRecord(spec) || typeof spec['job'] !== 'string' || typeof spec['type'] !== 'string') throw wrong('expected spec.job and spec.type');
  if (!isRecord(metadata) || typeof metadata['name'] !== 'string') throw wrong('expected metadata.name');
  return { ...value, metadata, spec, status: isRecord(status) ? status : {} } as unknown as ProwJob;
}

async function outputFolder(outDir: string | undefined, { job, buildId }: Readonly<{ job: string; buildId: string }>, { makeTempDir }: Deps): Promise<string> {
  return outDir === undefined || outDir === '' ? makeTempDir(`prowjob-out-${job}-${buildId}`) : join(resolve(outDir), buildId);
}

/** Volumes that a laptop does not have are replaced by what the person says: nothing keeps one, `empty` makes it empty, else a folder. */
async function localVolumes(volumes: unknown, { ask }: Deps): Promise<readonly unknown[]> {
  const out: unknown[] = [];
  for (const volume of Array.isArray(volumes) ? volumes : []) {
    if (!isRecord(volume) || 'emptyDir' in volume || 'hostPath' in volume) {
      out.push(volume);
      continue;
    }
    const { name } = volume;
    const kind = Object.keys(volume).find((key) => key !== 'name') ?? 'volume';
    const answer = (await ask(`Volume ${String(name)} (${kind}): a folder of this host, "empty" for an empty one, nothing to keep it: `)).trim();
    if (answer === '') out.push(volume);
    else out.push(/^empty(?:dir)?$/i.test(answer) ? { name, emptyDir: {} } : { name, hostPath: { path: answer } });
  }
  return out;
}
