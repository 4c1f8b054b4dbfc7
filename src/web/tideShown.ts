import type { History, TideViews } from '../core/ports/tide.js';

/** What `deck.hidden_repos` holds: organisations and repositories that pages show nothing of (deck 4.2). */
export type Hidden = () => ReadonlySet<string>;

const isHidden = (hidden: ReadonlySet<string>, org: string, repo: string): boolean => hidden.has(org) || hidden.has(`${org}/${repo}`);

/** The pools and merges that pages may show. */
export function shownTide({ pools, merges }: Pick<TideViews, 'pools' | 'merges'>, hidden: Hidden): Pick<TideViews, 'pools' | 'merges'> {
  return {
    pools: async () => (await pools()).filter(({ org, repo }) => !isHidden(hidden(), org, repo)),
    merges: async (limit) => (await merges(limit)).filter(({ org, repo }) => !isHidden(hidden(), org, repo)),
  };
}

/** The history that pages may show; its pools are named `org/repo:branch`. */
export function shownHistory(history: History, hidden: ReadonlySet<string>): History {
  return new Map([...history].filter(([pool]) => {
    const [, org = '', repo = ''] = /^([^/:]*)\/([^:]*)/.exec(pool) ?? [];
    return !isHidden(hidden, org, repo);
  }));
}
