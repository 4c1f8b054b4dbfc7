import { overrideTeams } from '../../config/plugins/entries.js';
import { NotFoundError } from '../../core/errors.js';
import { normLogin, sameLogin, type Repo } from '../../core/ids.js';
import type { PluginContext } from '../plugin.js';

type Deps = Pick<PluginContext, 'github' | 'owners' | 'config' | 'log' | 'signal'>;

/** Whether somebody may override in a repository (plugins-policy 4.6). What cannot be found out is an error: nothing is overridden, and it is tried again. */
export async function mayOverride(login: string, repo: Repo, baseRef: string, deps: Deps): Promise<boolean> {
  const { github, owners, config, signal } = deps;
  if ((await github.permission(repo, login, { signal })) === 'admin') return true;
  const teams = await Promise.all(overrideTeams(config.plugins, repo).map((slug) => membersOf(repo.org, slug, deps)));
  if (teams.some((members) => members.some((member) => sameLogin(member, login)))) return true;
  if (!config.plugins.override.allow_top_level_owners) return false;
  return (await owners.load(repo, baseRef, { signal })).topLevelApprovers().has(normLogin(login));
}

/** A team that does not exist has no members. */
async function membersOf(org: string, slug: string, { github, log, signal }: Deps): Promise<readonly string[]> {
  try {
    return await github.teamMembers(org, { slug }, { signal });
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    log.warn({ err: error, team: slug }, 'a team that may override does not exist');
    return [];
  }
}

/** Who may, for people. */
export function whoMay(repo: Repo, { plugins }: Deps['config']): string {
  const teams = overrideTeams(plugins, repo);
  return [
    'administrators of the repository',
    ...(teams.length > 0 ? [`members of ${teams.length === 1 ? 'the team' : 'the teams'} ${teams.map((team) => `\`${team}\``).join(', ')}`] : []),
    ...(plugins.override.allow_top_level_owners ? ['approvers of the OWNERS file at the root'] : []),
  ].join(', ');
}
