import type { Clock } from '../../core/ports/clock.js';
import type { ProwJobs } from '../../core/ports/jobs.js';
import type { Log } from '../../core/ports/log.js';
import type { Metrics } from '../../core/ports/metrics.js';
import type { ProwJob } from '../../core/prowjob.js';
import type { Outcome } from '../../core/queue.js';

/** `notes` become annotations of the ProwJob: what the reporter wants to find again. */
export type Reported = Readonly<{ kind: 'done'; notes?: Readonly<Record<string, string>>; also?: readonly string[] } | { kind: 'later'; at: number }>;

/** Tells somebody what has become of a job; told again for each new state (jobs 10.1). */
export interface Reporter {
  /** Upstream's name: the key under which the last reported state stands in the ProwJob. */
  readonly name: string;
  wants(job: ProwJob): boolean;
  /** Safe to repeat for one state. Throws what may go better later; what can never be told counts as told. */
  report(job: ProwJob, options: Readonly<{ signal: AbortSignal }>): Promise<Reported>;
}

export interface ReportDeps {
  readonly jobs: Pick<ProwJobs, 'find' | 'replace'>;
  readonly reporters: readonly Reporter[];
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** The states that were reported last, by reporter. */
export function reportedStates({ status }: ProwJob): Readonly<Record<string, unknown>> {
  return Object(status['prev_report_states'] ?? {}) as Readonly<Record<string, unknown>>;
}


/** Reporters that have something to tell about a job. */
export function dueReporters(job: ProwJob, reporters: readonly Reporter[]): readonly string[] {
  return reporters.filter((one) => reportedStates(job)[one.name] !== job.status.state && one.wants(job)).map(({ name }) => name);
}

/** Reports one job through one reporter, and remembers that in the ProwJob. */
export async function report({ reporter: wanted, name }: Readonly<{ reporter: string; name: string }>, { jobs, reporters, metrics, clock, log, signal }: ReportDeps): Promise<Outcome> {
  const reporter = reporters.find((one) => one.name === wanted);
  const job = await jobs.find(name, { signal });
  if (!reporter || !job || !dueReporters(job, [reporter]).length) return undefined;
  const state = job.status.state;
  let reported: Reported;
  try {
    reported = await reporter.report(job, { signal });
  } catch (error) {
    metrics.count('crier_reporting_results', { reporter: wanted, result: 'ERROR' });
    throw error;
  }
  if (reported.kind === 'later') return { lookAgainAt: reported.at };
  metrics.count('crier_reporting_results', { reporter: wanted, result: 'SUCCESS' });
  if (job.status.completionTime !== undefined) metrics.observe('crier_report_latency', Math.max(0, clock.now() - Date.parse(job.status.completionTime)) / 1_000, { reporter: wanted });
  log.info({ reporter: wanted, job: name, state }, 'job reported');
  for (const one of [name, ...(reported.also ?? [])]) await remember(one, { reporter: wanted, state: one === name ? state : undefined, notes: one === name ? reported.notes ?? {} : {} }, { jobs, signal });
  return undefined;
}

const ATTEMPTS = 10;

async function remember(
  name: string, { reporter, state, notes }: Readonly<{ reporter: string; state: string | undefined; notes: Readonly<Record<string, string>> }>, { jobs, signal }: Pick<ReportDeps, 'jobs' | 'signal'>,
): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const job = await jobs.find(name, { signal });
    if (!job) return;
    const next: ProwJob = {
      ...job,
      metadata: { ...job.metadata, ...(Object.keys(notes).length > 0 && { annotations: { ...job.metadata.annotations, ...notes } }) },
      status: { ...job.status, prev_report_states: { ...reportedStates(job), [reporter]: state ?? job.status.state } },
    };
    if ((await jobs.replace(next, { signal })) !== 'conflict') return;
  }
  throw new Error(`ProwJob ${name} changed all the time while a report was remembered`);
}
