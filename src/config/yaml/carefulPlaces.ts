import { isAlias, isMap, isScalar, isSeq, type Alias, type Document, type Node, type ParsedNode } from 'yaml';
import type { Path } from '../findings.js';
import { firstDocument } from './document.js';
import { aliasTargets } from './limits.js';
import { createNameIndex, type NameIndex } from './nameIndex.js';

/** The offset of the value at a path into a text, or of its key; of the closest enclosing value where the path leads nowhere. */
export type Offset = (path: Path, at: 'key' | 'value') => number;

interface Pair {
  readonly key: unknown;
  readonly value: unknown;
}

interface Tree {
  readonly document: Document.Parsed<ParsedNode>;
  readonly targets: ReadonlyMap<Alias, Node>;
  readonly pairs: NameIndex<Pair>;
}

/** Finds the offsets of a text that was read without fault; `read` is its document, if somebody still has it. */
export function carefulOffsets(text: string, read?: Document.Parsed<ParsedNode>): Offset {
  const document = read ?? firstDocument(text);
  if (!document) return () => 0;
  const tree: Tree = { document, targets: aliasTargets(document), pairs: createNameIndex(({ key }) => (isScalar(key) ? String(key.value) : undefined)) };
  return (path, at) => offsetOf(tree, path, at);
}

function offsetOf({ document, targets, pairs }: Tree, path: Path, at: 'key' | 'value'): number {
  let node: Node | null | undefined = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const [depth, part] of path.entries()) {
    if (isAlias(node)) node = targets.get(node);
    let next: Node | null | undefined;
    if (isSeq(node) && typeof part === 'number') next = node.items[part] as Node | undefined;
    else if (isMap(node)) {
      const pair = pairs.find(node.items, String(part));
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
