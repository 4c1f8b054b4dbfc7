import { isFields, same, type Fields } from './object.js';
import type { Cause } from './status.js';

/** The part of a CRD's structural schema (OpenAPI v3) that matters here. */
export type Schema = Fields;

const propertiesOf = (schema: Schema): Fields => (isFields(schema.properties) ? schema.properties : {});
/** Kept at every embedded object, as apiextensions does. */
const ROOT = ['apiVersion', 'kind', 'metadata'];

/** Drops what the schema does not know; metadata is none of its business. Nulls without `nullable` go as well. */
export function prune(value: unknown, schema: Schema, place: 'root' | 'inner' = 'root'): unknown {
  if (Array.isArray(value)) return isFields(schema.items) ? value.map((one) => prune(one, schema.items as Schema, 'inner')) : value;
  if (!isFields(value)) return value;
  const properties = propertiesOf(schema);
  const more = schema.additionalProperties;
  const keepsAll = schema['x-kubernetes-preserve-unknown-fields'] === true || more === true;
  const rooted = place === 'root' || schema['x-kubernetes-embedded-resource'] === true;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
      if (rooted && ROOT.includes(key)) return [[key, inner]];
      const known = Object.hasOwn(properties, key) ? properties[key] : isFields(more) ? more : undefined;
      if (isFields(known)) return [[key, prune(inner, known, 'inner')]];
      return keepsAll ? [[key, inner]] : [];
    }),
  );
}

/** The paths that pruning drops, e.g. `spec.jobb`. */
export function unknownFields(value: unknown, schema: Schema, path = ''): readonly string[] {
  if (Array.isArray(value)) return isFields(schema.items) ? value.flatMap((one, n) => unknownFields(one, schema.items as Schema, `${path}[${String(n)}]`)) : [];
  if (!isFields(value)) return [];
  const properties = propertiesOf(schema);
  const more = schema.additionalProperties;
  return Object.entries(value).flatMap(([key, inner]) => {
    if (path === '' && ROOT.includes(key)) return [];
    const here = path === '' ? key : `${path}.${key}`;
    const known = Object.hasOwn(properties, key) ? properties[key] : isFields(more) ? more : undefined;
    if (isFields(known)) return unknownFields(inner, known, here);
    return schema['x-kubernetes-preserve-unknown-fields'] === true || more === true ? [] : [here];
  });
}

/** Fills in the schema's defaults. */
export function fillDefaults(value: unknown, schema: Schema): unknown {
  if (Array.isArray(value)) return isFields(schema.items) ? value.map((one) => fillDefaults(one, schema.items as Schema)) : value;
  if (!isFields(value)) return value;
  const result: Record<string, unknown> = { ...value };
  for (const [key, inner] of Object.entries(propertiesOf(schema))) {
    if (!isFields(inner)) continue;
    if (result[key] === undefined && inner.default !== undefined) result[key] = inner.default;
    if (result[key] !== undefined) result[key] = fillDefaults(result[key], inner);
  }
  return result;
}

const nameOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value);

function typeFits(value: unknown, schema: Schema): boolean {
  if (schema['x-kubernetes-int-or-string'] === true) return typeof value === 'string' || Number.isInteger(value);
  switch (schema.type) {
    case undefined: return true;
    case 'integer': return Number.isInteger(value);
    case 'number': return typeof value === 'number';
    case 'array': return Array.isArray(value);
    case 'object': return isFields(value);
    default: return typeof value === schema.type;
  }
}

const isTime = (text: string): boolean => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text));

function simpleFaults(value: unknown, schema: Schema, path: string): readonly Cause[] {
  const bad = (message: string): Cause => ({ reason: 'FieldValueInvalid', field: path, message: `Invalid value: ${JSON.stringify(value)?.slice(0, 200) ?? 'null'}: ${path} in body should ${message}` });
  const causes: Cause[] = [];
  if (Array.isArray(schema.enum) && !schema.enum.some((one) => same(one, value))) causes.push({ reason: 'FieldValueNotSupported', field: path, message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${schema.enum.map((one) => JSON.stringify(one)).join(', ')}` });
  if (typeof value === 'number' && typeof schema.minimum === 'number' && value < schema.minimum) causes.push(bad(`be greater than or equal to ${String(schema.minimum)}`));
  if (typeof value === 'number' && typeof schema.maximum === 'number' && value > schema.maximum) causes.push(bad(`be less than or equal to ${String(schema.maximum)}`));
  if (typeof value === 'string' && typeof schema.minLength === 'number' && value.length < schema.minLength) causes.push(bad(`be at least ${String(schema.minLength)} chars long`));
  if (typeof value === 'string' && typeof schema.maxLength === 'number' && value.length > schema.maxLength) causes.push(bad(`be at most ${String(schema.maxLength)} chars long`));
  if (typeof value === 'string' && typeof schema.pattern === 'string' && !new RegExp(schema.pattern).test(value)) causes.push(bad(`match '${schema.pattern}'`));
  if (typeof value === 'string' && schema.format === 'date-time' && !isTime(value)) causes.push(bad('be of type date-time'));
  return causes;
}

/** What is wrong with a value by its schema, every fault with its place; the patterns come from a CRD file, not from users. */
export function schemaFaults(value: unknown, schema: Schema, path = ''): readonly Cause[] {
  if (value === null && schema.nullable === true) return [];
  if (!typeFits(value, schema)) return [{ reason: 'FieldValueTypeInvalid', field: path, message: `Invalid value: "${nameOf(value)}": ${path} in body must be of type ${String(schema.type ?? 'integer or string')}: "${nameOf(value)}"` }];
  const causes: Cause[] = [...simpleFaults(value, schema, path)];
  if (Array.isArray(schema.anyOf) && schema['x-kubernetes-int-or-string'] !== true && !schema.anyOf.some((one) => isFields(one) && schemaFaults(value, one, path).length === 0)) causes.push({ reason: 'FieldValueInvalid', field: path, message: `Invalid value: ${path} in body must validate at least one schema (anyOf)` });
  if (isFields(schema.not) && schemaFaults(value, schema.not, path).length === 0) causes.push({ reason: 'FieldValueInvalid', field: path, message: `Invalid value: ${path} in body must not validate the schema (not)` });
  if (Array.isArray(value)) {
    if (isFields(schema.items)) value.forEach((one, n) => { causes.push(...schemaFaults(one, schema.items as Schema, `${path}[${String(n)}]`)); });
    return causes;
  }
  if (!isFields(value)) return causes;
  const properties = propertiesOf(schema);
  for (const name of Array.isArray(schema.required) ? (schema.required as string[]) : []) if (value[name] === undefined) causes.push({ reason: 'FieldValueRequired', field: path === '' ? name : `${path}.${name}`, message: 'Required value' });
  for (const [key, inner] of Object.entries(value)) {
    const known = Object.hasOwn(properties, key) ? properties[key] : schema.additionalProperties;
    if (isFields(known) && inner !== undefined && !(path === '' && key === 'metadata')) causes.push(...schemaFaults(inner, known, path === '' ? key : `${path}.${key}`));
  }
  return causes;
}
