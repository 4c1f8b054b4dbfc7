import { TemplateError } from './scan.js';

/** Data of a template: objects are structs (a missing field is an error), maps are Go maps, null is a nil pointer, undefined is what a map does not have. */
export type Value = string | number | boolean | null | undefined | readonly Value[] | ReadonlyMap<string, Value> | Struct;
export interface Struct {
  readonly [field: string]: Value;
}

export function isStruct(value: Value): value is Struct {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Map);
}

/** Whether `if` goes in: what is empty is false, a struct never is. */
export function isTrue(value: Value): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Map) return value.size > 0;
  return Boolean(value);
}

/** A value the way Go's `%v` prints it. */
export function textOfValue(value: Value): string {
  if (value === undefined) return '<no value>';
  if (value === null) return '<nil>';
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${value.map((item: Value) => textOfValue(item)).join(' ')}]`;
  if (value instanceof Map) return `map[${[...(value as ReadonlyMap<string, Value>)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => `${key}:${textOfValue(item)}`).join(' ')}]`;
  return `{${Object.values(value).map((item: Value) => textOfValue(item)).join(' ')}}`;
}

/** One step of `.A.B`. */
export function fieldOf(value: Value, name: string): Value {
  if (value instanceof Map) return (value as ReadonlyMap<string, Value>).get(name);
  if (value === null || value === undefined) throw new TemplateError(`nil pointer evaluating .${name}`);
  if (!isStruct(value)) throw new TemplateError(`can't evaluate field ${name} in ${Array.isArray(value) ? 'a list' : typeof value}`);
  if (!Object.hasOwn(value, name)) throw new TemplateError(`can't evaluate field ${name}`);
  return value[name];
}
