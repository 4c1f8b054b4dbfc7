import type { Action } from '../../core/action.js';
import type { IssueRef } from '../../core/ids.js';
import { pattern } from '../../core/re2.js';
import type { Plugin } from '../plugin.js';

export const HOLD = 'do-not-merge/hold';

type Verb = 'hold' | 'unhold';

/** Lifting wins over holding where a comment asks for both. */
export function decideHold(verbs: ReadonlySet<Verb>, issue: IssueRef, labels: readonly string[]): readonly Action[] {
  const held = labels.some((label) => label.toLowerCase() === HOLD);
  const want = !verbs.has('unhold');
  if (held === want) return [];
  return [{ kind: want ? 'label.add' : 'label.remove', issue, label: HOLD }];
}

export const hold: Plugin<Verb> = {
  name: 'hold',
  help: `Keeps a pull request from merging with the label \`${HOLD}\` until somebody lifts the hold.`,
  commands: {
    hold: {
      usage: '/hold [cancel]',
      about: `Adds the label \`${HOLD}\`, or removes it with \`cancel\`.`,
      who: 'Anyone',
      examples: ['/hold', '/hold until the release is out', '/hold cancel'],
      pattern: pattern('(?mi)^/hold(\\s.*)?$'),
    },
    unhold: {
      usage: '/unhold',
      about: `Removes the label \`${HOLD}\`; \`/remove-hold\` and \`/hold cancel\` do the same.`,
      who: 'Anyone',
      examples: ['/unhold', '/remove-hold', '/hold cancel'],
      pattern: pattern('(?mi)^/(remove-hold|hold\\s+cancel|unhold)(\\s.*)?$'),
    },
  },
  on: {
    async command(event, { github, signal }) {
      if (!event.isPull) return [];
      const verbs = new Set(event.commands.map((command) => command.verb));
      // Adding and removing may be repeated, so the payload is enough to act on; that nothing is to be done needs the truth,
      // which an earlier comment may have changed since.
      const actions = event.labels ? decideHold(verbs, event.issue, event.labels) : [];
      return actions.length > 0 ? actions : decideHold(verbs, event.issue, await github.labels(event.issue, { signal }));
    },
  },
};
