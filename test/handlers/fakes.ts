import type { ConfigSource, Snapshot } from '../../src/config/snapshot.js';
import type { Postsubmit, Presubmit } from '../../src/config/jobs/schema.js';
import { PluginsConfig } from '../../src/config/plugins/schema.js';
import { ProwConfig } from '../../src/config/prow/schema.js';
import { NotFoundError } from '../../src/core/errors.js';
import type { Delivery, Pull } from '../../src/core/event.js';
import type { BlameRange, CheckRun, Comment, ContextState, GitHubReads, GitHubWrites, Issue, IssueEventEntry, Milestone, Permission, PullCommit, Review, StatusEntry, WorkflowRun } from '../../src/core/ports/github.js';
import type { Intents } from '../../src/core/ports/intents.js';
import type { ProwJobs } from '../../src/core/ports/jobs.js';
import { silentLog } from '../../src/core/ports/log.js';
import { noMetrics } from '../../src/core/ports/metrics.js';
import type { ProwJob } from '../../src/core/prowjob.js';
import type { HandlingDeps } from '../../src/handlers/dispatch.js';
import type { PluginGit } from '../../src/handlers/plugin.js';

export const NOW = Date.parse('2026-03-01T12:00:00Z');
export const BOT = 'prow-app[bot]';

/** A GitHub in memory: enough of one repository for plugins, every write noted. */
export interface FakeGitHub extends GitHubReads, GitHubWrites {
  readonly writes: string[];
  readonly reads: string[];
  readonly labelsOf: Map<number, Set<string>>;
  readonly commentsOf: Map<number, Comment[]>;
  readonly timeline: IssueEventEntry[];
  readonly members: Set<string>;
  readonly collaborating: Set<string>;
  readonly pulls: Map<number, Pull>;
  changed: readonly string[];
  states: readonly ContextState[];
  runs: readonly WorkflowRun[];
  found: number;
  reviewsOf: readonly Review[];
  readonly issues: Map<number, Issue>;
  commitsOf: readonly PullCommit[];
  /** Newest first; `states` say what is newest of each. */
  history: readonly StatusEntry[];
  checks: readonly CheckRun[];
  required: readonly string[];
  known: readonly string[];
  openMilestones: readonly Milestone[];
  readonly permissions: Map<string, Permission>;
  /** By slug or id. */
  readonly teams: Map<string, readonly string[]>;
  readonly busy: Set<string>;
  readonly blames: Map<string, readonly BlameRange[]>;
  /** By commit. */
  readonly withCommit: Map<string, readonly number[]>;
  /** GitHub's clock. */
  now: number;
}

