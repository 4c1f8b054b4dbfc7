import { issueKey, type IssueRef } from './ids.js';
import type { MergeRange, MergeRecord, PoolPull, PoolView, QueuePlace, Reason, TideViews } from './ports/tide.js';

/** Why an open pull request has not merged yet, and when it will: what every surface shows, in its own way. */
export interface Answer {
  readonly kind: 'open';
  readonly issue: IssueRef;
  readonly title: string;
  readonly author: string;
  readonly url: string;
  readonly headSha: string;
  readonly branch: string;
  readonly baseSha: string;
  readonly state: PoolPull['state'];
  /** All that keeps it; empty only while it is being merged. */
  readonly reasons: readonly Reason[];
  readonly queue: QueuePlace | undefined;
  readonly merge: MergeRange | undefined;
  /** What went wrong on its branch at Tide's last look. */
  readonly trouble: string | undefined;
  /** When Tide looked; milliseconds since the epoch. */
  readonly at: number;
}

/** What is known of a pull request that somebody asks for. */
export type Found = Answer | Readonly<{ kind: 'merged'; issue: IssueRef; merge: MergeRecord }> | Readonly<{ kind: 'unknown'; issue: IssueRef }>;

/** The answer about one pull request of a pool. */
export function answerFor(pool: PoolView, pull: PoolPull): Answer {
  const { number, title, author, url, headSha, state, reasons, queue, merge } = pull;
  return {
    kind: 'open', issue: { org: pool.org, name: pool.repo, number }, title, author, url, headSha, branch: pool.branch, baseSha: pool.baseSha,
    state, reasons, queue, merge, trouble: pool.error, at: pool.at,
  };
}

/** Merges that are looked through for one that has happened. */
const MERGES = 1_000;

/** Looks a pull request up among what Tide last saw; names count without case, as GitHub's do. */
export async function findAnswer(issue: IssueRef, { pools, merges }: Pick<TideViews, 'pools' | 'merges'>): Promise<Found> {
  const same = ({ org, repo }: Readonly<{ org: string; repo: string }>): boolean => org.toLowerCase() === issue.org.toLowerCase() && repo.toLowerCase() === issue.name.toLowerCase();
  for (const pool of (await pools()).filter(same)) {
    const pull = pool.pulls.find(({ number }) => number === issue.number);
    if (pull) return answerFor(pool, pull);
  }
  const merge = (await merges(MERGES)).find((one) => same(one) && one.number === issue.number);
  return merge ? { kind: 'merged', issue, merge } : { kind: 'unknown', issue };
}

const STATES: Readonly<Record<PoolPull['state'], string>> = {
  merging: 'It is being merged.', ready: 'It is ready and waits for its turn.', pending: 'It merges once its checks have passed.', waiting: 'It does not merge yet.',
};

/** How a pull request stands, as a sentence. */
export function standing({ state }: Pick<Answer, 'state'>): string {
  return STATES[state];
}

/** Its place in line, as a sentence; undefined where it has none, or where a reason says so already. */
export function placeText({ queue, reasons }: Pick<Answer, 'queue' | 'reasons'>): string | undefined {
  if (!queue || reasons.some(({ kind }) => kind === 'queue')) return undefined;
  return `It is number ${queue.place} of ${queue.of} in line${queue.behind === undefined ? '' : `, behind #${queue.behind}`}.`;
}

/** What is said about a pull request of which nothing is known. */
export function unknownText({ issue }: Readonly<{ issue: IssueRef }>): string {
  return `Tide does not know ${issueKey(issue)}: it is closed, no Tide query is about its repository, or Tide has not looked at it yet.`;
}

/** What is said about one that has merged. */
export function mergedText({ issue, merge }: Readonly<{ issue: IssueRef; merge: MergeRecord }>): string {
  return `${issueKey(issue)} was merged into ${merge.branch} as ${merge.mergeSha.slice(0, 12)} at ${new Date(merge.mergedAt).toISOString()}.`;
}

const MINUTE = 60_000;

/** The range as it is read now, e.g. `probably in 12–25 minutes, from the last 20 merges`; undefined where there is none. */
export function whenText(range: MergeRange | undefined, now: number): string | undefined {
  if (!range) return undefined;
  const [from, to] = [Math.max(0, Math.floor((range.from - now) / MINUTE)), Math.ceil((range.to - now) / MINUTE)];
  if (to < 1) return `It was expected by ${clockText(range.to)} and takes longer than usual (${basisText(range)}).`;
  return `It will probably merge ${spanText(from, to)}, ${basisText(range)}.`;
}

function spanText(from: number, to: number): string {
  if (to <= 1) return 'within a minute';
  if (to > 180) return from < 60 ? `within ${Math.ceil(to / 60)} hours` : numbers(Math.floor(from / 60), Math.ceil(to / 60), 'hours');
  return from < 1 ? `within ${to} minutes` : numbers(from, to, 'minutes');
}

const numbers = (from: number, to: number, unit: string): string => (from === to ? `in about ${to} ${unit}` : `in ${from}–${to} ${unit}`);

const basisText = ({ basis, count }: MergeRange): string => (basis === 'merges' ? `from the last ${count} merges` : `from the last ${count} runs of its jobs`);

/** The range as it can be read at any time, e.g. `probably between 14:05 and 14:20 UTC, …`: for texts that stay. */
export function whenStanding(range: MergeRange | undefined): string | undefined {
  if (!range) return undefined;
  const [from, to] = [clockText(range.from), clockText(range.to)];
  return `It will probably merge ${from === to ? `by ${to}` : `between ${from.replace(' UTC', '')} and ${to}`}, ${basisText(range)}.`;
}

/** `2030-01-01 12:05 UTC`. */
export function clockText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** How long something has been so: `5 min`, `3 h`, `2 d`. */
export function sinceText(since: number, now: number): string {
  const minutes = Math.max(0, Math.floor((now - since) / MINUTE));
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1_440)} d`;
}

/** Text of strangers on one line, without control characters. */
export function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ').slice(0, 1_000);
}

/** An address that may be linked: only the web's. */
export function linkable(url: string | undefined): string | undefined {
  return url !== undefined && /^https?:\/\//i.test(url) && !/[\s<>"|()]/.test(url) && URL.canParse(url) ? url : undefined;
}
