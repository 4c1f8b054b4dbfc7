import { flowAt, quotedAt, type Found } from './flow.js';
import { plainScalar } from './plainScalars.js';

/**
 * The fastest way of reading a file: the plain block style in which nearly all files of jobs are written, line by line. It knows a few
 * forms and leaves a file in which it meets anything else, even where that would be right, to the other readers (`fast.ts`,
 * `source.ts`). What it reads is therefore plain JSON, and no larger than the file.
 */

/** Tabs, carriage returns, control characters and other ends of lines. */
const ODD_CHARACTER = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/;
const MAX_DEPTH = 60;
const LONGEST_KEY = 250;
/** On a text of millions of characters, V8's expressions run out of stack. */
const LONGEST_LINE = 100_000;
const [LINE_END, SPACE, QUOTES, HASH, APOSTROPHE, DASH, COLON] = [0x0a, 0x20, 0x22, 0x23, 0x27, 0x2d, 0x3a];

/** What is thrown where another reader is needed; it says nothing, since that one will. */
const OTHER_READER = new Error('not in the plain block style');

/** Where the reading is: at the first character of a line that is neither blank nor a comment, or behind the marks of items. */
interface Cursor {
  readonly text: string;
  /** The column; -1 at the end of the file. */
  indent: number;
  from: number;
  /** The end of the line. */
  to: number;
}

/** The value of a file in plain block style; undefined when another reader is needed. */
export function readBlock(file: string): Readonly<{ value: unknown }> | undefined {
  // A last line of blanks that does not end is no line to some readers.
  if (ODD_CHARACTER.test(file) || file.endsWith(' ')) return undefined;
  const at: Cursor = { text: file.endsWith('\n') ? file : `${file}\n`, indent: 0, from: 0, to: -1 };
  try {
    toNextLine(at);
    if (at.indent === 0 && at.to === 3 + at.from && at.text.startsWith('---', at.from)) toNextLine(at);
    if (at.indent < 0) return undefined;
    const value = collection(at, 0);
    return at.indent < 0 ? { value } : undefined;
  } catch (err) {
    if (err !== OTHER_READER) throw err;
    return undefined;
  }
}

function toNextLine(at: Cursor): void {
  const { text } = at;
  for (let start = at.to + 1; start < text.length; start = at.to + 1) {
    let from = start;
    while (text.charCodeAt(from) === SPACE) from++;
    at.to = text.indexOf('\n', from);
    const first = text.charCodeAt(from);
    if (first === LINE_END || first === HASH) continue;
    if (at.to - from > LONGEST_LINE) throw OTHER_READER;
    at.from = from;
    at.indent = from - start;
    return;
  }
  at.indent = -1;
}

function collection(at: Cursor, depth: number): unknown {
  if (depth > MAX_DEPTH) throw OTHER_READER;
  return isItem(at.text, at.from) ? list(at, depth) : map(at, depth);
}

function isItem(text: string, from: number): boolean {
  return text.charCodeAt(from) === DASH && text.charCodeAt(from + 1) === SPACE;
}

function list(at: Cursor, depth: number): unknown[] {
  const { text, indent } = at;
  const items: unknown[] = [];
  do {
    const from = afterSpaces(text, at.from + 1);
    if (from === at.to || text.charCodeAt(from) === HASH) throw OTHER_READER;
    if (isItem(text, from) || keyEnd(text, from) > 0) {
      // What is in the item begins in the item's own line.
      at.indent += from - at.from;
      at.from = from;
      items.push(collection(at, depth + 1));
    } else items.push(scalar(at, from, indent));
  } while (at.indent === indent && isItem(text, at.from));
  if (at.indent > indent) throw OTHER_READER;
  return items;
}

function map(at: Cursor, depth: number): Record<string, unknown> {
  const { text, indent } = at;
  const fields: Record<string, unknown> = {};
  do {
    const end = keyEnd(text, at.from);
    if (end < 0) throw OTHER_READER;
    const key = keyOf(text, at.from, end);
    const from = afterSpaces(text, end + 1);
    fields[key] = from === at.to || text.charCodeAt(from) === HASH ? below(at, indent, depth) : scalar(at, from, indent);
  } while (at.indent === indent);
  if (at.indent > indent) throw OTHER_READER;
  return fields;
}

/** What stands in the lines below a key; items may be no further in than the key. */
function below(at: Cursor, indent: number, depth: number): unknown {
  toNextLine(at);
  if (at.indent > indent || (at.indent === indent && isItem(at.text, at.from))) return collection(at, depth + 1);
  return null;
}

/** Where the colon of a key stands that begins here; -1 where none does. */
function keyEnd(text: string, from: number): number {
  const first = text.charCodeAt(from);
  let at = from;
  if (first === QUOTES || first === APOSTROPHE) {
    at = text.indexOf(first === QUOTES ? '"' : "'", from + 1) + 1;
    if (at === 0) return -1;
  } else {
    while (isKeyCharacter(text.charCodeAt(at)) || (text.charCodeAt(at) === SPACE && at > from && isKeyCharacter(text.charCodeAt(at + 1)))) at++;
  }
  const after = text.charCodeAt(at + 1);
  return at > from && at - from < LONGEST_KEY && text.charCodeAt(at) === COLON && (after === SPACE || after === LINE_END) ? at : -1;
}

