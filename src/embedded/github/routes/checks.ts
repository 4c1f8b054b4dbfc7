import { ApiError, notFound } from '../hub.js';
import { readCommit } from '../gitRead.js';
import { createCheckRun, emitSuite, rerequestCheckRun, setStatus, updateCheckRun, type CheckWish } from '../mutate/checks.js';
import { combine, latestStatuses, renderCheckRun, renderStatus, renderSuite } from '../render/checks.js';
import { renderRepoShort, repoUrl } from '../render/repo.js';
import type { Annotation, CheckRun, CheckStatus, CheckSuite, Conclusion, StatusState } from '../state/checks.js';
import { commitAt } from './commits.js';
import { fields, json, list, need, number, repoRoute, required, type Fields, type RepoAsk, type Route } from './route.js';

const statusRead = { access: need('statuses=read') } as const;
const checksRead = { access: need('checks=read') } as const;
const checksWrite = { access: need('checks=write'), right: 'write' } as const;

function runOf({ repo, params }: RepoAsk): CheckRun {
  const run = repo.checkRuns.find(({ id }) => id === number(params.id));
  if (!run) throw notFound();
  return run;
}

async function suiteOf({ hub, repo, params }: RepoAsk): Promise<{ suite: CheckSuite; show: () => unknown }> {
  const suite = repo.suites.find(({ id }) => id === number(params.id));
  const commit = suite && (await readCommit(hub, repo, suite.sha));
  if (!suite || !commit) throw notFound();
  return { suite, show: () => renderSuite(hub, repo, suite, commit) };
}

/** Check runs are written by Apps only, and each by its own. */
function appOf({ who }: RepoAsk, run?: CheckRun): number {
  if (who.kind !== 'installation') throw new ApiError(403, 'You must authenticate via a GitHub App.');
  if (run && run.appId !== who.appId) throw new ApiError(403, 'Invalid app_id `' + String(who.appId) + '` - check run can only be modified by the GitHub App that created it.');
  return who.appId;
}

const statuses: readonly string[] = ['queued', 'in_progress', 'completed', 'waiting', 'requested', 'pending'];
const conclusions: readonly string[] = ['success', 'failure', 'neutral', 'cancelled', 'skipped', 'timed_out', 'action_required', 'stale', 'startup_failure'];
const among = (name: string, value: string | undefined, allowed: readonly string[]): string | undefined => {
  if (value !== undefined && !allowed.includes(value)) throw new ApiError(422, `Invalid request.\n\nFor 'properties/${name}', "${value}" is not a member of [${allowed.map((one) => `"${one}"`).join(', ')}].`);
  return value;
};

function wishIn(body: Fields): CheckWish {
  const output = body.object('output');
  if (output && output.text('summary') === undefined) throw new ApiError(422, 'Invalid request.\n\nNo subschema in "anyOf" matched.\n"summary" wasn\'t supplied.');
  if ((output?.text('summary') ?? '').length > 65_535) throw new ApiError(422, 'Invalid request.\n\nOnly 65535 characters are allowed; output.summary is too long.');
  const annotations = output?.objects('annotations')?.map(({ raw }) => raw as unknown as Annotation);
  if (annotations && annotations.length > 50) throw new ApiError(422, 'Invalid request.\n\nNo more than 50 items are allowed; output.annotations has too many.');
  const actions = body.objects('actions')?.map((one) => ({ label: one.text('label') ?? '', description: one.text('description') ?? '', identifier: one.text('identifier') ?? '' }));
  return {
    name: body.text('name'), externalId: body.text('external_id'), detailsUrl: body.text('details_url'), status: among('status', body.text('status'), statuses) as CheckStatus | undefined,
    conclusion: among('conclusion', body.text('conclusion'), conclusions) as Conclusion | undefined, startedAt: body.text('started_at'), completedAt: body.text('completed_at'),
    output: output ? { title: output.text('title') ?? null, summary: output.text('summary') ?? null, text: output.text('text') ?? null, ...(annotations ? { annotations } : {}) } : undefined, actions,
  };
}

/** `filter=latest` leaves of every suite's runs of one name the newest. */
function chosen({ query }: RepoAsk, runs: readonly CheckRun[]): readonly CheckRun[] {
  const kept = runs.filter((run) => (!query.get('check_name') || run.name === query.get('check_name')) && (!query.get('status') || run.status === query.get('status')) && (!query.get('app_id') || String(run.appId) === query.get('app_id')));
  if (query.get('filter') === 'all') return [...kept].reverse();
  return [...new Map(kept.map((run) => [`${String(run.suiteId)} ${run.name}`, run])).values()].reverse();
}

