import { Lexer, Parser } from 'yaml';
import { UNKNOWN_KEY } from '../config/decode.js';
import type { Finding } from '../config/findings.js';
import { readCarefully, type Source } from '../config/yaml/source.js';

/** Real files nest to 20 and have a dozen aliases. */
const MAX_NESTING = 200;
const MAX_ALIASES = 1_000;
/** A compiled character takes a microsecond. */
const MAX_EXPRESSIONS = 500_000;
/** Looking up a place costs as much as reading the file; nobody mends more at once. */
const MAX_PLACES = 50;

/**
 * Reads YAML that a stranger may have written to keep a worker busy or to end it: nesting is what V8 dies of when a parser
 * recurses (a kilobyte of `[` is enough), and aliases, or places of thousands of faults, take minutes. What is read is read by the very
 * parser that was asked how deep the text nests; two parsers need not agree on that.
 */
export function readStrangers(file: string, text: string, errors: Finding[]): Source | undefined {
  const fault = excess(text);
  if (fault !== undefined) {
    errors.push({ file, ...fault, path: '' });
    return undefined;
  }
  const found: Finding[] = [];
  const source = readCarefully(file, text, found);
  errors.push(...found.slice(0, MAX_PLACES));
  if (source && expressionCost(source.value, '') > MAX_EXPRESSIONS) {
    errors.push({ file, line: 1, column: 1, path: '', message: 'expected smaller regular expressions: with their repetitions written out, all of the file together are too large' });
    return undefined;
  }
  return source && withFewPlaces(source);
}

/** What is too much, and where. The parser keeps a stack of its own, so that asking it costs none of ours. */
function excess(text: string): Omit<Finding, 'file' | 'path'> | undefined {
  const parser = new Parser();
  let aliases = 0;
  for (const lexeme of new Lexer().lex(text)) {
    const tokens = parser.next(lexeme);
    while (tokens.next().done !== true);
    if (lexeme.startsWith('*')) aliases++;
    if (parser.stack.length > MAX_NESTING) return { ...placeAt(text, parser.offset), message: `expected at most ${MAX_NESTING} levels, one inside the other` };
    if (aliases > MAX_ALIASES) return { ...placeAt(text, parser.offset), message: `expected at most ${MAX_ALIASES} aliases` };
  }
  return undefined;
}

const EXPRESSIONS: ReadonlySet<string> = new Set(['branches', 'skip_branches', 'run_if_changed', 'skip_if_only_changed', 'trigger']);
/** RE2 refuses more. */
const MAX_REPEAT = 1_000;

/** At least as many characters as the regular expressions in a value have when their counted repetitions are written out. */
function expressionCost(value: unknown, key: string): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item: unknown) => sum + expressionCost(item, key), 0);
  if (typeof value === 'object' && value !== null) return Object.entries(value).reduce((sum, [below, item]) => sum + expressionCost(item, below.toLowerCase()), 0);
  if (typeof value !== 'string' || !EXPRESSIONS.has(key)) return 0;
  const repeats = [...value.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].reduce((product, [, from = '1', to = '']) => Math.min(MAX_REPEAT, product * Math.max(1, Number(to || from))), 1);
  return value.length * repeats;
}

function placeAt(text: string, offset: number): Readonly<{ line: number; column: number }> {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: Math.max(1, before.at(-1)?.length ?? 1) };
}

/** Unknown keys are ignored here, and of faults the first ones have their places. */
function withFewPlaces({ file, value, finding }: Source): Source {
  let left = MAX_PLACES;
  return {
    file, value,
    finding: (path, message, at) => (message !== UNKNOWN_KEY && left-- > 0 ? finding(path, message, at) : { file, line: 1, column: 1, path: '', message }),
  };
}
