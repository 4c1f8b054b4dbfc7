import type { GitHubReads, Identity, Opts } from '../../core/ports/github.js';
import type { Pull } from '../../core/event.js';
import type { IssueRef, Repo } from '../../core/ids.js';
import { PermissionError } from '../../core/errors.js';
import { sameLogin } from '../../core/ids.js';
import type { Bases } from './bases.js';
import { factGroups, type FactDeps } from './facts.js';
import type { Call } from './http.js';
import { createMoreReads } from './moreReads.js';
import { readTalk } from './talk.js';
import { commentOf, fileOf, issueEventOf, pullOf, reviewOf, runOf, type RawComment, type RawPull } from './map.js';

export interface ReadDeps extends FactDeps {
  readonly kind: 'app' | 'token';
  readonly bases: Bases;
}

/** Memberships change rarely, and GitHub tells us when they do (`observe`). */
const FACT_MS = 60_000;
const HOUR_MS = 3_600_000;

const repoParams = ({ org, name }: Repo) => ({ owner: org, repo: name });
const issueParams = (ref: IssueRef) => ({ ...repoParams(ref), number: ref.number });

/** Who we are at GitHub; asked once an hour. */
export function identityOf({ http, cache, kind }: Pick<ReadDeps, 'http' | 'cache' | 'kind'>, plugin: string, signal: AbortSignal): Promise<Identity> {
  return cache.fact(factGroups.self, kind, HOUR_MS, async (shared) => {
    const { data } = await http.call({ method: 'GET', route: kind === 'app' ? '/app' : '/user', org: undefined, plugin, priority: 'read', signal: shared });
    const { slug = '', login = '' } = data as { slug?: string; login?: string };
    return kind === 'app' ? { login: `${slug}[bot]`, kind, slug } : { login, kind, slug: login };
  }, signal);
}

