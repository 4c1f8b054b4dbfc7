import { triggerFor } from '../../config/plugins/entries.js';
import type { Action } from '../../core/action.js';
import type { IssueRef } from '../../core/ids.js';
import { pattern } from '../../core/re2.js';
import { replyTo } from '../../core/reply.js';
import { trusted } from '../../core/trusted.js';
import type { CommandEvent, Plugin, PluginContext } from '../plugin.js';

export const HOLD = 'do-not-merge/hold';

type Verb = 'hold' | 'unhold';

/** Lifting wins over holding where a comment asks for both. */
export function decideHold(verbs: ReadonlySet<Verb>, issue: IssueRef, labels: readonly string[]): readonly Action[] {
  const held = labels.some((label) => label.toLowerCase() === HOLD);
  const want = !verbs.has('unhold');
  if (held === want) return [];
  return [{ kind: want ? 'label.add' : 'label.remove', issue, label: HOLD }];
}

async function onCommand(event: CommandEvent<Verb>, { github, config, signal }: PluginContext): Promise<readonly Action[]> {
  const { issue, repo, user, labels } = event;
  if (!event.isPull) return [];
  if (config.plugins.trusted_only.includes('hold')) {
    const trust = await trusted(user.login, repo, triggerFor(config.plugins, repo), { github, signal });
    if (!trust.trusted) return [{ kind: 'comment.reply', issue, purpose: 'refused', body: replyTo(event, `in this repository only people whom I trust may hold a pull request or lift the hold: you are ${trust.why}.`) }];
  }
  const verbs = new Set(event.commands.map((command) => command.verb));
  // Adding and removing may be repeated, so the payload is enough to act on; that nothing is to be done needs the truth,
  // which an earlier comment may have changed since.
  const actions = labels ? decideHold(verbs, issue, labels) : [];
  return actions.length > 0 ? actions : decideHold(verbs, issue, await github.labels(issue, { signal }));
}

/** White space within a line: what stands on the next line is no part of a command. */
const SPACE = '[\\t\\f\\r ]';

export const hold: Plugin<Verb> = {
  name: 'hold',
  help: `Keeps a pull request from merging with the label \`${HOLD}\` until somebody lifts the hold.`,
  commands: {
    hold: {
      usage: '/hold [cancel]',
      about: `Adds the label \`${HOLD}\`, or removes it with \`cancel\`.`,
      who: 'Anyone',
      examples: ['/hold', '/hold until the release is out', '/hold cancel'],
      pattern: pattern(`(?mi)^/hold(${SPACE}.*)?$`),
    },
    unhold: {
      usage: '/unhold',
      about: `Removes the label \`${HOLD}\`; \`/remove-hold\` and \`/hold cancel\` do the same.`,
      who: 'Anyone',
      examples: ['/unhold', '/remove-hold', '/hold cancel'],
      pattern: pattern(`(?mi)^/(remove-hold|hold${SPACE}+cancel|unhold)(${SPACE}.*)?$`),
    },
  },
  on: { command: onCommand },
  describe(config, repo) {
    return repo && config.plugins.trusted_only.includes('hold') ? 'Only trusted people may use the commands here.' : '';
  },
};
