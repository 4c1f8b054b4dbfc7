import type { Repo } from './ids.js';
import { sameLogin } from './ids.js';
import type { GitHubReads } from './ports/github.js';

/** The team that may set milestones, as `repo_milestone` has it; an empty slug means the number. */
export interface Maintainers {
  readonly maintainers_team: string;
  readonly maintainers_id: number;
}

export interface MaintainerDeps {
  readonly github: Pick<GitHubReads, 'teamMembers'>;
  readonly signal: AbortSignal;
}

/** Whether somebody belongs to a team, in whatever role. What cannot be found out is an error, never a no. */
export async function isMaintainer(login: string, { org }: Repo, team: Maintainers, { github, signal }: MaintainerDeps): Promise<boolean> {
  const members = await github.teamMembers(org, team.maintainers_team === '' ? { id: team.maintainers_id } : { slug: team.maintainers_team }, { signal });
  return members.some((member) => sameLogin(member, login));
}

/** Whether an entry names a team at all. */
export function namesTeam<T extends Maintainers>(team: T | undefined): team is T {
  return team !== undefined && (team.maintainers_team !== '' || team.maintainers_id !== 0);
}
