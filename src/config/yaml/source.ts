import { isUtf8 } from 'node:buffer';
import { gunzipSync } from 'node:zlib';
import { atMost, formatPath, type Finding, type Path } from '../findings.js';
import { readBlock } from './block.js';
import { carefulOffsets, type Offset } from './carefulPlaces.js';
import { firstDocument } from './document.js';
import { readFast } from './fast.js';
import { fastOffsets } from './fastPlaces.js';
import { YamlFault, aliasTargets, checkDocument } from './limits.js';
import { isPlainJson } from './plainJson.js';
import { valueOf } from './value.js';

/** What was worked out of the content of a file, in this process or in an earlier one: values of JSON by name. */
export interface Notes {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
}

/** A YAML file that was read: its value, and on demand the place of anything in it. */
export interface Source {
  readonly file: string;
  readonly value: unknown;
  /** The place of the value at a path, or of the key with `key`; the closest enclosing place where the path leads nowhere. */
  finding(path: Path, message: string, at?: 'key' | 'value'): Finding;
  /** What is known of the content besides; files of jobs have it. */
  readonly notes?: Notes;
}

/** Unzipped, a file larger than this is refused; the largest real ones are a hundredth of it. */
const MAX_BYTES = 256 * 1024 * 1024;
/** Stands for bytes that are not UTF-8; upstream refuses the character itself as well. */
const NOT_UTF8 = '\uffff';
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/;

/** The text of a configuration file; gzip is recognised by its first two bytes. */
export function textOf(bytes: Buffer): string {
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes, { maxOutputLength: MAX_BYTES }) : bytes;
  const text = plain.toString('utf8');
  // To YAML 1.1 each of these is one line break.
  return (isUtf8(plain) ? text : markInvalid(plain, text)).replace(/\r\n?/g, '\n');
}

/** Puts a character that no file may have where the first bytes are that are no UTF-8, so that the place is not lost. */
function markInvalid(bytes: Buffer, text: string): string {
  const [replacement, length] = ['\ufffd', 3];
  let [from, offset] = [0, 0];
  for (let at = text.indexOf(replacement); at >= 0; at = text.indexOf(replacement, from)) {
    offset += Buffer.byteLength(text.slice(from, at));
    if (bytes.toString('utf8', offset, offset + length) !== replacement || bytes[offset] !== 0xef) return text.slice(0, at) + NOT_UTF8 + text.slice(at + 1);
    [from, offset] = [at + 1, offset + length];
  }
  return text;
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
  const fast = readBlock(text) ?? readFast(text);
  if (fast) return { source: { file, value: fast.value, finding: placesOf(file, text) }, plain: true };
  const source = readCarefully(file, text, errors);
  return { source, plain: source !== undefined && isPlainJson(source.value) };
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
  const faultAt = (offset: number, message: string): Finding => ({ file, ...placeAt(lineStarts(text), offset), path: '', message });
  const control = CONTROL.exec(text);
  if (control) {
    const code = control[0] === NOT_UTF8 ? 'bytes that are not' : `U+${control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
    errors.push(faultAt(control.index, `expected text in UTF-8 without control characters, found ${code}`));
    return undefined;
  }
  try {
    const document = firstDocument(text);
    if (!document) return { file, value: undefined, finding: placesOf(file, '') };
    if (document.errors.length > 0) {
      const starts = lineStarts(text);
      errors.push(...atMost(document.errors.map((fault) => ({ file, ...placeAt(starts, fault.pos[0]), path: '', message: fault.message }))));
      return undefined;
    }
    const targets = aliasTargets(document);
    checkDocument(document, targets);
    // Places are mostly asked for right away, and then the text need not be read again.
    const known = new WeakRef(document);
    return { file, value: valueOf(document, targets), finding: placesOf(file, text, (all) => carefulOffsets(all, known.deref())) };
  } catch (err) {
    errors.push(err instanceof YamlFault ? faultAt(err.offset, err.message) : faultAt(0, `cannot be read as YAML: ${err instanceof Error ? err.message : String(err)}`));
    return undefined;
  }
}

/** Places cost another parse, so they are only worked out for files with findings, once. */
function placesOf(file: string, text: string, offsets: (text: string) => Offset = (all) => fastOffsets(all) ?? carefulOffsets(all)): Source['finding'] {
  let found: { readonly offset: Offset; readonly lines: readonly number[] } | undefined;
  return (path, message, at = 'value') => {
    found ??= { offset: offsets(text), lines: lineStarts(text) };
    return { file, ...placeAt(found.lines, found.offset(path, at)), path: formatPath(path), message };
  };
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
