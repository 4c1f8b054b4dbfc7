import { Document, Scalar, parse, stringify, visit } from 'yaml';
import { isRecord } from '../decode.js';

type Data = Readonly<Record<string, unknown>>;

/**
 * An object as YAML the way upstream prints it: keys sorted, lists not indented, texts of several lines as they are, double quotes where a
 * reader of YAML 1.1 would not see a text, single ones where other characters need them.
 */
export function yamlOf(value: unknown): string {
  const document = new Document(value, { sortMapEntries: true, aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === 'string') node.type = styleOf(node.value);
    },
  });
  return folded(document.toString({ lineWidth: 0, indentSeq: false, singleQuote: true }).trimEnd());
}

/** A text of one line is broken at the first single space behind this column. */
const WIDTH = 80;

function folded(yaml: string): string {
  let literal = -1; // How far the key of a text of several lines is indented.
  return yaml.split('\n').map((line) => {
    const indent = line.search(/\S/);
    if (literal >= 0 && (indent < 0 || indent > literal)) return line;
    const [head = ''] = /^ *(?:- )*/.exec(line) ?? [];
    literal = / ?\|[-+0-9]*$/.test(line) ? indent : -1;
    const isItem = !/^(?:"[^"]*"|'[^']*'|[^\s"'][^:]*):(?:\s|$)/.test(line.slice(head.length));
    return literal >= 0 ? line : foldedLine(line, isItem ? head.length : head.length + 2);
  }).join('\n');
}

function foldedLine(line: string, indent: number): string {
  const start = line.search(/\S/);
  let out = '';
  let column = 0;
  for (let at = 0; at < line.length; at++) {
    const isBreak = line[at] === ' ' && at > start && column > WIDTH && line[at - 1] !== ' ' && line[at + 1] !== ' ';
    out += isBreak ? `\n${' '.repeat(indent)}` : line[at];
    column = isBreak ? indent : column + 1;
  }
  return out;
}

function styleOf(text: string): Scalar.Type {
  if (/[^\x20-\x7e\n\u00a0-\ud7ff\ue000-\ufffd]/.test(text) && !/[\u{10000}-\u{10ffff}]/u.test(text)) return Scalar.QUOTE_DOUBLE;
  if (text.includes('\n')) return /^[\s]|^$| \n|[ \t]$/.test(text) ? Scalar.QUOTE_DOUBLE : Scalar.BLOCK_LITERAL;
  if (text === '' || isOtherThanText(text)) return Scalar.QUOTE_DOUBLE;
  // Left alone, the printer takes double quotes around single ones.
  return text.includes("'") && /^["']/.test(stringify(text, { lineWidth: 0 })) ? Scalar.QUOTE_SINGLE : Scalar.PLAIN;
}

/** Whether a plain text would be read as a number, a boolean, a time or nothing. */
function isOtherThanText(text: string): boolean {
  if (!/^[-+.~\w:]+$/.test(text) || /^[-+.]+$/.test(text)) return false;
  try {
    return typeof parse(text, { version: '1.1', logLevel: 'silent' }) !== 'string';
  } catch {
    return false;
  }
}

/** A pod spec with the fields that upstream prints though they are empty, and without the empty values that it does not print. */
export function printedPodSpec(spec: Data): Data {
  const containers = (list: unknown): unknown => (Array.isArray(list) ? list.map((one: unknown) => (isRecord(one) ? printedContainer(one) : one)) : list);
  return { ...spec, containers: containers(spec['containers']), ...('initContainers' in spec && { initContainers: containers(spec['initContainers']) }) };
}

function printedContainer({ env, ...container }: Data): Data {
  const variables = Array.isArray(env) ? env.map((one: unknown) => (isRecord(one) && one['value'] === '' ? { ...one, value: undefined } : one)) : undefined;
  return { name: '', resources: {}, ...container, ...(variables && variables.length > 0 && { env: variables }) };
}
