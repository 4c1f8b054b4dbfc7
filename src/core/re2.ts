import { RE2JS } from 're2js';
import { LRUCache } from 'lru-cache';

/** One match of a pattern: the whole text, where it starts (UTF-16 units), and its groups (undefined where a group took no part). */
export interface Match {
  readonly text: string;
  readonly index: number;
  readonly groups: readonly (string | undefined)[];
}

/** A compiled RE2 pattern: Go's syntax and meaning, linear time (design decision 9). */
export interface Pattern {
  readonly source: string;
  /** Whether it matches anywhere in the text. */
  test(text: string): boolean;
  /** All matches that do not overlap, from the left. */
  matchAll(text: string): readonly Match[];
  first(text: string): Match | undefined;
  /** Every match removed or replaced by a literal text. */
  replaceAll(text: string, replacement: string): string;
}

const compiled = new LRUCache<string, Pattern>({ max: 5_000 });

/** Compiles a pattern, or gives the one compiled before. Throws an Error naming the fault when it is not RE2. */
export function pattern(source: string): Pattern {
  const known = compiled.get(source);
  if (known) return known;
  const made = compile(source);
  compiled.set(source, made);
  return made;
}

function compile(source: string): Pattern {
  const re = RE2JS.compile(source);
  const matchAll = (text: string, most: number): Match[] => {
    const matcher = re.matcher(text);
    const found: Match[] = [];
    while (found.length < most && matcher.find()) {
      const groups: (string | undefined)[] = [];
      for (let n = 1; n <= matcher.groupCount(); n++) groups.push(matcher.group(n) ?? undefined);
      found.push({ text: matcher.group() ?? '', index: matcher.start(), groups });
    }
    return found;
  };
  return {
    source,
    test: (text) => re.matcher(text).find(),
    matchAll: (text) => matchAll(text, Number.POSITIVE_INFINITY),
    first: (text) => matchAll(text, 1)[0],
    replaceAll: (text, replacement) => {
      let out = '';
      let at = 0;
      for (const match of matchAll(text, Number.POSITIVE_INFINITY)) {
        out += text.slice(at, match.index) + replacement;
        at = match.index + match.text.length;
      }
      return out + text.slice(at);
    },
  };
}
