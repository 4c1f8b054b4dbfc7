import { key } from './hub.js';
import type { Org, Permission, Who } from './state/people.js';
import type { Repo, State } from './state.js';

const order: readonly Permission[] = ['none', 'read', 'triage', 'write', 'maintain', 'admin'];

/** Whether a right includes another one. */
export const atLeast = (has: Permission, wanted: Permission): boolean => order.indexOf(has) >= order.indexOf(wanted);
const higher = (a: Permission, b: Permission): Permission => (atLeast(a, b) ? a : b);

/** Whether somebody is in the team itself or in one below it. */
export function inTeam(org: Org, slug: string, login: string): boolean {
  const team = org.teams.get(key(slug));
  if (!team) return false;
  if (team.members.has(key(login))) return true;
  return [...org.teams.values()].some((other) => other.parent === team.slug && inTeam(org, other.slug, login));
}

/** What a person may do in a repository: owner, member, team and collaborator together. */
export function permissionOf(state: State, repo: Repo, login: string): Permission {
  if (key(repo.owner) === key(login)) return 'admin';
  let best: Permission = repo.private ? 'none' : 'read';
  best = higher(best, repo.collaborators.get(key(login)) ?? 'none');
  const org = state.orgs.get(key(repo.owner));
  if (!org) return best;
  const role = org.members.get(key(login));
  if (role === 'admin') return 'admin';
  if (role === 'member') best = higher(best, org.defaultPermission);
  for (const team of org.teams.values()) {
    const granted = team.repos.get(repo.id);
    if (granted && inTeam(org, team.slug, login)) best = higher(best, granted);
  }
  return best;
}

/** Whether somebody counts as a collaborator: explicitly, by team, or as a member with more than the public has. */
export function isCollaborator(state: State, repo: Repo, login: string): boolean {
  if (key(repo.owner) === key(login) || repo.collaborators.has(key(login))) return true;
  const org = state.orgs.get(key(repo.owner));
  if (!org?.members.has(key(login))) return false;
  return org.members.get(key(login)) === 'admin' || org.defaultPermission !== 'none' || atLeast(permissionOf(state, repo, login), 'triage');
}

const levels = ['none', 'read', 'write', 'admin'];

/** The App permission behind what a caller wants in a repository. */
export interface Need { readonly name: string; readonly level: 'read' | 'write' | 'admin' }

export const grants = (permissions: Readonly<Record<string, string>>, { name, level }: Need): boolean =>
  levels.indexOf(permissions[name] ?? 'none') >= levels.indexOf(level);

/** Whether an installation covers a repository. */
export function covers(state: State, who: Extract<Who, { kind: 'installation' }>, repo: Repo): boolean {
  const installation = state.installations.get(who.installationId);
  return installation !== undefined && key(installation.account) === key(repo.owner) && (!who.repositoryIds || who.repositoryIds.includes(repo.id));
}

/** Whether the caller can see that the repository exists. */
export function canSee(state: State, who: Who, repo: Repo): boolean {
  if (!repo.private) return true;
  if (who.kind === 'installation') return covers(state, who, repo);
  return who.kind === 'user' && atLeast(permissionOf(state, repo, who.login), 'read');
}

/** A caller's right in a repository as a person's would be called. */
export function rightOf(state: State, who: Who, repo: Repo): Permission {
  if (who.kind === 'user') return permissionOf(state, repo, who.login);
  if (who.kind === 'installation' && covers(state, who, repo)) return grants(who.permissions, { name: 'contents', level: 'write' }) ? 'write' : 'read';
  return repo.private ? 'none' : 'read';
}

/** `author_association` of what somebody writes. */
export function associationOf(state: State, repo: Repo, login: string): string {
  if (key(repo.owner) === key(login)) return 'OWNER';
  if (state.orgs.get(key(repo.owner))?.members.has(key(login))) return 'MEMBER';
  if (repo.collaborators.has(key(login))) return 'COLLABORATOR';
  const merged = [...repo.issues.values()].some(({ user, pull }) => key(user) === key(login) && pull?.mergedAt);
  return merged ? 'CONTRIBUTOR' : 'NONE';
}
