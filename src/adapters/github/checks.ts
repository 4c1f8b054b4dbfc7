import type { Repo } from '../../core/ids.js';
import type { Checks, JobCheck } from '../../core/ports/checks.js';
import type { Http } from './http.js';

const PLUGIN = 'report';
const at = ({ org, name }: Repo) => ({ owner: org, repo: name });

/** Check runs of jobs; a commit that is gone counts as written. */
export function createChecks(http: Http): Checks {
  return {
    async statusContexts(repo, sha, { signal }) {
      const call = { method: 'GET', route: '/repos/{owner}/{repo}/commits/{ref}/status', params: { ...at(repo), ref: sha, per_page: 100 }, org: repo.org, plugin: PLUGIN, priority: 'read', signal } as const;
      const statuses = await http.pages<{ context: string }>(call, (page) => (page as { statuses?: { context: string }[] }).statuses ?? []);
      return new Set(statuses.map(({ context }) => context));
    },
    async hasCheck(repo, { name, sha, app }, { signal }) {
      const call = { method: 'GET', route: '/repos/{owner}/{repo}/commits/{ref}/check-runs', params: { ...at(repo), ref: sha, check_name: name, per_page: 100 }, org: repo.org, plugin: PLUGIN, priority: 'read', signal } as const;
      const runs = await http.pages<{ app?: { slug?: string } | null }>(call, (page) => (page as { check_runs?: { app?: { slug?: string } | null }[] }).check_runs ?? []);
      return runs.some((run) => run.app?.slug === app);
    },
    async findCheck(repo, { name, sha, externalId }, { signal }) {
      const params = { ...at(repo), ref: sha, check_name: name, filter: 'all', per_page: 100 };
      const call = { method: 'GET', route: '/repos/{owner}/{repo}/commits/{ref}/check-runs', params, org: repo.org, plugin: PLUGIN, priority: 'read', signal } as const;
      const runs = await http.pages<{ id: number; external_id?: string | null }>(call, (page) => (page as { check_runs?: { id: number; external_id?: string | null }[] }).check_runs ?? []);
      const ids = runs.filter((run) => run.external_id === externalId).map(({ id }) => id);
      return ids.length === 0 ? undefined : Math.max(...ids);
    },
    async createCheck(repo, check, { signal, priority }) {
      const answer = await http.call({ method: 'POST', route: '/repos/{owner}/{repo}/check-runs', params: { ...at(repo), name: check.name, head_sha: check.sha, ...bodyOf(check) }, org: repo.org, plugin: PLUGIN, priority, signal, accepted: [404, 422] });
      // 422 also says what is wrong with a body; only a missing commit is nothing to be told.
      if (answer.status === 422 && !/no commit found|sha/i.test(JSON.stringify(answer.data ?? ''))) throw new Error(`GitHub refused the check ${check.name}: ${JSON.stringify(answer.data).slice(0, 300)}`);
      return (answer.data as { id?: number } | undefined)?.id;
    },
    async updateCheck(repo, id, check, { signal, priority }) {
      const answer = await http.call({ method: 'PATCH', route: '/repos/{owner}/{repo}/check-runs/{id}', params: { ...at(repo), id, ...bodyOf(check) }, org: repo.org, plugin: PLUGIN, priority, signal, accepted: [404] });
      return answer.status !== 404;
    },
  };
}

function bodyOf({ externalId, url, startedAt, state, title, summary, actions }: JobCheck): Readonly<Record<string, unknown>> {
  return {
    external_id: externalId,
    ...(url !== '' && { details_url: url }),
    ...(startedAt !== undefined && { started_at: startedAt }),
    status: state.status,
    ...(state.status === 'completed' && { conclusion: state.conclusion, ...(state.completedAt !== undefined && { completed_at: state.completedAt }) }),
    output: { title, summary },
    ...(actions !== undefined && { actions }),
  };
}
