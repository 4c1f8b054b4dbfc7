import type { IssueRef } from '../core/ids.js';
import type { PoolPull, PoolView } from '../core/ports/tide.js';
import { isComplete, type ProwJob } from '../core/prowjob.js';

/** What somebody asks by `/prow …`. */
export type Question = Readonly<{ kind: 'status' | 'why'; issue: IssueRef } | { kind: 'help'; about: string | undefined }>;

const REF = /^(?:https?:\/\/[^\s/]+\/)?([\w.-]+)\/([\w.-]+)(?:#|\/pull\/)(\d{1,10})\/?$/;
const USAGE = ['`/prow status ORG/REPO#N`: its jobs, and whether it is about to merge', '`/prow why ORG/REPO#N`: what keeps it from merging, and who or what clears that'];

/** Reads the text of a slash command. A pull request may be given by its address, too. */
export function questionOf(text: string): Question {
  const [verb = '', ref = '', ...more] = text.trim().split(/\s+/);
  if (verb === '' || verb === 'help') return { kind: 'help', about: undefined };
  if (verb !== 'status' && verb !== 'why') return { kind: 'help', about: `I do not know \`${plain(verb)}\`.` };
  const [, org, name, number] = REF.exec(ref.replace(/^<([^|>]+)(?:\|[^>]*)?>$/, '$1')) ?? [];
  if (org === undefined || name === undefined || number === undefined || more.length > 0) return { kind: 'help', about: `\`/prow ${verb}\` needs one pull request, as ORG/REPO#N.` };
  return { kind: verb, issue: { org, name, number: Number(number) } };
}

/** Slack gives these three a meaning. */
export function plain(text: string): string {
  return text.replace(/[&<>]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[char] ?? '').replaceAll('`', 'ˋ');
}

export interface Known {
  readonly pools: readonly PoolView[];
  /** Runs on the pull request; hidden ones are left out. */
  readonly jobs: readonly ProwJob[];
}

/** The answer, in Slack's Markdown. */
export function answerTo(question: Question, { pools, jobs }: Known): string {
  if (question.kind === 'help') return [...(question.about === undefined ? [] : [question.about]), ...USAGE].join('\n');
  const { issue } = question;
  const found = pools.flatMap((pool) => (pool.org.toLowerCase() === issue.org.toLowerCase() && pool.repo.toLowerCase() === issue.name.toLowerCase() ? pool.pulls.filter(({ number }) => number === issue.number).map((pull) => ({ pool, pull })) : []))[0];
  const name = `${issue.org}/${issue.name}#${String(issue.number)}`;
  const runs = newestRuns(jobs);
  if (!found && runs.length === 0) return `I know nothing of ${plain(name)}: it is not open, or no query of Tide is about its repository.`;
  const head = found ? `*<${found.pull.url}|${plain(name)}>* ${plain(found.pull.title)}` : `*${plain(name)}*`;
  const tide = found ? tideLines(found.pull, found.pool) : ['Tide does not look after it.'];
  return [head, ...tide, ...(question.kind === 'status' ? runs.map(jobLine) : [])].join('\n');
}

const STATES: Readonly<Record<PoolPull['state'], string>> = { merging: 'It is being merged.', ready: 'It is ready and waits for its turn.', pending: 'It waits for checks.', waiting: 'It does not merge yet.' };

function tideLines({ state, reasons }: PoolPull, { branch, blockers, error }: PoolView): readonly string[] {
  return [
    STATES[state],
    ...reasons.map(({ text, clearedBy }) => `• ${plain(text)}${clearedBy === '' ? '' : ` _(cleared by ${plain(clearedBy)})_`}`),
    ...blockers.map(({ number, title, url }) => `• merges into \`${plain(branch)}\` are blocked by <${url}|#${String(number)}> ${plain(title)}`),
    ...(error === undefined ? [] : [`• Tide cannot decide: ${plain(error)}`]),
  ];
}

function newestRuns(jobs: readonly ProwJob[]): readonly ProwJob[] {
  const newest = new Map<string, ProwJob>();
  for (const job of jobs) {
    const other = newest.get(job.spec.job);
    if (!other || (job.status.startTime ?? '') > (other.status.startTime ?? '')) newest.set(job.spec.job, job);
  }
  return [...newest.values()].sort((a, b) => (a.spec.job < b.spec.job ? -1 : 1));
}

const ICONS: Readonly<Record<string, string>> = { success: ':white_check_mark:', failure: ':x:', error: ':warning:', aborted: ':black_square_for_stop:' };

function jobLine(job: ProwJob): string {
  const { state, url, description } = job.status;
  const name = url ? `<${url}|${plain(job.spec.job)}>` : plain(job.spec.job);
  return `${isComplete(job) ? (ICONS[state] ?? ':grey_question:') : ':hourglass_flowing_sand:'} ${name}: ${state}${state === 'success' || !description ? '' : `, ${plain(description)}`}`;
}
