/** Issues and pull requests with their history: plain data. */

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
