import { gunzipSync } from 'node:zlib';
import { Composer, LineCounter, Parser, isMap, isScalar, isSeq, isAlias, type Document, type Node, type ParsedNode, type Tags } from 'yaml';
import type { Finding, Path } from '../findings.js';
import { formatPath } from '../findings.js';
import { readFast } from './fast.js';
import { fastOffsets } from './fastPlaces.js';

/** A YAML file that was read: its value, and on demand the place of anything in it. */
export interface Source {
  readonly file: string;
  readonly value: unknown;
  /** The place of the value at a path, or of the key with `key`; the closest enclosing place where the path leads nowhere. */
  finding(path: Path, message: string, at?: 'key' | 'value'): Finding;
}

/** Unzipped, a file larger than this is refused; the largest real ones are a hundredth of it. */
const MAX_BYTES = 256 * 1024 * 1024;
/** As many values may come out of aliases of one anchor; keeps "billion laughs" out. */
const MAX_ALIASED = 10_000;

/** The text of a configuration file; gzip is recognised by its first two bytes. */
export function textOf(bytes: Buffer): string {
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes, { maxOutputLength: MAX_BYTES }) : bytes;
  return plain.toString('utf8');
}

/**
 * Reads the first document as upstream does: YAML 1.1 booleans and numbers, merge keys, anchors, repeated keys (the last one
 * counts), but times and base-60 numbers stay text (config 1.1). Faults of the syntax go to `errors`; then there is no source.
 */
export function readYaml(file: string, text: string, errors: Finding[]): Source | undefined {
  return parseYaml(file, text, errors).source;
}

/** As `readYaml`; `plain` says that the value is JSON through and through, so that it can be kept as such. */
export function parseYaml(file: string, text: string, errors: Finding[]): Readonly<{ source: Source | undefined; plain: boolean }> {
  const fast = readFast(text);
  if (fast) return { source: { file, value: fast.value, finding: placesOf(file, text) }, plain: true };
  return { source: readCarefully(file, text, errors), plain: false };
}

/** A file whose value is known from elsewhere; it is parsed when somebody asks for the value all the same, or for a place. */
export function knownSource(file: string, text: string): Source {
  let read: Readonly<{ value: unknown }> | undefined;
  return {
    file,
    get value() {
      read ??= { value: readYaml(file, text, [])?.value };
      return read.value;
    },
    finding: placesOf(file, text),
  };
}

/** The careful and slow way; it reads everything, and says what is wrong where it is wrong. */
export function readCarefully(file: string, text: string, errors: Finding[]): Source | undefined {
  const lines = new LineCounter();
  try {
    const document = firstDocument(text, lines);
    if (!document) return { file, value: undefined, finding: placesOf(file, '') };
    for (const fault of document.errors) {
      const { line, col } = lines.linePos(fault.pos[0]);
      errors.push({ file, line: Math.max(line, 1), column: Math.max(col, 1), path: '', message: fault.message });
    }
    if (document.errors.length > 0) return undefined;
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASED });
    return { file, value, finding: carefulPlacesOf(file, text) };
  } catch (err) {
    errors.push({ file, line: 1, column: 1, path: '', message: `cannot be read as YAML: ${err instanceof Error ? err.message : String(err)}` });
    return undefined;
  }
}

const FLOAT = '^[-+]?(?:[0-9][0-9_]*(?:\\.[0-9_]*)?|\\._*[0-9][0-9_]*)';

/** A number has a digit: the parser would take `.` and `e2` for numbers, too. */
function withDigits(tag: Tags[number]): Tags[number] {
  if (typeof tag === 'string' || tag.tag !== 'tag:yaml.org,2002:float' || tag.collection !== undefined) return tag;
  if (tag.format === 'EXP') return { ...tag, test: new RegExp(`${FLOAT}[eE][-+]?[0-9]+$`) };
  return tag.test?.test('1.5') ? { ...tag, test: new RegExp(`(?=.*\\.)${FLOAT}$`) } : tag;
}

const OPTIONS = {
  version: '1.1',
  merge: true,
  uniqueKeys: false,
  logLevel: 'silent',
  prettyErrors: false,
  customTags: (tags: Tags): Tags => tags.filter((tag) => typeof tag === 'string' || (tag.format !== 'TIME' && tag.tag !== 'tag:yaml.org,2002:timestamp')).map(withDigits),
} as const;

function firstDocument(text: string, lines: LineCounter): Document.Parsed<ParsedNode> | undefined {
  for (const document of new Composer({ ...OPTIONS, lineCounter: lines }).compose(new Parser(lines.addNewLine).parse(text))) return document;
  return undefined;
}

type Offset = (path: Path, at: 'key' | 'value') => number;

/** Places cost a second parse, so they are only worked out for files with findings, once. */
function placesOf(file: string, text: string, offsets: (text: string) => Offset = (all) => fastOffsets(all) ?? carefulOffsets(all)): Source['finding'] {
  let found: { readonly offset: Offset; readonly lines: readonly number[] } | undefined;
  return (path, message, at = 'value') => {
    found ??= { offset: offsets(text), lines: lineStarts(text) };
    return { file, ...placeAt(found.lines, found.offset(path, at)), path: formatPath(path), message };
  };
}

function carefulPlacesOf(file: string, text: string): Source['finding'] {
  return placesOf(file, text, carefulOffsets);
}

function carefulOffsets(text: string): Offset {
  const document = firstDocument(text, new LineCounter());
  return (path, at) => (document ? offsetOf(document, path, at) : 0);
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Line and column of an offset; both count from 1. */
function placeAt(starts: readonly number[], offset: number): Readonly<{ line: number; column: number }> {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}

function offsetOf(document: Document.Parsed<ParsedNode>, path: Path, at: 'key' | 'value'): number {
  let node: Node | null | undefined = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const [depth, part] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    let next: Node | null | undefined;
    if (isSeq(node) && typeof part === 'number') next = node.items[part] as Node | undefined;
    else if (isMap(node)) {
      const pair = node.items.findLast((item) => isScalar(item.key) && String(item.key.value) === String(part))
        ?? node.items.findLast((item) => isScalar(item.key) && String(item.key.value).toLowerCase() === String(part).toLowerCase());
      if (!pair) return offset;
      const key = pair.key as Node;
      next = pair.value as Node | null;
      offset = key.range?.[0] ?? offset;
      if (depth === path.length - 1 && at === 'key') return offset;
    }
    if (!next) return offset;
    node = next;
    offset = node.range?.[0] ?? offset;
  }
  return offset;
}