export function fakeGitHub(): FakeGitHub {
  let nextId = 1000;
  const writes: string[] = [];
  const reads: string[] = [];
  const labelsOf = new Map<number, Set<string>>();
  const commentsOf = new Map<number, Comment[]>();
  const timeline: IssueEventEntry[] = [];
  const labels = (n: number): Set<string> => {
    const found = labelsOf.get(n) ?? new Set<string>();
    labelsOf.set(n, found);
    return found;
  };
  const find = (id: number): [Comment[], number] => {
    for (const list of commentsOf.values()) {
      const at = list.findIndex((comment) => comment.id === id);
      if (at >= 0) return [list, at];
    }
    throw new NotFoundError('no such comment', { service: 'github' });
  };
  const read = <T>(what: string, value: T): Promise<T> => {
    reads.push(what);
    return Promise.resolve(value);
  };
  const write = (what: string): Promise<void> => {
    writes.push(what);
    return Promise.resolve();
  };
  const self: FakeGitHub = {
    writes, reads, labelsOf, commentsOf, timeline, members: new Set(['alice']), collaborating: new Set(['carol']), pulls: new Map(), changed: [], states: [], runs: [], found: 0, reviewsOf: [], now: NOW,
    issues: new Map(), commitsOf: [], history: [], checks: [], required: [], known: [], openMilestones: [], permissions: new Map(), teams: new Map(), busy: new Set(), blames: new Map(), withCommit: new Map(),
    identity: () => Promise.resolve({ login: BOT, kind: 'app', slug: 'prow-app' }),
    pull: (ref) => {
      const pull = self.pulls.get(ref.number);
      return pull ? read('pull', pull) : Promise.reject(new NotFoundError('no such pull request', { service: 'github' }));
    },
    pullAndBase: async (ref, _usual, options) => {
      const pull = await self.pull(ref, options);
      return { pull, baseSha: await self.branchSha(ref, pull.baseRef, options) };
    },
    labels: (ref) => read('labels', [...labels(ref.number)]),
    comments: (ref) => read('comments', commentsOf.get(ref.number) ?? []),
    reviews: () => read('reviews', self.reviewsOf),
    reviewComments: () => read('reviewComments', []),
    files: () => read('files', self.changed.map((path) => ({ path, previousPath: undefined, status: 'modified', additions: 1, deletions: 0, patch: undefined }))),
    issueEvents: () => read('issueEvents', timeline),
    isMember: (org, login) => read(`isMember ${org}`, self.members.has(org === 'o' ? login : `${org}:${login}`)),
    isCollaborator: (_repo, login) => read('isCollaborator', self.collaborating.has(login)),
    collaborators: () => read('collaborators', [...self.members, ...self.collaborating]),
    isTeamMember: () => read('isTeamMember', false),
    branchSha: (_repo, branch) => read('branchSha', `tip-of-${branch}`),
    treeSha: () => read('treeSha', 'tree'),
    contexts: () => read('contexts', self.states),
    countSearch: (_org, query) => read(`countSearch ${query}`, self.found),
    workflowRuns: (_repo, filter) => read(`workflowRuns ${filter.event}`, self.runs.filter((run) => run.event === filter.event || filter.event === '')),
    talk: (ref) => read('talk', { comments: commentsOf.get(ref.number) ?? [], reviews: self.reviewsOf, reviewComments: [], labels: [...labels(ref.number)] }),
    issue: (ref) => {
      const issue = self.issues.get(ref.number);
      return issue ? read('issue', issue) : Promise.reject(new NotFoundError('no such issue', { service: 'github' }));
    },
    commits: () => read('commits', self.commitsOf),
    statuses: () => read('statuses', self.history),
    checkRuns: () => read('checkRuns', self.checks),
    requiredContexts: () => read('requiredContexts', self.required),
    repoLabels: () => read('repoLabels', self.known),
    milestones: () => read('milestones', self.openMilestones),
    permission: (_repo, login) => read('permission', self.permissions.get(login) ?? 'read'),
    teamMembers: (_org, team) => {
      const members = self.teams.get('slug' in team ? team.slug : String(team.id));
      return members ? read('teamMembers', members) : Promise.reject(new NotFoundError('no such team', { service: 'github' }));
    },
    pullsWithCommit: (_repo, sha) => read('pullsWithCommit', self.withCommit.get(sha) ?? []),
    isBusy: (login) => read(`isBusy ${login}`, self.busy.has(login)),
    blame: (_repo, _ref, path) => read(`blame ${path}`, self.blames.get(path) ?? []),
    editIssue: (_ref, change) => write(`issue ${JSON.stringify(change)}`),
    editPull: (_ref, change) => write(`pull ${JSON.stringify(change)}`),
    concludeCheck: (_repo, _sha, { name, conclusion, externalId }) => {
      self.checks = [...self.checks, { id: nextId++, name, status: 'completed', conclusion, externalId }];
      return write(conclusion === 'success' ? `check ${name}` : `check ${name}=${conclusion}`);
    },
    createReview: (_ref, { body, comments }) => {
      self.reviewsOf = [...self.reviewsOf, { id: nextId++, user: { login: BOT, type: 'Bot' }, state: 'COMMENTED', body, submittedAt: new Date(self.now).toISOString(), url: '' }];
      return write(`review of ${comments.map(({ path, position }) => `${path}:${position}`).join(',')}`);
    },
    addLabel: (ref, label) => {
      labels(ref.number).add(label);
      timeline.push({ event: 'labeled', actor: BOT, label, at: new Date(self.now).toISOString() });
      return write(`+${label}`);
    },
    removeLabel: (ref, label) => {
      if (labels(ref.number).delete(label)) timeline.push({ event: 'unlabeled', actor: BOT, label, at: new Date(self.now).toISOString() });
      return write(`-${label}`);
    },
    createComment: async (ref, body) => {
      const id = nextId++;
      commentsOf.set(ref.number, [...(commentsOf.get(ref.number) ?? []), botComment(id, body)]);
      await write('comment');
      return { id };
    },
    editComment: async (_repo, id, body) => {
      const [list, at] = find(id);
      const former = list[at];
      if (former) list[at] = { ...former, body };
      await write(`edit ${id}`);
    },
    deleteComment: async (_repo, id) => {
      const [list, at] = find(id);
      list.splice(at, 1);
      await write(`delete ${id}`);
    },
    assign: async (_ref, logins) => {
      await write(`assign ${logins.join(',')}`);
      return { missing: [] };
    },
    unassign: async (_ref, logins) => {
      await write(`unassign ${logins.join(',')}`);
      return { extra: [] };
    },
    requestReview: async (_ref, logins) => {
      await write(`review ${logins.join(',')}`);
      return { missing: [] };
    },
    unrequestReview: async (_ref, logins) => {
      await write(`unreview ${logins.join(',')}`);
      return { extra: [] };
    },
    setStatus: (_repo, _sha, status) => write(`status ${status.context}=${status.state}`),
    approveWorkflow: (_repo, id) => write(`approve ${id}`),
    rerunFailedJobs: (_repo, id) => write(`rerun ${id}`),
  };
  return self;
}

