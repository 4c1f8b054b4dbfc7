import { z } from 'zod';
import { isRecord } from '../decode.js';
import type { Path } from '../findings.js';
import { dataTypeOf } from './data.js';
import { unknownFieldsOf } from './normalize.js';

/**
 * Unknown fields of the objects that a schema leaves as the file has them (pod specs, decoration and the like), by their paths in the
 * file. A load does not look for them: what runs a job drops them, and tools ask here.
 */
export function unknownData(schema: z.core.$ZodType, value: unknown): readonly Path[] {
  const found: Path[] = [];
  walk(schema, value, [], found);
  return found;
}

function walk(schema: z.core.$ZodType, value: unknown, path: Path, found: Path[]): void {
  if (typeof value !== 'object' || value === null) return;
  const type = dataTypeOf(schema);
  if (type !== undefined) {
    for (const below of unknownFieldsOf(type, value)) found.push([...path, ...below]);
    return;
  }
  if (schema instanceof z.core.$ZodArray) {
    const { element } = schema._zod.def;
    if (Array.isArray(value)) value.forEach((one: unknown, at) => { walk(element, one, [...path, at], found); });
  } else if (schema instanceof z.core.$ZodRecord) {
    const { valueType } = schema._zod.def;
    if (isRecord(value)) for (const [key, one] of Object.entries(value)) walk(valueType, one, [...path, key], found);
  } else if (schema instanceof z.core.$ZodObject) {
    const { shape } = schema._zod.def;
    if (isRecord(value)) for (const [key, one] of Object.entries(value)) {
      const name = Object.hasOwn(shape, key) ? key : Object.keys(shape).find((other) => other.toLowerCase() === key.toLowerCase());
      const inner = name === undefined ? undefined : shape[name];
      if (inner) walk(inner, one, [...path, key], found);
    }
  } else {
    const inner = unwrapped(schema);
    if (inner) walk(inner, value, path, found);
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
