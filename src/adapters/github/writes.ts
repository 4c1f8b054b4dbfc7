import { NotFoundError, RemoteError } from '../../core/errors.js';
import { normLogin, type IssueRef, type Repo } from '../../core/ids.js';
import type { GitHubWrites, WriteOpts } from '../../core/ports/github.js';
import type { Answer, Call, Http } from './http.js';

const repoParams = ({ org, name }: Repo) => ({ owner: org, repo: name });
const issueParams = (ref: IssueRef) => ({ ...repoParams(ref), number: ref.number });
const logins = (list: unknown): ReadonlySet<string> => new Set((Array.isArray(list) ? (list as { login?: string; slug?: string }[]) : []).map((one) => normLogin(one.login ?? '')));

/** Teams are asked as `org/team`; only those of the repository's organisation can be. */
function split(org: string, reviewers: readonly string[]): { users: readonly string[]; teams: readonly string[]; foreign: readonly string[] } {
  const teams = reviewers.filter((one) => one.includes('/'));
  const ours = teams.filter((one) => one.split('/')[0]?.toLowerCase() === org.toLowerCase());
  return { users: reviewers.filter((one) => !one.includes('/')), teams: ours.map((one) => one.split('/')[1] ?? ''), foreign: teams.filter((one) => !ours.includes(one)) };
}

/** The writes of one plugin. */
export function createWrites(http: Http, plugin: string): GitHubWrites {
  const write = (method: Call['method'], org: string, route: string, params: Record<string, unknown>, { signal, priority }: WriteOpts, more: Partial<Call> = {}): Promise<Answer> => http.call({ method, route, params, org, plugin, priority, signal, ...more });
  const ISSUE = '/repos/{owner}/{repo}/issues/{number}';
  const REVIEWERS = '/repos/{owner}/{repo}/pulls/{number}/requested_reviewers';

  return {
    async addLabel(ref, label, options) {
      await write('POST', ref.org, `${ISSUE}/labels`, { ...issueParams(ref), labels: [label] }, options, { repeatable: true });
    },
    async removeLabel(ref, label, options) {
      try {
        await write('DELETE', ref.org, `${ISSUE}/labels/{name}`, { ...issueParams(ref), name: label }, options);
      } catch (error) {
        if (!(error instanceof NotFoundError && error.message.includes('Label does not exist'))) throw error;
      }
    },
    async createComment(ref, body, options) {
      const { data } = await write('POST', ref.org, `${ISSUE}/comments`, { ...issueParams(ref), body }, options, { content: true });
      return { id: (data as { id?: number } | undefined)?.id ?? 0 };
    },
    async editComment(repo, id, body, options) {
      await write('PATCH', repo.org, '/repos/{owner}/{repo}/issues/comments/{id}', { ...repoParams(repo), id, body }, options);
    },
    async deleteComment(repo, id, options) {
      await write('DELETE', repo.org, '/repos/{owner}/{repo}/issues/comments/{id}', { ...repoParams(repo), id }, options, { accepted: [404] });
    },
    async assign(ref, names, options) {
      const { data } = await write('POST', ref.org, `${ISSUE}/assignees`, { ...issueParams(ref), assignees: names }, options, { repeatable: true });
      if (data === undefined) return { missing: [] };
      const now = logins((data as { assignees?: unknown }).assignees);
      return { missing: names.filter((one) => !now.has(normLogin(one))) };
    },
    async unassign(ref, names, options) {
      const { data } = await write('DELETE', ref.org, `${ISSUE}/assignees`, { ...issueParams(ref), assignees: names }, options);
      const now = logins((data as { assignees?: unknown } | undefined)?.assignees);
      return { extra: names.filter((one) => now.has(normLogin(one))) };
    },
    async requestReview(ref, reviewers, options) {
      const { users, teams, foreign } = split(ref.org, reviewers);
      const ask = (list: readonly string[], teamList: readonly string[]) => write('POST', ref.org, REVIEWERS, { ...issueParams(ref), reviewers: list, team_reviewers: teamList }, options, { repeatable: true, accepted: [422] });
      if (users.length + teams.length === 0) return { missing: foreign };
      if ((await ask(users, teams)).status !== 422) return { missing: foreign };
      // One bad login refuses all of them: each is asked alone.
      const missing: string[] = [...foreign];
      for (const user of users) if ((await ask([user], [])).status === 422) missing.push(user);
      for (const team of teams) if ((await ask([], [team])).status === 422) missing.push(`${ref.org}/${team}`);
      return { missing };
    },
    async unrequestReview(ref, reviewers, options) {
      const { users, teams } = split(ref.org, reviewers);
      const { data } = await write('DELETE', ref.org, REVIEWERS, { ...issueParams(ref), reviewers: users, team_reviewers: teams }, options);
      const now = logins((data as { requested_reviewers?: unknown } | undefined)?.requested_reviewers);
      return { extra: users.filter((one) => now.has(normLogin(one))) };
    },
    async setStatus(repo, sha, { context, state, description, url }, options) {
      await write('POST', repo.org, '/repos/{owner}/{repo}/statuses/{sha}', { ...repoParams(repo), sha, context, state, description, target_url: url }, options, { repeatable: true });
    },
    async editIssue(ref, change, options) {
      const body = 'state' in change && change.state === 'closed' ? { state: 'closed', ...(change.reason === undefined ? {} : { state_reason: change.reason }) } : change;
      await write('PATCH', ref.org, ISSUE, { ...issueParams(ref), ...body }, options, { repeatable: true });
    },
    async editPull(ref, change, options) {
      await write('PATCH', ref.org, '/repos/{owner}/{repo}/pulls/{number}', { ...issueParams(ref), ...change }, options, { repeatable: true });
    },
    async concludeCheck(repo, sha, { name, conclusion, title, summary, externalId }, options) {
      await write('POST', repo.org, '/repos/{owner}/{repo}/check-runs', { ...repoParams(repo), name, head_sha: sha, status: 'completed', conclusion, external_id: externalId, output: { title, summary } }, options);
    },
    async createReview(ref, { sha, body, comments }, options) {
      await write('POST', ref.org, '/repos/{owner}/{repo}/pulls/{number}/reviews', { ...issueParams(ref), commit_id: sha, body, event: 'COMMENT', comments }, options, { content: true });
    },
    async approveWorkflow(repo, runId, options) {
      await write('POST', repo.org, '/repos/{owner}/{repo}/actions/runs/{id}/approve', { ...repoParams(repo), id: runId }, options, { repeatable: true });
    },
    async rerunFailedJobs(repo, runId, options) {
      await write('POST', repo.org, '/repos/{owner}/{repo}/actions/runs/{id}/rerun-failed-jobs', { ...repoParams(repo), id: runId }, options);
    },
  };
}

/** Whether an error is GitHub's refusal with one of these statuses. */
export function refusedWith(error: unknown, ...statuses: readonly number[]): error is RemoteError {
  return error instanceof RemoteError && error.status !== undefined && statuses.includes(error.status);
}
