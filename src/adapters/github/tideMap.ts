import type { Repo } from '../../core/ids.js';
import type { CheckMark, Mark, PoolMember, StatusMark, SuiteMark, WorkflowOf } from '../../core/ports/merging.js';

type Maybe<T> = T | null | undefined;

export interface RawPage<T> {
  readonly pageInfo: Readonly<{ hasNextPage: boolean; endCursor?: Maybe<string> }>;
  readonly nodes?: Maybe<readonly Maybe<T>[]>;
}

interface RawRun {
  readonly databaseId?: Maybe<number>;
  readonly event: string;
  readonly workflow: Readonly<{ name: string }>;
}

interface RawApp {
  readonly slug: string;
  readonly databaseId?: Maybe<number>;
}

interface RawStatus {
  readonly __typename: 'StatusContext';
  readonly context: string;
  readonly state: string;
  readonly description?: Maybe<string>;
  readonly targetUrl?: Maybe<string>;
  readonly createdAt: string;
  readonly creator?: Maybe<Readonly<{ login: string }>>;
}

interface RawCheck {
  readonly __typename: 'CheckRun';
  readonly databaseId?: Maybe<number>;
  readonly name: string;
  readonly status: string;
  readonly conclusion?: Maybe<string>;
  readonly startedAt?: Maybe<string>;
  readonly completedAt?: Maybe<string>;
  readonly title?: Maybe<string>;
  readonly externalId?: Maybe<string>;
  readonly url: string;
  readonly checkSuite: Readonly<{ databaseId?: Maybe<number>; app?: Maybe<RawApp>; workflowRun?: Maybe<RawRun> }>;
}
export type RawMark = RawStatus | RawCheck;

export interface RawSuite {
  readonly databaseId?: Maybe<number>;
  readonly status: string;
  readonly conclusion?: Maybe<string>;
  readonly url: string;
  readonly app?: Maybe<RawApp>;
  readonly checkRuns?: Maybe<Readonly<{ totalCount: number }>>;
  readonly workflowRun?: Maybe<RawRun>;
}

/** A commit with a page of its contexts and one of its suites. */
export interface RawHead {
  readonly oid: string;
  readonly statusCheckRollup?: Maybe<Readonly<{ contexts: RawPage<RawMark> }>>;
  readonly checkSuites?: Maybe<RawPage<RawSuite>>;
}

export interface RawMember {
  readonly number: number;
  readonly id: string;
  readonly title: string;
  readonly body: string;
  readonly url: string;
  readonly isDraft: boolean;
  readonly mergeable: string;
  readonly mergeStateStatus: string;
  readonly canBeRebased: boolean;
  readonly reviewDecision?: Maybe<string>;
  readonly updatedAt: string;
  readonly baseRefName: string;
  readonly headRefName: string;
  readonly headRefOid: string;
  readonly author?: Maybe<Readonly<{ login: string; __typename: string }>>;
  readonly milestone?: Maybe<Readonly<{ title: string }>>;
  readonly labels?: Maybe<Readonly<{ pageInfo: Readonly<{ hasNextPage: boolean }>; nodes?: Maybe<readonly Maybe<Readonly<{ name: string }>>[]> }>>;
  readonly commits: Readonly<{ nodes?: Maybe<readonly Maybe<Readonly<{ commit: RawHead }>>[]> }>;
}

/** The nodes of a page that are there. */
export function nodesOf<T>(page: Maybe<Readonly<{ nodes?: Maybe<readonly Maybe<T>[]> }>>): readonly T[] {
  return (page?.nodes ?? []).filter((node): node is T => node !== null && node !== undefined);
}

const time = (text: Maybe<string>): number | undefined => (text ? Date.parse(text) : undefined);

function workflowOf(run: Maybe<RawRun>): WorkflowOf | undefined {
  return run ? { runId: run.databaseId ?? 0, name: run.workflow.name, event: run.event } : undefined;
}

const STATES: readonly StatusMark['state'][] = ['success', 'failure', 'error', 'pending', 'expected'];

/** A context of a commit; a state that GitHub invents later counts as an error. */
export function markOf(raw: RawMark): Mark {
  return raw.__typename === 'StatusContext' ? statusOf(raw) : checkOf(raw);
}

function statusOf({ context, state, description, targetUrl, createdAt, creator }: RawStatus): StatusMark {
  const known = STATES.find((one) => one === state.toLowerCase()) ?? 'error';
  return { source: 'status', name: context, state: known, description: description ?? '', url: targetUrl ?? '', creator: creator?.login ?? '', at: known === 'expected' ? undefined : time(createdAt) };
}

function checkOf(run: RawCheck): CheckMark {
  const { app, databaseId, workflowRun } = run.checkSuite;
  return {
    source: 'check', name: run.name, id: run.databaseId ?? 0, app: app?.slug ?? '', appId: app?.databaseId ?? undefined, suiteId: databaseId ?? 0, workflow: workflowOf(workflowRun),
    completed: run.status === 'COMPLETED', conclusion: run.conclusion?.toLowerCase(), startedAt: time(run.startedAt), completedAt: time(run.completedAt),
    title: run.title ?? '', externalId: run.externalId ?? '', url: run.url,
  };
}

/** Suites that have something to say: that of an App which never makes a check run stays queued for ever. */
export function suitesOf(suites: readonly RawSuite[]): readonly SuiteMark[] {
  return suites
    .filter(({ workflowRun, checkRuns }) => workflowRun || (checkRuns?.totalCount ?? 0) > 0)
    .map(({ databaseId, app, status, conclusion, workflowRun, url }) => ({ id: databaseId ?? 0, app: app?.slug ?? '', completed: status === 'COMPLETED', conclusion: conclusion?.toLowerCase(), workflow: workflowOf(workflowRun), url }));
}

const REVIEWS: Readonly<Record<string, PoolMember['review']>> = { APPROVED: 'approved', CHANGES_REQUESTED: 'changes_requested', REVIEW_REQUIRED: 'review_required' };
const MERGEABLE: Readonly<Record<string, PoolMember['mergeable']>> = { MERGEABLE: 'mergeable', CONFLICTING: 'conflicting' };

/** A pull request with the checks of its head. */
export function memberOf(repo: Repo, raw: RawMember, head: Pick<PoolMember, 'marks' | 'suites' | 'unread'>): PoolMember {
  return {
    org: repo.org, name: repo.name, number: raw.number, nodeId: raw.id, title: raw.title, body: raw.body, url: raw.url,
    author: { login: raw.author?.login ?? 'ghost', type: raw.author?.__typename ?? 'User' },
    headSha: raw.headRefOid, headRef: raw.headRefName, baseRef: raw.baseRefName, draft: raw.isDraft, mergeable: MERGEABLE[raw.mergeable] ?? 'unknown', mergeState: raw.mergeStateStatus, canBeRebased: raw.canBeRebased,
    labels: nodesOf(raw.labels).map(({ name }) => name), milestone: raw.milestone?.title, review: REVIEWS[raw.reviewDecision ?? ''], updatedAt: time(raw.updatedAt) ?? 0,
    marks: head.marks, suites: head.suites, unread: raw.labels?.pageInfo.hasNextPage ? ['labels', ...head.unread] : head.unread,
  };
}
