import type { Node, Operand, Pipe, Tree } from './parse.js';
import { TemplateError } from './scan.js';

/** Throws TemplateError for names of functions and variables that are not there; Go finds them when it reads a template, too. */
export function checkNames({ nodes, defined }: Tree, functions: ReadonlySet<string>): void {
  for (const list of [nodes, ...defined.values()]) checkList(list, new Set(['$']), functions);
}

/** Variables live to the end of the list in which they are declared. */
function checkList(nodes: readonly Node[], outer: ReadonlySet<string>, functions: ReadonlySet<string>): void {
  const variables = new Set(outer);
  for (const node of nodes) {
    switch (node.kind) {
      case 'text': case 'break': case 'continue': break;
      case 'print': checkPipe(node.pipe, variables, functions); break;
      case 'template': if (node.pipe) checkPipe(node.pipe, variables, functions); break;
      case 'if': case 'with': case 'range': {
        const inner = new Set(variables);
        checkPipe(node.pipe, inner, functions);
        checkList(node.body, inner, functions);
        checkList(node.otherwise, inner, functions);
        break;
      }
      default: node satisfies never;
    }
  }
}

function checkPipe({ assign, commands }: Pipe, variables: Set<string>, functions: ReadonlySet<string>): void {
  for (const operand of commands.flat()) checkOperand(operand, variables, functions);
  for (const name of assign?.names ?? []) {
    if (assign?.how === '=' && !variables.has(name)) throw new TemplateError(`undefined variable ${name}`);
    variables.add(name);
  }
}

function checkOperand(operand: Operand, variables: Set<string>, functions: ReadonlySet<string>): void {
  if (operand.kind === 'function' && !functions.has(operand.name)) throw new TemplateError(`function ${operand.name} is not defined (at ${operand.at})`);
  if (operand.kind === 'variable' && !variables.has(operand.name)) throw new TemplateError(`undefined variable ${operand.name} (at ${operand.at})`);
  if (operand.kind === 'pipe') checkPipe(operand.pipe, variables, functions);
}
