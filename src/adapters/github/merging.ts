import { NotFoundError, RemoteError } from '../../core/errors.js';
import type { IssueRef, Repo } from '../../core/ids.js';
import type { Identity, Opts, WriteOpts } from '../../core/ports/github.js';
import type { BlockerIssue, MergeOutcome, Merging, PoolMember, PoolRead, SearchHit, Verdict } from '../../core/ports/merging.js';
import { methodsOf, uniteRules, type RawRef } from './branchRules.js';
import { graphql } from './graphql.js';
import type { Answer, Call, Caller, Http } from './http.js';
import { HEAD, POOL, SEARCH_ISSUES, SEARCH_PULLS } from './tideDocuments.js';
import { markOf, memberOf, nodesOf, suitesOf, type RawHead, type RawMark, type RawMember, type RawPage, type RawSuite } from './tideMap.js';

export interface MergingDeps {
  readonly http: Http;
  identity(options: Opts): Promise<Identity>;
}

const PLUGIN = 'tide';
/** Name of the check or status that says why a pull request waits. */
const TIDE = 'tide';
/** GitHub shows no more than a thousand results; a commit with more pages than this is left unread. */
const MAX_PAGES = 10;

const repoParams = ({ org, name }: Repo) => ({ owner: org, repo: name });
const pullParams = (ref: IssueRef) => ({ ...repoParams(ref), number: ref.number });
const messageOf = (data: unknown): string => String((data as { message?: unknown } | undefined)?.message ?? '');

/** What a refused merge means, by GitHub's words (config 6.9). */
export function refusalOf(status: number, message: string): Exclude<MergeOutcome, { kind: 'merged' | 'already_merged' }> {
  if (status === 409) return { kind: 'head_changed', message };
  if (/base branch was modified/i.test(message)) return { kind: 'base_changed', message };
  if (/not authorized to push to this branch/i.test(message)) return { kind: 'unauthorized', message };
  if (/(merge commits|squash merges|rebase merges) are not allowed/i.test(message)) return { kind: 'method_forbidden', message };
  return { kind: 'unmergeable', message };
}

/** A check run's words for a verdict; what waits stays open, so that it cannot pass for an answer. */
function checkOf({ state, title, summary, url }: Verdict) {
  const said = state === 'pending' ? { status: 'in_progress' } : { status: 'completed', conclusion: state === 'success' ? 'success' : 'failure' };
  return { ...said, output: { title, summary: summary === '' ? title : summary }, ...(url === '' ? {} : { details_url: url }) };
}

interface RawCommit { readonly repository: { readonly object?: RawHead | null } | null }
/** Other kinds of hits come as empty objects. */
const isPlace = (raw: Partial<RawPlace>): boolean => raw.number !== undefined;
/** Who is no administrator may not see the protection; what it requires is told by `refUpdateRule` all the same. */
const unseenProtection = (path: readonly (string | number)[]): boolean => path.includes('branchProtectionRule');
interface RawSearch<T> { readonly search: RawPage<T> & { readonly issueCount?: number } }
interface RawPlace { readonly number: number; readonly repository: { readonly name: string; readonly owner: { readonly login: string } } }
interface RawPool {
  readonly isArchived: boolean; readonly mergeCommitAllowed: boolean; readonly squashMergeAllowed: boolean; readonly rebaseMergeAllowed: boolean;
  readonly ref?: (RawRef & { readonly target?: { readonly oid: string; readonly committedDate?: string } | null }) | null;
  readonly pullRequests: RawPage<RawMember>;
}

