import { own } from '../../config/lookup.js';
import type { Snapshot } from '../../config/snapshot.js';
import type { Repo } from '../../core/ids.js';
import { flakeOf, revivalsTold } from '../../core/jobNotes.js';
import type { Checks, JobCheck } from '../../core/ports/checks.js';
import type { GitHubWrites, Identity } from '../../core/ports/github.js';
import type { Intents } from '../../core/ports/intents.js';
import { isComplete, type ProwJob } from '../../core/prowjob.js';
import { NotFoundError, RemoteError } from '../../core/errors.js';
import type { Log } from '../../core/ports/log.js';
import { statusDescription } from '../../core/statusText.js';
import { commentOn, type CommentDeps } from './comment.js';
import { placesOf, type Place } from './places.js';
import type { Reporter } from './reporter.js';

/** Where the id of a job's check run is kept (design decision 18). */
export const CHECK_NOTE = 'prow.k8s.io/check-run-id';
/** Says that the job is reported as a commit status beside its check run. */
const STATUS_NOTE = 'prow.k8s.io/check-run-and-status';
const GERRIT_LABEL = 'prow.k8s.io/gerrit-report-label';
const READ_MS = 300_000;

export interface GitHubReportDeps extends CommentDeps {
  readonly config: () => Pick<Snapshot, 'prow' | 'plugins'>;
  readonly checks: Checks;
  readonly github: Pick<GitHubWrites, 'setStatus'> & CommentDeps['github'];
  readonly identity: (options: Readonly<{ signal: AbortSignal }>) => Promise<Identity>;
  readonly intents: Intents;
  /** The lines that say what went wrong, in Markdown; empty where there are none or nobody may see them. */
  readonly excerpt: (job: ProwJob, options: Readonly<{ signal: AbortSignal }>) => Promise<string>;
  /** `--report-agent`: only jobs of this agent; empty: all. */
  readonly agent: string;
  readonly log: Log;
}

/** Tells GitHub: a check run or a commit status per job, and a comment with what failed (jobs 10.2, design decision 8). */
export function githubReporter(deps: GitHubReportDeps): Reporter {
  return {
    name: 'github-reporter',
    wants: ({ spec, metadata, status }) => spec.report === true && (metadata.labels?.[GERRIT_LABEL] ?? '') === '' && (spec.type === 'presubmit' || spec.type === 'postsubmit')
      && (deps.agent === '' || spec.agent === deps.agent) && status.state !== 'scheduling',
    async report(job, { signal }) {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(READ_MS)]);
      const notes = await tellState(job, deps, limited);
      if (notes === 'gone') return { kind: 'done' };
      if (job.spec.type === 'presubmit' && job.spec.refs?.pulls?.length === 1) await commentOn(job, deps, limited);
      return { kind: 'done', notes };
    },
  };
}

const repoOf = ({ spec: { refs } }: ProwJob): Repo => ({ org: refs?.org ?? '', name: refs?.repo ?? '' });
const shaOf = ({ spec: { refs } }: ProwJob): string => refs?.pulls?.[0]?.sha ?? refs?.base_sha ?? '';

/** Writes the job's state; `gone` when GitHub does not know the commit. */
async function tellState(job: ProwJob, deps: GitHubReportDeps, signal: AbortSignal): Promise<Readonly<Record<string, string>> | 'gone'> {
  const { prow } = deps.config();
  const { type, refs } = job.spec;
  if ((type !== 'presubmit' && type !== 'postsubmit') || !prow.github_reporter.job_types_to_report.includes(type) || (refs?.pulls?.length ?? 0) > 1) return {};
  const repo = repoOf(job);
  const known = Number(job.metadata.annotations?.[CHECK_NOTE] ?? Number.NaN);
  const begun: readonly Place[] = Number.isInteger(known) ? [...(job.metadata.annotations?.[STATUS_NOTE] === 'true' ? ['status' as const] : []), 'check'] : [];
  const context = job.spec.context ?? job.spec.job;
  try {
    const places = await placesOf({ repo, sha: shaOf(job), context, begun }, deps, signal);
    if (places.includes('status')) {
      await deps.github.setStatus(repo, shaOf(job), { context, state: statusState(job.status.state), description: statusDescription(job.status.description ?? '', refs?.base_sha), url: job.status.url ?? '' }, { signal, priority: 'status' });
    }
    if (!places.includes('check')) return {};
    const check = checkOf(job, await excerptOf(job, deps, signal));
    const id = await putCheck(repo, check, Number.isInteger(known) ? known : undefined, job, deps, signal);
    return id === undefined ? 'gone' : { [CHECK_NOTE]: String(id), ...(places.includes('status') && { [STATUS_NOTE]: 'true' }) };
  } catch (error) {
    if (!isHopeless(error)) throw error;
    deps.log.warn({ err: error, job: job.metadata.name }, 'GitHub takes no state for this commit');
    return 'gone';
  }
}

