import type { EventStore, EventSummary } from '../core/ports/events.js';
import { UsageError } from './flags.js';

interface Deps {
  readonly events: Pick<EventStore, 'recent' | 'replay'>;
  readonly print: (line: string) => void;
}

/** One event as a line: when, what, where, how it went, and what was done. */
export function eventLine(event: EventSummary): string {
  const did = event.plugins
    .filter((outcome) => outcome.state !== 'done' || outcome.actions.length > 0)
    .map((outcome) => `${outcome.plugin}: ${outcome.state === 'done' ? outcome.actions.join(' ') : `${outcome.state}${outcome.error === undefined ? '' : ` (${outcome.error})`}`}`);
  const name = event.action === undefined ? event.event : `${event.event}.${event.action}`;
  return [new Date(event.at).toISOString(), event.id, name, event.lane, event.via === 'recovered' ? `${event.state} (recovered)` : event.state, did.join('; ')].filter((part) => part !== '').join('  ');
}

/** `prow event list [N]` and `prow event replay ID`. Throws UsageError for anything else. */
export async function eventCommand(args: readonly string[], { events, print }: Deps): Promise<number> {
  const [verb, argument, ...more] = args;
  if (more.length > 0) throw new UsageError(`unexpected argument ${JSON.stringify(more[0])}`);
  if (verb === 'list') {
    const limit = argument === undefined ? 50 : Number(argument);
    if (!Number.isInteger(limit) || limit < 1) throw new UsageError(`prow event list: ${JSON.stringify(argument)} is not a number of events`);
    const recent = await events.recent(limit);
    if (recent.length === 0) print('no events yet');
    for (const event of recent) print(eventLine(event));
    return 0;
  }
  if (verb === 'replay') {
    if (argument === undefined) throw new UsageError('prow event replay needs the id of a delivery; prow event list shows them');
    if (await events.replay(argument)) {
      print(`${argument} is handled again; effects that exist are not made twice`);
      return 0;
    }
    print(`${argument} is not stored (any more)`);
    return 1;
  }
  throw new UsageError('usage: prow event list [N] | prow event replay ID');
}
