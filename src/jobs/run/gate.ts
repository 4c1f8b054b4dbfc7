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

/** Names of the jobs that may start once this one has ended or begun to wait no more. */
export function waitingBehind(job: ProwJob, triggered: Iterable<ProwJob>, { all }: Pick<Capacities, 'all'>): readonly string[] {
  const names: string[] = [];
  for (const other of triggered) {
    const shared = all > 0 || other.spec.job === job.spec.job || (queueOf(job) !== '' && queueOf(other) === queueOf(job));
    if (shared && other.metadata.name !== job.metadata.name && isGated(other, { all })) names.push(other.metadata.name);
  }
  return names;
}

function isBefore(a: ProwJob, b: ProwJob): boolean {
  const [left = '', right = ''] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  return left === right ? a.metadata.name < b.metadata.name : left < right;
}

function own(map: Readonly<Record<string, number>>, key: string): number | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}
