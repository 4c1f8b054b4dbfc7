import { expect, test } from '@jest/globals';
import type { MergeRecord, PoolView, Reason } from '../../../src/core/ports/tide.js';
import { createHandling } from '../../../src/handlers/dispatch.js';
import { commentPayload, delivery, NOW, signal, snapshot, world } from '../fakes.js';

const label: Reason = { kind: 'label_missing', text: 'Needs the label lgtm', clearedBy: 'a reviewer with /lgtm', since: undefined };
const blocker: Reason = { kind: 'blocker', text: 'Merging is blocked by issue #5 (ask @octocat)', clearedBy: 'whoever closes that issue', since: undefined, url: 'https://github.com/o/r/issues/5' };
const red: Reason = { kind: 'context_failing', text: 'The check build has failed: it ended with failure', clearedBy: 'the check `build`, run again or after a fix', since: NOW - 60_000, url: 'https://ci.example/1' };

const pool = (reasons: readonly Reason[], at = NOW): PoolView => ({
  org: 'o', repo: 'r', branch: 'main', baseSha: 'b'.repeat(40), at, action: 'WAIT', target: [], blockers: [], error: undefined,
  pulls: [{ number: 1, title: 'A change', author: 'author', url: 'https://github.com/o/r/pull/1', headSha: 'a'.repeat(40), state: 'waiting', reasons }],
});

/** A repository with `/why`, of which Tide knows these pools. */
function scene(pools: readonly PoolView[], merges: readonly MergeRecord[] = []) {
  const known = { pools, merges };
  const { github, deps } = world(snapshot({ enabled: ['why'] }), { tide: { pools: async () => known.pools, merges: async () => known.merges } });
  const handling = createHandling(deps);
  return { github, known, say: (body: string, on: 'pull' | 'issue' = 'pull') => handling.run('why', delivery('issue_comment', commentPayload({ body, on })), { signal, attempt: 1 }), said: () => (github.commentsOf.get(1) ?? []).map(({ body }) => body) };
}

test('says what keeps it and who clears that, without mentioning anybody or any issue', async () => {
  const { say, said } = scene([pool([label, blocker, red])]);
  await say('/why');
  const [comment = '', ...more] = said();
  expect(more).toEqual([]);
  expect(comment).toContain('- Needs the label lgtm. Cleared by: a reviewer with /lgtm.\n');
  expect(comment).toContain('Cleared by: whoever closes that issue.\n');
  expect(comment).toContain('Cleared by: the check `build`, run again or after a fix. Since 2026-03-01 11:59 UTC. [Details](https://ci.example/1)\n');
  expect(comment).toContain('_As of 2026-03-01 12:00 UTC, commit aaaaaaa onto main at bbbbbbb. Comment `/why` to bring this up to date._');
  expect(comment).not.toMatch(/@octocat|#5|issues\/5/);
});

test('one comment, edited in place, and left alone where it says so already', async () => {
  const { github, known, say, said } = scene([pool([label, red])]);
  await say('/why');
  await say('/why');
  expect(github.writes).toEqual(['comment']);
  known.pools = [pool([red], NOW + 60_000)];
  await say('/why\r\nPlease!');
  expect(said()).toHaveLength(1);
  expect(said()[0]).not.toContain('lgtm');
  expect(said()[0]).toContain('12:01 UTC');
});

test.each([
  { name: 'nothing known', pools: [], merges: [], says: 'Tide does not know o/r#\u200b1: it is closed, no Tide query is about its repository, or Tide has not looked at it yet.' },
  { name: 'merged', pools: [], merges: [{ org: 'o', repo: 'r', branch: 'main', number: 1, headSha: 'a', mergeSha: 'c'.repeat(40), baseSha: 'b', method: 'merge', readyAt: undefined, mergedAt: NOW }] as const, says: 'o/r#\u200b1 was merged into main as cccccccccccc at 2026-03-01T12:00:00.000Z.' },
])('$name', async ({ pools, merges, says }) => {
  const { say, said } = scene(pools, merges);
  await say('/why');
  expect(said()[0]).toContain(says);
});

test.each(['/why not', 'why', '/whyever', '> /why', '```\n/why\n```'])('%j asks nothing', async (body) => {
  const { github, say } = scene([pool([label])]);
  await say(body);
  expect(github.writes).toEqual([]);
});

test('an issue is not merged', async () => {
  const { github, say } = scene([pool([label])]);
  await say('/why', 'issue');
  expect(github.writes).toEqual([]);
});

test('a very long answer still fits into a comment', async () => {
  const { say, said } = scene([pool(Array.from({ length: 150 }, (_, n) => ({ ...red, text: `${n} ${'*'.repeat(900)}` })))]);
  await say('/why');
  expect(said()[0]?.length).toBeLessThan(60_000);
  expect(said()[0]).toMatch(/- and \d+ more/);
});
