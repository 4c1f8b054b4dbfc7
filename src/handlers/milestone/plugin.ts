import { milestoneTeamFor } from '../../config/plugins/entries.js';
import type { Action } from '../../core/action.js';
import type { IssueRef } from '../../core/ids.js';
import { isMaintainer, namesTeam } from '../../core/milestones.js';
import type { Milestone } from '../../core/ports/github.js';
import { pattern } from '../../core/re2.js';
import { replyTo } from '../../core/reply.js';
import type { CommandEvent, Plugin, PluginContext } from '../plugin.js';
import { NO_TEAM_TEXT, notMemberText, unknownText } from './text.js';

type Wanted = Readonly<{ kind: 'set'; action: Action } | { kind: 'unknown' }>;

/** The milestone that a title names; `clear` takes it away. */
export function decideMilestone(title: string, issue: IssueRef, open: readonly Milestone[]): Wanted {
  if (title === 'clear') return { kind: 'set', action: { kind: 'issue.edit', issue, change: { milestone: null } } };
  const found = open.find((milestone) => milestone.title === title);
  return found ? { kind: 'set', action: { kind: 'issue.edit', issue, change: { milestone: found.number } } } : { kind: 'unknown' };
}

async function onCommand(event: CommandEvent<'milestone'>, { github, config, signal }: PluginContext): Promise<readonly Action[]> {
  const { repo, issue, user, commands: [{ groups }] } = event;
  const title = groups[0] ?? '';
  const answer = (message: string): readonly Action[] => [{ kind: 'comment.reply', issue, purpose: 'answer', body: replyTo(event, message) }];
  const team = milestoneTeamFor(config.plugins, repo);
  if (!team || !namesTeam(team)) return answer(NO_TEAM_TEXT);
  const [allowed, open] = await Promise.all([isMaintainer(user.login, repo, team, { github, signal }), title === 'clear' ? [] : github.milestones(repo, { signal })]);
  if (!allowed) return answer(notMemberText(repo.org, team, config.prow.github.link_url));
  const wanted = decideMilestone(title, issue, open);
  return wanted.kind === 'set' ? [wanted.action] : answer(unknownText(title, open.map((one) => one.title)));
}

/** Sets the milestone of issues and pull requests (plugins-policy 4.17). */
export const milestone: Plugin<'milestone'> = {
  name: 'milestone',
  help: 'Sets or clears the milestone of an issue or pull request for members of a team.',
  commands: {
    milestone: {
      usage: '/milestone TITLE | clear', about: 'Sets the milestone with that title, or takes the milestone away with `clear`.', who: 'Members of the team that `repo_milestone` names',
      examples: ['/milestone v1.10', '/milestone The next release', '/milestone clear'], pattern: pattern('(?m)^/milestone[ \\t]+(\\S.*?)\\s*$'),
    },
  },
  on: { command: onCommand },
  describe(config, repo) {
    const team = repo && milestoneTeamFor(config.plugins, repo);
    if (!team || !namesTeam(team)) return repo ? 'Nobody may set milestones: no team is configured.' : '';
    return `Members of the team ${team.maintainers_team || String(team.maintainers_id)} (${team.maintainers_friendly_name}) may set milestones.`;
  },
};
