import type { Account } from '../event.js';
import type { IssueRef, Repo } from '../ids.js';
import type { Identity, Opts, WriteOpts } from './github.js';

export type Method = 'merge' | 'squash' | 'rebase';

/** Which Actions workflow a check run belongs to. */
export interface WorkflowOf {
  readonly runId: number;
  readonly name: string;
  /** `pull_request`, `push`, … */
  readonly event: string;
}

/** A commit status of a head: GitHub keeps the newest of each context only. */
export interface StatusMark {
  readonly source: 'status';
  readonly name: string;
  readonly state: 'success' | 'failure' | 'error' | 'pending' | 'expected';
  readonly description: string;
  readonly url: string;
  /** Login; empty where GitHub no longer knows it. */
  readonly creator: string;
  /** Milliseconds since the epoch; undefined for an expected one. */
  readonly at: number | undefined;
}

/** One attempt of a check run of a head. */
export interface CheckMark {
  readonly source: 'check';
  readonly name: string;
  readonly id: number;
  /** Slug and id of the App that made it. */
  readonly app: string;
  readonly appId: number | undefined;
  readonly suiteId: number;
  readonly workflow: WorkflowOf | undefined;
  readonly completed: boolean;
  /** Lower case, e.g. `success`, `neutral`, `timed_out`; undefined while it runs. */
  readonly conclusion: string | undefined;
  readonly startedAt: number | undefined;
  readonly completedAt: number | undefined;
  readonly title: string;
  readonly externalId: string;
  readonly url: string;
}
export type Mark = StatusMark | CheckMark;

/** A check suite of a head that has check runs or a workflow run; one that is not completed may still make check runs. */
export interface SuiteMark {
  readonly id: number;
  readonly app: string;
  readonly completed: boolean;
  readonly conclusion: string | undefined;
  readonly workflow: WorkflowOf | undefined;
  readonly url: string;
}

/** An open pull request with all that a merge depends on. */
export interface PoolMember extends IssueRef {
  readonly nodeId: string;
  readonly title: string;
  readonly body: string;
  readonly author: Account;
  readonly url: string;
  readonly headSha: string;
  readonly headRef: string;
  readonly baseRef: string;
  readonly draft: boolean;
  readonly mergeable: 'mergeable' | 'conflicting' | 'unknown';
  /** GitHub's merge state, upper case: `CLEAN`, `BLOCKED`, `BEHIND`, … */
  readonly mergeState: string;
  readonly canBeRebased: boolean;
  readonly labels: readonly string[];
  readonly milestone: string | undefined;
  readonly review: 'approved' | 'changes_requested' | 'review_required' | undefined;
  /** Milliseconds since the epoch. */
  readonly updatedAt: number;
  readonly marks: readonly Mark[];
  readonly suites: readonly SuiteMark[];
  /** What could not be read to the end (labels, contexts): such a pull request is never merged. */
  readonly unread: readonly string[];
}

/** A check that GitHub itself requires on the branch. */
export interface RequiredCheck {
  readonly context: string;
  /** Id of the App that must report it, where the rule names one. */
  readonly appId: number | undefined;
}

/** Branch protection and rulesets of a branch, united. */
export interface BranchRules {
  readonly required: readonly RequiredCheck[];
  /** Branches must be up to date before merging. */
  readonly strict: boolean;
  readonly linearHistory: boolean;
  /** Methods that both the repository's settings and the rulesets allow. */
  readonly methods: readonly Method[];
}

/** A branch and all its open pull requests, read together. */
export interface PoolRead {
  readonly repo: Repo;
  readonly branch: string;
  readonly baseSha: string;
  /** When the commit at the tip was committed; milliseconds since the epoch. */
  readonly baseAt: number;
  readonly rules: BranchRules;
  readonly members: readonly PoolMember[];
}

export interface SearchHit {
  readonly org: string;
  readonly repo: string;
  readonly number: number;
  readonly branch: string;
  /** Milliseconds since the epoch. */
  readonly updatedAt: number;
}

