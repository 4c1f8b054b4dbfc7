import { slug, type Repo } from '../core/ids.js';

/** The value of a map's own key; names that come from outside may be `constructor`. */
export function own<T>(map: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;
}

/** The same for names of organisations and repositories, which GitHub tells apart without case: the exact key, else one that differs in case only. */
export function ownAnyCase<T>(map: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  if (map === undefined || Object.hasOwn(map, key)) return own(map, key);
  const wanted = key.toLowerCase();
  const found = Object.keys(map).find((one) => one.toLowerCase() === wanted);
  return found === undefined ? undefined : map[found];
}

/** The value of a map with keys `org/repo`, `org` and `*`, the closest first. */
export function forRepo<T>(map: Readonly<Record<string, T>>, repo: Repo): T | undefined {
  for (const key of [slug(repo), repo.org, '*']) {
    if (Object.hasOwn(map, key)) return map[key];
  }
  return undefined;
}

/**
 * The entry of a list such as `approve`, `lgtm` or `triggers` that is for a repository: the first that names `org/repo`, else the first
 * that names `org` (plugins-policy 0.2). Entries are never merged, and names are compared exactly.
 */
export function entryFor<T extends Readonly<{ repos: readonly string[] }>>(list: readonly T[], repo: Repo): T | undefined {
  const full = slug(repo);
  return list.find((entry) => entry.repos.includes(full)) ?? list.find((entry) => entry.repos.includes(repo.org));
}

/** Whether a list of `org` and `org/repo` names a repository. */
export function names(list: readonly string[], repo: Repo): boolean {
  return list.includes(repo.org) || list.includes(slug(repo));
}
