import type { Hub } from '../hub.js';
import type { Need } from '../permissions.js';
import { covers, grants } from '../permissions.js';
import type { Who } from '../state/people.js';
import type { Repo } from '../state.js';

/** What resolvers work with. */
export interface Scope {
  readonly hub: Hub;
  readonly who: Who;
  /** Repositories hold pull requests, and those their repository. */
  repository(repo: Repo): Node;
}

/** A value of the schema: fields are values or functions of their arguments. */
export type Node = Readonly<Record<string, unknown>>;

export interface PageArgs { readonly first?: number | null; readonly last?: number | null; readonly after?: string | null; readonly before?: string | null }

/** A refusal with GitHub's `type`. */
export class GraphqlRefusal extends Error {
  override readonly name = 'GraphqlRefusal';
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** Refuses an installation that lacks what a field needs. */
export function need({ hub, who }: Scope, repo: Repo, ...needs: readonly Need[]): void {
  if (who.kind !== 'installation' || !covers(hub.state, who, repo)) return;
  if (!needs.some((one) => grants(who.permissions, one))) throw new GraphqlRefusal('FORBIDDEN', 'Resource not accessible by integration');
}

const cursorOf = (index: number): string => Buffer.from(`cursor:${String(index)}`).toString('base64');
const indexOf = (cursor: string): number => Number(/^cursor:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString())?.[1] ?? -1);

/** A page of a list, as every connection of GitHub's has it. */
export function connection<T>(items: readonly T[], args: PageArgs, render: (item: T) => unknown, more: Node = {}): Node {
  if (!args.first && !args.last && args.first !== 0 && args.last !== 0) throw new GraphqlRefusal('MISSING_PAGINATION_BOUNDARIES', 'You must provide a `first` or `last` value to properly paginate the connection.');
  if ((args.first ?? 0) > 100 || (args.last ?? 0) > 100) throw new GraphqlRefusal('EXCESSIVE_PAGINATION', 'Requesting more than 100 records on the connection exceeds the `first` limit of 100 records.');
  let from = args.after ? indexOf(args.after) + 1 : 0;
  let to = args.before ? indexOf(args.before) : items.length;
  if (typeof args.first === 'number') to = Math.min(to, from + args.first);
  if (typeof args.last === 'number') from = Math.max(from, to - args.last);
  const page = items.slice(from, to);
  const last = from + page.length - 1;
  return {
    totalCount: items.length, nodes: () => page.map(render), edges: () => page.map((item, index) => ({ cursor: cursorOf(from + index), node: render(item) })),
    pageInfo: { hasNextPage: from + page.length < items.length, hasPreviousPage: from > 0, startCursor: page.length ? cursorOf(from) : null, endCursor: page.length ? cursorOf(last) : null },
    ...more,
  };
}

/** GraphQL's way to write one of REST's words. */
export const upper = (word: string | null): string | null => word && word.toUpperCase();
