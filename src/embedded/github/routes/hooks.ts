import { invalid, key, newId, notFound, nowIso, record, type Hub } from '../hub.js';
import { hookUrl, renderDelivery, renderDeliveryFull, renderHook, renderHookConfig } from '../render/hook.js';
import type { Delivery, Hook } from '../state.js';
import { empty, fields, json, list, need, number, repoRoute, route, type Answer, type Ask, type RepoAsk, type Route } from './route.js';

type HookFinder<A extends Ask> = (ask: A) => Hook;

const matching = ({ query }: Ask, { statusCode }: Delivery): boolean => {
  const status = query.get('status');
  return !status || (statusCode >= 200 && statusCode < 400) === (status === 'success');
};

/** Newest first. Deliveries under way are not listed yet. */
const deliveriesOf = (ask: Ask, hook: Hook): readonly Delivery[] => ask.hub.state.deliveries.filter((one) => one.hookId === hook.id && one.statusCode !== 0 && matching(ask, one)).reverse();

function deliveryOf({ hub, params }: Ask, hook: Hook): Delivery {
  const found = hub.state.deliveries.find((one) => one.id === number(params.delivery) && one.hookId === hook.id);
  if (!found) throw notFound();
  return found;
}

function shared<A extends Ask>(find: HookFinder<A>): { list: (ask: A) => Answer; get: (ask: A) => Answer; again: (ask: A) => Answer } {
  return {
    list: (ask) => list(deliveriesOf(ask, find(ask)), renderDelivery, { cursor: true }),
    get: (ask) => json(renderDeliveryFull(ask.hub, deliveryOf(ask, find(ask)))),
    again: (ask) => {
      ask.sender.redeliver(deliveryOf(ask, find(ask)));
      return json({}, 202);
    },
  };
}

const appHook: HookFinder<Ask> = ({ hub, who }) => {
  const hook = who.kind === 'app' ? [...hub.state.hooks.values()].find(({ target }) => target.kind === 'app' && target.appId === who.appId) : undefined;
  if (!hook) throw notFound();
  return hook;
};
const repoHook: HookFinder<RepoAsk> = ({ hub, repo, params }) => {
  const hook = hub.state.hooks.get(number(params.id));
  if (hook?.target.kind !== 'repo' || hook.target.repoId !== repo.id) throw notFound();
  return hook;
};

/** Organisation hooks are for its owners. */
function ownersOnly({ hub, who, params }: Ask): string {
  const org = hub.state.orgs.get(key(params.org ?? ''));
  if (!org || (who.kind === 'user' && org.members.get(key(who.login)) !== 'admin')) throw notFound();
  return org.account.login;
}
const orgHook: HookFinder<Ask> = (ask) => {
  const login = ownersOnly(ask);
  const hook = ask.hub.state.hooks.get(number(ask.params.id));
  if (hook?.target.kind !== 'org' || key(hook.target.login) !== key(login)) throw notFound();
  return hook;
};

function configure(hook: Hook, body: unknown, { hub }: { hub: Hub }): void {
  const wish = fields(body);
  const config = wish.object('config') ?? fields({});
  hook.url = config.text('url') ?? hook.url;
  const secret = config.text('secret');
  if (secret !== undefined) hook.secret = secret;
  hook.active = wish.flag('active') ?? hook.active;
  hook.events = wish.texts('events') ?? hook.events;
  const more = wish.texts('add_events') ?? [];
  const less = wish.texts('remove_events') ?? [];
  hook.events = [...new Set([...hook.events, ...more])].filter((one) => !less.includes(one));
  hook.updatedAt = nowIso(hub);
}

function addHook(ask: Ask, target: Hook['target']): Answer {
  const { hub } = ask;
  const hook: Hook = { id: newId(hub), target, url: null, secret: null, events: ['push'], active: true, createdAt: nowIso(hub), updatedAt: nowIso(hub) };
  configure(hook, ask.body, ask);
  if (!hook.url) throw invalid([{ resource: 'Hook', code: 'custom', field: 'url', message: 'url cannot be blank' }]);
  if ([...hub.state.hooks.values()].some((one) => one.url === hook.url && JSON.stringify(one.target) === JSON.stringify(target))) throw invalid([{ resource: 'Hook', code: 'custom', field: 'base', message: 'Hook already exists on this repository' }]);
  hub.state.hooks.set(hook.id, hook);
  record(hub, ask.who, { kind: 'hook.create', target: hookUrl(hub, hook), detail: { url: hook.url } });
  ask.sender.ping(hook);
  return json(renderHook(hub, hook), 201);
}

