import { z } from 'zod';
import { isRecord } from '../decode.js';
import type { Path } from '../findings.js';
import { dataFaults } from './check.js';
import { dataTypeOf } from './data.js';

export interface RawFaults {
  /** Unknown fields of the objects that a schema leaves as the file has them: pod specs, decoration and the like. */
  readonly unknown: readonly Path[];
  /** Texts that stand there as plain numbers or booleans. */
  readonly unquoted: readonly Path[];
}

/**
 * What a file has that a load does not mind, by its places in the file: what runs a job drops unknown fields, and plain numbers become
 * texts. Tools ask here.
 */
export function rawFaults(schema: z.core.$ZodType, value: unknown): RawFaults {
  const found: Found = { unknown: [], unquoted: [] };
  walk(schema, value, [], found);
  return found;
}

interface Found {
  readonly unknown: Path[];
  readonly unquoted: Path[];
}

function walk(schema: z.core.$ZodType, value: unknown, path: Path, found: Found): void {
  if (value === null || value === undefined) return;
  const type = dataTypeOf(schema);
  if (type !== undefined) {
    const { unknown, unquoted } = dataFaults(type, value);
    found.unknown.push(...unknown.map((below) => [...path, ...below]));
    found.unquoted.push(...unquoted.map((below) => [...path, ...below]));
    return;
  }
  if (schema instanceof z.core.$ZodString || schema instanceof z.core.$ZodEnum) {
    if (typeof value === 'number' || typeof value === 'boolean') found.unquoted.push(path);
  } else if (schema instanceof z.core.$ZodArray) {
    const { element } = schema._zod.def;
    if (Array.isArray(value)) value.forEach((one: unknown, at) => { walk(element, one, [...path, at], found); });
  } else if (schema instanceof z.core.$ZodRecord) {
    const { valueType } = schema._zod.def;
    if (isRecord(value)) for (const [key, one] of Object.entries(value)) walk(valueType, one, [...path, key], found);
  } else if (schema instanceof z.core.$ZodObject) {
    if (isRecord(value)) walkObject(schema, value, path, found);
  } else {
    const inner = unwrapped(schema);
    if (inner) walk(inner, value, path, found);
  }
}

function walkObject(schema: z.core.$ZodObject, value: Readonly<Record<string, unknown>>, path: Path, found: Found): void {
  const { shape } = schema._zod.def;
  for (const [key, one] of Object.entries(value)) {
    const name = Object.hasOwn(shape, key) ? key : Object.keys(shape).find((other) => other.toLowerCase() === key.toLowerCase());
    const inner = name === undefined ? undefined : shape[name];
    if (inner) walk(inner, one, [...path, key], found);
  }
}

/** The schema below one layer of default, option or transformation; undefined where nothing is left as the file has it. */
function unwrapped(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  if (
    schema instanceof z.core.$ZodOptional || schema instanceof z.core.$ZodDefault || schema instanceof z.core.$ZodPrefault
    || schema instanceof z.core.$ZodReadonly || schema instanceof z.core.$ZodNullable
  ) return schema._zod.def.innerType;
  return schema instanceof z.core.$ZodPipe ? schema._zod.def.in : undefined;
}
