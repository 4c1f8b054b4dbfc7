import type { Repo } from '../../core/ids.js';
import type { ContextState } from '../../core/ports/github.js';
import { PLUGIN_DOCUMENTS } from './documents.js';
import { graphql } from './graphql.js';
import type { Caller, Http } from './http.js';
import { contextOf, newestChecks, type RawCheckRun, type RawStatus } from './map.js';

type RawNode =
  | Readonly<{ __typename: 'StatusContext'; context: string; state: string; description?: string | null; targetUrl?: string | null }>
  | Readonly<{ __typename: 'CheckRun'; databaseId?: number | null; name: string; status: string; conclusion?: string | null; title?: string | null; permalink: string; checkSuite: Readonly<{ app?: Readonly<{ databaseId?: number | null }> | null }> }>;

interface RawAnswer {
  readonly repository: { readonly object?: { readonly statusCheckRollup?: { readonly contexts: {
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null };
    readonly nodes?: readonly (RawNode | null)[] | null;
  } } | null } | null } | null;
}

/** One entry per status context of a commit, then the newest run of each check of an App. Empty where GitHub knows neither. */
export async function readContexts(http: Pick<Http, 'call'>, { org, name }: Repo, sha: string, caller: Caller): Promise<readonly ContextState[]> {
  const statuses: RawStatus[] = [];
  const runs: RawCheckRun[] = [];
  let after: string | undefined;
  do {
    const { repository }: RawAnswer = await graphql<RawAnswer>(http, { name: `the contexts of ${sha}`, text: PLUGIN_DOCUMENTS.CONTEXTS, variables: { owner: org, name, oid: sha, after: after ?? null } }, caller);
    const page = repository?.object?.statusCheckRollup?.contexts;
    for (const node of page?.nodes ?? []) {
      if (node?.__typename === 'StatusContext') statuses.push({ context: node.context, state: node.state.toLowerCase(), description: node.description ?? '', target_url: node.targetUrl ?? '' });
      else if (node?.__typename === 'CheckRun') runs.push(runOf(node));
    }
    after = page?.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? undefined) : undefined;
  } while (after !== undefined);
  return [...statuses.map(contextOf), ...newestChecks(runs)];
}

function runOf({ databaseId, name, status, conclusion, title, permalink, checkSuite }: Extract<RawNode, { __typename: 'CheckRun' }>): RawCheckRun {
  const appId = checkSuite.app?.databaseId ?? undefined;
  return {
    id: databaseId ?? 0, name, status: status.toLowerCase(), conclusion: conclusion?.toLowerCase() ?? null, html_url: permalink, output: { title: title ?? null }, ...(appId === undefined ? {} : { app: { id: appId } }),
  };
}
