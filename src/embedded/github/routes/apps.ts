import { createInstallationToken, expiry } from '../auth.js';
import { findAccount, getAccount, key, notFound } from '../hub.js';
import { covers } from '../permissions.js';
import { renderApp, renderInstallation, renderUser } from '../render/accounts.js';
import { renderRepo, renderRepoFull } from '../render/repo.js';
import type { App, Installation } from '../state/people.js';
import { empty, fields, json, list, number, repoRoute, route, type Ask, type Route } from './route.js';

const jwt = { kind: 'jwt' } as const;
const anybody = { kind: 'public' } as const;

function ownApp({ hub, who }: Ask): App {
  const app = who.kind === 'app' ? hub.state.apps.get(who.appId) : undefined;
  if (!app) throw notFound();
  return app;
}

function installationOn(ask: Ask, login: string): Installation {
  const app = ownApp(ask);
  const found = [...ask.hub.state.installations.values()].find((one) => one.appId === app.id && key(one.account) === key(login));
  if (!found) throw notFound();
  return found;
}

function ownInstallation(ask: Ask): Installation {
  const found = ask.hub.state.installations.get(number(ask.params.id));
  if (!found || found.appId !== ownApp(ask).id) throw notFound();
  return found;
}

export const appRoutes: readonly Route[] = [
  route('GET', '/app', jwt, (ask) => {
    const app = ownApp(ask);
    return json({ ...renderApp(ask.hub, app), installations_count: [...ask.hub.state.installations.values()].filter(({ appId }) => appId === app.id).length });
  }),
  route('GET', '/app/installations', jwt, (ask) => {
    const app = ownApp(ask);
    return list([...ask.hub.state.installations.values()].filter(({ appId }) => appId === app.id), (one) => renderInstallation(ask.hub, one));
  }),
  route('GET', '/app/installations/:id', jwt, (ask) => json(renderInstallation(ask.hub, ownInstallation(ask)))),
  route('POST', '/app/installations/:id/access_tokens', jwt, (ask) => {
    const body = fields(ask.body);
    const repositories = body.texts('repositories');
    const ids = body.raw.repository_ids;
    const permissions = body.object('permissions')?.raw as Readonly<Record<string, string>> | undefined;
    const token = createInstallationToken(ask.hub, ownInstallation(ask), {
      ...(repositories ? { repositories } : {}), ...(Array.isArray(ids) ? { repository_ids: ids.map(Number) } : {}), ...(permissions ? { permissions } : {}),
    });
    const some = token.repositoryIds?.flatMap((id) => { const repo = ask.hub.state.repos.get(id); return repo ? [renderRepo(ask.hub, repo)] : []; });
    return json({ token: token.value, expires_at: expiry(token), permissions: token.permissions, repository_selection: some ? 'selected' : 'all', ...(some ? { repositories: some } : {}) }, 201);
  }),
  route('DELETE', '/installation/token', { kind: 'anyOf', needs: [] }, (ask) => {
    if (ask.who.kind === 'installation' && ask.who.token) ask.hub.state.tokens.delete(ask.who.token);
    return empty();
  }),
  route('GET', '/installation/repositories', { kind: 'anyOf', needs: [] }, (ask) => {
    const { hub, who } = ask;
    const repos = who.kind === 'installation' ? [...hub.state.repos.values()].filter((repo) => covers(hub.state, who, repo)) : [];
    return list(repos, (repo) => renderRepoFull(hub, repo, who.login), { under: 'repositories', more: { repository_selection: 'all' } });
  }),
  route('GET', '/orgs/:org/installation', jwt, (ask) => {
    if (!ask.hub.state.orgs.has(key(ask.params.org ?? ''))) throw notFound();
    return json(renderInstallation(ask.hub, installationOn(ask, ask.params.org ?? '')));
  }),
  route('GET', '/users/:user/installation', jwt, (ask) => json(renderInstallation(ask.hub, installationOn(ask, ask.params.user ?? '')))),
  repoRoute('GET', '/installation', { access: jwt }, (ask) => json(renderInstallation(ask.hub, installationOn(ask, ask.repo.owner)))),
  route('GET', '/apps/:slug', anybody, (ask) => {
    const app = [...ask.hub.state.apps.values()].find(({ slug }) => slug === ask.params.slug);
    if (!app) throw notFound();
    return json(renderApp(ask.hub, app));
  }),
  route('GET', '/rate_limit', anybody, ({ rates, who }) => {
    const resources = Object.fromEntries((['core', 'search', 'graphql'] as const).map((name) => [name, rates.view(who, name)]));
    return json({ resources, rate: rates.view(who, 'core') });
  }),
  route('GET', '/user', { kind: 'user' }, ({ hub, who }) => json(renderUser(hub, who.login))),
  route('GET', '/users/:user', anybody, ({ hub, params }) => json(renderUser(hub, getAccount(hub, params.user ?? '').login))),
  route('GET', '/users/:user/repos', anybody, ({ hub, params }) => {
    const owner = findAccount(hub, params.user ?? '');
    if (!owner) throw notFound();
    return list([...hub.state.repos.values()].filter((repo) => key(repo.owner) === key(owner.login) && !repo.private), (repo) => renderRepo(hub, repo));
  }),
];
