import type { Commit, Git } from './git.js';
import type { Issue, Pull } from './state/issues.js';
import type { Account, Who } from './state/people.js';
import type { Effect, Repo, State } from './state.js';

/** What a webhook is about; `webhooks.ts` adds repository, organization, installation and sender. */
export interface HookEvent {
  readonly event: string;
  readonly action?: string;
  readonly sender: string;
  readonly repo?: Repo;
  readonly org?: string;
  /** Where the event concerns one App alone, as `check_suite` `rerequested` does. */
  readonly onlyApp?: number;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Addresses under which the parts are reached. */
export interface Urls {
  readonly web: string;
  readonly api: string;
  readonly git: string;
}

/** The embedded GitHub's inside: its data, its git repositories, its clock and its way to send webhooks. */
export interface Hub {
  readonly state: State;
  readonly git: Git;
  readonly urls: Urls;
  readonly lazyMergeable: boolean;
  /** Commits never change: each is read once. */
  readonly commits: Map<string, Commit>;
  /** Told of every event, whether or not a hook wants it. */
  readonly observers: Set<(event: HookEvent) => void>;
  now(): number;
  /** Renders nothing itself: the payload is taken as it is at this moment. */
  emit(event: HookEvent): void;
  /** Work that goes on after an answer was given; `idle` waits for it. */
  background(work: Promise<unknown>): void;
}

/** An answer that is not a success, in GitHub's words. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly extra: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, message: string, extra: Readonly<Record<string, unknown>> = {}, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.extra = extra;
    this.headers = headers;
  }
}

/** What GitHub answers for something that is absent or hidden. */
export const notFound = (): ApiError => new ApiError(404, 'Not Found');

/** One refused field of a 422. */
export interface FieldError { readonly resource: string; readonly field: string; readonly code: string; readonly message?: string; readonly value?: unknown }

export const invalid = (errors: readonly (FieldError | string)[], message = 'Validation Failed'): ApiError => new ApiError(422, message, { errors });

export const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
export const nowIso = (hub: Hub): string => iso(hub.now());
export const newId = ({ state }: Pick<Hub, 'state'>): number => (state.nextId += 1);
export const key = (name: string): string => name.toLowerCase();

export const fullName = (repo: Repo): string => `${repo.owner}/${repo.name}`;

export function findRepo({ state }: Pick<Hub, 'state'>, owner: string, name: string): Repo | undefined {
  for (const repo of state.repos.values()) if (key(repo.owner) === key(owner) && key(repo.name) === key(name)) return repo;
  return undefined;
}

export function getRepo(hub: Pick<Hub, 'state'>, owner: string, name: string): Repo {
  const repo = findRepo(hub, owner, name);
  if (!repo) throw notFound();
  return repo;
}

export function getIssue(repo: Repo, number: number): Issue {
  const issue = repo.issues.get(number);
  if (!issue) throw notFound();
  return issue;
}

/** An issue that is a pull request. */
export type PullIssue = Issue & { readonly pull: Pull };
export const isPull = (issue: Issue): issue is PullIssue => issue.pull !== null;

export function getPull(repo: Repo, number: number): PullIssue {
  const issue = getIssue(repo, number);
  if (!isPull(issue)) throw notFound();
  return issue;
}

export const findAccount = ({ state }: Pick<Hub, 'state'>, login: string): Account | undefined => state.accounts.get(key(login));

export function getAccount(hub: Pick<Hub, 'state'>, login: string): Account {
  const account = findAccount(hub, login);
  if (!account) throw notFound();
  return account;
}

/** The slug of the App that acts, where one does. */
export function appSlug(hub: Hub, who: Who): string | null {
  return who.kind === 'installation' || who.kind === 'app' ? (hub.state.apps.get(who.appId)?.slug ?? null) : null;
}

/** Writes down that something was done. */
export function record(hub: Hub, who: Who, effect: Omit<Effect, 'at' | 'who' | 'requestId'>): void {
  hub.state.effects.push({ at: new Date(hub.now()).toISOString(), who: who.login, requestId: who.requestId ?? null, ...effect });
}

const prefixes = {
  User: 'U', Organization: 'O', Bot: 'BOT', Repository: 'R', Issue: 'I', PullRequest: 'PR', IssueComment: 'IC', Label: 'LA', Milestone: 'MI',
  PullRequestReview: 'PRR', PullRequestReviewComment: 'PRRC', StatusContext: 'SC', CheckRun: 'CR', CheckSuite: 'CS', WorkflowRun: 'WFR',
  Workflow: 'W', Team: 'T', App: 'A', Reaction: 'REA', Event: 'EV', Commit: 'C', Ref: 'REF', Tree: 'T', Blob: 'B',
} as const;

/** GitHub's global id; `parseNodeId` reads it back. */
export const nodeId = (kind: keyof typeof prefixes, id: number | string): string => `${prefixes[kind]}_${Buffer.from(String(id)).toString('base64url')}`;

/** The prefix and the id within a global id. */
export function parseNodeId(node: string): { readonly prefix: string; readonly id: string } {
  const cut = node.indexOf('_');
  return { prefix: node.slice(0, cut), id: Buffer.from(node.slice(cut + 1), 'base64url').toString('utf8') };
}
