import type { Finding, Path } from './findings.js';
import type { Source } from './yaml/source.js';

/**
 * The place of something in a configuration that was merged from several files. Lists were appended, so an index counts through the
 * files; everything else stands in the file that leads furthest.
 */
export function placeIn(sources: readonly Source[], path: Path, message: string, at?: 'key' | 'value'): Finding {
  const listAt = path.findIndex((part) => typeof part === 'number');
  if (listAt >= 0) {
    let index = Number(path[listAt]);
    for (const source of sources) {
      const list = follow(source.value, path.slice(0, listAt)).value;
      const length = Array.isArray(list) ? list.length : 0;
      if (index < length) return source.finding([...path.slice(0, listAt), index, ...path.slice(listAt + 1)], message, at);
      index -= length;
    }
  }
  const [first, ...more] = sources;
  if (!first) return { file: '', line: 1, column: 1, path: '', message };
  const depth = (source: Source) => follow(source.value, path).depth;
  return more.reduce((best, source) => (depth(source) > depth(best) ? source : best), first).finding(path, message, at);
}

function follow(value: unknown, path: Path): Readonly<{ value: unknown; depth: number }> {
  let now = value;
  for (const [depth, part] of path.entries()) {
    const fields: Readonly<Record<PropertyKey, unknown>> = Object(now ?? {});
    const key = Object.hasOwn(fields, part) ? part : lowerKeys(fields).get(String(part).toLowerCase());
    if (key === undefined) return { value: undefined, depth };
    now = fields[key];
  }
  return { value: now, depth: path.length };
}

const known = new WeakMap<object, ReadonlyMap<string, string>>();

/** The keys of a map by their lower case, the first of those that differ only in it; made once, as each of thousands of faults asks. */
function lowerKeys(fields: object): ReadonlyMap<string, string> {
  const made = known.get(fields) ?? new Map(Object.keys(fields).reverse().map((key) => [key.toLowerCase(), key]));
  known.set(fields, made);
  return made;
}
