import { key, newId, nowIso, record, type Hub } from '../hub.js';
import { renderAccount, renderInstallation, renderOrgShort, renderTeam } from '../render/accounts.js';
import { renderRepoShort } from '../render/repo.js';
import type { Account, AccountType, App, Installation, Org, OrgRole, Permission, Team, Who } from '../state/people.js';

export function addAccount(hub: Hub, login: string, { type = 'User', name = null, email = null }: { type?: AccountType; name?: string | null; email?: string | null } = {}): Account {
  const known = hub.state.accounts.get(key(login));
  if (known) return known;
  const account: Account = { id: newId(hub), login, type, name, email, createdAt: nowIso(hub) };
  hub.state.accounts.set(key(login), account);
  return account;
}

export function addOrg(hub: Hub, login: string, { defaultPermission = 'read' }: { defaultPermission?: Permission } = {}): Org {
  const org: Org = { account: addAccount(hub, login, { type: 'Organization' }), description: null, defaultPermission, members: new Map(), invitations: new Map(), teams: new Map() };
  hub.state.orgs.set(key(login), org);
  return org;
}

const membership = (hub: Hub, org: Org, login: string, role: OrgRole) => ({
  url: `${hub.urls.api}/orgs/${org.account.login}/memberships/${login}`, state: 'active', role, organization_url: `${hub.urls.api}/orgs/${org.account.login}`, user: renderAccount(hub, login),
  organization: renderOrgShort(hub, org),
});

/** Makes somebody a member, changes the role, or with null lets them go. */
export function setMember(hub: Hub, who: Who, org: Org, login: string, role: OrgRole | null): void {
  const had = org.members.get(key(login));
  if (role === null) {
    org.members.delete(key(login));
    for (const team of org.teams.values()) team.members.delete(key(login));
  } else org.members.set(key(login), role);
  record(hub, who, { kind: 'member.set', target: org.account.login, detail: { login, role } });
  if ((had === undefined) === (role === null)) return;
  const action = role === null ? 'member_removed' : 'member_added';
  hub.emit({ event: 'organization', action, sender: who.login, org: org.account.login, payload: { membership: membership(hub, org, login, role ?? had ?? 'member') } });
}

export function addTeam(hub: Hub, who: Who, org: Org, { name, description = null, privacy = 'closed', parent = null }: { name: string; description?: string | null; privacy?: 'closed' | 'secret'; parent?: string | null }): Team {
  const slug = name.toLowerCase().replace(/[^a-z0-9_-]+/g, '-');
  const team: Team = { id: newId(hub), slug, name, description, privacy, parent, members: new Map(), repos: new Map() };
  org.teams.set(slug, team);
  record(hub, who, { kind: 'team.create', target: org.account.login, detail: { slug } });
  hub.emit({ event: 'team', action: 'created', sender: who.login, org: org.account.login, payload: { team: renderTeam(hub, org, team) } });
  return team;
}

export function setTeamMember(hub: Hub, who: Who, org: Org, team: Team, login: string, role: 'member' | 'maintainer' | null): void {
  const had = team.members.has(key(login));
  if (role === null) team.members.delete(key(login));
  else team.members.set(key(login), role);
  record(hub, who, { kind: 'team.member', target: `${org.account.login}/${team.slug}`, detail: { login, role } });
  if (had === (role !== null)) return;
  hub.emit({ event: 'membership', action: role === null ? 'removed' : 'added', sender: who.login, org: org.account.login, payload: { scope: 'team', member: renderAccount(hub, login), team: renderTeam(hub, org, team) } });
}

export function setTeamRepo(hub: Hub, who: Who, org: Org, team: Team, repoId: number, permission: Permission | null): void {
  if (permission === null) team.repos.delete(repoId);
  else team.repos.set(repoId, permission);
  record(hub, who, { kind: 'team.repo', target: `${org.account.login}/${team.slug}`, detail: { repoId, permission } });
}

export interface NewApp { readonly slug: string; readonly name: string; readonly owner: string; readonly publicKey: string | null; readonly permissions: Readonly<Record<string, string>>; readonly events: readonly string[]; readonly id?: number }

/** Registers an App with its bot account. */
export function addApp(hub: Hub, { id = newId(hub), ...wish }: NewApp): App {
  const app: App = { ...wish, id, createdAt: nowIso(hub) };
  hub.state.apps.set(app.id, app);
  addAccount(hub, `${app.slug}[bot]`, { type: 'Bot' });
  return app;
}

/** Installs an App on all repositories of an account. */
export function install(hub: Hub, who: Who, app: App, account: string): Installation {
  const installation: Installation = { id: newId(hub), appId: app.id, account, suspendedAt: null, createdAt: nowIso(hub) };
  hub.state.installations.set(installation.id, installation);
  const repositories = [...hub.state.repos.values()].filter(({ owner }) => key(owner) === key(account)).map((repo) => {
    const { id, node_id, name, full_name, private: hidden } = renderRepoShort(hub, repo);
    return { id, node_id, name, full_name, private: hidden };
  });
  hub.emit({ event: 'installation', action: 'created', sender: who.login, org: account, onlyApp: app.id, payload: { installation: renderInstallation(hub, installation), repositories } });
  return installation;
}
