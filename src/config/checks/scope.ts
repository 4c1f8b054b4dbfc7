/** Whole organisations, with exceptions, and single repositories (`org/repo`). */
export interface Scope {
  readonly orgs: ReadonlyMap<string, ReadonlySet<string>>;
  readonly repos: ReadonlySet<string>;
}

/** Repositories that somebody names; an organisation stands for all of its repositories that nobody names. */
export type Places = ReadonlySet<string>;

/** All repositories that any of the scopes names, by organisation. */
export function namedRepos(scopes: Iterable<Scope>): ReadonlyMap<string, ReadonlySet<string>> {
  const named = new Map<string, Set<string>>();
  const add = (repo: string) => {
    const [org = ''] = repo.split('/');
    named.set(org, (named.get(org) ?? new Set()).add(repo));
  };
  for (const { orgs, repos } of scopes) {
    for (const repo of repos) add(repo);
    for (const except of orgs.values()) for (const repo of except) add(repo);
  }
  return named;
}

/** A scope as a plain set, so that scopes can be compared; `named` must come from all that are compared. */
export function placesOf({ orgs, repos }: Scope, named: ReadonlyMap<string, ReadonlySet<string>>): Places {
  const places = new Set(repos);
  for (const [org, except] of orgs) {
    places.add(org);
    for (const repo of named.get(org) ?? []) if (!except.has(repo)) places.add(repo);
  }
  return places;
}

/** What is in the first and not in the second, sorted. */
export function without(places: Places, other: Places): readonly string[] {
  return [...places].filter((place) => !other.has(place)).sort();
}

export function union(sets: Iterable<Places>): Places {
  const all = new Set<string>();
  for (const places of sets) for (const place of places) all.add(place);
  return all;
}

/** `org` as words: it stands for what is left of the organisation. */
export function describe(places: readonly string[]): string {
  return places.map((place) => (place.includes('/') ? place : `${place}/*`)).join(', ');
}
