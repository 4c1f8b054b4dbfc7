import { FUNCTIONS } from './functions.js';
import type { Node, Operand, Pipe } from './parse.js';
import { TemplateError } from './scan.js';
import { fieldOf, isTrue, textOfValue, type Value } from './values.js';

/** More output than this is a mistake in the template. */
const MAX_OUTPUT = 1024 * 1024;
/** And so are more steps: a range within a range can go on for years. */
const MAX_STEPS = 200_000;

type Scope = { [variable: string]: Value };
type Jump = 'break' | 'continue' | undefined;

/** Runs a template's tree on data. */
export function runTree(nodes: readonly Node[], data: Value): string {
  const out = new Output();
  runList(nodes, data, { $: data }, out);
  return out.text;
}

class Output {
  text = '';
  #steps = 0;
  step(): void {
    if (++this.#steps > MAX_STEPS) throw new TemplateError(`more than ${MAX_STEPS} steps`);
  }
  add(more: string): void {
    this.text += more;
    if (this.text.length > MAX_OUTPUT) throw new TemplateError(`more than ${MAX_OUTPUT} characters of output`);
  }
}

function runList(nodes: readonly Node[], dot: Value, scope: Scope, out: Output): Jump {
  for (const node of nodes) {
    out.step();
    const jump = runNode(node, dot, scope, out);
    if (jump) return jump;
  }
  return undefined;
}

function runNode(node: Node, dot: Value, scope: Scope, out: Output): Jump {
  switch (node.kind) {
    case 'text': out.add(node.text); return undefined;
    case 'print': {
      const value = evaluate(node.pipe, dot, scope);
      if (!node.pipe.assign) out.add(textOfValue(value));
      return undefined;
    }
    case 'if': case 'with': {
      const inner = childOf(scope);
      const value = evaluate(node.pipe, dot, inner);
      if (isTrue(value)) return runList(node.body, node.kind === 'with' ? value : dot, inner, out);
      return runList(node.otherwise, dot, inner, out);
    }
    case 'range': return runRange(node, dot, scope, out);
    case 'break': case 'continue': return node.kind;
    default: return node satisfies never;
  }
}

function runRange(node: Extract<Node, { kind: 'if' | 'with' | 'range' }>, dot: Value, scope: Scope, out: Output): Jump {
  const { assign, commands } = node.pipe;
  const value = evaluate({ assign: undefined, commands }, dot, scope);
  const entries = entriesOf(value);
  if (entries.length === 0) return runList(node.otherwise, dot, childOf(scope), out);
  for (const [key, item] of entries) {
    out.step();
    const inner = childOf(scope);
    const [first, second] = assign?.names ?? [];
    if (first !== undefined) inner[first] = second === undefined ? item : key;
    if (second !== undefined) inner[second] = item;
    if (runList(node.body, item, inner, out) === 'break') break;
  }
  return undefined;
}

function entriesOf(value: Value): readonly (readonly [Value, Value])[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return [...(value as readonly Value[]).entries()];
  if (value instanceof Map) return [...(value as ReadonlyMap<string, Value>)].sort(([a], [b]) => (a < b ? -1 : 1));
  if (typeof value === 'number' && value <= MAX_STEPS) return Array.from({ length: Math.max(0, Math.floor(value)) }, (_, at) => [at, at]);
  throw new TemplateError(`range can't iterate over ${textOfValue(value)}`);
}

/** Variables of an inner block go when it ends; assigning to an outer one with `=` changes that one. */
function childOf(scope: Scope): Scope {
  return Object.create(scope) as Scope;
}

function evaluate(pipe: Pipe, dot: Value, scope: Scope): Value {
  let value: Value;
  pipe.commands.forEach((command, at) => {
    value = runCommand(command, dot, scope, at === 0 ? [] : [value]);
  });
  const [name] = pipe.assign?.names ?? [];
  if (pipe.assign && name !== undefined) {
    let home = scope;
    if (pipe.assign.how === '=') {
      if (!(name in scope)) throw new TemplateError(`undefined variable ${name}`);
      while (!Object.hasOwn(home, name)) home = Object.getPrototypeOf(home) as Scope;
    }
    home[name] = value;
  }
  return value;
}

function runCommand([first, ...rest]: readonly Operand[], dot: Value, scope: Scope, last: readonly Value[]): Value {
  if (!first) throw new TemplateError('a value is missing');
  if (first.kind !== 'function') {
    if (rest.length > 0 || last.length > 0) throw new TemplateError(`can't give arguments to something that is no function (at ${first.at})`);
    return valueOf(first, dot, scope);
  }
  if (first.name === 'and' || first.name === 'or') return early(first.name, rest, dot, scope, last);
  const fn = FUNCTIONS.get(first.name);
  if (!fn) throw new TemplateError(`function ${first.name} is not defined (at ${first.at})`);
  return fn([...rest.map((one) => valueOf(one, dot, scope)), ...last]);
}

/** `and` stops at the first false value, `or` at the first true one. */
function early(name: 'and' | 'or', rest: readonly Operand[], dot: Value, scope: Scope, last: readonly Value[]): Value {
  let value: Value;
  for (const one of rest) {
    value = valueOf(one, dot, scope);
    if (isTrue(value) === (name === 'or')) return value;
  }
  return last.length > 0 ? last[0] : value;
}

function valueOf(operand: Operand, dot: Value, scope: Scope): Value {
  switch (operand.kind) {
    case 'literal': return operand.value;
    case 'function': return runCommand([operand], dot, scope, []);
    case 'dot': return operand.fields.reduce(fieldOf, dot);
    case 'variable': {
      if (!(operand.name in scope)) throw new TemplateError(`undefined variable ${operand.name} (at ${operand.at})`);
      return operand.fields.reduce(fieldOf, scope[operand.name]);
    }
    case 'pipe': return operand.fields.reduce(fieldOf, evaluate(operand.pipe, dot, scope));
    default: return operand satisfies never;
  }
}
