import { Schema, Type, load } from 'js-yaml';
import { plainScalar } from './plainScalars.js';

/**
 * The fast way of reading a file. It takes what the files of real installations are made of and leaves the rest to the careful way
 * (`source.ts`), which alone decides what an anchor, a merge, a tag or a fault of the syntax means: whatever looks like one of them,
 * even inside a text, is not read here. What is read here is therefore plain JSON, and no larger than the file.
 */

/** Anchors, merges, keys that are no texts, directives, further documents, control characters and tabs. Tags fail by themselves. */
const ODD = [
  /(?:^|[\s,[{:-])&[^\s,\]}&]/m,
  /<<['"]?\s{0,99}:/,
  /!<|(?:^|[\s,[{-])!(?=\s{0,99}(?:$|[,\]}#]))/m,
  /(?:^|[\s,[{-])\?(?:\s|$)/,
  /(?:^[ -]*|[{,[]\s{0,99})[[{][^\n]*[\]}]\s{0,99}:(?:\s|$)|\{\s{0,99}\[/m,
  /^(?:%|\.\.\.)/m,
  // Here js-yaml differs: dashes that begin a line and are no mark of a document, content beside such a mark, a dash alone on its line,
  // a block text that says how far it is indented, a comment that touches what it follows.
  /^---[^\s]|^---[ ]+[^\s#]/m,
  /^[ ]*(?:-[ ]+)*-[ ]*(?:#.*)?$/m,
  /[|>][-+]?[1-9][-+]?[ ]*(?:#.*)?$/m,
  // A block text on a line of its own: a tag before it is on another line, and the listener does not hear where it ends.
  /^[ ]*[|>][-+]?[ ]*(?:#.*)?$/m,
  /[\]}]#/,
  /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/,
];
/** Perhaps a key that is null or a map; scripts and templates have such texts, too, so the value is looked at. */
const ODD_KEY = /(?:^|[\n{,[~-]|null|Null|NULL)[ ]*:(?=[\s,[\]{}"']|$)|[{,]\s{0,99}(?:~|null|Null|NULL)?\s{0,99}[,}#]|\{\s{0,99}\{/;
/** The expressions above look ahead to the end of a line. */
const LONGEST_LINE = 4_000;
const NOTHING = /^(?:\s|#[^\n]*(?:\n|$)|---)*$/;
const DOCUMENT = /^---(?=\s)/gm;
/** Deeper files are left to the careful way, too. */
const MAX_DEPTH = 90;

/** Everything that a plain scalar can be besides a text, as one type: it is asked once for every scalar. */
const scalar = new Type('tag:prow,2026:scalar', {
  kind: 'scalar',
  resolve: (text: unknown) => plainScalar(String(text)) !== undefined,
  construct: (text: unknown) => {
    const value = plainScalar(String(text));
    if (value === 'odd') throw new Error('a number that JSON cannot say');
    return value;
  },
});
const SCHEMA = new Schema({ implicit: [scalar], explicit: [] });

/** Whether a text has nothing that only the careful way may read. */
export function isOrdinary(text: string): boolean {
  // A last line of blanks that does not end is no line to some readers.
  if (text.endsWith(' ') || hasLongLine(text) || ODD.some((one) => one.test(text))) return false;
  const [first, second] = text.match(DOCUMENT) ?? [];
  return second === undefined && (first === undefined || /^(?:[ ]*(?:#.*)?\n)*---\s/.test(text));
}

/** What the reader of places hears of every value: that it begins, and that it has ended. */
export type Listener = (event: 'open' | 'close', state: Readonly<{ position: number; kind: string | null; result: unknown }>) => void;

/** The value of an ordinary file; undefined when the file is to be read carefully, be it odd or broken. */
export function readFast(text: string, listener?: Listener): Readonly<{ value: unknown }> | undefined {
  if (!isOrdinary(text)) return undefined;
  try {
    const value: unknown = load(text, { schema: SCHEMA, json: true, maxDepth: MAX_DEPTH, ...(listener && { listener }) } as Parameters<typeof load>[1]);
    // A lone scalar is no configuration; a file of comments is an empty one.
    if (value === null || typeof value !== 'object') return NOTHING.test(text) ? { value } : undefined;
    return ODD_KEY.test(text) && hasOddKey(value) ? undefined : { value };
  } catch {
    return undefined; // The careful way says what is wrong, and where.
  }
}

function hasLongLine(text: string): boolean {
  let start = 0;
  while (start + LONGEST_LINE < text.length) {
    const end = text.indexOf('\n', start);
    if (end < 0 || end - start > LONGEST_LINE) return true;
    start = end + 1;
  }
  return false;
}

function hasOddKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, 'null') || Object.hasOwn(value, '[object Object]') || Object.values(value).some(hasOddKey);
}
