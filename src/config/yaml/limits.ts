import { Lexer, isAlias, isMap, isPair, isScalar, isSeq, visit, type Alias, type CST, type Document, type Node, type ParsedNode, type Parser } from 'yaml';

/** What no configuration may have, and where it begins. */
export class YamlFault extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.name = 'YamlFault';
    this.offset = offset;
  }
}

/**
 * Real files nest to 20 levels. Whatever parses, decodes or prints a value goes into itself for each level, and V8's stack has room for
 * about 1,000; where it ends inside of a regular expression, V8 ends the whole process.
 */
export const MAX_NESTING = 200;

/** Reading carefully takes a second for 200,000 of them. Real files that need it have a hundredth. */
const MAX_LEXEMES = 1_500_000;

function tooDeep(offset: number): YamlFault {
  return new YamlFault(`nested too deeply, expected at most ${MAX_NESTING} levels, one inside the other`, offset);
}

/** The tokens of a text. Throws a YamlFault where it nests too deeply or goes on for too long: the parser has a stack of its own, so that asking it costs none of ours. */
export function* tokensOf(text: string, parser: Parser): Generator<CST.Token, void> {
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    const { offset } = parser;
    if (++count > MAX_LEXEMES) throw new YamlFault(`too large a file for what is in it, expected at most ${MAX_LEXEMES} words and signs`, offset);
    yield* parser.next(lexeme);
    if (parser.stack.length > MAX_NESTING) throw tooDeep(offset);
  }
  yield* parser.end();
}

/** What the aliases of a document stand for: the latest anchor of that name before them, which may be around them. */
export function aliasTargets(document: Document.Parsed<ParsedNode>): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target) targets.set(node, target);
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

/** Upstream's parser allows so many values out of aliases among all values (`decoded`): nearly all in small files, a tenth in large ones. */
function aliasedShare(decoded: number): number {
  const [low, high] = [400_000, 4_000_000];
  if (decoded <= low) return 0.99;
  return decoded >= high ? 0.1 : 0.99 - (0.89 * (decoded - low)) / (high - low);
}

/**
 * Throws a YamlFault for what cannot become JSON, or only too much of it: aliases that multiply ("billion laughs"), go too deep or into
 * themselves, keys that are lists or maps, merges of what is no map, infinite numbers. The place is that of the first alias in the file
 * that goes too far.
 */
export function checkDocument(document: Document.Parsed<ParsedNode>, targets: ReadonlyMap<Alias, Node>): void {
  const open = new Set<Node>();
  const resolved = (node: unknown): unknown => (isAlias(node) ? targets.get(node) : node);
  let [decoded, aliased] = [0, 0];

  const check = (node: unknown, depth: number, outer: Alias | undefined): void => {
    decoded++;
    const offset = startOf(outer ?? node);
    if (outer && ++aliased > 100 && decoded > 1_000 && aliased / decoded > aliasedShare(decoded)) throw new YamlFault('the aliases stand for too many values', offset);
    if (depth > MAX_NESTING) throw tooDeep(offset);
    if (isAlias(node)) {
      const target = targets.get(node);
      if (!target) throw new YamlFault(`there is no anchor ${node.source} before this`, offset);
      if (open.has(target)) throw new YamlFault(`the anchor ${node.source} contains itself`, offset);
      open.add(target);
      check(target, depth, outer ?? node);
      open.delete(target);
    } else if (isSeq(node)) {
      for (const item of node.items) check(item, depth + 1, outer);
    } else if (isMap(node)) {
      for (const { key, value } of node.items) {
        const name = resolved(key);
        if (isMap(name) || isSeq(name)) throw new YamlFault(`expected a text as key, found a ${isMap(name) ? 'map' : 'list'}`, startOf(outer ?? key));
        if (isMerge(key)) checkMerge(value, outer);
        check(key, depth, outer);
        check(value, depth + 1, outer);
      }
    } else if (isPair(node)) {
      check(node.key, depth, outer);
      check(node.value, depth + 1, outer);
    } else if (isScalar(node) && typeof node.value === 'number' && !Number.isFinite(node.value)) throw new YamlFault(`expected a finite number, found ${node.source ?? node.value}`, offset);
  };
  const checkMerge = (value: unknown, outer: Alias | undefined): void => {
    const source = resolved(value);
    for (const one of isSeq(source) ? source.items : [value]) {
      if (isAlias(one) && !targets.has(one)) continue;
      if (!isMap(resolved(one))) throw new YamlFault('expected a map to merge, or a list of maps', startOf(outer ?? (isSeq(value) ? one : value) ?? value));
    }
  };
  check(document.contents, 0, undefined);
}

/** The parser reads a merge key as a symbol. */
function isMerge(key: unknown): boolean {
  return isScalar(key) && typeof key.value === 'symbol';
}

function startOf(node: unknown): number {
  return (node as Partial<Node> | null)?.range?.[0] ?? 0;
}
