import { createHash, randomUUID } from 'node:crypto';
import { tokenMark, whoCalls } from './auth.js';
import { ApiError, findRepo, fullName, isPull, key, notFound } from './hub.js';
import { atLeast, canSee, covers, grants, permissionOf, type Need } from './permissions.js';
import { findRoute, type Access, type Answer, type Compiled, type Parts, type Route } from './routes/route.js';
import type { Resource } from './rates.js';
import type { Permission, Who } from './state/people.js';
import type { Repo } from './state.js';

const docs = 'https://docs.github.com/rest';

/** The App permissions of which one must be there. */
function needsOf(access: Access, repo: Repo | undefined, params: Readonly<Record<string, string>>): readonly Need[] {
  if (access.kind === 'anyOf') return access.needs;
  if (access.kind !== 'issue') return [];
  const issue = repo?.issues.get(Number(params.number));
  const pulls: Need = { name: 'pull_requests', level: access.level };
  const issues: Need = { name: 'issues', level: access.level };
  return params.number !== undefined && issue && !isPull(issue) ? [issues] : [issues, pulls];
}

const refusal = (needs: readonly Need[]): ApiError => new ApiError(403, 'Resource not accessible by integration', {}, { 'x-accepted-github-permissions': needs.map(({ name, level }) => `${name}=${level}`).join('; ') });

const wanted: Readonly<Record<Permission, string>> = { none: '', read: '', triage: 'Must have triage access to Repository.', write: 'Must have push access to Repository.', maintain: 'Must have maintain access to Repository.', admin: 'Must have admin rights to Repository.' };

/** Lets a call through, or throws what GitHub answers. */
export function admit({ hub }: Pick<Parts, 'hub'>, who: Who, { route, params, repo }: { route: Route; params: Readonly<Record<string, string>>; repo: Repo | undefined }): void {
  const { access } = route;
  if (access.kind === 'public') return;
  if (who.kind === 'app') {
    if (access.kind === 'jwt') return;
    throw new ApiError(401, 'Requires authentication');
  }
  if (access.kind === 'jwt') throw new ApiError(401, 'A JSON web token could not be decoded');
  const writes = route.method !== 'GET';
  if (who.kind === 'anonymous') {
    if (access.kind === 'user' || writes) throw new ApiError(401, 'Requires authentication');
    return;
  }
  if (who.kind === 'installation') {
    if (access.kind === 'user') throw refusal([]);
    const needs = needsOf(access, repo, params);
    const own = repo ? covers(hub.state, who, repo) : true;
    // Everybody may read what is public, with no permission but the one to know that it is there.
    if (!own && (writes || repo?.private)) throw refusal(needs);
    if (own && needs.length && !needs.some((one) => grants(who.permissions, one))) throw refusal(needs);
    return;
  }
  if (repo && route.about === 'repo' && !atLeast(permissionOf(hub.state, repo, who.login), route.right)) {
    if (route.method === 'GET' && route.right !== 'admin') throw new ApiError(403, wanted[route.right]);
    throw route.right === 'admin' ? notFound() : new ApiError(403, wanted[route.right]);
  }
}

export interface ApiCall { readonly method: string; readonly url: URL; readonly path: string; readonly headers: Headers; readonly body: string }
export interface ApiAnswer { readonly status: number; readonly headers: Record<string, string>; readonly body: string }

function page(call: ApiCall, answer: Extract<Answer, { kind: 'list' }>): { body: unknown; link: string | undefined } {
  const { url } = call;
  const size = Math.min(100, Math.max(1, Number(url.searchParams.get('per_page') ?? 30) || 30));
  const wrap = (items: readonly unknown[]): unknown => {
    const rendered = items.map((item) => answer.render(item));
    return answer.under === undefined ? rendered : { total_count: answer.items.length, ...answer.more, [answer.under]: rendered };
  };
  const linkTo = (changes: Readonly<Record<string, string>>, rel: string): string => {
    const target = new URL(url);
    for (const [name, value] of Object.entries(changes)) target.searchParams.set(name, value);
    return `<${target.href}>; rel="${rel}"`;
  };
  if (answer.cursor) {
    const begin = Number(/^v1_(\d+)$/.exec(url.searchParams.get('cursor') ?? '')?.[1] ?? 0);
    const from = begin === 0 ? 0 : answer.items.findIndex((item) => (item as { id: number }).id === begin);
    const start = from < 0 ? answer.items.length : from;
    const next = answer.items[start + size] as { id: number } | undefined;
    return { body: wrap(answer.items.slice(start, start + size)), link: next && linkTo({ cursor: `v1_${String(next.id)}` }, 'next') };
  }
  const at = Math.max(1, Number(url.searchParams.get('page') ?? 1) || 1);
  const last = Math.max(1, Math.ceil(answer.items.length / size));
  const links: string[] = [];
  if (at > 1) links.push(linkTo({ page: String(at - 1) }, 'prev'));
  if (at < last) links.push(linkTo({ page: String(at + 1) }, 'next'), linkTo({ page: String(last) }, 'last'));
  if (at > 1) links.push(linkTo({ page: '1' }, 'first'));
  return { body: wrap(answer.items.slice((at - 1) * size, at * size)), link: links.length ? links.join(', ') : undefined };
}

