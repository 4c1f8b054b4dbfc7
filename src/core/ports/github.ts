import type { Account, Pull } from '../event.js';
import type { IssueRef, Repo } from '../ids.js';

export interface Comment {
  readonly id: number;
  readonly user: Account;
  readonly body: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly url: string;
}

export interface Review {
  readonly id: number;
  readonly user: Account;
  readonly state: string;
  readonly body: string;
  readonly submittedAt: string;
  readonly url: string;
}

export interface ChangedFile {
  readonly path: string;
  readonly previousPath: string | undefined;
  readonly status: string;
  readonly additions: number;
  readonly deletions: number;
  readonly patch: string | undefined;
}

export interface IssueEventEntry {
  readonly event: string;
  readonly actor: string;
  readonly label: string | undefined;
  readonly at: string;
}

/** A commit status or check run of a commit, newest attempt of each name. */
export interface ContextState {
  readonly context: string;
  readonly state: 'success' | 'failure' | 'error' | 'pending';
  readonly description: string;
  readonly url: string;
  readonly source: 'status' | 'check';
}

/** One entry of a commit's statuses; there may be several of a context. */
export interface StatusEntry {
  readonly context: string;
  readonly state: string;
  readonly description: string;
  readonly url: string;
}

/** The newest attempt of a check run of an App. */
export interface CheckRun {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly externalId: string;
}

/** An issue or a pull request as the issues API shows it. */
export interface Issue extends IssueRef {
  readonly title: string;
  readonly body: string;
  readonly state: 'open' | 'closed';
  readonly author: Account;
  readonly labels: readonly string[];
  readonly assignees: readonly string[];
  readonly milestone: string | null;
  readonly isPull: boolean;
  readonly url: string;
}

/** What was said on a pull request, each list oldest first, and its labels. */
export interface Talk {
  readonly comments: readonly Comment[];
  readonly reviews: readonly Review[];
  readonly reviewComments: readonly Comment[];
  readonly labels: readonly string[];
}

export interface PullCommit {
  readonly sha: string;
  readonly message: string;
  readonly parents: readonly string[];
  /** The GitHub account that GitHub links to the author; undefined: none. */
  readonly author: Account | undefined;
}

export interface Milestone {
  readonly number: number;
  readonly title: string;
}

/** What the API calls a role of somebody in a repository. */
export type Permission = 'admin' | 'write' | 'read' | 'none';

/** Consecutive lines of a file that one commit wrote, as blame shows them. */
export interface BlameRange {
  readonly from: number;
  readonly to: number;
  /** Lower case; empty where no account is linked. */
  readonly login: string;
  /** ISO 8601. */
  readonly at: string;
}

export interface WorkflowRun {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly event: string;
}

export interface Identity {
  /** Login as comments show it: `slug[bot]` for an App, the user's login for a token. */
  readonly login: string;
  readonly kind: 'app' | 'token';
  readonly slug: string;
}

export interface Opts {
  readonly signal: AbortSignal;
}

/** What plugins may ask GitHub. Every method may throw RemoteError; pages are followed to the end. */
export interface GitHubReads {
  identity(options: Opts): Promise<Identity>;
  pull(ref: IssueRef, options: Opts): Promise<Pull>;
  /** A pull request and the tip of its base, read at once as a rule. `usual`: the likely base of one that was not seen before. */
  pullAndBase(ref: IssueRef, usual: string | undefined, options: Opts): Promise<{ readonly pull: Pull; readonly baseSha: string }>;
  labels(ref: IssueRef, options: Opts): Promise<readonly string[]>;
  comments(ref: IssueRef, options: Opts): Promise<readonly Comment[]>;
  reviews(ref: IssueRef, options: Opts): Promise<readonly Review[]>;
  reviewComments(ref: IssueRef, options: Opts): Promise<readonly Comment[]>;
  files(ref: IssueRef, options: Opts): Promise<readonly ChangedFile[]>;
  issueEvents(ref: IssueRef, options: Opts): Promise<readonly IssueEventEntry[]>;
  /** Remembered for a minute; `fresh`: asked all the same. */
  isMember(org: string, login: string, options: Opts & Readonly<{ fresh?: true }>): Promise<boolean>;
  /** As `isMember`. */
  isCollaborator(repo: Repo, login: string, options: Opts & Readonly<{ fresh?: true }>): Promise<boolean>;
  /** Logins of all collaborators. */
  collaborators(repo: Repo, options: Opts): Promise<readonly string[]>;
  /** Whether a user belongs to the team of that *name* (not slug); false when there is no such team. */
  isTeamMember(org: string, teamName: string, login: string, options: Opts): Promise<boolean>;
  /** SHA of a branch. */
  branchSha(repo: Repo, branch: string, options: Opts): Promise<string>;
  /** Tree of a commit. */
  treeSha(repo: Repo, sha: string, options: Opts): Promise<string>;
  /** One entry per commit status context, then one per check run name. */
  contexts(repo: Repo, sha: string, options: Opts): Promise<readonly ContextState[]>;
  /** Number of results of an issue search in an organisation. */
  countSearch(org: string, query: string, options: Opts): Promise<number>;
  /** Everything said on a pull request, and its labels, as a rule in one call. */
  talk(ref: IssueRef, options: Opts): Promise<Talk>;
  issue(ref: IssueRef, options: Opts): Promise<Issue>;
  /** At most the first 250 commits of a pull request, as GitHub lists them. */
  commits(ref: IssueRef, options: Opts): Promise<readonly PullCommit[]>;
  /** Every entry of a commit's status history, newest first (plugins-policy 3.2). */
  statuses(repo: Repo, sha: string, options: Opts): Promise<readonly StatusEntry[]>;
  /** The newest attempts of a commit's check runs. */
  checkRuns(repo: Repo, sha: string, options: Opts): Promise<readonly CheckRun[]>;
  /** Contexts that protection of a branch requires; empty where there is none. */
  requiredContexts(repo: Repo, branch: string, options: Opts): Promise<readonly string[]>;
  /** Names of the labels that a repository has. */
  repoLabels(repo: Repo, options: Opts): Promise<readonly string[]>;
  /** Open milestones. */
  milestones(repo: Repo, options: Opts): Promise<readonly Milestone[]>;
  permission(repo: Repo, login: string, options: Opts): Promise<Permission>;
  /** Logins of all members of a team, of all roles and of teams below it. Throws NotFoundError when there is no such team. */
  teamMembers(org: string, team: Readonly<{ slug: string } | { id: number }>, options: Opts): Promise<readonly string[]>;
  /** Numbers of the open pull requests of a repository whose head is this commit or that contain it. */
  pullsWithCommit(repo: Repo, sha: string, options: Opts): Promise<readonly number[]>;
  /** Whether somebody's GitHub status says that they have little time. */
  isBusy(login: string, org: string, options: Opts): Promise<boolean>;
  blame(repo: Repo, ref: string, path: string, options: Opts): Promise<readonly BlameRange[]>;
  workflowRuns(repo: Repo, filter: Readonly<{ headSha: string; branch: string; event: string; status?: string }>, options: Opts): Promise<readonly WorkflowRun[]>;
}

