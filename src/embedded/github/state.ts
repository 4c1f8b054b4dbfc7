/**
 * What the embedded GitHub knows, as plain data. Everything in it is written by `mutate/*` only, which also
 * keeps the timeline, the effects log and the webhooks in step; `render/*` turns it into GitHub's shapes.
 * Maps whose keys are names hold them in lower case: GitHub compares names without case.
 */

export type AccountType = 'User' | 'Organization' | 'Bot';

export interface Account {
  readonly id: number;
  login: string;
  readonly type: AccountType;
  name: string | null;
  email: string | null;
  readonly createdAt: string;
}

export type OrgRole = 'admin' | 'member';
export type Permission = 'none' | 'read' | 'triage' | 'write' | 'maintain' | 'admin';

export interface Team {
  readonly id: number;
  slug: string;
  name: string;
  description: string | null;
  privacy: 'closed' | 'secret';
  /** The slug of the parent team. */
  parent: string | null;
  readonly members: Map<string, 'member' | 'maintainer'>;
  /** By the id of the repository. */
  readonly repos: Map<number, Permission>;
}

export interface Org {
  readonly account: Account;
  description: string | null;
  defaultPermission: Permission;
  readonly members: Map<string, OrgRole>;
  readonly invitations: Map<string, OrgRole>;
  readonly teams: Map<string, Team>;
}

export interface App {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly owner: string;
  readonly publicKey: string | null;
  readonly permissions: Readonly<Record<string, string>>;
  readonly events: readonly string[];
  readonly createdAt: string;
}

export interface Installation {
  readonly id: number;
  readonly appId: number;
  /** The login of the organisation or user it is installed on. */
  readonly account: string;
  suspendedAt: string | null;
  readonly createdAt: string;
}

/** A secret that somebody calls with. */
export type Token =
  | { readonly kind: 'personal'; readonly value: string; readonly login: string; readonly scopes: readonly string[] }
  | {
    readonly kind: 'installation';
    readonly value: string;
    readonly installationId: number;
    readonly permissions: Readonly<Record<string, string>>;
    readonly expiresAt: number;
    readonly repositoryIds: readonly number[] | null;
  };

/** Who makes a call or does a thing; `requestId` names the API call. */
export type Who = { readonly requestId?: string } & (
  | { readonly kind: 'anonymous'; readonly login: 'anonymous' }
  | { readonly kind: 'user'; readonly login: string; readonly token?: string }
  | { readonly kind: 'app'; readonly login: string; readonly appId: number }
  | {
    readonly kind: 'installation';
    readonly login: string;
    readonly appId: number;
    readonly installationId: number;
    readonly permissions: Readonly<Record<string, string>>;
    readonly repositoryIds: readonly number[] | null;
    readonly token?: string;
  });

export interface Label {
  readonly id: number;
  name: string;
  color: string;
  description: string | null;
}

export interface Milestone {
  readonly id: number;
  readonly number: number;
  title: string;
  description: string | null;
  state: 'open' | 'closed';
  readonly creator: string;
  dueOn: string | null;
  readonly createdAt: string;
  updatedAt: string;
  closedAt: string | null;
}

export const reactionContents = ['+1', '-1', 'laugh', 'confused', 'heart', 'hooray', 'rocket', 'eyes'] as const;
export type ReactionContent = (typeof reactionContents)[number];

export interface Reaction {
  readonly id: number;
  readonly user: string;
  readonly content: ReactionContent;
  readonly createdAt: string;
}

export interface Comment {
  readonly id: number;
  readonly user: string;
  /** The slug of the App it was written through. */
  readonly app: string | null;
  body: string;
  readonly createdAt: string;
  updatedAt: string;
  readonly reactions: Reaction[];
}

export type ReviewState = 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED' | 'PENDING';

export interface Review {
  readonly id: number;
  readonly user: string;
  body: string;
  state: ReviewState;
  readonly commit: string;
  submittedAt: string | null;
}

export interface ReviewComment {
  readonly id: number;
  readonly reviewId: number;
  readonly user: string;
  body: string;
  readonly path: string;
  readonly line: number | null;
  readonly side: 'LEFT' | 'RIGHT';
  readonly commit: string;
  readonly diffHunk: string;
  readonly inReplyTo: number | null;
  readonly createdAt: string;
  updatedAt: string;
  readonly reactions: Reaction[];
}

