import type { ProwConfig } from '../../config/prow/schema.js';
import { RemoteError } from '../../core/errors.js';
import { FLAKE_NOTE } from '../../core/jobNotes.js';
import type { NewPod, ObjectKey, Pod } from '../../core/kube.js';
import { ID_LABEL } from '../../core/kube.js';
import type { Clock } from '../../core/ports/clock.js';
import type { Gates, Pass } from '../../core/ports/gates.js';
import type { ProwJobs } from '../../core/ports/jobs.js';
import type { BuildCluster, BuildClusters, Index, ProwJobLookup } from '../../core/ports/kube.js';
import type { Log } from '../../core/ports/log.js';
import { isComplete, type ProwJob } from '../../core/prowjob.js';
import type { Outcome } from '../../core/queue.js';
import { isFinal } from '../../core/retry.js';
import { jobUrl } from '../jobUrl.js';
import { NoPodSpecError, podOf } from '../pod/build.js';
import { contradicting } from './flake.js';
import { gate, isGated, scopesOf, type GateAnswer } from './gate.js';
import { limitsOf } from './limits.js';
import { HELD_BY, podFacts } from './podFacts.js';
import { reconcile, type Plan } from './reconcile.js';
import { revivalNotes } from './revivals.js';
import { superseded } from './superseded.js';

type Status = ProwJob['status'];

