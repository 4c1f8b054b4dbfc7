import type { Finding } from '../findings.js';

/** The jobs of one list of the configuration, a repository's presubmits for example, with all defaults. */
export interface Finished<J> {
  readonly jobs: readonly J[];
  /** What is wrong with single jobs. */
  readonly faults: readonly Finding[];
  /** What is wrong with them together. */
  readonly clashes: readonly Finding[];
}

/** Jobs that are known to have no fault, and are finished when somebody asks for them. */
export function finishedLater<J>(make: () => readonly J[]): Finished<J> {
  let made: readonly J[] | undefined;
  return { get jobs() { return (made ??= make()); }, faults: [], clashes: [] };
}

/** The jobs of many lists; each is looked at only when it is asked for. */
export function jobsByName<J>(lists: ReadonlyMap<string, Finished<J>>): ReadonlyMap<string, readonly J[]> {
  function* values(): Generator<readonly J[], undefined, undefined> {
    for (const { jobs } of lists.values()) yield jobs;
    return undefined;
  }
  function* entries(): Generator<[string, readonly J[]], undefined, undefined> {
    for (const [name, { jobs }] of lists) yield [name, jobs];
    return undefined;
  }
  const map: ReadonlyMap<string, readonly J[]> = {
    size: lists.size,
    has: (name) => lists.has(name),
    get: (name) => lists.get(name)?.jobs,
    forEach: (visit) => { for (const [name, jobs] of entries()) visit(jobs, name, map); },
    keys: () => lists.keys(),
    values, entries,
    [Symbol.iterator]: entries,
  };
  return map;
}
