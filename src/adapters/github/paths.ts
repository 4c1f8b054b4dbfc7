const NAMES: Readonly<Record<string, string>> = { 'issues/number': 'issueId', 'pulls/number': 'pullId', 'labels/name': 'labelId', 'comments/id': 'commentId', 'runs/id': 'runId', 'check-runs/id': 'checkRunId', 'check-suites/id': 'checkSuiteId' };

/** A route template as metrics show it: `/repos/:owner/:repo/issues/:issueId`; anything else is `unmatched`. */
export function pathLabel(route: string): string {
  if (!route.startsWith('/') || !/^(\/([a-z_-]+|\{\+?\w+\}))+$/.test(route)) return route === '/graphql' ? route : 'unmatched';
  const parts = route.split('/');
  return parts.map((part, i) => (part.startsWith('{') ? `:${NAMES[`${parts[i - 1] ?? ''}/${part.replace(/[{}+]/g, '')}`] ?? part.replace(/[{}+]/g, '')}` : part)).join('/');
}

/**
 * The path of an address that GitHub gave (next page, new place of a renamed repository), to be asked at our own endpoint: a
 * token goes nowhere else. The endpoint's own prefix (`/api/v3`) is taken off; other paths are followed as given.
 */
export function ownPath(address: string, endpoint: string): string {
  const { pathname, search } = new URL(address, endpoint);
  const prefix = new URL(endpoint).pathname.replace(/\/+$/, '');
  return `${prefix !== '' && pathname.startsWith(`${prefix}/`) ? pathname.slice(prefix.length) : pathname}${search}`;
}

/** Parameters that are not part of the route's path. */
export function outsidePath(route: string, params: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(params).filter(([name]) => !route.includes(`{${name}}`) && !route.includes(`{+${name}}`)));
}

/** The next page's address in a `Link` header. */
export function nextOf(link: string | undefined): string | undefined {
  return /<([^>]+)>;\s*rel="next"/.exec(link ?? '')?.[1];
}