export function botComment(id: number, body: string): Comment {
  return { id, user: { login: BOT, type: 'Bot' }, body, createdAt: '2026-03-01T12:00:00Z', updatedAt: '2026-03-01T12:00:00Z', url: `https://github.com/o/r/pull/1#issuecomment-${id}` };
}

/** ProwJobs in memory. */
export interface FakeJobs extends ProwJobs {
  readonly all: Map<string, ProwJob>;
}

export function fakeJobs(): FakeJobs {
  const all = new Map<string, ProwJob>();
  return {
    all,
    find: (name) => Promise.resolve(all.get(name)),
    list: (selector) => Promise.resolve([...all.values()].filter((job) => Object.entries(selector).every(([key, value]) => job.metadata.labels?.[key] === value))),
    create: (job) => {
      if (all.has(job.metadata.name)) return Promise.resolve('existed');
      all.set(job.metadata.name, job);
      return Promise.resolve('created');
    },
    replace: (job) => {
      if (!all.has(job.metadata.name)) return Promise.resolve('gone');
      all.set(job.metadata.name, job);
      return Promise.resolve('replaced');
    },
    remove: (name) => Promise.resolve(all.delete(name) ? 'removed' : 'gone'),
    abort: (name, description) => {
      const job = all.get(name);
      if (!job || job.status.completionTime !== undefined) return Promise.resolve('gone');
      all.set(name, { ...job, status: { ...job.status, state: 'aborted', description } });
      return Promise.resolve('aborted');
    },
  };
}

/** Intents in memory; `forget` is a Redis that lost everything. */
export interface FakeIntents extends Intents {
  readonly known: Map<string, string | undefined>;
}

export function fakeIntents(): FakeIntents {
  const known = new Map<string, string | undefined>();
  return {
    known,
    begin: (key) => {
      if (!known.has(key)) {
        known.set(key, undefined);
        return Promise.resolve({ state: 'fresh' });
      }
      const outcome = known.get(key);
      return Promise.resolve(outcome === undefined ? { state: 'unknown' } : { state: 'done', outcome });
    },
    finish: (key, outcome) => {
      known.set(key, outcome);
      return Promise.resolve();
    },
  };
}

interface Content {
  readonly plugins?: Readonly<Record<string, unknown>>;
  readonly prow?: Readonly<Record<string, unknown>>;
  readonly enabled?: readonly string[];
  readonly presubmits?: readonly Presubmit[];
  readonly postsubmits?: readonly Postsubmit[];
}

/** A configuration in which the same plugins are enabled everywhere. */
export function snapshot({ plugins = {}, prow = {}, enabled = [], presubmits = [], postsubmits = [] }: Content = {}): Snapshot {
  return {
    revision: '1', prow: ProwConfig.parse(prow), plugins: PluginsConfig.parse(plugins), presubmits: () => presubmits, postsubmits: () => postsubmits, pluginsFor: () => enabled,
    enabled: new Map([['o/r', enabled]]), jobs: { presubmits: new Map([['o/r', presubmits]]), postsubmits: new Map([['o/r', postsubmits]]), periodics: [], presets: [] },
  };
}

