import type { Found } from '../core/answer.js';
import type { IssueRef } from '../core/ids.js';
import { isComplete, type ProwJob } from '../core/prowjob.js';
import { plain, whyBlocks, whyTexts, type Block } from './why.js';

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

export interface Known {
  /** What Tide knows of the pull request that is asked for; undefined where none is. */
  readonly found: Found | undefined;
  /** Runs on the pull request; hidden ones are left out. */
  readonly jobs: readonly ProwJob[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What is said: as text, and in blocks where Slack can show more. */
export interface Said {
  readonly text: string;
  readonly blocks?: readonly Block[];
}

/** The answer, in Slack's Markdown. */
export function answerTo(question: Question, { found, jobs, now }: Known): Said {
  if (question.kind === 'help' || !found) return { text: [...(question.kind === 'help' && question.about !== undefined ? [question.about] : []), ...USAGE].join('\n') };
  const texts = whyTexts(found, now);
  if (question.kind === 'why') return { text: texts.join('\n'), blocks: whyBlocks(found, now) };
  return { text: [...texts, ...newestRuns(jobs).map(jobLine)].join('\n') };
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
