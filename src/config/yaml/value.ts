import { Alias, type Document, type Node, type ParsedNode } from 'yaml';

/**
 * The value of a document that was checked. Left alone, the library looks through all anchors and aliases of the document for each
 * alias, so that it takes minutes where a file has many; here each is told what it stands for.
 */
export function valueOf(document: Document.Parsed<ParsedNode>, targets: ReadonlyMap<Alias, Node>): unknown {
  for (const [alias, target] of targets) {
    alias.resolve = (of, context) => Alias.prototype.resolve.call(alias, of, context && { ...context, aliasResolveCache: [target] });
  }
  return document.toJS({ maxAliasCount: -1 });
}
