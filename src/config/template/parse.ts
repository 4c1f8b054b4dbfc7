import { TemplateError, scan, type Token } from './scan.js';

/** One operand of a command; `fields` are followed one after the other. */
export type Operand = Readonly<{ at: number } & (
  | { kind: 'literal'; value: string | number | boolean | null }
  | { kind: 'dot'; fields: readonly string[] }
  | { kind: 'variable'; name: string; fields: readonly string[] }
  | { kind: 'pipe'; pipe: Pipe; fields: readonly string[] }
  | { kind: 'function'; name: string }
)>;
export interface Pipe {
  readonly assign: Readonly<{ names: readonly string[]; how: ':=' | '=' }> | undefined;
  readonly commands: readonly (readonly Operand[])[];
}
export type Node = Readonly<
  | { kind: 'text'; text: string }
  | { kind: 'print'; pipe: Pipe }
  | { kind: 'if' | 'with' | 'range'; pipe: Pipe; body: readonly Node[]; otherwise: readonly Node[] }
  | { kind: 'break' | 'continue' }
  | { kind: 'template'; name: string; pipe: Pipe | undefined; at: number }
>;

/** A template and those that it defines by name. */
export interface Tree {
  readonly nodes: readonly Node[];
  readonly defined: ReadonlyMap<string, readonly Node[]>;
}

const WORDS = ['if', 'with', 'range', 'else', 'end', 'break', 'continue', 'define', 'template', 'block'] as const;
type Word = typeof WORDS[number];

/** The parser, and whatever runs a template, goes into itself for each level; nobody writes so many. */
const MAX_NESTING = 200;

/** The tree of a template. Throws TemplateError with the place in the text. */
export function parseTree(source: string): Tree {
  const reader = new Reader(scan(source));
  const { nodes, stop } = list(reader, 'top', 0);
  if (stop) throw new TemplateError(`unexpected ${stop.word} (at ${stop.at})`);
  return { nodes, defined: reader.defined };
}

class Reader {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;
  readonly defined = new Map<string, readonly Node[]>();
  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }
  peek(): Token | undefined {
    return this.#tokens[this.#next];
  }
  take(): Token | undefined {
    return this.#tokens[this.#next++];
  }
  skipSpace(): void {
    while (this.peek()?.kind === 'space') this.#next++;
  }
  /** The next word if it is a keyword, without taking it. */
  keyword(): Word | undefined {
    this.skipSpace();
    const token = this.peek();
    return token?.kind === 'name' ? WORDS.find((word) => word === token.text) : undefined;
  }
  /** Reads something that stands inside of something else. */
  inside<T>(read: () => T): T {
    if (++this.#depth > MAX_NESTING) throw new TemplateError(`nested too deeply, expected at most ${MAX_NESTING} levels (at ${this.peek()?.at ?? 'the end'})`);
    const found = read();
    this.#depth--;
    return found;
  }
  close(): void {
    this.skipSpace();
    const token = this.take();
    if (token?.kind !== 'close') throw new TemplateError(`expected the end of the action (at ${token?.at ?? 'the end'})`);
  }
}

interface List {
  readonly nodes: readonly Node[];
  /** The word that ended the list, already taken. */
  readonly stop: Readonly<{ word: 'else' | 'end'; at: number }> | undefined;
}

function list(reader: Reader, where: 'top' | 'inside', loops: number): List {
  const nodes: Node[] = [];
  for (let token = reader.take(); token; token = reader.take()) {
    if (token.kind === 'text') {
      nodes.push({ kind: 'text', text: token.text });
      continue;
    }
    const word = reader.keyword();
    if (word === undefined) {
      nodes.push({ kind: 'print', pipe: pipe(reader) });
      reader.close();
      continue;
    }
    reader.take();
    switch (word) {
      case 'else': case 'end': return { nodes, stop: { word, at: token.at } };
      case 'if': case 'with': case 'range': nodes.push(reader.inside(() => branch(word, reader, loops))); break;
      case 'break': case 'continue':
        if (loops === 0) throw new TemplateError(`${word} outside of range (at ${token.at})`);
        reader.close();
        nodes.push({ kind: word });
        break;
      case 'define':
        if (where === 'inside') throw new TemplateError(`{{define}} inside of another action (at ${token.at})`);
        define(reader, nameOf(reader), 'define');
        break;
      case 'template': case 'block': nodes.push(call(word, reader, token.at)); break;
      default: word satisfies never;
    }
  }
  return { nodes, stop: undefined };
}

/** The name of a template, in quotes. */
function nameOf(reader: Reader): string {
  reader.skipSpace();
  const token = reader.take();
  if (token?.kind !== 'string') throw new TemplateError(`expected the name of a template in quotes (at ${token?.at ?? 'the end'})`);
  return unquoted(token.text, token.at);
}

/** Reads on to the end of a named template; of two with one name the one that is not empty counts, else the later. */
function define(reader: Reader, name: string, word: 'define' | 'block'): void {
  reader.close();
  const { nodes, stop } = reader.inside(() => list(reader, 'inside', 0));
  if (stop?.word !== 'end') throw new TemplateError(`{{${word}}} without {{end}}`);
  reader.close();
  const empty = nodes.every((node) => node.kind === 'text' && node.text.trim() === '');
  if (!empty || !reader.defined.has(name)) reader.defined.set(name, nodes);
}

