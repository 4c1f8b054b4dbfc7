import type { Fn } from './functions.js';
import type { Node, Operand, Pipe, Tree } from './parse.js';
import { TemplateError } from './scan.js';
import { fieldOf, isTrue, textOfValue, type Value } from './values.js';

/** More output than this is a mistake in the template. */
const MAX_OUTPUT = 1024 * 1024;
/** And so are more steps: a range within a range can go on for years. */
const MAX_STEPS = 200_000;
/** Texts that a function takes and gives count as steps, too, one for so many characters. */
const STEP_LENGTH = 64;

/** Templates that call one another deeper than this go round in a circle. */
const MAX_DEPTH = 100;

type Scope = { [variable: string]: Value };
type Jump = 'break' | 'continue' | undefined;

/** Runs a template's tree on data. Throws TemplateError where Go's would end with an error. */
export function runTree(tree: Tree, data: Value, functions: ReadonlyMap<string, Fn>): string {
  const out = new Output(tree, functions);
  runList(tree.nodes, data, { $: data }, out);
  return out.text;
}

class Output {
  text = '';
  depth = 0;
  readonly tree: Tree;
  readonly functions: ReadonlyMap<string, Fn>;
  #steps = 0;
  constructor(tree: Tree, functions: ReadonlyMap<string, Fn>) {
    this.tree = tree;
    this.functions = functions;
  }
  step(): void {
    if (++this.#steps > MAX_STEPS) throw new TemplateError(`more than ${MAX_STEPS} steps`);
  }
  /** The work that texts make; none may be longer than the output. */
  spend(values: readonly Value[]): void {
    this.step();
    for (const value of values) {
      if (typeof value !== 'string') continue;
      if (value.length > MAX_OUTPUT) throw new TemplateError(`a text of more than ${MAX_OUTPUT} characters`);
      this.#steps += Math.floor(value.length / STEP_LENGTH);
    }
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
      const value = evaluate(node.pipe, dot, scope, out);
      if (!node.pipe.assign) out.add(textOfValue(value));
      return undefined;
    }
    case 'if': case 'with': {
      const inner = childOf(scope);
      const value = evaluate(node.pipe, dot, inner, out);
      if (isTrue(value)) return runList(node.body, node.kind === 'with' ? value : dot, inner, out);
      return runList(node.otherwise, dot, inner, out);
    }
    case 'range': return runRange(node, dot, scope, out);
    case 'break': case 'continue': return node.kind;
    case 'template': {
      const nodes = out.tree.defined.get(node.name);
      if (!nodes) throw new TemplateError(`template ${JSON.stringify(node.name)} is not defined (at ${node.at})`);
      const value = node.pipe ? evaluate(node.pipe, dot, scope, out) : null;
      if (++out.depth > MAX_DEPTH) throw new TemplateError(`templates call one another more than ${MAX_DEPTH} deep`);
      runList(nodes, value, { $: value }, out);
      out.depth--;
      return undefined;
    }
    default: return node satisfies never;
  }
}

function runRange(node: Extract<Node, { kind: 'if' | 'with' | 'range' }>, dot: Value, scope: Scope, out: Output): Jump {
  const { assign, commands } = node.pipe;
  const value = evaluate({ assign: undefined, commands }, dot, scope, out);
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

function evaluate(pipe: Pipe, dot: Value, scope: Scope, out: Output): Value {
  let value: Value;
  pipe.commands.forEach((command, at) => {
    value = runCommand(command, dot, scope, at === 0 ? [] : [value], out);
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

function runCommand([first, ...rest]: readonly Operand[], dot: Value, scope: Scope, last: readonly Value[], out: Output): Value {
  if (!first) throw new TemplateError('a value is missing');
  if (first.kind !== 'function') {
    if (rest.length > 0 || last.length > 0) throw new TemplateError(`can't give arguments to something that is no function (at ${first.at})`);
    return valueOf(first, dot, scope, out);
  }
  if (first.name === 'and' || first.name === 'or') return early(first.name, rest, dot, scope, last, out);
  const fn = out.functions.get(first.name);
  if (!fn) throw new TemplateError(`function ${first.name} is not defined (at ${first.at})`);
  const args = [...rest.map((one) => valueOf(one, dot, scope, out)), ...last];
  out.spend(args);
  const value = fn(args);
  out.spend([value]);
  return value;
}

/** `and` stops at the first false value, `or` at the first true one. */
function early(name: 'and' | 'or', rest: readonly Operand[], dot: Value, scope: Scope, last: readonly Value[], out: Output): Value {
  let value: Value;
  for (const one of rest) {
    value = valueOf(one, dot, scope, out);
    if (isTrue(value) === (name === 'or')) return value;
  }
  return last.length > 0 ? last[0] : value;
}

function valueOf(operand: Operand, dot: Value, scope: Scope, out: Output): Value {
  switch (operand.kind) {
    case 'literal': return operand.value;
    case 'function': return runCommand([operand], dot, scope, [], out);
    case 'dot': return operand.fields.reduce(fieldOf, dot);
    case 'variable': {
      if (!(operand.name in scope)) throw new TemplateError(`undefined variable ${operand.name} (at ${operand.at})`);
      return operand.fields.reduce(fieldOf, scope[operand.name]);
    }
    case 'pipe': return operand.fields.reduce(fieldOf, evaluate(operand.pipe, dot, scope, out));
    default: return operand satisfies never;
  }
}
