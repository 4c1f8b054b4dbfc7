import type { TideQuery } from '../../config/prow/tide.js';
import type { PoolPull, PoolView } from '../../core/ports/tide.js';
import { ago } from '../time.js';
import { PullRow } from './answer.js';

const ACTIONS: Readonly<Record<PoolView['action'], string>> = {
  MERGE: 'merging', MERGE_BATCH: 'merging what was tested together', TRIGGER: 'testing', TRIGGER_BATCH: 'testing together', BLOCKED: 'blocked', POOL_BLOCKED: 'blocked', WAIT: 'waiting',
};
const order = { merging: 0, ready: 1, pending: 2, waiting: 3 } as const;
const place = ({ queue }: PoolPull): number => queue?.place ?? Number.POSITIVE_INFINITY;

/** Those that merge, those in line by their place, then whoever waits for somebody. */
export function inLine(pulls: readonly PoolPull[]): readonly PoolPull[] {
  const merging = ({ state }: PoolPull): number => (state === 'merging' ? 0 : 1);
  return [...pulls].sort((a, b) => merging(a) - merging(b) || (place(a) === place(b) ? 0 : place(a) - place(b)) || order[a.state] - order[b.state] || a.number - b.number);
}

/** What may merge: each query as a search at GitHub, and as it is configured. */
export type ShownQueries = Readonly<{ Queries: readonly string[]; TideQueries: readonly Partial<TideQuery>[] }>;

/** A query in words, part by part (deck 8.3). */
export function queryParts(query: Partial<TideQuery>): readonly Readonly<{ word: string; names: readonly string[] }>[] {
  const some = (word: string, names: readonly string[] | undefined) => (names && names.length > 0 ? [{ word, names }] : []);
  const one = (word: string, name: string | undefined) => (name ? [{ word, names: [name] }] : []);
  return [
    ...some('in', [...(query.orgs ?? []), ...(query.repos ?? [])]), ...some('not in', query.excludedRepos), ...some('into', query.includedBranches), ...some('not into', query.excludedBranches),
    ...some('with', query.labels?.map((label) => label.split(',').join(' or '))), ...some('without', query.missingLabels), ...one('by', query.author), ...one('in milestone', query.milestone),
    ...(query.reviewApprovedRequired ? [{ word: 'with', names: ['an approving GitHub review'] }] : []),
  ];
}

function Query({ text, query, linkUrl }: { text: string; query: Partial<TideQuery>; linkUrl: string }) {
  return (
    <li>
      {queryParts(query).map(({ word, names }) => <><span class="sub">{word}</span> {names.map((name) => <><span class="chip">{name}</span> </>)}</>)}
      <a class="sub" href={`${linkUrl}/search?${new URLSearchParams({ q: text, type: 'pullrequests' }).toString()}`}>search</a>
    </li>
  );
}

/** A branch with all its pull requests. */
export function PoolCard({ pool, now }: { pool: PoolView; now: number }) {
  const batch = pool.batchPending ?? [];
  const numbers = (some: readonly number[]): string => some.map((n) => `#${n}`).join(', ');
  return (
    <section class="card" id={`pool-${encodeURIComponent(`${pool.org}/${pool.repo}:${pool.branch}`)}`}>
      <h3>{pool.org}/{pool.repo} <span class="chip">{pool.branch}</span></h3>
      <p class="why">
        {ACTIONS[pool.action]}{pool.target.length > 0 ? ` ${numbers(pool.target)}` : ''}, decided {ago(pool.at, now)} ago at {pool.baseSha.slice(0, 7)}
        {batch.length > 0 && pool.action !== 'TRIGGER_BATCH' ? `; ${numbers(batch)} are being tested together` : ''}.{' '}
        <a href={`/tide-history?${new URLSearchParams({ repo: `${pool.org}/${pool.repo}`, branch: pool.branch }).toString()}`}>History</a>
      </p>
      {pool.error === undefined ? null : <p class="note">{pool.error}</p>}
      {pool.blockers.map(({ number, title, url }) => <p class="note">Merging is blocked by <a href={url}>#{number}</a> {title}</p>)}
      {pool.pulls.length === 0 ? <p class="empty">No open pull requests.</p> : <ul>{inLine(pool.pulls).map((pull) => <PullRow pool={pool} pull={pull} now={now} />)}</ul>}
    </section>
  );
}

/** What `/tide` shows. */
export interface TideShown {
  readonly pools: readonly PoolView[];
  /** Every repository with a pool. */
  readonly repos: readonly string[];
  readonly repo: string | undefined;
  readonly branch: string | undefined;
  readonly queries: ShownQueries;
  readonly now: number;
  readonly linkUrl: string;
}

/** The pools of a page; `repo` and `branch` narrow it. */
export function shownPools(pools: readonly PoolView[], { repo, branch }: Pick<TideShown, 'repo' | 'branch'>): readonly PoolView[] {
  return pools.filter((pool) => (repo === undefined ? pool.pulls.length > 0 || pool.error !== undefined : `${pool.org}/${pool.repo}`.toLowerCase() === repo.toLowerCase()) && (branch === undefined || pool.branch === branch));
}

/** The part of `/tide` that changes. */
export function Pools({ pools, repo, now }: Pick<TideShown, 'pools' | 'repo' | 'now'>) {
  if (pools.length === 0) return <p class="empty">{repo === undefined ? 'No pull request waits to merge. A branch shows here once a Tide query covers one of its pull requests.' : `Tide knows of no branch of ${repo}.`}</p>;
  return <div class="pools">{pools.map((pool) => <PoolCard pool={pool} now={now} />)}</div>;
}

/** `/tide`: every branch's line, and what keeps everybody else out of it (deck 8.3). */
export function TidePage(shown: TideShown & Readonly<{ part: string }>) {
  const { repos, repo, queries, linkUrl, part } = shown;
  return (
    <>
      <div class="title"><h2>Merge pools{repo === undefined ? '' : ` of ${repo}`}</h2></div>
      <form class="filter" method="get" action="/tide">
        <label>Repository<select name="repo"><option value="">All</option>{repos.map((one) => <option value={one} selected={one === repo}>{one}</option>)}</select></label>
        <button type="submit">Show</button>
      </form>
      <div data-live={part}><Pools {...shown} /></div>
      <h2>What may merge</h2>
      {queries.Queries.length === 0 ? <p class="empty">Tide has no queries.</p> : (
        <>
          <p class="why">A pull request is in the pool of its branch when one of these finds it and its checks are green on the present base. Those tested together come first, then who is ready, then who is to be tested, each by priority and number.</p>
          <ul class="queries">{queries.Queries.map((text, n) => <Query text={text} query={queries.TideQueries[n] ?? {}} linkUrl={linkUrl} />)}</ul>
        </>
      )}
      <p class="stamp"><a href="/tide-history">Merge history</a><a href="/tide.js">JSON</a></p>
    </>
  );
}
