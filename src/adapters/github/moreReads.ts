import { RemoteError } from '../../core/errors.js';
import type { IssueRef, Repo } from '../../core/ids.js';
import type { BlameRange, GitHubReads, Milestone, Opts, Permission } from '../../core/ports/github.js';
import { readContexts } from './contexts.js';
import { PLUGIN_DOCUMENTS } from './documents.js';
import { graphql } from './graphql.js';
import type { Call } from './http.js';
import { checkRunOf, commitOf, issueOf, newestRuns, statusOf, type RawCheckRun, type RawCommit, type RawIssue, type RawStatus } from './map.js';
import { factGroups, type FactDeps } from './facts.js';
import { refusedWith } from './writes.js';

type More = Pick<GitHubReads, 'contexts' | 'issue' | 'commits' | 'statuses' | 'checkRuns' | 'requiredContexts' | 'repoLabels' | 'milestones' | 'permission' | 'teamMembers' | 'pullsWithCommit' | 'isBusy' | 'blame'>;

/** Somebody's status and membership change rarely. */
const FACT_MS = 60_000;
const repoParams = ({ org, name }: Repo) => ({ owner: org, repo: name });
const issueParams = (ref: IssueRef) => ({ ...repoParams(ref), number: ref.number });

interface RawBlame {
  readonly repository: { readonly object: { readonly blame?: { readonly ranges: readonly {
    readonly startingLine: number; readonly endingLine: number;
    readonly commit: { readonly committedDate: string; readonly author?: { readonly user?: { readonly login: string } | null } | null };
  }[] } } | null } | null;
}

/** Reads that only some plugins need. */
export function createMoreReads({ http, cache }: FactDeps, plugin: string): More {
  const get = (org: string, route: string, params: Record<string, unknown>, { signal }: Opts, more: Partial<Call> = {}): Call => ({ method: 'GET', route, params, org, plugin, priority: 'read', signal, ...more });
  const REPO = '/repos/{owner}/{repo}';
  return {
    contexts: (repo, sha, { signal }) => readContexts(http, repo, sha, { org: repo.org, plugin, priority: 'read', signal }),
    async issue(ref, options) {
      const { data } = await http.call(get(ref.org, `${REPO}/issues/{number}`, issueParams(ref), options));
      return issueOf(ref, data as RawIssue);
    },
    commits: async (ref, options) => (await http.pages<RawCommit>(get(ref.org, `${REPO}/pulls/{number}/commits`, issueParams(ref), options))).map(commitOf),
    statuses: async (repo, sha, options) => (await http.pages<RawStatus>(get(repo.org, `${REPO}/commits/{ref}/statuses`, { ...repoParams(repo), ref: sha }, options))).map(statusOf),
    async checkRuns(repo, sha, options) {
      const call = get(repo.org, `${REPO}/commits/{ref}/check-runs`, { ...repoParams(repo), ref: sha }, options);
      return newestRuns(await http.pages<RawCheckRun>(call, (page) => (page as { check_runs?: RawCheckRun[] }).check_runs ?? [])).map(checkRunOf);
    },
    // The branch itself tells the names to whoever may read it; the protection's own address wants an administrator.
    async requiredContexts(repo, branch, options) {
      const { data } = await http.call(get(repo.org, `${REPO}/branches/{+branch}`, { ...repoParams(repo), branch }, options));
      const { protection } = data as { protection?: { required_status_checks?: { contexts?: readonly string[] } | null } };
      return protection?.required_status_checks?.contexts ?? [];
    },
    repoLabels: async (repo, options) => (await http.pages<{ name: string }>(get(repo.org, `${REPO}/labels`, repoParams(repo), options))).map(({ name }) => name),
    milestones: async (repo, options) => (await http.pages<Milestone>(get(repo.org, `${REPO}/milestones`, repoParams(repo), options))).map(({ number, title }) => ({ number, title })),
    permission: (repo, login, options) =>
      cache.fact(factGroups.repo(repo), `permission:${login.toLowerCase()}`, FACT_MS, async (signal) => {
        const { status, data } = await http.call(get(repo.org, `${REPO}/collaborators/{login}/permission`, { ...repoParams(repo), login }, { signal }, { accepted: [404] }));
        return status === 404 ? 'none' : permissionOf((data as { permission?: string }).permission);
      }, options.signal),
    teamMembers: (org, team, options) =>
      cache.fact(factGroups.org(org), `members:${'slug' in team ? team.slug : team.id}`, FACT_MS, async (signal) => {
        const call = 'slug' in team ? get(org, '/orgs/{org}/teams/{slug}/members', { org, slug: team.slug }, { signal }) : get(org, '/teams/{id}/members', { id: team.id }, { signal });
        return (await http.pages<{ login: string }>(call)).map(({ login }) => login);
      }, options.signal),
    async pullsWithCommit(repo, sha, options) {
      const associated = await http.pages<{ number: number; state?: string }>(get(repo.org, `${REPO}/commits/{sha}/pulls`, { ...repoParams(repo), sha }, options)).catch((error: unknown): readonly { number: number; state?: string }[] => {
        // What GitHub says of a commit that the repository does not have.
        if (refusedWith(error, 404, 422)) return [];
        throw error;
      });
      const open = associated.filter(({ state }) => state !== 'closed').map(({ number }) => number);
      if (open.length > 0) return open;
      // A head that lives in a fork only may not be associated; the search knows it.
      const query = `${sha} repo:${repo.org}/${repo.name} type:pr state:open`;
      const found = await http.pages<{ number: number }>(get(repo.org, '/search/issues', { q: query }, options), (page) => (page as { items?: { number: number }[] }).items ?? []);
      return found.map(({ number }) => number);
    },
    isBusy: (login, org, options) =>
      cache.fact(factGroups.org(org), `busy:${login.toLowerCase()}`, FACT_MS, async (signal) => {
        const { user } = await graphql<{ user: { status: { indicatesLimitedAvailability?: boolean } | null } | null }>(http, { name: 'Busy', text: PLUGIN_DOCUMENTS.BUSY, variables: { login } }, { org, plugin, priority: 'read', signal });
        return user?.status?.indicatesLimitedAvailability ?? false;
      }, options.signal),
    async blame(repo, ref, path, { signal }) {
      const { repository } = await graphql<RawBlame>(http, { name: 'Blame', text: PLUGIN_DOCUMENTS.BLAME, variables: { owner: repo.org, name: repo.name, ref, path } }, { org: repo.org, plugin, priority: 'read', signal });
      if (!repository?.object?.blame) throw new RemoteError(`GitHub has no blame of ${path} at ${ref}`, { service: 'github', retry: 'never' });
      return repository.object.blame.ranges.map(({ startingLine, endingLine, commit }): BlameRange => ({ from: startingLine, to: endingLine, login: (commit.author?.user?.login ?? '').toLowerCase(), at: commit.committedDate }));
    },
  };
}

function permissionOf(permission: string | undefined): Permission {
  return permission === 'admin' || permission === 'write' || permission === 'read' ? permission : 'none';
}
