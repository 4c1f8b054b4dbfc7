/** What is required of a branch, and what is said about commits: plain data. */

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
