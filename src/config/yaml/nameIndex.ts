/** Finds the pairs of maps by the names of their keys. */
export interface NameIndex<T> {
  /** Of several pairs the last one with exactly this name, else the last one whose name differs only in case. */
  find(pairs: readonly T[], name: string): T | undefined;
}

/** Each list of pairs is gone through once, when the first of its pairs is asked for: a map with thousands of faults is looked at thousands of times. */
export function createNameIndex<T>(nameOf: (pair: T) => string | undefined): NameIndex<T> {
  const known = new WeakMap<readonly T[], Readonly<{ exact: ReadonlyMap<string, T>; lower: ReadonlyMap<string, T> }>>();
  return {
    find(pairs, name) {
      const found = known.get(pairs) ?? indexOf(pairs, nameOf);
      known.set(pairs, found);
      return found.exact.get(name) ?? found.lower.get(name.toLowerCase());
    },
  };
}

function indexOf<T>(pairs: readonly T[], nameOf: (pair: T) => string | undefined): Readonly<{ exact: ReadonlyMap<string, T>; lower: ReadonlyMap<string, T> }> {
  const exact = new Map<string, T>();
  const lower = new Map<string, T>();
  for (const pair of pairs) {
    const name = nameOf(pair);
    if (name === undefined) continue;
    exact.set(name, pair);
    lower.set(name.toLowerCase(), pair);
  }
  return { exact, lower };
}
