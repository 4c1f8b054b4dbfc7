import { key, notFound } from '../hub.js';
import { approve, cancel, jobsOf, rerun } from '../mutate/workflows.js';
import { currentAttempt, renderJob, renderRun, renderWorkflow } from '../render/actions.js';
import { renderIssue } from '../render/issue.js';
import { searchIssues } from '../search.js';
import type { Workflow, WorkflowRun } from '../state/checks.js';
import { json, list, need, number, repoRoute, required, route, type RepoAsk, type Route } from './route.js';

const read = { access: need('actions=read') } as const;
const write = { access: need('actions=write'), right: 'write' } as const;

function runOf({ repo, params }: RepoAsk): WorkflowRun {
  const run = repo.workflowRuns.find(({ id }) => id === number(params.id));
  if (!run) throw notFound();
  return run;
}

/** By id or by the name of its file. */
function workflowOf({ repo, params }: RepoAsk): Workflow {
  const found = repo.workflows.find(({ id, path }) => String(id) === params.workflow || path.split('/').at(-1) === params.workflow);
  if (!found) throw notFound();
  return found;
}

/** `event` may join several with ` OR `; `status` is a status or a conclusion. */
function matches({ query }: RepoAsk, run: WorkflowRun): boolean {
  const attempt = currentAttempt(run);
  const events = query.get('event')?.split(/\s+OR\s+/);
  const status = query.get('status');
  const actor = query.get('actor');
  return (!query.get('head_sha') || run.sha === query.get('head_sha')) && (!query.get('branch') || run.branch === query.get('branch')) && (!events || events.includes(run.event))
    && (!status || attempt.status === status || attempt.conclusion === status) && (!actor || key(run.actor) === key(actor));
}

const newest = (ask: RepoAsk, runs: readonly WorkflowRun[]) =>
  list(runs.filter((run) => matches(ask, run)).reverse(), (run) => renderRun(ask.hub, ask.repo, run), { under: 'workflow_runs' });

export const actionRoutes: readonly Route[] = [
  repoRoute('GET', '/actions/workflows', read, (ask) => list(ask.repo.workflows, (one) => renderWorkflow(ask.hub, ask.repo, one), { under: 'workflows' })),
  repoRoute('GET', '/actions/workflows/:workflow', read, (ask) => json(renderWorkflow(ask.hub, ask.repo, workflowOf(ask)))),
  repoRoute('GET', '/actions/workflows/:workflow/runs', read, (ask) => newest(ask, ask.repo.workflowRuns.filter(({ workflowId }) => workflowId === workflowOf(ask).id))),
  repoRoute('GET', '/actions/runs', read, (ask) => newest(ask, ask.repo.workflowRuns)),
  repoRoute('GET', '/actions/runs/:id', read, (ask) => json(renderRun(ask.hub, ask.repo, runOf(ask)))),
  repoRoute('GET', '/actions/runs/:id/attempts/:attempt', read, (ask) => {
    const run = runOf(ask);
    const attempt = run.attempts.find((one) => one.number === number(ask.params.attempt));
    if (!attempt) throw notFound();
    return json(renderRun(ask.hub, ask.repo, run, attempt));
  }),
  repoRoute('GET', '/actions/runs/:id/jobs', read, (ask) => {
    const run = runOf(ask);
    const attempts = ask.query.get('filter') === 'all' ? run.attempts : [currentAttempt(run)];
    return list(attempts.flatMap((one) => jobsOf(ask.repo, one)), (job) => renderJob(ask.hub, ask.repo, run, job), { under: 'jobs' });
  }),
  repoRoute('POST', '/actions/runs/:id/rerun', write, (ask) => { rerun(ask.hub, ask.who, ask.repo, runOf(ask), 'all'); return json({}, 201); }),
  repoRoute('POST', '/actions/runs/:id/rerun-failed-jobs', write, (ask) => { rerun(ask.hub, ask.who, ask.repo, runOf(ask), 'failed'); return json({}, 201); }),
  repoRoute('POST', '/actions/runs/:id/approve', write, (ask) => { approve(ask.hub, ask.who, ask.repo, runOf(ask)); return json({}, 201); }),
  repoRoute('POST', '/actions/runs/:id/cancel', write, async (ask) => { await cancel(ask.hub, ask.who, ask.repo, runOf(ask)); return json({}, 202); }),
];

export const searchRoutes: readonly Route[] = [
  {
    ...route('GET', '/search/issues', need('metadata=read'), (ask) => {
      const found = searchIssues(ask.hub, ask.who, required('Search', 'q', ask.query.get('q') ?? undefined));
      const by = ask.query.get('sort');
      const rank = ({ issue }: (typeof found)[number]): string | number => (by === 'updated' ? issue.updatedAt : by === 'comments' ? issue.comments.length : issue.createdAt);
      const sorted = by ? [...found].sort((a, b) => (rank(a) < rank(b) ? 1 : rank(a) > rank(b) ? -1 : b.issue.id - a.issue.id)) : found;
      const ordered = by && ask.query.get('order') === 'asc' ? [...sorted].reverse() : sorted;
      return list(ordered.slice(0, 1000), ({ repo, issue }) => ({ ...renderIssue(ask.hub, repo, issue), score: 1 }), { under: 'items', more: { total_count: found.length, incomplete_results: false, search_type: 'lexical' } });
    }),
    resource: 'search',
  },
];