export function source(config: Snapshot): ConfigSource {
  return { current: () => config, problem: () => undefined };
}

export interface World {
  readonly github: FakeGitHub;
  readonly jobs: FakeJobs;
  readonly intents: FakeIntents;
  readonly deps: HandlingDeps;
}

const notAsked = () => Promise.reject(new Error('not in this test'));
/** A git that nobody should ask. */
export const noGit: PluginGit = { listFiles: notAsked, readFiles: notAsked, changedPaths: notAsked, hasMerges: notAsked, tryMerge: notAsked, idsAt: notAsked, mergeBases: notAsked };

/** Everything that the runtime needs, in memory. */
export function world(config: Snapshot, over: Partial<HandlingDeps> = {}): World {
  const github = fakeGitHub();
  const jobs = fakeJobs();
  const intents = fakeIntents();
  const never = () => Promise.reject(new Error('not in this test'));
  const deps: HandlingDeps = {
    config: source(config), githubFor: () => github, git: noGit, owners: { load: never }, inRepo: { jobsAt: never }, jobs, intents, said: { begin: () => Promise.resolve(), finish: () => Promise.resolve(), forget: () => Promise.resolve(), ids: () => Promise.resolve(undefined) },
    clock: { now: () => NOW }, log: silentLog, metrics: noMetrics, mode: 'act', ...over,
  };
  return { github, jobs, intents, deps };
}

export const signal = new AbortController().signal;

let nextDelivery = 1;

export function delivery(event: string, payload: object, over: Partial<Delivery> = {}): Delivery {
  return { id: `d${nextDelivery++}`, event, at: NOW, via: 'webhook', body: JSON.stringify(payload), ...over };
}

const repository = { name: 'r', full_name: 'o/r', html_url: 'https://github.com/o/r', owner: { login: 'o', type: 'Organization' } };

interface Said {
  readonly body: string;
  readonly user?: string;
  readonly action?: string;
  readonly author?: string;
  readonly labels?: readonly string[];
  readonly state?: 'open' | 'closed';
  readonly on?: 'pull' | 'issue';
}

/** An `issue_comment` payload on o/r#1. */
export function commentPayload({ body, user = 'alice', action = 'created', author = 'author', labels = [], state = 'open', on = 'pull' }: Said): object {
  return {
    action, repository, sender: { login: user, type: 'User' },
    issue: {
      number: 1, title: 'A change', state, user: { login: author, type: 'User' }, body: '', labels: labels.map((name) => ({ name })), assignees: [], html_url: 'https://github.com/o/r/pull/1',
      ...(on === 'pull' ? { pull_request: { url: 'https://api.github.com/repos/o/r/pulls/1' } } : {}),
    },
    comment: { id: 500, body, user: { login: user, type: 'User' }, html_url: 'https://github.com/o/r/pull/1#issuecomment-500' },
  };
}

interface PullSaid {
  readonly action: string;
  readonly author?: string;
  readonly labels?: readonly string[];
  readonly draft?: boolean;
  readonly body?: string;
  readonly sender?: string;
  readonly mergeable?: boolean | null;
  readonly base?: string;
  readonly authorType?: string;
  readonly more?: object;
}

/** A `pull_request` payload on o/r#1. */
export function pullPayload({ action, author = 'author', labels = [], draft = false, body = '', sender = author, mergeable = null, base = 'main', authorType = 'User', more = {} }: PullSaid): object {
  return {
    action, number: 1, repository, sender: { login: sender, type: 'User' }, ...more,
    pull_request: {
      number: 1, title: 'A change', body, state: action === 'closed' ? 'closed' : 'open', draft, merged: false, mergeable, user: { login: author, type: authorType },
      html_url: 'https://github.com/o/r/pull/1', node_id: 'PR_1', labels: labels.map((name) => ({ name })), assignees: [], requested_reviewers: [], milestone: null,
      base: { ref: base, sha: 'old-base', repo: repository }, head: { ref: 'patch', sha: 'head-sha', repo: { ...repository, owner: { login: author } } },
      created_at: '2026-03-01T11:00:00Z', updated_at: '2026-03-01T12:00:00Z',
    },
  };
}
