import type { PoolPull, PoolView } from '../../core/ports/tide.js';
import { PullRow } from './answer.js';

/** The search of `/pr`, in GitHub's words. */
export function SearchForm({ text }: { text: string }) {
  return (
    <form class="search" method="get" action="/pr" role="search">
      <input name="query" value={text} placeholder="repo:org/name author:login head:branch, #12 or words of a title" aria-label="Search pull requests" />
      <button type="submit">Search</button>
    </form>
  );
}

/** Several pull requests, by branch. */
export function Found({ found, more, now }: { found: readonly Readonly<{ pool: PoolView; pull: PoolPull }>[]; more: number; now: number }) {
  if (found.length === 0) return <p class="empty">Tide knows no open pull request like that.</p>;
  const pools = [...new Set(found.map(({ pool }) => pool))];
  return (
    <>
      <div class="pools">
        {pools.map((pool) => (
          <section class="card" id={`found-${encodeURIComponent(`${pool.org}/${pool.repo}:${pool.branch}`)}`}>
            <h3>{pool.org}/{pool.repo} <span class="chip">{pool.branch}</span></h3>
            <ul>{found.filter((one) => one.pool === pool).map(({ pull }) => <PullRow pool={pool} pull={pull} now={now} />)}</ul>
          </section>
        ))}
      </div>
      {more > 0 ? <p class="sub">and {more} more</p> : null}
    </>
  );
}
