import type { MilestoneTeam } from '../../config/plugins/planning.js';
import { inlineCode } from '../../core/escape.js';

/** Where the members of the team are listed; a team that is known by its number only has no address. */
function teamName(org: string, { maintainers_team: team }: MilestoneTeam, linkUrl: string): string {
  return team === '' ? 'the team for milestones' : `the team [${org}/${team}](${linkUrl}/orgs/${org}/teams/${team}/members)`;
}

export const NO_TEAM_TEXT = 'nobody may set milestones in this repository: the configuration (`repo_milestone`) names no team for it.';

export function notMemberText(org: string, team: MilestoneTeam, linkUrl: string): string {
  return `only members of ${teamName(org, team, linkUrl)} may set the milestone. Ask ${team.maintainers_friendly_name} to set it, or to add you to the team.`;
}

export function unknownText(title: string, known: readonly string[]): string {
  const list = [...known].sort().map((one) => `- ${inlineCode(one)}`).join('\n');
  const open = known.length === 0 ? 'This repository has no open milestone.' : `These are open:\n\n${list}`;
  return `there is no open milestone ${inlineCode(title)}. ${open}\n\nUse \`/milestone TITLE\` with one of them, or \`/milestone clear\` to have none.`;
}
