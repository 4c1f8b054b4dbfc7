import type { Path } from '../findings.js';
import { readFast } from './fast.js';
import { createNameIndex, type NameIndex } from './nameIndex.js';

/** Where a value stands, as an offset into the text, and what is in it. */
interface Node {
  readonly start: number;
  readonly inside: Readonly<{ kind: 'list'; items: readonly Node[] } | { kind: 'map'; pairs: readonly (readonly [key: Node, value: Node])[] } | { kind: 'scalar'; text: string }>;
}

interface Open {
  readonly at: number;
  /** What ended in it so far, and whether a colon followed: then it was a key. */
  readonly ended: (readonly [Node, 'key' | 'value'])[];
}

/** Finds the offset of a path in a text; undefined where only the careful way can tell. The key's with `key`. */
export function fastOffsets(text: string): ((path: Path, at: 'key' | 'value') => number) | undefined {
  const root = treeOf(text);
  const pairs = createNameIndex<readonly [Node, Node]>(([key]) => textOf(key));
  return root && ((path, at) => offsetOf(root, pairs, path, at));
}

/** The tree that is behind the events of the fast parser. */
function treeOf(text: string): Node | undefined {
  const open: Open[] = [];
  let root: Node | undefined;
  let sure = true;
  const read = readFast(text, (event, { position, kind, result }) => {
    if (event === 'open') {
      open.push({ at: position, ended: [] });
      return;
    }
    const one = open.pop();
    if (!one) return;
    // Values that are nothing may come without an event; then the careful way is to tell.
    const inside = kind === 'mapping' ? { kind: 'map', pairs: pairsOf(one.ended) } as const
      : kind === 'sequence' ? { kind: 'list', items: itemsOf(one.ended) } as const
        : { kind: 'scalar', text: String(result) } as const;
    const start = kind === null ? one.at : startOf(text, one.at);
    const [only, second] = one.ended;
    // What might have been the first key of a map turned out to be the value itself.
    const node: Node = only && !second && only[1] === 'value' && only[0].start === start ? only[0] : { start, inside };
    sure &&= isWhole(node, result);
    const parent = open.at(-1);
    if (parent) parent.ended.push([node, colonFollows(text, position) ? 'key' : 'value']);
    else root = node;
  });
  // A file of comments has no value, and its place is its start.
  if (!sure) return undefined;
  return read && (read.value === null || read.value === undefined ? { start: 0, inside: { kind: 'scalar', text: '' } } : root);
}

/** Whether everything that is in the result was heard of. */
function isWhole({ inside }: Node, result: unknown): boolean {
  if (inside.kind === 'list') return Array.isArray(result) && inside.items.length === result.length;
  if (inside.kind === 'scalar') return true;
  const keys = new Set(inside.pairs.map(([key]) => textOf(key)));
  return Object.keys(Object(result)).every((key) => keys.has(key));
}

function textOf({ inside }: Node): string | undefined {
  return inside.kind === 'scalar' ? inside.text : undefined;
}

function itemsOf(ended: Open['ended']): readonly Node[] {
  const items: Node[] = [];
  for (let at = 0; at < ended.length; at++) {
    const [node, what] = ended[at] ?? [];
    const [value] = what === 'key' ? (ended[++at] ?? []) : [];
    // `[a: b]` is a list of one map.
    if (node) items.push(value ? { start: node.start, inside: { kind: 'map', pairs: [[node, value]] } } : node);
  }
  return items;
}

function pairsOf(ended: Open['ended']): readonly (readonly [Node, Node])[] {
  const pairs: (readonly [Node, Node])[] = [];
  for (let at = 0; at < ended.length; at++) {
    const [key, what] = ended[at] ?? [];
    const [value] = what === 'key' ? (ended[++at] ?? []) : [];
    if (key) pairs.push([key, value ?? { start: key.start, inside: { kind: 'scalar', text: '' } }]);
  }
  return pairs;
}

const COLON = /[ \n]*:/y;
function colonFollows(text: string, at: number): boolean {
  COLON.lastIndex = at;
  return COLON.test(text);
}

const BLANK = /(?:[ \n]|#[^\n]*|!(?=[ \n]))*/y;
/** Blanks, comments and the mark of a text before a value are no part of it. */
function startOf(text: string, at: number): number {
  BLANK.lastIndex = at;
  BLANK.test(text);
  return BLANK.lastIndex;
}

function offsetOf(root: Node, pairs: NameIndex<readonly [Node, Node]>, path: Path, at: 'key' | 'value'): number {
  let node = root;
  let offset = node.start;
  for (const [depth, part] of path.entries()) {
    const { inside } = node;
    let next: Node | undefined;
    if (inside.kind === 'list' && typeof part === 'number') next = inside.items[part];
    else if (inside.kind === 'map') {
      const [key, value] = pairs.find(inside.pairs, String(part)) ?? [];
      if (!key) return offset;
      next = value;
      offset = key.start;
      if (depth === path.length - 1 && at === 'key') return offset;
    }
    if (!next) return offset;
    node = next;
    offset = node.start;
  }
  return offset;
}