/** How urgent a write is; work of high priority goes first when GitHub limits us (decision 20). */
export type Priority = 'merge' | 'status' | 'comment' | 'housekeeping';

export interface WriteOpts extends Opts {
  readonly priority: Priority;
}

/** One change of an issue or pull request. */
export type IssueChange = Readonly<
  | { title: string }
  | { body: string }
  | { state: 'open' }
  | { state: 'closed'; reason: 'completed' | 'not_planned' | undefined }
  | { milestone: number | null }
>;

export interface ReviewDraft {
  /** The head that was reviewed. */
  readonly sha: string;
  readonly body: string;
  /** `position`: line of the file's diff, counted from 1 below its first hunk header. */
  readonly comments: readonly Readonly<{ path: string; position: number; body: string }>[];
}

export interface GitHubWrites {
  addLabel(ref: IssueRef, label: string, options: WriteOpts): Promise<void>;
  /** A label that is not there counts as removed. */
  removeLabel(ref: IssueRef, label: string, options: WriteOpts): Promise<void>;
  createComment(ref: IssueRef, body: string, options: WriteOpts): Promise<{ readonly id: number }>;
  editComment(repo: Repo, id: number, body: string, options: WriteOpts): Promise<void>;
  /** A comment that is gone counts as deleted. */
  deleteComment(repo: Repo, id: number, options: WriteOpts): Promise<void>;
  /** Logins that GitHub did not take. */
  assign(ref: IssueRef, logins: readonly string[], options: WriteOpts): Promise<{ readonly missing: readonly string[] }>;
  unassign(ref: IssueRef, logins: readonly string[], options: WriteOpts): Promise<{ readonly extra: readonly string[] }>;
  requestReview(ref: IssueRef, reviewers: readonly string[], options: WriteOpts): Promise<{ readonly missing: readonly string[] }>;
  unrequestReview(ref: IssueRef, reviewers: readonly string[], options: WriteOpts): Promise<{ readonly extra: readonly string[] }>;
  setStatus(repo: Repo, sha: string, status: Readonly<{ context: string; state: 'success' | 'failure' | 'pending' | 'error'; description: string; url: string }>, options: WriteOpts): Promise<void>;
  /** Changes an issue or pull request; only the given fields are sent. */
  editIssue(ref: IssueRef, change: IssueChange, options: WriteOpts): Promise<void>;
  editPull(ref: IssueRef, change: Readonly<{ title: string } | { body: string }>, options: WriteOpts): Promise<void>;
  /** A completed check run. */
  concludeCheck(repo: Repo, sha: string, check: Readonly<{ name: string; conclusion: 'success' | 'failure'; title: string; summary: string; externalId: string }>, options: WriteOpts): Promise<void>;
  /** A review that neither approves nor blocks. */
  createReview(ref: IssueRef, review: ReviewDraft, options: WriteOpts): Promise<void>;
  approveWorkflow(repo: Repo, runId: number, options: WriteOpts): Promise<void>;
  rerunFailedJobs(repo: Repo, runId: number, options: WriteOpts): Promise<void>;
}