function write(call: ApiCall, answer: Answer): { status: number; headers: Record<string, string>; body: string } {
  const type = 'application/json; charset=utf-8';
  switch (answer.kind) {
    case 'json': return { status: answer.status, headers: { 'content-type': type, ...answer.headers }, body: JSON.stringify(answer.body) };
    case 'text': return { status: answer.status, headers: { 'content-type': answer.type }, body: answer.body };
    case 'empty': return { status: answer.status, headers: { ...answer.headers }, body: '' };
    case 'list': {
      const { body, link } = page(call, answer);
      return { status: 200, headers: { 'content-type': type, ...(link === undefined ? {} : { link }) }, body: JSON.stringify(body) };
    }
  }
}

function failure(err: unknown): { status: number; headers: Record<string, string>; body: string } {
  const known = err instanceof ApiError ? err : new ApiError(500, err instanceof Error ? `Server Error: ${err.stack ?? err.message}` : 'Server Error');
  return {
    status: known.status, headers: { 'content-type': 'application/json; charset=utf-8', ...known.headers },
    body: JSON.stringify({ message: known.message, ...known.extra, documentation_url: known.extra.documentation_url ?? docs, status: String(known.status) }),
  };
}

/** The repository of a path, or where it has moved to. */
function locate({ hub }: Parts, who: Who, call: ApiCall, params: Readonly<Record<string, string>>): Repo | Answer {
  const { owner = '', repo: name = '' } = params;
  const repo = findRepo(hub, owner, name);
  if (repo) {
    if (!canSee(hub.state, who, repo)) throw notFound();
    return repo;
  }
  const moved = hub.state.repos.get(hub.state.renamed.get(key(`${owner}/${name}`)) ?? -1);
  if (!moved || !canSee(hub.state, who, moved)) throw notFound();
  const url = `${hub.urls.api}${call.path.replace(/^\/repos\/[^/]+\/[^/]+/, `/repositories/${String(moved.id)}`)}${call.url.search}`;
  return { kind: 'json', status: call.method === 'GET' ? 301 : 307, body: { message: call.method === 'GET' ? 'Moved Permanently' : 'Temporary Redirect', url, documentation_url: docs }, headers: { location: url } };
}

async function run(parts: Parts, call: ApiCall, who: Who, found: ReturnType<typeof findRoute>): Promise<Answer> {
  if (!found) throw notFound();
  let body: unknown;
  try { body = call.body === '' ? undefined : (JSON.parse(call.body) as unknown); } catch { throw new ApiError(400, 'Problems parsing JSON'); }
  const { route, params } = found;
  const ask = { ...parts, who, params, query: call.url.searchParams, accept: call.headers.get('accept') ?? '', body };
  if (route.about === 'any') {
    admit(parts, who, { route, params, repo: undefined });
    return route.handle(ask);
  }
  const repo = locate(parts, who, call, params);
  if ('kind' in repo) return repo;
  admit(parts, who, { route, params, repo });
  if (repo.archived && call.method !== 'GET' && route.path !== '/repos/:owner/:repo') throw new ApiError(403, 'Repository was archived so is read-only.');
  return route.handle({ ...ask, repo });
}

const lost: ApiAnswer = { status: 502, headers: { 'content-type': 'text/html' }, body: '<html><body><h1>502 Bad Gateway</h1></body></html>' };

export interface Wrapped { readonly answer: ApiAnswer; readonly who: Who }

