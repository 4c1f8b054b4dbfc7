import type { ProwJob } from '../../core/prowjob.js';

/** How many jobs may be pending at once. */
export interface Capacities {
  /** `plank.max_concurrency`: over all jobs; 0: no limit. */
  readonly all: number;
  /** `plank.job_queue_capacities`; 0: none may start, negative: no limit. */
  readonly queues: Readonly<Record<string, number>>;
}

export type Gate = Readonly<{ open: true }> | Readonly<{ open: false; why: string }>;
/** A queue that nobody configured: the job can never start, which is a fault of the configuration. */
export type GateAnswer = Gate | Readonly<{ open: 'never'; why: string }>;

const queueOf = ({ spec }: ProwJob): string => (typeof spec['job_queue_name'] === 'string' ? spec['job_queue_name'] : '');
const limitOf = ({ spec }: ProwJob): number => Number(spec['max_concurrency'] ?? 0);

/**
 * Whether a triggered job may start now (jobs 6.4, 2). `others` are the other unfinished jobs of the kubernetes agent. Of triggered
 * ones the older goes first; those that were made in one second go by name, so that two never wait for each other.
 */
export function gate(job: ProwJob, others: Iterable<ProwJob>, { all, queues }: Capacities): GateAnswer {
  const queue = queueOf(job);
  const limit = limitOf(job);
  const capacity = queue === '' ? -1 : own(queues, queue);
  if (capacity === undefined) return { open: 'never', why: `the queue ${queue} has no capacity in plank.job_queue_capacities` };
  if (capacity === 0) return { open: false, why: `the queue ${queue} is closed` };
  let pendingInAll = 0;
  let before = 0;
  let beforeInQueue = 0;
  for (const other of others) {
    if (other.metadata.name === job.metadata.name) continue;
    const { state } = other.status;
    if (state === 'pending') pendingInAll++;
    if (state !== 'pending' && !(state === 'triggered' && isBefore(other, job))) continue;
    if (other.spec.job === job.spec.job) before++;
    if (queue !== '' && queueOf(other) === queue) beforeInQueue++;
  }
  if (all > 0 && pendingInAll >= all) return { open: false, why: `${all} jobs are running, the most that may (plank.max_concurrency)` };
  if (limit > 0 && before >= limit) return { open: false, why: `${before} runs of ${job.spec.job} go first (max_concurrency ${limit})` };
  if (capacity > 0 && beforeInQueue >= capacity) return { open: false, why: `${beforeInQueue} runs of the queue ${queue} go first (capacity ${capacity})` };
  return { open: true };
}

/** Whether anything but its own existence decides when the job starts. */
export function isGated(job: ProwJob, { all }: Pick<Capacities, 'all'>): boolean {
  return all > 0 || limitOf(job) > 0 || queueOf(job) !== '';
}

/** What a start counts against; starts in different scopes do not wait for each other. */
export function scopesOf(job: ProwJob, { all }: Pick<Capacities, 'all'>): readonly string[] {
  const queue = queueOf(job);
  return [...(all > 0 ? ['all'] : []), ...(limitOf(job) > 0 ? [`job ${job.spec.job}`] : []), ...(queue === '' ? [] : [`queue ${queue}`])];
}

/**
 * Names of the waiting jobs that may start now, as `gate` would say of each: so many as there are free places and no more, however many
 * wait. `unfinished` are all triggered and pending jobs; other agents' are left out.
 */
export function startable(unfinished: readonly ProwJob[], { all, queues }: Capacities): readonly string[] {
  const ours = unfinished.filter(({ spec }) => spec.agent === 'kubernetes');
  const waiting = ours.filter(({ status }) => status.state === 'triggered').sort((a, b) => (isBefore(a, b) ? -1 : 1));
  const running = ours.filter(({ status }) => status.state === 'pending');
  // Who waits counts against the limits of job and queue for those behind him, whether or not he may start himself.
  const before = new Map<string, number>();
  const count = (job: ProwJob): void => { for (const scope of countedIn(job)) before.set(scope, (before.get(scope) ?? 0) + 1); };
  for (const job of running) count(job);
  const names: string[] = [];
  for (const job of waiting) {
    if (all > 0 && running.length + names.length >= all) break;
    const [ofJob = '', ofQueue] = countedIn(job);
    const [limit, queue] = [limitOf(job), queueOf(job)];
    const capacity = queue === '' ? -1 : own(queues, queue) ?? -1;
    const free = (limit === 0 || (before.get(ofJob) ?? 0) < limit) && capacity !== 0 && (capacity < 0 || ofQueue === undefined || (before.get(ofQueue) ?? 0) < capacity);
    count(job);
    if (free && isGated(job, { all })) names.push(job.metadata.name);
  }
  return names;
}

const countedIn = (job: ProwJob): readonly string[] => [`job ${job.spec.job}`, ...(queueOf(job) === '' ? [] : [`queue ${queueOf(job)}`])];

function isBefore(a: ProwJob, b: ProwJob): boolean {
  const [left = '', right = ''] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  return left === right ? a.metadata.name < b.metadata.name : left < right;
}

function own(map: Readonly<Record<string, number>>, key: string): number | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}
