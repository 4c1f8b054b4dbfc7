import type { Action } from '../../core/action.js';
import { inlineCode } from '../../core/escape.js';
import { CC, named, UNCC } from '../../core/reviewers/commands.js';
import { replyTo } from '../../core/reply.js';
import type { CommandEvent, Plugin, PluginContext } from '../plugin.js';
import { decideAssign, teamsToAssign, type Verb } from './decide.js';

async function onCommand(event: CommandEvent<Verb>, { config }: PluginContext): Promise<readonly Action[]> {
  const { issue, isPull, user, commands } = event;
  const answer = (text: string) => replyTo(event, text);
  const actions = decideAssign({ issue, isPull, commenter: user.login, commands, answer });
  const teams = teamsToAssign(commands);
  if (teams.length === 0 || config.plugins.comment_style === 'upstream') return actions;
  const instead = isPull ? `To ask a team for a review, comment \`/cc ${teams.map((team) => `@${team}`).join(' ')}\`.` : 'Name people instead.';
  return [{ kind: 'each', actions: [...actions, { kind: 'comment.reply', issue, purpose: 'team', body: answer(`only people can be assigned, not ${teams.map(inlineCode).join(', ')}. ${instead}`) }] }];
}

/** Assigns people and asks for reviews. */
export const assign: Plugin<Verb> = {
  name: 'assign',
  help: 'Assigns people to issues and pull requests, and asks people and teams to review pull requests.',
  commands: {
    assign: { usage: '/assign [@LOGIN ...]', about: 'Assigns people, or whoever comments where nobody is named.', who: 'Anyone', examples: ['/assign', '/assign @alice', '/assign @alice @bob'], featured: true, pattern: named('assign') },
    unassign: { usage: '/unassign [@LOGIN ...]', about: 'Takes the assignment of people, or of whoever comments, back.', who: 'Anyone', examples: ['/unassign', '/unassign @alice'], pattern: named('unassign') },
    cc: { usage: '/cc [@LOGIN|@ORG/TEAM ...]', about: 'Asks people, teams, or whoever comments, to review a pull request.', who: 'Anyone', examples: ['/cc', '/cc @alice', '/cc @kubernetes/sig-testing @bob'], featured: true, pattern: CC },
    uncc: { usage: '/uncc [@LOGIN|@ORG/TEAM ...]', about: 'Takes a request for a review back.', who: 'Anyone', examples: ['/uncc', '/uncc @alice'], pattern: UNCC },
  },
  on: { command: onCommand },
};
