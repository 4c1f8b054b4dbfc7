import type { Found } from './answer.js';

const time = (at: number | undefined): string | undefined => (at === undefined ? undefined : new Date(at).toISOString());

/** The answer for programs: times as RFC 3339, keys that say nothing left out. */
export function answerJson(found: Found): object {
  const { org, name, number } = found.issue;
  const ref = { org, repo: name, number };
  if (found.kind === 'unknown') return { ...ref, state: 'unknown' };
  if (found.kind === 'merged') return { ...ref, state: 'merged', branch: found.merge.branch, mergeSha: found.merge.mergeSha, method: found.merge.method, mergedAt: time(found.merge.mergedAt) };
  const { title, author, url, headSha, branch, baseSha, state, reasons, queue, merge, trouble, at } = found;
  return {
    ...ref, title, author, url, headSha, branch, baseSha, state,
    reasons: reasons.map(({ kind, text, clearedBy, since, url: where }) => ({ kind, text, clearedBy, since: time(since), url: where })),
    queue, expected: merge && { from: time(merge.from), to: time(merge.to), basis: merge.basis, count: merge.count }, trouble, at: time(at),
  };
}
