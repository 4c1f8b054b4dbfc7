import { isRecord } from '../decode.js';
import { PROW_TYPES } from './prowTypes.js';
import { canonicalQuantity } from './quantity.js';
import { KUBE_TYPES } from './types.js';

const TYPES: Readonly<Record<string, string>> = { ...KUBE_TYPES, ...PROW_TYPES };
export type TypeName = keyof typeof KUBE_TYPES | keyof typeof PROW_TYPES;

export interface Field {
  readonly name: string;
  readonly type: string;
}
interface Fields {
  readonly list: readonly Field[];
  readonly byLower: ReadonlyMap<string, Field>;
  readonly byName: ReadonlyMap<string, Field>;
}
const parsed = new Map<string, Fields>();

/** Fields of a type, read from the table once. */
function fieldsOf(type: string): Fields | undefined {
  const known = parsed.get(type);
  if (known) return known;
  const line = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  if (line === undefined) return undefined;
  const list = line.trim().split(/\s+/).map((word): Field => {
    const [name = '', kind = 'string'] = word.split(':');
    return { name, type: kind };
  });
  const fields = { list, byName: new Map(list.map((field) => [field.name, field])), byLower: new Map(list.map((field) => [field.name.toLowerCase(), field])) };
  parsed.set(type, fields);
  return fields;
}

/** The fields of a type of the tables; undefined for what is none. */
export function fieldList(type: string): readonly Field[] | undefined {
  return fieldsOf(type)?.list;
}

/**
 * Data of a file as upstream keeps it: keys as upstream spells them and no unknown ones, texts where texts are wanted, canonical
 * quantities, no nulls and none of the zero values that upstream does not write. A value of another kind than wanted stays as it is.
 * The result shares nothing with its input.
 */
export function normalized(type: TypeName, value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return object(type, value);
}

/**
 * Data of a file with its keys as upstream spells them, at any depth, and nothing else changed: an empty list or a null still says
 * something where defaults are inherited.
 */
export function spelled(type: TypeName, value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return respelled(type, value) as Readonly<Record<string, unknown>>;
}

function respelled(type: string, value: unknown): unknown {
  const kind = type.replace(/[*!]$/, '');
  const inner = kind.slice(1, -1);
  if (kind.startsWith('[')) return Array.isArray(value) ? value.map((one: unknown) => respelled(inner, one)) : value;
  const fields = kind.startsWith('{') ? undefined : fieldsOf(kind);
  if (!fields || !isRecord(value)) return value;
  return Object.fromEntries(Array.from(givenFields(fields, value), ([name, one]) => [name, respelled(fields.byName.get(name)?.type ?? 'any', one)]));
}

/** The known fields that are given; a key that is spelled as upstream does wins over another spelling. */
function givenFields(fields: Fields, value: Readonly<Record<string, unknown>>): ReadonlyMap<string, unknown> {
  const given = new Map<string, unknown>();
  for (const [key, one] of Object.entries(value)) {
    const exact = fields.byName.get(key);
    const field = exact ?? fields.byLower.get(key.toLowerCase());
    if (field && (exact || !Object.hasOwn(value, field.name))) given.set(field.name, one);
  }
  return given;
}

function object(type: string, value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const fields = fieldsOf(type);
  if (!fields) return structuredClone(value);
  const given = givenFields(fields, value);
  const out: Record<string, unknown> = {};
  for (const field of fields.list) {
    const kept = fieldValue(field.type, given.get(field.name));
    if (kept !== undefined) out[field.name] = kept;
  }
  return out;
}

function fieldValue(type: string, value: unknown): unknown {
  const kind = type.replace(/[*!]$/, '');
  if (type.endsWith('!')) return value === undefined || value === null ? zeroOf(kind) : item(kind, value);
  if (value === undefined || value === null) return undefined;
  const made = item(kind, value);
  return type.endsWith('*') || !isZero(made, kind) ? made : undefined;
}

function item(kind: string, value: unknown): unknown {
  if (kind === 'string') return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  if (kind === 'quantity') return typeof value === 'number' || typeof value === 'string' ? canonicalQuantity(value) ?? value : value;
  const inner = kind.slice(1, -1);
  if (kind.startsWith('[')) return Array.isArray(value) ? value.map((one: unknown) => (one === null ? zeroOf(inner.replace(/!$/, '')) : item(inner.replace(/!$/, ''), one))) : value;
  if (!isRecord(value)) return value;
  if (kind.startsWith('{')) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, one === null ? zeroOf(inner) : item(inner, one)]));
  return object(kind, value);
}

function zeroOf(kind: string): unknown {
  return { string: '', number: 0, boolean: false, quantity: '0' }[kind] ?? {};
}

/** Empty objects are kept: `emptyDir: {}` says something. */
function isZero(value: unknown, kind: string): boolean {
  if (kind.startsWith('[') || kind.startsWith('{')) return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return value === '' || value === 0 || value === false;
}
