import { expect, test } from '@jest/globals';
import type { History, HistoryRecord, MergeRecord, PoolView } from '../../src/core/ports/tide.js';
import { shownHistory, shownTide } from '../../src/web/tideShown.js';

const pool = (org: string, repo: string): PoolView => ({ org, repo, branch: 'main', baseSha: 'b', at: 0, action: 'WAIT', target: [], blockers: [], error: undefined, pulls: [] });
const merge = (org: string, repo: string): MergeRecord => ({ org, repo, branch: 'main', number: 1, headSha: 'h', mergeSha: 'm', baseSha: 'b', method: 'merge', readyAt: undefined, mergedAt: 0 });
const record: HistoryRecord = { time: '2026-01-01T00:00:00Z', action: 'MERGE', tenantids: [] };
const history: History = new Map([['o/r:main', [record]], ['o/secret:rel:1', [record]], ['hush/r:main', [record]]]);

test.each<{ name: string; hidden: readonly string[]; want: readonly string[] }>([
  { name: 'nothing hidden', hidden: [], want: ['o/r', 'o/secret', 'hush/r'] }, { name: 'a repository', hidden: ['o/secret'], want: ['o/r', 'hush/r'] }, { name: 'an organisation', hidden: ['hush', 'o/secret'], want: ['o/r'] },
  { name: 'names that only begin alike', hidden: ['hus', 'o/secre'], want: ['o/r', 'o/secret', 'hush/r'] },
])('pools, merges and history of hidden repositories are not shown: $name', async ({ hidden, want }) => {
  const places = [['o', 'r'], ['o', 'secret'], ['hush', 'r']] as const;
  const shown = shownTide({ pools: async () => places.map(([org, repo]) => pool(org, repo)), merges: async () => places.map(([org, repo]) => merge(org, repo)) }, () => new Set(hidden));
  expect((await shown.pools()).map(({ org, repo }) => `${org}/${repo}`)).toEqual(want);
  expect((await shown.merges(5)).map(({ org, repo }) => `${org}/${repo}`)).toEqual(want);
  expect([...shownHistory(history, new Set(hidden)).keys()].map((key) => key.split(':')[0])).toEqual(want);
});
