import { Composer, LineCounter, Parser, isMap, isScalar, isSeq, type Node } from 'yaml';
import { formatPath, type Finding, type Path } from '../findings.js';
import { YamlFault, tokensOf } from './limits.js';

/** What a reader passes over without a word: keys that a map has again, of which the last one counts, and documents behind the first. */
export function passedOver(file: string, text: string): readonly Finding[] {
  const lines = new LineCounter();
  lines.addNewLine(0);
  const found: Finding[] = [];
  const say = (offset: number, path: Path, message: string): void => {
    const { line, col: column } = lines.linePos(offset);
    found.push({ file, line, column, path: formatPath(path), message });
  };
  const look = (node: unknown, path: Path): void => {
    if (isSeq(node)) node.items.forEach((item, at) => { look(item, [...path, at]); });
    if (!isMap(node)) return;
    const seen = new Set<string>();
    for (const { key, value } of node.items) {
      const name = isScalar(key) && typeof key.value !== 'symbol' ? String(key.value) : undefined;
      if (name !== undefined && seen.has(name)) say(startOf(key), [...path, name], 'is there twice, the last one counts');
      if (name !== undefined) seen.add(name);
      look(value, name === undefined ? path : [...path, name]);
    }
  };
  try {
    let documents = 0;
    for (const { contents } of new Composer({ version: '1.1', uniqueKeys: false, merge: true, logLevel: 'silent', prettyErrors: false }).compose(tokensOf(text, new Parser(lines.addNewLine)))) {
      if (++documents === 1) look(contents, []);
      else if (contents && !(isScalar(contents) && contents.value === null)) say(startOf(contents), [], 'stands behind the first document, and nobody reads it');
    }
  } catch (err) {
    // What is too much for a careful look is told when the file is read.
    if (!(err instanceof YamlFault)) throw err;
  }
  return found;
}

function startOf(node: unknown): number {
  return (node as Partial<Node> | null)?.range?.[0] ?? 0;
}
