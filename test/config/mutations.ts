import { gzipSync } from 'node:zlib';
import { isMap, isScalar, isSeq, parseDocument, type Node, type ParsedNode } from 'yaml';

export type Path = readonly (string | number)[];
export const KINDS = ['deleted', 'retyped', 'oversized', 'nested', 'laughs', 'truncated', 'binary'] as const;
export type Kind = (typeof KINDS)[number];

/** What to do, in numbers that a generator of tests can make up. */
export interface Wish {
  readonly kind: Kind;
  /** Where in the file, from 0 to 1. */
  readonly where: number;
  readonly variant: number;
}

export interface Mutation {
  readonly bytes: Buffer;
  /** The place that was changed; nothing outside of it may be different. Undefined where the text was cut or damaged. */
  readonly path: Path | undefined;
  /** Lines (from 1) in which faults may be reported. */
  readonly lines: readonly [first: number, last: number];
  /** The entries of the file (jobs, settings) that were complete before the first changed character. */
  readonly before: readonly Path[];
}

interface Place {
  readonly path: Path;
  /** Where its key begins, or itself in a list. */
  readonly from: number;
  readonly start: number;
  readonly end: number;
  /** Where the next entry of the same collection begins; undefined for the last one. */
  readonly next: number | undefined;
}

const RETYPED = ['5', '-1.5', 'true', '[a, 1]', '{a: b}', '"some text"', 'null', '[[]]', '{a: {b: [c]}}', '""', '99999999999999999999', '[null]'];
const OVERSIZED = [() => `"${'x'.repeat(1 << 20)}"`, () => `[${Array.from({ length: 10_000 }, (_, n) => n).join(', ')}]`, () => '9'.repeat(100_000), () => `{${Array.from({ length: 20_000 }, (_, n) => `k${n}: v`).join(', ')}}`];
const NESTED = [(deep: number) => '['.repeat(deep) + ']'.repeat(deep), (deep: number) => '{a: '.repeat(deep) + '}'.repeat(deep), (deep: number) => '['.repeat(deep)];
const DEPTHS = [95, 1_000, 20_000];

/** A copy of a file with one thing wrong in it. */
export function mutated(text: string, { kind, where, variant }: Wish): Mutation {
  const places = placesIn(text);
  if (kind === 'truncated' || kind === 'binary') return damaged(text, places, { kind, where, variant });
  const place = places[Math.floor(where * places.length)];
  if (!place) throw new Error('the file has no places');
  if (kind === 'deleted') return replaced(text, places, { ...place, start: place.from, end: place.next ?? place.end }, place.next === undefined ? ' ' : '', place.path.slice(0, -1));
  const made = replaced(text, places, place, replacement(kind, variant), place.path);
  if (kind !== 'nested') return made;
  // What is too deep is refused where it gets too deep; what is not and is never closed takes in all that follows.
  const shallow = Math.floor(variant / NESTED.length) % DEPTHS.length === 0;
  return shallow && variant % NESTED.length === 2 ? { ...made, lines: [made.lines[0], made.bytes.toString('utf8').split('\n').length] } : made;
}

function replacement(kind: Exclude<Kind, 'deleted' | 'truncated' | 'binary'>, variant: number): string {
  const at = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;
  switch (kind) {
    case 'retyped': return at(RETYPED, variant);
    case 'oversized': return at(OVERSIZED, variant)();
    case 'nested': return at(NESTED, variant)(at(DEPTHS, Math.floor(variant / NESTED.length)));
    case 'laughs': return `[&l0 [${'ha, '.repeat(9)}ha]${Array.from({ length: 29 }, (_, n) => `, &l${n + 1} [${`*l${n}, `.repeat(9)}*l${n}]`).join('')}]`;
    default: return kind satisfies never;
  }
}

function replaced(text: string, places: readonly Place[], { start, end }: Place, by: string, path: Path): Mutation {
  const newline = by !== '' && text.slice(start, end).endsWith('\n') ? '\n' : '';
  const made = text.slice(0, start) + by + newline + text.slice(end);
  const around = unitOf(path, places, text);
  const last = around.end + made.length - text.length;
  return { bytes: Buffer.from(made), path, lines: [lineAt(made, around.start), lineAt(made, Math.max(last - 1, start))], before: [] };
}

function damaged(text: string, places: readonly Place[], { kind, where, variant }: Wish): Mutation {
  const at = Math.floor(where * text.length);
  const whole: Pick<Mutation, 'path' | 'before'> = { path: undefined, before: [] };
  if (kind === 'binary' && variant % 5 === 0) return { ...whole, bytes: Buffer.concat([gzipSync(text).subarray(0, 2), noise(64, variant)]), lines: [1, 1] };
  const units = places.filter(({ path }) => path.length === unitDepth(path));
  const from = units.findLast(({ start }) => start <= at)?.start ?? 0;
  const bytes = kind === 'truncated' ? Buffer.from(text.slice(0, at)) : Buffer.concat([Buffer.from(text.slice(0, at)), noise(1 + (variant % 40), variant), Buffer.from(text.slice(at + (variant % 30)))]);
  const made = bytes.toString('utf8');
  return { bytes, path: undefined, lines: [lineAt(text, from), made.split('\n').length], before: units.filter(({ end }) => end <= at).map(({ path }) => path) };
}

/** Bytes that depend on nothing but a number. */
function noise(length: number, seed: number): Buffer {
  let state = seed + 1;
  return Buffer.from(Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 12) & 0xff;
  }));
}

/** The entry of the file that a path leads into: a job with all that belongs to it, else what stands two levels deep. */
function unitOf(path: Path, places: readonly Place[], text: string): Readonly<{ start: number; end: number }> {
  const depth = Math.min(path.length, unitDepth(path));
  const unit = places.find((place) => place.path.length === depth && place.path.every((part, n) => part === path[n]));
  // Presets reach into jobs anywhere.
  return unit && path[0] !== 'presets' ? unit : { start: 0, end: text.length };
}

function unitDepth([first]: Path): number {
  return first === 'presubmits' || first === 'postsubmits' ? 3 : 2;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** Every value of a file that stands in block style, by its path, with the text that it takes; what aliases repeat elsewhere is left out. */
function placesIn(text: string): readonly Place[] {
  const found: Place[] = [];
  const visit = (node: Node | null, path: Path): void => {
    if (isMap<ParsedNode, ParsedNode | null>(node)) {
      node.items.forEach(({ key, value }, n) => {
        const at = [...path, isScalar(key) ? String(key.value) : ''];
        if (!value?.range || !key.range || node.flow === true || ('anchor' in value && value.anchor !== undefined) || at.at(-1) === '<<') return;
        found.push({ path: at, from: key.range[0], start: value.range[0], end: value.range[1], next: node.items[n + 1]?.key.range?.[0] });
        visit(value, at);
      });
    } else if (isSeq<ParsedNode>(node)) {
      node.items.forEach((value, n) => {
        if (node.flow === true || ('anchor' in value && value.anchor !== undefined)) return;
        found.push({ path: [...path, n], from: value.range[0], start: value.range[0], end: value.range[1], next: node.items[n + 1]?.range[0] });
        visit(value, [...path, n]);
      });
    }
  };
  visit(parseDocument(text, { version: '1.1', merge: false, logLevel: 'silent' }).contents, []);
  return found.filter(({ start, end }) => end > start && !/[\s:-]&\w/.test(text.slice(start, end)));
}
