import { createHash } from 'node:crypto';
import type { Tide } from '../config/prow/tide.js';
import { forRepo } from '../config/lookup.js';
import type { CheckMark, PoolMember, Verdict, VerdictPlace } from '../core/ports/merging.js';
import { slug } from '../core/ids.js';
import { answerMarkdown } from '../core/answerMarkdown.js';
import type { BlockerIssue } from '../core/ports/merging.js';
import type { Explained } from './answer.js';
import type { Judged } from './judge.js';
import { TIDE, sameName } from './names.js';
import type { Mismatch } from './query.js';

const MAX_TITLE = 140;
const MAX_NAMES = 50;
/** The highest score at which a query is still about the branch (tide 17.4). */
const OTHER_BRANCH = 2000;

/** As many names as fit, one at least; sorted, each once. */
export function fitting(names: readonly string[]): readonly string[] {
  const sorted = [...new Set(names)].sort();
  const taken: string[] = [];
  let used = 0;
  for (const name of sorted) {
    if (taken.length > 0 && used + name.length > MAX_NAMES) break;
    used += name.length + (taken.length > 0 ? 2 : 0);
    taken.push(name);
  }
  return taken;
}

const plural = (names: readonly string[], one: string, many: string) => (names.length === 1 ? one : many);

/** The first class of what a query misses, as a sentence; empty when it misses nothing. */
function difference(missing: readonly Mismatch[], { unmet }: Judged): string {
  const of = <K extends Mismatch['kind']>(kind: K) => missing.filter((one): one is Extract<Mismatch, { kind: K }> => one.kind === kind);
  const [branch] = of('branch');
  if (branch) return ` Merging to branch ${branch.branch} is forbidden.`;
  const [author] = of('author');
  if (author) return ` Must be by author ${author.author}.`;
  const [milestone] = of('milestone');
  if (milestone) return ` Must be in milestone ${milestone.milestone}.`;
  const needed = fitting(of('label_missing').map(({ label }) => label.split(',').join(' or ')));
  if (needed.length > 0) return ` Needs ${needed.join(', ')} ${plural(needed, 'label', 'labels')}.`;
  const unwanted = fitting(of('label_forbidden').map(({ label }) => label));
  if (unwanted.length > 0) return ` Should not have ${unwanted.join(', ')} ${plural(unwanted, 'label', 'labels')}.`;
  const red = fitting(unmet.filter(({ state }) => state !== 'stale').map(({ name }) => name));
  if (red.length > 0) return ` ${plural(red, 'Job', 'Jobs')} ${red.join(', ')} ${plural(red, 'has', 'have')} not succeeded.`;
  if (of('review').length > 0) return ' PullRequest is missing sufficient approving GitHub review(s).';
  return '';
}

function standing(judged: Judged, tide: Pick<Tide, 'display_all_tide_queries_in_status' | 'github_merge_blocks_policy'>, blockers: readonly BlockerIssue[]): Pick<Verdict, 'state' | 'title'> {
  const [obstacle] = judged.unmergeable;
  if (obstacle) return { state: obstacle.kind === 'draft' || obstacle.kind === 'behind' ? 'pending' : 'error', title: `Not mergeable. ${obstacle.text}.` };
  if (blockers.length > 0) return { state: 'error', title: `Not mergeable. Merging is blocked by issue${blockers.length === 1 ? '' : 's'} ${blockers.map(({ number }) => number).join(', ')}.` };
  const score = (missing: readonly Mismatch[]) => missing.reduce((sum, one) => sum + one.score, 0);
  if (!judged.nearest) return { state: 'pending', title: 'Not mergeable.' };
  const first = difference(judged.nearest.missing, judged);
  if (first !== '' && tide.display_all_tide_queries_in_status) {
    const all = judged.queries.filter(({ missing }) => score(missing) < OTHER_BRANCH).map(({ missing }) => difference(missing, judged));
    return { state: 'pending', title: all.length === 0 ? `Not mergeable. No Tide query for branch ${judged.member.baseRef} found.` : `Not mergeable.${[...new Set(all)].join(' OR')}` };
  }
  if (first !== '') return { state: 'pending', title: `Not mergeable.${first}` };
  const stale = judged.unmet.map(({ name }) => name).sort();
  if (stale.length > 0) {
    const text = `Not mergeable. Retesting: ${stale.join(' ')}`;
    return { state: 'pending', title: Buffer.byteLength(text) > MAX_TITLE ? `Not mergeable. Retesting ${stale.length} jobs.` : text };
  }
  const despite = judged.member.mergeState === 'BLOCKED' && (forRepo(tide.github_merge_blocks_policy, judged.member) ?? 'permit') === 'permit';
  return { state: 'success', title: despite ? 'In merge pool despite a merge block by GitHub.' : 'In merge pool.' };
}