/** The reads of one plugin. */
export function createReads(deps: ReadDeps, plugin: string): GitHubReads {
  const { http, cache, bases } = deps;
  const get = (org: string | undefined, route: string, params: Record<string, unknown>, { signal }: Opts, more: Partial<Call> = {}): Call => ({ method: 'GET', route, params, org, plugin, priority: 'read', signal, ...more });
  /** 204 yes, 404 no. Elsewhere means that GitHub shows us only who is a member in public: that must not pass for a no. */
  const yes = async (org: string, route: string, params: Record<string, unknown>, options: Opts): Promise<boolean> => {
    const { status } = await http.call(get(org, route, params, options, { accepted: [404] }));
    if (status >= 300 && status < 400) throw new PermissionError(`the App or token may not see the members of ${org}: GET ${route}: ${status}`, { service: 'github', permission: 'members: read' });
    return status === 204;
  };

  const pull = async (ref: IssueRef, options: Opts): Promise<Pull> => {
    const { data } = await http.call(get(ref.org, '/repos/{owner}/{repo}/pulls/{number}', issueParams(ref), options));
    const read = pullOf(ref, data as RawPull);
    bases.learn(read);
    return read;
  };
  // Asked each time: a conditional request is free while the branch stays, and a push whose webhook was lost would be missed.
  const branchSha = async (repo: Repo, branch: string, options: Opts): Promise<string> => {
    const { data } = await http.call(get(repo.org, '/repos/{owner}/{repo}/git/ref/heads/{+branch}', { ...repoParams(repo), branch }, options));
    return (data as { object: { sha: string } }).object.sha;
  };

  const self: GitHubReads = {
    ...createMoreReads(deps, plugin),
    async talk(ref, options) {
      const short = await readTalk(http, ref, { org: ref.org, plugin, priority: 'read', signal: options.signal });
      if (short) return short;
      // Long ones come page by page, of which only what changed counts.
      const [comments, reviews, reviewComments, labels] = await Promise.all([self.comments(ref, options), self.reviews(ref, options), self.reviewComments(ref, options), self.labels(ref, options)]);
      return { comments, reviews, reviewComments, labels };
    },
    identity: ({ signal }) => identityOf(deps, plugin, signal),
    pull,
    async pullAndBase(ref, usual, options) {
      const guess = bases.of(ref) ?? usual;
      const guessed = guess === undefined ? undefined : branchSha(ref, guess, options);
      guessed?.catch(() => {}); // matters only when the guess is right
      const read = await pull(ref, options);
      return { pull: read, baseSha: await (guessed !== undefined && read.baseRef === guess ? guessed : branchSha(ref, read.baseRef, options)) };
    },
    labels: async (ref, options) => (await http.pages<{ name: string }>(get(ref.org, '/repos/{owner}/{repo}/issues/{number}/labels', issueParams(ref), options))).map(({ name }) => name),
    comments: async (ref, options) => (await http.pages<RawComment>(get(ref.org, '/repos/{owner}/{repo}/issues/{number}/comments', issueParams(ref), options))).map(commentOf),
    reviews: async (ref, options) => (await http.pages<RawComment>(get(ref.org, '/repos/{owner}/{repo}/pulls/{number}/reviews', issueParams(ref), options))).map(reviewOf),
    reviewComments: async (ref, options) => (await http.pages<RawComment>(get(ref.org, '/repos/{owner}/{repo}/pulls/{number}/comments', issueParams(ref), options))).map(commentOf),
    files: async (ref, options) => (await http.pages<Parameters<typeof fileOf>[0]>(get(ref.org, '/repos/{owner}/{repo}/pulls/{number}/files', issueParams(ref), options))).map(fileOf),
    issueEvents: async (ref, options) => (await http.pages<Parameters<typeof issueEventOf>[0]>(get(ref.org, '/repos/{owner}/{repo}/issues/{number}/events', issueParams(ref), options))).map(issueEventOf),
    isMember: async (org, login, options) => {
      const ask = (signal: AbortSignal) => yes(org, '/orgs/{org}/members/{login}', { org, login }, { signal });
      return sameLogin(org, login) || (options.fresh ? ask(options.signal) : cache.fact(factGroups.org(org), `member:${login.toLowerCase()}`, FACT_MS, ask, options.signal));
    },
    isCollaborator: async (repo, login, options) => {
      const ask = (signal: AbortSignal) => yes(repo.org, '/repos/{owner}/{repo}/collaborators/{login}', { ...repoParams(repo), login }, { signal });
      return sameLogin(repo.org, login) || (options.fresh ? ask(options.signal) : cache.fact(factGroups.repo(repo), `collaborator:${login.toLowerCase()}`, FACT_MS, ask, options.signal));
    },
    collaborators: (repo, options) =>
      cache.fact(factGroups.repo(repo), 'collaborators', FACT_MS, async (signal) => (await http.pages<{ login: string }>(get(repo.org, '/repos/{owner}/{repo}/collaborators', repoParams(repo), { signal }))).map(({ login }) => login), options.signal),
    isTeamMember: (org, teamName, login, options) =>
      cache.fact(factGroups.org(org), `team:${teamName}:${login.toLowerCase()}`, FACT_MS, async (signal) => {
        const teams = await http.pages<{ name: string; slug: string }>(get(org, '/orgs/{org}/teams', { org }, { signal }));
        const team = teams.find(({ name }) => name === teamName);
        if (!team) return false;
        const answer = await http.call(get(org, '/orgs/{org}/teams/{slug}/memberships/{login}', { org, slug: team.slug, login }, { signal }, { accepted: [404] }));
        return answer.status === 200 && (answer.data as { state?: string }).state !== 'pending';
      }, options.signal),
    branchSha,
    treeSha: async (repo, sha, options) => {
      const { data } = await http.call(get(repo.org, '/repos/{owner}/{repo}/commits/{sha}', { ...repoParams(repo), sha }, options));
      return (data as { commit: { tree: { sha: string } } }).commit.tree.sha;
    },
    async countSearch(org, query, options) {
      const { data } = await http.call(get(org, '/search/issues', { q: query, per_page: 1 }, options));
      return (data as { total_count: number }).total_count;
    },
    async workflowRuns(repo, { headSha, branch, event, status }, options) {
      type Run = Parameters<typeof runOf>[0];
      const call = get(repo.org, '/repos/{owner}/{repo}/actions/runs', { ...repoParams(repo), head_sha: headSha, branch, event, ...(status === undefined ? {} : { status }) }, options);
      return (await http.pages<Run>(call, (page) => (page as { workflow_runs?: Run[] }).workflow_runs ?? [])).map(runOf);
    },
  };
  return self;
}
