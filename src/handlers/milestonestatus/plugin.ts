import { milestoneTeamFor } from '../../config/plugins/entries.js';
import type { MilestoneTeam } from '../../config/plugins/planning.js';
import type { Action } from '../../core/action.js';
import type { IssueRef } from '../../core/ids.js';
import { isMaintainer, namesTeam } from '../../core/milestones.js';
import { pattern } from '../../core/re2.js';
import type { CommandEvent, Plugin, PluginContext } from '../plugin.js';

export const STATUSES = ['approved-for-milestone', 'in-progress', 'in-review'] as const;

/** The last known status counts, and is then the only one; undefined where none is named. */
export function wantedStatus(values: readonly string[]): string | undefined {
  return values.map((value) => value.trim()).findLast((value) => STATUSES.some((status) => status === value));
}

/** Adds the label of a status and takes those of the others away. */
export function decideStatus(status: string, issue: IssueRef, labels: readonly string[]): readonly Action[] {
  const has = (label: string): boolean => labels.some((one) => one.toLowerCase() === label);
  const others = STATUSES.filter((one) => one !== status).map((one) => `status/${one}`).filter(has);
  return [
    ...(has(`status/${status}`) ? [] : [{ kind: 'label.add', issue, label: `status/${status}` } as const]),
    ...others.map((label): Action => ({ kind: 'label.remove', issue, label })),
  ];
}

function refusal(org: string, team: MilestoneTeam | undefined, linkUrl: string): string {
  if (!namesTeam(team)) return 'Nobody may set the status for the milestone in this repository: the configuration (`repo_milestone`) names no team for it.';
  const { maintainers_team: slug, maintainers_friendly_name: friendly } = team;
  const who = slug === '' ? 'the team for milestones' : `the team [${org}/${slug}](${linkUrl}/orgs/${org}/teams/${slug}/members)`;
  return `Only members of ${who} may set the status for the milestone. Ask ${friendly} to set it.`;
}

async function onCommand(event: CommandEvent<'status'>, { github, config, signal }: PluginContext): Promise<readonly Action[]> {
  const { repo, issue, user, commands } = event;
  const team = milestoneTeamFor(config.plugins, repo);
  if (!namesTeam(team) || !(await isMaintainer(user.login, repo, team, { github, signal }))) {
    return [{ kind: 'comment.reply', issue, purpose: 'refused', body: refusal(repo.org, team, config.prow.github.link_url) }];
  }
  const status = wantedStatus(commands.map(({ groups }) => groups[0] ?? ''));
  return status === undefined ? [] : decideStatus(status, issue, await github.labels(issue, { signal }));
}

/** Says how far the work for a milestone is, as a label (plugins-policy 4.17). */
export const milestonestatus: Plugin<'status'> = {
  name: 'milestonestatus',
  help: 'Says with a label `status/…` how far the work on an issue or pull request of a milestone is.',
  commands: {
    status: {
      usage: `/status (${STATUSES.join(' | ')})`, about: 'Sets the label of that status and removes those of the others.', who: 'Members of the team that `repo_milestone` names',
      examples: STATUSES.map((status) => `/status ${status}`), pattern: pattern('(?m)^/status[ \\t]+(\\S.*)$'),
    },
  },
  on: { command: onCommand },
  describe(config, repo) {
    const team = repo && milestoneTeamFor(config.plugins, repo);
    if (!repo) return '';
    return namesTeam(team) ? `Members of the team ${team.maintainers_team || String(team.maintainers_id)} may set the status.` : 'Nobody may set the status: no team is configured.';
  },
};
