import type { Snapshot } from '../config/snapshot.js';
import type { Action } from '../core/action.js';
import type { Delivery, Event } from '../core/event.js';
import { commandText } from '../core/markdown.js';
import { replyTo } from '../core/reply.js';
import { parseCommands } from './commands.js';
import type { Plugin } from './plugin.js';

/**
 * What somebody is told whose command came to nothing for no fault of theirs (plugins-policy 5.1); upstream's style says nothing. Why it
 * failed is for whoever runs the installation: an error may name what is nobody else's business.
 */
export function apology(plugin: Pick<Plugin, 'name' | 'commands'>, events: readonly Event[], delivery: Pick<Delivery, 'id'>, { plugins }: Pick<Snapshot, 'plugins'>): readonly Action[] {
  if (plugins.comment_style !== 'quiet') return [];
  return events.flatMap((event): readonly Action[] => {
    if (event.kind !== 'comment' || event.action !== 'created' || parseCommands(plugin.commands, commandText(event.body)).length === 0) return [];
    const text = `I tried to do this several times and failed, for a reason that has nothing to do with your words. Please say it again later; should it fail again, tell whoever runs this bot: plugin \`${plugin.name}\`, delivery \`${delivery.id}\`.`;
    return [{ kind: 'comment.reply', issue: event.issue, purpose: 'gave-up', body: replyTo(event, text) }];
  });
}