export interface RunDeps {
  readonly config: Pick<ProwConfig, 'plank'>;
  readonly jobs: Pick<ProwJobs, 'find' | 'replace'>;
  /** A copy of all ProwJobs: what a job's limits are counted in. */
  readonly index: Pick<Index<ProwJob, ProwJobLookup>, 'by' | 'shows' | 'synced'>;
  readonly clusters: Pick<BuildClusters, 'get'>;
  readonly gates: Gates;
  readonly buildId: () => string;
  /** The version of this program, for the pods' label. */
  readonly version: string;
  /** `dry`: nothing that is written can be read back, so the first write is the last. */
  readonly mode: 'act' | 'dry';
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Every step changes something, so more of them than this means that somebody works against us. */
const MAX_STEPS = 20;
const DOWN_MS = 30_000;
const BUSY_MS = 250;
/** The index shows an own write within milliseconds; when it does not, the next one counts without it. */
const SHOWN_MS = 2_000;
/** The state that upstream's reporter must not write over the newer run's. */
const GITHUB_REPORTER = 'github-reporter';

/**
 * Brings one ProwJob of the kubernetes agent as far as it can go now: reads it and its pod afresh, decides, does one thing, and looks
 * again (jobs 6). What was written is written whole on the version that was read: an abort is never written over.
 */
export async function runJob(name: string, deps: RunDeps): Promise<Outcome> {
  const { jobs, signal } = deps;
  for (let step = 0; step < MAX_STEPS; step++) {
    signal.throwIfAborted();
    const job = await jobs.find(name, { signal });
    if (!job || job.spec.agent !== 'kubernetes') return undefined;
    if (isComplete(job)) return afterEnd(job, deps);
    const next = await advance(job, deps);
    if (next !== 'again') return next;
  }
  throw new Error(`ProwJob ${name} did not come to rest in ${MAX_STEPS} steps`);
}

/**
 * Ends the pod of a job that was aborted while somebody was about to make that pod: the abort found none to delete. The news of the pod
 * leads here (flaw 6).
 */
async function afterEnd(job: ProwJob, { clusters, log, signal }: RunDeps): Promise<undefined> {
  const cluster = job.status.state === 'aborted' ? clusters.get(job.spec.cluster ?? '') : undefined;
  if (cluster?.kind !== 'cluster') return;
  const pod = await cluster.pods.find(job.metadata.name, { signal });
  if (!pod || !isOurs(pod, job)) return;
  const { phase, deleting } = podFacts(pod);
  if (deleting || (phase !== 'Pending' && phase !== 'Running')) return;
  await cluster.pods.remove(pod.metadata.name, { uid: pod.metadata.uid, signal });
  log.info({ job: job.metadata.name }, 'pod of an aborted job removed');
}

async function advance(job: ProwJob, deps: RunDeps): Promise<Outcome | 'again'> {
  const { clusters, clock, config, log, signal } = deps;
  if (await endSuperseded(job, deps)) return 'again';
  const cluster = clusters.get(job.spec.cluster ?? '');
  if (cluster.kind === 'fault') {
    if (cluster.why === 'unknown') return write(job, ended('error', `The job cannot be run: ${cluster.text}.`, deps), deps);
    log.info({ job: job.metadata.name, cluster: job.spec.cluster, why: cluster.text }, 'build cluster is down');
    return { lookAgainAt: clock.now() + DOWN_MS };
  }
  const pod = await cluster.pods.find(job.metadata.name, { signal });
  if (pod && !isOurs(pod, job)) return write(job, ended('error', `A pod of another job is called ${pod.metadata.name}.`, deps), deps);
  const pass = job.status.state === 'triggered' && !pod && isGated(job, capacitiesOf(config)) ? await deps.gates.enter(scopesOf(job, capacitiesOf(config)), { signal }) : 'free';
  if (pass === undefined) return { lookAgainAt: clock.now() + BUSY_MS };
  let started: ObjectKey | undefined;
  try {
    const answer = pass === 'free' ? ({ open: true } as const) : await ask(job, pass, deps);
    if (answer.open === 'never') return await write(job, ended('error', `The job cannot start: ${answer.why}.`, deps), deps);
    const plan = reconcile(job, { pod: pod && podFacts(pod), now: clock.now(), limits: limitsOf(job, config.plank), gate: answer });
    // Also when it fails: the pod may be there although the answer was lost, and then it counts.
    if (plan.kind === 'start') started = { namespace: job.metadata.namespace ?? '', name: job.metadata.name };
    return await perform(plan, job, { cluster, pod }, deps);
  } finally {
    if (pass !== 'free') await pass.leave(started);
  }
}

const capacitiesOf = ({ plank }: RunDeps['config']) => ({ all: plank.max_concurrency, queues: plank.job_queue_capacities });

function isOurs(pod: Pod, job: ProwJob): boolean {
  const id = pod.metadata.labels?.[ID_LABEL];
  return id === undefined || id === job.metadata.name;
}

/** The gate's answer, counted once the copy shows what was started last. */
async function ask(job: ProwJob, pass: Pass, { config, index, log, signal }: RunDeps): Promise<GateAnswer> {
  if (!index.synced()) return { open: false, why: 'what else runs is not known yet' };
  const patience = AbortSignal.any([signal, AbortSignal.timeout(SHOWN_MS)]);
  for (const key of pass.last) {
    await index.shows(key, (now) => now === undefined || now.status.state !== 'triggered', { signal: patience }).catch(() => {
      signal.throwIfAborted();
      log.warn({ key }, 'the start of a job does not show');
    });
  }
  return gate(job, [...index.by('state', 'pending'), ...index.by('state', 'triggered')].filter(({ spec }) => spec.agent === 'kubernetes'), capacitiesOf(config));
}

/** Ends older runs of the same presubmit on the same pull requests; true when this job is itself such a run. */
async function endSuperseded(job: ProwJob, { jobs, index, log, signal }: RunDeps): Promise<boolean> {
  if (job.spec.type !== 'presubmit' || job.status.state === 'aborted') return false;
  const others = index.by('job', job.spec.job).filter(({ metadata, spec }) => spec.agent === 'kubernetes' && metadata.name !== job.metadata.name);
  let own = false;
  for (const old of superseded([job, ...others])) {
    const { name } = old.metadata;
    const fresh = name === job.metadata.name ? job : await jobs.find(name, { signal });
    if (!fresh || isComplete(fresh) || fresh.status.state === 'aborted') continue;
    const reports = { ...Object(fresh.status['prev_report_states'] ?? {}), [GITHUB_REPORTER]: 'aborted' } as Readonly<Record<string, string>>;
    await jobs.replace({ ...fresh, status: { ...fresh.status, state: 'aborted', prev_report_states: reports } }, { signal });
    log.info({ job: name, by: job.metadata.name }, 'run superseded by a newer one');
    own ||= name === job.metadata.name;
  }
  return own;
}

type Around = Readonly<{ cluster: BuildCluster; pod: Pod | undefined }>;

async function perform(plan: Plan, job: ProwJob, { cluster, pod }: Around, deps: RunDeps): Promise<Outcome | 'again'> {
  const { signal } = deps;
  const remove = async (): Promise<void> => {
    if (pod) await cluster.pods.remove(pod.metadata.name, { uid: pod.metadata.uid, signal });
  };
  switch (plan.kind) {
    case 'nothing': return undefined;
    case 'wait': return { lookAgainAt: plan.until };
    case 'start': case 'restart': return startPod(job, cluster, deps);
    case 'adopt': return write(job, pending(job, plan.buildId, deps), deps);
    // Counted before anything goes: a pass that dies in between must not revive for ever (flaw 1).
    case 'revive': return write(noted(job, revivalNotes(job, plan)), { pod_revival_count: plan.count, description: plan.description }, deps);
    case 'clear':
      if (pod) await cluster.pods.finalizers(pod.metadata.name, { uid: pod.metadata.uid, remove: [HELD_BY] }, { signal });
      if (plan.deletePod) await remove();
      return deps.mode === 'dry' ? undefined : 'again';
    case 'finish':
      if (plan.deletePod) await remove();
      return write(flaked(job, plan.state, deps), ended(plan.state, plan.description, deps), deps);
    default: return plan satisfies never;
  }
}

/** The job, marked where another run on the same commits came out differently. */
function flaked(job: ProwJob, state: Status['state'], { index }: RunDeps): ProwJob {
  const other = contradicting(job, state, index.by('job', job.spec.job));
  return other ? noted(job, { [FLAKE_NOTE]: other.metadata.name }) : job;
}

const noted = (job: ProwJob, notes: Readonly<Record<string, string>>): ProwJob => ({ ...job, metadata: { ...job.metadata, annotations: { ...job.metadata.annotations, ...notes } } });

async function startPod(job: ProwJob, cluster: BuildCluster, deps: RunDeps): Promise<Outcome | 'again'> {
  const { signal, version } = deps;
  const buildId = deps.buildId();
  let pod: NewPod;
  try {
    const made = podOf(job, { buildId });
    pod = { ...made, apiVersion: 'v1', kind: 'Pod', metadata: { ...made.metadata, labels: { ...made.metadata.labels, 'prow.k8s.io/plank-version': version } } };
  } catch (error) {
    if (!(error instanceof NoPodSpecError)) throw error;
    return write(job, ended('error', 'The job has no pod spec.', deps), deps);
  }
  try {
    // `existed`: another pass made it; it is looked at, and adopted where it is ours.
    if ((await cluster.pods.create(pod, { signal })) === 'existed') return 'again';
  } catch (error) {
    if (!(error instanceof RemoteError) || !isFinal(error)) throw error;
    return write(job, ended('error', `The pod could not be created: ${error.message}`, deps), deps);
  }
  return write(job, pending(job, buildId, deps), deps);
}

function pending(job: ProwJob, buildId: string, { clock }: RunDeps): Partial<Status> {
  // What was said when the pod was given up stays: it is why there is another.
  const description = job.status.state === 'pending' && job.status.description ? job.status.description : 'Job triggered.';
  return { state: 'pending', build_id: buildId, pod_name: job.metadata.name, pendingTime: job.status['pendingTime'] ?? timeOf(clock), description };
}

function ended(state: Status['state'], description: string, { clock }: RunDeps): Partial<Status> {
  return { state, description, completionTime: timeOf(clock) };
}

/** Kubernetes' times have whole seconds. */
function timeOf(clock: Clock): string {
  return new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Writes the job with a changed status; somebody else's change in between is looked at first. */
async function write(job: ProwJob, change: Partial<Status>, { config, jobs, mode, log, signal }: RunDeps): Promise<Outcome | 'again'> {
  const next: ProwJob = { ...job, status: { ...job.status, ...change } };
  const { url, fault } = jobUrl(next, config.plank);
  if (fault !== undefined) log.warn({ job: job.metadata.name, fault }, 'job has no address');
  const written = await jobs.replace({ ...next, status: { ...next.status, url } }, { signal });
  if (written === 'gone' || mode === 'dry') return undefined;
  if (written === 'replaced') log.info({ job: job.metadata.name, state: next.status.state, why: next.status.description }, 'ProwJob changed');
  return 'again';
}
