import { rerunOf } from '../config/jobs/rerun.js';
import { NotFoundError, RemoteError } from '../core/errors.js';
import type { ProwJobs } from '../core/ports/jobs.js';
import type { BuildClusters } from '../core/ports/kube.js';
import { isComplete, type ProwJob } from '../core/prowjob.js';
import { UsageError, parseFlags, reader, type FlagTable } from './flags.js';

export const JOB_COMMAND_FLAGS = {
  kubeconfig: { kind: 'string', about: 'Cluster that keeps ProwJobs; KUBECONFIG, or the embedded cluster of --state-dir, where not given.' },
  'state-dir': { kind: 'string', about: 'Folder of a running demo or installation.', default: '.prow' },
  namespace: { kind: 'string', about: 'prowjob_namespace.', default: 'default' },
  'pod-namespace': { kind: 'string', about: 'pod_namespace.', default: 'default' },
} as const satisfies FlagTable;

const LIST_FLAGS = {
  repo: { kind: 'string', about: 'Only of ORG/REPO.' },
  job: { kind: 'string', about: 'Only of this name.' },
  state: { kind: 'string', about: 'Only in this state.' },
  limit: { kind: 'int', about: 'The newest so many.', default: '30' },
} as const satisfies FlagTable;

const LOG_FLAGS = {
  follow: { kind: 'bool', about: 'Go on until the container ends.', default: 'false' },
  f: { kind: 'bool', about: 'The same.', default: 'false' },
  container: { kind: 'string', about: 'The container.', default: 'test' },
  tail: { kind: 'int', about: 'Only the last so many lines.', default: '-1' },
} as const satisfies FlagTable;

export interface JobCommandDeps {
  readonly jobs: ProwJobs;
  readonly clusters: Pick<BuildClusters, 'get'>;
  /** `prowjob_namespace` of new ProwJobs. */
  readonly namespace: string;
  readonly now: () => number;
  readonly newName: () => string;
  readonly print: (line: string) => void;
  readonly write: (bytes: Uint8Array) => void;
  readonly pause: (ms: number) => Promise<void>;
  readonly signal: AbortSignal;
}

export const JOB_USAGE = 'usage: prow job list [--repo ORG/REPO] [--job NAME] [--state STATE] [--limit N] | job logs [-f] [--container C] [--tail N] JOB | job rerun JOB | job abort JOB\nJOB is the name of a ProwJob, the beginning of one, or the name of a job, whose newest run it then is.';

/** `prow job …`: ProwJobs as a person looks at them and steers them. Throws UsageError for what cannot be meant. */
export async function jobCommand([verb, ...args]: readonly string[], deps: JobCommandDeps): Promise<number> {
  switch (verb) {
    case 'list': return list(args, deps);
    case 'logs': return logs(args, deps);
    case 'rerun': return rerun(args, deps);
    case 'abort': return abort(args, deps);
    default: throw new UsageError(JOB_USAGE);
  }
}

const startOf = (job: ProwJob): number => Date.parse(job.status.startTime ?? '') || 0;

async function list(args: readonly string[], { jobs, now, print, signal }: JobCommandDeps): Promise<number> {
  const parsed = parseFlags(args, LIST_FLAGS, {});
  if (parsed.rest.length > 0) throw new UsageError(JOB_USAGE);
  const flags = reader(parsed, LIST_FLAGS);
  const [org, repo, ...more] = (flags.text('repo') ?? '').split('/');
  if (flags.text('repo') && (!org || !repo || more.length > 0)) throw new UsageError(`--repo: expected ORG/REPO, found ${JSON.stringify(flags.text('repo'))}`);
  const all = await jobs.list({ ...(org && repo ? { 'prow.k8s.io/refs.org': org, 'prow.k8s.io/refs.repo': repo } : {}) }, { signal });
  const [job, state] = [flags.text('job'), flags.text('state')];
  const found = all.filter((one) => (!job || one.spec.job === job) && (!state || one.status.state === state)).sort((a, b) => startOf(b) - startOf(a)).slice(0, flags.int('limit'));
  if (found.length === 0) {
    print('no jobs');
    return 0;
  }
  const rows = found.map((one) => [one.metadata.name, one.status.state, one.spec.type, aboutOf(one), one.spec.job, `${ago(now() - startOf(one))} ago`, isComplete(one) ? `took ${ago(Date.parse(one.status.completionTime ?? '') - startOf(one))}` : '', one.status.state === 'success' ? '' : one.status.description ?? '']);
  const widths = [0, 1, 2, 3, 4, 5, 6].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) print(row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  ').trimEnd());
  return 0;
}

