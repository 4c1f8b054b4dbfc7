import { Hono, type Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { Child } from 'hono/jsx';
import { streamSSE } from 'hono/streaming';
import { ApiError, findRepo, fullName, isPull, key, type Hub, type PullIssue } from '../hub.js';
import { GitError } from '../git.js';
import { createComment } from '../mutate/comments.js';
import { openPull } from '../mutate/pulls.js';
import { forkRepo } from '../mutate/repos.js';
import { atLeast, permissionOf } from '../permissions.js';
import type { Who } from '../state/people.js';
import type { Repo } from '../state.js';
import { pushFiles } from '../world.js';
import { CSS, JS } from './assets.js';
import { CommentForm, Frame, OpenForm, PushForm } from './forms.js';
import { PullList, PullPart } from './pull.js';

const PEOPLE_HIDDEN: ReadonlySet<string> = new Set(['ghost', 'web-flow']);
const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

/** Why a request is none of a person in front of this page; undefined when all is well. */
function foreign(c: Context): Response | undefined {
  const host = c.req.header('host') ?? '';
  if (!LOOPBACK.test(host)) return c.text('These pages answer only for 127.0.0.1 and localhost.\n', 421);
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return undefined;
  const origin = c.req.header('origin');
  const site = c.req.header('sec-fetch-site');
  if ((origin !== undefined && origin !== `http://${host}`) || (site !== undefined && site !== 'same-origin' && site !== 'none')) return c.text('Forms of other sites are refused.\n', 403);
  return undefined;
}

/** Pages for people: no sign-in, whoever sits at this machine acts as anybody. They live beside the API, on paths that it does not have. */
export function createPages(hub: Hub): Hono {
  const app = new Hono();
  const people = (): readonly string[] => [...hub.state.accounts.values()].filter(({ type, login }) => type === 'User' && !PEOPLE_HIDDEN.has(login)).map(({ login }) => login).sort();
  const me = (c: Context): string => {
    const wanted = getCookie(c, 'as');
    return people().find((login) => login === wanted) ?? people()[0] ?? 'ghost';
  };
  const page = (c: Context, title: string, content: Child) => c.html(<Frame title={title} people={people()} me={me(c)} here={c.req.path}>{content}</Frame>, 200, {
    'Cache-Control': 'no-store', 'Content-Security-Policy': "default-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'", 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'same-origin',
  });
  const repoOf = (c: Context): Repo | undefined => findRepo(hub, c.req.param('owner') ?? '', c.req.param('repo') ?? '');
  const pullOf = (c: Context): { repo: Repo; issue: PullIssue } | undefined => {
    const repo = repoOf(c);
    const issue = repo?.issues.get(Number(c.req.param('number')));
    return repo && issue && isPull(issue) ? { repo, issue } : undefined;
  };
  const field = (form: Readonly<Record<string, unknown>>, name: string): string => { const value = form[name]; return typeof value === 'string' ? value.replaceAll('\r\n', '\n') : ''; };
  /** Does what a form asks for; a refusal is told in its own words. */
  const acting = async (c: Context, act: (form: Readonly<Record<string, unknown>>, who: Who) => Promise<string>): Promise<Response> => {
    const refused = foreign(c);
    if (refused) return refused;
    try {
      return c.redirect(await act(await c.req.parseBody(), { kind: 'user', login: me(c) }), 303);
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof GitError)) throw error;
      return c.text(`${error.message}\n`, 422);
    }
  };
  const needWrite = (repo: Repo, who: Who): void => {
    if (!atLeast(permissionOf(hub.state, repo, who.login), 'write')) throw new ApiError(403, `${who.login} may not push to ${fullName(repo)}`);
  };

  app.get('/-/pages.css', (c) => c.body(CSS, 200, { 'Content-Type': 'text/css; charset=utf-8' }));
  app.get('/-/pages.js', (c) => c.body(JS, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }));
  app.get('/-/live', (c) => foreign(c) ?? streamSSE(c, async (stream) => {
    let told: NodeJS.Timeout | undefined;
    const observe = (): void => { told ??= setTimeout(() => { told = undefined; void stream.writeSSE({ data: 'news' }); }, 100); };
    hub.observers.add(observe);
    await stream.writeln(': hello\n');
    await new Promise<void>((resolve) => { stream.onAbort(resolve); });
    hub.observers.delete(observe);
    clearTimeout(told);
  }));
  app.post('/-/as', (c) => acting(c, async (form) => {
    setCookie(c, 'as', field(form, 'login'), { path: '/', sameSite: 'Strict', httpOnly: true });
    const to = field(form, 'to');
    return to.startsWith('/') && !to.startsWith('//') ? to : '/-/';
  }));
  app.get('/-/', (c) => foreign(c) ?? page(c, 'Embedded GitHub', (
    <>
      <h1>Repositories</h1>
      <ul class="list card">{[...hub.state.repos.values()].map((repo) => <li><a href={`/${fullName(repo)}/pulls`}>{fullName(repo)}</a> <span class="by">{repo.description}</span></li>)}</ul>
    </>
  )));

  app.get('/:owner/:repo/pulls', async (c, next) => {
    const repo = repoOf(c);
    if (!repo) return next();
    return foreign(c) ?? page(c, fullName(repo), (
      <>
        <h1>{fullName(repo)}</h1>
        <p class="small"><code>git clone {hub.urls.git}/{fullName(repo)}.git</code></p>
        <div data-live={`/${fullName(repo)}/pulls/-/part`}><PullList repo={repo} /></div>
        <OpenForm repo={repo} me={me(c)} />
      </>
    ));
  });
  app.get('/:owner/:repo/pulls/-/part', async (c, next) => { const repo = repoOf(c); return repo ? (foreign(c) ?? c.html(<PullList repo={repo} />)) : next(); });
  app.post('/:owner/:repo/-/open', async (c, next) => {
    const repo = repoOf(c);
    if (!repo) return next();
    return acting(c, async (form, who) => {
      const mine = atLeast(permissionOf(hub.state, repo, who.login), 'write') ? repo : await forkRepo(hub, who, repo, { owner: who.login });
      const [branch, path] = [field(form, 'branch'), field(form, 'path')];
      refuseOdd(branch, path);
      await pushFiles(hub, who, mine, { branch, files: { [path]: field(form, 'content') }, message: field(form, 'title') || 'Change a file' });
      const { number } = await openPull(hub, who, repo, { title: field(form, 'title'), head: `${mine.owner}:${branch}`, base: repo.defaultBranch });
      return `/${fullName(repo)}/pull/${String(number)}`;
    });
  });

  app.get('/:owner/:repo/pull/:number', async (c, next) => {
    const found = pullOf(c);
    if (!found) return next();
    const { repo, issue } = found;
    return foreign(c) ?? page(c, `${issue.title} · #${String(issue.number)}`, (
      <>
        <p class="small"><a href={`/${fullName(repo)}/pulls`}>{fullName(repo)}</a></p>
        <h1>{issue.title} <span class="by">#{issue.number}</span></h1>
        <div data-live={`/${fullName(repo)}/pull/${String(issue.number)}/-/part`}><PullPart repo={repo} issue={issue} /></div>
        <CommentForm repo={repo} number={issue.number} me={me(c)} />
        {issue.state === 'open' ? <PushForm repo={repo} issue={issue} /> : null}
      </>
    ));
  });
  app.get('/:owner/:repo/pull/:number/-/part', async (c, next) => { const found = pullOf(c); return found ? (foreign(c) ?? c.html(<PullPart {...found} />)) : next(); });
  app.post('/:owner/:repo/pull/:number/-/comment', async (c, next) => {
    const found = pullOf(c);
    if (!found) return next();
    return acting(c, async (form, who) => {
      const { id } = createComment(hub, who, found.repo, found.issue, field(form, 'body'));
      return `/${fullName(found.repo)}/pull/${String(found.issue.number)}#issuecomment-${String(id)}`;
    });
  });
  app.post('/:owner/:repo/pull/:number/-/push', async (c, next) => {
    const found = pullOf(c);
    if (!found) return next();
    return acting(c, async (form, who) => {
      const { head } = found.issue.pull;
      const from = hub.state.repos.get(head.repoId);
      if (!from) throw new ApiError(422, 'The head repository is gone');
      if (key(who.login) !== key(found.issue.user) || key(from.owner) !== key(who.login)) needWrite(from, who);
      const path = field(form, 'path');
      refuseOdd(head.ref, path);
      await pushFiles(hub, who, from, { branch: head.ref, files: { [path]: field(form, 'content') }, message: `Change ${path}` });
      return `/${fullName(found.repo)}/pull/${String(found.issue.number)}`;
    });
  });
  return app;
}

/** git reads these as parts of a stream of commands: nothing but plain names gets there. */
function refuseOdd(branch: string, path: string): void {
  if (!/^[A-Za-z0-9][\w.-]*(?:\/[\w-][\w.-]*)*$/.test(branch) || branch.includes('..') || branch.endsWith('.lock')) throw new ApiError(422, `${JSON.stringify(branch)} is no name of a branch`);
  if (!/^[\w.@+-]+(?:\/[\w.@+-]+)*$/.test(path) || path.split('/').some((part) => part === '.' || part === '..' || part.toLowerCase() === '.git')) throw new ApiError(422, `${JSON.stringify(path)} is no path of a file`);
}
