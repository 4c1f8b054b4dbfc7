import type { Snapshot } from '../config/snapshot.js';
import type { TideQuery } from '../config/prow/tide.js';
import type { PoolPull, PoolView } from '../core/ports/tide.js';
import { queryText } from './query.js';

/** A pull request in `/tide.js`. */
export interface PullJson {
  readonly Number: number;
  readonly Title: string;
  readonly HeadRefOID: string;
  readonly Mergeable: string;
}

export interface PoolJson {
  readonly Org: string;
  readonly Repo: string;
  readonly Branch: string;
  readonly SuccessPRs: readonly PullJson[];
  readonly PendingPRs: readonly PullJson[];
  readonly MissingPRs: readonly PullJson[];
  readonly BatchPending: readonly PullJson[];
  readonly Action: string;
  readonly Target: readonly PullJson[];
  readonly Blockers: readonly Readonly<{ Number: number; Title: string; URL: string }>[];
  readonly Error: string;
  readonly TenantIDs: readonly string[];
}

export interface TideJson {
  readonly Queries: readonly string[];
  readonly TideQueries: readonly Partial<TideQuery>[];
  readonly Pools: readonly PoolJson[];
}

const pullJson = ({ number, title, headSha, reasons }: PoolPull): PullJson => ({
  Number: number, Title: title, HeadRefOID: headSha, Mergeable: reasons.some(({ kind }) => kind === 'conflict') ? 'CONFLICTING' : 'MERGEABLE',
});

/** A query as its configuration has it: keys that are unset are left out. */
function queryJson(query: TideQuery): Partial<TideQuery> {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => (Array.isArray(value) ? value.length > 0 : value !== '' && value !== false)));
}

/** `/tide.js` (tide 19.2); a branch without a pull request in its pool is no pool there. */
export function tideJson(config: Snapshot, pools: readonly PoolView[]): TideJson {
  const { queries } = config.prow.tide;
  return {
    Queries: queries.map(queryText),
    TideQueries: queries.map(queryJson),
    Pools: pools.map(poolJson).filter((pool) => pool.SuccessPRs.length + pool.PendingPRs.length + pool.MissingPRs.length > 0),
  };
}

/** Where a pull request stands; those that wait for checks of others count as pending, as they are in no bucket of ours. */
const bucketOf = ({ state, bucket }: PoolPull) => (state === 'ready' || state === 'merging' ? 'success' : (bucket ?? (state === 'pending' ? 'pending' : undefined)));

/** One pool, pull requests that are not in it left out. */
export function poolJson(view: PoolView): PoolJson {
  const of = (bucket: 'success' | 'pending' | 'missing') => view.pulls.filter((pull) => bucketOf(pull) === bucket).map(pullJson);
  const named = (numbers: readonly number[]) => numbers.flatMap((number) => view.pulls.filter((pull) => pull.number === number).map(pullJson));
  return {
    Org: view.org, Repo: view.repo, Branch: view.branch, SuccessPRs: of('success'), PendingPRs: of('pending'), MissingPRs: of('missing'), BatchPending: named(view.batchPending ?? []),
    Action: view.action, Target: named(view.target),
    Blockers: view.blockers.map(({ number, title, url }) => ({ Number: number, Title: title, URL: url })), Error: view.error ?? '', TenantIDs: [],
  };
}
