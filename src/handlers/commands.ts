import type { CommentEvent } from '../core/event.js';
import { commandText } from '../core/markdown.js';
import type { Command, CommandEvent, ParsedCommand, Plugin } from './plugin.js';

/** Every use of a command in a text (as `commandText` gives it), in the order in which they stand; at one place in the order of the declaration. */
export function parseCommands(commands: Readonly<Record<string, Command>>, body: string): readonly ParsedCommand<string>[] {
  return Object.entries(commands)
    .flatMap(([verb, { pattern }]) => pattern.matchAll(body).map((match) => ({ ...match, verb })))
    .sort((a, b) => a.index - b.index);
}

/** The comment with the plugin's commands in it; undefined where it has none or is not a new one. */
export function commandEvent(plugin: Pick<Plugin, 'commands'>, event: CommentEvent): CommandEvent<string> | undefined {
  if (event.action !== 'created') return undefined;
  const [first, ...rest] = parseCommands(plugin.commands, commandText(event.body));
  return first ? { ...event, commands: [first, ...rest] } : undefined;
}