function aboutOf({ spec }: ProwJob): string {
  const refs = spec.refs ?? spec.extra_refs?.[0];
  if (!refs) return '-';
  const pulls = (refs.pulls ?? []).map(({ number }) => `#${number}`).join(',');
  return `${refs.org}/${refs.repo}${pulls === '' ? `@${refs.base_ref}` : pulls}`;
}

function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)}h` : `${Math.round(seconds / 86_400)}d`;
}

/** The ProwJob that a person means. Throws UsageError where there is none, or more than one. */
async function meant(what: string | undefined, { jobs, signal }: JobCommandDeps): Promise<ProwJob> {
  if (what === undefined) throw new UsageError(JOB_USAGE);
  const exact = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(what) ? await jobs.find(what, { signal }) : undefined;
  if (exact) return exact;
  const all = await jobs.list({}, { signal });
  const named = all.filter(({ spec }) => spec.job === what).sort((a, b) => startOf(b) - startOf(a));
  if (named[0]) return named[0];
  const begun = all.filter(({ metadata }) => metadata.name.startsWith(what));
  if (begun.length > 1) throw new UsageError(`${what} is the beginning of ${begun.length} ProwJobs: ${begun.slice(0, 5).map(({ metadata }) => metadata.name).join(', ')}`);
  if (begun[0]) return begun[0];
  throw new UsageError(`there is no ProwJob and no job ${JSON.stringify(what)}; prow job list shows them`);
}

const POLL_MS = 1_000;

async function logs(args: readonly string[], deps: JobCommandDeps): Promise<number> {
  // Flags may stand on either side of the job.
  const words = args.filter((arg) => !arg.startsWith('-'));
  const at = args.indexOf(words[0] ?? '');
  const parsed = parseFlags(at >= 0 && args[0] === words[0] ? [...args.slice(1), args[0] ?? ''] : args, LOG_FLAGS, {});
  const flags = reader(parsed, LOG_FLAGS);
  const follow = flags.flag('follow') || flags.flag('f');
  const { signal, clusters, write, pause } = deps;
  let job = await meant(parsed.rest[0], deps);
  for (;;) {
    const cluster = clusters.get(job.spec.cluster ?? '');
    if (cluster.kind === 'fault') throw new UsageError(cluster.text);
    try {
      const tail = flags.int('tail');
      for await (const bytes of cluster.pods.logs(job.metadata.name, flags.text('container') ?? 'test', { follow, tailLines: tail < 0 ? undefined : tail, signal })) write(bytes);
      return 0;
    } catch (error) {
      const early = error instanceof NotFoundError || (error instanceof RemoteError && error.status === 400);
      if (!early) throw error;
      if (!follow || isComplete(job)) throw new UsageError(`${job.spec.job} (${job.metadata.name}) has no log in the cluster: it is ${job.status.state}${job.status.description ? `, ${job.status.description}` : ''}`);
    }
    await pause(POLL_MS);
    job = await meant(job.metadata.name, deps);
  }
}

async function rerun(args: readonly string[], deps: JobCommandDeps): Promise<number> {
  if (args.length !== 1) throw new UsageError(JOB_USAGE);
  const job = await meant(args[0], deps);
  const next = rerunOf(job, { config: { prowjob_namespace: deps.namespace, scheduler: { enabled: false } }, name: deps.newName(), now: deps.now() });
  await deps.jobs.create(next, { signal: deps.signal });
  deps.print(`${next.metadata.name} runs ${job.spec.job} again`);
  return 0;
}

async function abort(args: readonly string[], deps: JobCommandDeps): Promise<number> {
  if (args.length !== 1) throw new UsageError(JOB_USAGE);
  const job = await meant(args[0], deps);
  const answer = await deps.jobs.abort(job.metadata.name, 'Aborted on the command line.', { signal: deps.signal });
  deps.print(answer === 'aborted' ? `${job.metadata.name} (${job.spec.job}) is being ended` : `${job.metadata.name} (${job.spec.job}) has ended already: ${job.status.state}`);
  return answer === 'aborted' ? 0 : 1;
}