/** An entry of an issue's history; `detail` holds what is particular to its kind, in GitHub's names. */
export interface TimelineEvent {
  readonly id: number;
  readonly event: string;
  readonly actor: string;
  readonly app: string | null;
  readonly createdAt: string;
  readonly commit: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface PullEnd {
  readonly repoId: number;
  /** The owner at the time; a fork's repository can vanish. */
  readonly owner: string;
  ref: string;
  sha: string;
}

/** What git says about a pull request at one pair of head and base. */
export interface PullFacts {
  readonly head: string;
  readonly base: string;
  readonly mergeBase: string;
  readonly commits: number;
  readonly additions: number;
  readonly deletions: number;
  readonly changedFiles: number;
  readonly mergeable: boolean;
  /** The merge of the two, never pushed to a branch; null when they conflict. */
  readonly testMerge: string | null;
}

export interface Pull {
  readonly id: number;
  readonly head: PullEnd;
  readonly base: PullEnd;
  draft: boolean;
  maintainerCanModify: boolean;
  mergedAt: string | null;
  mergedBy: string | null;
  mergeCommit: string | null;
  readonly reviews: Review[];
  readonly reviewComments: ReviewComment[];
  readonly requestedReviewers: Set<string>;
  readonly requestedTeams: Set<string>;
  /** Of the newest computation; stale when head or base have moved since. */
  facts: PullFacts | null;
  /** With `lazyMergeable`: somebody asked since the last move, so the next answer says it. */
  asked: boolean;
}

export interface Issue {
  readonly id: number;
  readonly repoId: number;
  readonly number: number;
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  stateReason: 'completed' | 'not_planned' | 'reopened' | null;
  readonly user: string;
  readonly app: string | null;
  readonly labels: Set<Label>;
  readonly assignees: Set<string>;
  milestone: Milestone | null;
  locked: boolean;
  lockReason: string | null;
  readonly createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  closedBy: string | null;
  readonly comments: Comment[];
  readonly events: TimelineEvent[];
  readonly reactions: Reaction[];
  /** Present on a pull request. */
  readonly pull: Pull | null;
}

export interface RequiredCheck { readonly context: string; readonly appId: number | null }

export interface Protection {
  checks: { strict: boolean; required: readonly RequiredCheck[] } | null;
  reviews: { count: number; dismissStale: boolean; codeOwners: boolean } | null;
  enforceAdmins: boolean;
  linearHistory: boolean;
  allowForcePushes: boolean;
  allowDeletions: boolean;
  conversationResolution: boolean;
  signatures: boolean;
  /** Who may push, by login, team slug and App slug; null: everybody who can write. */
  restrictions: { users: readonly string[]; teams: readonly string[]; apps: readonly string[] } | null;
}

/** One rule of a ruleset, in GitHub's own names. */
export interface Rule { readonly type: string; readonly parameters?: Readonly<Record<string, unknown>> }

export interface Ruleset {
  readonly id: number;
  readonly name: string;
  readonly enforcement: 'active' | 'disabled' | 'evaluate';
  /** Reference patterns as GitHub writes them: `refs/heads/main`, `~DEFAULT_BRANCH`, `~ALL`, with `*`. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly rules: readonly Rule[];
}

export type StatusState = 'error' | 'failure' | 'pending' | 'success';

export interface Status {
  readonly id: number;
  readonly sha: string;
  readonly context: string;
  readonly state: StatusState;
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly creator: string;
  readonly createdAt: string;
}

export type CheckStatus = 'queued' | 'in_progress' | 'completed' | 'waiting' | 'requested' | 'pending';
export type Conclusion =
  | 'success' | 'failure' | 'neutral' | 'cancelled' | 'skipped' | 'timed_out' | 'action_required' | 'stale' | 'startup_failure';

export interface Annotation { readonly path: string; readonly start_line: number; readonly end_line: number; readonly annotation_level: string; readonly message: string }

export interface CheckRun {
  readonly id: number;
  readonly suiteId: number;
  readonly appId: number;
  readonly sha: string;
  name: string;
  externalId: string;
  detailsUrl: string | null;
  status: CheckStatus;
  conclusion: Conclusion | null;
  startedAt: string;
  completedAt: string | null;
  output: { title: string | null; summary: string | null; text: string | null; annotations: Annotation[] };
  actions: readonly { readonly label: string; readonly description: string; readonly identifier: string }[];
}

export interface CheckSuite {
  readonly id: number;
  readonly appId: number;
  readonly sha: string;
  readonly branch: string | null;
  readonly before: string | null;
  status: CheckStatus;
  conclusion: Conclusion | null;
  readonly createdAt: string;
  updatedAt: string;
}

export interface Workflow {
  readonly id: number;
  name: string;
  readonly path: string;
  readonly createdAt: string;
}

export interface WorkflowAttempt {
  readonly number: number;
  status: CheckStatus;
  conclusion: Conclusion | null;
  readonly actor: string;
  readonly startedAt: string;
  updatedAt: string;
  /** The check runs of its jobs. */
  readonly checkRunIds: number[];
}

export interface WorkflowRun {
  readonly id: number;
  readonly workflowId: number;
  readonly runNumber: number;
  readonly suiteId: number;
  readonly event: string;
  readonly sha: string;
  readonly branch: string;
  readonly headRepoId: number;
  readonly title: string;
  readonly actor: string;
  readonly pulls: readonly number[];
  readonly createdAt: string;
  /** Oldest first; the last is the current one. */
  readonly attempts: WorkflowAttempt[];
}

export interface MergeMethods { merge: boolean; squash: boolean; rebase: boolean }

export interface Repo {
  readonly id: number;
  owner: string;
  name: string;
  description: string | null;
  private: boolean;
  archived: boolean;
  defaultBranch: string;
  forkOf: number | null;
  readonly methods: MergeMethods;
  deleteBranchOnMerge: boolean;
  hasIssues: boolean;
  readonly topics: string[];
  readonly createdAt: string;
  updatedAt: string;
  pushedAt: string;
  readonly collaborators: Map<string, Permission>;
  /** The tip of every branch, in step with git. */
  readonly heads: Map<string, string>;
  readonly labels: Map<string, Label>;
  readonly milestones: Milestone[];
  /** Issues and pull requests share their numbers. */
  readonly issues: Map<number, Issue>;
  nextNumber: number;
  readonly protections: Map<string, Protection>;
  readonly rulesets: Ruleset[];
  readonly statuses: Status[];
  readonly suites: CheckSuite[];
  readonly checkRuns: CheckRun[];
  readonly workflows: Workflow[];
  readonly workflowRuns: WorkflowRun[];
}

/** A webhook of an App, a repository or an organisation. */
export interface Hook {
  readonly id: number;
  readonly target: { readonly kind: 'app'; readonly appId: number } | { readonly kind: 'repo'; readonly repoId: number } | { readonly kind: 'org'; readonly login: string };
  url: string | null;
  secret: string | null;
  events: readonly string[];
  active: boolean;
  readonly createdAt: string;
  updatedAt: string;
}

export interface Delivery {
  readonly id: number;
  readonly hookId: number;
  /** Equal for a delivery and its redeliveries. */
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  readonly installationId: number | null;
  readonly repositoryId: number | null;
  readonly redelivery: boolean;
  readonly deliveredAt: string;
  readonly payload: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** 0 until it was answered; GitHub says 502 where nobody answered. */
  statusCode: number;
  status: string;
  durationMs: number;
  responseHeaders: Readonly<Record<string, string>>;
  responseBody: string;
}

/** An API call as it happened. */
export interface Call {
  readonly at: string;
  readonly method: string;
  /** The path with its parameters named: `/repos/:owner/:repo/issues/:number`. */
  readonly route: string;
  readonly path: string;
  readonly who: string;
  readonly requestId: string;
  readonly status: number;
  readonly ms: number;
  /** Whether it used up rate limit: a 304 does not. */
  readonly counted: boolean;
  readonly resource: string;
  readonly userAgent: string;
}

/** One thing that was done to the outside world, once. */
export interface Effect {
  readonly at: string;
  readonly who: string;
  /** For example `comment.create`, `label.add`, `check_run.update`, `pull.merge`. */
  readonly kind: string;
  /** `org/repo`, `org/repo#7`, `org/repo@main` or `org/repo:SHA`. */
  readonly target: string;
  /** The API call that did it; null where a person did. */
  readonly requestId: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface RateWindow { used: number; resetAt: number }

export interface State {
  nextId: number;
  readonly accounts: Map<string, Account>;
  readonly orgs: Map<string, Org>;
  readonly apps: Map<number, App>;
  readonly installations: Map<number, Installation>;
  readonly tokens: Map<string, Token>;
  readonly repos: Map<number, Repo>;
  /** Where a former full name leads. */
  readonly renamed: Map<string, number>;
  readonly hooks: Map<number, Hook>;
  /** Oldest first. */
  readonly deliveries: Delivery[];
  readonly calls: Call[];
  readonly effects: Effect[];
  /** By identity and resource. */
  readonly rates: Map<string, RateWindow>;
}

/** A GitHub without anybody in it. */
export function emptyState(): State {
  return {
    nextId: 1000, accounts: new Map(), orgs: new Map(), apps: new Map(), installations: new Map(), tokens: new Map(), repos: new Map(),
    renamed: new Map(), hooks: new Map(), deliveries: [], calls: [], effects: [], rates: new Map(),
  };
}
