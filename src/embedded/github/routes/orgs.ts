import { ApiError, findAccount, findRepo, key, notFound } from '../hub.js';
import { addTeam, setMember, setTeamMember, setTeamRepo } from '../mutate/orgs.js';
import { canSee, inTeam } from '../permissions.js';
import { renderAccount, renderInstallation, renderOrg, renderOrgShort, renderTeam, renderTeamFull } from '../render/accounts.js';
import { renderRepo, renderRights } from '../render/repo.js';
import type { Org, Team } from '../state/people.js';
import { permissionIn } from './repos.js';
import { empty, fields, json, list, need, required, route, type Ask, type Route } from './route.js';

const members = need('members=read');
const manage = need('members=write');
const admin = need('organization_administration=write');

function orgOf({ hub, params }: Ask): Org {
  const org = hub.state.orgs.get(key(params.org ?? ''));
  if (!org) throw notFound();
  return org;
}

/** Organisations are changed by their owners and by Apps that may. */
function ownOrg(ask: Ask): Org {
  const org = orgOf(ask);
  if (ask.who.kind === 'user' && org.members.get(key(ask.who.login)) !== 'admin') throw new ApiError(403, 'You must be an organization owner to do that.');
  return org;
}

/** Members see members; strangers do not. */
function seen(ask: Ask): Org {
  const org = orgOf(ask);
  const { who } = ask;
  const inside = who.kind === 'installation' ? key(ask.hub.state.installations.get(who.installationId)?.account ?? '') === key(org.account.login) : org.members.has(key(who.login));
  if (!inside) throw notFound();
  return org;
}

function teamOf(ask: Ask, org = seen(ask)): { org: Org; team: Team } {
  const team = org.teams.get(key(ask.params.team ?? ''));
  if (!team) throw notFound();
  return { org, team };
}

const loginOf = (ask: Ask): string => {
  const account = findAccount(ask.hub, ask.params.user ?? '');
  if (!account) throw notFound();
  return account.login;
};

function everyoneIn(ask: Ask, org: Org, team: Team): readonly string[] {
  const role = ask.query.get('role') ?? 'all';
  const below = role === 'all' ? [...org.members.keys()].filter((login) => inTeam(org, team.slug, login)) : [];
  const own = [...team.members].filter(([, as]) => role === 'all' || as === role).map(([login]) => login);
  return [...new Set([...own, ...below])];
}

function membershipIn(ask: Ask, org: Org, team: Team, login: string): unknown {
  const role = org.members.get(key(login)) === 'admin' && team.members.has(key(login)) ? 'maintainer' : (team.members.get(key(login)) ?? 'member');
  return { url: `${ask.urls.api}/organizations/${String(org.account.id)}/team/${String(team.id)}/memberships/${login}`, role, state: 'active' };
}

function orgMembership(ask: Ask, org: Org, login: string): unknown {
  return {
    url: `${ask.urls.api}/orgs/${org.account.login}/memberships/${login}`, state: 'active', role: org.members.get(key(login)) ?? 'member', organization_url: `${ask.urls.api}/orgs/${org.account.login}`,
    organization: renderOrgShort(ask.hub, org), user: renderAccount(ask.hub, login), permissions: { can_create_repository: false },
  };
}