function call(word: 'template' | 'block', reader: Reader, at: number): Node {
  const name = nameOf(reader);
  reader.skipSpace();
  const data = reader.peek()?.kind === 'close' ? undefined : pipe(reader);
  if (word === 'template') {
    reader.close();
    return { kind: 'template', name, pipe: data, at };
  }
  if (!data) throw new TemplateError(`{{block}} without a value (at ${at})`);
  define(reader, name, 'block');
  return { kind: 'template', name, pipe: data, at };
}

function branch(kind: 'if' | 'with' | 'range', reader: Reader, loops: number): Node {
  const condition = pipe(reader);
  reader.close();
  const body = list(reader, 'inside', loops + (kind === 'range' ? 1 : 0));
  if (!body.stop) throw new TemplateError(`{{${kind}}} without {{end}}`);
  if (body.stop.word === 'end') {
    reader.close();
    return { kind, pipe: condition, body: body.nodes, otherwise: [] };
  }
  const again = reader.keyword();
  if (again !== undefined && again === kind && kind !== 'range') {
    reader.take();
    // `else if` shares its `end` with the whole chain.
    return { kind, pipe: condition, body: body.nodes, otherwise: [reader.inside(() => branch(kind, reader, loops))] };
  }
  reader.close();
  const otherwise = list(reader, 'inside', loops);
  if (otherwise.stop?.word !== 'end') throw new TemplateError(`{{else}} without {{end}}`);
  reader.close();
  return { kind, pipe: condition, body: body.nodes, otherwise: otherwise.nodes };
}

function pipe(reader: Reader): Pipe {
  const commands: Operand[][] = [];
  let assign: Pipe['assign'];
  let command: Operand[] = [];
  const names: string[] = [];
  for (;;) {
    reader.skipSpace();
    const token = reader.peek();
    if (!token || token.kind === 'close' || token.kind === ')') break;
    if (token.kind === '|') {
      reader.take();
      if (command.length === 0) throw new TemplateError(`nothing before | (at ${token.at})`);
      commands.push(command);
      command = [];
    } else if (token.kind === ',' || token.kind === ':=' || token.kind === '=') {
      reader.take();
      const [only] = command;
      if (commands.length > 0 || assign || command.length !== 1 || only?.kind !== 'variable' || only.fields.length > 0) throw new TemplateError(`unexpected ${token.kind} (at ${token.at})`);
      names.push(only.name);
      command = [];
      if (token.kind !== ',') assign = { names: [...names], how: token.kind };
    } else command.push(operand(reader));
  }
  if (command.length === 0) throw new TemplateError(`a value is missing (at ${reader.peek()?.at ?? 'the end'})`);
  return { assign, commands: [...commands, command] };
}

function operand(reader: Reader): Operand {
  const token = reader.take();
  const { at } = token ?? { at: 0 };
  switch (token?.kind) {
    case 'string': return { kind: 'literal', value: unquoted(token.text, at), at };
    case 'char': return { kind: 'literal', value: unquoted(`"${token.text.slice(1, -1).replace('"', '\\"')}"`, at).codePointAt(0) ?? 0, at };
    case 'number': return { kind: 'literal', value: Number(token.text.replaceAll('_', '').replace(/^\+/, '')), at };
    case 'field': return { kind: 'dot', fields: [token.text.slice(1), ...fields(reader)], at };
    case '.': return { kind: 'dot', fields: [], at };
    case 'variable': return { kind: 'variable', name: token.text, fields: fields(reader), at };
    case '(': {
      const inner = reader.inside(() => pipe(reader));
      if (reader.take()?.kind !== ')') throw new TemplateError(`( without ) (at ${at})`);
      return { kind: 'pipe', pipe: inner, fields: fields(reader), at };
    }
    case 'name':
      if (token.text === 'true' || token.text === 'false') return { kind: 'literal', value: token.text === 'true', at };
      return token.text === 'nil' ? { kind: 'literal', value: null, at } : { kind: 'function', name: token.text, at };
    default: throw new TemplateError(`unexpected ${token?.kind ?? 'end'} (at ${at})`);
  }
}

function fields(reader: Reader): readonly string[] {
  const names: string[] = [];
  for (let token = reader.peek(); token?.kind === 'field'; token = reader.peek()) {
    names.push(token.text.slice(1));
    reader.take();
  }
  return names;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\u0007', b: '\b', f: '\f', v: '\v', '\\': '\\', '"': '"', "'": "'" };

/** The text of a Go string literal. */
function unquoted(literal: string, at: number): string {
  if (literal.startsWith('`')) return literal.slice(1, -1).replaceAll('\r', '');
  return literal.slice(1, -1).replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)/g, (_, escape: string) => {
    if (escape.length > 1) return String.fromCodePoint(/^[xuU]/.test(escape) ? Number.parseInt(escape.slice(1), 16) : Number.parseInt(escape, 8));
    const found = ESCAPES[escape];
    if (found === undefined) throw new TemplateError(`unknown escape \\${escape} (at ${at})`);
    return found;
  });
}
