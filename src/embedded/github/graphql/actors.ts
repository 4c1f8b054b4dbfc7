import { findAccount, key, nodeId } from '../hub.js';
import { renderAccount } from '../render/accounts.js';
import { connection, type Node, type PageArgs, type Scope } from './connection.js';

/** A person, bot or organisation; null for those who are gone. */
export function actor({ hub }: Scope, login: string | null): Node | null {
  const account = login === null ? undefined : findAccount(hub, login);
  if (!account) return null;
  const { html_url: url, avatar_url: avatarUrl } = renderAccount(hub, account.login);
  // In GraphQL a bot goes by its App's slug.
  const shown = account.type === 'Bot' ? account.login.replace(/\[bot\]$/, '') : account.login;
  return {
    __typename: account.type, id: nodeId(account.type, account.id), databaseId: account.id, login: shown, name: account.name, email: account.email ?? '', url, resourcePath: new URL(String(url)).pathname,
    avatarUrl: () => avatarUrl, createdAt: account.createdAt,
    status: account.busy === true ? { __typename: 'UserStatus', id: nodeId('User', `status:${String(account.id)}`), indicatesLimitedAvailability: true, message: null, emoji: null, createdAt: account.createdAt, updatedAt: account.createdAt } : null,
  };
}

/** An organisation. */
export function orgNode(scope: Scope, login: string): Node | null {
  const org = scope.hub.state.orgs.get(key(login));
  if (!org) return null;
  return {
    ...actor(scope, login), description: org.description,
    membersWithRole: (args: PageArgs) => connection([...org.members.keys()], args, (one) => actor(scope, one)),
    teams: (args: PageArgs) => connection([...org.teams.values()], args, (team) => ({ __typename: 'Team', id: nodeId('Team', team.id), databaseId: team.id, name: team.name, slug: team.slug, description: team.description })),
  };
}
