import { parseCron } from '../../config/cron.js';
import { firings } from '../../config/cronTimes.js';
import { findDuration } from '../../config/duration.js';
import type { Periodic } from '../../config/jobs/schema.js';
import type { Data } from '../../config/jobs/schema.js';
import type { ProwJob } from '../../core/prowjob.js';

/** A periodic that is to run now. `cause` names what set it off, so that one firing starts one run whoever decides it. */
export interface Due {
  readonly job: Periodic;
  readonly cause: string;
  /** The number of the retry, where it is one. */
  readonly retry?: number;
}

export interface PeriodicsView {
  readonly periodics: readonly Periodic[];
  /** The newest run of each job, by name. */
  readonly latest: ReadonlyMap<string, ProwJob>;
  /** Since when a job has been configured; a cron that never ran counts from there. Milliseconds since the epoch. */
  readonly knownSince: ReadonlyMap<string, number>;
  readonly now: number;
}

export interface PeriodicsPlan {
  readonly due: readonly Due[];
  /** When something falls due by itself; undefined: only a change or an end of a run makes something due. */
  readonly next: number | undefined;
}

type Answer = Readonly<{ due?: Omit<Due, 'job'>; next?: number | undefined }>;

/** The number of a retry, on its ProwJob (jobs 1.9). */
export const RETRY_LABEL = 'prow.k8s.io/re-run';
const MAX_RETRIES = 10;

/**
 * Which periodics are to run (jobs 9). All is told from the runs that exist, so any number of processes may decide and none keeps a
 * table. A cron's firing that fell into another run or into an outage is caught up once, while it is nearer to its time than to the next.
 */
export function decidePeriodics({ periodics, latest, knownSince, now }: PeriodicsView): PeriodicsPlan {
  const due: Due[] = [];
  let next: number | undefined;
  for (const job of periodics) {
    const before = latest.get(job.name);
    const answer = job.cron !== '' ? byCron(job, before, knownSince.get(job.name) ?? now, now) : byInterval(job, before, now);
    const chosen = answer.due ?? retryOf(job, before, now);
    if (chosen) due.push({ job, ...chosen });
    if (answer.next !== undefined) next = Math.min(next ?? Infinity, answer.next);
  }
  return { due, next };
}

function byInterval(job: Periodic, before: ProwJob | undefined, now: number): Answer {
  if (!before) return { due: { cause: 'first' } };
  const ended = endOf(before);
  if (ended === undefined) return {};
  const [text, from] = job.interval !== '' ? [job.interval, startOf(before)] : [job.minimum_interval, ended];
  const at = from + (findDuration(text) ?? Infinity);
  if (now > at) return { due: { cause: `after ${before.metadata.name}` } };
  return { next: Number.isFinite(at) ? at + 1 : undefined };
}

function byCron(job: Periodic, before: ProwJob | undefined, since: number, now: number): Answer {
  const cron = parseCron(job.cron);
  const from = before ? Math.max(startOf(before), 0) : since;
  const { last, next } = firings(cron, from, now);
  if (last === undefined || (before && endOf(before) === undefined)) return { next };
  const late = now - last;
  return late <= ((next ?? Infinity) - last) / 2 ? { due: { cause: `at ${new Date(last).toISOString()}` }, next } : { next };
}

/** A run that failed is tried again after `retry.interval`, as often as `retry.attempts` says (jobs 9; the intended reading, see flaw 16). */
function retryOf(job: Periodic, before: ProwJob | undefined, now: number): Omit<Due, 'job'> | undefined {
  const { retry } = job;
  if (!retry || !before) return undefined;
  const runAll = retry['run_all'] === true;
  if (endOf(before) === undefined && !runAll) return undefined;
  if (!runAll && before.status.state === 'success') return undefined;
  const label = before.metadata.labels?.[RETRY_LABEL];
  const number = label === undefined ? 1 : Number.parseInt(label, 10) + 1;
  if (!Number.isInteger(number) || number > Math.min(attemptsOf(retry), MAX_RETRIES)) return undefined;
  const interval = typeof retry['interval'] === 'string' ? (findDuration(retry['interval']) ?? 0) : 0;
  return now - startOf(before) > interval ? { cause: `retry ${number} of ${before.metadata.name}`, retry: number } : undefined;
}

function attemptsOf(retry: Data): number {
  return typeof retry['attempts'] === 'number' ? retry['attempts'] : 0;
}

const startOf = ({ status }: ProwJob): number => Date.parse(status.startTime ?? '') || 0;
const endOf = ({ status }: ProwJob): number | undefined => (status.completionTime === undefined ? undefined : Date.parse(status.completionTime));
