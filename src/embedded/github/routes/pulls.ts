import { ApiError, fullName, getPull, invalid, isPull, notFound, type PullIssue } from '../hub.js';
import { changedFiles, listCommits } from '../gitRead.js';
import { mergePull, updateBranch, type MergeMethod } from '../mutate/merge.js';
import { lookAtPull } from '../mutate/pullGit.js';
import { changeBase, openPull, requestReviewers, unrequestReviewers } from '../mutate/pulls.js';
import { grants } from '../permissions.js';
import { renderAccount, renderTeam } from '../render/accounts.js';
import { renderCommit, renderFile } from '../render/commit.js';
import { renderPull, renderPullShort } from '../render/pull.js';
import { key } from '../hub.js';
import { editIssueBy, mustOwn, sift } from './issues.js';
import { empty, fields, json, list, need, number, repoRoute, required, type RepoAsk, type Route } from './route.js';

const read = { access: need('pull_requests=read') } as const;
const write = { access: need('pull_requests=write') } as const;

export const pullOf = ({ repo, params }: RepoAsk): PullIssue => getPull(repo, number(params.number));

async function shown(ask: RepoAsk, issue: PullIssue): Promise<unknown> {
  await lookAtPull(ask.hub, ask.repo, issue);
  return renderPull(ask.hub, ask.repo, issue);
}

/** From where the pull request's own changes count. */
async function rangeOf({ hub, repo }: RepoAsk, issue: PullIssue): Promise<{ base: string; head: string }> {
  const base = issue.pull.facts?.mergeBase ?? (await hub.git.run(fullName(repo), ['merge-base', issue.pull.base.sha, issue.pull.head.sha])).trim();
  return { base, head: issue.pull.head.sha };
}

/** An App changes workflow files only with a permission of its own, by merging too. */
async function mayTouchWorkflows(ask: RepoAsk, issue: PullIssue): Promise<void> {
  const { who } = ask;
  if (who.kind !== 'installation' || issue.state === 'closed' || grants(who.permissions, { name: 'workflows', level: 'write' })) return;
  const { base, head } = await rangeOf(ask, issue);
  const touched = (await changedFiles(ask.hub, ask.repo, base, head)).some(({ path }) => path.startsWith('.github/workflows/'));
  if (touched) throw new ApiError(403, 'Resource not accessible by integration', {}, { 'x-accepted-github-permissions': 'contents=write,workflows=write' });
}

function reviewersIn(body: unknown): { users: readonly string[]; teams: readonly string[] } {
  const inner = fields(body);
  return { users: inner.texts('reviewers') ?? [], teams: inner.texts('team_reviewers') ?? [] };
}

async function asText(ask: RepoAsk, issue: PullIssue, form: 'diff' | 'patch'): Promise<string> {
  const { base, head } = await rangeOf(ask, issue);
  return ask.hub.git.run(fullName(ask.repo), form === 'diff' ? ['diff', '-M', base, head] : ['format-patch', '--stdout', `${base}..${head}`]);
}

