import { prowjobDefaultsFor } from '../jobs/layers.js';
import { textAt } from '../jobs/data.js';
import type { DecorationEntry } from './plank.js';
import type { TideQuery } from './tide.js';

const sorted = (list: readonly string[]): readonly string[] => [...list].sort();

/**
 * Queries that ask for the same become one, so that GitHub is asked once (config 2.6.4). Those whose jobs belong to different tenants stay
 * apart. The order is that of upstream, whose metrics count queries: by their JSON.
 */
export function dedupedQueries(queries: readonly TideQuery[], defaults: readonly DecorationEntry[]): readonly TideQuery[] {
  const tenant = (repo: string) => textAt(prowjobDefaultsFor(undefined, defaults, repo, '*'), 'tenant_id');
  const found = new Map<string, TideQuery>();
  for (const query of queries) {
    const asks = {
      ...query, labels: sorted(query.labels), missingLabels: sorted(query.missingLabels), includedBranches: sorted(query.includedBranches), excludedBranches: sorted(query.excludedBranches),
    };
    const key = JSON.stringify([textOf({ ...asks, orgs: [], repos: [], excludedRepos: [] }), [...new Set([...query.orgs, ...query.repos].map(tenant))].sort()]);
    const same = found.get(key);
    found.set(key, same ? { ...same, orgs: [...same.orgs, ...query.orgs], repos: [...same.repos, ...query.repos], excludedRepos: [...same.excludedRepos, ...query.excludedRepos] } : asks);
  }
  return [...found.values()].map((query) => ({ query, text: textOf(query) })).sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0)).map(({ query }) => query);
}

/** A query as upstream writes it: its own order of keys, and nothing that is empty. */
function textOf(query: TideQuery): string {
  const { author, labels, missingLabels, excludedBranches, includedBranches, milestone, reviewApprovedRequired, orgs, repos, excludedRepos } = query;
  const fields = { author, labels, missingLabels, excludedBranches, includedBranches, milestone, reviewApprovedRequired, orgs, repos, excludedRepos };
  return JSON.stringify(Object.fromEntries(Object.entries(fields).filter(([, value]) => (typeof value === 'object' ? value.length > 0 : Boolean(value)))));
}