export const checkRoutes: readonly Route[] = [
  repoRoute('POST', '/statuses/:sha', { access: need('statuses=write'), right: 'write' }, async (ask) => {
    const body = fields(ask.body);
    const state = required('Status', 'state', body.text('state')) as StatusState;
    const status = await setStatus(ask.hub, ask.who, ask.repo, ask.params.sha ?? '', { state, context: body.text('context'), description: body.maybe('description'), targetUrl: body.maybe('target_url') });
    return json(renderStatus(ask.hub, ask.repo, status), 201);
  }),
  ...['/statuses/*ref', '/commits/*ref/statuses'].map((path) => repoRoute('GET', path, statusRead, async (ask) => {
    const { sha } = await commitAt(ask, ask.params.ref ?? '');
    return list(ask.repo.statuses.filter((one) => one.sha === sha).reverse(), (one) => renderStatus(ask.hub, ask.repo, one));
  })),
  repoRoute('GET', '/commits/*ref/status', statusRead, async (ask) => {
    const { sha } = await commitAt(ask, ask.params.ref ?? '');
    const latest = latestStatuses(ask.repo, sha);
    const url = `${repoUrl(ask.hub, ask.repo)}/commits/${sha}`;
    return list(latest, (one) => { const { creator: _, ...rest } = renderStatus(ask.hub, ask.repo, one); return rest; }, {
      under: 'statuses', more: { state: combine(latest), sha, repository: renderRepoShort(ask.hub, ask.repo), commit_url: url, url: `${url}/status` },
    });
  }),
  repoRoute('GET', '/commits/*ref/check-runs', checksRead, async (ask) => {
    const { sha } = await commitAt(ask, ask.params.ref ?? '');
    return list(chosen(ask, ask.repo.checkRuns.filter((one) => one.sha === sha)), (one) => renderCheckRun(ask.hub, ask.repo, one), { under: 'check_runs' });
  }),
  repoRoute('GET', '/commits/*ref/check-suites', checksRead, async (ask) => {
    const commit = await commitAt(ask, ask.params.ref ?? '');
    const appId = ask.query.get('app_id');
    return list(ask.repo.suites.filter((one) => one.sha === commit.sha && (!appId || String(one.appId) === appId)), (one) => renderSuite(ask.hub, ask.repo, one, commit), { under: 'check_suites' });
  }),
  repoRoute('POST', '/check-runs', checksWrite, async (ask) => {
    const appId = appOf(ask);
    const body = fields(ask.body);
    const sha = required('CheckRun', 'head_sha', body.text('head_sha'));
    return json(renderCheckRun(ask.hub, ask.repo, await createCheckRun(ask.hub, ask.who, ask.repo, { ...wishIn(body), appId, sha })), 201);
  }),
  repoRoute('GET', '/check-runs/:id', checksRead, (ask) => json(renderCheckRun(ask.hub, ask.repo, runOf(ask)))),
  repoRoute('PATCH', '/check-runs/:id', checksWrite, async (ask) => {
    const run = runOf(ask);
    appOf(ask, run);
    await updateCheckRun(ask.hub, ask.who, ask.repo, run, wishIn(fields(ask.body)));
    return json(renderCheckRun(ask.hub, ask.repo, run));
  }),
  repoRoute('GET', '/check-runs/:id/annotations', checksRead, (ask) => list(runOf(ask).output.annotations, (one) => ({ blob_href: '', start_column: null, end_column: null, title: null, raw_details: null, ...one }))),
  repoRoute('POST', '/check-runs/:id/rerequest', checksWrite, (ask) => {
    rerequestCheckRun(ask.hub, ask.who, ask.repo, runOf(ask));
    return json({}, 201);
  }),
  repoRoute('GET', '/check-suites/:id', checksRead, async (ask) => json((await suiteOf(ask)).show())),
  repoRoute('GET', '/check-suites/:id/check-runs', checksRead, async (ask) => {
    const { suite } = await suiteOf(ask);
    return list(chosen(ask, ask.repo.checkRuns.filter((one) => one.suiteId === suite.id)), (one) => renderCheckRun(ask.hub, ask.repo, one), { under: 'check_runs' });
  }),
  repoRoute('POST', '/check-suites/:id/rerequest', checksWrite, async (ask) => {
    await emitSuite(ask.hub, ask.who, ask.repo, (await suiteOf(ask)).suite, 'rerequested');
    return json({}, 201);
  }),
];

