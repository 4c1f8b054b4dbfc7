import { nodeId } from '../hub.js';
import { combine, latestStatuses } from '../render/checks.js';
import { workflowOf } from '../render/actions.js';
import { repoPage } from '../render/repo.js';
import type { CheckRun, CheckSuite, Status } from '../state/checks.js';
import type { App } from '../state/people.js';
import type { Repo } from '../state.js';
import { actor } from './actors.js';
import { connection, need, upper, type Node, type PageArgs, type Scope } from './connection.js';

export const appNode = (app: App | undefined): Node | null => (app ? { __typename: 'App', id: nodeId('App', app.id), databaseId: app.id, name: app.name, slug: app.slug, createdAt: app.createdAt, updatedAt: app.createdAt } : null);

export function statusNode(scope: Scope, repo: Repo, status: Status): Node {
  return {
    __typename: 'StatusContext', id: nodeId('StatusContext', status.id), context: status.context, state: upper(status.state), description: status.description, targetUrl: status.targetUrl,
    createdAt: status.createdAt, creator: () => actor(scope, status.creator), isRequired: false, commit: null,
    avatarUrl: `${repoPage(scope.hub, repo)}/avatar`,
  };
}

function workflowRunNode({ hub }: Scope, repo: Repo, suite: CheckSuite): Node | null {
  const run = repo.workflowRuns.find(({ suiteId }) => suiteId === suite.id);
  if (!run) return null;
  const workflow = workflowOf(repo, run);
  const page = `${repoPage(hub, repo)}/actions/runs/${String(run.id)}`;
  return {
    __typename: 'WorkflowRun', id: nodeId('WorkflowRun', run.id), databaseId: run.id, event: run.event, runNumber: run.runNumber, url: page, resourcePath: new URL(page).pathname, createdAt: run.createdAt,
    updatedAt: run.attempts.at(-1)?.updatedAt ?? run.createdAt,
    workflow: { __typename: 'Workflow', id: nodeId('Workflow', workflow.id), databaseId: workflow.id, name: workflow.name, resourcePath: `/${workflow.path}`, url: page, createdAt: workflow.createdAt, updatedAt: workflow.createdAt, state: 'ACTIVE' },
  };
}

export function suiteNode(scope: Scope, repo: Repo, suite: CheckSuite): Node {
  const { hub } = scope;
  const url = `${repoPage(hub, repo)}/commit/${suite.sha}/checks?check_suite_id=${String(suite.id)}`;
  return {
    __typename: 'CheckSuite', id: nodeId('CheckSuite', suite.id), databaseId: suite.id, status: upper(suite.status), conclusion: upper(suite.conclusion), url, resourcePath: url.slice(hub.urls.web.length),
    app: appNode(hub.state.apps.get(suite.appId)), createdAt: suite.createdAt, updatedAt: suite.updatedAt, branch: null, workflowRun: () => workflowRunNode(scope, repo, suite),
    checkRuns: ({ filterBy, ...args }: PageArgs & { filterBy?: { checkName?: string | null; appId?: number | null; checkType?: 'ALL' | 'LATEST' | null } | null }) => {
      const runs = repo.checkRuns.filter(({ suiteId, name, appId }) => suiteId === suite.id && (!filterBy?.checkName || name === filterBy.checkName) && (!filterBy?.appId || appId === filterBy.appId));
      return connection(filterBy?.checkType === 'ALL' ? runs : newest(runs), args, (run) => runNode(scope, repo, run));
    },
  };
}

export function runNode(scope: Scope, repo: Repo, run: CheckRun): Node {
  const url = `${repoPage(scope.hub, repo)}/runs/${String(run.id)}`;
  return {
    __typename: 'CheckRun', id: nodeId('CheckRun', run.id), databaseId: run.id, name: run.name, status: upper(run.status), conclusion: upper(run.conclusion), startedAt: run.startedAt, completedAt: run.completedAt,
    title: run.output.title, summary: run.output.summary, text: run.output.text, externalId: run.externalId || null, url, permalink: url, detailsUrl: run.detailsUrl ?? url, resourcePath: url.slice(scope.hub.urls.web.length), isRequired: false,
    checkSuite: () => { const suite = repo.suites.find(({ id }) => id === run.suiteId); return suite ? suiteNode(scope, repo, suite) : null; },
  };
}

/** Of several runs of one name within a suite the last. */
export function newest(runs: readonly CheckRun[]): readonly CheckRun[] {
  const last = new Map<string, CheckRun>();
  for (const run of runs) { const name = `${String(run.suiteId)} ${run.name}`; last.delete(name); last.set(name, run); }
  return [...last.values()];
}

const failed: ReadonlySet<string | null> = new Set(['failure', 'timed_out', 'cancelled', 'action_required', 'startup_failure', 'stale']);

/** `statusCheckRollup` of a commit; null when nobody has said anything about it. */
export function rollupNode(scope: Scope, repo: Repo, sha: string): Node | null {
  const statuses = latestStatuses(repo, sha);
  const runs = newest(repo.checkRuns.filter((run) => run.sha === sha));
  if (!statuses.length && !runs.length) return null;
  if (runs.length) need(scope, repo, { name: 'checks', level: 'read' });
  if (statuses.length) need(scope, repo, { name: 'statuses', level: 'read' });
  const combined = statuses.length ? combine(statuses) : 'success';
  const state = combined === 'failure' || runs.some(({ conclusion }) => failed.has(conclusion)) ? 'FAILURE' : combined === 'pending' || runs.some(({ status }) => status !== 'completed') ? 'PENDING' : 'SUCCESS';
  return {
    __typename: 'StatusCheckRollup', id: nodeId('Commit', `rollup:${sha}`), state,
    contexts: (args: PageArgs) => connection([...statuses, ...runs], args, (one) => ('context' in one ? statusNode(scope, repo, one) : runNode(scope, repo, one)), {
      checkRunCount: runs.length, statusContextCount: statuses.length,
    }),
  };
}

/** `status` of a commit: the old statuses alone. */
export function statusSumNode(scope: Scope, repo: Repo, sha: string): Node | null {
  const statuses = latestStatuses(repo, sha);
  if (!statuses.length) return null;
  need(scope, repo, { name: 'statuses', level: 'read' });
  return {
    __typename: 'Status', id: nodeId('Commit', `status:${sha}`), state: upper(combine(statuses)), contexts: statuses.map((one) => statusNode(scope, repo, one)),
    context: ({ name }: { name: string }) => { const found = statuses.find(({ context }) => context === name); return found ? statusNode(scope, repo, found) : null; },
  };
}
