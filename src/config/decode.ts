import { z } from 'zod';
import type { Findings, Path } from './findings.js';
import type { Source } from './yaml/source.js';

/** The message of a warning about a key that nothing reads. */
export const UNKNOWN_KEY = 'unknown key, it has no effect';

/**
 * Decodes a file as upstream does (config 1.1): keys match without regard to case where no exact one is there, null means unset,
 * plain numbers and booleans become text where text is wanted, unknown keys are named in a warning and ignored. Every fault is
 * reported with its place; undefined when there was one.
 */
export function decode<S extends z.ZodType>(schema: S, source: Source, findings: Findings, alsoKnown: readonly string[] = []): z.output<S> | undefined {
  const unknown: Path[] = [];
  const value = normalize(schema, source.value ?? {}, [], unknown);
  for (const path of unknown) {
    const key = String(path.at(-1));
    if (path.length === 1 && alsoKnown.some((known) => known.toLowerCase() === key.toLowerCase())) continue;
    findings.warnings.push(source.finding(path, UNKNOWN_KEY, 'key'));
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.map((issue) => source.finding(issue.path, messageOf(issue)));
  findings.errors.push(...errors.sort((a, b) => a.line - b.line || a.column - b.column));
  return undefined;
}

function messageOf(issue: z.core.$ZodIssue): string {
  // The deepest member of a union that got furthest says more than "invalid input".
  if (issue.code === 'invalid_union') {
    const inner = issue.errors.flat();
    if (inner.length > 0) return inner.map((one) => messageOf(one)).filter((text, at, all) => all.indexOf(text) === at).join(', or ');
  }
  return issue.message.replace(/^Invalid (?:input|option): /, '').replace(', received', ', found');
}

type Shape = Readonly<Record<string, z.core.$ZodType>>;

function normalize(schema: z.core.$ZodType, value: unknown, path: Path, unknown: Path[]): unknown {
  const inner = unwrap(schema, value);
  if (inner instanceof z.core.$ZodString || inner instanceof z.core.$ZodEnum) return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  if (inner instanceof z.core.$ZodArray && Array.isArray(value)) {
    const { element } = inner._zod.def;
    return value.map((item: unknown, at) => (item === null ? zeroOf(element) : normalize(element, item, [...path, at], unknown)));
  }
  if (!isRecord(value)) return value;
  if (inner instanceof z.core.$ZodRecord) {
    const { valueType } = inner._zod.def;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, item === null ? zeroOf(valueType) : normalize(valueType, item, [...path, key], unknown)]));
  }
  if (inner instanceof z.core.$ZodObject) return normalizeObject(inner, value, path, unknown);
  return value;
}

function normalizeObject(schema: z.core.$ZodObject, value: Readonly<Record<string, unknown>>, path: Path, unknown: Path[]): Record<string, unknown> {
  const shape: Shape = schema._zod.def.shape;
  const loose = schema._zod.def.catchall !== undefined;
  const out: Record<string, unknown> = {};
  const byLower = new Map(Object.keys(shape).map((key) => [key.toLowerCase(), key]));
  for (const [key, item] of Object.entries(value)) {
    const exact = Object.hasOwn(shape, key);
    const name = exact ? key : byLower.get(key.toLowerCase());
    if (name === undefined) {
      if (loose && key !== '__proto__') out[key] = item;
      else unknown.push([...path, key]);
      continue;
    }
    if (item === null || (!exact && Object.hasOwn(value, name))) continue;
    const field = shape[name];
    if (field) out[name] = normalize(field, item, [...path, name], unknown);
  }
  return out;
}

/** The schema below defaults, options and transformations; of a union the member that is made for this kind of value. */
function unwrap(schema: z.core.$ZodType, value: unknown): z.core.$ZodType {
  if (
    schema instanceof z.core.$ZodOptional || schema instanceof z.core.$ZodDefault || schema instanceof z.core.$ZodPrefault
    || schema instanceof z.core.$ZodReadonly || schema instanceof z.core.$ZodNullable
  ) return unwrap(schema._zod.def.innerType, value);
  if (schema instanceof z.core.$ZodPipe) return unwrap(schema._zod.def.in, value);
  if (!(schema instanceof z.core.$ZodUnion)) return schema;
  const members = schema._zod.def.options.map((option) => unwrap(option, value));
  const fits = isRecord(value) ? (member: z.core.$ZodType) => member instanceof z.core.$ZodRecord || member instanceof z.core.$ZodObject
    : Array.isArray(value) ? (member: z.core.$ZodType) => member instanceof z.core.$ZodArray
      : (member: z.core.$ZodType) => member instanceof z.core.$ZodString || member instanceof z.core.$ZodEnum;
  return members.find(fits) ?? schema;
}

/** What null means inside a list or a map: Go's zero value. */
function zeroOf(schema: z.core.$ZodType): unknown {
  const inner = unwrap(schema, undefined);
  if (inner instanceof z.core.$ZodArray) return [];
  if (inner instanceof z.core.$ZodRecord || inner instanceof z.core.$ZodObject) return {};
  if (inner instanceof z.core.$ZodString) return '';
  if (inner instanceof z.core.$ZodNumber) return 0;
  if (inner instanceof z.core.$ZodBoolean) return false;
  return null;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
