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
>;

const WORDS = new Set(['if', 'with', 'range', 'else', 'end', 'break', 'continue', 'define', 'template', 'block']);

/** The tree of a template. Throws TemplateError with the place in the text. */
export function parseTree(source: string): readonly Node[] {
  const reader = new Reader(scan(source));
  const { nodes, stop } = list(reader, 0);
  if (stop) throw new TemplateError(`unexpected ${stop.word} (at ${stop.at})`);
  return nodes;
}

class Reader {
  readonly #tokens: readonly Token[];
  #next = 0;
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
  keyword(): string | undefined {
    this.skipSpace();
    const token = this.peek();
    return token?.kind === 'name' && WORDS.has(token.text) ? token.text : undefined;
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

function list(reader: Reader, loops: number): List {
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
    if (word === 'else' || word === 'end') return { nodes, stop: { word, at: token.at } };
    if (word === 'if' || word === 'with' || word === 'range') nodes.push(branch(word, reader, loops));
    else if (word === 'break' || word === 'continue') {
      if (loops === 0) throw new TemplateError(`${word} outside of range (at ${token.at})`);
      reader.close();
      nodes.push({ kind: word });
    } else throw new TemplateError(`{{${word}}} has no meaning here: a template stands alone (at ${token.at})`);
  }
  return { nodes, stop: undefined };
}

function branch(kind: 'if' | 'with' | 'range', reader: Reader, loops: number): Node {
  const condition = pipe(reader);
  reader.close();
  const body = list(reader, loops + (kind === 'range' ? 1 : 0));
  if (!body.stop) throw new TemplateError(`{{${kind}}} without {{end}}`);
  if (body.stop.word === 'end') {
    reader.close();
    return { kind, pipe: condition, body: body.nodes, otherwise: [] };
  }
  const again = reader.keyword();
  if (again !== undefined && again === kind && kind !== 'range') {
    reader.take();
    // `else if` shares its `end` with the whole chain.
    return { kind, pipe: condition, body: body.nodes, otherwise: [branch(kind, reader, loops)] };
  }
  reader.close();
  const otherwise = list(reader, loops);
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
      const inner = pipe(reader);
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
