import { Composer, Parser, type Document, type ParsedNode, type Tags } from 'yaml';
import { tokensOf } from './limits.js';

const FLOAT = '^[-+]?(?:[0-9][0-9_]*(?:\\.[0-9_]*)?|\\._*[0-9][0-9_]*)';

/** A number has a digit: the parser would take `.` and `e2` for numbers, too. */
function withDigits(tag: Tags[number]): Tags[number] {
  if (typeof tag === 'string' || tag.tag !== 'tag:yaml.org,2002:float' || tag.collection !== undefined) return tag;
  if (tag.format === 'EXP') return { ...tag, test: new RegExp(`${FLOAT}[eE][-+]?[0-9]+$`) };
  return tag.test?.test('1.5') ? { ...tag, test: new RegExp(`(?=.*\\.)${FLOAT}$`) } : tag;
}

/** Upstream reads these maps and lists as what they look like. */
const COLLECTIONS = ['omap', 'pairs', 'set'].map((name) => `tag:yaml.org,2002:${name}`);

function isWanted(tag: Tags[number]): boolean {
  return typeof tag === 'string' ? !['omap', 'pairs', 'set', 'timestamp'].includes(tag) : tag.format !== 'TIME' && tag.tag !== 'tag:yaml.org,2002:timestamp' && !COLLECTIONS.includes(tag.tag);
}

const BINARY = 'tag:yaml.org,2002:binary';

/** Bytes are a text upstream. */
function asText(tag: Tags[number]): Tags[number] {
  if (typeof tag === 'string' || tag.tag !== BINARY || tag.collection !== undefined) return tag;
  return { tag: BINARY, default: false, resolve: (base64: string) => Buffer.from(base64, 'base64').toString('utf8') };
}

const OPTIONS = {
  version: '1.1',
  merge: true,
  uniqueKeys: false,
  logLevel: 'silent',
  prettyErrors: false,
  customTags: (tags: Tags): Tags => tags.filter(isWanted).map(withDigits).map(asText),
} as const;

/**
 * The first document of a text, undefined where there is none; it may have errors. Throws a YamlFault where the text nests too deeply.
 */
export function firstDocument(text: string): Document.Parsed<ParsedNode> | undefined {
  for (const document of new Composer(OPTIONS).compose(tokensOf(text, new Parser()))) return document;
  return undefined;
}