/** Text of strangers on one line: no control characters, nothing that mentions people or makes Markdown of it. */
export function plain(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').slice(0, 500);
}
/** At most 140 bytes, as statuses demand. */
function cut(text: string): string {
  if (Buffer.byteLength(text) <= MAX_TITLE) return text;
  let kept = text.slice(0, MAX_TITLE - 3);
  while (Buffer.byteLength(kept) > MAX_TITLE - 3) kept = kept.slice(0, -1);
  return `${kept.replace(/[\ud800-\udbff]$/, '')}...`;
}

/** What the `tide` check of a pull request says (tide 17.3); undefined: nothing is known well enough to say anything. `said`: the answer that its summary gives. */
export function verdictOf(judged: Judged, { tide, blockers }: Readonly<{ tide: Tide; blockers: readonly BlockerIssue[] }>, said: Explained = { state: judged.state, reasons: judged.reasons, queue: undefined, merge: undefined }): Verdict | undefined {
  if (judged.member.unread.length > 0) return undefined;
  const { state, title } = standing(judged, tide, blockers);
  return { state, title: cut(plain(title)), summary: answerMarkdown(said, 'check'), steady: steadyOf(said), url: targetUrl(tide, judged.member) };
}

/**
 * The part of an answer whose change is worth a write: with each merge everybody behind it moves up, so far behind only a place that has halved
 * counts, and what is reckoned from the clock never does.
 */
function steadyOf({ state, reasons, queue }: Explained): string {
  const place = queue === undefined ? '' : queue.place <= 3 ? String(queue.place) : `~${Math.floor(Math.log2(queue.place))}`;
  return JSON.stringify([state, place, ...reasons.map(({ kind, text, clearedBy }) => (kind === 'queue' || kind === 'batch' ? kind : [text, clearedBy]))]);
}

/** Where the `tide` check leads (tide 17.5). */
export function targetUrl(tide: Pick<Tide, 'target_urls' | 'pr_status_base_urls'>, member: PoolMember): string {
  const fixed = forRepo(tide.target_urls, member);
  if (fixed) return fixed;
  const base = forRepo(tide.pr_status_base_urls, member);
  if (!base || !URL.canParse(base)) return '';
  const url = new URL(base);
  const { login, type } = member.author;
  const author = type === 'Bot' && !login.startsWith('app/') ? `app/${login}` : login;
  url.searchParams.set('query', `is:pr repo:${slug(member)} author:${author} head:${member.headRef}`);
  return url.href;
}

/** Stands in a check run's `external_id`, so that a verdict is written only when it says something new. */
export function fingerprint({ state, title, summary, steady, url }: Verdict): string {
  return `tide:${createHash('sha256').update(JSON.stringify([state, title, steady ?? summary, url])).digest('hex').slice(0, 16)}`;
}

/**
 * Where a verdict must be written; undefined when it is there already. A head that has a status of this name keeps getting
 * statuses, and one that has our check keeps getting that: GitHub wants a check and a status of one name both green (design decision 8).
 */
export function placeOf(verdict: Verdict, member: PoolMember, self: Readonly<{ kind: 'app' | 'token'; slug: string }>, tide: Pick<Tide, 'report_as'>): VerdictPlace | undefined {
  const status = member.marks.find((mark) => mark.source === 'status' && sameName(mark.name, TIDE));
  const own = member.marks.filter((mark): mark is CheckMark => mark.source === 'check' && sameName(mark.name, TIDE) && mark.app === self.slug).sort((a, b) => b.id - a.id)[0];
  if (self.kind === 'token' || status || (!own && forRepo(tide.report_as, member) === 'status')) {
    const same = status?.source === 'status' && status.state === verdict.state && status.description === verdict.title;
    return same ? undefined : { kind: 'status' };
  }
  const externalId = fingerprint(verdict);
  if (own?.externalId === externalId) return undefined;
  // GitHub never opens a completed check run again: whoever must wait after that gets a new one, which then counts.
  return { kind: 'check', id: own?.completed && verdict.state === 'pending' ? undefined : own?.id, externalId };
}
