import type { TideQuery } from '../config/prow/tide.js';
import { queryCovers } from '../config/prow/tideLookup.js';
import type { Repo } from '../core/ids.js';
import type { PoolMember } from '../core/ports/merging.js';
import { authorName, hasLabel, sameName } from './names.js';

const all = (prefix: string, names: readonly string[]) => names.map((name) => `${prefix}:"${name}"`);

function criteria(query: TideQuery): readonly string[] {
  return [
    ...(query.author === '' ? [] : [`author:"${query.author}"`]),
    ...all('-base', query.excludedBranches),
    ...all('base', query.includedBranches),
    ...query.labels.map((label) => `label:${label.split(',').map((one) => `"${one}"`).join(',')}`),
    ...all('-label', query.missingLabels),
    ...(query.milestone === '' ? [] : [`milestone:"${query.milestone}"`]),
    ...(query.reviewApprovedRequired ? ['review:approved'] : []),
  ];
}

/** Target tokens of a query by organisation, in the order in which the query names them. */
function targets(query: TideQuery): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const add = (org: string, token: string) => {
    const tokens = found.get(org) ?? [];
    if (!tokens.includes(token)) tokens.push(token);
    found.set(org, tokens);
  };
  for (const org of query.orgs) add(org, `org:"${org}"`);
  for (const repo of query.repos) add(ownerOf(repo), `repo:"${repo}"`);
  for (const repo of query.excludedRepos) add(ownerOf(repo), `-repo:"${repo}"`);
  return found;
}

const ownerOf = (repo: string) => repo.split('/')[0] ?? '';

/** What a person can paste into GitHub's search (tide 4.1). */
export function queryText(query: TideQuery): string {
  return ['is:pr', 'state:open', 'archived:false', ...criteria(query), ...[...targets(query).values()].flat()].join(' ');
}

/** One search: the organisation chooses the installation that may run it. */
export interface Shard {
  readonly org: string;
  /** Index of the query in the configuration. */
  readonly index: number;
  readonly text: string;
}

/** The searches for the pull requests of all queries: one per query and organisation (tide 4.2). */
export function poolSearches(queries: readonly TideQuery[]): readonly Shard[] {
  return queries.flatMap((query, index) =>
    [...targets(query)].map(([org, tokens]) => ({ org, index, text: ['is:pr', 'state:open', 'archived:false', ...criteria(query), ...tokens].join(' ') })),
  );
}

/**
 * What all queries together cover, by organisation. A repository is left out only where every query that names its
 * organisation leaves it out and none names the repository (tide 3.2).
 */
export function coverage(queries: readonly TideQuery[]): ReadonlyMap<string, readonly string[]> {
  const excluded = new Map<string, ReadonlySet<string>>();
  for (const query of queries) {
    for (const org of query.orgs) {
      const mine = new Set(query.excludedRepos.filter((repo) => ownerOf(repo) === org));
      const before = excluded.get(org);
      excluded.set(org, before ? new Set([...before].filter((repo) => mine.has(repo))) : mine);
    }
  }
  const tokens = new Map<string, string[]>();
  const named = new Set(queries.flatMap((query) => query.repos));
  for (const [org, repos] of excluded) {
    tokens.set(org, [`org:"${org}"`, ...[...repos].filter((repo) => !named.has(repo)).sort().map((repo) => `-repo:"${repo}"`)]);
  }
  for (const repo of [...named].sort()) {
    const org = ownerOf(repo);
    if (excluded.has(org) && !excluded.get(org)?.has(repo)) continue;
    tokens.set(org, [...(tokens.get(org) ?? []), `repo:"${repo}"`]);
  }
  return tokens;
}

/** Searches for every open pull request that Tide speaks about: one an organisation. `since` is milliseconds since the epoch. */
export function statusSearches(queries: readonly TideQuery[], since: (org: string) => number): readonly Shard[] {
  return [...coverage(queries)].map(([org, tokens]) => ({
    org, index: 0, text: ['is:pr', 'state:open', 'sort:updated-asc', 'archived:false', ...tokens, `updated:>=${searchTime(since(org))}`].join(' '),
  }));
}

/** Searches for issues that stop merging. */
export function blockerSearches(queries: readonly TideQuery[], label: string): readonly Readonly<{ org: string; text: string }>[] {
  return [...coverage(queries)].map(([org, tokens]) => ({ org, text: [...new Set(['is:issue', 'state:open', `label:"${label}"`, ...tokens])].sort().join(' ') }));
}

const EARLIEST = Date.UTC(2007, 0, 1);

/** GitHub's search ignores dates before 1970 and wants UTC without fractions. */
export function searchTime(at: number): string {
  return new Date(Math.max(at, EARLIEST)).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** One thing about a pull request that a query does not want, weighed as upstream does (tide 17.4). */
export type Mismatch = Readonly<
  | { kind: 'branch'; score: 2000; branch: string }
  | { kind: 'author'; score: 1000; author: string }
  | { kind: 'milestone'; score: 100; milestone: string }
  | { kind: 'label_missing'; score: 1; label: string }
  | { kind: 'label_forbidden'; score: 1; label: string }
  | { kind: 'review'; score: 50 }
>;

type Facts = Pick<PoolMember, 'baseRef' | 'author' | 'milestone' | 'labels' | 'review'>;

/** All that keeps a pull request out of a query; empty when it is in. Checks are judged apart. */
export function mismatches(query: TideQuery, member: Facts): readonly Mismatch[] {
  const found: Mismatch[] = [];
  const onBranch = (name: string) => sameName(name, member.baseRef);
  if (query.excludedBranches.some(onBranch) || (query.includedBranches.length > 0 && !query.includedBranches.some(onBranch))) {
    found.push({ kind: 'branch', score: 2000, branch: member.baseRef });
  }
  if (query.author !== '' && authorName(query.author) !== authorName(member.author.login)) found.push({ kind: 'author', score: 1000, author: query.author });
  if (query.milestone !== '' && !sameName(query.milestone, member.milestone ?? '')) found.push({ kind: 'milestone', score: 100, milestone: query.milestone });
  for (const label of query.labels) if (!hasLabel(member, label)) found.push({ kind: 'label_missing', score: 1, label });
  for (const label of query.missingLabels) if (member.labels.some((one) => sameName(one, label))) found.push({ kind: 'label_forbidden', score: 1, label });
  if (query.reviewApprovedRequired && member.review !== 'approved') found.push({ kind: 'review', score: 50 });
  return found;
}

/** Queries about a repository. */
export function queriesFor(queries: readonly TideQuery[], repo: Repo): readonly TideQuery[] {
  return queries.filter((query) => queryCovers(query, repo));
}