/** GitHub as Tide sees it. */
export function createMerging({ http, identity }: MergingDeps): Merging {
  const caller = (org: string, { signal }: Opts, priority: Caller['priority'] = 'read'): Caller => ({ org, plugin: PLUGIN, priority, signal });
  const write = (method: Call['method'], org: string, route: string, params: Record<string, unknown>, { signal, priority }: WriteOpts, more: Partial<Call> = {}): Promise<Answer> => http.call({ method, route, params, org, plugin: PLUGIN, priority, signal, ...more });

  async function search<T>(org: string, name: string, text: string, query: string, options: Opts): Promise<{ found: readonly T[]; total: number }> {
    const found: T[] = [];
    let after: string | null = null;
    for (let page = 0; ; page++) {
      const { search: answer }: RawSearch<T> = await graphql<RawSearch<T>>(http, { name, text, variables: { query, after } }, caller(org, options));
      found.push(...nodesOf(answer));
      after = answer.pageInfo.endCursor ?? null;
      if (!answer.pageInfo.hasNextPage || after === null || page + 1 >= MAX_PAGES) return { found, total: answer.issueCount ?? found.length };
    }
  }

  /** All marks and suites of a head, from its first pages, or read anew when these belong to another commit. */
  async function headOf(repo: Repo, oid: string, first: RawHead | undefined, options: Opts): Promise<Pick<PoolMember, 'marks' | 'suites' | 'unread'>> {
    const marks: RawMark[] = [];
    const suites: RawSuite[] = [];
    let head = first?.oid === oid ? first : undefined;
    let at: Readonly<Record<'marks' | 'suites', string | null>> = { marks: null, suites: null };
    let open = { marks: true, suites: true };
    for (let page = 0; page < MAX_PAGES; page++) {
      if (!head) {
        const answer = await graphql<RawCommit>(http, { name: `the checks of ${oid}`, text: HEAD, variables: { owner: repo.org, name: repo.name, oid, ...at } }, caller(repo.org, options));
        const found = answer.repository?.object;
        if (!found) return { marks: [], suites: [], unread: ['head commit'] };
        head = found;
      }
      const { statusCheckRollup: rollup, checkSuites } = head;
      if (open.marks) marks.push(...nodesOf(rollup?.contexts));
      if (open.suites) suites.push(...nodesOf(checkSuites));
      open = { marks: open.marks && (rollup?.contexts.pageInfo.hasNextPage ?? false), suites: open.suites && (checkSuites?.pageInfo.hasNextPage ?? false) };
      if (!open.marks && !open.suites) return { marks: marks.map(markOf), suites: suitesOf(suites), unread: [] };
      at = { marks: rollup?.contexts.pageInfo.endCursor ?? at.marks, suites: checkSuites?.pageInfo.endCursor ?? at.suites };
      head = undefined;
    }
    return { marks: marks.map(markOf), suites: suitesOf(suites), unread: ['checks'] };
  }

  async function readPool(repo: Repo, branch: string, options: Opts): Promise<PoolRead | undefined> {
    const raws: RawMember[] = [];
    let first: RawPool | undefined;
    let after: string | null = null;
    do {
      let pool: RawPool | null;
      try {
        ({ repository: pool } = await graphql<{ repository: RawPool | null }>(http, { name: `the pool ${repo.org}/${repo.name}@${branch}`, text: POOL, variables: { owner: repo.org, name: repo.name, ref: `refs/heads/${branch}`, branch, after } }, caller(repo.org, options), unseenProtection));
      } catch (error) {
        if (error instanceof NotFoundError) return undefined;
        throw error;
      }
      if (!pool?.ref?.target || pool.isArchived) return undefined;
      first ??= pool;
      raws.push(...nodesOf(pool.pullRequests));
      after = pool.pullRequests.pageInfo.hasNextPage ? (pool.pullRequests.pageInfo.endCursor ?? null) : null;
    } while (after !== null);
    const members: PoolMember[] = [];
    for (const raw of raws) members.push(memberOf(repo, raw, await headOf(repo, raw.headRefOid, nodesOf(raw.commits)[0]?.commit, options)));
    const { required, strict, linearHistory, methods } = uniteRules(first.ref ?? {});
    const allowed = { merge: first.mergeCommitAllowed, squash: first.squashMergeAllowed, rebase: first.rebaseMergeAllowed };
    return {
      repo, branch, baseSha: first.ref?.target?.oid ?? '', baseAt: Date.parse(first.ref?.target?.committedDate ?? '1970-01-01T00:00:00Z'), members,
      rules: { required, strict, linearHistory, methods: methodsOf(allowed, { methods, linearHistory }) },
    };
  }

  /** Our newest run of a head that can still say this: GitHub never opens a completed run again. */
  async function ownCheck(repo: Repo, sha: string, { state }: Verdict, options: Opts): Promise<number | undefined> {
    const [{ slug }, answer] = await Promise.all([
      identity(options),
      http.call({ ...caller(repo.org, options), method: 'GET', route: '/repos/{owner}/{repo}/commits/{ref}/check-runs', params: { ...repoParams(repo), ref: sha, check_name: TIDE, filter: 'latest', per_page: 100 }, accepted: [404, 422], share: 'fresh' }),
    ]);
    const { check_runs: runs = [] } = answer.status < 300 ? (answer.data as { check_runs?: readonly { id: number; status?: string; app?: { slug?: string } | null }[] }) : {};
    const newest = runs.filter(({ app }) => app?.slug === slug).sort((x, y) => y.id - x.id)[0];
    return state === 'pending' && newest?.status === 'completed' ? undefined : newest?.id;
  }

  async function landed(ref: IssueRef, options: Opts): Promise<string | undefined> {
    const { data } = await http.call({ ...caller(ref.org, options), method: 'GET', route: '/repos/{owner}/{repo}/pulls/{number}', params: pullParams(ref), share: 'fresh' });
    const { merged, merge_commit_sha: sha } = data as { merged?: boolean; merge_commit_sha?: string | null };
    return merged ? (sha ?? '') : undefined;
  }

  return {
    identity,
    readPool,
    landed,
    async searchPulls(org, query, options) {
      const { found, total } = await search<RawPlace & { baseRefName: string; updatedAt: string }>(org, 'a search for pull requests', SEARCH_PULLS, query, options);
      const hits = found.filter(isPlace).map((raw): SearchHit => ({ org: raw.repository.owner.login, repo: raw.repository.name, number: raw.number, branch: raw.baseRefName, updatedAt: Date.parse(raw.updatedAt) }));
      return { hits, total };
    },
    async searchBlockers(org, query, options) {
      const { found } = await search<RawPlace & { title: string; url: string }>(org, 'a search for blocking issues', SEARCH_ISSUES, query, options);
      return found.filter(isPlace).map((raw): BlockerIssue => ({ org: raw.repository.owner.login, name: raw.repository.name, number: raw.number, title: raw.title, url: raw.url }));
    },
    async baseSha(repo, branch, options) {
      const answer = await http.call({ ...caller(repo.org, options), method: 'GET', route: '/repos/{owner}/{repo}/git/ref/heads/{+branch}', params: { ...repoParams(repo), branch }, accepted: [404], share: 'fresh' });
      return answer.status === 404 ? undefined : (answer.data as { object: { sha: string } }).object.sha;
    },
    async merge(ref, { sha, method, title, message }, options) {
      // The head SHA makes it safe to repeat: what is merged already is refused, and then read back.
      const texts = { ...(title === undefined ? {} : { commit_title: title }), ...(message === undefined ? {} : { commit_message: message }) };
      const { status, data } = await write('PUT', ref.org, '/repos/{owner}/{repo}/pulls/{number}/merge', { ...pullParams(ref), sha, merge_method: method, ...texts }, options, { accepted: [405, 409], content: true });
      if (data === undefined) return { kind: 'unmergeable', message: 'This is a dry run: nothing is merged.' };
      if (status < 300) return { kind: 'merged', sha: (data as { sha?: string }).sha ?? '' };
      const already = await landed(ref, options);
      return already === undefined ? refusalOf(status, messageOf(data)) : { kind: 'already_merged', sha: already };
    },
    async setVerdict(repo, sha, verdict, place, options) {
      const params = repoParams(repo);
      const gone = ({ status, data }: Answer): boolean => status === 404 || (status === 422 && /no commit found/i.test(messageOf(data)));
      const settle = (answer: Answer, what: string): void => {
        if (answer.status >= 400 && !gone(answer)) throw new RemoteError(`GitHub refused ${what}: ${answer.status} ${messageOf(answer.data)}`, { service: 'github', status: answer.status, retry: 'never' });
      };
      if (place.kind === 'status') {
        settle(await write('POST', repo.org, '/repos/{owner}/{repo}/statuses/{sha}', { ...params, sha, context: TIDE, state: verdict.state, description: verdict.title, target_url: verdict.url }, options, { repeatable: true, accepted: [404, 422] }), 'the status `tide`');
        return;
      }
      // Two workers make one: our own run is looked for before another is made.
      const id = place.id ?? (await ownCheck(repo, sha, verdict, options));
      const check = { ...checkOf(verdict), external_id: place.externalId };
      if (id !== undefined && (await write('PATCH', repo.org, '/repos/{owner}/{repo}/check-runs/{id}', { ...params, id, ...check }, options, { accepted: [404] })).status !== 404) return;
      settle(await write('POST', repo.org, '/repos/{owner}/{repo}/check-runs', { ...params, name: TIDE, head_sha: sha, ...check }, options, { accepted: [404, 422] }), 'the check `tide`');
    },
    async rerequestSuite(repo, suiteId, options) {
      await write('POST', repo.org, '/repos/{owner}/{repo}/check-suites/{id}/rerequest', { ...repoParams(repo), id: suiteId }, options);
    },
    async updateBranch(ref, headSha, options) {
      const { status, data } = await write('PUT', ref.org, '/repos/{owner}/{repo}/pulls/{number}/update-branch', { ...pullParams(ref), expected_head_sha: headSha }, options, { accepted: [422] });
      if (status !== 422) return 'updated';
      return /no new commits on the base branch/i.test(JSON.stringify(data)) ? 'current' : 'refused';
    },
  };
}