/** A commit that is gone, or one that has as many statuses as GitHub takes, stays as it is. */
function isHopeless(error: unknown): boolean {
  return error instanceof NotFoundError || (error instanceof RemoteError && error.status === 422 && /maximum number of statuses|no commit found/i.test(error.message));
}

async function putCheck(repo: Repo, check: JobCheck, known: number | undefined, job: ProwJob, { checks, intents }: GitHubReportDeps, signal: AbortSignal): Promise<number | undefined> {
  const options = { signal, priority: 'status' } as const;
  if (known !== undefined && (await checks.updateCheck(repo, known, check, options))) return known;
  const key = `check:${job.metadata.name}`;
  const begun = await intents.begin(key, { at: Date.parse(job.metadata.creationTimestamp ?? job.status.startTime ?? ''), via: 'webhook' });
  const former = begun.state === 'done' ? Number(begun.outcome) : begun.state === 'unknown' ? await checks.findCheck(repo, check, { signal }) : undefined;
  if (former !== undefined && former !== known && (await checks.updateCheck(repo, former, check, options))) {
    await intents.finish(key, String(former));
    return former;
  }
  const id = await checks.createCheck(repo, check, options);
  if (id !== undefined) await intents.finish(key, String(id));
  return id;
}

async function excerptOf(job: ProwJob, { excerpt, log }: GitHubReportDeps, signal: AbortSignal): Promise<string> {
  if (!isComplete(job) || job.status.state === 'success' || job.spec['hidden'] === true) return '';
  try {
    return await excerpt(job, { signal });
  } catch (error) {
    signal.throwIfAborted();
    log.warn({ err: error, job: job.metadata.name }, 'no excerpt of the log');
    return '';
  }
}

const STATUS: Readonly<Record<string, 'pending' | 'success' | 'failure' | 'error'>> = { triggered: 'pending', pending: 'pending', success: 'success', failure: 'failure', aborted: 'failure', error: 'error' };
const statusState = (state: string) => own(STATUS, state) ?? 'error';

/** The plugin trigger hears of a press (`check_run.requested_action`). */
const RETEST = [{ label: 'Retest failed', description: 'Reruns all failed jobs, as /retest does', identifier: 'retest' }] as const;

/** The check run that says what a job is at. An aborted job is over for GitHub, though its pod may still end. */
export function checkOf(job: ProwJob, excerpt: string): JobCheck {
  const { spec, status, metadata } = job;
  const state: JobCheck['state'] = status.state === 'triggered' ? { status: 'queued' } : status.state === 'pending' ? { status: 'in_progress' }
    : { status: 'completed', completedAt: status.completionTime, conclusion: status.state === 'success' ? 'success' : status.state === 'aborted' ? 'cancelled' : 'failure' };
  return {
    name: spec.context ?? spec.job,
    sha: shaOf(job),
    externalId: metadata.name,
    url: status.url ?? '',
    startedAt: status.startTime,
    state,
    title: statusDescription(status.description || (status.state === 'triggered' ? 'Job triggered.' : ''), spec.refs?.base_sha),
    summary: summaryOf(job, excerpt),
    ...(spec.type === 'presubmit' && (status.state === 'failure' || status.state === 'error') && { actions: RETEST }),
  };
}

/** GitHub takes 65,535 characters. */
const SUMMARY_LIMIT = 60_000;

/** What explains a result that the code under test does not. */
function circumstances(job: ProwJob): readonly string[] {
  const [revivals, flake] = [revivalsTold(job), flakeOf(job)];
  return [
    ...(revivals === undefined ? [] : [revivals]),
    ...(flake === undefined ? [] : [`**Flake**: on the same commits ProwJob \`${flake.other}\` ${flake.ended}`]),
  ];
}

function summaryOf(job: ProwJob, excerpt: string): string {
  const { spec, status, metadata } = job;
  const lines = [
    ...circumstances(job),
    `\`${spec.job}\` on \`${spec.cluster ?? 'default'}\`${status.build_id ? `, build ${status.build_id}` : ''}`,
    ...(status.url ? [`[Log and artifacts](${status.url})`] : []),
    ...(spec.rerun_command ? [`Run it again: \`${spec.rerun_command}\``] : []),
    `ProwJob \`${metadata.name}\``,
  ];
  return [lines.map((line) => `- ${line}`).join('\n'), ...(excerpt === '' ? [] : [excerpt])].join('\n\n').slice(0, SUMMARY_LIMIT);
}
