/** One thing that keeps a pull request from merging, and who or what clears it. */
export interface Reason {
  readonly kind:
    | 'label_missing' | 'label_forbidden' | 'context_failing' | 'context_pending' | 'context_missing' | 'conflict' | 'draft' | 'review_missing'
    | 'changes_requested' | 'milestone' | 'author' | 'branch' | 'blocker' | 'refused' | 'behind' | 'pending_mergeability' | 'queue' | 'batch' | 'no_query';
  /** A sentence for people. */
  readonly text: string;
  /** Who or what clears it, e.g. "somebody with /lgtm", "the check `build`". */
  readonly clearedBy: string;
  /** Milliseconds since the epoch; undefined: nobody knows. */
  readonly since: number | undefined;
  /** Where to look: the check, the issue; absent where there is nothing to see, and where older versions wrote it. */
  readonly url?: string | undefined;
}

/** Where a pull request stands among those that wait for nobody's doing, in the order in which Tide takes them. */
export interface QueuePlace {
  /** Counted from 1. */
  readonly place: number;
  readonly of: number;
  /** The number of the pull request before it. */
  readonly behind: number | undefined;
}

/** When a pull request will probably have merged; milliseconds since the epoch. */
export interface MergeRange {
  readonly from: number;
  readonly to: number;
  /** What it was reckoned from: the last merges into the branch, or the last runs of the jobs that must pass. */
  readonly basis: 'merges' | 'runs';
  /** How many of these there were. */
  readonly count: number;
}

export interface PoolPull {
  readonly number: number;
  readonly title: string;
  readonly author: string;
  readonly url: string;
  readonly headSha: string;
  readonly state: 'merging' | 'ready' | 'pending' | 'waiting';
  /** How far its jobs have come on the present base, if nothing else keeps it from merging; absent where older versions wrote it. */
  readonly bucket?: 'success' | 'pending' | 'missing' | undefined;
  readonly reasons: readonly Reason[];
  /** The branch that it comes from; absent where older versions wrote it. */
  readonly headRef?: string | undefined;
  /** Absent for whoever waits for somebody, and where older versions wrote it. */
  readonly queue?: QueuePlace | undefined;
  /** Absent where too little is known to say. */
  readonly merge?: MergeRange | undefined;
}

/** What Tide last knew and decided about a branch; the page, `/tide.js` and `prow tide why` show it. */
export interface PoolView {
  readonly org: string;
  readonly repo: string;
  readonly branch: string;
  readonly baseSha: string;
  /** Milliseconds since the epoch of the last decision. */
  readonly at: number;
  readonly action: 'MERGE' | 'WAIT' | 'BLOCKED' | 'TRIGGER' | 'TRIGGER_BATCH' | 'MERGE_BATCH' | 'POOL_BLOCKED';
  readonly target: readonly number[];
  /** The batch that is being tested, in the order in which it merges; absent where older versions wrote it. */
  readonly batchPending?: readonly number[] | undefined;
  readonly blockers: readonly { readonly number: number; readonly title: string; readonly url: string }[];
  readonly error: string | undefined;
  /** Every open pull request of the branch that a query's repository covers. */
  readonly pulls: readonly PoolPull[];
}

export interface MergeRecord {
  readonly org: string;
  readonly repo: string;
  readonly branch: string;
  readonly number: number;
  readonly headSha: string;
  readonly mergeSha: string;
  readonly baseSha: string;
  readonly method: 'merge' | 'squash' | 'rebase';
  /** Milliseconds since the epoch. */
  readonly readyAt: number | undefined;
  readonly mergedAt: number;
}

/** Pools and merges as last seen; a cache that the next sync rebuilds. */
export interface TideViews {
  putPool(view: PoolView): Promise<void>;
  dropPool(org: string, repo: string, branch: string): Promise<void>;
  pools(): Promise<readonly PoolView[]>;
  putMerge(merge: MergeRecord): Promise<void>;
  /** Newest first. */
  merges(limit: number): Promise<readonly MergeRecord[]>;
}

/** One thing that Tide did in a pool, in the words of upstream's files (tide 18). */
export interface HistoryRecord {
  /** RFC 3339. */
  readonly time: string;
  readonly action: 'TRIGGER' | 'TRIGGER_BATCH' | 'MERGE' | 'MERGE_BATCH';
  readonly baseSHA?: string | undefined;
  readonly target?: readonly HistoryTarget[] | undefined;
  readonly err?: string | undefined;
  readonly tenantids: readonly string[] | null;
}

export interface HistoryTarget {
  readonly number: number;
  readonly author: string;
  readonly sha: string;
  readonly title: string;
  readonly head_ref: string;
}

/** Records by pool (`org/repo:branch`), newest first. */
export type History = ReadonlyMap<string, readonly HistoryRecord[]>;

/** What Tide did, the newest records of each pool. */
export interface TideHistory {
  add(pool: string, record: HistoryRecord): Promise<void>;
  of(pool: string): Promise<readonly HistoryRecord[]>;
  all(): Promise<History>;
  /** Puts older records of a pool behind those that are known; once for a source and pool, however often it is asked. */
  restore(source: string, pool: string, records: readonly HistoryRecord[]): Promise<void>;
  /** Grows with every record. */
  version(): Promise<number>;
}