function crud<A extends Ask>(find: HookFinder<A>): { get: (ask: A) => Answer; edit: (ask: A) => Answer; remove: (ask: A) => Answer; ping: (ask: A) => Answer } {
  return {
    get: (ask) => json(renderHook(ask.hub, find(ask))),
    edit: (ask) => { const hook = find(ask); configure(hook, ask.body, ask); return json(renderHook(ask.hub, hook)); },
    remove: (ask) => { ask.hub.state.hooks.delete(find(ask).id); return empty(); },
    ping: (ask) => { ask.sender.ping(find(ask)); return empty(); },
  };
}

const app = shared(appHook);
const repo = { ...shared(repoHook), crud: crud(repoHook) };
const org = { ...shared(orgHook), crud: crud(orgHook) };
const jwt = { kind: 'jwt' } as const;
const repoRead = { access: need('repository_hooks=read'), right: 'admin' } as const;
const repoWrite = { access: need('repository_hooks=write'), right: 'admin' } as const;
const orgRead = need('organization_hooks=read');
const orgWrite = need('organization_hooks=write');

export const hookRoutes: readonly Route[] = [
  route('GET', '/app/hook/config', jwt, (ask) => json(renderHookConfig(appHook(ask)))),
  route('PATCH', '/app/hook/config', jwt, (ask) => {
    const hook = appHook(ask);
    configure(hook, { config: ask.body }, ask);
    return json(renderHookConfig(hook));
  }),
  route('GET', '/app/hook/deliveries', jwt, app.list),
  route('GET', '/app/hook/deliveries/:delivery', jwt, app.get),
  route('POST', '/app/hook/deliveries/:delivery/attempts', jwt, app.again),
  repoRoute('GET', '/hooks', repoRead, (ask) => list([...ask.hub.state.hooks.values()].filter(({ target }) => target.kind === 'repo' && target.repoId === ask.repo.id), (hook) => renderHook(ask.hub, hook))),
  repoRoute('POST', '/hooks', repoWrite, (ask) => addHook(ask, { kind: 'repo', repoId: ask.repo.id })),
  repoRoute('GET', '/hooks/:id', repoRead, repo.crud.get),
  repoRoute('PATCH', '/hooks/:id', repoWrite, repo.crud.edit),
  repoRoute('DELETE', '/hooks/:id', repoWrite, repo.crud.remove),
  repoRoute('POST', '/hooks/:id/pings', repoWrite, repo.crud.ping),
  repoRoute('GET', '/hooks/:id/deliveries', repoRead, repo.list),
  repoRoute('GET', '/hooks/:id/deliveries/:delivery', repoRead, repo.get),
  repoRoute('POST', '/hooks/:id/deliveries/:delivery/attempts', repoWrite, repo.again),
  route('GET', '/orgs/:org/hooks', orgRead, (ask) => {
    const login = ownersOnly(ask);
    return list([...ask.hub.state.hooks.values()].filter(({ target }) => target.kind === 'org' && key(target.login) === key(login)), (hook) => renderHook(ask.hub, hook));
  }),
  route('POST', '/orgs/:org/hooks', orgWrite, (ask) => addHook(ask, { kind: 'org', login: ownersOnly(ask) })),
  route('GET', '/orgs/:org/hooks/:id', orgRead, org.crud.get),
  route('PATCH', '/orgs/:org/hooks/:id', orgWrite, org.crud.edit),
  route('DELETE', '/orgs/:org/hooks/:id', orgWrite, org.crud.remove),
  route('POST', '/orgs/:org/hooks/:id/pings', orgWrite, org.crud.ping),
  route('GET', '/orgs/:org/hooks/:id/deliveries', orgRead, org.list),
  route('GET', '/orgs/:org/hooks/:id/deliveries/:delivery', orgRead, org.get),
  route('POST', '/orgs/:org/hooks/:id/deliveries/:delivery/attempts', orgWrite, org.again),
];
