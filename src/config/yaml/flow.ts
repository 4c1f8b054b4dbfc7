import { plainScalar } from './plainScalars.js';

/** A value, and the offset behind it. */
export type Found = Readonly<{ value: unknown; end: number }>;

const MAX_DEPTH = 20;
const DOUBLE = /"(?:[^"\\\n]|\\["\\bfnrt])*"/y;
const SINGLE = /'((?:[^'\n]|'')*)'/y;
/** A text without quotes inside of brackets; a colon only where it cannot end a key. */
const PLAIN = /(?:[\w./^$(\\+=~]|-[\w./-])(?:[^,[\]{}#:"'\n]|:[\w/])*/y;
const KEY = /[A-Za-z_][\w./-]*(?=: )/y;

/** A quoted text that ends in its line; undefined where another reader is needed. */
export function quotedAt(text: string, from: number, to: number): Found | undefined {
  const double = text.charAt(from) === '"';
  const pattern = double ? DOUBLE : SINGLE;
  pattern.lastIndex = from;
  const [whole, inside = ''] = pattern.exec(text) ?? [];
  if (whole === undefined || from + whole.length > to) return undefined;
  // These escapes mean the same in JSON.
  if (double) return { value: whole.includes('\\') ? JSON.parse(whole) : whole.slice(1, -1), end: from + whole.length };
  return { value: inside.replaceAll("''", "'"), end: from + whole.length };
}

/** A list or map in brackets that ends in its line; undefined where another reader is needed. */
export function flowAt(text: string, from: number, to: number, depth: number): Found | undefined {
  if (depth > MAX_DEPTH) return undefined;
  return text.charAt(from) === '[' ? listAt(text, from, to, depth) : mapAt(text, from, to, depth);
}

function listAt(text: string, from: number, to: number, depth: number): Found | undefined {
  const items: unknown[] = [];
  let at = afterSpaces(text, from + 1);
  if (text.charAt(at) === ']') return { value: items, end: at + 1 };
  for (;;) {
    const found = valueAt(text, at, to, depth);
    if (!found) return undefined;
    items.push(found.value);
    const next = afterSpaces(text, found.end);
    if (text.charAt(next) === ']') return { value: items, end: next + 1 };
    if (text.charAt(next) !== ',') return undefined;
    at = afterSpaces(text, next + 1);
  }
}

function mapAt(text: string, from: number, to: number, depth: number): Found | undefined {
  const fields: Record<string, unknown> = {};
  let at = afterSpaces(text, from + 1);
  if (text.charAt(at) === '}') return { value: fields, end: at + 1 };
  for (;;) {
    KEY.lastIndex = at;
    const [key] = KEY.exec(text) ?? [];
    if (key === undefined || plainScalar(key) !== undefined || key === '__proto__') return undefined;
    const found = valueAt(text, afterSpaces(text, at + key.length + 1), to, depth);
    if (!found) return undefined;
    fields[key] = found.value;
    const next = afterSpaces(text, found.end);
    if (text.charAt(next) === '}') return { value: fields, end: next + 1 };
    if (text.charAt(next) !== ',') return undefined;
    at = afterSpaces(text, next + 1);
  }
}

function valueAt(text: string, from: number, to: number, depth: number): Found | undefined {
  const first = text.charAt(from);
  if (first === '"' || first === "'") return quotedAt(text, from, to);
  if (first === '[' || first === '{') return flowAt(text, from, to, depth + 1);
  PLAIN.lastIndex = from;
  const [whole] = PLAIN.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const value = plainScalar(whole.trimEnd());
  return value === 'odd' ? undefined : { value: value === undefined ? whole.trimEnd() : value, end: from + whole.length };
}

function afterSpaces(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === 0x20) at++;
  return at;
}
