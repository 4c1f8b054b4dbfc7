import { ApiError, fullName, invalid, key, newId, notFound, nowIso, record, type Hub } from '../hub.js';
import { readCommit } from '../gitRead.js';
import { grants } from '../permissions.js';
import { renderCheckRunHook, renderStatus, renderSuiteHook } from '../render/checks.js';
import { renderCommit } from '../render/commit.js';
import { repoUrl } from '../render/repo.js';
import type { Annotation, CheckRun, CheckStatus, CheckSuite, Conclusion, Status, StatusState } from '../state/checks.js';
import type { Who } from '../state/people.js';
import type { Repo } from '../state.js';

const stateNames: readonly string[] = ['error', 'failure', 'pending', 'success'];

export interface NewStatus { readonly context?: string | undefined; readonly state: StatusState; readonly description?: string | null | undefined; readonly targetUrl?: string | null | undefined }

/** Sets a commit status. */
export async function setStatus(hub: Hub, who: Who, repo: Repo, sha: string, wish: NewStatus): Promise<Status> {
  const commit = await readCommit(hub, repo, sha);
  if (!commit) throw new ApiError(422, `No commit found for SHA: ${sha}`);
  if (!stateNames.includes(wish.state)) throw invalid([{ resource: 'Status', code: 'custom', field: 'state', message: 'state is not included in the list' }]);
  if ((wish.description ?? '').length > 140) throw invalid([{ resource: 'Status', code: 'custom', field: 'description', message: 'description is too long (maximum is 140 characters)' }]);
  const status: Status = {
    id: newId(hub), sha, context: wish.context ?? 'default', state: wish.state, description: wish.description ?? null, targetUrl: wish.targetUrl ?? null, creator: who.login, createdAt: nowIso(hub),
  };
  repo.statuses.push(status);
  record(hub, who, { kind: 'status.set', target: `${fullName(repo)}:${sha}`, detail: { context: status.context, state: status.state, description: status.description } });
  const { url: _, creator: __, ...facts } = renderStatus(hub, repo, status);
  const branches = [...repo.heads].filter(([, tip]) => tip === sha).map(([name, tip]) => ({ name, commit: { sha: tip, url: `${repoUrl(hub, repo)}/commits/${tip}` }, protected: repo.protections.has(name) }));
  hub.emit({ event: 'status', sender: who.login, repo, payload: { ...facts, sha, name: fullName(repo), commit: renderCommit(hub, repo, commit), branches } });
  return status;
}

function makeSuite(hub: Hub, repo: Repo, { appId, sha, branch, before }: { appId: number; sha: string; branch: string | null; before: string | null }): CheckSuite {
  const at = nowIso(hub);
  const suite: CheckSuite = { id: newId(hub), appId, sha, branch, before, status: 'queued', conclusion: null, createdAt: at, updatedAt: at };
  repo.suites.push(suite);
  return suite;
}

export async function emitSuite(hub: Hub, who: Who, repo: Repo, suite: CheckSuite, action: string): Promise<void> {
  const commit = await readCommit(hub, repo, suite.sha);
  if (!commit) return;
  hub.emit({ event: 'check_suite', action, sender: who.login, repo, payload: { check_suite: renderSuiteHook(hub, repo, suite, commit) }, ...(action === 'completed' ? {} : { onlyApp: suite.appId }) });
}

/** A pushed commit gets a suite for every App that may write checks. */
export async function addSuites(hub: Hub, who: Who, repo: Repo, at: { sha: string; branch: string; before: string | null }): Promise<void> {
  for (const { appId, account } of hub.state.installations.values()) {
    const app = hub.state.apps.get(appId);
    if (key(account) !== key(repo.owner) || !app?.publicKey || !grants(app.permissions, { name: 'checks', level: 'write' })) continue;
    if (repo.suites.some((one) => one.appId === appId && one.sha === at.sha)) continue;
    await emitSuite(hub, who, repo, makeSuite(hub, repo, { appId, ...at }), 'requested');
  }
}

/** The suite of an App at a commit; `fresh` for a workflow run, which has one of its own. */
export function suiteFor(hub: Hub, repo: Repo, { appId, sha, fresh = false }: { appId: number; sha: string; fresh?: boolean }): CheckSuite {
  const known = fresh ? undefined : repo.suites.findLast((one) => one.appId === appId && one.sha === sha);
  const branch = [...repo.heads].find(([, tip]) => tip === sha)?.[0] ?? null;
  return known ?? makeSuite(hub, repo, { appId, sha, branch, before: null });
}

export interface CheckWish {
  readonly name?: string | undefined;
  readonly externalId?: string | undefined;
  readonly detailsUrl?: string | null | undefined;
  readonly status?: CheckStatus | undefined;
  readonly conclusion?: Conclusion | null | undefined;
  readonly startedAt?: string | undefined;
  readonly completedAt?: string | undefined;
  readonly output?: { readonly title?: string | null; readonly summary?: string | null; readonly text?: string | null; readonly annotations?: readonly Annotation[] } | undefined;
  readonly actions?: CheckRun['actions'] | undefined;
}

