import { parseTree } from './template/parse.js';
import { runTree } from './template/run.js';
import type { Value } from './template/values.js';

export interface GoTemplate {
  /** Throws TemplateError where Go's would end with an error: a missing field, a nil pointer, an index out of range. */
  run(data: Value): string;
}

/**
 * A template in the language of Go's `text/template`, without templates that call one another and without methods. Throws
 * TemplateError when it cannot be read.
 */
export function goTemplate(source: string): GoTemplate {
  const tree = parseTree(source);
  return { run: (data) => runTree(tree, data) };
}
