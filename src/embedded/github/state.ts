import type { CheckRun, CheckSuite, Protection, Ruleset, Status, Workflow, WorkflowRun } from './state/checks.js';
import type { Issue, Label, Milestone } from './state/issues.js';
import type { Account, App, Installation, Org, Permission, Token } from './state/people.js';

/**
 * What the embedded GitHub knows, as plain data. Everything in it is written by `mutate/*` only, which also
 * keeps the timeline, the effects log and the webhooks in step; `render/*` turns it into GitHub's shapes.
 * Maps whose keys are names hold them in lower case: GitHub compares names without case.
 */

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