/** A search's answer; GitHub shows at most 1000 results. */
export interface SearchResult {
  readonly hits: readonly SearchHit[];
  /** How many match in all; more than `hits` when GitHub's cap cut them. */
  readonly total: number;
}

export interface BlockerIssue extends IssueRef {
  readonly title: string;
  readonly url: string;
}

/** What a request to merge came to. Messages are GitHub's own words. */
export type MergeOutcome = Readonly<
  | { kind: 'merged'; sha: string }
  | { kind: 'already_merged'; sha: string }
  | { kind: 'base_changed'; message: string }
  | { kind: 'head_changed'; message: string }
  | { kind: 'unmergeable'; message: string }
  | { kind: 'unauthorized'; message: string }
  | { kind: 'method_forbidden'; message: string }
>;

export interface MergeRequest {
  /** The head that was decided on; GitHub refuses when the pull request has another one. */
  readonly sha: string;
  readonly method: Method;
  /** GitHub's own texts where undefined. */
  readonly title: string | undefined;
  readonly message: string | undefined;
}

/** What the `tide` check of a head says. */
export interface Verdict {
  readonly state: 'success' | 'pending' | 'error';
  /** At most 140 bytes. */
  readonly title: string;
  /** Markdown; check runs only. */
  readonly summary: string;
  /** What must have changed for the summary to be written anew; the whole of it where this is left out. */
  readonly steady?: string | undefined;
  /** Empty: none. */
  readonly url: string;
}

/**
 * Where a verdict goes: the check run that is there already (`id`), a new one, or a commit status. Before a new one is made, our newest
 * run of the head is looked for, and used unless it is completed and the verdict is pending: GitHub never opens a completed run again.
 */
export type VerdictPlace = Readonly<{ kind: 'check'; id: number | undefined; externalId: string } | { kind: 'status' }>;

/** GitHub as Tide needs it. Every method may throw RemoteError. */
export interface Merging {
  identity(options: Opts): Promise<Identity>;
  /** Open pull requests that a search finds, oldest page first; `org` chooses the installation. */
  searchPulls(org: string, query: string, options: Opts): Promise<SearchResult>;
  searchBlockers(org: string, query: string, options: Opts): Promise<readonly BlockerIssue[]>;
  /** undefined: the repository or the branch is gone, or the repository is archived. */
  readPool(repo: Repo, branch: string, options: Opts): Promise<PoolRead | undefined>;
  /** The branch's commit now, never from a cache that may be stale; undefined when it is gone. */
  baseSha(repo: Repo, branch: string, options: Opts): Promise<string | undefined>;
  /** The merge commit of a pull request; undefined when it is not merged. */
  landed(ref: IssueRef, options: Opts): Promise<string | undefined>;
  merge(ref: IssueRef, request: MergeRequest, options: WriteOpts): Promise<MergeOutcome>;
  /** A commit that is gone counts as written. */
  setVerdict(repo: Repo, sha: string, verdict: Verdict, place: VerdictPlace, options: WriteOpts): Promise<void>;
  /** Asks the App behind a check suite to run it again. */
  rerequestSuite(repo: Repo, suiteId: number, options: WriteOpts): Promise<void>;
  /** Merges the base branch into the pull request's head, if that still is `headSha`. */
  updateBranch(ref: IssueRef, headSha: string, options: WriteOpts): Promise<'updated' | 'current' | 'refused'>;
}

/** Tide's small memory between decisions: losing it costs work, never correctness. */
export interface TideMemory {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
  delete(key: string): Promise<void>;
  /** A group of values that are read together, each under a field of its own; `ttlMs` is the group's, counted from its last change. */
  entries(group: string): Promise<ReadonlyMap<string, string>>;
  setEntry(group: string, field: string, value: string, ttlMs: number): Promise<void>;
  deleteEntry(group: string, field: string): Promise<void>;
}

/** Keeps two workers from deciding one pool at once; only saves work (design decision 17). */
export interface PoolLeases {
  /** undefined: somebody else has it. The lease ends by itself after `ttlMs`. */
  take(key: string, ttlMs: number): Promise<Readonly<{ release(): Promise<void> }> | undefined>;
}
