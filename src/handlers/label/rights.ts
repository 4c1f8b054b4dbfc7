import type { RestrictedLabel } from '../../config/plugins/labels.js';
import { NotFoundError } from '../../core/errors.js';
import { sameLogin } from '../../core/ids.js';
import type { PluginContext } from '../plugin.js';

/** Whether somebody may set and take away a restricted label: named, or a member of a team that is. A team that does not exist has no members. */
export async function mayUse({ allowed_users, allowed_teams }: RestrictedLabel, login: string, org: string, { github, log, signal }: Pick<PluginContext, 'github' | 'log' | 'signal'>): Promise<boolean> {
  if (allowed_users.some((user) => sameLogin(user, login))) return true;
  const teams = await Promise.all(allowed_teams.map(async (slug) => {
    try {
      return await github.teamMembers(org, { slug }, { signal });
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      log.warn({ err: error, team: slug }, 'a team of a restricted label does not exist');
      return [];
    }
  }));
  return teams.some((members) => members.some((member) => sameLogin(member, login)));
}