export const orgRoutes: readonly Route[] = [
  route('GET', '/orgs/:org', { kind: 'public' }, (ask) => json(renderOrg(ask.hub, orgOf(ask)))),
  route('PATCH', '/orgs/:org', admin, (ask) => {
    const org = ownOrg(ask);
    const body = fields(ask.body);
    org.description = body.maybe('description') ?? org.description;
    org.account.name = body.maybe('name') ?? org.account.name;
    if (body.has('default_repository_permission')) org.defaultPermission = body.text('default_repository_permission') === 'none' ? 'none' : permissionIn(fields({ permission: body.text('default_repository_permission') }), 'read');
    return json(renderOrg(ask.hub, org));
  }),
  route('GET', '/orgs/:org/members', members, (ask) => {
    const role = ask.query.get('role') ?? 'all';
    return list([...seen(ask).members].filter(([, as]) => role === 'all' || as === role), ([login]) => renderAccount(ask.hub, login));
  }),
  route('GET', '/orgs/:org/members/:user', members, (ask) => {
    if (!seen(ask).members.has(key(ask.params.user ?? ''))) throw notFound();
    return empty();
  }),
  route('DELETE', '/orgs/:org/members/:user', manage, (ask) => {
    setMember(ask.hub, ask.who, ownOrg(ask), loginOf(ask), null);
    return empty();
  }),
  route('GET', '/orgs/:org/memberships/:user', members, (ask) => {
    const org = seen(ask);
    if (!org.members.has(key(ask.params.user ?? ''))) throw notFound();
    return json(orgMembership(ask, org, loginOf(ask)));
  }),
  route('PUT', '/orgs/:org/memberships/:user', manage, (ask) => {
    const org = ownOrg(ask);
    const login = loginOf(ask);
    setMember(ask.hub, ask.who, org, login, fields(ask.body).text('role') === 'admin' ? 'admin' : 'member');
    return json(orgMembership(ask, org, login));
  }),
  route('DELETE', '/orgs/:org/memberships/:user', manage, (ask) => {
    setMember(ask.hub, ask.who, ownOrg(ask), loginOf(ask), null);
    return empty();
  }),
  // Invitations are taken at once here, so none is ever open.
  route('GET', '/orgs/:org/invitations', members, (ask) => { seen(ask); return list([], (one) => one); }),
  route('GET', '/orgs/:org/failed_invitations', members, (ask) => { seen(ask); return list([], (one) => one); }),
  route('GET', '/orgs/:org/installations', need('organization_administration=read'), (ask) => {
    const org = ownOrg(ask);
    return list([...ask.hub.state.installations.values()].filter(({ account }) => key(account) === key(org.account.login)), (one) => renderInstallation(ask.hub, one), { under: 'installations' });
  }),
  route('GET', '/orgs/:org/teams', members, (ask) => { const org = seen(ask); return list([...org.teams.values()], (team) => renderTeam(ask.hub, org, team)); }),
  route('POST', '/orgs/:org/teams', manage, (ask) => {
    const org = ownOrg(ask);
    const body = fields(ask.body);
    const parent = [...org.teams.values()].find(({ id }) => id === body.number('parent_team_id'))?.slug ?? null;
    const team = addTeam(ask.hub, ask.who, org, { name: required('Team', 'name', body.text('name')), description: body.maybe('description') ?? null, privacy: body.text('privacy') === 'secret' ? 'secret' : 'closed', parent });
    return json(renderTeamFull(ask.hub, org, team), 201);
  }),
  route('GET', '/orgs/:org/teams/:team', members, (ask) => { const { org, team } = teamOf(ask); return json(renderTeamFull(ask.hub, org, team)); }),
  route('PATCH', '/orgs/:org/teams/:team', manage, (ask) => {
    const { org, team } = teamOf(ask, ownOrg(ask));
    const body = fields(ask.body);
    team.name = body.text('name') ?? team.name;
    team.description = body.maybe('description') ?? team.description;
    if (body.has('parent_team_id')) team.parent = [...org.teams.values()].find(({ id }) => id === body.number('parent_team_id'))?.slug ?? null;
    return json(renderTeamFull(ask.hub, org, team));
  }),
  route('DELETE', '/orgs/:org/teams/:team', manage, (ask) => {
    const { org, team } = teamOf(ask, ownOrg(ask));
    org.teams.delete(team.slug);
    return empty();
  }),
  route('GET', '/orgs/:org/teams/:team/members', members, (ask) => { const { org, team } = teamOf(ask); return list(everyoneIn(ask, org, team), (login) => renderAccount(ask.hub, login)); }),
  route('GET', '/orgs/:org/teams/:team/invitations', members, (ask) => { teamOf(ask); return list([], (one) => one); }),
  route('GET', '/orgs/:org/teams/:team/memberships/:user', members, (ask) => {
    const { org, team } = teamOf(ask);
    if (!inTeam(org, team.slug, ask.params.user ?? '')) throw notFound();
    return json(membershipIn(ask, org, team, loginOf(ask)));
  }),
  route('PUT', '/orgs/:org/teams/:team/memberships/:user', manage, (ask) => {
    const { org, team } = teamOf(ask);
    const login = loginOf(ask);
    setTeamMember(ask.hub, ask.who, org, team, login, fields(ask.body).text('role') === 'maintainer' ? 'maintainer' : 'member');
    return json(membershipIn(ask, org, team, login));
  }),
  route('DELETE', '/orgs/:org/teams/:team/memberships/:user', manage, (ask) => {
    const { org, team } = teamOf(ask);
    setTeamMember(ask.hub, ask.who, org, team, loginOf(ask), null);
    return empty();
  }),
  route('GET', '/orgs/:org/teams/:team/repos', members, (ask) => {
    const { team } = teamOf(ask);
    const granted = [...team.repos].flatMap(([id, permission]) => { const repo = ask.hub.state.repos.get(id); return repo && canSee(ask.hub.state, ask.who, repo) ? [{ repo, permission }] : []; });
    return list(granted, ({ repo, permission }) => ({ ...renderRepo(ask.hub, repo), permissions: renderRights(permission), role_name: permission }));
  }),
  route('PUT', '/orgs/:org/teams/:team/repos/:owner/:repo', manage, (ask) => {
    const { org, team } = teamOf(ask, ownOrg(ask));
    const repo = findRepo(ask.hub, ask.params.owner ?? '', ask.params.repo ?? '');
    if (!repo) throw notFound();
    setTeamRepo(ask.hub, ask.who, org, team, repo.id, permissionIn(fields(ask.body), 'read'));
    return empty();
  }),
  route('DELETE', '/orgs/:org/teams/:team/repos/:owner/:repo', manage, (ask) => {
    const { org, team } = teamOf(ask, ownOrg(ask));
    const repo = findRepo(ask.hub, ask.params.owner ?? '', ask.params.repo ?? '');
    if (repo) setTeamRepo(ask.hub, ask.who, org, team, repo.id, null);
    return empty();
  }),
  route('GET', '/teams/:id/members', members, (ask) => {
    for (const org of ask.hub.state.orgs.values()) {
      const team = [...org.teams.values()].find(({ id }) => String(id) === ask.params.id);
      if (team) return list(everyoneIn(ask, org, team), (login) => renderAccount(ask.hub, login));
    }
    throw notFound();
  }),
];