function apply(hub: Hub, run: CheckRun, wish: CheckWish): void {
  if (wish.name !== undefined) run.name = wish.name;
  if (wish.externalId !== undefined) run.externalId = wish.externalId;
  if (wish.detailsUrl !== undefined) run.detailsUrl = wish.detailsUrl;
  if (wish.actions !== undefined) run.actions = wish.actions;
  if (wish.output) run.output = { title: wish.output.title ?? null, summary: wish.output.summary ?? null, text: wish.output.text ?? null, annotations: [...run.output.annotations, ...(wish.output.annotations ?? [])] };
  if (wish.startedAt !== undefined) run.startedAt = wish.startedAt;
  if (wish.conclusion) { run.status = 'completed'; run.conclusion = wish.conclusion; run.completedAt = wish.completedAt ?? nowIso(hub); }
  else if (wish.status !== undefined) { run.status = wish.status; run.conclusion = null; run.completedAt = null; }
}

const runOf = (repo: Repo, run: CheckRun): CheckSuite => {
  const suite = repo.suites.find(({ id }) => id === run.suiteId);
  if (!suite) throw notFound();
  return suite;
};

export function emitCheckRun(hub: Hub, who: Who, repo: Repo, run: CheckRun, action: string, more: Readonly<Record<string, unknown>> = {}): void {
  const own = action === 'rerequested' || action === 'requested_action' ? { onlyApp: run.appId } : {};
  hub.emit({ event: 'check_run', action, sender: who.login, repo, payload: { check_run: renderCheckRunHook(hub, repo, run, runOf(repo, run)), ...more }, ...own });
}

const worst: readonly Conclusion[] = ['failure', 'timed_out', 'startup_failure', 'action_required', 'cancelled', 'stale', 'success', 'neutral', 'skipped'];

async function settle(hub: Hub, who: Who, repo: Repo, suite: CheckSuite): Promise<void> {
  const newest = new Map(repo.checkRuns.filter(({ suiteId }) => suiteId === suite.id).map((run) => [run.name, run]));
  const runs = [...newest.values()];
  const was = suite.status;
  const done = runs.length > 0 && runs.every(({ status }) => status === 'completed');
  suite.status = done ? 'completed' : 'in_progress';
  suite.conclusion = done ? (worst.find((one) => runs.some(({ conclusion }) => conclusion === one)) ?? 'success') : null;
  suite.updatedAt = nowIso(hub);
  if (done && was !== 'completed') await emitSuite(hub, who, repo, suite, 'completed');
}

/** Creates a check run of an App. */
export async function createCheckRun(hub: Hub, who: Who, repo: Repo, { appId, sha, suite: given, ...wish }: CheckWish & { appId: number; sha: string; suite?: CheckSuite }): Promise<CheckRun> {
  if (!wish.name) throw invalid([{ resource: 'CheckRun', code: 'missing_field', field: 'name' }]);
  if (wish.status === 'completed' && !wish.conclusion) throw new ApiError(422, 'Invalid request.\n\n"conclusion" wasn\'t supplied.');
  if (!(await readCommit(hub, repo, sha))) throw new ApiError(422, `No commit found for SHA: ${sha}`);
  const suite = given ?? suiteFor(hub, repo, { appId, sha });
  const run: CheckRun = {
    id: newId(hub), suiteId: suite.id, appId, sha, name: wish.name, externalId: '', detailsUrl: null, status: 'queued', conclusion: null, startedAt: nowIso(hub), completedAt: null,
    output: { title: null, summary: null, text: null, annotations: [] }, actions: [],
  };
  apply(hub, run, wish);
  repo.checkRuns.push(run);
  record(hub, who, { kind: 'check_run.create', target: `${fullName(repo)}:${sha}`, detail: { id: run.id, name: run.name, status: run.status, conclusion: run.conclusion, externalId: run.externalId } });
  emitCheckRun(hub, who, repo, run, 'created');
  if (run.status === 'completed') emitCheckRun(hub, who, repo, run, 'completed');
  await settle(hub, who, repo, suite);
  return run;
}

/** Changes a check run; `completed` is told once per completion. */
export async function updateCheckRun(hub: Hub, who: Who, repo: Repo, run: CheckRun, wish: CheckWish): Promise<void> {
  const was = { status: run.status, conclusion: run.conclusion };
  apply(hub, run, wish);
  record(hub, who, { kind: 'check_run.update', target: `${fullName(repo)}:${run.sha}`, detail: { id: run.id, name: run.name, status: run.status, conclusion: run.conclusion } });
  if (run.status === 'completed' && (was.status !== 'completed' || was.conclusion !== run.conclusion)) emitCheckRun(hub, who, repo, run, 'completed');
  await settle(hub, who, repo, runOf(repo, run));
}

/** What a press on "Re-run" does: the App hears of it, nothing else changes. */
export function rerequestCheckRun(hub: Hub, who: Who, repo: Repo, run: CheckRun): void {
  record(hub, who, { kind: 'check_run.rerequest', target: `${fullName(repo)}:${run.sha}`, detail: { id: run.id, name: run.name } });
  emitCheckRun(hub, who, repo, run, 'rerequested');
}