/** A letter, a digit or one of `_./-`; there may be single blanks between them. */
function isKeyCharacter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || code === 0x5f || (code >= 0x2d && code <= 0x39) || (code >= 0x41 && code <= 0x5a);
}

function keyOf(text: string, from: number, end: number): string {
  const first = text.charCodeAt(from);
  const quoted = first === QUOTES || first === APOSTROPHE;
  const key = quoted ? text.slice(from + 1, end - 1) : text.slice(from, end);
  const plain = quoted ? !/[\\\n]/.test(key) : first !== DASH && plainScalar(key) === undefined;
  if (!plain || key === '__proto__') throw OTHER_READER;
  return key;
}

/** A value that begins in the line of its key or item, whose column is `indent`. */
function scalar(at: Cursor, from: number, indent: number): unknown {
  const { text } = at;
  const first = text.charAt(from);
  let value: unknown;
  if (first === '|' || first === '>') value = blockText(at, from, indent);
  else if (first === '"' || first === "'" || first === '[' || first === '{') value = untilEnd(first === '[' || first === '{' ? flowAt(text, from, at.to, 0) : quotedAt(text, from, at.to), at);
  else value = plain(at, from, indent);
  toNextLine(at);
  // What is further in would go on with the text, or be a fault.
  if (at.indent > indent) throw OTHER_READER;
  return value;
}

/** A text without quotes, with the lines that go on with it; what may be something else than text is left to another reader. */
function plain(at: Cursor, from: number, indent: number): unknown {
  const line = at.text.slice(from, at.to);
  const comment = line.indexOf(' #');
  let text = plainLine(comment < 0 ? line : line.slice(0, comment));
  for (let next = goingOn(at, indent); next !== undefined; next = goingOn(at, indent)) {
    if (comment >= 0 || next.includes(' #')) throw OTHER_READER;
    text += ` ${plainLine(next)}`;
  }
  const value = plainScalar(text);
  if (value === 'odd') throw OTHER_READER;
  return value === undefined ? text : value;
}

/** The next line, if it is further in and neither blank nor a comment; the cursor is then at its end. */
function goingOn(at: Cursor, indent: number): string | undefined {
  const { text, to } = at;
  const first = afterSpaces(text, to + 1);
  const code = text.charCodeAt(first);
  if (first >= text.length || first - to - 1 <= indent || code === LINE_END || code === HASH) return undefined;
  at.to = text.indexOf('\n', first);
  return text.slice(first, at.to);
}

const NO_START = '-?:,[]{}#&*!|>\'"%@`';
function plainLine(line: string): string {
  const text = line.trimEnd();
  const second = text.charAt(1);
  if (text === '' || (NO_START.includes(text.charAt(0)) && !(text.startsWith('-') && second !== '' && second !== ' '))) throw OTHER_READER;
  if (text.includes(': ') || text.endsWith(':')) throw OTHER_READER;
  return text;
}

/** The value, if nothing but a comment follows it in its line. */
function untilEnd(found: Found | undefined, { text, to }: Cursor): unknown {
  if (!found) throw OTHER_READER;
  const end = afterSpaces(text, found.end);
  if (end !== to && (end === found.end || text.charCodeAt(end) !== HASH)) throw OTHER_READER;
  return found.value;
}

function afterSpaces(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === SPACE) at++;
  return at;
}

const HEADER = /([|>])([-+]?)(?: +#.*| *)$/my;

/** A text of several lines; leaves the cursor before the line that follows it. */
function blockText(at: Cursor, from: number, indent: number): string {
  const { text } = at;
  HEADER.lastIndex = from;
  const [, style, chomping] = HEADER.exec(text) ?? [];
  if (style === undefined) throw OTHER_READER;
  const lines: string[] = [];
  let column = -1;
  let full = 0;
  for (let start = at.to + 1; start < text.length; start = at.to + 1) {
    const first = afterSpaces(text, start);
    const found = first - start;
    if (text.charCodeAt(first) === LINE_END) {
      // Blanks beyond the column would be a part of the text.
      if (found > 0 && (column < 0 || found > column)) throw OTHER_READER;
      lines.push('');
    } else {
      if (column < 0) column = found;
      if (found < column || column <= indent) break;
      lines.push(text.slice(start + column, text.indexOf('\n', first)));
      full = lines.length;
    }
    at.to = text.indexOf('\n', first);
  }
  if (full === 0) throw OTHER_READER;
  const body = lines.slice(0, full);
  if (style === '>' && body.some((line) => line === '' || line.startsWith(' '))) throw OTHER_READER;
  const end = chomping === '-' ? '' : '\n'.repeat(chomping === '+' ? lines.length - full + 1 : 1);
  return body.join(style === '|' ? '\n' : ' ') + end;
}
