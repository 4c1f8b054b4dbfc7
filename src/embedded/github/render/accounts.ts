import { findAccount, key, nodeId, type Hub } from '../hub.js';
import type { App, Installation, Org, Team } from '../state/people.js';

export type Json = Record<string, unknown>;

/** A person, a bot or an organisation as it stands in every other answer. */
export function renderAccount(hub: Hub, login: string): Json {
  const account = findAccount(hub, login);
  const name = account?.login ?? 'ghost';
  const type = account?.type ?? 'User';
  const id = account?.id ?? 10137;
  const url = `${hub.urls.api}/users/${encodeURIComponent(name)}`;
  return {
    login: name, id, node_id: nodeId(type, id), avatar_url: `${hub.urls.web}/avatars/${String(id)}`, gravatar_id: '', url,
    html_url: `${hub.urls.web}/${type === 'Bot' ? `apps/${name.replace(/\[bot\]$/, '')}` : name}`,
    followers_url: `${url}/followers`, following_url: `${url}/following{/other_user}`, gists_url: `${url}/gists{/gist_id}`, starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`, organizations_url: `${url}/orgs`, repos_url: `${url}/repos`, events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`, type, user_view_type: 'public', site_admin: false,
  };
}

export const renderMaybe = (hub: Hub, login: string | null): Json | null => (login === null ? null : renderAccount(hub, login));

/** `GET /users/X` and `GET /user`. */
export function renderUser(hub: Hub, login: string): Json {
  const account = findAccount(hub, login);
  const created = account?.createdAt ?? '2008-01-14T04:33:35Z';
  const repos = [...hub.state.repos.values()].filter(({ owner, private: hidden }) => key(owner) === key(login) && !hidden).length;
  return {
    ...renderAccount(hub, login), name: account?.name ?? null, company: null, blog: '', location: null, email: account?.email ?? null, hireable: null, bio: null,
    twitter_username: null, public_repos: repos, public_gists: 0, followers: 0, following: 0, created_at: created, updated_at: created,
  };
}

/** An organisation as webhooks and lists have it. */
export function renderOrgShort(hub: Hub, org: Org): Json {
  const url = `${hub.urls.api}/orgs/${org.account.login}`;
  return {
    login: org.account.login, id: org.account.id, node_id: nodeId('Organization', org.account.id), url, repos_url: `${url}/repos`, events_url: `${url}/events`,
    hooks_url: `${url}/hooks`, issues_url: `${url}/issues`, members_url: `${url}/members{/member}`, public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${hub.urls.web}/avatars/${String(org.account.id)}`, description: org.description,
  };
}

/** `GET /orgs/O`. */
export function renderOrg(hub: Hub, org: Org): Json {
  const repos = [...hub.state.repos.values()].filter(({ owner }) => key(owner) === key(org.account.login)).length;
  return {
    ...renderOrgShort(hub, org), name: org.account.name ?? org.account.login, company: '', blog: '', location: '', email: org.account.email ?? '', twitter_username: null, is_verified: false,
    has_organization_projects: true, has_repository_projects: true, public_repos: repos, public_gists: 0, followers: 0, following: 0, html_url: `${hub.urls.web}/${org.account.login}`,
    created_at: org.account.createdAt, updated_at: org.account.createdAt, archived_at: null, type: 'Organization', default_repository_permission: org.defaultPermission,
    members_can_create_repositories: false, two_factor_requirement_enabled: false, billing_email: null, members_can_fork_private_repositories: false,
  };
}

function teamShort(hub: Hub, org: Org, team: Team): Json {
  const url = `${hub.urls.api}/organizations/${String(org.account.id)}/team/${String(team.id)}`;
  return {
    id: team.id, node_id: nodeId('Team', team.id), name: team.name, slug: team.slug, description: team.description, privacy: team.privacy, notification_setting: 'notifications_enabled',
    permission: 'pull', type: 'organization', organization_id: org.account.id, url, html_url: `${hub.urls.web}/orgs/${org.account.login}/teams/${team.slug}`, members_url: `${url}/members{/member}`, repositories_url: `${url}/repos`,
  };
}

/** A team, with its parent. */
export function renderTeam(hub: Hub, org: Org, team: Team): Json {
  const parent = team.parent === null ? undefined : org.teams.get(key(team.parent));
  return { ...teamShort(hub, org, team), parent: parent ? teamShort(hub, org, parent) : null };
}

/** `GET /orgs/O/teams/S`. */
export function renderTeamFull(hub: Hub, org: Org, team: Team): Json {
  return {
    ...renderTeam(hub, org, team), created_at: org.account.createdAt, updated_at: org.account.createdAt, members_count: team.members.size, repos_count: team.repos.size,
    organization: { ...renderOrg(hub, org) },
  };
}

/** An App as check runs, comments and `GET /app` have it. */
export function renderApp(hub: Hub, app: App): Json {
  return {
    id: app.id, slug: app.slug, node_id: nodeId('App', app.id), owner: renderAccount(hub, app.owner), name: app.name, description: '', external_url: 'https://example.com',
    html_url: `${hub.urls.web}/apps/${app.slug}`, created_at: app.createdAt, updated_at: app.createdAt, permissions: app.permissions, events: app.events,
  };
}

export function renderAppId(hub: Hub, id: number | null): Json | null {
  const app = id === null ? undefined : hub.state.apps.get(id);
  return app ? renderApp(hub, app) : null;
}

export function renderAppSlug(hub: Hub, slug: string | null): Json | null {
  const app = [...hub.state.apps.values()].find((one) => one.slug === slug);
  return app ? renderApp(hub, app) : null;
}

export function renderInstallation(hub: Hub, installation: Installation): Json {
  const app = hub.state.apps.get(installation.appId);
  const account = renderAccount(hub, installation.account);
  const url = `${hub.urls.api}/app/installations/${String(installation.id)}`;
  return {
    id: installation.id, account, access_tokens_url: `${url}/access_tokens`, repositories_url: `${hub.urls.api}/installation/repositories`, html_url: `${hub.urls.web}/settings/installations/${String(installation.id)}`,
    app_id: installation.appId, app_slug: app?.slug ?? '', target_id: account.id, target_type: account.type, permissions: app?.permissions ?? {}, events: app?.events ?? [],
    created_at: installation.createdAt, updated_at: installation.createdAt, single_file_name: null, has_multiple_single_files: false, single_file_paths: [],
    repository_selection: 'all', suspended_by: null, suspended_at: installation.suspendedAt,
  };
}
