import type { IssueRef, Repo } from './ids.js';

/** A webhook delivery as it is stored: what GitHub sent, not yet interpreted. */
export interface Delivery {
  /** `X-GitHub-Delivery`; a redelivery carries the same one. */
  readonly id: string;
  /** `X-GitHub-Event`. */
  readonly event: string;
  /** Milliseconds since the epoch at which we stored it, or at which GitHub delivered it when it was recovered. */
  readonly at: number;
  /**
   * `webhook`: GitHub called. `recovered`: found in the delivery API without a mark, so its effects may exist already and
   * are looked for before they are made.
   */
  readonly via: 'webhook' | 'recovered';
  /** The JSON body. */
  readonly body: string;
  /** The headers as they came, for external plugins: those of the connection left out, names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Account {
  readonly login: string;
  /** `User`, `Bot`, `Organization`. */
  readonly type: string;
}

/** A pull request as payloads and the REST API show it. */
export interface Pull extends IssueRef {
  readonly title: string;
  readonly body: string;
  readonly state: 'open' | 'closed';
  readonly draft: boolean;
  readonly merged: boolean;
  /** null while GitHub is still computing it. */
  readonly mergeable: boolean | null;
  readonly author: Account;
  readonly url: string;
  readonly nodeId: string;
  readonly baseRef: string;
  readonly baseSha: string;
  readonly headRef: string;
  readonly headSha: string;
  /** `org/repo` of the head; null when the fork was deleted. */
  readonly headRepo: string | null;
  readonly labels: readonly string[];
  readonly assignees: readonly string[];
  readonly requestedReviewers: readonly string[];
  readonly milestone: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

interface InRepo {
  readonly repo: Repo;
  readonly sender: Account;
}

/** One of the five comment-like events, made alike (plugins-policy 1.5). */
export interface CommentEvent extends InRepo {
  readonly kind: 'comment';
  /** Coerced action. */
  readonly action: 'created' | 'edited' | 'deleted';
  readonly source: 'issues' | 'issue_comment' | 'pull_request' | 'pull_request_review' | 'pull_request_review_comment';
  readonly issue: IssueRef;
  readonly isPull: boolean;
  readonly state: 'open' | 'closed';
  readonly title: string;
  /** The text that may hold commands; line ends as GitHub sent them. */
  readonly body: string;
  /** Of an edited text: what it was before, where that changed. */
  readonly formerBody?: string | undefined;
  readonly user: Account;
  readonly issueAuthor: Account;
  readonly issueBody: string;
  readonly assignees: readonly string[];
  /** Labels in the payload; undefined where the payload carries none. */
  readonly labels: readonly string[] | undefined;
  /** The pull request, where the payload carries it. */
  readonly pull: Pull | undefined;
  readonly url: string;
  readonly commentId: number | undefined;
  /** How many comments the issue or pull request had when GitHub sent this, itself included; undefined where the payload does not say. */
  readonly commentCount?: number | undefined;
  /** When the issue or pull request was created; undefined where the payload does not say. */
  readonly issueCreatedAt?: string | undefined;
  /** The repository's default branch; undefined where the payload does not say. */
  readonly defaultBranch?: string | undefined;
}

export interface PullEvent extends InRepo {
  readonly kind: 'pull_request';
  readonly action: string;
  readonly pull: Pull;
  /** Of `labeled` and `unlabeled`. */
  readonly label: string | undefined;
  /** Of `edited`: the former base, where it changed. */
  readonly baseChanged: boolean;
  readonly bodyChanged: boolean;
  readonly titleChanged: boolean;
  /** Of `synchronize`: the former head. */
  readonly before: string | undefined;
  /** How many commits it has; undefined where the payload does not say. */
  readonly commits?: number | undefined;
  /** The default branch of its base; undefined where the payload does not say. */
  readonly defaultBranch?: string | undefined;
}

export interface ReviewEvent extends InRepo {
  readonly kind: 'pull_request_review';
  readonly action: string;
  readonly pull: Pull;
  readonly review: { readonly id: number; readonly user: Account; readonly state: string; readonly body: string; readonly url: string };
}

export interface IssueEvent extends InRepo {
  readonly kind: 'issues';
  readonly action: string;
  readonly issue: IssueRef;
  readonly title: string;
  readonly body: string;
  readonly state: 'open' | 'closed';
  readonly author: Account;
  readonly labels: readonly string[];
  readonly label: string | undefined;
  readonly url: string;
}

export interface PushEvent extends InRepo {
  readonly kind: 'push';
  /** Full ref, `refs/heads/main`. */
  readonly ref: string;
  readonly before: string;
  readonly after: string;
  readonly deleted: boolean;
  readonly created: boolean;
  readonly compareUrl: string;
  readonly repoUrl: string;
  /** `owner.name`, upstream's org of a push. */
  readonly ownerName: string;
  readonly commits: readonly { readonly id: string; readonly added: readonly string[]; readonly removed: readonly string[]; readonly modified: readonly string[] }[];
  /** GitHub lists 2048 commits at most and cuts file lists; true where the list cannot be trusted to be whole. */
  readonly partial: boolean;
}

export interface StatusEvent extends InRepo {
  readonly kind: 'status';
  readonly sha: string;
  readonly context: string;
  readonly state: string;
  readonly description: string;
  readonly targetUrl: string;
  readonly branches: readonly string[];
}

/** A check run, check suite or workflow run changed. */
export interface CheckEvent extends InRepo {
  readonly kind: 'check_run' | 'check_suite' | 'workflow_run';
  readonly action: string;
  readonly sha: string;
  readonly name: string;
  readonly id: number;
  readonly status: string;
  readonly conclusion: string | null;
  readonly externalId: string;
  readonly appSlug: string;
  /** Of `requested_action`. */
  readonly requestedAction: string | undefined;
  readonly pulls: readonly number[];
  /** Title of a check run's output, where it has one. */
  readonly title?: string | undefined;
}

/** An event kind that no plugin handles in typed form; external plugins and the event log still see it. */
export interface OtherEvent {
  readonly kind: 'other';
  readonly name: string;
  readonly action: string | undefined;
  readonly repo: Repo | undefined;
  readonly org: string | undefined;
  readonly sender: Account | undefined;
}

export type Event = CommentEvent | PullEvent | ReviewEvent | IssueEvent | PushEvent | StatusEvent | CheckEvent | OtherEvent;
export type EventKind = Event['kind'];