/** Everything around a call: delay, faults, who calls, rate limit, log. GraphQL goes through it as well. */
export async function callApi(parts: Parts, call: ApiCall, { resource, template, latencyMs, work }: {
  readonly resource: Resource; readonly template: string; readonly latencyMs: number;
  /** Does the thing; `points` is what it costs beyond the usual 1. */
  work(who: Who): Promise<ApiAnswer>;
}): Promise<ApiAnswer> {
  const { hub, rates, faults } = parts;
  const begin = performance.now();
  const requestId = randomUUID();
  const authorization = call.headers.get('authorization') ?? undefined;
  const wait = latencyMs + (faults.current.delayMs ?? 0);
  if (wait > 0) await new Promise((resolve) => { setTimeout(resolve, wait); });
  let who: Who = { kind: 'anonymous', login: 'anonymous' };
  let answer: ApiAnswer;
  let counted = false;
  const free = template === '/rate_limit' || template.startsWith('/app');
  const fault = faults.fails({ method: call.method, path: call.path });
  try {
    who = { ...whoCalls(hub, authorization), requestId };
    if (fault && fault.when !== 'after') answer = broken(fault);
    else {
      if (!free) rates.check(who, resource);
      answer = await work(who);
      counted = !free && answer.status !== 304;
      if (fault) answer = broken(fault);
    }
  } catch (err) {
    answer = failure(err);
    counted = who.kind !== 'anonymous' && !(answer.headers['x-ratelimit-remaining'] === '0');
  }
  if (call.method === 'GET' && answer.status === 200) answer = conditional(call, answer, authorization);
  if (answer.status === 304) counted = false;
  if (counted) rates.spend(who, resource);
  const ms = Math.round((performance.now() - begin) * 10) / 10;
  hub.state.calls.push({
    at: new Date(hub.now()).toISOString(), method: call.method, route: template, path: `${call.path}${call.url.search}`, who: who.login, requestId, status: answer.status, ms, counted, resource,
    userAgent: call.headers.get('user-agent') ?? '',
  });
  return {
    ...answer,
    headers: {
      date: new Date(hub.now()).toUTCString(), 'x-github-request-id': requestId, 'x-github-media-type': 'github.v3; format=json', 'x-github-api-version-selected': '2022-11-28',
      ...rates.headers(who, resource), ...(who.kind === 'user' ? { 'x-oauth-scopes': 'repo, admin:org, admin:repo_hook, admin:org_hook', 'x-accepted-oauth-scopes': '' } : {}), ...answer.headers,
    },
  };
}

function broken({ status, retryAfter = 1 }: { status: 502 | 403; retryAfter?: number }): ApiAnswer {
  if (status === 502) return lost;
  return failure(new ApiError(403, 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.', {}, { 'retry-after': String(retryAfter) }));
}

function conditional(call: ApiCall, answer: ApiAnswer, authorization: string | undefined): ApiAnswer {
  const mark = createHash('sha256').update(`${tokenMark(authorization)}\n${call.headers.get('accept') ?? ''}\n${answer.headers.link ?? ''}\n${answer.body}`).digest('hex');
  const etag = `W/"${mark}"`;
  const headers = { ...answer.headers, etag, 'cache-control': `${authorization === undefined ? 'public' : 'private'}, max-age=60, s-maxage=60`, 'vary': 'Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding' };
  const known = (call.headers.get('if-none-match') ?? '').split(',').map((one) => one.trim());
  const same = known.some((one) => one.replace(/^W\//, '') === etag.replace(/^W\//, ''));
  if (!same) return { ...answer, headers };
  return { status: 304, headers: Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'content-type')), body: '' };
}

/** Answers a REST call. */
export function callRest(parts: Parts, routes: readonly Compiled[], call: ApiCall, latencyMs: number): Promise<ApiAnswer> {
  const found = findRoute(routes, call.method, unmoved(parts, call.path));
  const resource = found?.route.resource ?? 'core';
  return callApi(parts, call, { resource, template: found?.route.path ?? call.path, latencyMs, work: async (who) => write(call, await run(parts, call, who, found)) });
}

/** `/repositories/ID/…` stands for `/repos/OWNER/NAME/…`. */
function unmoved({ hub }: Parts, path: string): string {
  return path.replace(/^\/repositories\/(\d+)/, (whole, id: string) => {
    const repo = hub.state.repos.get(Number(id));
    return repo ? `/repos/${fullName(repo)}` : whole;
  });
}