export const pullRoutes: readonly Route[] = [
  repoRoute('GET', '/pulls', read, (ask) => {
    const [owner, branch] = (ask.query.get('head') ?? '').split(/:(.*)/s);
    const base = ask.query.get('base');
    const found = sift(ask, [...ask.repo.issues.values()]).filter(isPull).filter(({ pull }) =>
      (!base || pull.base.ref === base) && (!branch || (pull.head.ref === branch && key(pull.head.owner) === key(owner ?? ''))));
    return list(found, (issue) => renderPullShort(ask.hub, ask.repo, issue));
  }),
  repoRoute('POST', '/pulls', write, async (ask) => {
    const body = fields(ask.body);
    const issue = await openPull(ask.hub, ask.who, ask.repo, {
      title: required('PullRequest', 'title', body.text('title')), body: body.maybe('body'), head: required('PullRequest', 'head', body.text('head')), base: required('PullRequest', 'base', body.text('base')),
      draft: body.flag('draft'), maintainerCanModify: body.flag('maintainer_can_modify'),
    });
    return json(await shown(ask, issue), 201);
  }),
  repoRoute('GET', '/pulls/:number', read, async (ask) => {
    const issue = pullOf(ask);
    const form = /application\/vnd\.github\.(?:v3\.)?(diff|patch)/.exec(ask.accept)?.[1];
    if (form === 'diff' || form === 'patch') return { kind: 'text', status: 200, type: `application/vnd.github.${form}; charset=utf-8`, body: await asText(ask, issue, form) };
    return json(await shown(ask, issue));
  }),
  repoRoute('PATCH', '/pulls/:number', write, async (ask) => {
    const issue = pullOf(ask);
    mustOwn(ask, issue.user, 'write');
    const base = fields(ask.body).text('base');
    if (base !== undefined && issue.state === 'closed') throw invalid([{ resource: 'PullRequest', code: 'custom', field: 'base', message: 'Cannot change the base branch of a closed pull request.' }]);
    if (base !== undefined) await changeBase(ask.hub, ask.who, ask.repo, issue, base);
    editIssueBy({ ...ask, params: { ...ask.params, kind: 'pull' } }, ask.repo, issue);
    issue.pull.maintainerCanModify = fields(ask.body).flag('maintainer_can_modify') ?? issue.pull.maintainerCanModify;
    return json(await shown(ask, issue));
  }),
  repoRoute('GET', '/pulls/:number/files', read, async (ask) => {
    const issue = pullOf(ask);
    const { base, head } = await rangeOf(ask, issue);
    return list((await changedFiles(ask.hub, ask.repo, base, head)).slice(0, 3000), (file) => renderFile(ask.hub, ask.repo, head, file));
  }),
  repoRoute('GET', '/pulls/:number/commits', read, async (ask) => {
    const { base, head } = await rangeOf(ask, pullOf(ask));
    const commits = await listCommits(ask.hub, ask.repo, ['--reverse', `${base}..${head}`]);
    return list(commits.slice(0, 250), (commit) => renderCommit(ask.hub, ask.repo, commit));
  }),
  repoRoute('GET', '/pulls/:number/merge', read, (ask) => {
    if (!pullOf(ask).pull.mergedAt) throw notFound();
    return empty();
  }),
  repoRoute('PUT', '/pulls/:number/merge', { access: need('contents=write'), right: 'write' }, async (ask) => {
    const body = fields(ask.body);
    await mayTouchWorkflows(ask, pullOf(ask));
    const sha = await mergePull(ask.hub, ask.who, ask.repo, pullOf(ask), {
      method: body.text('merge_method') as MergeMethod | undefined, sha: body.text('sha'), title: body.text('commit_title'), message: body.text('commit_message'),
    });
    return json({ sha, merged: true, message: 'Pull Request successfully merged' });
  }),
  repoRoute('PUT', '/pulls/:number/update-branch', write, async (ask) => {
    const issue = pullOf(ask);
    await updateBranch(ask.hub, ask.who, ask.repo, issue, fields(ask.body).text('expected_head_sha'));
    return json({ message: 'Updating pull request branch.', url: `${ask.urls.api}/repos/${fullName(ask.repo)}/pulls/${String(issue.number)}` }, 202);
  }),
  repoRoute('GET', '/pulls/:number/requested_reviewers', read, (ask) => {
    const { pull } = pullOf(ask);
    const org = ask.hub.state.orgs.get(key(ask.repo.owner));
    const teams = [...pull.requestedTeams].flatMap((slug) => { const team = org?.teams.get(slug); return org && team ? [renderTeam(ask.hub, org, team)] : []; });
    return json({ users: [...pull.requestedReviewers].map((login) => renderAccount(ask.hub, login)), teams });
  }),
  repoRoute('POST', '/pulls/:number/requested_reviewers', { access: need('pull_requests=write'), right: 'triage' }, (ask) => {
    const issue = pullOf(ask);
    const wish = reviewersIn(ask.body);
    if (!wish.users.length && !wish.teams.length) throw new ApiError(422, 'Invalid request.\n\nNo subschema in "anyOf" matched.');
    requestReviewers(ask.hub, ask.who, ask.repo, issue, wish);
    return json(renderPullShort(ask.hub, ask.repo, issue), 201);
  }),
  repoRoute('DELETE', '/pulls/:number/requested_reviewers', { access: need('pull_requests=write'), right: 'triage' }, (ask) => {
    const issue = pullOf(ask);
    unrequestReviewers(ask.hub, ask.who, ask.repo, issue, reviewersIn(ask.body));
    return json(renderPullShort(ask.hub, ask.repo, issue));
  }),
];
