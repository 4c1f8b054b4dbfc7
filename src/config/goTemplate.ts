import { checkNames } from './template/check.js';
import { FUNCTIONS, type Fn } from './template/functions.js';
import { parseTree } from './template/parse.js';
import { runTree } from './template/run.js';
import type { Value } from './template/values.js';

export interface GoTemplate {
  /** Throws TemplateError where Go's would end with an error: a missing field, a nil pointer, an index out of range. */
  run(data: Value): string;
}

/** `and` and `or` are evaluated where templates run, since they stop early. */
const EARLY = ['and', 'or'];

/**
 * A template in the language of Go's `text/template`, without methods; `more` are functions besides the usual ones. Throws TemplateError
 * when it cannot be read, or names a function or a variable that is not there (config 1.4).
 */
export function goTemplate(source: string, more: ReadonlyMap<string, Fn> = new Map()): GoTemplate {
  const functions = more.size === 0 ? FUNCTIONS : new Map([...FUNCTIONS, ...more]);
  const tree = parseTree(source);
  checkNames(tree, new Set([...functions.keys(), ...EARLY]));
  return { run: (data) => runTree(tree, data, functions) };
}

/** What templates of Jenkins operators have more: `replace OLD NEW TEXT`, everywhere in the text. */
export const JENKINS_FUNCTIONS: ReadonlyMap<string, Fn> = new Map<string, Fn>([
  ['replace', ([from, to, text]) => String(text ?? '').replaceAll(String(from ?? ''), () => String(to ?? ''))],
]);
