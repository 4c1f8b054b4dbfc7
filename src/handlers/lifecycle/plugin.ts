import { triggerFor } from '../../config/plugins/entries.js';
import type { Action } from '../../core/action.js';
import { sameLogin } from '../../core/ids.js';
import { pattern } from '../../core/re2.js';
import { replyTo } from '../../core/reply.js';
import { trusted } from '../../core/trusted.js';
import type { CommandEvent, Plugin, PluginContext } from '../plugin.js';
import { decideLabels, FROZEN, isInactive, labelLines, wantedState, type Verb } from './decide.js';

type Event = CommandEvent<Verb>;
type Actions = Promise<readonly Action[]>;

const what = ({ isPull }: Pick<Event, 'isPull'>) => (isPull ? 'pull request' : 'issue');
const reply = (event: Event, purpose: string, message: string): Action => ({ kind: 'comment.reply', issue: event.issue, purpose, body: replyTo(event, message) });

async function onCommand(event: Event, context: PluginContext): Actions {
  const wanted = wantedState(new Set(event.commands.map(({ verb }) => verb)), event.state);
  const [labels, state] = await Promise.all([onLabels(event, context), wanted === undefined ? [] : wanted === 'reopen' ? reopen(event, context) : close(event, wanted, context)]);
  // What is known of labels comes first: GitHub may refuse to reopen, and that ends the list.
  return [...labels, ...state];
}

async function onLabels(event: Event, { github, config, signal }: PluginContext): Actions {
  const lines = labelLines(event.commands);
  if (lines.length === 0) return [];
  if (config.plugins.trusted_only.includes('lifecycle')) {
    const trust = await trusted(event.user.login, event.repo, triggerFor(config.plugins, event.repo), { github, signal });
    if (!trust.trusted) return [reply(event, 'labels', `in this repository only people whom I trust may change the labels \`lifecycle/…\`: you are ${trust.why}.`)];
  }
  const refused = event.isPull && lines.some(({ remove, label }) => !remove && label === FROZEN);
  return [
    ...decideLabels(lines, event, await github.labels(event.issue, { signal })),
    ...(refused ? [reply(event, 'frozen', `\`${FROZEN}\` is for issues only and cannot be set on a pull request.`)] : []),
  ];
}

/** Whether whoever asks is the author or a collaborator. What cannot be found out is an error, and tried again. */
async function mayChange({ user, issueAuthor, repo }: Event, { github, signal }: PluginContext): Promise<boolean> {
  return sameLogin(user.login, issueAuthor.login) || github.isCollaborator(repo, user.login, { signal });
}

async function reopen(event: Event, context: PluginContext): Actions {
  if (!(await mayChange(event, context))) return [reply(event, 'refused', `only its author and collaborators of this repository may reopen this ${what(event)}.`)];
  return [{ kind: 'issue.edit', issue: event.issue, change: { state: 'open' } }, reply(event, 'reopened', `this ${what(event)} is open again.`)];
}

async function close(event: Event, wanted: 'close' | 'close-not-planned', context: PluginContext): Actions {
  const { issue, isPull } = event;
  const { github, signal } = context;
  if (!(await mayChange(event, context)) && !isInactive(event.labels ?? []) && !isInactive(await github.labels(issue, { signal }))) {
    return [reply(event, 'refused', `only its author and collaborators of this repository may close this ${what(event)}. Once it has the label \`lifecycle/stale\` or \`lifecycle/rotten\`, anybody may.`)];
  }
  if (wanted === 'close') return [{ kind: 'issue.edit', issue, change: { state: 'closed', reason: isPull ? undefined : 'completed' } }, reply(event, 'closed', `this ${what(event)} is closed. \`/reopen\` opens it again.`)];
  if (isPull) return [reply(event, 'refused', 'a pull request cannot be closed as not planned. Use `/close`.')];
  return [{ kind: 'issue.edit', issue, change: { state: 'closed', reason: 'not_planned' } }, reply(event, 'closed', 'this issue is closed as not planned. `/reopen` opens it again.')];
}

const OWN = 'Its author and collaborators of the repository';

/** Closes and reopens, and keeps the labels that say whether anybody still cares. */
export const lifecycle: Plugin<Verb> = {
  name: 'lifecycle',
  help: 'Closes and reopens issues and pull requests, and marks them as active, frozen, stale or rotten.',
  commands: {
    lifecycle: {
      usage: '/[remove-]lifecycle <active|frozen|stale|rotten>',
      about: 'Sets one of the labels `lifecycle/…` in place of the others, or takes it away. `frozen` is for issues only.',
      who: 'Anyone',
      examples: ['/lifecycle frozen', '/lifecycle stale', '/remove-lifecycle rotten'],
      pattern: pattern('(?mi)^/(remove-)?lifecycle (active|frozen|stale|rotten)\\s*$'),
    },
    close: {
      usage: '/close', about: 'Closes an issue or a pull request.', who: `${OWN}; anyone where it is stale or rotten`, examples: ['/close'], featured: true, pattern: pattern('(?mi)^/close\\s*$'),
    },
    'close-not-planned': {
      usage: '/close not-planned', about: 'Closes an issue as not planned.', who: `${OWN}; anyone where it is stale or rotten`, examples: ['/close not-planned'], pattern: pattern('(?mi)^/close not-planned\\s*$'),
    },
    reopen: { usage: '/reopen', about: 'Reopens an issue or a pull request.', who: OWN, examples: ['/reopen'], featured: true, pattern: pattern('(?mi)^/reopen\\s*$') },
  },
  on: { command: onCommand },
  describe(config, repo) {
    return repo && config.plugins.trusted_only.includes('lifecycle') ? 'Only trusted people may change the labels here.' : '';
  },
};
